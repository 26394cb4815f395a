"""The demonstration: its customers and their books."""
