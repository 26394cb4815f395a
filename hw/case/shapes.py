"""What is printed: shell, back, a key's cap (sixteen times) and the wake button's."""

from typing import Final

from manifold3d import Manifold

from hw.board.check import UNDER_SOCKETS
from hw.board.places import FRONT
from hw.board.read import ReadBoard
from hw.case.bodies import (
    CABLE,
    KEY,
    PI,
    PI_BACK,
    PI_GAP,
    cable_place,
    gauge_start,
    keys_of,
    latch_start,
    lit_area,
    loose_boxes,
    middle_of,
    screws_of,
)
from hw.case.sizes import BOARD, Box, Glass, Sizes
from hw.case.solids import around, box, joined, rod, slab

OVER: Final = 1.0
"""How far a cut reaches past what it cuts."""
MELT: Final = 0.5
"""How far a rib reaches into the wall it stands at: bodies that only touch are two."""
FLANGE: Final = (13.4, 1.6)
"""Side and thickness of a cap's foot, which the face holds back."""
CAP_FOOT: Final = 5.1
"""Over the switch's body by more than its travel."""
SOCKET: Final = 0.15
"""How much wider than the plunger its socket is."""
LABEL: Final = (9.4, 0.4)
"""Side and depth of the hollow for the legend."""
BUTTON_STEM: Final = (2.5, 3.5, 4.4, 6.0)
"""Radius of stem and foot; the foot's lower and upper side."""
TUBE: Final = (0.3, 1.4, 8.0)
"""Play round the stem, wall of the tube that guides it, height at which it begins."""
SNAP: Final = (6.0, 0.45, 1.2)
"""Length, depth and height of the two noses under the upper wall."""
FIXING: Final = (3.8, 1.4, 2.6, 4.0)
"""Half a post, radius of the screw's way and of its head's, plastic under the head."""


def _cavity(sizes: Sizes, low: float, high: float, less: float = 0.0) -> Manifold:
    edges = (sizes.left + less, sizes.top + less, low, sizes.right - less, sizes.bottom - less, high)
    return slab(edges, sizes.corner - sizes.wall - less)


def _outside(sizes: Sizes, low: float, high: float) -> Manifold:
    x0, y0, _, x1, y1, _ = sizes.outer
    return slab((x0, y0, low, x1, y1, high), sizes.corner)


def _face_holes(board: ReadBoard, sizes: Sizes, glass: Glass) -> Manifold:
    low, high = sizes.above - OVER, sizes.above + sizes.wall + OVER
    side = sizes.cap + sizes.cap_play
    cuts = [around(at, (side, side), low, high) for at in keys_of(board)]
    lit = lit_area(board, glass)
    middle = (lit[0] + lit[3]) / 2 + sizes.shift_window, (lit[1] + lit[4]) / 2
    cuts += [around(middle, sizes.window, low, high), rod(middle_of(board, "D1"), sizes.light / 2, low, high)]
    x, y = middle_of(board, "BZ1")
    cuts += [around((x + 3 * step, y), (1.6, 8.0), low, high) for step in (-1, 0, 1)]
    return joined([*cuts, rod(middle_of(board, "SW2"), BUTTON_STEM[0] + TUBE[0], TUBE[2] - OVER, high)])


def _snaps(sizes: Sizes, grown: float) -> Manifold:
    """The noses, or `grown` all round the pockets for them. They stand on the lip's outside, half-way up."""
    long, deep, high = SNAP
    reach = sizes.top + sizes.lip_play - deep
    middle = sizes.split + 1.5
    noses = [
        box((x - long / 2 - grown, reach - grown, middle - high / 2 - grown,
             x + long / 2 + grown, sizes.top + MELT, middle + high / 2 + grown))
        for x in (5.5, FRONT.width - 5.5)
    ]  # fmt: skip
    return joined(noses)


