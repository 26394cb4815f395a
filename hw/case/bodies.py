"""The board and what is on it as solids: places from the kept board file, heights from data sheets."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from manifold3d import Manifold

from hw.board.check import SOCKET_DEPTH, UNDER_SOCKETS
from hw.board.places import FRONT
from hw.board.read import ReadBoard, ReadPad, ReadPart
from hw.case.sizes import BOARD, LOOSE, Box, Glass, Sizes
from hw.case.solids import around, box, joined, rod, slab

STUB: Final = 2.0
"""How far legs stand out of the board on the other side."""
SCREW_HEAD: Final = (2.5, 2.0)
"""Radius and height of an M2.5 screw's head."""
PI: Final = (65.0, 30.0, 1.4)
PI_GAP: Final = 11.0
"""From the board's back to the Pi's component side: socket 8.5, the Pi's own strip 2.5, as the standoffs."""
PI_BACK: Final = 2.5
"""Solder and screws behind the Pi."""
SOCKETS: Final = 3.5
CABLE: Final = 4.0
"""Thickness of the reader's cable."""
CARD: Final = (54.4, 1.2, 85.6)
"""ISO 7810 ID-1, 53.98 x 0.76 x 85.60, with play across."""

KEY: Final = (12.0, 4.3, 3.8, 7.3)
"""Omron B3F-4055: side and height of the body, side of the plunger, height to its top."""
BUTTON: Final = (6.0, 3.4, 1.75, 4.3)
"""Omron B3F-1000: side and height of the body, radius of the plunger, height to its top."""

HEIGHTS: Final = {
    "Connector_PinSocket": 8.5, "Connector_PinHeader": 8.5, "Connector_JST": 8.0, "Buzzer": 9.5, "LED_THT": 5.3,
    "Package_SO:": 1.75, "Package_TO": 1.4, "Diode_SMD": 1.4, "Capacitor_SMD": 1.4, "Resistor_SMD": 0.7,
}  # fmt: skip
"""By how a footprint begins: how high the part stands. A JST base with its plug in it."""
WIRES: Final = ("U1", "U2", "U3", "U4")
"""Modules are joined by leads soldered in the place of their sockets: the reader lies there."""
LEAD: Final = 8.0


def pads_of(board: ReadBoard, reference: str) -> list[ReadPad]:
    """A part's pads. Raises ValueError when there are none."""
    found = [pad for pad in board.pads if pad.reference == reference]
    if not found:
        raise ValueError(f"{reference} is not on the board")
    return found


def middle_of(board: ReadBoard, reference: str) -> tuple[float, float]:
    """The middle of a part's pads."""
    pads = pads_of(board, reference)
    xs, ys = [pad.x for pad in pads], [pad.y for pad in pads]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def screws_of(board: ReadBoard, *, of_pi: bool) -> list[tuple[float, float]]:
    """The screws' holes as the board file has them; which are the Pi's, by the layout."""
    at = {(round(hole.x, 2), round(hole.y, 2)) for hole in FRONT.holes if hole.of_pi}
    holes = [(part.x, part.y) for part in board.parts if part.footprint.startswith("MountingHole:")]
    return [hole for hole in holes if ((round(hole[0], 2), round(hole[1], 2)) in at) == of_pi]


def keys_of(board: ReadBoard) -> list[tuple[float, float]]:
    """The middles of the sixteen keys."""
    return [middle_of(board, part.reference) for part in board.parts if "B3F-40xx" in part.footprint]


def bare_board(board: ReadBoard) -> Manifold:
    """The plate with its holes."""
    plate = slab((0, 0, -BOARD, board.width, board.height, 0), FRONT.radius)
    holes = [rod((pad.x, pad.y), pad.drill / 2, -BOARD - 1, 1) for pad in board.pads if pad.drill]
    return plate - joined(holes)


def _standing(part: ReadPart, board: ReadBoard, height: float, margin: float) -> Manifold:
    pads = pads_of(board, part.reference)
    xs, ys = [pad.x for pad in pads], [pad.y for pad in pads]
    low, high = (-BOARD - height, -BOARD) if part.back else (0.0, height)
    return box((min(xs) - margin, min(ys) - margin, low, max(xs) + margin, max(ys) + margin, high))


def _body(part: ReadPart, board: ReadBoard) -> Manifold | None:
    at = middle_of(board, part.reference)
    if "B3F-40xx" in part.footprint:
        return around(at, (KEY[0], KEY[0]), 0, KEY[1]) + around(at, (KEY[2], KEY[2]), 0, KEY[3])
    if "B3F-100x" in part.footprint:
        return around(at, (BUTTON[0], BUTTON[0]), 0, BUTTON[1]) + rod(at, BUTTON[2], 0, BUTTON[3])
    height = next((high for name, high in HEIGHTS.items() if part.footprint.startswith(name)), None)
    if height is None:
        return None
    if part.footprint.startswith("Buzzer"):
        return rod(at, 6.0, 0, height)
    if part.reference in WIRES:
        return _standing(part, board, LEAD, 1.0)
    return _standing(part, board, height, 1.3 if "Connector" in part.footprint else 0.6)


