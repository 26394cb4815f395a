"""What is wrong with a configuration as a whole, though each of its settings is allowed by itself.

Every fault names the settings that it comes from: one that follows only from a setting which was refused, and whose
default stands in its place, is not told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from drivers.display.panels import check_address, find_panel
from drivers.errors import DisplayError, KeypadError
from drivers.power.gauge import KINDS
from sesame_core.events import Key

if TYPE_CHECKING:
    from device.config import Config

WIDTH: Final = 128
"""Pixels of every display that can be configured."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Settings that do not go together, and the sentence about it."""

    settings: frozenset[str]
    said: str


def find_misfits(config: "Config", gpios: Iterable[tuple[str, int]]) -> Iterator[Misfit]:
    """Every fault of the whole. `gpios`: what claims which GPIO, as `device.config.gpios_in_use` says."""
    yield from _check_pad(config)
    yield from _check_display(config)
    if config.power.critical >= config.power.low:
        yield _make_misfit("power.critical must be less than power.low", "power.critical", "power.low")
    yield from _check_gauge(config)
    for (one, gpio), (other, same) in combinations(gpios, 2):
        if gpio == same:
            said = f"{one} and {other} are both on GPIO{gpio}; give each signal its own GPIO"
            yield _make_misfit(said, *(each.split(" ")[0] for each in (one, other)))


def _make_misfit(said: str, *settings: str) -> Misfit:
    return Misfit(frozenset(settings), said)


MATRIX: Final = ("keypad.rows", "keypad.columns", "keypad.legends", "keypad.diodes")


def _check_pad(config: "Config") -> Iterator[Misfit]:
    """A pad that cannot be wired, or on which no code can be made."""
    try:
        there = set(config.layout.keys.values())
    except KeypadError as error:
        yield _make_misfit(f"[keypad]: {error}", *MATRIX)
        there = set()
        if not config.keypad.buttons:
            return
    there = {key for key, _ in config.keypad.buttons} or there
    needed = [key.value for key in Key if key.digit_value is not None or key in (Key.CODE, Key.OK)]
    lacking = [name for name in needed if Key(name) not in there]
    if lacking:
        setting = "keypad.buttons" if config.keypad.buttons else "keypad.legends"
        yield _make_misfit(
            f"{setting} lacks {', '.join(lacking)}: no code can be made without", *MATRIX, "keypad.buttons"
        )


def _check_display(config: "Config") -> Iterator[Misfit]:
    """By the table that the display itself is chosen from."""
    wired = config.display
    if wired.height == 32 and wired.rotation in (90, 270):
        said = "display.rotation: a display of 128x32 is too narrow when it stands upright; take 0 or 180"
        yield _make_misfit(said, "display.height", "display.rotation")
    try:
        each = find_panel(wired.controller, WIDTH, wired.height, wired.first_column)
        if wired.bus == "i2c":
            check_address(each, wired.address)
    except DisplayError as error:
        kinds = ("controller", "height", "first_column", "bus", "address")
        yield _make_misfit(f"[display]: {error}", *(f"display.{kind}" for kind in kinds))


def _check_gauge(config: "Config") -> Iterator[Misfit]:
    """No gauge can have a display's address: on their one bus both would answer."""
    kind, at = KINDS.get(config.power.gauge), config.power.gauge_address
    if kind is not None and at and at not in kind.addresses:
        first, last = kind.addresses[0], kind.addresses[-1]
        allowed = f"0x{first:02X}" + (f" to 0x{last:02X}" if last > first else "")
        said = f"power.gauge_address: no {config.power.gauge} has 0x{at:02X}; it can have {allowed}"
        yield _make_misfit(said, "power.gauge", "power.gauge_address")
