"""The sheets that only a printed board has: sixteen switches with a diode each, diode arrays, what a HAT tells a Pi."""

from typing import Final

from hw.design import library, parts, surface
from hw.design.pen import Fields, Pen
from hw.kicad.sheet import Sheet, TitleBlock
from hw.kicad.symbols import Point

KEYS: Final = 4
FIRST_SWITCH: Final = 11
"""The key in row r and column c is SW(10 r + c) and has D(10 r + c), as the rows and columns count from 1."""

ABOVE: Fields = ((-3.4, -2.2), (1.4, -2.2))


def key_number(row: int, column: int) -> int:
    """The number of a key's switch and diode; rows and columns from 1."""
    return FIRST_SWITCH + 10 * (row - 1) + column - 1


def keys(block: TitleBlock) -> Sheet:
    """Rows pulled up; every key joins its row to its column through a diode."""
    pen = Pen(Sheet("keypad", block, 3))
    pen.sheet.frame((14, 18), (218, 76), "Sixteen keys, a diode each")
    for row in range(1, KEYS + 1):
        for column in range(1, KEYS + 1):
            _key(pen, row, column, (18.0 + 50 * (column - 1), 16.0 + 13 * row))
    pen.sheet.frame((14, 80), (130, 132), "To the Pi")
    _rows(pen)
    for index in range(KEYS):
        y = 114.0 + 4 * index
        series = pen.part(library.RESISTOR, f"R{index + 5}", parts.resistor("100"), (98, y), rotation=90)
        pen.entry(f"KEY_COL{index + 1}", (34, y), series.pin("1"), "input")
        _named(pen, f"PAD_C{index + 1}", series.pin("2"), (114, y))
    pen.sheet.note(
        "Rows are inputs, high at rest. While scanning one column at a\n"
        "time is low and the others are let go. A pressed key draws its\n"
        "row down through its diode; the rings are at the columns.\n"
        "Any number of keys is read right: no way leads backwards.\n"
        "470 ohm in a row and 100 ohm in a column: with a column's\n"
        "four keys down at -10 C a row is at 0.70 V, under VIL 0.8 V.\n"
        "With 1 k in the rows it would miss it.",
        (136, 84),
    )
    return pen.sheet


def _named(pen: Pen, name: str, pin: Point, end: Point) -> None:
    pen.sheet.wire(pin, end)
    pen.sheet.label(name, end)


def _key(pen: Pen, row: int, column: int, at: Point) -> None:
    x, y = at
    number = key_number(row, column)
    legend = library.LEGENDS[row - 1][column - 1]
    switch = pen.part(library.PUSH, f"SW{number}", surface.KEY, (x + 12, y), fields=((-4, -4), (-4, 2)))
    diode = pen.part(library.SCHOTTKY, f"D{number}", surface.KEY_DIODE, (x + 26, y), rotation=270, fields=ABOVE)
    _named(pen, f"PAD_R{row}", switch.pin("1"), (x + 1, y))
    pen.sheet.wire(switch.pin("2"), diode.pin("A"))
    pen.sheet.label(f"KEY_{number}", (x + 17, y))
    _named(pen, f"PAD_C{column}", diode.pin("K"), (x + 31, y))
    pen.sheet.note(legend, (x + 14, y - 4.5))


def _rows(pen: Pen) -> None:
    rail_y = 88.0
    xs = [58.0 + 8 * index for index in range(KEYS)]
    for index, x in enumerate(xs):
        y = 98.0 + 4 * index
        pull = pen.part(library.RESISTOR, f"R{index + 1}", parts.resistor("10k"), (x, rail_y + 5))
        series = pen.part(library.RESISTOR, f"R{index + 23}", parts.resistor("470"), (98, y), rotation=90)
        pen.entry(f"KEY_ROW{index + 1}", (34, y), series.pin("1"), "output")
        _named(pen, f"PAD_R{index + 1}", series.pin("2"), (114, y))
        pen.sheet.wire(pull.pin("1"), (x, rail_y))
        pen.sheet.wire(pull.pin("2"), (x, y))
    pen.rail("+3V3", (xs[0], rail_y), (xs[-1], rail_y))


