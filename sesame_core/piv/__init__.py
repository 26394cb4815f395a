"""The access key's card: PIV (NIST SP 800-73-5) over a vault that keeps its keys."""
