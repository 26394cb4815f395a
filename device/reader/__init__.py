"""The reader as an appliance of the loop, and its link to the card slot."""
