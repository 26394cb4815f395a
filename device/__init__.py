"""Composition: configuration, the event loop, the command line."""
