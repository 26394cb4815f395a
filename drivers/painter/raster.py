"""The painter: a screen's value becomes a 1-bit picture, the same for the glass, the simulator and the golden pictures.

Everything is made of small pictures: a wrapped sentence, a run of digits, a row of marks. Each part of a screen
offers itself in several sizes, the best first; `paint_screen` takes the best that leave room for one another and
stacks them. What does not fit even at its smallest is an error, never cut: on a card reader a missing word is a wrong
instruction.

**How a screen is fitted.** The same sentence must be read on 128 x 64 and on 128 x 32, in French and in English,
alone or above a field, and no table of sizes by hand survives the third language. So sizes are not chosen, they are
offered:

1. A part offers itself best first: `offer_sentences` in each font and broken in each way that keeps words whole,
   ordered by size. To stay in one line is worth `BREAK_COST` pixels of size among other parts; a sentence that has
   the glass to itself breaks sooner (`BREAK_COST_ALONE`).
2. All parts begin at their *smallest*. If these do not fit, nothing will: that is the error, and it says how many
   rows are missing. The widest gap of `GAPS` that still fits is fixed now, so that growing parts cannot squeeze it.
3. What is left is spent in the order of importance: the code first, then the field that is being typed, then
   sentences, then the notice. Each takes its best size for which the others can stay at their smallest. Greedy is
   right here: a code in large digits above a small sentence is what one wants, an even compromise is not.
4. Only then are places given: spare rows go above, between and below, and a notice stands on the last row wherever
   the rest ends up, so that LAST TRY is always in the same place.

An offer is a function, drawn when it is asked for: most sizes are never drawn, and a first frame is not waited for.
Changing a constant here moves pixels on many screens at once: look at the sheets in docs/pictures before you record
new goldens.

The digits of a code are drawn one by one and never become text.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Final

from drivers.painter.parts import LINES, NOTICES, Canvas, Options, draw_bar, field_of, grouped_code, offer_sentences
from drivers.ports import Picture
from sesame_core.errors import UsageError
from sesame_core.screens import Screen
from sesame_core.secrets import CODE_DIGITS, SecretDigits

DARK_COLOUR: Final = (0, 0, 0)
LIT_COLOUR: Final = (205, 232, 255)
"""Red, green and blue of a picture in a file: the slightly blue white of the usual panels."""

ORDER: Final = ("lines", "code", "field", "notice")
"""From top to bottom. The notice stands at the very bottom."""

GAPS: Final = (5, 3, 2, 1)
"""Dark rows between two parts, in pixels: the first that is possible."""

TALL: Final = 56
"""From this height on there is room for a margin and a thicker bar."""

BAR: Final = 2
"""The bar's height and the dark rows above it, in pixels."""

BREAK_COST: Final = 9
"""How many pixels of size it is worth to keep a sentence in one line among others."""

BREAK_COST_ALONE: Final = 3
"""The same, for a sentence that has the glass to itself."""


def paint_screen(screen: Screen, size: tuple[int, int]) -> Picture:
    """Draw `screen` on a glass of `size` (width, height in pixels, from 64 x 32 up).

    Raises UsageError when something does not fit, is contradictory, or has a character that the font lacks.
    """
    width, height = size
    canvas = Canvas(width, height)
    margin = 1 if height >= TALL else 0
    bottom = height - margin
    if screen.bar:
        bar = draw_bar(screen.bar, width, BAR + margin)
        canvas.put_picture(bar, 0, height - bar.height)
        bottom = height - bar.height - BAR
    chosen = _choose({name: options for name, options in _offers(screen, width).items() if options}, bottom - margin)
    _place(canvas, [chosen[name] for name in ORDER if name in chosen], width, (margin, bottom), "notice" in chosen)
    return canvas.as_picture()


def prepare_fonts(size: tuple[int, int]) -> None:
    """Read what `paint_screen` will need from the fonts' files, so that the first code waits for none of it."""
    zeros = SecretDigits(CODE_DIGITS)
    for _ in range(CODE_DIGITS):
        zeros.append(0)
    paint_screen(Screen(code=zeros), size)


# Choosing sizes and places


def _offers(screen: Screen, width: int) -> dict[str, Options]:
    """The parts of a screen in their sizes; the part that matters most comes first and has the first choice."""
    alone = len(screen.lines) == 1 and screen == Screen(lines=screen.lines)
    cost = BREAK_COST_ALONE if alone else BREAK_COST
    return {
        "code": grouped_code(screen.code, width - 2) if screen.code is not None else (),
        "field": field_of(screen.field, width),
        "lines": offer_sentences(screen.lines, width, LINES, cost),
        "notice": offer_sentences((screen.notice,), width, NOTICES, BREAK_COST),
    }


def _choose(offers: Mapping[str, Options], height: int) -> dict[str, Picture]:
    """The best size of each part, in the order of the offers, that leaves room for the smallest of the others."""
    # From the smallest upwards: so an error means that no choice whatever would have fitted.
    chosen = {name: options[-1]() for name, options in offers.items()}
    least = sum(part.height for part in chosen.values())
    gaps = GAPS if height >= TALL else GAPS[1:]
    gap = next((gap for gap in gaps if least + gap * (len(chosen) - 1) <= height), None)
    if gap is None:
        raise UsageError(f"{' + '.join(chosen)} need {least + GAPS[-1] * (len(chosen) - 1)} rows and have {height}")
    # The gap stays as it is from here on: parts that grow must not eat what keeps them apart.
    spare = height - least - gap * (len(chosen) - 1)
    for name, options in offers.items():
        # The smallest itself always fits, so `next` finds one.
        smallest = chosen[name].height
        chosen[name] = next(picture for option in options if (picture := option()).height - smallest <= spare)
        spare -= chosen[name].height - smallest
    return chosen


def _place(canvas: Canvas, parts: Sequence[Picture], width: int, rows: tuple[int, int], anchored: bool) -> None:
    """Put the parts under one another, centred, with about the same space above, between and below them.

    `rows`: the first, and the one after the last; `anchored`: the last part stands on the last row.
    """
    top, bottom = rows
    free = bottom - top - sum(part.height for part in parts)
    spaces = len(parts) if anchored else len(parts) + 1
    between = min(GAPS[0], free // max(1, len(parts) - 1))
    surplus = free - between * (len(parts) - 1)
    for index, part in enumerate(parts):
        above = between * index + surplus * (index + 1) // spaces
        canvas.put_picture(part, (width - part.width) // 2, top + above)
        top += part.height


# Files


def encode_png(picture: Picture, scale: int = 4) -> bytes:
    """The picture as a PNG file of two colours, each pixel `scale` x `scale` (PNG specification, chapters 5 and 11)."""
    width, height = picture.width * scale, picture.height * scale
    spare = -width % 8
    lines = b"".join(
        b"\0" + (_stretched(row, picture.width, scale) << spare).to_bytes((width + 7) // 8)
        for row in picture.rows
        for _ in range(scale)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes((*DARK_COLOUR, *LIT_COLOUR))),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _stretched(row: int, width: int, scale: int) -> int:
    """Each bit of the row repeated `scale` times."""
    wide = 0
    for shift in range(width - 1, -1, -1):
        wide = wide << scale | (row >> shift & 1) * ((1 << scale) - 1)
    return wide


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
