"""The monochrome OLED panels that are known: which controller has which glasses, where they sit and at which addresses.

`CONTROLLERS` is the one table of it. The configuration's checks, the driver, its twin and the self-test read it; nobody
keeps a size, a column or an address beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from drivers.errors import DisplayError


class Controller(Enum):
    """The chip behind the glass. The value is the name that the configuration uses."""

    SSD1305 = "ssd1305"
    SSD1306 = "ssd1306"
    SSD1309 = "ssd1309"
    SH1106 = "sh1106"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a controller: the columns of its memory, its seven-bit I2C addresses (the usual one first), and
    the glasses it is sold with, each size with the memory column that lies under its left edge as a rule."""

    columns: int
    addresses: tuple[int, ...]
    glasses: Mapping[tuple[int, int], int]


SA0: Final = (0x3C, 0x3D)
"""011110 and the level of one pin (SSD1306 data sheet, 8.1.5; SSD1305, SSD1309 and SH1106 alike)."""

CONTROLLERS: Final[Mapping[Controller, Facts]] = MappingProxyType(
    {
        Controller.SSD1306: Facts(128, SA0, {(128, 64): 0, (128, 32): 0, (64, 48): 32, (64, 32): 32}),
        Controller.SSD1305: Facts(132, SA0, {(128, 64): 0, (128, 32): 4}),
        Controller.SSD1309: Facts(128, SA0, {(128, 64): 0}),
        Controller.SH1106: Facts(132, SA0, {(128, 64): 2}),
    }
)
"""What is sold and what luma.oled knows how to initialise. Of the chips with 132 columns modules are sold whose glass
begins elsewhere: SH1106 at 0, SSD1305 at 0 and 4."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A controller with its glass, `width` x `height` pixels as it is built (before any rotation). `first_column`: the
    memory column under the left edge of the glass; None: the usual one."""

    controller: Controller
    width: int
    height: int
    first_column: int | None = None

    def __str__(self) -> str:
        return f"{self.controller.value} {self.width}x{self.height}"

    @property
    def left(self) -> int:
        """The memory column under the left edge of the glass."""
        usual = CONTROLLERS[self.controller].glasses[self.width, self.height]
        return usual if self.first_column is None else self.first_column


PANELS: Final = tuple(
    Panel(controller, width, height)
    for controller, facts in CONTROLLERS.items()
    for (width, height) in facts.glasses
)  # fmt: skip
"""All of them, each as it usually is."""

SSD1306_128X64: Final = PANELS[0]

ADDRESSES: Final = tuple(sorted({address for facts in CONTROLLERS.values() for address in facts.addresses}))
"""Every I2C address that a display can have."""


def find_panel(controller: str, width: int, height: int, first_column: int | None = None) -> Panel:
    """The panel of that name and size. Raises DisplayError, naming those of that width, or the columns that can be."""
    for each in PANELS:
        if (each.controller.value, each.width, each.height) == (controller, width, height):
            return _beginning(each, first_column)
    as_wide = [each for each in PANELS if each.width == width] or PANELS
    raise DisplayError(f"no display {controller} {width}x{height}; there are: {', '.join(map(str, as_wide))}")


def check_address(each: Panel, address: int) -> None:
    """Raises DisplayError for an I2C address that such a controller cannot have."""
    allowed = CONTROLLERS[each.controller].addresses
    if address not in allowed:
        listed = " or ".join(f"0x{one:02X}" for one in allowed)
        raise DisplayError(f"no display {each} has the address 0x{address:02X}; it can have {listed}")


def _beginning(each: Panel, first_column: int | None) -> Panel:
    most = CONTROLLERS[each.controller].columns - each.width
    if first_column is not None and not 0 <= first_column <= most:
        which = "only 0" if not most else f"0 to {most}"
        raise DisplayError(f"the glass of a display {each} cannot begin at column {first_column}; possible is {which}")
    return replace(each, first_column=first_column)
