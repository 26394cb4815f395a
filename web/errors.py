"""What can go wrong with serving pages."""


class ServingError(Exception):
    """An application cannot be served. The message says what to do about it."""
