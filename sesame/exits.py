"""Exit codes: what went wrong, for whoever calls `sesame` from a program. docs/command-line.md lists them."""

from enum import IntEnum

from bank.errors import IssuingError, MissingLibraryError, StateError, UnknownCardError, VirtualReaderError
from device.errors import ConfigError
from drivers.errors import DriverError, NoCardError, NoReaderError, SlotError
from drivers.slot.pcsc_errors import CardBusyError, CardMuteError, CardRemovedError, CardUnsupportedError
from sesame_core.errors import CardError, Fault, SesameError


class Exit(IntEnum):
    """What `sesame` ends with."""

    OK = 0
    FAILED = 1  # the answer is no: a code refused, an expectation not met, a probe failed, a journal changed
    USAGE = 2  # the command line cannot be understood
    NO_READER = 3  # no smart-card reader, or PC/SC is not there
    NO_CARD = 4  # no card in any reader, or it was pulled
    WRONG_PIN = 5  # the card says so; how many tries are left is on standard error and in the JSON
    BLOCKED = 6  # no PIN try is left, or the bank has blocked the application
    NO_APPLICATION = 7  # the card cannot make codes
    CARD_ERROR = 8  # mute, garbage, a refusal, or held by another program
    CONFIGURATION = 9  # the configuration file cannot be used
    POWER_OFF = 10  # `sesame run` only: the reader asks the system to power off
    HARDWARE = 11  # display, keypad or supply
    MISSING_PART = 12  # a library that the command needs is not installed; the message has the line that installs it
    BOOKS = 13  # books, a card's or key's memory or their folder cannot be used, or somebody else is using them
    OTHER = 14  # what is not named above: an output that cannot be written, a port that is taken, a fault of ours


class CommandError(SesameError):
    """A command ends with this code and message. `facts`: what is known besides, for the JSON."""

    def __init__(self, exit_code: Exit, message: str, **facts: object) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.facts = facts


FAULTS = {
    Fault.UNSUPPORTED: Exit.NO_APPLICATION,
    Fault.BLOCKED: Exit.BLOCKED,
    Fault.APPLICATION_BLOCKED: Exit.BLOCKED,
}

KINDS: tuple[tuple[type[Exception], Exit], ...] = (
    (UnknownCardError, Exit.USAGE),
    (IssuingError, Exit.USAGE),
    (MissingLibraryError, Exit.MISSING_PART),
    (StateError, Exit.BOOKS),
    (VirtualReaderError, Exit.NO_READER),
    (NoCardError, Exit.NO_CARD),
    (CardRemovedError, Exit.NO_CARD),
    (CardMuteError, Exit.CARD_ERROR),
    (CardBusyError, Exit.CARD_ERROR),
    (CardUnsupportedError, Exit.NO_APPLICATION),
    (NoReaderError, Exit.NO_READER),
    (SlotError, Exit.NO_READER),
    (DriverError, Exit.HARDWARE),
    (ConfigError, Exit.CONFIGURATION),
)


def exit_of(error: BaseException) -> Exit:
    """The exit code that an error stands for."""
    if isinstance(error, CommandError):
        return error.exit_code
    if isinstance(error, CardError):
        return FAULTS.get(error.fault, Exit.CARD_ERROR)
    return next((code for kind, code in KINDS if isinstance(error, kind)), Exit.OTHER)


def facts_of(error: Exception) -> dict[str, object]:
    """What an error tells in values, for the JSON: the number of ERREUR CARTE, every fault of a configuration."""
    if isinstance(error, CommandError):
        return error.facts
    if isinstance(error, CardError):
        return {"fault": error.fault.value}
    return {"faults": list(error.faults)} if isinstance(error, ConfigError) else {}
