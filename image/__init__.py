"""A card for a Raspberry Pi, built from Debian's archive: `image/build`, docs/image.md."""
