"""What a card does where it is not: money from a cash machine by a code (SM@RT'retrait), and its place in a wallet."""
