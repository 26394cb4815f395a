"""What the painter promises beside its looks: nothing is lost, nothing overlaps, and what does not fit is an error."""

import io
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pytest_mock import MockerFixture

from drivers.painter.fontdata.convert import WANTED
from drivers.painter.fonts import SIZES, digit_shapes, load_font
from drivers.painter.parts import SETTINGS, TALLER, Canvas, grouped_code, wrap_sentence
from drivers.painter.raster import DARK_COLOUR, LIT_COLOUR, encode_png, paint_screen, prepare_fonts
from drivers.ports import Picture
from sesame_core.errors import UsageError
from sesame_core.screens import DARK, Bar, Masked, Screen, Typed
from sesame_core.secrets import SecretDigits

GLASSES = [(128, 64), (128, 32), (64, 128), (64, 48), (64, 32), (256, 64)]
GLASS = (128, 64)

digit_runs = st.lists(st.integers(0, 9), min_size=1, max_size=12)


def code(digits: list[int]) -> SecretDigits:
    secret = SecretDigits(len(digits))
    for digit in digits:
        secret.append(digit)
    return secret


def lit(picture: Picture) -> int:
    return sum(row.bit_count() for row in picture.rows)


def matches(picture: Picture, size: int, percent: int) -> Iterator[tuple[int, int, int]]:
    """Where each digit of a size and height is drawn: row, column, digit. A dark column on both sides belongs to it."""
    width, shapes = digit_shapes(size, percent)
    height = len(shapes[0])
    framed = [tuple(row << 1 for row in shape) for shape in shapes]
    mask = (1 << width + 2) - 1
    for y in range(picture.height - height + 1):
        for x in range(-1, picture.width - width):
            shift = picture.width - x - width - 2
            window = tuple((row << 1 >> shift + 1 if shift >= -1 else 0) & mask for row in picture.rows[y : y + height])
            if window in framed:
                yield y, x, framed.index(window)


def read(picture: Picture) -> list[int]:
    """The digits in the picture, in reading order, in the largest size in which there are any."""
    lines = "".join("#" if row else " " for row in picture.rows).split()
    for size, percent in product(SIZES, TALLER):
        if {len(line) for line in lines} == {len(digit_shapes(size, percent)[1][0])}:
            found = sorted(matches(picture, size, percent))
            if found:
                return [digit for _, _, digit in found]
    return []


@pytest.mark.parametrize("size", GLASSES)
@settings(max_examples=30, deadline=None)
@given(digits=digit_runs)
def test_a_code_can_be_read_back_from_the_pixels(size: tuple[int, int], digits: list[int]) -> None:
    assert read(paint_screen(Screen(code=code(digits)), size)) == digits


def test_eight_digits_take_the_largest_font_there_is_and_half_as_much_again() -> None:
    picture = paint_screen(Screen(code=code([3, 4, 6, 5, 6, 0, 2, 3]), bar=Bar(20, 35)), GLASS)
    found = sorted(matches(picture, SIZES[0], TALLER[0]), key=lambda hit: hit[1])
    assert [digit for _, _, digit in found] == [3, 4, 6, 5, 6, 0, 2, 3]
    steps = [right - left for (_, left, _), (_, right, _) in pairwise(found)]
    assert steps[3] > max(steps[:3] + steps[4:]), "the gap in the middle is the widest"


def test_a_code_without_digits_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one digit"):
        paint_screen(Screen(code=SecretDigits(8)), GLASS)


def test_a_code_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError, match="rows and have 32"):
        paint_screen(Screen(code=code([1] * 40)), (64, 32))


@pytest.mark.parametrize(
    "screen",
    [
        Screen(lines=("ANTICONSTITUTIONNELLEMENT",)),
        Screen(lines=("CARTE",) * 8),
        Screen(lines=("CODE SECRET ?",), field=Masked(0, 4), notice="un avis beaucoup trop long " * 4),
        Screen(field=Masked(0, 64)),
        Screen(field=Typed("1" * 200)),
    ],
    ids=["a word", "lines", "notice", "marks", "typed"],
)
def test_what_does_not_fit_is_an_error_and_never_cut(screen: Screen) -> None:
    with pytest.raises(UsageError):
        paint_screen(screen, GLASS)


