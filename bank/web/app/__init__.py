"""Sécur'Pass on the telephone: a page of the bank's that can be installed."""
