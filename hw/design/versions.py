"""The two versions of the reader as projects: a root sheet with the Pi, and a box for every block."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from drivers.header import HEADER
from hw.design import blocks, pi, power, printed, surface
from hw.design.parts import PI_FOUR, PI_ZERO, Part
from hw.design.pen import Pen
from hw.kicad.files import Project
from hw.kicad.sheet import Placed, Sheet, SheetPin, SubSheet, TitleBlock
from hw.kicad.symbols import Point, Symbol

DATE: Final = "2026-11-20"
REVISION: Final = "1"
PI_AT: Final[Point] = (46, 64)
BOX_X: Final = (104.0, 142.0)

SHAPES: Final = {
    "OLED_SDA": "bidirectional", "SLOT_RXD": "output", "CARD_SWITCH": "output", "POWER_BUTTON": "output",
    "USB_D-": "bidirectional", "USB_D+": "bidirectional", "USB_VBUS": "passive",
    **{f"KEY_ROW{i}": "output" for i in range(1, 5)},
}  # fmt: skip
"""Direction of a sub-sheet's entry, seen from the sub-sheet; anything else is an input."""

TITLES: Final = {
    "display": ("Display", "128 x 64 OLED on I2C, 3.3 V;\nor an SPI module on the empty socket."),
    "keypad": ("Keypad", "4 x 4 membrane. Rows: inputs with 10 k to 3.3 V.\nColumns: outputs, 470 ohm in series."),
    "signals": ("Light and sound", "Status LED, buzzer through a transistor."),
    "slot": ("Card slot", "Any USB CCID reader, on the Pi's USB socket;\nor a bare SEC1210 slot on the UART."),
    "latch": (
        "Wake and latch",
        "The card or the Code key closes the latch,\nPOWER_OFF opens it: nothing runs while dark.",
    ),
    "wake": (
        "Wake and latch",
        "The card or the wake button closes the latch,\nPOWER_OFF opens it: nothing runs while dark.",
    ),
    "supply": ("Supply", "Cell, charger, gauge, 5 V converter."),
    "keys": ("Keypad", "Sixteen switches, a diode each.\nRows: inputs with 10 k to 3.3 V."),
    "sparks": ("Sparks", "Diode arrays at the lines\nthat cables and fingers reach."),
    "identity": ("Identity", "What a HAT tells\nthe Pi; empty."),
}
OWN_TITLES: Final = {"keypad": "keys", "latch": "wake"}
"""Sub-sheets that the board with keys of its own has in another way -> their titles."""


@dataclass(frozen=True, slots=True)
class Version:
    """One way to build the reader. `sheet_of`: block title -> sub-sheet, for the blocks this version has.

    `is_board`: a printed board, which meets the Pi's header and not its USB port; `has_keys`: the keys are on it;
    `computer`: the Pi that is ordered for it.
    """

    name: str
    title: str
    source: bool
    sheet_of: dict[str, str]
    is_board: bool = False
    has_keys: bool = False
    computer: Part = PI_ZERO


DESK: Final = Version(
    "sesame-desk",
    "Sésame reader: desk prototype",
    True,
    {
        "Display": "display",
        "Keypad": "keypad",
        "Light and sound": "signals",
        "Card slot": "slot",
        "Card switch": "slot",
    },
)
BATTERY: Final = Version(
    "sesame-battery",
    "Sésame reader: battery version",
    False,
    {
        "Display": "display",
        "Keypad": "keypad",
        "Light and sound": "signals",
        "Card slot": "slot",
        "Card switch": "latch",
        "Power control": "latch",
    },
)

FRONT: Final = replace(BATTERY, name="sesame-front", title="Sésame reader: front board", is_board=True, has_keys=True)
HAT: Final = replace(DESK, name="sesame-hat", title="Sésame reader: HAT", is_board=True, computer=PI_FOUR)


def title_block(version: Version, sheet: str) -> TitleBlock:
    """The title block of a sheet."""
    sheet_title = TITLES[sheet][0] if sheet in TITLES else "Overview"
    comments = ("Made from drivers/header.py by hw/make.py: change it there", "MIT licence")
    return TitleBlock(f"{version.title} - {sheet_title}", REVISION, DATE, "Sésame reader, open hardware", comments)


def _names(block: pi.Block, version: Version) -> Iterator[str]:
    usb = [] if version.is_board else [f"USB_{text}" for _, text in pi.USB]
    for signal in block.signals:
        yield from usb if signal == "USB" else [signal]


def signals_of(version: Version) -> dict[str, list[str]]:
    """Sub-sheet -> the signals that enter it, in drawing order."""
    found: dict[str, list[str]] = {}
    for block in pi.BLOCKS:
        if block.title in version.sheet_of:
            found.setdefault(version.sheet_of[block.title], []).extend(_names(block, version))
    return found


def _pin_key(signal: str) -> str:
    if signal.startswith("USB_"):
        return {text: number for number, text in pi.USB}[signal.removeprefix("USB_")]
    return str(HEADER[pi.pin_of(signal).gpio])


def _sheet_box(pen: Pen, board: Placed, version: Version, sheet: str) -> None:
    pins: list[SheetPin] = []
    for signal in signals_of(version)[sheet]:
        start = board.pin(_pin_key(signal))
        end = (BOX_X[0], start[1])
        pen.sheet.wire(start, end)
        pen.sheet.label(signal, (start[0] + 8, start[1]))
        pins.append(SheetPin(signal, SHAPES.get(signal, "input"), end))
    top, bottom = pins[0].at[1] - 2, pins[-1].at[1] + 2
    title, text = TITLES[OWN_TITLES.get(sheet, sheet) if version.has_keys else sheet]
    pen.sheet.sub_sheets.append(SubSheet(title, sheet, (BOX_X[0], top), (BOX_X[1], bottom), tuple(pins)))
    pen.sheet.note(text, (BOX_X[1] + 4, (top + bottom) / 2 - 2))


