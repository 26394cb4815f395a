"""Signals end the reader as a key would: the glass goes dark first."""

# A handler runs on the main thread between any two of its steps: it may only ask for things.

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from types import FrameType

NAMES = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGBREAK")
ENDING = tuple(signal.Signals[name] for name in NAMES if hasattr(signal, name))
"""SIGHUP: the window is closed (Windows: SIGBREAK); SIGQUIT: Ctrl-\\, which would leave a terminal as it is."""


LOOK_S = 0.5 if os.name == "nt" else None
"""Windows does not run a handler while a lock is waited for: Ctrl-C would be obeyed by nobody."""


def wait_for_end(ended: Event) -> None:
    """Until it is set, by a signal's handler on this very thread."""
    while not ended.wait(LOOK_S):
        pass


@contextmanager
def on_ending(halt: Callable[[], object]) -> Iterator[None]:
    """While the context lasts, each of ENDING calls `halt`."""
    with on_signals(ENDING, halt):
        yield


@contextmanager
def on_signals(signals: Sequence[signal.Signals], act: Callable[[], object]) -> Iterator[None]:
    """While the context lasts, these signals call `act`; what they did before is put back. On the main thread only."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        act()

    before = {each: signal.signal(each, ask) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
