"""The card that is meant, where several readers have one: each is tried until one has an application for codes.

A security key or a signing card may always be in, and come first; another program may hold it besides.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from device.several_cards import MEANT, choose_fault
from drivers.errors import SlotError
from drivers.slot.pcsc_api import Pcsc
from drivers.slot.pcsc_card import PcscConnection, ReaderChoice, find_cards
from drivers.slot.pcsc_errors import fault_of
from sesame.streams import print_remark
from sesame_core.errors import CardError, Fault

T = TypeVar("T")
Failures = dict[str, CardError | SlotError]
"""What was wrong with the card in each reader."""


@contextmanager
def connect_for_codes(choice: ReaderChoice, prove: Callable[[PcscConnection], T]) -> Iterator[tuple[PcscConnection, T]]:
    """The first card on which `prove` succeeds, with power, and what it gave.

    Where there is none: raises CardError or SlotError of the card that comes nearest, and says what was wrong with the
    others. A card whose PIN is blocked is the one that is meant. Raises what `find_cards` raises, too.
    """
    failures: Failures = {}
    for reader in find_cards(Pcsc(), choice):
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(PcscConnection.open_reader(reader))
                proof = prove(connection)
            except (CardError, SlotError) as error:
                if _fault_in(error) in MEANT:
                    raise
                failures[reader] = error
                continue
            yield connection, proof
            return
    raise _choose_nearest(failures)


def _choose_nearest(failures: Failures) -> CardError | SlotError:
    """The most telling one; the others are said on standard error."""
    chosen: Fault | None = None
    for error in failures.values():
        chosen = choose_fault(chosen, _fault_in(error))
    nearest = next(reader for reader, error in failures.items() if _fault_in(error) is chosen)
    for reader in failures.keys() - {nearest}:
        print_remark(f"{reader}: {failures[reader]}")
    return failures[nearest]


def _fault_in(error: CardError | SlotError) -> Fault:
    return error.fault if isinstance(error, CardError) else fault_of(error)