def _stubs(board: ReadBoard) -> Manifold:
    back = {part.reference: part.back for part in board.parts if part.fitted}
    found = [
        rod((pad.x, pad.y), pad.drill / 2, *((0, STUB) if back[pad.reference] else (-BOARD - STUB, -BOARD)))
        for pad in board.pads
        if pad.drill and pad.number and pad.reference in back
    ]
    return joined(found)


def _display(board: ReadBoard, glass: Glass) -> Manifold:
    x, y = middle_of(board, "DS1")
    top = y - glass.above_pins
    left = x - glass.width / 2
    return box((left, top, glass.underside, left + glass.width, top + glass.height, glass.top))


def lit_area(board: ReadBoard, glass: Glass) -> Box:
    """What lights, through the case's whole face."""
    x, y = middle_of(board, "DS1")
    (wide, high), y = glass.lit, y + glass.lit_below_pins
    return (x - wide / 2, y - high / 2, 0, x + wide / 2, y + high / 2, 99)


def _pi(board: ReadBoard) -> Manifold:
    holes = screws_of(board, of_pi=True)
    x, y = sum(at[0] for at in holes) / 4, sum(at[1] for at in holes) / 4
    face = -BOARD - PI_GAP
    wide, high, thick = PI
    body = around((x, y), (wide, high), face - thick - PI_BACK, face)
    top = y - high / 2
    sockets = [
        box((x + off - width / 2, top - 0.8, face, x + off + width / 2, top + SOCKET_DEPTH, face + SOCKETS))
        for off, width in UNDER_SOCKETS
    ]
    return joined([body, *sockets, *(rod(at, 2.9, face, -BOARD) for at in holes)])


def _screw_heads(board: ReadBoard) -> Manifold:
    radius, height = SCREW_HEAD
    heads = [rod(at, radius, 0, height) for at in screws_of(board, of_pi=True)]
    return joined([*heads, *(rod(at, radius, -BOARD - height, -BOARD) for at in screws_of(board, of_pi=False))])


def loose_boxes(sizes: Sizes) -> dict[str, Box]:
    """Where reader, cell and modules lie."""
    floor, bays, half = sizes.floor, sizes.bays, sizes.part_play / 2

    def lying(name: str, x: float, y: float) -> Box:
        wide, high, deep = LOOSE[name].size
        return (x + half, y + half, floor, x + half + wide, y + half + high, floor + deep)

    left, top = sizes.left, sizes.top
    return {
        "X1": sizes.reader,
        "BT1": lying("BT1", sizes.cell[0], bays),
        "U3": lying("U3", left, top),
        "U2": lying("U2", sizes.right - LOOSE["U2"].size[0] - sizes.part_play, top),
        "U4": lying("U4", left, gauge_start(sizes)),
        "U1": lying("U1", left, latch_start(sizes)),
    }


GUIDE: Final = 8.0
"""Length of the guides at the reader's upper corners."""


def gauge_start(sizes: Sizes) -> float:
    """Upper end of the gauge's bay: below the reader's guide."""
    return sizes.bays + GUIDE


def latch_start(sizes: Sizes) -> float:
    """Upper end of the latch's bay: below the gauge's."""
    return gauge_start(sizes) + LOOSE["U4"].size[1] + sizes.part_play + sizes.rib


def cable_place(sizes: Sizes) -> tuple[float, float]:
    """Middle of the reader's cable across, and its height: between the charger and what is soldered behind the Pi."""
    behind = -BOARD - PI_GAP - PI[2] - PI_BACK
    return (sizes.reader[0] + sizes.reader[3]) / 2, behind - CABLE / 2 - 0.1


def card_path(sizes: Sizes) -> Box:
    """A whole card's length in front of the reader: what it passes until it is out."""
    wide, thick, length = CARD
    x0, _, z0, x1, end, z1 = sizes.reader
    x, z = (x0 + x1) / 2, (z0 + z1) / 2
    return (x - wide / 2, end, z - thick / 2, x + wide / 2, end + length + sizes.wall + sizes.play, z + thick / 2)


@lru_cache(maxsize=8)
def on_board(board: ReadBoard, glass: Glass) -> tuple[tuple[str, Manifold], ...]:
    """The board, what is soldered or plugged to it, and its screws: whatever the case's sizes are, so made once."""
    found: list[tuple[str, Manifold]] = [("board", bare_board(board))]
    for part in board.parts:
        if part.fitted and part.reference != "TP1" and (body := _body(part, board)) is not None:
            found.append((part.reference, body))
    found += [("legs", _stubs(board)), ("display", _display(board, glass)), ("Pi", _pi(board))]
    return (*found, ("screws", _screw_heads(board)))


def contents(board: ReadBoard, sizes: Sizes, glass: Glass) -> Iterator[tuple[str, Manifold]]:
    """Everything that lies in the closed case, by name."""
    yield from on_board(board, glass)
    for name, edges in loose_boxes(sizes).items():
        yield f"{name} itself", box(edges)