@pytest.mark.parametrize(
    "screen",
    [
        Screen(field=Masked(5, 4)),
        Screen(field=Masked(-1, 4)),
        Screen(field=Masked(0, 0)),
        Screen(bar=Bar(36, 35)),
        Screen(bar=Bar(-1, 35)),
        Screen(bar=Bar(0, 0)),
        Screen(lines=("漢字",)),
    ],
)
def test_a_contradictory_screen_is_an_error(screen: Screen) -> None:
    with pytest.raises(UsageError):
        paint_screen(screen, GLASS)


@given(
    text=st.text(alphabet="ABCDE ÉÇ?", min_size=1, max_size=60),
    size=st.sampled_from(GLASSES),
    notice=st.sampled_from(["", "PILE FAIBLE"]),
)
def test_every_letter_is_drawn_or_the_screen_is_refused(text: str, size: tuple[int, int], notice: str) -> None:
    """The ink of all letters in the size that was taken is all that is lit: nothing is cut, and nothing overlaps."""
    try:
        picture = paint_screen(Screen(lines=(text,), notice=notice), size)
    except UsageError:
        return

    def ink_of(words: str, height: int) -> int:
        return sum(row.bit_count() for letter in words for row in load_font(height).glyph_rows(letter))

    possible = {ink_of(text, line) + ink_of(notice, under) for line in SIZES for under in (16, 12)}
    assert lit(picture) in possible


def test_dark_is_dark() -> None:
    assert paint_screen(DARK, GLASS) == Picture.dark(*GLASS)


@pytest.mark.parametrize("size", GLASSES)
def test_the_bar_shrinks_from_the_whole_width_to_nothing(size: tuple[int, int]) -> None:
    widths = [paint_screen(Screen(bar=Bar(left, 35)), size).rows[-1].bit_count() for left in range(35, -1, -1)]
    assert widths[0] == size[0]
    assert widths[-1] == 0
    assert widths[-2] > 0
    assert widths == sorted(set(widths), reverse=True)


@pytest.mark.parametrize("size", GLASSES)
@pytest.mark.parametrize("length", [4, 6, 12])
def test_each_mark_adds_ink_and_moves_nothing(length: int, size: tuple[int, int]) -> None:
    pictures = [paint_screen(Screen(lines=("CODE",), field=Masked(typed, length)), size) for typed in range(length + 1)]
    for before, after in pairwise(pictures):
        assert lit(after) > lit(before)
        assert all(old & new == old for old, new in zip(before.rows, after.rows, strict=True))


def test_what_is_typed_stays_where_it_is() -> None:
    """The next digit and the cursor change, everything to their left does not: little goes over the bus."""
    before, after = (paint_screen(Screen(lines=("DÉFI ?",), field=Typed(text)), GLASS) for text in ("123", "1234"))
    changed = 0
    for one, other in zip(before.rows, after.rows, strict=True):
        changed |= one ^ other
    cell = load_font(28).width
    assert changed.bit_length() <= GLASS[0] - 3 * cell


def test_wrapping_breaks_at_spaces_into_even_lines() -> None:
    assert wrap_sentence("INSÉREZ VOTRE CARTE", 15) == ["INSÉREZ", "VOTRE CARTE"]
    assert wrap_sentence("un deux trois quatre", 17) == ["un deux", "trois quatre"]
    assert wrap_sentence("CODE SECRET ?", 11) == ["CODE", "SECRET ?"]
    assert wrap_sentence("CHALLENGE ?", 10) == ["CHALLENGE", "?"], "only where nothing else is possible"
    assert wrap_sentence("PILE\u00a0FAIBLE ICI", 12) == ["PILE\u00a0FAIBLE", "ICI"]


@given(
    words=st.lists(st.text(alphabet="abc", min_size=1, max_size=9), min_size=1, max_size=8), limit=st.integers(9, 30)
)
def test_wrapping_loses_no_word_and_respects_the_limit(words: list[str], limit: int) -> None:
    lines = wrap_sentence(" ".join(words), limit)
    assert " ".join(lines).split() == words
    assert all(len(line) <= limit for line in lines)


