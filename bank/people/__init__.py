"""Those who work at the bank, whom customers pay, and the cards they pay with."""
