"""A sheet of drawing: placed symbols, wires, labels, frames and notes; coordinates are grid steps, y downwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

from hw.kicad.symbols import Point, Symbol

Segment: TypeAlias = tuple[Point, Point]

ROTATIONS: Final = {0: (1, 0, 0, 1), 90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}
"""Rotation in degrees, counter-clockwise -> matrix in the symbol's own axes (y upwards)."""


@dataclass(frozen=True, slots=True)
class Component:
    """What a placed symbol is in the bill of materials. `fitted` False: a position that stays empty by default."""

    value: str
    footprint: str = ""
    datasheet: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    fitted: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """A symbol on a sheet."""

    symbol: Symbol
    reference: str
    component: Component
    at: Point
    rotation: int = 0
    mirrored: bool = False
    reference_at: Point | None = None
    value_at: Point | None = None

    def position(self, point: Point) -> Point:
        """A point of the symbol's own axes on the sheet."""
        x, y = (-point[0] if self.mirrored else point[0]), point[1]
        a, b, c, d = ROTATIONS[self.rotation]
        if self.mirrored and self.rotation in {90, 270}:
            a, b, c, d = -a, -b, -c, -d
        return self.at[0] + a * x + b * y, self.at[1] - (c * x + d * y)

    def pin(self, key: str) -> Point:
        """Where the wire to a pin, by name or number, must end."""
        return self.position(self.symbol.pin(key).at)


@dataclass(frozen=True, slots=True)
class Label:
    """A net's name at a point. `shape` empty: a local label; else a hierarchical one (input, output, bidirectional)."""

    text: str
    at: Point
    angle: int = 0
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Free text; `at` is its upper left corner."""

    text: str
    at: Point
    size_mm: float = 1.27
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A dashed rectangle with a title, around a block."""

    corner: Point
    opposite: Point
    title: str


@dataclass(frozen=True, slots=True)
class SheetPin:
    """An entry of a sub-sheet's box."""

    name: str
    shape: str
    at: Point
    right: bool = False


@dataclass(frozen=True, slots=True)
class SubSheet:
    """The box that stands for another sheet."""

    title: str
    file: str
    corner: Point
    opposite: Point
    pins: tuple[SheetPin, ...]


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """What stands in the corner of the page."""

    title: str
    revision: str
    date: str
    company: str
    comments: tuple[str, ...]


@dataclass(slots=True)
class Sheet:
    """A page being drawn."""

    name: str
    title_block: TitleBlock
    page: int = 1
    placed: list[Placed] = field(default_factory=list)
    wires: list[Segment] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    unconnected: list[Point] = field(default_factory=list)
    sub_sheets: list[SubSheet] = field(default_factory=list)

    def place(self, placed: Placed) -> Placed:
        """Put a symbol down. Raises ValueError for a reference that is taken."""
        if any(other.reference == placed.reference for other in self.placed):
            raise ValueError(f"{placed.reference} stands on sheet {self.name} already")
        self.placed.append(placed)
        return placed

    def wire(self, *points: Point) -> None:
        """A wire through the points. Raises ValueError where it is neither level nor upright."""
        for start, end in pairwise(points):
            if start[0] != end[0] and start[1] != end[1]:
                raise ValueError(f"slanting wire {start} to {end} on sheet {self.name}")
            if start != end:
                self.wires.append((start, end))

    def label(self, text: str, at: Point, angle: int = 0) -> None:
        """Name the net at a point."""
        self.labels.append(Label(text, at, angle))

    def entry(self, text: str, at: Point, shape: str) -> None:
        """A hierarchical label whose wire leaves to the right."""
        self.labels.append(Label(text, at, 180, shape))

    def leaving(self, text: str, at: Point, shape: str) -> None:
        """A hierarchical label whose wire comes from the left."""
        self.labels.append(Label(text, at, 0, shape))

    def note(self, text: str, at: Point, size_mm: float = 1.27) -> None:
        """Free text."""
        self.notes.append(Note(text, at, size_mm))

    def frame(self, corner: Point, opposite: Point, title: str) -> None:
        """A frame with its title inside the upper edge."""
        self.frames.append(Frame(corner, opposite, title))

    def leave_open(self, *points: Point) -> None:
        """Say of pins that nothing is meant to be there."""
        self.unconnected.extend(points)

    def junctions(self) -> list[Point]:
        """The points where three or more ways meet: KiCad joins crossing wires only at a dot."""
        pins = [placed.position(pin.at) for placed in self.placed for pin in placed.symbol.pins]
        ends = [point for segment in self.wires for point in segment]
        candidates = sorted({*ends, *pins})
        return [point for point in candidates if self._ways(point, ends, pins) > 2]

    def segments(self) -> list[Segment]:
        """The wires cut at every junction, as KiCad stores them."""
        dots = self.junctions()
        return [piece for wire in self.wires for piece in cut(wire, dots)]

    def _ways(self, point: Point, ends: Iterable[Point], pins: Iterable[Point]) -> int:
        through = 2 * sum(1 for segment in self.wires if strictly_inside(point, segment))
        return through + sum(1 for end in ends if end == point) + sum(1 for pin in pins if pin == point)


def strictly_inside(point: Point, segment: Segment) -> bool:
    """True when the point lies on the segment, ends excluded."""
    (x1, y1), (x2, y2) = sorted(segment)
    if x1 == x2:
        return point[0] == x1 and y1 < point[1] < y2
    return point[1] == y1 and x1 < point[0] < x2


def cut(segment: Segment, points: Iterable[Point]) -> list[Segment]:
    """The segment's pieces between those points that lie inside it, from its start to its end."""
    start, end = segment
    inside = sorted({point for point in points if strictly_inside(point, segment)}, reverse=start > end)
    stations = [start, *inside, end]
    return list(pairwise(stations))
