"""Recordings of sessions with cards: written, read, masked, replayed."""
