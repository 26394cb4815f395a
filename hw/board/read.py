"""A `.kicad_pcb` file as values, without KiCad: every pad, track, hole and edge, from the board's own corner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import cos, radians, sin
from typing import Final, TypeVar

from hw.kicad.sexp import Node, Word, children, head, loads, text_of

LAYERS: Final = {"F.Cu": 0, "B.Cu": 1}


@dataclass(frozen=True, slots=True)
class ReadPad:
    """A pad. `net` empty: none. `number` empty: a bare hole. `drill` 0: on the surface."""

    reference: str
    number: str
    net: str
    x: float
    y: float
    drill: float
    layers: tuple[int, ...]
    size: float


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A footprint."""

    reference: str
    value: str
    footprint: str
    x: float
    y: float
    back: bool
    fitted: bool
    of_drawing: bool


@dataclass(frozen=True, slots=True)
class ReadTrack:
    """A piece of copper; a via has the same point twice and both layers."""

    net: str
    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    layers: tuple[int, ...]
    drill: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadFill:
    """A piece of poured copper: its corners; KiCad joins a hole to the outside by a cut that is run along twice."""

    net: str
    layer: int
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ReadBoard:
    """Everything the checks look at. `edges`: the outline's pieces; `areas`: corners of every area without copper."""

    parts: tuple[ReadPart, ...]
    pads: tuple[ReadPad, ...]
    tracks: tuple[ReadTrack, ...]
    edges: tuple[tuple[tuple[float, float], tuple[float, float]], ...]
    areas: tuple[tuple[tuple[float, float], ...], ...]
    fills: tuple[ReadFill, ...]
    identifiers: tuple[str, ...]
    width: float
    height: float


def _numbers(node: list[Node]) -> list[float]:
    return [float(child.text) for child in node[1:] if isinstance(child, Word) and _is_number(child.text)]


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _point(node: list[Node], name: str) -> tuple[float, float]:
    x, y = _numbers(children(node, name)[0])[:2]
    return x, y


def _net(node: list[Node]) -> str:
    found = children(node, "net")
    last = found[0][-1] if found else ""
    return last if isinstance(last, str) else ""


def _layers(node: list[Node]) -> tuple[int, ...]:
    named = children(node, "layers") or children(node, "layer")
    names = [str(child) for child in named[0][1:] if isinstance(child, str)]
    if "*.Cu" in names or "F&B.Cu" in names:
        return (0, 1)
    return tuple(sorted(LAYERS[name] for name in names if name in LAYERS))


def _properties(node: list[Node]) -> dict[str, str]:
    return {str(child[1]): str(child[2]) for child in children(node, "property")}


def _part(node: list[Node]) -> ReadPart:
    x, y = _point(node, "at")
    flags = {child.text for attr in children(node, "attr") for child in attr[1:] if isinstance(child, Word)}
    fields = _properties(node)
    side = text_of(node, "layer")
    reference = fields["Reference"]
    drawn = "board_only" not in flags
    return ReadPart(reference, fields["Value"], str(node[1]), x, y, side == "B.Cu", "dnp" not in flags, drawn)


def _pads(node: list[Node]) -> Iterator[ReadPad]:
    reference = _properties(node)["Reference"]
    where = _numbers(children(node, "at")[0])
    turn = radians(where[2]) if len(where) > 2 else 0.0
    for pad in children(node, "pad"):
        dx, dy = _point(pad, "at")
        x = where[0] + dx * cos(turn) + dy * sin(turn)
        y = where[1] - dx * sin(turn) + dy * cos(turn)
        drills = children(pad, "drill")
        drill = _numbers(drills[0])[0] if drills else 0.0
        size = min(_numbers(children(pad, "size")[0]))
        yield ReadPad(reference, str(pad[1]), _net(pad), x, y, drill, _layers(pad), size)


def _track(node: list[Node], nets: Mapping[str, str]) -> ReadTrack:
    net = nets.get(text_of(node, "net"), "")
    if head(node) == "via":
        at = _point(node, "at")
        wide, drill = (_numbers(children(node, name)[0])[0] for name in ("size", "drill"))
        return ReadTrack(net, at, at, wide, (0, 1), drill)
    width = _numbers(children(node, "width")[0])[0]
    return ReadTrack(net, _point(node, "start"), _point(node, "end"), width, _layers(node))


def _identifiers(node: Node) -> Iterator[str]:
    if isinstance(node, list):
        if head(node) == "uuid":
            yield str(node[1])
        for child in node:
            yield from _identifiers(child)


def _areas(root: list[Node]) -> Iterator[tuple[tuple[float, float], ...]]:
    for zone in children(root, "zone"):
        if children(zone, "keepout"):
            points = children(children(children(zone, "polygon")[0], "pts")[0], "xy")
            yield tuple((_numbers(point)[0], _numbers(point)[1]) for point in points)


def _fills(root: list[Node]) -> Iterator[ReadFill]:
    for zone in children(root, "zone"):
        for piece in children(zone, "filled_polygon"):
            points = (_numbers(point) for point in children(children(piece, "pts")[0], "xy"))
            corners = tuple((x, y) for x, y, *_ in points)
            yield ReadFill(text_of(zone, "net_name"), LAYERS[text_of(piece, "layer")], corners)


def read_board(text: str) -> ReadBoard:
    """Read the file's text. Raises ValueError for one that is no board or has no outline."""
    root = loads(text)
    if head(root) != "kicad_pcb":
        raise ValueError("not a KiCad board")
    edges = [
        (_point(item, "start"), _point(item, "end"))
        for kind in ("gr_line", "gr_arc")
        for item in children(root, kind)
        if text_of(item, "layer") == "Edge.Cuts"
    ]
    if not edges:
        raise ValueError("the board has no outline")
    corners = [point for edge in edges for point in edge]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    footprints = children(root, "footprint")
    # A pad carries its net's name, a track only the number.
    nets = {str(node[1].text): str(node[2]) for node in children(root, "net") if isinstance(node[1], Word)}
    board = ReadBoard(
        tuple(_part(node) for node in footprints),
        tuple(pad for node in footprints for pad in _pads(node)),
        tuple(_track(node, nets) for kind in ("segment", "via") for node in children(root, kind)),
        tuple(edges),
        tuple(_areas(root)),
        tuple(_fills(root)),
        tuple(_identifiers(root)),
        max(x for x, _ in corners) - left,
        max(y for _, y in corners) - top,
    )
    return _moved(board, left, top)


Placed = TypeVar("Placed", ReadPart, ReadPad)


def _shifted(thing: Placed, left: float, top: float) -> Placed:
    return replace(thing, x=round(thing.x - left, 5), y=round(thing.y - top, 5))


def _moved(board: ReadBoard, left: float, top: float) -> ReadBoard:
    """The board in the axes of its own corner, to a hundredth of a micrometre."""

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return round(point[0] - left, 5), round(point[1] - top, 5)

    return ReadBoard(
        tuple(_shifted(part, left, top) for part in board.parts),
        tuple(_shifted(pad, left, top) for pad in board.pads),
        tuple(replace(track, start=at(track.start), end=at(track.end)) for track in board.tracks),
        tuple((at(start), at(end)) for start, end in board.edges),
        tuple(tuple(at(point) for point in area) for area in board.areas),
        tuple(replace(fill, corners=tuple(at(corner) for corner in fill.corners)) for fill in board.fills),
        board.identifiers,
        round(board.width, 5),
        round(board.height, 5),
    )  # fmt: skip
