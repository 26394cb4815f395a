"""Lines of the header: one thin layer, and each library that reaches the pins, with its twin."""
