"""The keypad's overlay in true scale: a sheet to print, cut and lay on the membrane; as SVG and as PDF."""

from dataclasses import dataclass
from typing import Final

from hw.design.library import LEGENDS
from hw.svg import Picture, number

POINTS_PER_MM: Final = 72 / 25.4
PAD_MM: Final = (68.6, 76.2)
"""Width and height of the membrane: Parallax 27899 data sheet 1.2, 2.7 by 3.0 inches."""

KEY_MM: Final = 13.0
MARGIN_MM: Final = (4.3, 4.1)
"""From the pad's edge to the first key, sideways and downwards. The maker gives no drawing: measure your pad."""

PAGE_MM: Final = (105.0, 148.0)
PAD_AT: Final = ((PAGE_MM[0] - PAD_MM[0]) / 2, 24.0)
RULER_MM: Final = 50.0

COLOURS: Final = {
    "Code": "#f4b400",
    "Défi": "#4a90d9",
    "Signer": "#4a90d9",
    "C": "#e8e8e8",
    "OK": "#5cb85c",
    "Arrêt": "#d9534f",
}
DIGIT: Final = "#ffffff"


@dataclass(frozen=True, slots=True)
class Key:
    """One key on the page, millimetres from the upper left corner."""

    legend: str
    x: float
    y: float

    @property
    def colour(self) -> str:
        """The ground under the legend."""
        return COLOURS.get(self.legend, DIGIT)

    @property
    def size(self) -> float:
        """Height of the letters, millimetres."""
        return 7.0 if len(self.legend) == 1 else 4.0 if len(self.legend) < 5 else 3.2


def pitch() -> tuple[float, float]:
    """From one key to the next, sideways and downwards."""
    across, down = ((PAD_MM[axis] - 2 * MARGIN_MM[axis] - KEY_MM) / 3 for axis in (0, 1))
    return across, down


def key_places() -> list[Key]:
    """The sixteen keys."""
    across, down = pitch()
    left, top = PAD_AT[0] + MARGIN_MM[0], PAD_AT[1] + MARGIN_MM[1]
    return [Key(text, left + c * across, top + r * down) for r, row in enumerate(LEGENDS) for c, text in enumerate(row)]


TITLE: Final = "Sésame reader: keypad overlay"
NOTES: Final = (
    "Print at 100 %, not «fit to page». The line below must measure 50 mm.",
    "Lay the sheet on your pad, against the light. If the keys do not lie under",
    "the legends, measure your pad, change MARGIN_MM and KEY_MM in",
    "hw/documents/overlay.py and run: python -m hw.make",
    "Cut along the outer line; cover with clear adhesive film.",
)


def as_svg() -> str:
    """For screens and browsers."""
    page = Picture(*PAGE_MM)
    page.rect(0, 0, *PAGE_MM, fill="#ffffff")
    page.text(PAGE_MM[0] / 2, 14, TITLE, 4.5, "middle", font_weight="bold")
    page.rect(*PAD_AT, *PAD_MM, fill="none", stroke="#000000", stroke_width=0.2)
    for key in key_places():
        page.rect(key.x, key.y, KEY_MM, KEY_MM, rx=1, fill=key.colour, stroke="#333333", stroke_width=0.2)
        page.text(
            key.x + KEY_MM / 2, key.y + KEY_MM / 2 + key.size * 0.35, key.legend, key.size, "middle", font_weight="bold"
        )
    page.lines(10, 110, NOTES, 2.4)
    left, y = (PAGE_MM[0] - RULER_MM) / 2, 130.0
    page.line(left, y, left + RULER_MM, y, stroke="#000000", stroke_width=0.3)
    for x in (left, left + RULER_MM):
        page.line(x, y - 2, x, y + 2, stroke="#000000", stroke_width=0.3)
    page.text(PAGE_MM[0] / 2, y + 5, "50 mm", 3, "middle")
    return page.document()


def _rgb(colour: str) -> str:
    return " ".join(number(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"{number(x)} {number(PAGE_MM[1] - y - height)} {number(width)} {number(height)} re"


def _text(x: float, y: float, words: str, size: float, font: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /{font} {number(size)} Tf {number(x)} {number(PAGE_MM[1] - y)} Td ({escaped}) Tj ET"


WIDTHS: Final = dict.fromkeys("0123456789", 0.556) | {
    "C": 0.722, "o": 0.611, "d": 0.611, "e": 0.556, "D": 0.722, "é": 0.556, "f": 0.333, "i": 0.278, "S": 0.667,
    "g": 0.611, "n": 0.611, "r": 0.389, "O": 0.778, "K": 0.722, "A": 0.722, "ê": 0.556, "t": 0.333, "m": 0.889,
    " ": 0.278,
}  # fmt: skip
"""Widths of Helvetica Bold, in heights (Adobe font metrics), to centre the legends."""


def _centred(x: float, y: float, words: str, size: float) -> str:
    return _text(x - sum(WIDTHS[letter] for letter in words) * size / 2, y, words, size, "F2")


def _pdf_content() -> str:
    scale = number(POINTS_PER_MM * 1000)
    parts = [
        f"{float(scale) / 1000:.5f} 0 0 {float(scale) / 1000:.5f} 0 0 cm",
        "0.2 w 0 G",
        _box(*PAD_AT, *PAD_MM) + " S",
    ]
    for key in key_places():
        parts.append(f"{_rgb(key.colour)} rg {_box(key.x, key.y, KEY_MM, KEY_MM)} B 0 g")
        parts.append(_centred(key.x + KEY_MM / 2, key.y + KEY_MM / 2 + key.size * 0.35, key.legend, key.size))
    left, y = (PAGE_MM[0] - RULER_MM) / 2, PAGE_MM[1] - 130.0
    for x1, y1, x2, y2 in (
        (left, y, left + RULER_MM, y),
        (left, y - 2, left, y + 2),
        (left + RULER_MM, y - 2, left + RULER_MM, y + 2),
    ):
        parts.append(f"{number(x1)} {number(y1)} m {number(x2)} {number(y2)} l S")
    parts.append(_centred(PAGE_MM[0] / 2, 135, "50 mm", 3))
    parts.append(_text((PAGE_MM[0] - PAD_MM[0]) / 2, 14, TITLE, 4.5, "F2"))
    parts += [_text(10, 110 + 3.4 * index, line, 2.4, "F1") for index, line in enumerate(NOTES)]
    return "\n".join(parts)


def as_pdf() -> bytes:
    """For printers: one page in true scale, with the fonts every PDF reader has."""
    width, height = (number(size * POINTS_PER_MM) for size in PAGE_MM)
    content = _pdf_content().encode("cp1252")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>"
    fonts = "/Resources<</Font<</F1 5 0 R/F2 6 0 R>>>>"
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents 4 0 R{fonts}>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page.encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        font % b"Helvetica",
        font % b"Helvetica-Bold",
    ]
    return _pdf_file(objects)


def _pdf_file(objects: list[bytes]) -> bytes:
    """Number the objects and append the table of their places (ISO 32000-1, 7.5)."""
    data = b"%PDF-1.4\n"
    places: list[int] = []
    for index, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj%s\nendobj\n" % (index, body)
    start = len(data)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    return data + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
