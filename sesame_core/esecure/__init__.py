"""The access key's life on its glass and keypad: PIN, consent, update, end. Values in, values out."""
