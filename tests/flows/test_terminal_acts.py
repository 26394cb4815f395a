"""The terminal's page without a terminal: which key does what, what is said when it cannot, and every line of it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bank.cards.gallery import list_names
from device.config import Config, merge_config
from drivers.keypad.matrix import LEGENDS
from sesame_core.errors import UsageError
from sesame_core.events import Key
from simulator.glyphs import Glyphs
from simulator.live import LiveBench
from simulator.terminal import MOST_AHEAD, Terminal, language_of
from tests.golden_plugin import GoldenText

HOME, CLEAR_LINE, CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"
SEQUENCE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Page:
    """A terminal on a reader that does not run: what hands do is written down."""

    def __init__(self, bench: LiveBench, terminal: Callable[[Callable[[str], object]], Terminal]) -> None:
        self.bench = bench
        self.pressed: list[Key] = []
        self.pages: list[str] = []
        self.terminal = terminal(self.pages.append)
        self.terminal._bench = bench
        bench.press_key = lambda key, hold=0: self.pressed.append(key)  # type: ignore[method-assign]

    def type(self, *keys: str) -> str:
        """The page afterwards."""
        self.terminal.take_key(self.bench, keys)
        return self.pages[-1] if self.pages else ""

    def said(self) -> str:
        return SEQUENCE.sub("", self.pages[-1]).split("\r\n")[-1].strip()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LiveBench]:
    bench = LiveBench(Config(), tmp_path)
    bench.loop.start(bench.waker.notify_loop)
    yield bench
    bench.loop.close()
    bench.waker.close()


@pytest.fixture
def page(bench: LiveBench) -> Page:
    return Page(bench, lambda write: Terminal("fr", write, lambda: (80, 24)))


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        *((key.value, key) for key in Key if key.value.isdigit()),
        ("c", Key.CODE),
        ("C", Key.CODE),
        ("d", Key.CHALLENGE),
        ("s", Key.SIGN),
        ("a", Key.OFF),
        ("A", Key.OFF),
        ("\r", Key.OK),
        ("\n", Key.OK),
        ("\x7f", Key.CLEAR),
        ("\x08", Key.CLEAR),
    ],
)
def test_each_key_of_the_reader_has_one_on_the_keyboard(page: Page, typed: str, key: Key) -> None:
    page.type(typed)
    assert page.pressed == [key]
    assert page.said() == ""


def test_what_is_no_key_does_nothing(page: Page) -> None:
    page.type("x", "é", "\x1b", "-", "")
    assert page.pressed == []
    assert page.bench.parts.slot.card_in is False


def chosen_on(page: str) -> str:
    found = re.search(r"\x1b\[7m\W*([\w-]+)", page)
    return found[1] if found else ""


def test_the_arrows_go_round_the_gallery(page: Page) -> None:
    names = list_names()
    page.terminal.draw_page()
    assert chosen_on(page.pages[-1]) == names[0]
    assert [chosen_on(page.type("down")) for _ in names] == [*names[1:], names[0]]
    assert chosen_on(page.type("up")) == names[-1]
    assert chosen_on(page.type("up", "up", "down")) == names[-2]


def test_another_card_is_put_in_for_the_one_that_is_in(page: Page) -> None:
    first, second = list_names()[:2]
    assert f"▣ {first}" in page.type(" ")
    changed = page.type("down", " ")
    assert f"▣ {second}" in changed
    assert f"▣ {first}" not in changed
    assert page.bench.parts.slot.card_in
    assert "▣" not in page.type(" ")
    assert not page.bench.parts.slot.card_in


@pytest.mark.parametrize("ahead", [MOST_AHEAD + 1, MOST_AHEAD])
def test_keys_are_typed_ten_seconds_ahead_at_most(page: Page, ahead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_AHEAD == 10_000
    monkeypatch.setattr(type(page.bench), "busy_until", property(lambda _: 5_000 + ahead))
    monkeypatch.setattr(page.bench.clock, "now", lambda: 5_000)
    page.type("5")
    assert page.pressed == ([] if ahead > MOST_AHEAD else [Key.DIGIT_5])
    assert bool(page.said()) is (ahead > MOST_AHEAD)


@pytest.mark.parametrize("quits", ["q", "\x03", "\x04", "\x1c"])
def test_who_leaves_leaves_at_once_and_nothing_typed_behind_it_is_done(page: Page, quits: str) -> None:
    page.type("1", quits, "2")
    assert page.pressed == [Key.DIGIT_1]
    assert page.bench.loop.halted
    assert page.pages == [], "the page is not drawn once more"


def test_what_a_hand_cannot_do_is_said_until_the_next_key(page: Page) -> None:
    def refuse(key: Key, hold: int = 0) -> None:
        raise UsageError("this pad\nhas no such \x1b[2Jkey") if key is Key.DIGIT_5 else RuntimeError("secret 1234")

    page.bench.press_key = refuse  # type: ignore[method-assign]
    page.type("5")
    assert page.said() == "this pad?has no such ?[2Jkey", "nothing that would act on a terminal"
    page.type("6")
    assert page.said() == "this should not have happened (RuntimeError); please report it"
    page.type("x")
    assert page.said() == ""


def test_a_page_is_one_write_and_each_line_is_cleared_before_it_is_written(page: Page) -> None:
    page.type("x")
    (written,) = page.pages
    assert written.startswith(HOME + CLEAR_LINE)
    assert written.endswith(CLEAR_BELOW)
    lines = written.removeprefix(HOME).removesuffix(CLEAR_BELOW).split("\r\n")
    assert len(lines) == 24
    assert all(line.startswith(CLEAR_LINE) and CLEAR_LINE not in line[3:] for line in lines)


def test_a_page_that_is_not_shown_yet_draws_nothing() -> None:
    pages: list[str] = []
    Terminal(write=pages.append).draw_page()
    assert pages == []


SIZES = {
    "smallest": (68, 24, Glyphs.BRAILLE, "fr"),
    "usual": (80, 24, Glyphs.BLOCKS, "en"),
    "a line more": (80, 25, Glyphs.TYPEWRITER, "fr"),
    "three lines more": (90, 27, Glyphs.BRAILLE, "en"),
    "roomy": (132, 51, Glyphs.BLOCKS, "fr"),
    "a line less than roomy": (132, 50, Glyphs.BRAILLE, "fr"),
    "too small": (40, 24, Glyphs.BRAILLE, "fr"),
    "tiny": (9, 4, Glyphs.BRAILLE, "en"),
}


def test_every_line_of_the_page_at_each_size(bench: LiveBench, golden_text: GoldenText) -> None:
    """What goes to the terminal, control sequences made visible."""
    told = []
    for name, (columns, lines, glyphs, language) in SIZES.items():
        page = Page(bench, lambda write: Terminal(language, write, lambda: (columns, lines), glyphs))  # noqa: B023
        page.type("x")
        shown = page.pages[-1].replace("\x1b[", "␛").split("\r\n")
        told += [f"# {name}: {columns} x {lines}", *(each.rstrip() for each in shown)]
    golden_text("\n".join(told) + "\n", "terminal-pages")


def test_a_pad_without_digits_has_none_on_the_page(bench: LiveBench) -> None:
    pad = tuple(
        tuple(key if key in (Key.CODE, Key.OK, Key.DIGIT_5, Key.DIGIT_0) else None for key in row) for row in LEGENDS
    )
    page = Page(bench, lambda write: Terminal("en", write, lambda: (90, 27), pad=pad))
    shown = SEQUENCE.sub("", page.type("x"))
    assert re.search(r"^ +5   0 *\r$", shown, re.MULTILINE)
    assert "OK" in shown
    whole = SEQUENCE.sub("", Page(bench, lambda write: Terminal("en", write, lambda: (90, 27))).type("x"))
    assert "1 2 3   4 5 6   7 8 9   0" in whole


@pytest.mark.parametrize(("configured", "language"), [("fr", "fr"), ("en", "en"), ("auto", "fr")])
def test_the_page_speaks_the_readers_language(configured: str, language: str) -> None:
    assert language_of(merge_config({"reader": {"language": configured}}, "a test")) == language
