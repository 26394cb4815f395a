"""Copper in two courses: the supplies from module to module, wide; then everything else beside them, narrow.

The pull-ups and transistors at a supply draw microamperes: they are joined by narrow tracks, to the wide copper or to
a module's pad.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import dist
from typing import Final

from hw.board import rules
from hw.board.copper import BareBoard, Copper, CopperPad, Point, Track, Via
from hw.board.router import Prices, route_board

STRONG: Final = ("A1", "BT1", "U1", "U2", "U3", "U4")
"""What gives or takes amperes."""


def is_strong(pad: CopperPad) -> bool:
    """True for a module's or the Pi's pad on a supply."""
    return pad.net in rules.SUPPLIES and pad.name.split(".")[0] in STRONG


def _supplies_alone(board: BareBoard) -> BareBoard:
    pads = tuple(pad if is_strong(pad) else replace(pad, joins=False) for pad in board.pads)
    classes = {net: rules.SUPPLY for net in {pad.net for pad in board.pads} if net in rules.SUPPLIES}
    return replace(board, pads=pads, classes=classes)


def _discs(track: Track) -> Iterator[CopperPad]:
    """A track as discs, near enough to each other that nothing passes between."""
    length = dist(track.start, track.end)
    steps = max(1, int(length / (track.width / 4)))
    for index in range(steps + 1):
        x, y = (a + (b - a) * index / steps for a, b in zip(track.start, track.end, strict=True))
        yield _disc(track.net, (x, y), track.width, (track.layer,))


def _disc(net: str, at: Point, width: float, layers: tuple[int, ...], drill: float = 0.0) -> CopperPad:
    return CopperPad("laid", net, *at, width, width, width / 2, layers, drill, joins=False)


def _as_pads(copper: Copper) -> Iterator[CopperPad]:
    for track in copper.tracks:
        yield from _discs(track)
    for via in copper.vias:
        yield _disc(via.net, via.at, via.size, (0, 1), via.drill)


def _with_copper(board: BareBoard, laid: Copper) -> BareBoard:
    """The board with the supplies laid; of a supply's strong pads one is left as the goal of the narrow tracks."""
    first: set[str] = set()
    pads: list[CopperPad] = []
    for pad in board.pads:
        again = is_strong(pad) and pad.net in first
        first |= {pad.net} if is_strong(pad) else set()
        pads.append(replace(pad, joins=False) if again else pad)
    return replace(board, pads=(*pads, *_as_pads(laid)), classes={})


def lay_copper(board: BareBoard, prices: Prices | None = None) -> Copper:
    """Both courses together."""
    wide = route_board(_supplies_alone(board), prices=prices)
    narrow = route_board(_with_copper(board, wide), prices=prices)
    tracks: tuple[Track, ...] = tuple(sorted((*wide.tracks, *narrow.tracks)))
    vias: tuple[Via, ...] = tuple(sorted((*wide.vias, *narrow.vias)))
    return Copper(tracks, vias, tuple(sorted({*wide.open_nets, *narrow.open_nets})))
