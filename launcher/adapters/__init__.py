"""The ports on a real computer."""
