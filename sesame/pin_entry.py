"""Where a PIN comes from on a command line: a prompt that shows nothing, or the first line of standard input."""

import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from sesame.exits import CommandError, Exit
from sesame_core.pin import MAX_LENGTH, MIN_LENGTH, Pin

QUESTION: Final = b"PIN: "
ENDS = frozenset((b"\n", b"\r", b""))
ASCII_ZERO = 0x30
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

ENDING: Final = tuple(
    getattr(signal, name)
    for name in (
        *("SIGHUP", "SIGQUIT", "SIGABRT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGXCPU"),
        *("SIGVTALRM", "SIGPROF", "SIGIO", "SIGPWR"),
    )
    if hasattr(signal, name)
)
"""What ends a process unless it is caught (signal(7)), but for SIGINT, an exception already, what Python ignores,
and what cannot be."""

BY_SIGNAL: Final = 128
"""Added to a signal's number: the exit status by which shells know an end by that signal."""


def read_pin(pin: Pin) -> None:
    """Fill `pin`, digit by digit, so that it never stands in memory as text. Raises CommandError(USAGE)."""
    if os.isatty(0):
        sys.stderr.flush()
        with Prompt(pin).unseen():  # before the prompt: what is typed at its sight is neither shown nor thrown away
            _read_line(pin, _read_typed)
        sys.stderr.write("\n")
    else:
        _read_line(pin, _read_next)
    if not MIN_LENGTH <= len(pin) <= MAX_LENGTH:
        raise CommandError(Exit.USAGE, f"a PIN has {MIN_LENGTH} to {MAX_LENGTH} digits; nothing was sent to the card")


def _read_next() -> bytes:
    try:
        return os.read(0, 1)
    except OSError as error:
        message = f"no PIN can be read from standard input ({error.strerror}); nothing was sent to the card"
        raise CommandError(Exit.USAGE, message) from None


def _read_typed() -> bytes:
    """The same, from a terminal: a signal that comes in the moment before the read begins is not left waiting for a
    key. In the background the read itself stops the process, as it should."""
    import select  # noqa: PLC0415 - where a person types, time is cheap

    from device.signals import BELL  # noqa: PLC0415

    while _is_ours() and select.select([0, *BELL.to_wait_for()], [], [])[0] != [0]:
        BELL.hush()
    return os.read(0, 1)


def _read_line(pin: Pin, read: Callable[[], bytes]) -> None:
    byte = read()
    if byte == BYTE_ORDER_MARK[:1] and read() + read() == BYTE_ORDER_MARK[1:]:
        byte = read()
    while byte not in ENDS:
        digit = byte[0] - ASCII_ZERO
        if not 0 <= digit <= 9 or len(pin) == pin.capacity:
            pin.wipe()
            raise CommandError(Exit.USAGE, "a PIN has 4 to 12 digits and nothing else; nothing was sent to the card")
        pin.append(digit)
        byte = read()


class Prompt:
    """A terminal that does not show what is typed, for as long as we have it.

    Echo is a property of the terminal, not of this process: whoever has the terminal next would have none. So it is
    put back before the process stops (Ctrl-Z), and before whatever ends it; and taken away again when it goes on, for
    the shell may have set it meanwhile.
    """

    def __init__(self, pin: Pin) -> None:
        self._pin = pin
        self._before = termios.tcgetattr(0)
        self._silent = termios.tcgetattr(0)
        self._silent[3] &= ~termios.ECHO

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Ask, with the terminal silent; put back in every case, and what is left of the line thrown away: it may be a
        PIN. Whatever ends the process by a signal meanwhile ends it as SystemExit, so that the card loses its power
        and the PIN is wiped."""
        from device.signals import BELL  # noqa: PLC0415 - its sockets cost what a PIN from a file does not need

        acts: dict[signal.Signals, Callable[[int, FrameType | None], None]] = dict.fromkeys(ENDING, self._end_by_signal)
        acts |= {signal.SIGTSTP: self._stop_by_signal, signal.SIGCONT: self._go_on}
        # What is ignored stays ignored (nohup), and what somebody else handles stays his.
        handled = [each for each in acts if signal.getsignal(each) is signal.SIG_DFL]
        with BELL.hung():
            try:
                for each in handled:
                    signal.signal(each, acts[each])
                self._hide_typing()
                yield
            finally:
                self._show_typing()
                for each in handled:
                    signal.signal(each, signal.SIG_DFL)

    def _hide_typing(self) -> None:
        """A signal handler comes by here, too, maybe while a stream's buffer is being written: of the streams only the
        descriptor may be used, or the second one in it is a RuntimeError."""
        if _is_ours():
            termios.tcsetattr(0, termios.TCSAFLUSH, self._silent)
        with suppress(OSError):
            os.write(2, QUESTION)

    def _show_typing(self) -> None:
        with suppress(termios.error):  # of a terminal that was hung up there is nothing to put back
            if _is_ours():
                termios.tcsetattr(0, termios.TCSAFLUSH, self._before)

    def _end_by_signal(self, number: int, _frame: FrameType | None) -> None:
        raise SystemExit(BY_SIGNAL + number)

    def _stop_by_signal(self, _number: int, frame: FrameType | None) -> None:
        self._show_typing()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)  # here the process stops, until SIGCONT
        signal.signal(signal.SIGTSTP, self._stop_by_signal)
        self._go_on(signal.SIGCONT, frame)

    def _go_on(self, _number: int, _frame: FrameType | None) -> None:
        """Ask anew where the terminal is as others left it. In the background nothing is touched: the next read stops
        the process again."""
        if _is_ours() and termios.tcgetattr(0)[3] & termios.ECHO:
            self._pin.wipe()
            self._hide_typing()


def _is_ours() -> bool:
    """True where this process is in the foreground of its terminal, and may set it."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:  # hung up, or no terminal that controls us: then nobody keeps us from it
        return True
