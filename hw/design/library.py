"""The symbols of the drawings, in the project's own library so that nothing but KiCad itself is needed to open them."""

from collections.abc import Sequence
from typing import Final

from drivers.keypad.legends import legend_of
from drivers.keypad.matrix import LEGENDS as PAD
from hw.kicad.symbols import Box, Circle, Graphic, Kind, Line, Point, Side, Symbol, SymbolPin, Words

PASSIVE: Final = Kind.PASSIVE


def _two_pins(first: str = "1", second: str = "2") -> tuple[SymbolPin, ...]:
    top = SymbolPin("1", first, PASSIVE, (0, 3), Side.TOP, 1)
    return (top, SymbolPin("2", second, PASSIVE, (0, -3), Side.BOTTOM, 1))


def _beside(
    name: str, prefix: str, description: str, graphics: tuple[Graphic, ...], pins: tuple[SymbolPin, ...]
) -> Symbol:
    return Symbol(name, prefix, description, pins, graphics, (2, 0.9), (2, -0.9))


def arrow(tip: Point, back: Point, side: Point) -> Line:
    """A small filled triangle."""
    return Line((tip, back, side, tip), 0.1, filled=True)


RESISTOR: Final = _beside("R", "R", "Resistor", (Box((-0.8, 2), (0.8, -2), background=False),), _two_pins())

CAPACITOR: Final = _beside(
    "C",
    "C",
    "Capacitor",
    (
        Line(((-1.5, 0.5), (1.5, 0.5)), 0.4),
        Line(((-1.5, -0.5), (1.5, -0.5)), 0.4),
        Line(((0, 2), (0, 0.5))),
        Line(((0, -0.5), (0, -2))),
    ),
    _two_pins(),
)

CAPACITOR_POLARISED: Final = _beside(
    "CP", "C", "Electrolytic capacitor", (*CAPACITOR.graphics, Words("+", (-1.2, 1.5))), _two_pins("+", "-")
)

_DIODE: Final[tuple[Graphic, ...]] = (
    Line(((-1, -1), (1, -1), (0, 1), (-1, -1))),
    Line(((0, 2), (0, -2)), 0),
)

DIODE: Final = _beside("D", "D", "Diode, cathode up", (*_DIODE, Line(((-1, 1), (1, 1)), 0.3)), _two_pins("K", "A"))

SCHOTTKY: Final = _beside(
    "D_Schottky",
    "D",
    "Schottky diode, cathode up",
    (*_DIODE, Line(((-1, 0.6), (-1, 1), (1, 1), (1, 1.4)), 0.3)),
    _two_pins("K", "A"),
)

LED: Final = _beside(
    "LED",
    "D",
    "Light-emitting diode, anode up",
    (
        Line(((-1, 1), (1, 1), (0, -1), (-1, 1))),
        Line(((0, 2), (0, -2)), 0),
        Line(((-1, -1), (1, -1)), 0.3),
        Line(((-1.4, 0), (-2.4, -1))),
        arrow((-2.6, -1.2), (-2.5, -0.7), (-2.1, -1.1)),
        Line(((-1.4, 1), (-2.4, 0))),
        arrow((-2.6, -0.2), (-2.5, 0.3), (-2.1, -0.1)),
    ),
    (
        SymbolPin("2", "A", PASSIVE, (0, 3), Side.TOP, 1),
        SymbolPin("1", "K", PASSIVE, (0, -3), Side.BOTTOM, 1),
    ),
)


