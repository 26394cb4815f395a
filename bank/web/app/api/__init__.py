"""What the app asks the bank, as JSON: docs/dev/securpass-api.md."""
