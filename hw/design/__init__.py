"""The design: parts, symbols, the sheets of the desk prototype and of the battery version."""
