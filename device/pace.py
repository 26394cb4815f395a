"""What time is for the loop: real, waited for; or simulated, stepped through."""

import os
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from typing import Any, Final

from device.loop import Loop
from device.signals import BELL
from drivers.clock import SteppedClock
from sesame_core.events import Millis

LONGEST: Final[Millis] = 24 * 3_600_000
"""What select(2) is asked for at most: a number that time_t cannot take would end the reader."""

DEAF: Final = os.name == "nt"
"""Ctrl-C does not end a select() of Windows: Python's handler runs only between two of them."""

SLICE: Final[Millis] = 250
MOST_RINGS: Final = 4096


class Waker:
    """Ends a wait from any thread and from signal handlers, so that nothing can be missed: an eventfd (eventfd(2)), or
    a pair of sockets on systems that have none."""

    def __init__(self) -> None:
        self._bell = _EventFd() if hasattr(os, "eventfd") else _SocketPair()
        self._lock = RLock()  # a signal handler may ring while its own thread is in here
        self._open = True

    def notify_loop(self) -> None:
        """End the wait under way, or the next one. Nothing once it is closed: the descriptor may be another's then."""
        with self._lock:
            if self._open:
                self._bell.ring()

    def wait_until(self, timeout: Millis | None) -> bool:
        """Sleep until notified, at most `timeout` ms (None: for ever) or a day. True when notified; what was told is
        taken."""
        if DEAF and (timeout is None or timeout > SLICE):
            return self._wait_in_slices(timeout)
        seconds = None if timeout is None else min(max(0, timeout), LONGEST) / 1000
        ready, _, _ = select.select([self._bell, *BELL.to_wait_for()], [], [], seconds)
        BELL.hush()
        # Hushed before anything is looked at: what rings from now on ends the next wait.
        if notified := self._bell in ready:
            self._bell.hush()
        return notified

    def _wait_in_slices(self, timeout: Millis | None) -> bool:
        left = LONGEST if timeout is None else min(timeout, LONGEST)
        while left > 0:
            if self.wait_until(min(left, SLICE)):
                return True
            left -= SLICE
        return False

    def close(self) -> None:
        """Give the descriptors back."""
        with self._lock:
            self._open = False
            self._bell.close()


class _EventFd:
    """Linux: one descriptor, a counter."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        return self._fd

    def ring(self) -> None:
        os.eventfd_write(self._fd, 1)

    def hush(self) -> None:
        os.eventfd_read(self._fd)

    def close(self) -> None:
        os.close(self._fd)


class _SocketPair:
    """Everywhere: sockets are the one thing that every system's select() takes. A full pair has rung already."""

    def __init__(self) -> None:
        self._heard, self._rung = socket.socketpair()
        self._heard.setblocking(False)
        self._rung.setblocking(False)

    def fileno(self) -> int:
        return self._heard.fileno()

    def ring(self) -> None:
        with suppress(BlockingIOError):
            self._rung.send(b"!")

    def hush(self) -> None:
        with suppress(BlockingIOError):
            while self._heard.recv(MOST_RINGS):
                pass

    def close(self) -> None:
        self._heard.close()
        self._rung.close()


class Runner:
    """Runs a loop in real time until it is halted. `heartbeat` is called at least every `beat` ms, if given."""

    def __init__(
        self, loop: Loop[Any, Any], waker: Waker, heartbeat: Callable[[], None] | None = None, beat: Millis = 0
    ) -> None:
        self._loop = loop
        self._waker = waker
        self._heartbeat = heartbeat
        self._beat = beat

    def run(self) -> None:
        """Until the loop is halted."""
        while not self._loop.halted:
            due = self._loop.run_once()
            if self._loop.halted:
                return
            self._sleep_until(due)

    def _sleep_until(self, due: Millis | None) -> None:
        """Until something is due or an event comes. A heartbeat is no reason to ask every part what is new: a keypad
        would take it for somebody at work."""
        if self._heartbeat is None:
            self._waker.wait_until(self._time_left(due))
            return
        while not self._loop.halted:
            self._heartbeat()
            left = self._time_left(due)
            patience = self._beat if left is None else min(left, self._beat)
            if self._waker.wait_until(patience) or patience == left:
                return

    def _time_left(self, due: Millis | None) -> Millis | None:
        return None if due is None else max(0, due - self._loop.board.clock.now())


class Stepper:
    """Lets simulated time pass, stopping at every moment at which something is due: 35 s take milliseconds."""

    MOST_TURNS_AT_ONCE = 10_000

    def __init__(self, loop: Loop[Any, Any], clock: SteppedClock) -> None:
        self._loop = loop
        self._clock = clock

    def settle(self) -> None:
        """Do all that is due now, and what follows from it at this very moment."""
        self.advance(0)

    def advance(self, ms: Millis) -> None:
        """Let `ms` milliseconds pass."""
        end = self._clock.now() + ms
        still = 0
        while (due := self._loop.run_once()) is not None and due <= end:
            step = max(0, due - self._clock.now())
            still = 0 if step else still + 1
            if still > self.MOST_TURNS_AT_ONCE:
                raise RuntimeError("simulated time stands still: a source is always due")
            self._clock.advance(step)
        self._clock.advance(max(0, end - self._clock.now()))  # a part that blocked may have taken more than that
