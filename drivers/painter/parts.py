"""The parts that a screen is made of, each drawn as a small picture: sentences, the code, a field, the bar.

Every part offers itself in several sizes; `drivers.painter.raster` chooses among them and puts them in their
places. A part that cannot be drawn even at its smallest raises UsageError.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from drivers.painter.fonts import SIZES, Font, Rows, digit_shapes, load_font, measure_ink
from drivers.ports import Picture
from sesame_core.errors import UsageError
from sesame_core.screens import Bar, Masked, Typed
from sesame_core.secrets import SecretDigits

LINES: Final = tuple(size for size in SIZES if size <= 24)
NOTICES: Final = (16, 12)
TYPED: Final = tuple(size for size in SIZES if size <= 28)
"""Sizes of the fonts, in pixels, for each use."""

SMALL_PRINT: Final = 12
"""The size that is only taken when nothing larger can be had."""

NO_BREAK: Final = "\u00a0"
CLINGING: Final = ("?", "!", ":", ";", "»")

DISCS: Final = (13, 11, 9, 7, 5, 3)
"""Diameters of the marks of a masked field, in pixels: odd, so that they are round."""

PLACES: Final = 9
"""Characters that a typed field keeps room for, so that what is typed stays where it is and little is redrawn."""

Options = Sequence[Callable[[], Picture]]
"""A part's sizes, the best first and the smallest last; a size is drawn only when it is tried."""


class Canvas:
    """A picture being drawn."""

    def __init__(self, width: int, height: int) -> None:
        self._width = width
        self._rows = [0] * height

    def put_picture(self, part: Picture, left: int, top: int) -> None:
        """Light what is lit in `part`, its top left corner at (left, top). Raises UsageError outside the canvas."""
        shift = self._width - left - part.width
        if left < 0 or shift < 0 or top < 0 or top + part.height > len(self._rows):
            raise UsageError(f"{part.width} x {part.height} pixels at ({left}, {top}) lie outside the picture")
        for row, bits in enumerate(part.rows, start=top):
            self._rows[row] |= bits << shift

    def as_picture(self) -> Picture:
        """What has been drawn so far."""
        return Picture(self._width, len(self._rows), tuple(self._rows))


# Sentences


