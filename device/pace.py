"""What time is for the loop: real, waited for; or simulated, stepped through."""

import os
import select
from collections.abc import Callable

from device.loop import Loop, halted
from drivers.clock import SteppedClock
from sesame_core.events import Millis


class Waker:
    """Ends a wait from any thread and from signal handlers: an eventfd (eventfd(2)), so that nothing can be missed."""

    def __init__(self) -> None:
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def notify(self) -> None:
        """End the wait under way, or the next one."""
        os.eventfd_write(self._fd, 1)

    def wait(self, timeout: Millis | None) -> bool:
        """Sleep until notified, at most `timeout` ms (None: for ever). True when notified; what was told is taken."""
        ready, _, _ = select.select([self._fd], [], [], None if timeout is None else max(0, timeout) / 1000)
        if ready:
            os.eventfd_read(self._fd)
        return bool(ready)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._fd)


class Runner:
    """Runs a loop in real time until it is halted. `heartbeat` is called at least every `beat` ms, if given."""

    def __init__(self, loop: Loop, waker: Waker, heartbeat: Callable[[], None] | None = None, beat: Millis = 0) -> None:
        self._loop = loop
        self._waker = waker
        self._heartbeat = heartbeat
        self._beat = beat

    def run(self) -> None:
        """Until the loop is halted."""
        while not halted(self._loop):
            due = self._loop.turn()
            if halted(self._loop):
                return
            self._sleep(due)

    def _sleep(self, due: Millis | None) -> None:
        """Until something is due or an event comes. A heartbeat is no reason to ask every part what is new: a keypad
        would take it for somebody at work."""
        if self._heartbeat is None:
            self._waker.wait(self._left(due))
            return
        while not halted(self._loop):
            self._heartbeat()
            left = self._left(due)
            patience = self._beat if left is None else min(left, self._beat)
            if self._waker.wait(patience) or patience == left:
                return

    def _left(self, due: Millis | None) -> Millis | None:
        return None if due is None else max(0, due - self._loop.board.clock.now())


class Stepper:
    """Lets simulated time pass, stopping at every moment at which something is due: 35 s take milliseconds."""

    MOST_TURNS_AT_ONCE = 10_000

    def __init__(self, loop: Loop, clock: SteppedClock) -> None:
        self._loop = loop
        self._clock = clock

    def settle(self) -> None:
        """Do all that is due now, and what follows from it at this very moment."""
        self.advance(0)

    def advance(self, ms: Millis) -> None:
        """Let `ms` milliseconds pass."""
        end = self._clock.now() + ms
        still = 0
        while (due := self._loop.turn()) is not None and due <= end:
            step = max(0, due - self._clock.now())
            still = 0 if step else still + 1
            if still > self.MOST_TURNS_AT_ONCE:
                raise RuntimeError("simulated time stands still: a source is always due")
            self._clock.advance(step)
        self._clock.advance(end - self._clock.now())
