"""The painter: a screen's value becomes a 1-bit picture. Knows no hardware."""
