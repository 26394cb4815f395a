"""Windows' console: keys from the C library (msvcrt), pictures by the escape sequences that Windows 10 and later know.

Proved with a twin of the library; not tried on a Windows machine.
"""

import ctypes
import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

LEADERS: Final = frozenset("\x00\xe0")
"""Before the code of a key that is no character. U+00E0 is `à` as well: then nothing follows at once."""

ARROWS: Final = {"H": "up", "P": "down"}
"""_getwch: scan codes of the arrows."""

ENTER_SCREEN: Final = "\x1b[?1049h\x1b[?25l\x1b[2J"
LEAVE_SCREEN: Final = "\x1b[?25h\x1b[?1049l"
STANDARD_OUTPUT: Final = -11
VIRTUAL_TERMINAL: Final = 0x0004
"""GetStdHandle's number; ENABLE_VIRTUAL_TERMINAL_PROCESSING of SetConsoleMode (Microsoft, Console API)."""

LOOK_S: Final = 0.05
"""How often the console is asked for keys, and for its size: nothing tells of either."""


class Console(Protocol):
    """Of msvcrt, what we use."""

    def kbhit(self) -> bool:
        """True when a key waits."""
        ...

    def getwch(self) -> str:
        """The next key, unseen."""
        ...


def open_terminal() -> "WindowsConsole":
    """This process's."""
    return WindowsConsole(importlib.import_module("msvcrt"), _size)


def _size() -> tuple[int, int]:
    return os.get_terminal_size()


class WindowsConsole:
    """A `Keyboard`."""

    def __init__(self, console: Console, size: Callable[[], tuple[int, int]]) -> None:
        self._console = console
        self._size = size
        self._redraw: Callable[[], object] = lambda: None

    @contextmanager
    def page(self, redraw: Callable[[], object]) -> Iterator[None]:
        """See Keyboard."""
        self._redraw = redraw
        _understand_sequences()
        page = getattr(sys.stdout, "stream", sys.stdout)  # past what makes escape sequences visible
        page.write(ENTER_SCREEN)
        try:
            yield
        finally:
            page.write(LEAVE_SCREEN)
            page.flush()

    def typed(self) -> Sequence[str]:
        """See Keyboard."""
        size = self._size()
        while not self._console.kbhit():
            time.sleep(LOOK_S)
            if self._size() != size:
                size = self._size()
                self._redraw()
        key = self._console.getwch()
        if key in LEADERS and self._console.kbhit():
            return tuple(ARROWS[code] for code in self._console.getwch() if code in ARROWS)
        return (key,)


def _understand_sequences() -> None:
    """Windows' own terminal does so by itself, the older console when it is told to."""
    kernel: Any = ctypes.__dict__.get("windll")
    if kernel is not None:
        handle, mode = kernel.kernel32.GetStdHandle(STANDARD_OUTPUT), ctypes.c_uint32()
        if kernel.kernel32.GetConsoleMode(handle, ctypes.byref(mode)):
            kernel.kernel32.SetConsoleMode(handle, mode.value | VIRTUAL_TERMINAL)
