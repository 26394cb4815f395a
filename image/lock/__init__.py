"""What a card is made of: every Debian package and every wheel by name, version and SHA-256."""
