"""From a key without a certificate to one with: request, attestation, EST."""
