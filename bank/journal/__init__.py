"""What happened at the bank, line by line, each bound to the one before it."""
