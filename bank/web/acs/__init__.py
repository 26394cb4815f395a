"""The access control server: what shops ask of the bank, and the page on which a customer confirms a payment."""
