"""Which reader holds the card that is meant: a security key or a signing card may always be in, and come first."""

from collections.abc import Callable

from drivers.errors import SlotError
from drivers.slot.pcsc_api import Pcsc
from drivers.slot.pcsc_card import PcscConnection, ReaderChoice, find_cards
from sesame_core.errors import CardError


def find_reader(choice: ReaderChoice, prove: Callable[[PcscConnection], object]) -> str:
    """The reader whose card has an application for codes; where none has, the first whose card takes power.

    A card that was tried has no power afterwards; a single one is not tried. Raises SlotError.
    """
    names = find_cards(Pcsc(), choice)
    powered: list[str] = []
    for name in names if len(names) > 1 else ():
        try:
            with PcscConnection.open_reader(name) as connection:
                powered.append(name)
                prove(connection)
                return name
        except (CardError, SlotError):
            continue
    return (powered or names)[0]
