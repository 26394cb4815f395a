"""What can go wrong when a program asks `sesame.Reader` for a code: one class for each fault.

All of them are `ReaderError`s; no message holds a PIN, a code or what the card said. What the hardware itself raises
(no reader, no card, a card that is pulled) keeps the classes of `drivers.errors`, handed on under `sesame`.
"""

from sesame_core.errors import CardError, Fault


class ReaderError(CardError):
    """The card makes no code. `fault` says why, as the screen's ERREUR CARTE n does (docs/faults.md)."""


class WrongPinError(ReaderError):
    """The card refuses the PIN. `tries_left`: how often it may still be tried, 1 or more."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(Fault.REFUSED, f"wrong PIN; {tries_left} {'try' if tries_left == 1 else 'tries'} left")
        self.tries_left = tries_left


class PinBlockedError(ReaderError):
    """No PIN try is left: only the bank can help."""


class SilentCardError(ReaderError):
    """The card gives no answer to reset, or no answer at all."""


class UnreadableCardError(ReaderError):
    """The card's answer is not ISO 7816: no status word, or data objects that do not parse."""


class RefusingCardError(ReaderError):
    """The card ends the conversation with an error status."""


class DecliningCardError(ReaderError):
    """The card declines: its cryptogram is not an ARQC (EMV Book 3, 6.5.5.4)."""


class EndlessCardError(ReaderError):
    """The card asks for more commands than any honest card needs."""


class IncompleteCardError(ReaderError):
    """A mandatory data element is missing."""


class UnsupportedCardError(ReaderError):
    """The card has no application for codes, or nothing that says how its digits are taken."""


class ApplicationBlockedError(ReaderError):
    """The bank has blocked the card's application (EMV Book 1, 12.4)."""


class CardInUseError(ReaderError):
    """Another program holds the card."""


CLASSES: dict[str, type[ReaderError]] = {
    "MUTE": SilentCardError,
    "GARBAGE": UnreadableCardError,
    "REFUSED": RefusingCardError,
    "DECLINED": DecliningCardError,
    "ENDLESS": EndlessCardError,
    "INCOMPLETE": IncompleteCardError,
    "UNSUPPORTED": UnsupportedCardError,
    "BLOCKED": PinBlockedError,
    "APPLICATION_BLOCKED": ApplicationBlockedError,
    "IN_USE": CardInUseError,
}
"""The class for each `Fault`, by its name."""


def name_fault(error: CardError) -> ReaderError:
    """The same fault under its own class."""
    return error if isinstance(error, ReaderError) else CLASSES[error.fault.name](error.fault, str(error))
