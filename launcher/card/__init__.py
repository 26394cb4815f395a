"""The key as a card: PIV's commands from the computer's side."""
