"""The access key's vault: what keeps, counts and computes for its card."""
