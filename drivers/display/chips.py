"""luma.oled's drivers, initialised by luma and written to by us.

luma sends every frame whole, lights the panel while its memory still holds noise, and registers an exit hook for each
object. Its drivers are kept for what they know, the initialisation; a base class slipped in under them (each calls
`super().__init__`) takes the rest over: nothing is lit before `wake`, nothing is left for the interpreter's exit, and
memory is written one rectangle at a time.
"""

from typing import Any, Final, Protocol

from luma.core.device import device  # type: ignore[import-untyped]
from luma.oled.device import sh1106, ssd1305, ssd1306, ssd1309  # type: ignore[import-untyped]

from drivers.display.bus import Wire
from drivers.display.frame import Bytes, MemoryAccess, Window
from drivers.display.panels import CONTROLLERS, Controller, Panel

NOP: Final = 0xE3
MOST_ARGUMENTS: Final = 2
"""Bytes that a command sent here waits for at most. As many NOPs complete what a broken transfer left unfinished."""


USUAL: Final = next(iter(CONTROLLERS[Controller.SH1106].glasses.values()))
"""Where an SH1106's glass begins while luma initialises it. luma's own word for it came with 3.16 only."""


class DisplayChip(Protocol):
    """What the display needs of a controller."""

    access: MemoryAccess

    def write(self, window: Window, data: Bytes) -> None:
        """Fill a rectangle of memory, page by page."""
        ...

    def clear(self) -> None:
        """Make the whole memory black."""
        ...

    def begin_at(self, column: int) -> None:
        """Take that memory column for the one under the left edge of the glass."""
        ...

    def contrast(self, level: int) -> None:
        """Set the brightness, 0 to 255."""
        ...

    def wake(self) -> None:
        """Light what the memory holds."""
        ...

    def hide(self) -> None:
        """Switch the panel off."""
        ...


class Codes(Protocol):
    """The part of luma's constants that is used here."""

    DISPLAYON: int
    COLUMNADDR: int
    PAGEADDR: int


class _Quiet(device):  # type: ignore[misc] # luma has no types
    """Takes the place of luma's base class under its drivers: no exit hook, nothing lit until a picture is there."""

    def __init__(self, const: Codes, serial_interface: Wire) -> None:
        # The base class is left out on purpose: all else it does is to register the exit hook.
        self._const = const
        self._serial_interface = serial_interface
        self.command(*[NOP] * MOST_ARGUMENTS)

    def show(self) -> None:
        """luma's drivers end their initialisation with this; the panel stays off until `wake`."""

    def wake(self) -> None:
        """Light what the memory holds."""
        self.command(self._const.DISPLAYON)


class _Windowed(_Quiet):
    """SSD13xx: a rectangle is set, and data fill it page by page (SSD1306 data sheet, 10.1.3 to 10.1.5)."""

    access: Final = MemoryAccess(overhead=10, across_pages=True)

    def begin_at(self, column: int) -> None:
        """Take that memory column for the one under the left edge of the glass."""
        self._colstart = column

    def write(self, window: Window, data: Bytes) -> None:
        """Fill a rectangle of memory, page by page."""
        start = self._colstart
        self.command(
            self._const.COLUMNADDR, start + window.left, start + window.right,
            self._const.PAGEADDR, window.first, window.last,
        )  # fmt: skip
        self.data(list(data))

    def clear(self) -> None:
        """Make the whole memory black."""
        self.write(Window(0, self._pages - 1, 0, self._w - 1), bytes(self._w * self._pages))


class _Paged(_Quiet):
    """SH1106: a page and a column are set, and data fill that page to the right (its data sheet, commands 1, 2, 10)."""

    access: Final = MemoryAccess(overhead=7, across_pages=False)
    _begins: int = USUAL

    def begin_at(self, column: int) -> None:
        """Take that memory column for the one under the left edge of the glass."""
        self._begins = column

    def write(self, window: Window, data: Bytes) -> None:
        """Fill a rectangle of memory, page by page."""
        column = self._begins + window.left
        width = window.right - window.left + 1
        for page in range(window.first, window.last + 1):
            self.command(0xB0 | page, column & 0x0F, 0x10 | column >> 4)
            at = (page - window.first) * width
            self.data(list(data[at : at + width]))

    def clear(self) -> None:
        """Make the whole memory black."""
        self.write(Window(0, self._pages - 1, 0, self._w - 1), bytes(self._w * self._pages))


class _Ssd1305(ssd1305, _Windowed):  # type: ignore[misc]
    pass


class _Ssd1306(ssd1306, _Windowed):  # type: ignore[misc]
    pass


class _Ssd1309(ssd1309, _Windowed):  # type: ignore[misc]
    pass


class _Sh1106(sh1106, _Paged):  # type: ignore[misc]
    pass


_DRIVERS: Final[dict[Controller, Any]] = {
    Controller.SSD1305: _Ssd1305,
    Controller.SSD1306: _Ssd1306,
    Controller.SSD1309: _Ssd1309,
    Controller.SH1106: _Sh1106,
}


def initialise_controller(panel: Panel, wire: Wire, contrast: int) -> DisplayChip:
    """The panel's controller, initialised: memory black, panel off. Raises what luma raises (OSError, luma's Error)."""
    chip: DisplayChip = _DRIVERS[panel.controller](wire, width=panel.width, height=panel.height)
    if panel.first_column is not None:  # luma blackened what is under the usual glass
        chip.begin_at(panel.first_column)
        chip.clear()
    chip.contrast(contrast)
    return chip
