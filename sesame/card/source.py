"""Where the card tools take a card from: a PC/SC reader, the gallery, or a recording."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.slot.twin import SlotCard
from sesame.card.trace.reading import read_trace
from sesame.card.trace.recording import Trace, TraceError
from sesame.cures import cured_by
from sesame.exits import CommandError, Exit
from sesame.foreign_text import read_text
from sesame_core.cap.blocking import ask_card
from sesame_core.cap.choice import select_application
from sesame_core.errors import CardError, Fault
from sesame_core.smartcard.apdu import Budget, Conversation, Protocol, T, wants_warm_reset

if TYPE_CHECKING:
    from drivers.slot.pcsc_card import PcscConnection

MAX_COMMANDS = 1024
"""A tool looks at more than a reader needs: every name it knows, every file there may be."""

MAX_RECORDS = 8192


RECORDED = "So the recording has it ({}): record the card again, or look at that line"
MADE_SO = "That card of the gallery is made so ({}): take another; `sesame virtual-card` lists them"
"""What is to be done about the fault of a card that is none of plastic."""


@dataclass(frozen=True, slots=True)
class OpenCard:
    """A card that has power. `lasting`: its counters outlive this command."""

    exchange: Callable[[bytearray], bytes] = field(repr=False)
    protocol: Protocol
    where: str
    atr: bytes
    cold_atr: bytes = b""
    lasting: bool = True

    def ask(self, conversation: Conversation[T]) -> T:
        """Have one conversation of `sesame_core.cap.emv`. Raises CardError, and SlotError from the slot."""
        return ask_card(self.exchange, self.protocol, conversation, Budget(MAX_COMMANDS, MAX_RECORDS))


@contextmanager
def open_source(arguments: argparse.Namespace) -> Iterator[OpenCard]:
    """The card that the arguments name. Raises CommandError, CardError, SlotError, BankError."""
    if arguments.recording:
        from sesame.card.trace.replay import ReplayCard  # noqa: PLC0415 - each source is loaded only when it is the one

        with cured_by(RECORDED.format(arguments.recording)):
            yield in_process(
                ReplayCard(load_trace(arguments.recording)), str(arguments.recording), warm=arguments.warm_reset
            )
    elif arguments.virtual:
        from bank.cards.gallery import open_card  # noqa: PLC0415

        with cured_by(MADE_SO.format(arguments.virtual)):
            yield in_process(open_card(arguments.virtual), f"gallery: {arguments.virtual}", warm=arguments.warm_reset)
    else:
        from drivers.slot.pcsc_card import PcscConnection, reader_named  # noqa: PLC0415
        from drivers.slot.several_readers import find_reader  # noqa: PLC0415

        def prove(connection: PcscConnection) -> None:
            _of(connection).ask(select_application())

        with PcscConnection.open_reader(find_reader(reader_named(arguments.reader), prove)) as connection:
            if arguments.warm_reset:
                connection.reset_card()
            yield _of(connection)


def _of(connection: "PcscConnection") -> OpenCard:
    where, cold = connection.reader, connection.cold_atr
    return OpenCard(connection.exchange, connection.protocol, where, connection.atr, cold)


def in_process(card: SlotCard, where: str, *, warm: bool = False) -> OpenCard:
    """A card object, powered; reset warm where its convention asks for it, or `warm`. Raises CardError(MUTE)."""
    atr, cold = card.power_on(), b""
    if warm or wants_warm_reset(atr):
        atr, cold = card.reset_card(), atr
    if not atr:
        raise CardError(Fault.MUTE, "no answer to reset")
    return OpenCard(lambda apdu: card.transmit(bytes(apdu)), Protocol(card.protocol), where, atr, cold, lasting=False)


def load_trace(path: Path) -> Trace:
    """The trace in a file, `-` for standard input. Raises CommandError(USAGE)."""
    try:
        return read_trace(read_text(path))
    except TraceError as error:
        raise CommandError(Exit.USAGE, f"{path}: {error}") from error


def ask_consent(arguments: argparse.Namespace, card: OpenCard, moves: str) -> None:
    """Ask before a real card's counters move. Raises CommandError(USAGE) for a no, and without terminal and --yes."""
    if arguments.yes or not card.lasting:
        return
    if not os.isatty(0):
        raise CommandError(Exit.USAGE, f"{moves}: say --yes to allow it; nothing was moved")
    sys.stderr.write(f"{moves}. Go on? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes", "o", "oui"):
        raise CommandError(Exit.USAGE, "left alone; nothing was moved")