def offer_sentences(texts: Sequence[str], width: int, sizes: Sequence[int], break_cost: int) -> Options:
    """The sentences in every size in which no word is wider than `width`, each broken at spaces where needed.

    The best is the largest, but a break counts as much as `break_cost` pixels of size.
    """
    if not any(text.strip() for text in texts):
        return ()
    fitting = _fitting(texts, width, sizes)

    def merit(size: int) -> int:
        breaks = len(_broken(texts, _columns(size, width))) - len(texts)
        return (size if size > SMALL_PRINT else size // 2) - break_cost * breaks

    spacings = [
        (size, leading) for size in sorted(fitting, key=merit, reverse=True) for leading in (size // 4 + 1, size // 8)
    ]
    smallest = fitting[-1]
    return [partial(_text, texts, width, *each) for each in (*spacings, (smallest, smallest // 8))]


def _fitting(texts: Sequence[str], width: int, sizes: Sequence[int]) -> Sequence[int]:
    """The sizes in which no word is wider than that, with its ? or ! if there are any, else without."""
    for most in (width, 0):
        longest = max(len(word) for text in texts for word in _words(text, most))
        if fitting := [size for size in sizes if longest <= _columns(size, width)]:
            return fitting
    raise UsageError(f"a word of {longest} letters is wider than {width} pixels")


def _broken(texts: Sequence[str], limit: int) -> list[str]:
    return [line for text in texts for line in wrap_sentence(text, limit)]


def _columns(size: int, width: int) -> int:
    """How many characters of a font stand side by side. The dark last column of the last one may hang over the edge."""
    return (width + 1) // load_font(size).width


def wrap_sentence(sentence: str, limit: int) -> list[str]:
    """Break at spaces into the fewest lines of at most `limit` characters, and make those about equally long."""
    words = _words(sentence, limit)
    narrowest = max(map(len, words), default=1)
    fewest = len(_fill(words, limit))
    return next(lines for each in range(narrowest, limit + 1) if len(lines := _fill(words, each)) == fewest)


def _words(sentence: str, limit: int) -> list[str]:
    """What is not broken: words, with the ? ! : ; that French sets after a space while that is within the limit."""
    words: list[str] = []
    for word in filter(None, sentence.split(" ")):
        if words and word in CLINGING and len(words[-1]) + 1 + len(word) <= limit:
            words[-1] += " " + word
        else:
            words.append(word)
    return words


def _fill(words: Sequence[str], limit: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= limit:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _text(texts: Sequence[str], width: int, size: int, leading: int) -> Picture:
    """Sentences, wrapped and centred; `leading`: dark rows between accents or descenders of two lines."""
    letters = load_font(size)
    pictures = [_line(line, letters) for line in _broken(texts, _columns(size, width))]
    above, below = zip(*(measure_ink(picture.width, picture.rows)[2:] for picture in pictures), strict=True)
    span = slice(min(above), size - min(below))
    return _column([_cut(picture, span) for picture in pictures], leading)


def _line(text: str, letters: Font) -> Picture:
    """One line of text, its full cells high, without the dark columns at its ends."""
    rows = _cells(text, letters)
    left, right, _, _ = measure_ink(letters.width * len(text), rows)
    return Picture(letters.width * len(text) - left - right, letters.height, tuple(row >> right for row in rows))


def _cells(text: str, letters: Font) -> Rows:
    rows = (0,) * letters.height
    for character in text.replace(NO_BREAK, " "):
        rows = tuple(row << letters.width | bits for row, bits in zip(rows, letters.glyph_rows(character), strict=True))
    return rows


def _cut(picture: Picture, span: slice) -> Picture:
    rows = picture.rows[span]
    return Picture(picture.width, len(rows), rows)


def _column(parts: Sequence[Picture], gap: int) -> Picture:
    """Pictures one under the other, centred."""
    width = max(part.width for part in parts)
    canvas = Canvas(width, sum(part.height for part in parts) + gap * (len(parts) - 1))
    top = 0
    for part in parts:
        canvas.put_picture(part, (width - part.width) // 2, top)
        top += part.height + gap
    return canvas.as_picture()


def _row(parts: Sequence[Picture], gap: int) -> Picture:
    """Pictures of one height side by side."""
    canvas = Canvas(sum(part.width for part in parts) + gap * (len(parts) - 1), parts[0].height)
    left = 0
    for part in parts:
        canvas.put_picture(part, left, 0)
        left += part.width + gap
    return canvas.as_picture()


# The code


@dataclass(frozen=True, slots=True)
class _Setting:
    """How digits are set: the font's size, how much taller than it, dark columns between two digits and two groups."""

    size: int
    percent: int
    between: int
    groups: int

    def width(self, lengths: Sequence[int]) -> int:
        """How wide groups of these lengths are in one line, in pixels."""
        digits, groups = sum(lengths), len(lengths)
        return digits * digit_shapes(self.size)[0] + (digits - groups) * self.between + (groups - 1) * self.groups

    def fits(self, lines: Sequence[Sequence[int]], width: int) -> bool:
        """True when no line of groups is wider than that."""
        return all(self.width(line) <= width for line in lines)


READABLE: Final = 18
"""A code set smaller than this is rather broken into lines."""

TALLER: Final = (150, 125, 100)
"""How much of its font's height a code may take, in per cent: a glass is wide enough or high enough, seldom both."""

SETTINGS: Final = tuple(
    _Setting(size, percent, between, groups)
    for size in SIZES
    for percent in TALLER
    for between, groups in (((3, 10), (2, 9), (2, 7)) if size >= 24 else ((2, 8), (1, 6)))
)
"""From the largest digits to the smallest, and for each size from wide to narrow."""


def grouped_code(code: SecretDigits, width: int) -> Options:
    """The code in groups of four from the right: in one line, or where that would be too small to read, in several."""
    if not len(code):
        raise UsageError("a code has at least one digit")
    lengths = ([len(code) % 4] if len(code) % 4 else []) + [4] * (len(code) // 4)
    options: list[Callable[[], Picture]] = []
    largest = 0
    for per_line in range(len(lengths), 0, -1):
        broken = [lengths[at : at + per_line] for at in range(0, len(lengths), per_line)]
        fitting = [each for each in SETTINGS if each.size > largest and each.fits(broken, width)]
        if fitting and largest < READABLE:
            options = [*(partial(_digits, code, broken, setting) for setting in fitting), *options]
            largest = fitting[0].size
    if not options:
        raise UsageError(f"a code of {len(code)} digits does not fit {width} pixels")
    return options


def _digits(code: SecretDigits, broken: Sequence[Sequence[int]], setting: _Setting) -> Picture:
    digits = iter(code)
    lines = [[_group(islice(digits, length), setting) for length in line] for line in broken]
    return _column([_row(groups, setting.groups) for groups in lines], setting.groups)


def _group(digits: Iterable[int], setting: _Setting) -> Picture:
    cell, shapes = digit_shapes(setting.size, setting.percent)
    return _row([Picture(cell, len(shapes[digit]), shapes[digit]) for digit in digits], setting.between)


# The field


def field_of(field: Masked | Typed | None, width: int) -> Options:
    """Marks for digits typed unseen, or what is typed in sight with a cursor after it."""
    if isinstance(field, Masked):
        return _marks(field, width)
    return _typed(field, width) if field else ()


def _marks(field: Masked, width: int) -> Options:
    """A filled disc for each typed digit, a ring for each that is still wanted."""
    if not 0 <= field.typed <= field.length or not field.length:
        raise UsageError(f"{field.typed} marks in {field.length} places")
    if width < 4 * field.length:
        raise UsageError(f"{field.length} marks do not fit {width} pixels")
    gaps = ((width - 4 - diameter * field.length) // max(1, field.length - 1) for diameter in DISCS)
    fitting = [(diameter, gap) for diameter, gap in zip(DISCS, gaps, strict=True) if gap > 0]
    return [partial(_discs, field, diameter, min(diameter, gap)) for diameter, gap in fitting]


def _discs(field: Masked, diameter: int, gap: int) -> Picture:
    full, ring = _disc(diameter), _ring(diameter)
    return _row([full] * field.typed + [ring] * (field.length - field.typed), gap)


def _disc(diameter: int) -> Picture:
    """A filled circle: the pixels whose centres lie within it."""
    middle = diameter - 1
    rows = tuple(
        sum(1 << x for x in range(diameter) if (2 * x - middle) ** 2 + (2 * y - middle) ** 2 <= diameter**2)
        for y in range(diameter)
    )
    return Picture(diameter, diameter, rows)


def _ring(diameter: int) -> Picture:
    """The outline of that circle, one pixel wide."""
    outer, inner = _disc(diameter).rows, (0, *_disc(diameter - 2).rows, 0)
    return Picture(diameter, diameter, tuple(row & ~(hole << 1) for row, hole in zip(outer, inner, strict=True)))


def _typed(field: Typed, width: int) -> Options:
    places = max(len(field.text) + 1, PLACES)
    options = [partial(_entry, field.text, size, places) for size in TYPED if places * load_font(size).width <= width]
    return options or [partial(_entry, field.text, TYPED[-1], width // load_font(TYPED[-1]).width)]


def _entry(text: str, size: int, places: int) -> Picture:
    """What is typed and a cursor under the next place, from the left, in lines of so many places."""
    letters = load_font(size)
    lines = [text[at : at + places] for at in range(0, len(text) + 1, places)]
    return _column([_entry_line(line, letters, places, cursor=line is lines[-1]) for line in lines], 1)


def _entry_line(text: str, letters: Font, places: int, *, cursor: bool) -> Picture:
    rows = _cells(text.ljust(places), letters)
    thick = 1 if letters.height < 20 else 2
    mark = ((1 << letters.width - 2) - 1) << (places - len(text) - 1) * letters.width + 1 if cursor else 0
    base = letters.ascent + 1
    body = (
        *rows[measure_ink(letters.width, letters.glyph_rows("0"))[2] : base],
        *(row | mark for row in rows[base : base + thick]),
    )
    return Picture(letters.width * places, len(body), body)


# The bar


def draw_bar(bar: Bar, width: int, thick: int) -> Picture:
    """What is left of the bar, `thick` pixels high; all of it is `width` wide."""
    if not 0 <= bar.left <= bar.of or not bar.of:
        raise UsageError(f"a bar of {bar.left} parts of {bar.of}")
    long = -(-width * bar.left // bar.of)
    return Picture(long, thick, ((1 << long) - 1,) * thick)
