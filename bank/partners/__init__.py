"""Others who may ask a customer of this bank, and what they may do once he has said yes: aggregators, merchants."""
