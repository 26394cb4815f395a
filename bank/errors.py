"""The bank's own errors. No message holds a PIN, a code, a key or a card number."""


class BankError(Exception):
    """Root of every error the bank raises on purpose."""


class IssuingError(BankError):
    """A card cannot be made with these data (wrong length, not a number, too few cryptogram bits)."""


class StateError(BankError):
    """A card's or the bank's own file cannot be read or written. The message names the file and the cure."""


class MissingLibraryError(StateError):
    """The books need a library that is not installed. `extra`: what this project calls it in its setup."""

    def __init__(self, message: str, extra: str) -> None:
        super().__init__(message)
        self.extra = extra


class VirtualReaderError(BankError):
    """The virtual reader cannot be used. The message says what to start."""


class UnknownCardError(BankError):
    """No such card in the gallery or in the store. The message lists what there is, where that is no secret."""
