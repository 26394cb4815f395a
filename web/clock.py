"""Seconds that go on while the machine sleeps: a session left open on a closed laptop ends like any other."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

NANOS: Final = 1_000_000_000


def seconds_asleep_too() -> Callable[[], float]:
    """A monotonic clock in seconds: CLOCK_BOOTTIME (Linux, clock_gettime(2)), or CLOCK_MONOTONIC, which counts on macOS
    what Python's own leaves out; else Python's own."""
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):
        clock = getattr(time, name, None)
        if clock is None:
            continue
        with suppress(OSError):  # known when Python was built, not to this kernel
            time.clock_gettime_ns(clock)
            return lambda: time.clock_gettime_ns(clock) / NANOS
    return time.monotonic


elapsed: Final = seconds_asleep_too()
""" "Now" for everything that ends by itself."""
