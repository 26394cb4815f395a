"""The reader in a terminal: the OLED's pixels live, keys from the keyboard, a slot to put the gallery's cards into."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from textwrap import wrap
from typing import Final

from bank.cards import gallery
from bank.errors import BankError
from device.config import Config
from drivers.keypad.matrix import LEGENDS, Legends
from sesame_core.errors import SesameError
from sesame_core.events import Key, Millis
from sesame_core.reader.state import State
from sesame_core.screens import Screen
from simulator.glyphs import Glyphs, find_smallest, fit_picture
from simulator.keyboard import END, Keyboard, open_keyboard
from simulator.live import EndedError, LiveBench
from simulator.words import FALLBACK, LANGUAGES

HOME: Final = "\x1b[H"
CLEAR_LINE: Final = "\x1b[K"
CLEAR_BELOW: Final = "\x1b[J"
GLASS: Final = "\x1b[97;40m"
FRAME: Final = "\x1b[90m"
CHOSEN: Final = "\x1b[7m"
PLAIN: Final = "\x1b[0m"

MARGIN: Final = 4
"""Columns of the frame around the glass."""

FIXED_LINES: Final = 3
"""Below the glass in any case: the keys, what else can be done, and what was said."""

LEAST_CARDS: Final = 3
ROOMY_CARDS: Final = 11
"""How many cards are seen at least, and where the glass is drawn large."""

SPARE_LINES: Final = 3
"""Beside them, where there is room: a title above the cards, the digits, an empty line."""

FRAME_LINES: Final = 2
LEAST_LINES: Final = FRAME_LINES + FIXED_LINES + LEAST_CARDS
ROOMY_LINES: Final = FRAME_LINES + FIXED_LINES + SPARE_LINES + ROOMY_CARDS
"""Lines of the page beside the glass: at least, and where the glass is drawn large."""

Size = Callable[[], tuple[int, int]]
"""Columns and lines of the window."""


USUAL_SIZE: Final = (80, 24)


def window_size(terminal: int = 1) -> tuple[int, int]:
    """The size of the terminal at this descriptor, as it is now. No terminal, and one that does not know its size (a
    serial console says 0), has what terminals usually have."""
    try:
        told = os.get_terminal_size(terminal)
    except OSError:
        return USUAL_SIZE
    return told.columns or USUAL_SIZE[0], told.lines or USUAL_SIZE[1]


KEYS: Final = {str(digit): Key(str(digit)) for digit in range(10)} | {
    "c": Key.CODE,
    "d": Key.CHALLENGE,
    "s": Key.SIGN,
    "\r": Key.OK,
    "\n": Key.OK,
    "\x7f": Key.CLEAR,
    "\x08": Key.CLEAR,
    "a": Key.OFF,
}
DIGITS: Final = ("123", "456", "789", "0")
ARROWS: Final = {"up": -1, "down": 1}
QUIT: Final = frozenset(("q", "\x03", "\x04", "\x1c"))
MOST_AHEAD: Final[Millis] = 10_000
"""How far ahead keys may be typed: the presses of a pasted book would take the reader an hour."""


class Terminal:
    """The page. `bench` must have been made with `terminal.watch` among its watchers."""

    def __init__(
        self,
        language: str = FALLBACK,
        write: Callable[[str], object] = sys.stdout.write,
        size: Size = window_size,
        glyphs: Glyphs = Glyphs.BRAILLE,
        pad: Legends = LEGENDS,
    ) -> None:
        self._labels = LANGUAGES[language].terminal
        self._language = language
        self._write = write
        self._size = size
        self._glyphs = glyphs
        self._fitted = frozenset(chain.from_iterable(pad))
        self._names = gallery.list_names()
        self._widest = max(map(len, self._names))
        self._chosen = 0
        self._inside: str | None = None
        self._plugged = True
        self._said = ""
        self._bench: LiveBench | None = None

    def watch_reader(self, state: State, screen: Screen) -> None:
        """A new screen: draw it. Called by the loop."""
        self.draw_page()

    def run(self, bench: LiveBench) -> None:
        """Show the reader until it is left. The page follows the window's size at once."""
        self._bench = bench
        keyboard = open_keyboard()
        with keyboard.page(lambda: bench.submit(self.draw_page)):
            threading.Thread(target=self._read_keys, args=(bench, keyboard), name="keyboard", daemon=True).start()
            bench.run()

    def take_key(self, bench: LiveBench, typed: Sequence[str]) -> None:
        """Keys of the keyboard. On the loop's thread."""
        self._said = ""
        for key in typed:
            try:
                self._act_on(bench, key)
            except (SesameError, BankError) as error:
                self._said = str(error)
            except Exception as error:  # nobody else would hear of it; its text might quote anything
                self._said = f"this should not have happened ({type(error).__name__}); please report it"
            if key in QUIT:
                return
        self.draw_page()

    def draw_page(self) -> None:
        """The whole page, in one write."""
        if self._bench is not None:
            # Each line is cleared before it is written: after a full one, xterm would clear its last character.
            self._write(HOME + "\r\n".join(CLEAR_LINE + line for line in self._draw_page(self._bench)) + CLEAR_BELOW)
            sys.stdout.flush()

    def _act_on(self, bench: LiveBench, typed: str) -> None:
        if typed in QUIT:
            bench.halt()
        elif typed in ARROWS:
            self._choose_card(ARROWS[typed])
        elif typed == " ":
            self._insert_or_pull(bench)
        elif typed == "l":
            self._plug_or_unplug(bench)
        elif typed.lower() in KEYS:
            self._press_key(bench, KEYS[typed.lower()])

    def _press_key(self, bench: LiveBench, key: Key) -> None:
        if bench.busy_until - bench.clock.now() > MOST_AHEAD:
            self._said = self._labels.too_fast
        else:
            bench.press_key(key)

    def _choose_card(self, by: int) -> None:
        self._chosen = (self._chosen + by) % len(self._names)

    def _insert_or_pull(self, bench: LiveBench) -> None:
        wanted, inside = self._names[self._chosen], self._inside
        if inside is not None:
            bench.pull_card()
            self._inside = None
        if wanted != inside:
            bench.insert_card(wanted)
            self._inside = wanted

    def _plug_or_unplug(self, bench: LiveBench) -> None:
        (bench.unplug_reader if self._plugged else bench.plug_reader)()
        self._plugged = not self._plugged

    def _draw_page(self, bench: LiveBench) -> Iterator[str]:
        columns, lines = self._size()
        picture = bench.glass()
        least = find_smallest(picture, self._glyphs)
        wide, high = len(least[0]) + MARGIN, len(least) + LEAST_LINES
        if columns < wide or lines < high:
            told = self._labels.too_small.format(wide, high, columns, lines)
            yield from wrap(told, max(1, columns - 1))[:lines]
            return
        glass = fit_picture(picture, columns - MARGIN, lines - ROOMY_LINES, self._glyphs)
        yield from _frame_glass(glass, self._glyphs.value.frame)
        yield from self._lines_below(columns, lines - len(glass) - FRAME_LINES)

    def _lines_below(self, columns: int, room: int) -> Iterator[str]:
        """The lines below the glass, `room` of them; what is only convenient goes first when there are few."""
        spare = min(SPARE_LINES, room - FIXED_LINES - LEAST_CARDS)
        texts = [self._list_digits()] * (spare >= 2)
        texts += ["   ".join(said for key, said in self._labels.keypad if key in self._fitted)]
        texts += [""] * (spare >= 3) + [self._labels.cards] * (spare >= 1)
        yield from (f"  {text}"[: columns - 1] for text in texts)
        yield from self._list_gallery(columns, room - FIXED_LINES - spare)
        yield f"  {self._labels.chosen}   {self._labels.help}"[: columns - 1]
        yield f"  {_make_visible(self._said)}"[: columns - 1]

    def _list_digits(self) -> str:
        """Those of the configured pad, in its groups."""
        groups = (" ".join(digit for digit in group if Key(digit) in self._fitted) for group in DIGITS)
        return "   ".join(filter(None, groups))

    def _list_gallery(self, columns: int, room: int) -> Iterator[str]:
        first = max(0, min(self._chosen - room // 2, len(self._names) - room))
        for number, name in list(enumerate(self._names))[first : first + room]:
            card = gallery.describe_card(name)
            mark = "▣" if name == self._inside else " "
            line = f"  {mark} {name:<{self._widest}} {self._labels.pin} {card.pin}  {card.describe(self._language)}"
            style = CHOSEN if number == self._chosen else ""
            yield f"{style}{line[: columns - 1]}{PLAIN if style else ''}"

    def _read_keys(self, bench: LiveBench, keyboard: Keyboard) -> None:
        """A keyboard's thread: no key is read before the last ones have been taken, however many are pasted."""
        with suppress(EndedError):
            while END not in (keys := keyboard.typed()):
                bench.submit(lambda keys=keys: self.take_key(bench, keys)).result()  # type: ignore[misc]
        bench.end()


def _make_visible(text: str) -> str:
    """As a terminal may have it: what would act on it is a question mark."""
    return "".join(each if each.isprintable() else "?" for each in text)


def _frame_glass(glass: Sequence[str], frame: str) -> Iterator[str]:
    across, upright, *corners = tuple(frame)
    edge = across * (len(glass[0]) + 2)
    yield f"{FRAME}{corners[0]}{edge}{corners[1]}{PLAIN}"
    for line in glass:
        yield f"{FRAME}{upright}{PLAIN}{GLASS} {line} {PLAIN}{FRAME}{upright}{PLAIN}"
    yield f"{FRAME}{corners[2]}{edge}{corners[3]}{PLAIN}"


def language_of(config: Config) -> str:
    """The page's language: the reader's, else French."""
    return config.reader.language if config.reader.language in LANGUAGES else FALLBACK
