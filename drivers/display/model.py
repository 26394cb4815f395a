"""What the controllers do with the bytes they are sent: a model of SSD1305, SSD1306, SSD1309 and SH1106.

It decodes commands and data into the display memory (GDDRAM) and from there into the pixels of a glass, as the data
sheets say: addressing modes and windows, segment remap and scan direction, start line, offset, multiplex ratio, charge
pump, inversion. The memory is full of noise after a reset, as the real one is. A stream that no driver should send is a
`StreamError`: unknown commands, data in the middle of a command, windows outside the memory.

Sources: the data sheets of SSD1306, SSD1305 and SSD1309 (Solomon Systech), chapters 8 to 10; of SH1106 (Sino Wealth),
"Commands".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from drivers.display.panels import CONTROLLERS, Controller, Panel
from drivers.ports import Picture
from sesame_core.errors import UsageError

PAGES: Final = 8
ROWS: Final = 64
HORIZONTAL, VERTICAL, PAGE_MODE = 0, 1, 2
NOP: Final = 0xE3
DISPLAY_OFF: Final = 0xAE


class StreamError(UsageError):
    """The driver sent what the controller's data sheet does not allow."""


_COMMON: Final = {0x81: 1, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1}
_SOLOMON: Final = {**_COMMON, 0x20: 1, 0x21: 2, 0x22: 2}


@dataclass(frozen=True, slots=True)
class ControllerTraits:
    """How the controllers differ."""

    arguments: Mapping[int, int]
    """Commands that take bytes -> how many."""
    ignored: frozenset[int] = frozenset()
    """Of these, commands that the chip does not have; they and the byte after them do nothing (tried on real ones)."""
    windows: bool = True
    """It has the three addressing modes. Without them a page is all there is (SH1106)."""
    remap_on_write: bool = True
    """A1 changes where data that are written later go (SSD13xx), not how what is there is shown (SH1106)."""
    pump: bool = False
    """Nothing is lit before the charge pump is switched on (SSD1306)."""


CHIPS: Final = MappingProxyType(
    {
        Controller.SSD1306: ControllerTraits({**_SOLOMON, 0x8D: 1}, pump=True),
        Controller.SSD1309: ControllerTraits({**_SOLOMON, 0x8D: 1}, ignored=frozenset({0x8D})),
        Controller.SSD1305: ControllerTraits({**_SOLOMON, 0x8D: 1}, ignored=frozenset({0x8D})),
        Controller.SH1106: ControllerTraits(
            {**_COMMON, 0x20: 1, 0x8D: 1}, ignored=frozenset({0x20, 0x8D}), windows=False, remap_on_write=False
        ),
    }
)


def com_pins_of(panel: Panel) -> int:
    """How a module's COM pins are wired to its glass, as 0xDA says it: sequential or alternative."""
    sequential = (panel.controller, panel.width, panel.height) == (Controller.SSD1306, 128, 32)
    return 0x02 if sequential else 0x12


@dataclass(slots=True)
class Registers:
    """What commands set; the values are those after a reset (SSD1306, 8.9 and chapter 9)."""

    mode: int = 2
    first_column: int = 0
    last_column: int = 127
    first_page: int = 0
    last_page: int = 7
    column: int = 0
    page: int = 0
    start_line: int = 0
    contrast: int = 0x80
    remap: bool = False
    scan_down: bool = False
    multiplex: int = 63
    offset: int = 0
    com_pins: int = 0x12
    pump: bool = False
    on: bool = False
    all_on: bool = False
    inverted: bool = False


SWITCHES: Final = MappingProxyType(
    {
        **{0xA0 + value: ("remap", bool(value)) for value in (0, 1)},
        **{0xA4 + value: ("all_on", bool(value)) for value in (0, 1)},
        **{0xA6 + value: ("inverted", bool(value)) for value in (0, 1)},
        **{0xAE + value: ("on", bool(value)) for value in (0, 1)},
        **{0xC0 + value: ("scan_down", value >= 8) for value in range(16)},
    }
)
"""Commands that are one bit of a register."""

NUMBERS: Final = MappingProxyType(
    {
        0x20: ("mode", PAGE_MODE),
        0x81: ("contrast", 0xFF),
        0xA8: ("multiplex", ROWS - 1),
        0xD3: ("offset", ROWS - 1),
        0xDA: ("com_pins", 0x32),
    }
)
"""Commands with a number: its register and its largest value. The clocks and voltages (D5, D9, DB) change no pixel."""


