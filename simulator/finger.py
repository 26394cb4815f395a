"""A finger on the simulated keypad, in real time: one key after the other, each long enough to be seen."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from drivers.board_twin import BoardTwin
from sesame_core.events import Key, Millis
from simulator.bench import PRESS

STEP: Final = 10
"""How often, in milliseconds, a finger that is on a key gives the keypad the time to look."""


def tell_nobody() -> None:
    """Nobody to tell."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key to press, for how long in milliseconds, and who is told when the finger is off it."""

    key: Key
    hold: Millis
    over: Callable[[], None] = tell_nobody


class Calendar(Protocol):
    """Where acts are put at their moments."""

    def at(self, moment: Millis, act: Callable[[], None]) -> None:
        """Have `act` done at a moment."""
        ...


class Finger:
    """Strokes on `hardware`, laid one after the other on the `calendar`. On the reader's thread."""

    def __init__(self, hardware: BoardTwin, now: Callable[[], Millis], calendar: Calendar) -> None:
        self._hardware = hardware
        self._now = now
        self._calendar = calendar
        self._strokes: deque[Stroke] = deque()
        self._busy_until: Millis = 0

    @property
    def busy_until(self) -> Millis:
        """When the last stroke that was asked for is over, on a machine that is not late."""
        return max(self._busy_until, self._now())

    def strike_key(self, stroke: Stroke) -> None:
        """One more. Raises NoSuchKeyError, and at once: later, on the time line, nobody would be there to catch it."""
        self._hardware.check_key(stroke.key)
        begin = self.busy_until
        self._busy_until = begin + stroke.hold + PRESS
        self._strokes.append(stroke)
        if len(self._strokes) == 1:
            self._calendar.at(begin, self._down)

    def tell_at_rest(self, act: Callable[[], None]) -> None:
        """Have `act` done when every stroke that was asked for until now is over, however late that is."""
        if not self._strokes:
            act()
            return
        last = self._strokes[-1]

        def over() -> None:
            last.over()
            act()

        self._strokes[-1] = Stroke(last.key, last.hold, over)

    def drop_waiting(self) -> None:
        """Of the strokes that were asked for, finish the one under way alone; the others are over."""
        while len(self._strokes) > 1:
            self._strokes.pop().over()
        self._busy_until = self._now() + 2 * PRESS

    def _down(self) -> None:
        stroke = self._strokes[0]
        self._hardware.press_key(stroke.key)
        self._after(stroke.hold, self._up)

    def _up(self) -> None:
        self._hardware.release_key(self._strokes[0].key)
        self._after(PRESS, self._next)

    def _next(self) -> None:
        self._strokes.popleft().over()
        if self._strokes:
            self._down()

    def _after(self, left: Millis, act: Callable[[], None]) -> None:
        """Act when `left` ms have passed and the keypad was looked at all the while, however busy the machine is: a key
        that goes down and up between two looks was never pressed."""
        if left <= 0:
            act()
        else:
            self._calendar.at(self._now() + STEP, lambda: self._after(left - STEP, act))
