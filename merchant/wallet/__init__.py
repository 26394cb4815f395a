"""A telephone's wallet as a twin: it asks the bank whether it may hold a card, and speaks to the bank by HTTP alone."""
