"""What to do about a card's fault: said behind every one that a command ends with, and in docs/faults.md."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sesame_core.errors import CardError, Fault

CURES: Final[Mapping[Fault, str]] = {
    Fault.MUTE: (
        "Put the card in the other way round, gold contacts first; wipe its contacts; try another card, to "
        "tell card from reader."
    ),
    Fault.GARBAGE: (
        "Wipe the contacts and try again. If it stays, the card does not speak EMV, or is broken: `sesame "
        "card trace` records what it says."
    ),
    Fault.REFUSED: (
        "Take the card out and put it in again. If it stays, the card does not allow this function: try it in"
        " the bank's own reader."
    ),
    Fault.DECLINED: "Use the card once at a cash machine, which may reset those rules; else ask the bank.",
    Fault.ENDLESS: "No honest card does this. Do not use it; the PIN was not sent unless OK was pressed.",
    Fault.INCOMPLETE: "The application is not personalised for codes: ask the bank for a card that is.",
    Fault.UNSUPPORTED: "This card makes no codes. `sesame card apps` lists what is on it.",
    Fault.BLOCKED: "The bank unblocks the card or sends another one; at some banks a cash machine does it.",
    Fault.APPLICATION_BLOCKED: "Ask the bank: it unblocks the application or sends another card.",
    Fault.IN_USE: "Close that program, then put the card in again. `sesame code` waits two seconds for it by itself.",
}


def say_cured(error: CardError) -> str:
    """The fault and what to do about it: what was noted with it (PEP 678), else what is to be done with a card."""
    return ". ".join((str(error), *(getattr(error, "__notes__", None) or [CURES[error.fault]])))


@contextmanager
def cured_by(cure: str) -> Iterator[None]:
    """Have this said behind a fault: it is not of a card that somebody can take out and wipe. Raises what is raised."""
    try:
        yield
    except CardError as error:
        error.add_note(cure)
        raise
