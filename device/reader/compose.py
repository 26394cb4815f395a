"""Where the reader is put together: the front that every appliance has, and the card slot that is the reader's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from device.compose import compose_board, open_header
from device.config import Config
from device.loop import Board, Loop, Observer
from device.reader.appliance import ReaderAppliance, ReaderLoop
from drivers.gpio.pins import Pins
from drivers.ports import CardSlot, Source
from drivers.slot.card_switch import card_switch
from sesame_core.reader.state import Rules, State


@dataclass(frozen=True, slots=True)
class ReaderBoard:
    """The reader's board: the front, and the slot."""

    board: Board
    slot: CardSlot


def compose_reader(config: Config, power_off: Callable[[], None], others: Sequence[Source] = ()) -> ReaderBoard:
    """The configured reader on this machine's hardware. Parts are claimed by the loop's start, not here.

    `power_off` asks the system to power off, where that is what off means.

    Raises DriverError for what cannot be had on this machine at all.
    """
    from drivers.slot.pcsc import PcscSlot  # noqa: PLC0415 - PC/SC, only where there is a slot

    pins = open_header(config)
    slot = PcscSlot(choose_reader(config), exclusive=config.slot.exclusive)
    board = compose_board(config, pins, power_off, others=(*others, *slot_switch(config, pins, slot)))
    return ReaderBoard(board, slot)


def fit_reader(config: Config, board: Board, slot: CardSlot, observers: Sequence[Observer[State]] = ()) -> ReaderLoop:
    """The reader, by its configured rules, on this board with this slot."""
    return Loop(board, ReaderAppliance(slot, board.clock, rules_of(config)), observers)


def rules_of(config: Config) -> Rules:
    """The reader's rules."""
    least, most = config.reader.pin_digits
    language = None if config.reader.language == "auto" else config.reader.language
    return Rules(pin_least=least, pin_most=most, language=language)


def slot_switch(config: Config, pins: Pins, slot: CardSlot) -> Sequence[Source]:
    """The slot's switch tells a pulled card sooner than PC/SC does."""
    return (card_switch(pins, config.slot.card_switch_gpio, slot),) if config.slot.card_switch else ()


def choose_reader(config: Config) -> str | int | None:
    """Which smart-card reader: a number, a part of a name, or None for any."""
    from drivers.slot.pcsc_card import reader_named  # noqa: PLC0415 - PC/SC, only where there is a slot

    return reader_named(config.slot.reader)
