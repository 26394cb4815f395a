"""Promise R18: every sentence of every language, with every field and notice, fits every glass there can be."""

import itertools
from collections.abc import Iterator

import pytest

from drivers.painter.raster import paint_screen
from sesame_core.reader.words import LANGUAGES
from sesame_core.reader.words.sentences import Sentences
from sesame_core.screens import Masked, Screen, Typed

LONGEST = ("", "1234 5678", "31 0123 4567", "12 345 678,90")


def screens(words: Sentences) -> Iterator[Screen]:
    """More than the reader ever shows: any title with any field and any notice, numbers at their longest."""
    for sentence in (words.insert_card, words.wait, words.no_reader, words.unsupported, words.flat_battery):
        yield Screen(lines=(sentence,))
    for notice in ("", words.press_function):
        yield Screen(lines=(words.choose_function,), notice=notice)
    yield Screen(lines=(words.blocked, words.call_bank))
    yield Screen(lines=(words.in_use, words.other_program))
    yield Screen(lines=(words.unreadable, words.card_error.format(n=8)))
    hints = ("", words.press_ok, words.last_try, words.type_digits, words.sign_other, words.enough_ok)
    counted = tuple(each.format(n=12) for each in (words.digits, words.at_least, words.tries_left))
    for title, length, notice in itertools.product((words.pin, words.wrong_pin), (4, 6, 12), hints + counted):
        yield Screen(lines=(title,), field=Masked(length // 2, length), notice=notice)
    titles = (words.challenge, words.amount, words.account, words.number.format(n=10))
    for title, text, notice in itertools.product(titles, LONGEST, hints + counted):
        yield Screen(lines=(title,), field=Typed(text), notice=notice)


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("size", [(128, 64), (128, 32), (64, 128)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_everything_fits(size: tuple[int, int], words: Sentences) -> None:
    for screen in screens(words):
        assert any(paint_screen(screen, size).rows), screen