@dataclass(slots=True)
class OledModel:
    """One controller and its glass: `panel` says where the glass really begins, whatever the driver believes."""

    panel: Panel
    registers: Registers = field(init=False)
    memory: list[bytearray] = field(init=False, repr=False)
    _chip: ControllerTraits = field(init=False)
    _columns: int = field(init=False)
    _command: bytearray = field(init=False, repr=False)
    _torn: bool = field(init=False)

    def __post_init__(self) -> None:
        self._chip = CHIPS[self.panel.controller]
        self._columns = CONTROLLERS[self.panel.controller].columns
        self.reset()

    def reset(self) -> None:
        """As after power-up or a pulse on the reset line."""
        noise = [(7 * index * index + 13 * index) % 251 for index in range(PAGES * self._columns)]
        at = range(0, len(noise), self._columns)
        self.memory = [bytearray(noise[first : first + self._columns]) for first in at]
        self.registers = Registers(last_column=self._columns - 1)
        self._command = bytearray()
        self._torn = False

    def tear_glass(self) -> None:
        """A transfer broke off: until the controller is initialised anew, half commands are forgiven."""
        self._torn = True

    @property
    def torn(self) -> bool:
        """True from a broken transfer until the controller is initialised anew."""
        return self._torn

    # Commands

    def command(self, stream: bytes) -> None:
        """Take command bytes. Raises StreamError."""
        for byte in stream:
            self._command.append(byte)
            if len(self._command) > self._chip.arguments.get(self._command[0], 0):
                code, *arguments = self._command
                self._command.clear()
                self._execute(code, arguments)

    def _execute(self, code: int, arguments: list[int]) -> None:
        if code in self._chip.ignored:
            return
        if arguments:
            self._set_register(code, arguments)
        elif code < 0x20 or 0xB0 <= code <= 0xB7:
            self._point_at(code)
        elif 0x40 <= code <= 0x7F:
            self.registers.start_line = code & 0x3F
        elif code in SWITCHES:
            setattr(self.registers, *SWITCHES[code])
            self._torn = self._torn and code != DISPLAY_OFF
        elif code != NOP:
            self._refuse_stream(f"the {self.panel.controller.value} has no command {code:#04x}")

    def _set_register(self, code: int, arguments: list[int]) -> None:
        match code, arguments:
            case 0x21, [first, last]:
                self._set_window(first, last, self._columns, "column")
            case 0x22, [first, last]:
                self._set_window(first, last, PAGES, "page")
            case 0x8D, [setting]:
                self.registers.pump = bool(setting & 4)
            case _, [value] if code in NUMBERS:
                register, most = NUMBERS[code]
                setattr(self.registers, register, self._within(value, most))

    def _set_window(self, first: int, last: int, end: int, what: str) -> None:
        first, last = self._within(first, end - 1), self._within(last, end - 1)
        if first > last:
            self._refuse_stream(f"a window from {what} {first} back to {last}")
        setattr(self.registers, f"first_{what}", first)
        setattr(self.registers, f"last_{what}", last)
        setattr(self.registers, what, first)

    def _point_at(self, code: int) -> None:
        """Page and column of the page addressing mode, the column in two halves."""
        registers = self.registers
        if code >= 0xB0:
            registers.page = code & 7
        elif code >= 0x10:
            registers.column = (registers.column & 0x0F | (code & 0x0F) << 4) % self._columns
        else:
            registers.column = registers.column & 0xF0 | code & 0x0F

    def _within(self, value: int, most: int) -> int:
        if value > most:
            self._refuse_stream(f"{value:#04x} is more than {most:#04x}")
        return value % (most + 1)

    def _refuse_stream(self, why: str) -> None:
        if not self._torn:
            raise StreamError(why)

    # Data

    def data(self, stream: bytes) -> None:
        """Take picture bytes. Raises StreamError."""
        if self._command:
            self._refuse_stream(f"data in the middle of command {self._command[0]:#04x}")
        for byte in stream:
            column = self.registers.column
            if self._chip.remap_on_write and self.registers.remap:
                column = self._columns - 1 - column
            self.memory[self.registers.page][column] = byte
            self._advance()

    def _advance(self) -> None:
        registers = self.registers
        mode = registers.mode if self._chip.windows else PAGE_MODE
        if mode == PAGE_MODE:
            registers.column = (registers.column + 1) % self._columns
        elif mode == HORIZONTAL:
            self._step_within("column") and self._step_within("page")
        else:
            self._step_within("page") and self._step_within("column")

    def _step_within(self, what: str) -> bool:
        """Step within the window; True when it began again."""
        position, last = getattr(self.registers, what), getattr(self.registers, f"last_{what}")
        again = position == last
        setattr(self.registers, what, getattr(self.registers, f"first_{what}") if again else position + 1)
        return bool(again)

    # Glass

    def glass(self) -> Picture:
        """What is to be seen, as the panel is built. Raises StreamError for COM pins set other than wired."""
        width, height = self.panel.width, self.panel.height
        registers = self.registers
        if not registers.on or (self._chip.pump and not registers.pump):
            return Picture.dark(width, height)
        if registers.com_pins != com_pins_of(self.panel):
            raise StreamError(f"COM pins {registers.com_pins:#04x} do not suit the glass of the {self.panel}")
        return Picture(width, height, tuple(self._read_row(height - 1 - y) for y in range(height)))

    def _read_row(self, com: int) -> int:
        """The pixels driven by one COM output, the leftmost as the most significant bit."""
        registers, everything = self.registers, (1 << self.panel.width) - 1
        if com > registers.multiplex:
            return 0
        if registers.all_on:
            return everything
        scanned = registers.multiplex - com if registers.scan_down else com
        page, bit = divmod((scanned + registers.start_line + registers.offset) % ROWS, 8)
        row = 0
        for byte in self._read_cells(page):
            row = row << 1 | byte >> bit & 1
        return row ^ everything if registers.inverted else row

    def _read_cells(self, page: int) -> bytes:
        """The bytes of a page under the glass, from left to right. A module's left edge is wired to a high segment."""
        mirrored = self._chip.remap_on_write or not self.registers.remap
        cells = bytes(self.memory[page])[:: -1 if mirrored else 1]
        return cells[self.panel.left : self.panel.left + self.panel.width]
