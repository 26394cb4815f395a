"""The terminal of a POSIX system (termios(3)): Linux, macOS and the others."""

import os
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from device.signals import on_signals
from simulator.keyboard import END, Decoder

ENTER_SCREEN: Final = b"\x1b[?1049h\x1b[?25l\x1b[2J"
LEAVE_SCREEN: Final = b"\x1b[?25h\x1b[?1049l"
MOST_BYTES: Final = 256
"""Read at once: what is pasted is worked off in pieces, so that everything else has its turn."""

INPUT_FLAGS: Final = 0
LOCAL_FLAGS: Final = 3


def open_terminal() -> "PosixTerminal":
    """Standard input and output."""
    return PosixTerminal()


class PosixTerminal:
    """A `Keyboard`. Stopped by Ctrl-Z it gives the terminal back, and takes it again when it goes on."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._before: list[Any] = []

    @contextmanager
    def page(self, redraw: Callable[[], object]) -> Iterator[None]:
        """See Keyboard. On the main thread: it is told of signals."""

        def go_on() -> None:
            self._enter()
            redraw()

        self._before = termios.tcgetattr(0)
        with (
            on_signals((signal.SIGWINCH,), redraw),
            on_signals((signal.SIGCONT,), go_on),
            on_signals((signal.SIGTSTP,), lambda: self._stop(go_on)),
        ):
            self._enter()
            try:
                yield
            finally:
                sys.stdout.flush()
                self._leave()

    def typed(self) -> Sequence[str]:
        """See Keyboard."""
        try:
            received = os.read(0, MOST_BYTES)
        except OSError:  # the window was closed
            received = b""
        return tuple(self._decoder.keys(received)) if received else (END,)

    def _enter(self) -> None:
        """Nothing of what is written waits in our buffers: this may be a signal handler, in the middle of a page."""
        ours = termios.tcgetattr(0)
        ours[LOCAL_FLAGS] &= ~(termios.ECHO | termios.ICANON)
        ours[INPUT_FLAGS] &= ~termios.IXON  # Ctrl-S would hold the page, and with it the reader
        with suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSADRAIN, ours)
            os.write(1, ENTER_SCREEN)

    def _leave(self) -> None:
        with suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSADRAIN, self._before)
            os.write(1, LEAVE_SCREEN)

    def _stop(self, go_on: Callable[[], None]) -> None:
        """As the shell expects it of whoever changes its terminal. In this very thread, or we would go on meanwhile."""
        self._leave()
        ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, ours)
        go_on()
