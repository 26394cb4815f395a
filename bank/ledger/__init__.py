"""Accounts and what moves between them: double entry, in cents, never one made or lost."""