def arrays(block: TitleBlock) -> Sheet:
    """A diode array at every pair of lines that leaves the board by a cable or comes near a window."""
    pen = Pen(Sheet("sparks", block, 8))
    pen.sheet.frame((14, 18), (130, 100), "Against sparks")
    for index, (reference, first, second) in enumerate(
        (("U6", "SLOT_TXD", "SLOT_RXD"), ("U7", "OLED_SDA", "OLED_SCL"))
    ):
        y = 40.0 + 34 * index
        array = pen.part(library.SPARK_ARRAY, reference, surface.ARRAY, (70, y))
        for name, pin in ((first, "IO1"), (second, "IO2")):
            pen.entry(name, (30, array.pin(pin)[1]), array.pin(pin), "passive")
        for name, pin in ((first, "IO1'"), (second, "IO2'")):
            x, height = array.pin(pin)
            _named(pen, name, (x, height), (x + 4, height))
        ground, rail = array.pin("GND"), array.pin("VBUS")
        pen.ground(ground, (56, ground[1]), (56, ground[1] + 4))
        pen.rail("+3V3", (rail[0] + 22, rail[1] - 9), (rail[0] + 22, rail[1]), rail)
    pen.sheet.note(
        "A spark on a line goes to ground or into 3.3 V before\nit comes to the Pi.\n"
        "Keys: 470 ohm, under plastic caps.\n"
        "Card switch: 470 ohm and 100 nF.",
        (18, 90),
    )
    return pen.sheet


def identity(block: TitleBlock) -> Sheet:
    """The memory in which a HAT says what it is; left empty by default."""
    pen = Pen(Sheet("identity", block, 9))
    sheet = pen.sheet
    sheet.frame((14, 18), (150, 80), "Identification of a HAT (left empty by default)")
    memory = pen.part(library.EEPROM, "U5", surface.EEPROM, (86, 50), fitted=False)
    sda, scl, protect = (memory.pin(name) for name in ("SDA", "SCL", "WP"))
    for (name, shape), pin in zip((("ID_SD", "bidirectional"), ("ID_SC", "input")), (sda, scl), strict=True):
        pen.entry(name, (28, pin[1]), pin, shape)
    rail_y = 32.0
    pulls = ((46.0, "R29", "3.9k", sda), (54.0, "R30", "3.9k", scl), (62.0, "R31", "10k", protect))
    for x, reference, value, pin in pulls:
        pull = pen.part(library.RESISTOR, reference, surface.small_resistor(value), (x, rail_y + 5), fitted=False)
        sheet.wire(pull.pin("1"), (x, rail_y))
        sheet.wire(pull.pin("2"), (x, pin[1]))
    pen.rail("+3V3", (46, rail_y), (62, rail_y))
    sheet.wire((62, protect[1]), protect)
    sheet.label("ID_WP", (66, protect[1]))
    needle = pen.part(library.TEST_POINT, "TP1", surface.TEST_PAD, (40, 62), fitted=False)
    sheet.wire(needle.pin("1"), (40, 68), (62, 68), (62, protect[1]))
    ground = memory.pin("GND")
    pen.ground(ground, (72, ground[1]), (72, ground[1] + 6))
    supply = memory.pin("VCC")
    pen.rail("+3V3", (108, 34), (108, supply[1]), supply)
    cap = pen.part(library.CAPACITOR, "C9", surface.CAP_100N, (126, 40), fitted=False)
    sheet.wire((108, 34), (126, 34), cap.pin("1"))
    pen.supply(library.GND, cap.pin("2"))
    for name in ("A0", "A1", "A2"):
        pin = memory.pin(name)
        sheet.wire(pin, (108, pin[1]))
    pen.ground((108, memory.pin("A0")[1]), (108, 62))
    sheet.note("Address 0x50, written by Raspberry Pi's eeptools with TP1 at ground.", (18, 74))
    return sheet
