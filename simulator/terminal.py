"""The reader in a terminal: the OLED's pixels live, keys from the keyboard, a slot to put the gallery's cards into."""

import os
import shutil
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bank import gallery
from device.config import Config
from sesame_core.errors import SesameError
from sesame_core.events import Key
from sesame_core.screens import Screen
from sesame_core.state import State
from simulator.glyphs import fitting
from simulator.live import LiveBench

ENTER_SCREEN: Final = "\x1b[?1049h\x1b[?25l\x1b[2J"
LEAVE_SCREEN: Final = "\x1b[?25h\x1b[?1049l"
HOME: Final = "\x1b[H"
CLEAR_LINE: Final = "\x1b[K"
CLEAR_BELOW: Final = "\x1b[J"
GLASS: Final = "\x1b[97;40m"
FRAME: Final = "\x1b[90m"
CHOSEN: Final = "\x1b[7m"
PLAIN: Final = "\x1b[0m"

CHROME_LINES: Final = 19
"""Lines of the page beside the glass."""

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
ARROWS: Final = {"\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down"}
QUIT: Final = frozenset(("q", "\x03", "\x04", ""))


@dataclass(frozen=True, slots=True)
class Labels:
    """What the page around the reader says in one language."""

    keypad: str
    cards: str
    chosen: str
    inside: str
    pin: str
    help: str


LABELS: Final = {
    "fr": Labels(
        "c Code   d Défi   s Signer   Entrée OK   ← C   a Arrêt",
        "Cartes",
        "↑ ↓ choisir   Espace insérer ou retirer   l débrancher le lecteur",
        "dans le lecteur",
        "code secret",
        "q quitter",
    ),
    "en": Labels(
        "c Code   d Challenge   s Sign   Enter OK   ← Clear   a Off",
        "Cards",
        "↑ ↓ choose   Space insert or pull   l unplug the card reader",
        "in the reader",
        "PIN",
        "q quit",
    ),
}


class Terminal:
    """The page. `bench` must have been made with `terminal.watch` among its watchers."""

    def __init__(self, language: str = "fr", write: Callable[[str], object] = sys.stdout.write) -> None:
        self._labels = LABELS[language]
        self._language = language
        self._write = write
        self._names = gallery.names()
        self._chosen = 0
        self._inside: str | None = None
        self._plugged = True
        self._said = ""
        self._bench: LiveBench | None = None

    def watch(self, state: State, screen: Screen) -> None:
        """A new screen: draw it. Called by the loop."""
        self.draw()

    def run(self, bench: LiveBench) -> None:
        """Show the reader until it is left."""
        self._bench = bench
        with _raw_terminal(self._write):
            threading.Thread(target=self._read_keys, args=(bench,), name="keyboard", daemon=True).start()
            bench.run()

    def take(self, bench: LiveBench, typed: str) -> None:
        """One key of the keyboard. On the loop's thread."""
        self._said = ""
        try:
            self._act(bench, typed)
        except SesameError as error:
            self._said = str(error)
        self.draw()

    def draw(self) -> None:
        """The whole page, in one write."""
        if self._bench is not None:
            self._write(HOME + (CLEAR_LINE + "\r\n").join(self._page(self._bench)) + CLEAR_LINE + CLEAR_BELOW)
            sys.stdout.flush()

    def _act(self, bench: LiveBench, typed: str) -> None:
        if typed in QUIT:
            bench.halt()
        elif typed in ARROWS:
            self._choose(-1 if ARROWS[typed] == "up" else 1)
        elif typed == " ":
            self._insert_or_pull(bench)
        elif typed == "l":
            self._plug_or_unplug(bench)
        elif typed.lower() in KEYS:
            bench.press(KEYS[typed.lower()])

    def _choose(self, by: int) -> None:
        self._chosen = (self._chosen + by) % len(self._names)

    def _insert_or_pull(self, bench: LiveBench) -> None:
        wanted, inside = self._names[self._chosen], self._inside
        if inside is not None:
            bench.pull()
            self._inside = None
        if wanted != inside:
            bench.insert(wanted)
            self._inside = wanted

    def _plug_or_unplug(self, bench: LiveBench) -> None:
        (bench.unplug if self._plugged else bench.plug)()
        self._plugged = not self._plugged

    def _page(self, bench: LiveBench) -> Iterator[str]:
        columns, lines = shutil.get_terminal_size()
        glass = fitting(bench.glass(), columns - 4, lines - CHROME_LINES)
        width = len(glass[0])
        yield f"{FRAME}┌{'─' * (width + 2)}┐{PLAIN}"
        for line in glass:
            yield f"{FRAME}│{PLAIN}{GLASS} {line} {PLAIN}{FRAME}│{PLAIN}"
        yield f"{FRAME}└{'─' * (width + 2)}┘{PLAIN}"
        yield "  1 2 3   4 5 6   7 8 9   0"
        yield "  " + self._labels.keypad
        yield ""
        yield from self._gallery(columns, max(3, lines - len(glass) - 9))
        yield "  " + self._labels.chosen + "   " + self._labels.help
        yield "  " + self._said

    def _gallery(self, columns: int, room: int) -> Iterator[str]:
        first = max(0, min(self._chosen - room // 2, len(self._names) - room))
        yield f"  {self._labels.cards}"
        for number, name in list(enumerate(self._names))[first : first + room]:
            card = gallery.describe(name)
            mark = "▣" if name == self._inside else " "
            line = f"  {mark} {name:<18}{self._labels.pin} {card.pin}  {card.described(self._language)}"
            style = CHOSEN if number == self._chosen else ""
            yield f"{style}{line[: columns - 1]}{PLAIN if style else ''}"

    def _read_keys(self, bench: LiveBench) -> None:
        while True:
            typed = os.read(0, 8).decode("utf-8", "replace")
            for key in [typed] if typed in ARROWS or not typed else list(typed):
                bench.submit(lambda key=key: self.take(bench, key))  # type: ignore[misc]
            if not typed:
                return


def language_of(config: Config) -> str:
    """The page's language: the reader's, else French."""
    return config.reader.language if config.reader.language in LABELS else "fr"


@contextmanager
def _raw_terminal(write: Callable[[str], object]) -> Iterator[None]:
    """The terminal's other screen, without echo or line buffer; everything is put back in every case."""
    before = termios.tcgetattr(0)
    write(ENTER_SCREEN)
    try:
        tty.setcbreak(0)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
        write(LEAVE_SCREEN)
        sys.stdout.flush()
