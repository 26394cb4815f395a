"""Where the silkscreen's writing goes: contacts beside their pins, references beside their parts, on nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, TypeAlias

from hw.board.job import OPEN, Drawn, Measures
from hw.board.places import Layout, Words
from hw.kicad.netlist import natural

Box: TypeAlias = tuple[float, float, float, float]
"""left, top, right, bottom"""
Label: TypeAlias = tuple[float, float, float]

SIZE: Final = 0.8
CHARACTER: Final = 0.88
"""Width of KiCad's letters with their gap, in heights: on the safe side."""
AIR: Final = 0.2
"""Between writing and anything else."""
MASK: Final = 0.15

NAMED: Final = ("J1", "J2", "SW1", "DS1", "U1", "U2", "U3", "U4", "BT1", "KB1")
"""Strips whose contacts are named one by one."""
SHORT: Final = {"D0/CLK": "CLK", "D1/MOSI": "MOSI"}


def text_box(text: str, x: float, y: float, turn: float, size: float = SIZE) -> Box:
    """The room of a word around its middle."""
    wide, high = len(text) * size * CHARACTER + 0.1, size + 0.25
    if turn in (90, 270):
        wide, high = high, wide
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _meets(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _grown(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _pad_box(pad: Mapping[str, Any]) -> Box:
    wide, high = pad["width"] / 2, pad["height"] / 2
    return pad["x"] - wide, pad["y"] - high, pad["x"] + wide, pad["y"] + high


def obstacles(measures: Measures, layout: Layout, words: Sequence[Words], back: bool) -> list[Box]:
    """What no reference may lie on, on one side."""
    side = int(back)
    pads = [_grown(_pad_box(pad), MASK) for pad in measures["pads"] if side in pad["layers"]]
    strokes = [tuple(stroke["box"]) for stroke in measures["strokes"] if stroke["side"] == side]
    screws = [(hole.x - 2.7, hole.y - 2.7, hole.x + 2.7, hole.y + 2.7) for hole in layout.holes]
    texts = [text_box(each.text, each.x, each.y, each.turn, each.size) for each in words if each.back == back]
    return [*pads, *strokes, *screws, *texts]


def _candidates(reference: str, box: Box) -> Iterator[Label]:
    """Beside a part, the nearest first; lying, then standing."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    wide, high = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    for gap, turn in product([0.0, *(0.4 * step for step in range(1, 16))], (0.0, 90.0)):
        own = text_box(reference, 0, 0, turn)
        across, down = wide + own[2] + AIR + gap, high + own[3] + AIR + gap
        yield from ((x, y - down, turn), (x, y + down, turn), (x - across, y, turn), (x + across, y, turn))
        for slide in (-1.5, 1.5, -3.0, 3.0):
            yield from ((x + slide, y - down, turn), (x + slide, y + down, turn))
            yield from ((x - across, y + slide, turn), (x + across, y + slide, turn))


def place_references(
    drawn: Mapping[str, Drawn], measures: Measures, layout: Layout, words: Sequence[Words]
) -> dict[str, Label]:
    """A place for every reference. Raises ValueError where there is none."""
    taken = {back: obstacles(measures, layout, words, back) for back in (False, True)}
    found: dict[str, Label] = {}
    for reference in sorted(drawn, key=natural):
        boxes = [_pad_box(pad) for pad in measures["pads"] if pad["reference"] == reference]
        around = tuple(min(box[i] for box in boxes) if i < 2 else max(box[i] for box in boxes) for i in range(4))
        side = taken[layout.parts[reference].back]
        for x, y, turn in _candidates(reference, around):  # type: ignore[arg-type]
            box = _grown(text_box(reference, x, y, turn), AIR / 2)
            if _on_board(box, layout) and not any(_meets(box, other) for other in side):
                found[reference] = (round(x, 3), round(y, 3), turn)
                side.append(box)
                break
        else:
            raise ValueError(f"no room for the reference {reference}: move the part, or what is around it")
    return found


def _on_board(box: Box, layout: Layout) -> bool:
    return box[0] > 0.4 and box[1] > 0.4 and box[2] < layout.width - 0.4 and box[3] < layout.height - 0.4


def _beside(
    pad: Mapping[str, Any], text: str, layout: Layout, lying: bool, above: bool
) -> Iterator[tuple[float, float]]:
    """Where a contact's name may stand: beside an upright strip, above or below a lying one; the nearest first."""
    x, y = pad["x"], pad["y"]
    wide = len(text) * SIZE * CHARACTER / 2
    inward = 1 if x < layout.width / 2 else -1
    for gap, slide in product((0.0, 0.3, 0.6, 1.0, 1.5), (0.0, -0.25, 0.25, -0.5, 0.5, -0.8, 0.8, -1.1, 1.1)):
        for side in (inward, -inward) if not lying else ((-1, 1) if above else (1, -1)):
            yield (x + slide, y + side * (2.1 + gap)) if lying else (x + side * (1.7 + gap + wide), y + slide)


def contact_names(drawn: Mapping[str, Drawn], measures: Measures, layout: Layout) -> list[Words]:
    """The name of every joined contact of a strip, beside its pin. Raises ValueError where there is no room."""
    found: list[Words] = []
    for reference in (name for name in NAMED if name in drawn):
        pads = [pad for pad in measures["pads"] if pad["reference"] == reference and pad["number"]]
        lying = len({pad["x"] for pad in pads}) > 1
        for index, pad in enumerate(sorted(pads, key=lambda pad: (pad["x"], pad["y"]))):
            function = drawn[reference].functions[pad["number"]]
            text = SHORT.get(function, function)
            if not text or function == pad["number"] or pad["net"].startswith(OPEN):
                continue
            back = layout.parts[reference].back
            taken = obstacles(measures, layout, (*layout.words, *found), back)
            for x, y in _beside(pad, text, layout, lying, index % 2 == 0):
                box = _grown(text_box(text, x, y, 0), 0.05)
                if _on_board(box, layout) and not any(_meets(box, other) for other in taken):
                    found.append(Words(text, round(x, 3), round(y, 3), SIZE, back))
                    break
            else:
                raise ValueError(f"no room for the name {text} at {reference}")
    return found
