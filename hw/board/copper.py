"""What is to be joined on a two-layer board, what joins it, and the judgement over both: knows no grid and no KiCad.

Millimetres, y downwards, layer 0 the front and 1 the back. The judgement measures the copper itself, so that a mistake
of the router's grid shows here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import hypot
from typing import Final, TypeAlias

Point: TypeAlias = tuple[float, float]
LAYERS: Final = (0, 1)
SLACK: Final = 1e-6


@dataclass(frozen=True, slots=True)
class NetClass:
    """Widths of a net's tracks and vias, and the drill of the latter."""

    track: float = 0.25
    via: float = 0.7
    drill: float = 0.35


@dataclass(frozen=True, slots=True)
class CopperPad:
    """A rectangle with rounded corners around (x, y); `net` "" joins nothing. `drill` over 0 goes through.

    `joins` False: copper that lies there already, which a track of its net may touch and none must reach.
    """

    name: str
    net: str
    x: float
    y: float
    width: float
    height: float
    corner: float = 0.0
    layers: tuple[int, ...] = LAYERS
    drill: float = 0.0
    joins: bool = True

    def distance(self, x: float, y: float) -> float:
        """From a point to the copper; 0 inside."""
        across = max(0.0, abs(x - self.x) - self.width / 2 + self.corner)
        down = max(0.0, abs(y - self.y) - self.height / 2 + self.corner)
        return max(0.0, hypot(across, down) - self.corner)


@dataclass(frozen=True, slots=True)
class Keepout:
    """A disc without copper, under a screw's head."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class BareBoard:
    """What the router is given. Nets without a class of their own have the default one."""

    width: float
    height: float
    pads: tuple[CopperPad, ...]
    keepouts: tuple[Keepout, ...] = ()
    classes: Mapping[str, NetClass] = field(default_factory=dict)
    clearance: float = 0.2
    edge: float = 0.3
    hole_to_hole: float = 0.5

    def class_of(self, net: str) -> NetClass:
        """A net's class."""
        return self.classes.get(net, NetClass())


@dataclass(frozen=True, slots=True, order=True)
class Track:
    """A straight piece of copper with round ends."""

    net: str
    layer: int
    start: Point
    end: Point
    width: float


@dataclass(frozen=True, slots=True, order=True)
class Via:
    """A plated hole from front to back."""

    net: str
    at: Point
    size: float
    drill: float


@dataclass(frozen=True, slots=True)
class Copper:
    """What the router answers: `open_nets` found no way."""

    tracks: tuple[Track, ...]
    vias: tuple[Via, ...]
    open_nets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """A track, via or pad as its middle line with a radius, for measuring; a pad as its points along the inner line."""

    name: str
    net: str
    layers: tuple[int, ...]
    start: Point
    end: Point
    radius: float


def _point_to_line(point: Point, start: Point, end: Point) -> float:
    (px, py), (ax, ay), (bx, by) = point, start, end
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = 0.0 if not length else max(0.0, min(1.0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length))
    return hypot(px - ax - along * (bx - ax), py - ay - along * (by - ay))


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def line_distance(first: tuple[Point, Point], second: tuple[Point, Point]) -> float:
    """Between two straight lines; 0 where they cross."""
    (a, b), (c, d) = first, second
    if _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0:
        return 0.0
    ends = ((a, c, d), (b, c, d), (c, a, b), (d, a, b))
    return min(_point_to_line(*each) for each in ends)


def _shapes(copper: Copper) -> list[_Shape]:
    tracks = [
        _Shape(f"track of {track.net}", track.net, (track.layer,), track.start, track.end, track.width / 2)
        for track in copper.tracks
    ]
    vias = [_Shape(f"via of {via.net}", via.net, LAYERS, via.at, via.at, via.size / 2) for via in copper.vias]
    return tracks + vias


