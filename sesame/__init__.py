"""The Sésame reader as a library, and its command line (`sesame --help`).

    from sesame import Reader

    with Reader.virtual("bank-card") as reader:
        print(reader.code("1234"))

Everything a program needs has its name here; docs/library.md shows each. What is not asked for is not loaded: the
command line must start fast.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.errors import NoCardError as NoCardError
    from drivers.errors import NoReaderError as NoReaderError
    from drivers.errors import SlotError as SlotError
    from sesame.reader import Reader as Reader
    from sesame.reader_errors import ApplicationBlockedError as ApplicationBlockedError
    from sesame.reader_errors import CardInUseError as CardInUseError
    from sesame.reader_errors import DecliningCardError as DecliningCardError
    from sesame.reader_errors import EndlessCardError as EndlessCardError
    from sesame.reader_errors import IncompleteCardError as IncompleteCardError
    from sesame.reader_errors import PinBlockedError as PinBlockedError
    from sesame.reader_errors import ReaderError as ReaderError
    from sesame.reader_errors import RefusingCardError as RefusingCardError
    from sesame.reader_errors import SilentCardError as SilentCardError
    from sesame.reader_errors import UnreadableCardError as UnreadableCardError
    from sesame.reader_errors import UnsupportedCardError as UnsupportedCardError
    from sesame.reader_errors import WrongPinError as WrongPinError
    from sesame_core.errors import SesameError as SesameError
    from sesame_core.errors import UsageError as UsageError

HOMES = {
    "Reader": "sesame.reader",
    "NoCardError": "drivers.errors",
    "NoReaderError": "drivers.errors",
    "SlotError": "drivers.errors",
    "SesameError": "sesame_core.errors",
    "UsageError": "sesame_core.errors",
    **dict.fromkeys(
        (
            "ApplicationBlockedError",
            "CardInUseError",
            "DecliningCardError",
            "EndlessCardError",
            "IncompleteCardError",
            "PinBlockedError",
            "ReaderError",
            "RefusingCardError",
            "SilentCardError",
            "UnreadableCardError",
            "UnsupportedCardError",
            "WrongPinError",
        ),
        "sesame.reader_errors",
    ),
}
"""Where each name of the library lives."""


def __getattr__(name: str) -> object:
    """A name of the library, loaded when it is first asked for (PEP 562)."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - only whoever uses the library pays for it

    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    """What `from sesame import` offers."""
    return sorted([*globals(), *HOMES])
