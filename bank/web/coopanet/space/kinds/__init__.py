"""How the client space speaks of each kind of operation."""
