"""The customer's telephone: how it logs on, is activated and woken, and what is set on it."""
