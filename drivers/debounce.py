"""From raw contacts to presses: bounce, ghosts, held and stuck keys. No pins and no clock: moments are given.

The figures of `Timing` are chosen together. A contact may bounce for 20 ms when it closes and when it opens. A press
is accepted after `press` ms of closed readings, a release after `release` ms of open ones; as press + release is longer
than a bounce, no bounce can look like a press, a release and a press again. A quick typist's press of 60 ms leaves
40 ms of rest after its bounce, and is accepted `scan + press` = 15 ms into it.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sesame_core.events import Millis


@dataclass(frozen=True, slots=True)
class Timing:
    """All in milliseconds.

    `scan`: between two readings while something moves. `press`, `release`: how long a reading must last to count.
    `patience`: what is still down when nothing has changed for so long is stuck. `stuck_scan`: between two readings
    while a key is stuck and the reader is in use. `stuck_watch`: how long that goes on after the last sign of use;
    longer than the 35 s after which the reader goes dark.
    """

    scan: Millis = 5
    press: Millis = 10
    release: Millis = 20
    patience: Millis = 2_000
    stuck_scan: Millis = 20
    stuck_watch: Millis = 40_000


TIMING = Timing()


class Debouncer:
    """What is down, as far as can be told. Contacts are places: any whole numbers.

    `sure`: the most closed contacts that can be believed. With more, a matrix without diodes shows keys that nobody
    presses: all that is closed then counts as down, without a press, until it opens. What reads open is always open.
    """

    def __init__(self, timing: Timing, sure: int) -> None:
        self._timing = timing
        self._sure = sure
        self._down: frozenset[int] = frozenset()
        self._since: dict[int, Millis] = {}

    @property
    def keys_down(self) -> frozenset[int]:
        """The places that count as down."""
        return self._down

    @property
    def is_settled(self) -> bool:
        """True when the last reading agrees with what counts as down."""
        return not self._since

    def adopt_contacts(self, closed: AbstractSet[int]) -> None:
        """Count what is closed as down, without a press."""
        self._down |= closed

    def read(self, closed: AbstractSet[int], now: Millis) -> tuple[int, ...]:
        """Take one reading at `now`; the places pressed by it, in order."""
        # Ghosts: which of them are pressed cannot be told, so none of them gives an event.
        if len(closed) > self._sure:
            self.adopt_contacts(closed)
        # A place that reads as it counts drops out: the next bounce of it begins its time anew.
        self._since = {place: self._since.get(place, now) for place in self._down.symmetric_difference(closed)}
        ripe = {place for place, since in self._since.items() if now - since >= self._needed(place)}
        pressed = tuple(sorted(ripe - self._down))
        self._down ^= ripe
        for place in ripe:
            del self._since[place]
        return pressed

    def _needed(self, place: int) -> Millis:
        return self._timing.release if place in self._down else self._timing.press
