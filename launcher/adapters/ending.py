"""What ends the launcher from outside: signals, and streams that are not there, or not for every letter."""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

ENDINGS: Final = ("SIGINT", "SIGTERM", "SIGHUP")
"""By name, since Windows has not all: Ctrl+C, the system's end or systemd's, the terminal that closes."""


class SignalledExit(SystemExit):
    """By a signal. Its way out is that of whoever chose *Quit*: the browser is closed, its profile wiped. It is of the
    one kind that Tk lets through its callbacks."""


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """While the context lasts each of these signals is an SignalledExit in the main thread. The default would leave the
    browser behind, open and signed in."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ENDINGS if hasattr(signal, name)]

    def end(_number: int, _frame: object) -> NoReturn:
        for each in numbers:  # what closes the browser is not cut short by a second one
            signal.signal(each, signal.SIG_IGN)
        raise SignalledExit(0)

    before = [(each, signal.signal(each, end)) for each in numbers]
    try:
        yield
    finally:
        for each, handler in before:
            signal.signal(each, handler)


def prepare_streams() -> None:
    """A letter that the terminal has not is a question mark, a byte that is no letter likewise, and a stream that was
    closed before the start is an empty one."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - as long as the process
            setattr(sys, name, nowhere)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