@pytest.mark.parametrize("mark", ["?", "!", ":", ";", "»"])
def test_a_mark_that_french_sets_after_a_space_begins_no_line(mark: str) -> None:
    assert wrap_sentence(f"un deux {mark} trois", 7) == ["un", f"deux {mark}", "trois"]


def test_all_the_french_there_is_can_be_drawn() -> None:
    for size in SIZES:
        for letter in "ÀÂÇÈÉÊËÎÏÔÙÛÜŒàâçèéêëîïôùûüœ’«»€":
            assert any(load_font(size).glyph_rows(letter)), (size, letter)


def test_a_size_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="no font of 13"):
        load_font(13)


@pytest.mark.parametrize("scale", [1, 3, 4])
def test_a_png_shows_the_picture(scale: int) -> None:
    picture = paint_screen(Screen(lines=("PILE FAIBLE",), bar=Bar(3, 7)), (72, 40))
    image = Image.open(io.BytesIO(encode_png(picture, scale))).convert("RGB")
    assert image.size == (72 * scale, 40 * scale)
    for y in range(image.height):
        for x in range(image.width):
            wanted = LIT_COLOUR if picture.lit(x // scale, y // scale) else DARK_COLOUR
            assert image.getpixel((x, y)) == wanted


def test_after_preparing_a_code_is_painted_without_reading_a_file(mocker: MockerFixture) -> None:
    prepare_fonts(GLASS)
    opened = mocker.patch("pathlib.Path.read_text", side_effect=AssertionError("a file is read"))
    paint_screen(Screen(code=code([1] * 8), bar=Bar(1, 35)), GLASS)
    opened.assert_not_called()


def test_painting_needs_neither_pillow_nor_luma() -> None:
    program = (
        "import sys; from drivers.painter.raster import paint_screen; from sesame_core.screens import Screen;"
        "paint_screen(Screen(lines=('PATIENTEZ',)), (128, 64));"
        "print(sorted({'PIL', 'luma', 'gpiozero'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("size", SIZES)
def test_a_font_file_is_whole(size: int) -> None:
    """Every wanted character is there, fills the cell, and has nothing lit outside it."""
    letters = load_font(size)
    assert letters.height == size
    assert "".join(letters.packed) == "".join(sorted(WANTED))
    for letter, packed in letters.packed.items():
        step = -(-letters.width // 8) * 2
        assert len(packed) == step * size, letter
        spare = (1 << step * 4 - letters.width) - 1
        assert not any(int(packed[at : at + step], 16) & spare for at in range(0, len(packed), step)), letter
        assert len(letters.glyph_rows(letter)) == size


@pytest.mark.parametrize(("left", "top"), [(0, 3), (0, -1), (8, 0), (-1, 0), (7, 0)])
def test_a_part_beyond_an_edge_is_an_error_and_not_half_drawn(left: int, top: int) -> None:
    canvas = Canvas(8, 4)
    with pytest.raises(UsageError, match="outside the picture"):
        canvas.put_picture(Picture(2, 2, (0b11, 0b11)), left, top)
    assert canvas.as_picture() == Picture.dark(8, 4)
    canvas.put_picture(Picture(2, 2, (0b11, 0b01)), 6, 2)
    assert canvas.as_picture().rows == (0, 0, 0b11, 0b01)


@pytest.mark.parametrize("digits", [8, 10, 12, 16])
def test_a_code_is_broken_into_lines_only_where_one_line_would_be_too_small_to_read(digits: int) -> None:
    """18 pixels are read at arm's length; between 16 and 18 a second line is worth it."""
    lengths = [digits % 4] * bool(digits % 4) + [4] * (digits // 4)
    seen = set()
    for width in range(40, 257):
        one_line = max((each.size for each in SETTINGS if each.fits([lengths], width)), default=0)
        more = max((each.size for each in SETTINGS if each.fits([[length] for length in lengths], width)), default=0)
        if not more:
            continue
        best: Any = grouped_code(code([8] * digits), width)[0]
        lines = len(best.args[1])
        assert (lines == 1) is (one_line >= 18 or one_line >= more), width
        seen.add(lines)
    assert len(seen) > 1, "both were met"
