"""The arithmetic of an issuer: keys, cryptograms, digits (EMV Book 2)."""
