"""Monotonic time in whole milliseconds, and its twin that only moves when it is told to."""

import time
from collections.abc import Callable

from sesame_core.errors import UsageError
from sesame_core.events import Millis

NANOS_PER_MILLI = 1_000_000


class MonotonicClock:
    """The system's monotonic clock (clock_gettime(2), CLOCK_MONOTONIC): setting the wall clock does not move it."""

    def __init__(self, nanos: Callable[[], int] = time.monotonic_ns) -> None:
        self._nanos = nanos

    def now(self) -> Millis:
        """Milliseconds since an arbitrary moment (Linux: since boot), rounded down."""
        return self._nanos() // NANOS_PER_MILLI


class SteppedClock:
    """Simulated time: stands still until `advance`."""

    def __init__(self, start: Millis = 0) -> None:
        self._now = start

    def now(self) -> Millis:
        """The simulated moment, in milliseconds."""
        return self._now

    def advance(self, ms: Millis) -> None:
        """Let `ms` milliseconds pass, 0 or more. Raises UsageError for less: time never goes back."""
        if ms < 0:
            raise UsageError("time does not go back")
        self._now += ms