def shell(board: ReadBoard, sizes: Sizes, glass: Glass) -> Manifold:
    """The front: face, walls, posts for the board's four screws, tube of the button, two posts for the back."""
    inside = sizes.above
    body = _outside(sizes, sizes.split, inside + sizes.wall) - _cavity(sizes, sizes.split - OVER, inside)
    posts = [rod((x + sizes.shift_boss, y), sizes.boss, 0, inside + MELT) for x, y in screws_of(board, of_pi=False)]
    button = middle_of(board, "SW2")
    posts.append(rod(button, BUTTON_STEM[0] + TUBE[0] + TUBE[1], TUBE[2], inside + MELT))
    half = FIXING[0] - 1.0
    posts += [_to_wall(sizes, at, half, sizes.split, inside + MELT) for at in sizes.fixings]
    pilots = [rod((x + sizes.shift_boss, y), sizes.pilot, -OVER, 9.0) for x, y in screws_of(board, of_pi=False)]
    pilots += [rod(at, sizes.pilot, sizes.split - OVER, 9.0) for at in sizes.fixings]
    solid = joined([body, *posts]) - joined(pilots) - _face_holes(board, sizes, glass)
    return solid - _snaps(sizes, 0.2)


def _to_wall(sizes: Sizes, at: tuple[float, float], half: float, low: float, high: float) -> Manifold:
    """A post at a side wall, grown into it."""
    x, y = at
    if x < FRONT.width / 2:
        return box((sizes.left - MELT, y - half, low, x + half, y + half, high))
    return box((x - half, y - half, low, sizes.right + MELT, y + half, high))


def _lip(board: ReadBoard, sizes: Sizes) -> Manifold:
    """What reaches into the shell, on a small shelf that needs no support."""
    inner = sizes.lip_play + sizes.lip
    steps = [
        _cavity(sizes, sizes.split - 3.6 + depth, sizes.split, -MELT) - _cavity(sizes, -99, 99, depth)
        for depth in (inner / 3, inner * 2 / 3, inner)
    ]
    ring = _cavity(sizes, sizes.split - OVER, sizes.split + 3.0, sizes.lip_play) - _cavity(sizes, -99, 99, inner)
    gaps = [around(at, (8.0, 7.0), sizes.split, 0) for at in screws_of(board, of_pi=False)]
    gaps += [_to_wall(sizes, at, FIXING[0] - 0.7, sizes.split, 0) for at in sizes.fixings]
    return joined([*steps, ring - joined(gaps)])


def _ribs(sizes: Sizes) -> Manifold:
    rib, low = sizes.rib, sizes.floor - MELT
    left, right, top = sizes.left - MELT, sizes.right + MELT, sizes.top - MELT
    x0, _, _, x1, y1, high = sizes.cell
    lying = loose_boxes(sizes)
    gauge, latch = gauge_start(sizes), latch_start(sizes)
    latch_end = lying["U1"][4] + sizes.part_play / 2
    strip = lying["U4"][3] + sizes.part_play / 2
    low_rib = sizes.floor + 4.0
    converter = lying["U3"][3] + sizes.part_play / 2, lying["U3"][4] + sizes.part_play / 2
    reader = sizes.reader
    guide = reader[5] - 3.0
    ways = [
        (left, sizes.row_end, low, right, sizes.bays, guide),
        (converter[0], top, low, converter[0] + rib, sizes.bays, low_rib),
        (left, converter[1], low, converter[0] + rib, converter[1] + rib, low_rib),
        (x0 - rib, sizes.bays - MELT, low, x0, y1 + rib, high),
        (x1, sizes.bays - MELT, low, x1 + rib, y1 + rib, high),
        (x0 - rib, y1, low, x1 + rib, y1 + rib, high),
        (left, latch - rib, low, strip, latch, low_rib),
        (left, latch_end, low, strip, latch_end + rib, low_rib),
    ]
    outside = reader[0] - sizes.part_play / 2, reader[3] + sizes.part_play / 2
    ways += [
        (outside[0] - rib, sizes.bays - MELT, low, outside[0], gauge, guide),
        (outside[1], sizes.bays - MELT, low, outside[1] + rib, gauge, guide),
    ]
    return joined(box(edges) for edges in ways)