def _transistor(
    name: str, description: str, emitter_up: bool, numbers: tuple[str, str, str] = ("1", "2", "3")
) -> Symbol:
    """`numbers`: those of collector, base and emitter."""
    up = 1 if emitter_up else -1
    collector, base, emitter = numbers
    pins = (
        SymbolPin(collector, "C", PASSIVE, (2, -4 * up), Side.BOTTOM if emitter_up else Side.TOP, 2),
        SymbolPin(base, "B", Kind.INPUT, (-3, 0), Side.LEFT, 2.5),
        SymbolPin(emitter, "E", PASSIVE, (2, 4 * up), Side.TOP if emitter_up else Side.BOTTOM, 2),
    )
    head = arrow((0.2, 0.6), (1.1, 0.9), (0.6, 1.5)) if emitter_up else arrow((1.6, -1.7), (0.7, -1.4), (1.2, -0.8))
    strokes: tuple[Graphic, ...] = (
        Circle((0.8, 0), 2.2),
        Line(((-0.5, 1.5), (-0.5, -1.5)), 0.45),
        Line(((-0.5, 0.5 * up), (2, 2 * up))),
        Line(((-0.5, -0.5 * up), (2, -2 * up))),
        head,
    )
    return Symbol(name, "Q", description, pins, strokes, (3.6, 0.9), (3.6, -0.9))


NPN: Final = _transistor("NPN_CBE", "NPN transistor, pins C B E", emitter_up=False)
PNP: Final = _transistor("PNP_CBE", "PNP transistor, emitter up, pins C B E", emitter_up=True)
NPN_SMALL: Final = _transistor("NPN_BEC", "NPN transistor, pins B E C", emitter_up=False, numbers=("3", "1", "2"))
PNP_SMALL: Final = _transistor(
    "PNP_BEC", "PNP transistor, emitter up, pins B E C", emitter_up=True, numbers=("3", "1", "2")
)

BUZZER: Final = Symbol(
    "Buzzer",
    "BZ",
    "Buzzer with its own oscillator",
    (SymbolPin("1", "+", PASSIVE, (0, 3), Side.TOP, 1), SymbolPin("2", "-", PASSIVE, (0, -3), Side.BOTTOM, 1)),
    (
        Line(((0, 2), (1.5, 2), (1.5, -2), (0, -2))),
        Line(((1.5, 2.4), (1.5, -2.4)), 0.4),
        Line(((1.5, 2.4), (2.6, 1.8), (3, 0), (2.6, -1.8), (1.5, -2.4))),
        Words("+", (-0.8, 2.2)),
    ),
    (4, 0.9),
    (4, -0.9),
)


def _switch(name: str, description: str, lever: tuple[Graphic, ...]) -> Symbol:
    pins = (
        SymbolPin("1", "1", PASSIVE, (-4, 0), Side.LEFT, 2.2),
        SymbolPin("2", "2", PASSIVE, (4, 0), Side.RIGHT, 2.2),
    )
    dots: tuple[Graphic, ...] = (Circle((-1.5, 0), 0.3), Circle((1.5, 0), 0.3))
    return Symbol(name, "SW", description, pins, (*dots, *lever), (-4, 4), (-4, -2))


PUSH: Final = _switch(
    "SW_Push", "Push button, makes", (Line(((-2, 1), (2, 1))), Line(((0, 1), (0, 2.4))), Line(((-1, 2.4), (1, 2.4))))
)
LEVER: Final = _switch("SW_Lever", "Lever microswitch, makes", (Line(((-1.2, 0.2), (1.8, 1.6))),))


def module(  # noqa: PLR0913, PLR0917 - a box has that many properties
    name: str,
    prefix: str,
    description: str,
    left: Sequence[tuple[str, str, Kind]],
    right: Sequence[tuple[str, str, Kind]],
    width: float,
) -> Symbol:
    """A box with pins (number, name, kind) at 2.54 mm, from the top; an empty number leaves a gap."""
    height = 2 * max(len(left), len(right)) + 2
    half = width / 2
    pins = [
        SymbolPin(number, text, kind, (side_x, height / 2 - 2 - 2 * index), side, 3)
        for rows, side_x, side in ((left, -half - 3, Side.LEFT), (right, half + 3, Side.RIGHT))
        for index, (number, text, kind) in enumerate(rows)
        if number
    ]
    body = (Box((-half, height / 2), (half, -height / 2)),)
    fields = (-half, height / 2 + 2.4), (-half, height / 2 + 0.9)
    return Symbol(name, prefix, description, tuple(pins), body, *fields, show_pin_numbers=True, show_pin_names=True)


