"""The reader's life: its table, what is typed, what is shown."""
