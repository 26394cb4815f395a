"""A limit in time on what is tried again: a bus that hangs costs 1 s a transfer, where one that refuses costs nothing.

The kernel's drivers give a transfer up after a second (i2c-bcm2835: adapter time-out of HZ), and whoever holds the loop
for eight is killed by the watchdog (WatchdogSec= of the unit).
"""

import errno
import os
from typing import Final

from drivers.clock import MonotonicClock
from drivers.ports import Clock
from sesame_core.events import Millis

PATIENCE: Final[Millis] = 1_500
"""Nothing is begun later than so many milliseconds after the first try: what hung once is tried once more."""


class Patience:
    """The time that is left for one picture or one reading, on `clock`."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or MonotonicClock()
        self._until: Millis = 0

    def begin(self) -> None:
        """The time runs from now."""
        self._until = self._clock.now() + PATIENCE

    @property
    def over(self) -> bool:
        """True when nothing more is to be tried."""
        return self._clock.now() >= self._until

    def check(self) -> None:
        """Raises OSError (ETIMEDOUT) when nothing more is to be begun."""
        if self.over:
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
