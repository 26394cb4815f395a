"""The issuer's side: keys, virtual cards, verification. Stands alone and imports nothing of the reader."""
