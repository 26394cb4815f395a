"""`sesame card readers`: the smart-card readers, and whether a card is in them."""

import argparse

from drivers.slot.pcsc_api import Pcsc, is_present
from drivers.slot.pcsc_card import hold_context, read_states, reader_named, require_readers
from sesame.answers import say_result
from sesame.card.table import format_table, print_line
from sesame.exits import Exit
from sesame.streams import print_remark


def run(arguments: argparse.Namespace) -> int:
    """Print the list. Raises SlotError where PC/SC is not there."""
    found = looked_into(arguments.reader)
    exit_code = Exit.OK if found else Exit.NO_READER
    if arguments.json:
        readers = [{"index": index, "name": name, "card": card} for index, name, card in found]
        say_result(arguments, exit_code, readers=readers)
    elif found:
        print_line(
            format_table(("no.", "reader", "card"), ((str(index), name, _word(card)) for index, name, card in found))
        )
    else:
        print_remark("no smart-card reader is connected")
    return exit_code


def looked_into(choice: str | None) -> list[tuple[int, str, bool]]:
    """Index, name, and whether a card is in, of every reader that the choice allows. No card gets power.

    Raises NoReaderError where there are readers, but none that is meant; SlotError."""
    pcsc = Pcsc()
    with hold_context(pcsc) as made:
        names = pcsc.list_readers(made)
        allowed = require_readers(names, reader_named(choice)) if names else []
        states = read_states(pcsc, made, allowed)
    return [(index, name, is_present(states[name])) for index, name in enumerate(names) if name in states]


def _word(card: bool) -> str:
    return "in" if card else "-"
