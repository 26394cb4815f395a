"""Is a sheet readable? Texts that lie on each other or on a wire, and things that leave the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from hw.kicad.sexp import GRID_MM
from hw.kicad.sheet import Label, Placed, Segment, Sheet
from hw.kicad.symbols import Point

GLYPH: Final = 0.95
"""Width of KiCad's letters, in heights; a little more than the mean, so that a finding is on the safe side."""
LINE: Final = 1.62
PAGE: Final = (297 / GRID_MM, 210 / GRID_MM)
MARGIN: Final = 10.0
TITLE_BLOCK: Final = (139.0, 130.5)
"""Upper left corner of the title block of an A4 page."""


@dataclass(frozen=True, slots=True)
class Area:
    """A text's rectangle on the sheet, grid steps."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Area") -> bool:
        """True when they share more than an edge."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 0.01 and down > 0.01

    def crossed_by(self, segment: Segment) -> bool:
        """True when a wire runs through the text."""
        (x1, y1), (x2, y2) = sorted(segment)
        return self.meets(Area("", x1 - 0.02, min(y1, y2) - 0.02, x2 + 0.02, max(y1, y2) + 0.02))


def _area(text: str, at: Point, size_mm: float, *, centred: bool = False, above: bool = False) -> Area:
    lines = text.split("\n")
    width = max(map(len, lines)) * size_mm * GLYPH / GRID_MM
    height = size_mm / GRID_MM
    left = at[0] - width / 2 if centred else at[0]
    if above:
        return Area(text, left, at[1] - height - 0.2, left + width, at[1] - 0.2)
    if len(lines) == 1 and not above:
        return Area(text, left, at[1] - height / 2, left + width, at[1] + height / 2)
    return Area(text, left, at[1], left + width, at[1] + LINE * height * len(lines))


def _fields(placed: Placed) -> Iterator[Area]:
    symbol = placed.symbol
    value = placed.value_at or placed.position(symbol.value_at)
    yield _area(placed.component.value, value, 1.27, centred=symbol.power)
    if not symbol.power:
        yield _area(placed.reference, placed.reference_at or placed.position(symbol.reference_at), 1.27)


def _label(label: Label) -> Area:
    if not label.shape:
        return _area(label.text, label.at, 1.27, above=True)
    area = _area(label.text, label.at, 1.27)
    # The flag takes room beside the name; the wire begins at its tip.
    width, tip = area.right - area.left + 1.5, 0.1
    left = area.left - width if label.angle == 180 else area.left + tip
    return Area(area.text, left, area.top, left + width - tip, area.bottom)


def texts(sheet: Sheet) -> list[Area]:
    """Every text with its rectangle."""
    areas = [area for placed in sheet.placed for area in _fields(placed)]
    areas += [_label(label) for label in sheet.labels]
    # A note hangs from its upper edge, whatever its number of lines.
    areas += [_area(note.text + "\n", note.at, note.size_mm) for note in sheet.notes]
    areas += [_area(frame.title + "\n", (frame.corner[0] + 1, frame.corner[1] + 1), 1.778) for frame in sheet.frames]
    areas += [_area(box.title, box.corner, 1.524, above=True) for box in sheet.sub_sheets]
    return areas


def findings(sheet: Sheet) -> list[str]:
    """What a reader would stumble over."""
    areas = texts(sheet)
    found = [f"{a.text!r} lies on {b.text!r}" for a, b in combinations(areas, 2) if a.meets(b)]
    found += [f"{a.text!r} lies on a wire {wire}" for a in areas for wire in sheet.wires if a.crossed_by(wire)]
    found += [f"{a.text!r} leaves the page" for a in areas if not _on_page(a)]
    return found


def _on_page(area: Area) -> bool:
    inside = (
        area.left >= MARGIN - 1
        and area.top >= MARGIN - 1
        and area.right <= PAGE[0] - MARGIN + 2
        and area.bottom <= PAGE[1] - MARGIN + 1
    )
    in_title_block = area.right > TITLE_BLOCK[0] and area.bottom > TITLE_BLOCK[1]
    return inside and not in_title_block