OLED: Final = module(
    "OLED_I2C_4P",
    "DS",
    "OLED module 128x64, SSD1306 or SH1106, I2C",
    [
        ("2", "VCC", Kind.POWER_IN),
        ("3", "SCL", Kind.INPUT),
        ("4", "SDA", Kind.BIDIRECTIONAL),
        ("1", "GND", Kind.POWER_IN),
    ],
    [],
    12,
)

SPI_DISPLAY: Final = module(
    "OLED_SPI_7P",
    "J",
    "Connector of an SPI OLED module (SSD1309 2.42 inch)",
    [
        ("1", "GND", PASSIVE),
        ("2", "VCC", PASSIVE),
        ("3", "D0/CLK", Kind.INPUT),
        ("4", "D1/MOSI", Kind.INPUT),
        ("5", "RES", Kind.INPUT),
        ("6", "DC", Kind.INPUT),
        ("7", "CS", Kind.INPUT),
    ],
    [],
    12,
)

BARE_SLOT: Final = module(
    "Bare_slot_4P",
    "J",
    "Connector of a SEC1210 slot board, UART",
    [("1", "GND", PASSIVE), ("2", "VCC", PASSIVE), ("3", "RXD", Kind.INPUT), ("4", "TXD", Kind.OUTPUT)],
    [],
    12,
)

USB_READER: Final = module(
    "USB_CCID_reader",
    "X",
    "Smart card reader, USB CCID",
    [
        ("1", "VBUS", Kind.POWER_IN),
        ("2", "D-", Kind.BIDIRECTIONAL),
        ("3", "D+", Kind.BIDIRECTIONAL),
        ("4", "GND", Kind.POWER_IN),
    ],
    [],
    16,
)

LATCH: Final = module(
    "Pololu_2808",
    "U",
    "Latching power switch, 2.2 to 16 V",
    [("1", "VIN", Kind.POWER_IN), ("4", "ON", Kind.INPUT), ("5", "OFF", Kind.INPUT), ("2", "GND", Kind.POWER_IN)],
    [("3", "VOUT", Kind.POWER_OUT), ("6", "CTRL", PASSIVE), ("7", "A", PASSIVE), ("8", "B", PASSIVE)],
    14,
)

CHARGER: Final = module(
    "Adafruit_4755",
    "U",
    "Charger with power path, bq24074",
    [("1", "LIPO", PASSIVE), ("2", "GND", Kind.POWER_IN)],
    [("3", "OUT", Kind.POWER_OUT)],
    14,
)

BOOST: Final = module(
    "Adafruit_2030",
    "U",
    "Step-up converter to 5.2 V, TPS61090",
    [("1", "BAT", Kind.POWER_IN), ("2", "GND", Kind.POWER_IN)],
    [("3", "5V", Kind.POWER_OUT), ("4", "EN", PASSIVE), ("5", "LBO", PASSIVE)],
    14,
)

GAUGE: Final = module(
    "Adafruit_5580",
    "U",
    "Fuel gauge, MAX17048",
    [("1", "BAT", Kind.POWER_IN), ("2", "GND", Kind.POWER_IN)],
    [("3", "VIN", Kind.POWER_IN), ("4", "SCL", Kind.INPUT), ("5", "SDA", Kind.BIDIRECTIONAL)],
    14,
)

SPARK_ARRAY: Final = module(
    "USBLC6_2",
    "U",
    "Diode array, two lines",
    [("1", "IO1", PASSIVE), ("3", "IO2", PASSIVE), ("2", "GND", Kind.POWER_IN)],
    [("6", "IO1'", PASSIVE), ("4", "IO2'", PASSIVE), ("5", "VBUS", PASSIVE)],
    12,
)

EEPROM: Final = module(
    "24LC32",
    "U",
    "EEPROM, 4 KiB, I2C",
    [
        ("5", "SDA", Kind.BIDIRECTIONAL),
        ("6", "SCL", Kind.INPUT),
        ("7", "WP", Kind.INPUT),
        ("4", "GND", Kind.POWER_IN),
    ],
    [("8", "VCC", Kind.POWER_IN), ("1", "A0", Kind.INPUT), ("2", "A1", Kind.INPUT), ("3", "A2", Kind.INPUT)],
    12,
)

