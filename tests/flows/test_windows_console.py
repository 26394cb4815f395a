"""Windows' console key by key and write by write; the whole page in one: tests/elsewhere."""

import ctypes
import io
import sys
from collections import deque
from collections.abc import Callable
from ctypes import POINTER, c_uint32, cast
from types import SimpleNamespace
from typing import Any

import pytest

from simulator import keyboard_windows
from simulator.keyboard_windows import WindowsConsole

ALTERNATE, HIDDEN, CLEARED = "\x1b[?1049h", "\x1b[?25l", "\x1b[2J"
SHOWN, USUAL = "\x1b[?25h", "\x1b[?1049l"
"""xterm's control sequences: the other screen, the cursor, the whole screen."""


class Keys:
    """A console whose keys come one behind the other; `later`: what happens while nobody types."""

    def __init__(self, typed: str, *later: Callable[[], object]) -> None:
        self._typed = deque(typed)
        self._later = deque(later)

    def kbhit(self) -> bool:
        if self._later:
            self._later.popleft()()
            return False
        return bool(self._typed)

    def getwch(self) -> str:
        return self._typed.popleft()


def fixed_size() -> tuple[int, int]:
    return 80, 24


def typed_of(typed: str) -> tuple[str, ...]:
    return tuple(WindowsConsole(Keys(typed), fixed_size).typed())


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("5", ("5",)),
        ("\r", ("\r",)),
        ("\xe0H", ("up",)),
        ("\xe0P", ("down",)),
        ("\x00H", ("up",)),
        ("\x00;", ()),  # F1
        ("\xe0S", ()),  # Delete
        ("\xe0", ("\xe0",)),  # the letter
        ("\xe9", ("\xe9",)),
    ],
)
def test_a_key_is_a_character_an_arrow_or_none_that_we_have(typed: str, keys: tuple[str, ...]) -> None:
    assert typed_of(typed) == keys


def test_the_page_is_drawn_anew_once_for_each_new_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyboard_windows, "LOOK_S", 0)
    sizes = [(80, 24)]
    drawn: list[tuple[int, int]] = []

    def grow() -> None:
        sizes.append((100, 30))

    def stay() -> None:
        return

    console = WindowsConsole(Keys("1", stay, grow, stay, stay, grow), lambda: sizes[-1])
    with console.page(lambda: drawn.append(sizes[-1])):
        assert console.typed() == ("1",)
    assert drawn == [(100, 30)]


def test_the_console_has_its_own_screen_back_in_every_case(capsys: pytest.CaptureFixture[str]) -> None:
    console = WindowsConsole(Keys(""), fixed_size)
    with pytest.raises(KeyError), console.page(lambda: None):
        assert capsys.readouterr().out == ALTERNATE + HIDDEN + CLEARED
        raise KeyError
    assert capsys.readouterr().out == SHOWN + USUAL


def test_sequences_go_past_what_makes_them_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    past = io.StringIO()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(stream=past))
    with WindowsConsole(Keys(""), fixed_size).page(lambda: None):
        assert past.getvalue().startswith(ALTERNATE)


class Kernel:
    """kernel32, as far as it is asked."""

    def __init__(self, mode: int | None) -> None:
        self.mode = mode

    def GetStdHandle(self, number: int) -> str:  # noqa: N802 - Microsoft's name
        assert number == -11, "STD_OUTPUT_HANDLE"
        return "the screen"

    def GetConsoleMode(self, handle: str, place: Any) -> bool:  # noqa: N802, ANN401 - as above; a C pointer
        assert handle == "the screen"
        if self.mode is not None:
            cast(place, POINTER(c_uint32))[0] = self.mode
        return self.mode is not None

    def SetConsoleMode(self, handle: str, mode: int) -> bool:  # noqa: N802 - as above
        assert handle == "the screen"
        self.mode = mode
        return True


@pytest.mark.parametrize(("before", "after"), [(0x0003, 0x0007), (0x0007, 0x0007), (None, None)])
def test_an_older_console_is_told_to_understand_sequences(
    before: int | None, after: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENABLE_VIRTUAL_TERMINAL_PROCESSING is 4, and what was set stays set; what is no console is left alone."""
    kernel = Kernel(before)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    with WindowsConsole(Keys(""), fixed_size).page(lambda: None):
        assert kernel.mode == after
