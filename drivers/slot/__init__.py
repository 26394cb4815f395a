"""The card slot port: PC/SC, and its twin in process."""
