"""The breadboard as data: holes, parts' legs, wires; and what is joined by it, to be compared with the netlist."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from drivers.header import DESK, HEADER, HOLES
from hw.kicad.netlist import Netlist

COLUMNS: Final = 63
LOWER: Final = "abcde"
UPPER: Final = "fghij"
RAILS: Final = ("+", "-")
"""The two rails above row j, the only ones used. On many boards they are cut in the middle: bridge them there."""


@dataclass(frozen=True, slots=True, order=True)
class Hole:
    """A hole: row a to j or a rail, column 1 to 63."""

    row: str
    column: int

    def __post_init__(self) -> None:
        if self.row not in LOWER + UPPER + "+-" or not 1 <= self.column <= COLUMNS:
            raise ValueError(f"no hole {self.row}{self.column} on the board")

    def __str__(self) -> str:
        return f"{self.row}{self.column}" if self.row.isalpha() else f"{self.row} rail"

    @property
    def node(self) -> str:
        """The clip behind the hole: five holes of a column's half, or the whole rail."""
        if self.row in RAILS:
            return f"rail {self.row}"
        return f"{'lower' if self.row in LOWER else 'upper'} {self.column}"


def hole(text: str) -> Hole:
    """`j24`, `+3`. Raises ValueError."""
    return Hole(text[0], int(text[1:]))


@dataclass(frozen=True, slots=True)
class Wire:
    """A jumper from a header pin of the Pi, or from a hole, to a hole."""

    start: int | Hole
    end: Hole
    colour: str
    signal: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One pin of a part in a hole."""

    part: str
    pin: str
    at: Hole


COLOURS: Final = MappingProxyType(
    {
        "+3V3": "#d62728", "GND": "#222222", "OLED_SDA": "#1f77b4", "OLED_SCL": "#e6b800", "LED": "#2ca02c",
        "BUZZER": "#ff7f0e", "CARD_SWITCH": "#9467bd", "KEY_ROW1": "#8c564b", "KEY_ROW2": "#a9746a",
        "KEY_ROW3": "#8c564b", "KEY_ROW4": "#a9746a", "KEY_COL1": "#17a2b8", "KEY_COL2": "#0b7285",
        "KEY_COL3": "#17a2b8", "KEY_COL4": "#0b7285",
    }
)  # fmt: skip
"""Signal -> colour of its wire (rows brown, columns teal)."""

PI_HOLES: Final = HOLES
"""Signal -> the hole its wire from the Pi goes to; the header pin is the pin file's."""

SUPPLY_PINS: Final = MappingProxyType({"+3V3": (1, "+2"), "GND": (6, "-4")})
"""Supply -> header pin and hole."""

_PARTS: Final = MappingProxyType(
    {
        "DS1": {"1": "a5", "2": "a6", "3": "a7", "4": "a8"},
        "C1": {"1": "c6", "2": "c5"},
        "C2": {"1": "+10", "2": "-10"},
        "R9": {"1": "h14", "2": "h18"},
        "D1": {"2": "f18", "1": "f19"},
        "R10": {"1": "h23", "2": "h27"},
        "Q1": {"1": "f26", "2": "f27", "3": "f28"},
        "R11": {"1": "i27", "2": "-27"},
        "BZ1": {"2": "c26", "1": "c29"},
        "D2": {"2": "i26", "1": "+26"},
        "C6": {"1": "+30", "2": "-30"},
        "R12": {"2": "h36", "1": "h32"},
        "R27": {"2": "g36", "1": "g40"},
        "C7": {"1": "i36", "2": "i37"},
        "SW1": {"1": "f36", "2": "f37"},
        "KB1": {str(8 - i): f"a{46 + i}" for i in range(8)},
        **{f"R{i + 1}": {"2": f"i{46 + i}", "1": f"+{46 + i}"} for i in range(4)},
        **{f"R{i + 23}": {"1": f"f{46 + i}", "2": f"e{46 + i}"} for i in range(4)},
        **{f"R{i + 5}": {"1": f"f{50 + i}", "2": f"e{50 + i}"} for i in range(4)},
    }
)

