"""What comes into the case from outside, and what runs in it from part to part: plugs, the reader's cable, leads.

Each way is a block along its whole length, from the thing it begins at to where it ends. The measures are guesses from
what lies in a drawer: neither a plug's grip nor a cable has one size.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from manifold3d import Manifold

from hw.board.check import UNDER_SOCKETS
from hw.board.read import ReadBoard
from hw.case.bodies import CABLE, LEAD, PI_GAP, SOCKETS, cable_place, loose_boxes, screws_of
from hw.case.sizes import BOARD, Sizes
from hw.case.solids import box, joined

PLUG: Final = (11.0, 7.0)
"""Width and height of a USB plug's or an HDMI mini plug's grip; the three sockets of a Pi stand 12 mm apart."""
LEADS: Final = (4.0, 2.0)
"""Width and height of a module's leads, side by side."""
OUT: Final = 15.0
"""How far outside of the case a way is followed."""
AIR: Final = 0.05


def _plugs(board: ReadBoard, sizes: Sizes) -> Manifold:
    """The Pi's three, at its own holes and the height of its sockets."""
    holes = screws_of(board, of_pi=True)
    x = sum(at[0] for at in holes) / 4
    edge, middle = min(at[1] for at in holes) - 3.5 - 0.8, -BOARD - PI_GAP + SOCKETS / 2
    half, high = PLUG[0] / 2, PLUG[1] / 2
    outside = sizes.top - sizes.wall - OUT
    return joined(
        box((x + off - half, outside, middle - high, x + off + half, edge - AIR, middle + high))
        for off, _ in UNDER_SOCKETS
    )


def _charging(sizes: Sizes) -> Manifold:
    charger = loose_boxes(sizes)["U2"]
    middle, low = (charger[1] + charger[4]) / 2, sizes.floor + AIR
    half = PLUG[0] / 2
    end = sizes.right + sizes.wall + OUT
    return box((charger[3] + AIR, middle - half, low, end, middle + half, low + PLUG[1]))


def _cable(sizes: Sizes) -> Manifold:
    """From the reader through the rib, behind the Pi, to the outside beside its plugs."""
    x, z = cable_place(sizes)
    half = CABLE / 2
    return box((x - half, sizes.top - sizes.wall - OUT, z - half, x + half, sizes.reader[1] - AIR, z + half))


def _cell_leads(sizes: Sizes) -> Manifold:
    """From the cell's upper end through the gap of the rib, then up between charger and converter."""
    (wide, high), lying = LEADS, loose_boxes(sizes)
    cell, x, low = lying["BT1"], lying["U2"][0] - LEADS[0], sizes.floor + 6.0 + AIR
    end = cell[1] - AIR
    flat = box((x - wide / 2, sizes.row_end - high, low, x + wide / 2, end, low + high))
    return flat + box((x - wide / 2, sizes.row_end - high, low, x + wide / 2, sizes.row_end, -BOARD - LEAD))


def _module_leads(sizes: Sizes) -> Iterator[tuple[str, Manifold]]:
    """Beside the reader, or between it and the Pi, from each module up to the height of the board's leads."""
    wide, high = LEADS
    up = -BOARD - LEAD
    for name, (x0, y0, _, x1, y1, top) in loose_boxes(sizes).items():
        if name in {"U1", "U4"}:
            middle = (y0 + y1) / 2
            yield name, box((x0, middle - wide / 2, top + AIR, x0 + high, middle + wide / 2, up))
        elif name in {"U2", "U3"}:
            x, end = (x0 + x1) / 2, sizes.row_end - AIR
            yield name, box((x - wide / 2, end - high, top + AIR, x + wide / 2, end, up))


def ways(board: ReadBoard, sizes: Sizes) -> Mapping[str, Manifold]:
    """Everything that must stay open, by what runs there."""
    found = {
        "the Pi's plugs": _plugs(board, sizes),
        "the charger's plug": _charging(sizes),
        "the reader's cable": _cable(sizes),
        "the cell's leads": _cell_leads(sizes),
    }
    return found | {f"the leads of {name}": way for name, way in _module_leads(sizes)}
