"""Symbols as values: pins, strokes and texts on the 1.27 mm grid, y upwards as in a symbol editor."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from hw.kicad.sexp import GRID_MM, Node, Word

Point: TypeAlias = tuple[float, float]
"""Grid steps of 1.27 mm."""


class Kind(Enum):
    """Electrical type of a pin, as the electrical rules check knows them."""

    INPUT = "input"
    OUTPUT = "output"
    BIDIRECTIONAL = "bidirectional"
    OPEN_COLLECTOR = "open_collector"
    PASSIVE = "passive"
    POWER_IN = "power_in"
    POWER_OUT = "power_out"
    UNUSED = "no_connect"


class Side(Enum):
    """Where on the body a pin stands; the value is KiCad's angle, which points from the tip to the body."""

    LEFT = 0
    RIGHT = 180
    TOP = 270
    BOTTOM = 90


@dataclass(frozen=True, slots=True)
class SymbolPin:
    """A pin. `at` is its tip, where wires end."""

    number: str
    name: str
    kind: Kind
    at: Point
    side: Side
    length: float = 2


@dataclass(frozen=True, slots=True)
class Line:
    """An open or closed stroke."""

    points: tuple[Point, ...]
    width_mm: float = 0.254
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `background` fills it as KiCad fills bodies."""

    corner: Point
    opposite: Point
    background: bool = True


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle."""

    centre: Point
    radius: float


@dataclass(frozen=True, slots=True)
class Words:
    """Text drawn with the symbol."""

    text: str
    at: Point
    size_mm: float = 1.27


Graphic: TypeAlias = Line | Box | Circle | Words


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol of the library. `reference_at` and `value_at` are where its two shown fields stand."""

    name: str
    prefix: str
    description: str
    pins: tuple[SymbolPin, ...]
    graphics: tuple[Graphic, ...]
    reference_at: Point
    value_at: Point
    left_aligned: bool = True
    show_pin_numbers: bool = False
    show_pin_names: bool = False
    power: bool = False

    def pin(self, key: str) -> SymbolPin:
        """The pin with this name or this number. Raises KeyError."""
        for pin in self.pins:
            if key in (pin.name, pin.number):
                return pin
        raise KeyError(f"{self.name} has no pin {key}")


def xy(point: Point) -> list[Node]:
    """Millimetres of a grid point."""
    return [point[0] * GRID_MM, point[1] * GRID_MM]


def effects(size_mm: float = 1.27, *, justify: str = "", hidden: bool = False, bold: bool = False) -> list[Node]:
    """How a text looks."""
    font: list[Node] = [Word("font"), [Word("size"), size_mm, size_mm]]
    if bold:
        font.append([Word("bold"), Word("yes")])
    node: list[Node] = [Word("effects"), font]
    if justify:
        node.append([Word("justify"), *(Word(word) for word in justify.split())])
    if hidden:
        node.append([Word("hide"), Word("yes")])
    return node


def _stroke(width_mm: float) -> list[Node]:
    return [Word("stroke"), [Word("width"), width_mm], [Word("type"), Word("default")]]


def _fill(kind: str) -> list[Node]:
    return [Word("fill"), [Word("type"), Word(kind)]]


def _graphic(item: Graphic) -> list[Node]:
    match item:
        case Line(points, width, filled):
            drawn: list[Node] = [Word("pts"), *([Word("xy"), *xy(point)] for point in points)]
            return [Word("polyline"), drawn, _stroke(width), _fill("outline" if filled else "none")]
        case Box(corner, opposite, background):
            ends: list[Node] = [[Word("start"), *xy(corner)], [Word("end"), *xy(opposite)]]
            return [Word("rectangle"), *ends, _stroke(0.254), _fill("background" if background else "none")]
        case Circle(centre, radius):
            shape: list[Node] = [[Word("center"), *xy(centre)], [Word("radius"), radius * GRID_MM]]
            return [Word("circle"), *shape, _stroke(0.254), _fill("none")]
        case Words(text, at, size):
            return [Word("text"), text, [Word("at"), *xy(at), 0], effects(size)]


def _pin(pin: SymbolPin) -> list[Node]:
    return [
        Word("pin"),
        Word(pin.kind.value),
        Word("line"),
        [Word("at"), *xy(pin.at), pin.side.value],
        [Word("length"), pin.length * GRID_MM],
        [Word("name"), pin.name, effects()],
        [Word("number"), pin.number, effects()],
    ]


def _field(name: str, value: str, at: Point, look: list[Node]) -> list[Node]:
    return [Word("property"), name, value, [Word("at"), *xy(at), 0], look]


def _hidden(flag: str) -> list[Node]:
    return [Word(flag), [Word("hide"), Word("yes")]]


def _pin_texts(symbol: Symbol) -> Iterable[list[Node]]:
    if not symbol.show_pin_numbers:
        yield _hidden("pin_numbers")
    names: list[Node] = [Word("pin_names"), [Word("offset"), 0.762]]
    if not symbol.show_pin_names:
        names.append([Word("hide"), Word("yes")])
    yield names


def definition(symbol: Symbol, library: str = "") -> list[Node]:
    """The symbol as KiCad stores it; with `library`, under the name a schematic keeps its copy."""
    name = f"{library}:{symbol.name}" if library else symbol.name
    justify = "left" if symbol.left_aligned else ""
    node: list[Node] = [Word("symbol"), name]
    if symbol.power:
        node.append([Word("power")])
    node += _pin_texts(symbol)
    node += [[Word("exclude_from_sim"), Word("no")], [Word("in_bom"), Word("yes")], [Word("on_board"), Word("yes")]]
    node += [
        _field("Reference", symbol.prefix, symbol.reference_at, effects(justify=justify, hidden=symbol.power)),
        _field("Value", symbol.name, symbol.value_at, effects(justify=justify)),
        _field("Footprint", "", (0, 0), effects(hidden=True)),
        _field("Datasheet", "", (0, 0), effects(hidden=True)),
        _field("Description", symbol.description, (0, 0), effects(hidden=True)),
        [Word("symbol"), f"{symbol.name}_0_1", *(_graphic(item) for item in symbol.graphics)],
        [Word("symbol"), f"{symbol.name}_1_1", *(_pin(pin) for pin in symbol.pins)],
        [Word("embedded_fonts"), Word("no")],
    ]
    return node
