"""What is typed at the terminal page, key by key; and which terminal there is: POSIX's or Windows' console."""

import codecs
import importlib
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

ESCAPE: Final = "\x1b"
CONTROL_SEQUENCE: Final = "\x9b"
"""CSI as one character, as terminals may send it."""

INTRODUCERS: Final = {"[": "csi", "O": "ss3"}
STRINGS: Final = frozenset("P]X^_")
STRING_ENDS: Final = ("\x07", "\x9c", "\x1b\\")
ARROWS: Final = {"A": "up", "B": "down"}
END: Final = ""
"""The terminal is gone."""


class Keyboard(Protocol):
    """A terminal to draw in and to type at."""

    def page(self, redraw: Callable[[], object]) -> AbstractContextManager[None]:
        """The terminal's other screen, without echo or line buffer; put back in every case. `redraw` is called, from a
        signal handler or another thread, when the page has to be drawn anew."""
        ...

    def typed(self) -> Sequence[str]:
        """Wait for keys: characters, `up`, `down`, and END."""
        ...


def open_keyboard() -> Keyboard:
    """This system's."""
    name = "posix" if importlib.util.find_spec("termios") else "windows"
    keyboard: Keyboard = importlib.import_module(f"simulator.keyboard_{name}").open_terminal()
    return keyboard


class Decoder:
    """Characters and keys in what a terminal sends (ECMA-48, 5.4 and 5.6; xterm's control sequences).

    A sequence is one key, or none that we have; no piece of it is ever a key, and it may come in pieces. ESC is a key
    of its own, that we do not have, when nothing comes with it; with something else it is Alt, and none of ours.
    """

    def __init__(self) -> None:
        self._bytes = codecs.getincrementaldecoder("utf-8")("replace")
        self._state = ""

    def keys(self, received: bytes) -> Iterator[str]:
        """The keys in what was read at once."""
        if self._state == "escape":
            self._state = "waited"
        text = self._bytes.decode(received)
        at = 0
        while at < len(text):
            if self._state in ("escape", "waited") and text[at] in STRINGS:
                at = _behind_string(text, at)
                self._state = ""
                continue
            yield from self._take(text[at])
            at += 1

    def _take(self, each: str) -> Iterator[str]:
        state, self._state = self._state, ""
        if each == ESCAPE:
            self._state = "escape"
        elif each == CONTROL_SEQUENCE:
            self._state = "csi"
        elif state in ("csi", "csi more", "ss3"):
            yield from self._in_sequence(state, each)
        elif state in ("escape", "waited") and each in INTRODUCERS:
            self._state = INTRODUCERS[each]
        elif state not in ("escape", "linux"):
            yield each

    def _in_sequence(self, state: str, each: str) -> Iterator[str]:
        if "\x20" <= each <= "\x3f":
            self._state = "csi more" if state != "ss3" else state
        elif each == "[" and state == "csi":
            self._state = "linux"  # the console's F1 to F5: ESC [ [ A
        elif each in ARROWS:
            yield ARROWS[each]
        elif not "\x40" <= each <= "\x7e":
            yield each  # no sequence goes on with this: it is a key


def _behind_string(text: str, at: int) -> int:
    """The place behind a control string; it ends with what was read at once."""
    ends = [found + len(end) for end in STRING_ENDS if (found := text.find(end, at)) >= 0]
    return min(ends, default=len(text))
