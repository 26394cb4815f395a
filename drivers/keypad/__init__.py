"""The keypad port: a matrix or single buttons, scanned only while something moves."""