def _supplies(pen: Pen, board: Placed, version: Version) -> None:
    groups = (("+5V", pi.SUPPLY_5V, 8), ("+3V3", pi.SUPPLY_3V3, 8))
    for net, numbers, out in groups:
        x = board.pin(str(numbers[0]))[0] - out
        heights = [board.pin(str(number)) for number in numbers]
        pen.rail(net, (x, heights[0][1] - 3), (x, heights[-1][1]), heights[-1])
        for pin in heights[:-1]:
            pen.sheet.wire(pin, (x, pin[1]))
    soldered = [*map(str, pi.GROUNDS), *([] if version.is_board else [pi.USB_GROUND])]
    grounds = [board.pin(number) for number in soldered]
    x = grounds[0][0] - 8
    for pin in grounds[:-1]:
        pen.sheet.wire(pin, (x, pin[1]))
    pen.ground(grounds[-1], (x, grounds[-1][1]), (x, grounds[-1][1] + 2))
    pen.sheet.wire((x, grounds[0][1]), (x, grounds[-1][1]))


def _left_open(pen: Pen, board: Placed, version: Version) -> None:
    identified = {0, 1} if version.is_board else set()
    spare = [gpio for gpio in pi.spare_gpios() if gpio not in identified]
    pen.sheet.leave_open(*(board.pin(str(HEADER[gpio])) for gpio in spare))
    for block in pi.BLOCKS:
        if block.title not in version.sheet_of:
            pen.sheet.leave_open(*(board.pin(_pin_key(signal)) for signal in _names(block, version)))


BUS: Final = (("OLED_SDA", "bidirectional"), ("OLED_SCL", "input"))
IDENTITY: Final = (("ID_SD", "bidirectional"), ("ID_SC", "input"))
SPARKS: Final = tuple((name, "passive") for name in ("SLOT_TXD", "SLOT_RXD", "OLED_SDA", "OLED_SCL"))


def _small_box(pen: Pen, sheet: str, corner: Point, entries: tuple[tuple[str, str], ...]) -> None:
    """A sub-sheet that meets its nets by their names."""
    left, top = corner
    pins = tuple(SheetPin(name, shape, (left, top + 2 + 2 * index)) for index, (name, shape) in enumerate(entries))
    for pin in pins:
        pen.sheet.wire((left - 14, pin.at[1]), pin.at)
        pen.sheet.label(pin.name, (left - 14, pin.at[1]))
    title, text = TITLES[sheet]
    right = left + BOX_X[1] - BOX_X[0]
    pen.sheet.sub_sheets.append(SubSheet(title, sheet, corner, (right, top + 2 + 2 * len(pins)), pins))
    pen.sheet.note(text, (right + 4, top + 2))


def _identity_pins(pen: Pen, board: Placed) -> None:
    for gpio, (name, _) in enumerate(IDENTITY):
        x, y = board.pin(str(HEADER[gpio]))
        pen.sheet.wire((x, y), (x - 8, y))
        pen.sheet.label(name, (x - 8, y))


def _board_symbol(version: Version) -> Symbol:
    if version.is_board:
        return pi.HEADER_SOURCE if version.source else pi.HEADER_SINK
    return pi.PI_SOURCE if version.source else pi.PI_SINK


def root(version: Version) -> Sheet:
    """The overview: the Pi, its supply pins, and a straight wire from every signal to its block."""
    pen = Pen(Sheet(version.name, title_block(version, version.name)))
    board = pen.part(_board_symbol(version), "A1", version.computer, PI_AT)
    _supplies(pen, board, version)
    _left_open(pen, board, version)
    for sheet in signals_of(version):
        _sheet_box(pen, board, version, sheet)
    if not version.source:
        _small_box(pen, "supply", (BOX_X[0], 116), BUS)
    if version.is_board:
        _identity_pins(pen, board)
        _small_box(pen, "sparks", (60, 130), SPARKS)
        _small_box(pen, "identity", (60, 146), IDENTITY)
    feed = (
        "Fed by its own USB socket."
        if version.source
        else "Fed at pins 2 and 4 by the converter:\nnever by its USB socket at the same time."
    )
    pen.sheet.note(feed + "\nEvery GPIO is a 3.3 V pin: 5 V destroys it.", (PI_AT[0] - 30, 122))
    return pen.sheet


def project(version: Version) -> Project:
    """The version as KiCad files."""

    def block(sheet: str) -> TitleBlock:
        return title_block(version, sheet)

    with_switch = version.sheet_of["Card switch"] == "slot"
    slot = blocks.slot(block("slot"), with_switch=with_switch, with_reader=not version.is_board)
    pad = printed.keys(block("keypad")) if version.has_keys else blocks.keypad(block("keypad"))
    subs = [blocks.display(block("display")), pad, blocks.signals(block("signals")), slot]
    if not version.source:
        subs += [power.latch(block("latch"), is_board=version.is_board), power.supply(block("supply"))]
    overview = root(version)
    if version.is_board:
        subs += [printed.arrays(block("sparks")), printed.identity(block("identity"))]
        for sheet in (overview, *subs):
            sheet.placed = [surface.printed(placed) for placed in sheet.placed]
    return Project(version.name, overview, tuple(subs))


VERSIONS: Final = (DESK, BATTERY)
"""Those a person wires by hand."""

BOARDS: Final = (FRONT, HAT)
"""Those that are ordered as a printed board."""
