"""A card as bytes: commands, responses, data objects (ISO/IEC 7816-3 and 7816-4)."""