_BRIDGES: Final = (
    ("d5", "-5", "GND"), ("d6", "+6", "+3V3"), ("j19", "-19", "GND"), ("j28", "-28", "GND"), ("g26", "e26", "BUZZER"),
    ("e29", "+29", "+3V3"), ("j32", "+32", "+3V3"), ("j37", "-37", "GND"),
)  # fmt: skip
"""Short wires on the board, each with the supply or signal that gives it its colour."""


def header_pin(signal: str) -> int:
    """A signal's header pin, from the pin file. Raises KeyError."""
    return HEADER[{pin.signal: pin.gpio for pin in DESK}[signal]]


def pi_wires() -> list[Wire]:
    """The wires to the Pi, by header pin."""
    wires = [Wire(pin, hole(text), COLOURS[net], net) for net, (pin, text) in SUPPLY_PINS.items()]
    wires += [Wire(header_pin(signal), hole(text), COLOURS[signal], signal) for signal, text in PI_HOLES.items()]
    return sorted(wires, key=lambda wire: str(wire.start).zfill(2))


def bridges() -> list[Wire]:
    """The wires that stay on the board."""
    return [Wire(hole(start), hole(end), COLOURS[colour], colour) for start, end, colour in _BRIDGES]


def legs() -> list[Leg]:
    """Every leg in its hole."""
    return [Leg(part, pin, hole(text)) for part, pins in _PARTS.items() for pin, text in pins.items()]


Contact: TypeAlias = tuple[str, str]
"""A part's pin, the Pi's header pins included."""


def _clusters(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    parent: dict[str, str] = {}

    def find(node: str) -> str:
        parent.setdefault(node, node)
        while parent[node] != node:
            node = parent[node]
        return node

    for first, second in pairs:
        parent[find(first)] = find(second)
    return {node: find(node) for node in parent}


def _links() -> Iterator[tuple[str, str]]:
    for wire in (*pi_wires(), *bridges()):
        start = wire.start.node if isinstance(wire.start, Hole) else f"A1.{wire.start}"
        yield start, wire.end.node
    for leg in legs():
        yield f"{leg.part}.{leg.pin}", leg.at.node


def joined() -> set[frozenset[Contact]]:
    """The groups of contacts the breadboard joins."""
    groups: dict[str, set[Contact]] = {}
    for node, name in _clusters(_links()).items():
        part, dot, pin = node.partition(".")
        if dot:
            groups.setdefault(name, set()).add((part, pin))
    return {frozenset(group) for group in groups.values()}


def wanted(netlist: Netlist) -> set[frozenset[Contact]]:
    """The groups the netlist asks for, of the contacts that are on the board."""
    present = {contact for group in joined() for contact in group}
    groups = {frozenset((pin.part, pin.number) for pin in pins) & present for pins in netlist.nets.values()}
    return {group for group in groups if group}


def crowded() -> list[str]:
    """Holes that two legs or wires want."""
    seen: dict[Hole, str] = {}
    found: list[str] = []
    ends = [(leg.at, f"{leg.part}.{leg.pin}") for leg in legs()]
    ends += [
        (end, wire.signal)
        for wire in (*pi_wires(), *bridges())
        for end in (wire.start, wire.end)
        if isinstance(end, Hole)
    ]
    for at, name in ends:
        if at in seen:
            found.append(f"{at}: {seen[at]} and {name}")
        seen[at] = name
    return found


OFF_BOARD: Final = frozenset({"A1", "X1"})
"""Fitted, but not on the breadboard: the Pi, and the reader on its USB socket."""


def differences(netlist: Netlist) -> list[str]:
    """What the breadboard joins otherwise than the netlist, and parts that are missing from it."""
    have, want = joined(), wanted(netlist)
    found = [f"joined on the board only: {sorted(group)}" for group in have - want]
    found += [f"joined in the schematic only: {sorted(group)}" for group in want - have]
    placed = {leg.part for leg in legs()}
    fitted = {part.reference for part in netlist.parts.values() if part.fitted} - OFF_BOARD
    found += [f"{part} is not on the board" for part in sorted(fitted - placed)]
    pinned = {(leg.part, leg.pin) for leg in legs()}
    loose = {(pin.part, pin.number) for pins in netlist.nets.values() for pin in pins if pin.part in placed} - pinned
    return found + [f"{part} pin {pin} is in no hole" for part, pin in sorted(loose)] + crowded()
