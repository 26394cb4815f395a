"""The certificate issuing service: EST for access keys, and what others ask about certificates."""
