"""What PC/SC can answer, and what it means for the person at the reader (pcsc-lite, `pcsclite.h`)."""

from enum import IntEnum
from typing import Final

from drivers.errors import NoCardError, NoReaderError, SlotError
from sesame_core.errors import Fault


class Code(IntEnum):
    """The return codes of PC/SC that this reader tells apart."""

    SUCCESS = 0
    CANCELLED = 0x80100002
    INVALID_HANDLE = 0x80100003
    UNKNOWN_READER = 0x80100009
    TIMEOUT = 0x8010000A
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    PROTO_MISMATCH = 0x8010000F
    COMM_ERROR = 0x80100013
    NOT_TRANSACTED = 0x80100016
    READER_UNAVAILABLE = 0x80100017
    CARD_UNSUPPORTED = 0x8010001C
    NO_SERVICE = 0x8010001D
    SERVICE_STOPPED = 0x8010001E
    UNSUPPORTED_FEATURE = 0x8010001F
    NO_READERS_AVAILABLE = 0x8010002E
    UNSUPPORTED_CARD = 0x80100065
    UNRESPONSIVE_CARD = 0x80100066
    UNPOWERED_CARD = 0x80100067
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069
    SECURITY_VIOLATION = 0x8010006A


class PcscMissingError(SlotError):
    """pyscard or pcsc-lite is not installed."""


class ServiceLostError(SlotError):
    """pcscd does not run, or went away."""


class ReaderLostError(NoReaderError):
    """The smart-card reader was unplugged while it was in use."""


class CardRemovedError(SlotError):
    """The card was pulled while it was in use."""


class CardMuteError(SlotError):
    """A card is in, but it does not answer, or not as ISO/IEC 7816-3 asks."""


class CardBusyError(SlotError):
    """Another program holds the card."""


class CardUnsupportedError(SlotError):
    """A card is in and was noticed, but it speaks nothing that the reader or pcscd can speak with it."""


class AccessRefusedError(SlotError):
    """polkit does not let this user reach pcscd or the card."""


_SERVICE: Final = (
    ServiceLostError,
    "the smart-card service does not answer: start pcscd (systemctl start pcscd.socket)",
)
_VERSIONS: Final = (
    ServiceLostError,
    "libpcsclite here and pcscd are of different protocol versions (in a container, a Flatpak, or after an upgrade): "
    "install the same pcsc-lite on both sides, then start pcscd anew",
)
_UNSUPPORTED: Final = (
    CardUnsupportedError,
    "the smart-card reader cannot speak with this card: take a bank card; if it is one, clean its contacts",
)
_UNPLUGGED: Final = (ReaderLostError, "the smart-card reader was unplugged: plug it in again")
_REMOVED: Final = (CardRemovedError, "the card was pulled: insert it again")
_MUTE: Final = (CardMuteError, "the card does not answer: clean its contacts, check that the chip is inside the reader")

_MEANING: Final[dict[int, tuple[type[SlotError], str]]] = {
    Code.NO_SERVICE: _SERVICE,
    Code.SERVICE_STOPPED: _SERVICE,
    Code.COMM_ERROR: _SERVICE,
    # Handles are pcscd's: one that it does not know was given by an instance that has gone since.
    Code.INVALID_HANDLE: _SERVICE,
    Code.UNKNOWN_READER: _UNPLUGGED,
    Code.READER_UNAVAILABLE: _UNPLUGGED,
    Code.NO_READERS_AVAILABLE: (NoReaderError, "no smart-card reader is connected: plug one in"),
    Code.NO_SMARTCARD: (NoCardError, "no card is in the reader: insert one"),
    Code.REMOVED_CARD: _REMOVED,
    Code.PROTO_MISMATCH: _UNSUPPORTED,
    Code.CARD_UNSUPPORTED: _UNSUPPORTED,
    Code.UNSUPPORTED_FEATURE: _UNSUPPORTED,
    Code.UNSUPPORTED_CARD: _UNSUPPORTED,
    Code.UNRESPONSIVE_CARD: _MUTE,
    Code.UNPOWERED_CARD: _MUTE,
    Code.NOT_TRANSACTED: _MUTE,
    Code.RESET_CARD: (CardMuteError, "another program reset the card: close it, or take exclusive access"),
    Code.SHARING_VIOLATION: (CardBusyError, "another program holds the card: close it, then insert the card again"),
    Code.SECURITY_VIOLATION: (
        AccessRefusedError,
        "polkit refuses this user: allow org.debian.pcsc-lite.access_pcsc and access_card by a rule",
    ),
}


_OF_SERVICE: Final = ("SCardEstablishContext", "SCardListReaders", "SCardReleaseContext")
"""Calls that reach pcscd and no reader: no reader has failed where one of them does."""

_FAILED: Final = (SlotError, "the smart-card reader failed: unplug it and plug it in again")
_SERVICE_FAILED: Final = (
    ServiceLostError,
    "the smart-card service failed: start it anew (systemctl restart pcscd), and close programs that use it if it does "
    "so again",
)

_MEANING_HERE: Final[dict[tuple[int, str], tuple[type[SlotError], str]]] = {
    # A pcscd that does not run gives NO_SERVICE; this one runs, and turned down the version that the library speaks
    # (pcsc-lite, winscard_svc.c, CMD_VERSION).
    (Code.SERVICE_STOPPED, "SCardEstablishContext"): _VERSIONS,
}
"""What a code means from one call, where that is something else than from the others."""


def error_for(code: int, call: str) -> SlotError:
    """The error for a return code of the PC/SC function `call`; an unknown code is a plain SlotError."""
    otherwise = _MEANING.get(code, _SERVICE_FAILED if call in _OF_SERVICE else _FAILED)
    kind, sentence = _MEANING_HERE.get((code, call), otherwise)
    return kind(f"{sentence} ({call}: 0x{code:08X})")


def fault_of(error: SlotError) -> Fault:
    """What the person at the reader is told of a failure in which the card stays in."""
    if isinstance(error, CardBusyError):
        return Fault.IN_USE
    return Fault.UNSUPPORTED if isinstance(error, CardUnsupportedError) else Fault.MUTE
