"""The two planes of ground: where they lie over each other, and how far it is from there to a via that joins them."""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil
from typing import Final, TypeAlias

from hw.board.read import ReadBoard, ReadFill
from hw.board.rules import POURED

STITCH: Final = 5.0
"""Millimetres to the next via, wherever the planes have room for one. The generator proposes a via at every millimetre
and takes it when the last one is over 3.5 mm away, whatever its net: beside a signal's via it is up to 5 mm."""
ROOM: Final = 1
"""Millimetres of both planes all round: the generator wants 0.4 and half a via."""

Cell: TypeAlias = tuple[int, int]
"""A point of the board at whole millimetres."""


def _crossings(fill: ReadFill) -> Iterator[tuple[int, float]]:
    """Where the piece's skin crosses each whole millimetre of height."""
    for (ax, ay), (bx, by) in zip(fill.corners, (*fill.corners[1:], fill.corners[0]), strict=True):
        for row in range(ceil(min(ay, by)), ceil(max(ay, by))):
            yield row, ax + (row - ay) * (bx - ax) / (by - ay)


def _plane(fills: tuple[ReadFill, ...], layer: int) -> set[Cell]:
    rows: dict[int, list[float]] = {}
    for fill in fills:
        if fill.layer == layer and fill.net == POURED:
            for row, x in _crossings(fill):
                rows.setdefault(row, []).append(x)
    ordered = ((row, sorted(crossed)) for row, crossed in rows.items())
    return {
        (x, row)
        for row, crossed in ordered
        for start, end in zip(crossed[::2], crossed[1::2], strict=True)
        for x in range(ceil(start), ceil(end))
    }


@lru_cache(maxsize=4)
def common_room(fills: tuple[ReadFill, ...]) -> frozenset[Cell]:
    """The points around which both planes lie over each other."""
    both = _plane(fills, 0) & _plane(fills, 1)
    near = range(-ROOM, ROOM + 1)
    return frozenset((x, y) for x, y in both if all((x + dx, y + dy) in both for dx in near for dy in near))


def unstitched(board: ReadBoard) -> list[str]:
    """From every place where both planes have room it is at most `STITCH` to a via of ground."""
    rest, reach = set(common_room(board.fills)), ceil(STITCH)
    for via in (track.start for track in board.tracks if track.drill and track.net == POURED):
        rest -= {
            (x, y)
            for x in range(ceil(via[0]) - reach, ceil(via[0]) + reach)
            for y in range(ceil(via[1]) - reach, ceil(via[1]) + reach)
            if (x - via[0]) ** 2 + (y - via[1]) ** 2 <= STITCH**2
        }
    return [f"no via joins the planes within {STITCH:g} mm of {x}, {y}" for x, y in sorted(rest)[:1]]
