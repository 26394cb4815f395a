"""What the bank keeps, and the database it keeps it in."""
