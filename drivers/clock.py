"""Monotonic time in whole milliseconds, and its twin that only moves when it is told to."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import ModuleType

from drivers.ports import Clock
from sesame_core.errors import UsageError
from sesame_core.events import Millis

NANOS_PER_MILLI = 1_000_000
MILLIS_PER_SECOND = 1000

COUNTS_ASLEEP = ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC")
"""Linux: CLOCK_MONOTONIC stands still while the machine is suspended, CLOCK_BOOTTIME does not (clock_gettime(2)). macOS
has no CLOCK_BOOTTIME, and its CLOCK_MONOTONIC goes on while it sleeps (clock_gettime(3))."""


def counting_asleep(system: ModuleType = time) -> Callable[[], int]:
    """Nanoseconds that nobody can set and that go on while the machine sleeps, where the `system` has such a clock.

    A code must be gone 35 s after it appeared, whether or not somebody closed the laptop meanwhile. Windows has no
    clock_gettime: there it is time.monotonic_ns, which counts the time asleep as well (GetTickCount64).
    """
    for name in COUNTS_ASLEEP:
        clock = getattr(system, name, None)
        if clock is None:
            continue
        with suppress(OSError):  # known when Python was built, not to this kernel
            system.clock_gettime_ns(clock)
            return partial(system.clock_gettime_ns, clock)
    monotonic: Callable[[], int] = system.monotonic_ns
    return monotonic


class MonotonicClock:
    """The system's monotonic clock, asleep and awake: setting the wall clock does not move it."""

    def __init__(self, nanos: Callable[[], int] | None = None) -> None:
        self._nanos = nanos or counting_asleep()

    def now(self) -> Millis:
        """Milliseconds since an arbitrary moment (Linux: since boot), rounded down."""
        return self._nanos() // NANOS_PER_MILLI


def pass_time(clock: Clock) -> Callable[[Millis], None]:
    """What a call that blocks does to the time, in milliseconds: simulated time passes, real time is waited for."""
    if isinstance(clock, SteppedClock):
        return clock.advance
    return lambda ms: time.sleep(ms / MILLIS_PER_SECOND)


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
