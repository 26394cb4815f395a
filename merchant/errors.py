"""What can go wrong with the shop."""


class ShopError(Exception):
    """The message says what to do."""


class NetworkError(ShopError):
    """The bank does not answer, or not as it should."""
