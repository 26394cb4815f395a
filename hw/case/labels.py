"""The legends for the caps, in true scale: a sheet to print, cut and lay into their hollows."""

from typing import Final

from hw.case.shapes import LABEL
from hw.design.library import LEGENDS
from hw.documents.overlay import COLOURS, DIGIT
from hw.svg import Picture

PAGE: Final = (74.0, 84.0)
SIDE: Final = LABEL[0] - 0.2
STEP: Final = 13.0
RULER: Final = 50.0


def _letters(text: str) -> float:
    return 6.0 if len(text) == 1 else 4.4 if len(text) == 2 else 2.7 if len(text) < 5 else 2.2


def as_svg() -> str:
    """Sixteen squares and a line of 50 mm."""
    page = Picture(*PAGE)
    page.rect(0, 0, *PAGE, fill="#ffffff")
    page.text(PAGE[0] / 2, 7, "Print at 100 %: the line must measure 50 mm.", 2.6, "middle")
    left = (PAGE[0] - 3 * STEP - SIDE) / 2
    for r, row in enumerate(LEGENDS):
        for c, text in enumerate(row):
            x, y, high = left + c * STEP, 13 + r * STEP, _letters(text)
            colour = COLOURS.get(text, DIGIT)
            page.rect(x, y, SIDE, SIDE, fill=colour, stroke="#333333", stroke_width=0.15)
            page.text(x + SIDE / 2, y + SIDE / 2 + high * 0.35, text, high, "middle", font_weight="bold")
    start = (PAGE[0] - RULER) / 2
    page.line(start, 75, start + RULER, 75, stroke="#000000", stroke_width=0.3)
    for x in (start, start + RULER):
        page.line(x, 73, x, 77, stroke="#000000", stroke_width=0.3)
    return page.document()