def _back_openings(sizes: Sizes) -> Manifold:
    """The card's mouth; the Pi's sockets and the reader's cable, open upwards; the charger's socket; the rib's gap."""
    x0, _, z0, x1, end, z1 = sizes.reader
    x, z = (x0 + x1) / 2, (z0 + z1) / 2 + sizes.shift_mouth
    wide, high = sizes.mouth
    mouth = box((x - wide / 2, end - OVER, z - high / 2, x + wide / 2, sizes.bottom + sizes.wall + OVER, z + high / 2))
    sockets = [FRONT.width / 2 + middle for middle, _ in UNDER_SOCKETS]
    face = -BOARD - PI_GAP
    plugs = box(
        (min(sockets) - 10, sizes.top - sizes.wall - OVER, face - PI[2] - PI_BACK, max(sockets) + 11.5, 2.0, OVER)
    )
    charger = loose_boxes(sizes)["U2"]
    middle = (charger[1] + charger[4]) / 2
    charging = box(
        (sizes.right - OVER, middle - 6, sizes.floor, sizes.right + sizes.wall + OVER, middle + 6, sizes.floor + 8)
    )
    at, height = cable_place(sizes)
    half = CABLE / 2 + 0.5
    leaving = box((at - half, sizes.top - sizes.wall - OVER, height - half, at + half, 2.0, OVER))
    cables = box((30.0, sizes.row_end - OVER, sizes.floor + 6.0, 52.0, sizes.bays + OVER, OVER))
    return joined([mouth, plugs, leaving, charging, cables])


def back(board: ReadBoard, sizes: Sizes) -> Manifold:
    """The rest: floor, walls, lip, the bays' ribs, the reader's guides, the mouth, and two posts for the screws."""
    hull = _outside(sizes, sizes.floor - sizes.wall, sizes.split) - _cavity(sizes, sizes.floor, OVER)
    half, way, head, under = FIXING
    posts = [_to_wall(sizes, at, half, sizes.floor - MELT, sizes.split) for at in sizes.fixings]
    ways = [rod(at, way, sizes.outer[2] - OVER, OVER) for at in sizes.fixings]
    ways += [rod(at, head, sizes.outer[2] - OVER, sizes.split - under) for at in sizes.fixings]
    lip = _lip(board, sizes) + _snaps(sizes, 0.0)
    return joined([hull, lip, *posts, _ribs(sizes)]) - joined(ways) - _back_openings(sizes)


def cap(sizes: Sizes, at: tuple[float, float] = (0.0, 0.0)) -> Manifold:
    """A key's cap in its place: foot behind the face, socket for the plunger, hollow for the legend."""
    side, thick = FLANGE
    body = around(at, (side, side), CAP_FOOT, CAP_FOOT + thick)
    body += around(at, (sizes.cap, sizes.cap), CAP_FOOT, sizes.cap_top)
    hole = KEY[2] + SOCKET
    body -= around(at, (hole, hole), CAP_FOOT - OVER, KEY[3] + 0.1)
    return body - around(at, (LABEL[0], LABEL[0]), sizes.cap_top - LABEL[1], sizes.cap_top + OVER)


def button(sizes: Sizes, at: tuple[float, float] = (0.0, 0.0)) -> Manifold:
    """What stands on the wake button's plunger and comes out beside the light."""
    stem, foot, low, high = BUTTON_STEM
    return rod(at, foot, low, high) + rod(at, stem, low, sizes.cap_top)


def lying_flat(solid: Manifold) -> Manifold:
    """As it is printed: its lowest point on the bed."""
    edges: tuple[float, ...] = solid.bounding_box()
    return solid.translate((-edges[0], -edges[1], -edges[2]))


def printed(board: ReadBoard, sizes: Sizes, glass: Glass) -> dict[str, Manifold]:
    """The files for the printer, each the way it lies there: shell and caps on their faces, the back on its back."""
    return {
        "shell": lying_flat(shell(board, sizes, glass).rotate((0, 180, 0))),
        "back": lying_flat(back(board, sizes)),
        "cap": lying_flat(cap(sizes).rotate((0, 180, 0))),
        "button": lying_flat(button(sizes)),
    }


def mounted(board: ReadBoard, sizes: Sizes, glass: Glass) -> dict[str, Manifold]:
    """The printed parts in their places."""
    caps = joined(cap(sizes, at) for at in keys_of(board))
    return {
        "shell": shell(board, sizes, glass),
        "back": back(board, sizes),
        "caps": caps,
        "button": button(sizes, middle_of(board, "SW2")),
    }


def edges_of(solid: Manifold) -> Box:
    """Its box, in the board's axes."""
    x0, y0, z0, x1, y1, z1 = (float(value) for value in solid.bounding_box())
    return (x0, -y1, z0, x1, -y0, z1)
