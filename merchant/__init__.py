"""A shop on another origin than the bank's. It knows `web` and HTTP, and nothing of the bank's code."""
