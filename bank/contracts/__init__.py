"""Contracts that a customer signs at the branch: what they say, how they look, how they are sealed and verified."""