def _pad_distance(pad: CopperPad, shape: _Shape) -> float:
    """From a pad's copper to a track's or via's: the inner rectangle's four sides, and whether an end lies in it."""
    across, down = pad.width / 2 - pad.corner, pad.height / 2 - pad.corner
    corners = [(pad.x + sx * across, pad.y + sy * down) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    line = (shape.start, shape.end)
    if pad.distance(*shape.start) == 0 or pad.distance(*shape.end) == 0:
        return 0.0
    sides = (line_distance((corners[index - 1], corners[index]), line) for index in range(4))
    return max(0.0, min(sides) - pad.corner - shape.radius)


def _clashing_shapes(board: BareBoard, shapes: list[_Shape]) -> Iterator[str]:
    for one, other in combinations(shapes, 2):
        if one.net != other.net and set(one.layers) & set(other.layers):
            gap = line_distance((one.start, one.end), (other.start, other.end)) - one.radius - other.radius
            if gap < board.clearance - SLACK:
                yield f"{one.name} is {max(gap, 0):.3f} mm from the {other.name}"


def _clashing_pads(board: BareBoard, shapes: list[_Shape]) -> Iterator[str]:
    for pad in board.pads:
        for shape in shapes:
            if pad.net != shape.net and set(pad.layers) & set(shape.layers):
                gap = _pad_distance(pad, shape)
                if gap < board.clearance - SLACK:
                    yield f"{shape.name} is {gap:.3f} mm from pad {pad.name}"


def _outside(board: BareBoard, shape: _Shape) -> bool:
    xs, ys = zip(shape.start, shape.end, strict=True)
    room = board.edge + shape.radius - SLACK
    return min(xs) < room or min(ys) < room or max(xs) > board.width - room or max(ys) > board.height - room


def _misplaced(board: BareBoard, copper: Copper, shapes: list[_Shape]) -> Iterator[str]:
    for shape in shapes:
        if _outside(board, shape):
            yield f"{shape.name} comes within {board.edge} mm of the edge"
        for keepout in board.keepouts:
            gap = _point_to_line((keepout.x, keepout.y), shape.start, shape.end) - shape.radius
            if gap < keepout.radius - SLACK:
                yield f"{shape.name} lies in the keepout at {keepout.x}, {keepout.y}"
    holes = [(f"via of {via.net}", via.at, via.drill / 2) for via in copper.vias]
    holes += [(f"pad {pad.name}", (pad.x, pad.y), pad.drill / 2) for pad in board.pads if pad.drill]
    for (name, at, radius), (other, where, wide) in combinations(holes, 2):
        gap = hypot(at[0] - where[0], at[1] - where[1]) - radius - wide
        if gap < board.hole_to_hole - SLACK and "via" in name + other:
            yield f"hole of {name} is {gap:.3f} mm from the hole of {other}"


def faults(board: BareBoard, copper: Copper) -> list[str]:
    """Copper too near to other copper, to the edge, in a keepout, holes too near to each other, nets not joined."""
    shapes = _shapes(copper)
    found = [*_clashing_shapes(board, shapes), *_clashing_pads(board, shapes), *_misplaced(board, copper, shapes)]
    return found + [f"{net} is in {pieces} pieces" for net, pieces in pieces_of(board, copper).items() if pieces > 1]


def pieces_of(board: BareBoard, copper: Copper) -> Mapping[str, int]:
    """Net -> in how many pieces its pads are left."""
    shapes = _shapes(copper)
    found: dict[str, int] = {}
    for net in sorted({pad.net for pad in board.pads} - {""}):
        pads = [pad for pad in board.pads if pad.net == net and pad.joins]
        own = [shape for shape in shapes if shape.net == net]
        found[net] = _count_pieces(pads, own)
    return found


def _count_pieces(pads: list[CopperPad], shapes: list[_Shape]) -> int:
    parent = list(range(len(pads) + len(shapes)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for index, pad in enumerate(pads):
        for place, shape in enumerate(shapes, len(pads)):
            if set(pad.layers) & set(shape.layers) and _pad_distance(pad, shape) == 0:
                parent[root(index)] = root(place)
    for one, other in combinations(range(len(shapes)), 2):
        first, second = shapes[one], shapes[other]
        touch = line_distance((first.start, first.end), (second.start, second.end)) < SLACK
        if touch and set(first.layers) & set(second.layers):
            parent[root(len(pads) + one)] = root(len(pads) + other)
    return len({root(index) for index in range(len(pads))})
