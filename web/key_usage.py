"""What a certificate's key may be used for (RFC 5280, 4.2.1.3)."""

from typing import Final

from cryptography import x509

USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def allow_usages(*allowed: str) -> x509.KeyUsage:
    """These of `USAGES` and no other. Raises ValueError for one that there is not."""
    if unknown := set(allowed) - set(USAGES):
        raise ValueError(f"no key is used for {', '.join(sorted(unknown))}")
    return x509.KeyUsage(**{usage: usage in allowed for usage in USAGES})
