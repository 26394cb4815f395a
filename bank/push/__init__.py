"""How a customer's phone is woken where something waits for it: a port, and Web Push behind it."""
