"""Whose fault it was: the card's, or ours.

No message here holds a PIN, a code, a key or a card number. The number of a `Fault` is the one the screen shows
(ERREUR CARTE n) and the one `docs/faults.md` explains.
"""

from enum import Enum


class Fault(Enum):
    """What can be wrong with a card, as the person holding the reader is told it."""

    MUTE = 1  # no answer to reset, or no answer at all
    GARBAGE = 2  # an answer that is not ISO 7816: no status word, TLV that does not parse
    REFUSED = 3  # a status word that ends the conversation
    DECLINED = 4  # a cryptogram that is not an ARQC (EMV Book 3, 6.5.5.4)
    ENDLESS = 5  # more commands than any honest card needs
    INCOMPLETE = 6  # a mandatory data element is missing
    UNSUPPORTED = 7  # no CAP application, or no bitmap and no rule for one
    BLOCKED = 8  # no PIN try is left
    APPLICATION_BLOCKED = 9  # the bank has blocked the application (EMV Book 1, 12.4)
    IN_USE = 10  # another program holds the card


class SesameError(Exception):
    """Root of every error this project raises on purpose."""


class CardError(SesameError):
    """The card's fault. `fault` says which; the message never quotes what the card said."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(detail or fault.name.lower())
        self.fault = fault


class UsageError(SesameError):
    """Our own fault: a function was called with what its docstring forbids."""
