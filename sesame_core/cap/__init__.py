"""The card's conversation for a code, and from its cryptogram to the digits (EMV-CAP and DPA)."""