TEST_POINT: Final = Symbol(
    "Test_point",
    "TP",
    "A pad for a needle",
    (SymbolPin("1", "1", PASSIVE, (0, -2), Side.BOTTOM, 1.4),),
    (Circle((0, 0), 0.6),),
    (1.4, 0.9),
    (1.4, -0.9),
)

CELL: Final = Symbol(
    "Cell",
    "BT",
    "Lithium-polymer cell with its own protection",
    (
        SymbolPin("1", "+", Kind.POWER_OUT, (0, 3), Side.TOP, 2),
        SymbolPin("2", "-", Kind.POWER_OUT, (0, -3), Side.BOTTOM, 2),
    ),
    (
        Line(((-1.6, 1), (1.6, 1)), 0.3),
        Line(((-0.8, -0.2), (0.8, -0.2)), 0.6),
        Line(((0, -0.2), (0, -1))),
        Words("+", (1.2, 2)),
    ),
    (2.4, 0.9),
    (2.4, -0.9),
)

LEGENDS: Final = tuple(tuple(legend_of(key) if key else "" for key in row) for row in PAD)
"""The keys, row by row (the user guide's Code key; the other functions of the method)."""

_KEY_X: Final = (-5, 0.5, 6, 11.5)
_KEY_Y: Final = (10, 6, 2, -2)


def _key_matrix() -> list[Graphic]:
    drawn: list[Graphic] = [Line(((-8, y), (13, y)), 0.1) for y in _KEY_Y]
    drawn += [Line(((x, 11), (x, -6 - 4 * i), (-8, -6 - 4 * i)), 0.1) for i, x in enumerate(_KEY_X)]
    for y, legends in zip(_KEY_Y, LEGENDS, strict=True):
        for x, legend in zip(_KEY_X, legends, strict=True):
            drawn += [Circle((x, y), 0.35), Words(legend, (x + 2.6, y + 1), 1.0)]
    return drawn


def _keypad() -> Symbol:
    rows = [SymbolPin(str(8 - i), f"R{i + 1}", PASSIVE, (-10, y), Side.LEFT) for i, y in enumerate(_KEY_Y)]
    columns = [SymbolPin(str(4 - i), f"C{i + 1}", PASSIVE, (-10, -6 - 4 * i), Side.LEFT) for i in range(4)]
    graphics = (Box((-8, 13), (17, -20)), *_key_matrix())
    return Symbol(
        "Keypad_4x4", "KB", "Membrane keypad, 8-way ribbon", (*rows, *columns), graphics, (-8, 15.4), (-8, 13.9),
        show_pin_numbers=True,
    )  # fmt: skip


KEYPAD: Final = _keypad()


def _power(name: str, graphics: tuple[Graphic, ...], value_at: Point, up: bool) -> Symbol:
    pin = SymbolPin("1", name, Kind.POWER_IN, (0, 0), Side.BOTTOM if up else Side.TOP, 0)
    return Symbol(name, "#PWR", f"Net {name}", (pin,), graphics, (0, 0), value_at, left_aligned=False, power=True)


_BAR: Final[tuple[Graphic, ...]] = (Line(((0, 0), (0, 1.5))), Line(((-1, 1.5), (1, 1.5)), 0.3))
_GROUND: Final[tuple[Graphic, ...]] = (
    Line(((0, 0), (0, -1))),
    Line(((-1.2, -1), (1.2, -1)), 0.3),
    Line(((-0.8, -1.5), (0.8, -1.5)), 0.3),
    Line(((-0.3, -2), (0.3, -2)), 0.3),
)

GND: Final = _power("GND", _GROUND, (0, -3), up=False)
RAILS: Final = {name: _power(name, _BAR, (0, 2.6), up=True) for name in ("+3V3", "+5V", "VBAT", "VSYS", "VSW")}
"""The supply nets. VBAT: the cell; VSYS: behind the charger, always on; VSW: behind the latch."""
