"""Signals end the reader as a key would: the glass goes dark first. None is missed by who waits for it."""

# A handler runs on the main thread between any two of its steps: it may only ask for things. One that was due in the
# moment before select(2) begins would run only after it, whenever that is: so each signal rings a bell, too, for which
# whoever waits on the main thread waits as well (signal(7) and select(2) know it as the self-pipe trick).

import math
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

NAMES = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGBREAK")
ENDING = tuple(signal.Signals[name] for name in NAMES if hasattr(signal, name))
"""SIGHUP: the window is closed (Windows: SIGBREAK); SIGQUIT: Ctrl-\\, which would leave a terminal as it is."""

LOOK_S: Final = 0.5 if os.name == "nt" else math.inf
"""Windows runs no handler while the main thread waits: Ctrl-C would be obeyed by nobody."""

MOST_RINGS: Final = 4096


class SignalBell:
    """Rung by every signal that has a handler, before the handler runs (signal.set_wakeup_fd). One a process, as that
    is; whoever asks for it while it is there shares it."""

    def __init__(self) -> None:
        self._ends: tuple[socket.socket, socket.socket] | None = None

    @contextmanager
    def hung(self) -> Iterator[None]:
        """While the context lasts it is there. On the main thread only."""
        if self._ends is not None:
            yield
            return
        self._ends = _quiet_pair()
        before = signal.set_wakeup_fd(self._ends[1].fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            for end in self._ends:
                end.close()
            self._ends = None

    def to_wait_for(self) -> Sequence[int]:
        """What the main thread adds to its select(). Nothing for other threads: handlers do not run on them."""
        if self._ends is None or threading.current_thread() is not threading.main_thread():
            return ()
        return (self._ends[0].fileno(),)

    def hush(self) -> None:
        """What rings from now on ends the next wait."""
        if self.to_wait_for() and self._ends is not None:
            with suppress(BlockingIOError):
                while self._ends[0].recv(MOST_RINGS):
                    pass


BELL: Final = SignalBell()


class EndingWait:
    """That the end is asked for, by any thread and from handlers, and the wait for it. A threading.Event is not for
    handlers: one that sets it while its own thread is inside waits for a lock which that thread holds."""

    def __init__(self) -> None:
        self._asked = False
        self._heard, self._rung = _quiet_pair()

    def ask(self) -> None:
        """From now on nobody waits."""
        self._asked = True
        with suppress(OSError):  # full: it has rung already
            self._rung.send(b"!")

    @property
    def asked(self) -> bool:
        """True from the first `ask` on."""
        return self._asked

    def wait(self, seconds: float | None = None) -> bool:
        """Until it is asked for, at most so long; True when it is."""
        until = math.inf if seconds is None else time.monotonic() + seconds
        while not self._asked and (left := until - time.monotonic()) > 0:
            look = min(left, LOOK_S)
            select.select([self._heard.fileno(), *BELL.to_wait_for()], [], [], None if look == math.inf else look)
            BELL.hush()
        return self._asked

    def close(self) -> None:
        """Give the descriptors back."""
        self._heard.close()
        self._rung.close()


@contextmanager
def on_ending(halt: Callable[[], object]) -> Iterator[None]:
    """While the context lasts, each of ENDING calls `halt`."""
    with on_signals(ENDING, halt):
        yield


@contextmanager
def ended_by_signals() -> Iterator[EndingWait]:
    """An `EndingWait` that each of ENDING asks for while the context lasts. On the main thread only."""
    ending = EndingWait()
    try:
        with on_ending(ending.ask):
            yield ending
    finally:
        ending.close()


@contextmanager
def on_signals(signals: Sequence[signal.Signals], act: Callable[[], object]) -> Iterator[None]:
    """While the context lasts, these signals call `act`; what they did before is put back. On the main thread only."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        act()

    with BELL.hung():
        before = {each: signal.signal(each, ask) for each in signals}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def _quiet_pair() -> tuple[socket.socket, socket.socket]:
    """Sockets are the one thing that every system's select() takes."""
    heard, rung = socket.socketpair()
    heard.setblocking(False)
    rung.setblocking(False)
    return heard, rung
