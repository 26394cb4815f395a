"""The two versions of the reader as projects: a root sheet with the Pi, and a box for every block."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drivers.header import HEADER
from hw.design import blocks, pi, power
from hw.design.parts import PI_ZERO
from hw.design.pen import Pen
from hw.kicad.files import Project
from hw.kicad.sheet import Placed, Sheet, SheetPin, SubSheet, TitleBlock
from hw.kicad.symbols import Point

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
    "keypad": ("Keypad", "4 x 4 membrane. Rows: inputs with 10 k to 3.3 V.\nColumns: outputs, 1 k in series."),
    "signals": ("Light and sound", "Status LED, buzzer through a transistor."),
    "slot": ("Card slot", "Any USB CCID reader, on the Pi's USB socket;\nor a bare SEC1210 slot on the UART."),
    "latch": (
        "Wake and latch",
        "The card or the Code key closes the latch,\nPOWER_OFF opens it: nothing runs while dark.",
    ),
    "supply": ("Supply", "Cell, charger, gauge, 5 V converter."),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One way to build the reader. `sheet_of`: block title -> sub-sheet, for the blocks this version has."""

    name: str
    title: str
    source: bool
    sheet_of: dict[str, str]


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


def title_block(version: Version, sheet: str) -> TitleBlock:
    """The title block of a sheet."""
    sheet_title = TITLES[sheet][0] if sheet in TITLES else "Overview"
    comments = ("Made from drivers/header.py by hw/make.py: change it there", "MIT licence")
    return TitleBlock(f"{version.title} - {sheet_title}", REVISION, DATE, "Sésame reader, open hardware", comments)


def _names(block: pi.Block) -> Iterator[str]:
    for signal in block.signals:
        yield from [f"USB_{text}" for _, text in pi.USB] if signal == "USB" else [signal]


def signals_of(version: Version) -> dict[str, list[str]]:
    """Sub-sheet -> the signals that enter it, in drawing order."""
    found: dict[str, list[str]] = {}
    for block in pi.BLOCKS:
        if block.title in version.sheet_of:
            found.setdefault(version.sheet_of[block.title], []).extend(_names(block))
    return found


def _pin_key(signal: str) -> str:
    if signal.startswith("USB_"):
        return {text: number for number, text in pi.USB}[signal.removeprefix("USB_")]
    return str(HEADER[pi.pin_of(signal).gpio])


def _sheet_box(pen: Pen, board: Placed, sheet: str, signals: list[str]) -> None:
    pins: list[SheetPin] = []
    for signal in signals:
        start = board.pin(_pin_key(signal))
        end = (BOX_X[0], start[1])
        pen.sheet.wire(start, end)
        pen.sheet.label(signal, (start[0] + 8, start[1]))
        pins.append(SheetPin(signal, SHAPES.get(signal, "input"), end))
    top, bottom = pins[0].at[1] - 2, pins[-1].at[1] + 2
    title, text = TITLES[sheet]
    pen.sheet.sub_sheets.append(SubSheet(title, sheet, (BOX_X[0], top), (BOX_X[1], bottom), tuple(pins)))
    pen.sheet.note(text, (BOX_X[1] + 4, (top + bottom) / 2 - 2))


def _supplies(pen: Pen, board: Placed) -> None:
    groups = (("+5V", pi.SUPPLY_5V, 8), ("+3V3", pi.SUPPLY_3V3, 8))
    for net, numbers, out in groups:
        x = board.pin(str(numbers[0]))[0] - out
        heights = [board.pin(str(number)) for number in numbers]
        pen.rail(net, (x, heights[0][1] - 3), (x, heights[-1][1]), heights[-1])
        for pin in heights[:-1]:
            pen.sheet.wire(pin, (x, pin[1]))
    grounds = [board.pin(str(number)) for number in (*pi.GROUNDS, pi.USB_GROUND)]
    x = grounds[0][0] - 8
    for pin in grounds[:-1]:
        pen.sheet.wire(pin, (x, pin[1]))
    pen.ground(grounds[-1], (x, grounds[-1][1]), (x, grounds[-1][1] + 2))
    pen.sheet.wire((x, grounds[0][1]), (x, grounds[-1][1]))


def _left_open(pen: Pen, board: Placed, version: Version) -> None:
    pen.sheet.leave_open(*(board.pin(str(HEADER[gpio])) for gpio in pi.spare_gpios()))
    for block in pi.BLOCKS:
        if block.title not in version.sheet_of:
            pen.sheet.leave_open(*(board.pin(_pin_key(signal)) for signal in _names(block)))


def _supply_box(pen: Pen, top: float) -> None:
    pins = tuple(
        SheetPin(name, shape, (BOX_X[0], top + 2 + 2 * index))
        for index, (name, shape) in enumerate((("OLED_SDA", "bidirectional"), ("OLED_SCL", "input")))
    )
    for pin in pins:
        pen.sheet.wire((BOX_X[0] - 14, pin.at[1]), pin.at)
        pen.sheet.label(pin.name, (BOX_X[0] - 14, pin.at[1]))
    title, text = TITLES["supply"]
    pen.sheet.sub_sheets.append(SubSheet(title, "supply", (BOX_X[0], top), (BOX_X[1], top + 6), pins))
    pen.sheet.note(text, (BOX_X[1] + 4, top + 2))


def root(version: Version) -> Sheet:
    """The overview: the Pi, its supply pins, and a straight wire from every signal to its block."""
    pen = Pen(Sheet(version.name, title_block(version, version.name)))
    board = pen.part(pi.PI_SOURCE if version.source else pi.PI_SINK, "A1", PI_ZERO, PI_AT)
    _supplies(pen, board)
    _left_open(pen, board, version)
    for sheet, signals in signals_of(version).items():
        _sheet_box(pen, board, sheet, signals)
    if not version.source:
        _supply_box(pen, 116)
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

    slot = blocks.slot(block("slot"), with_switch=version.sheet_of["Card switch"] == "slot")
    shared = (blocks.display(block("display")), blocks.keypad(block("keypad")), blocks.signals(block("signals")), slot)
    own = () if version.source else (power.latch(block("latch")), power.supply(block("supply")))
    return Project(version.name, root(version), (*shared, *own))


VERSIONS: Final = (DESK, BATTERY)
