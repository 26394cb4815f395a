"""What is heard and seen besides the display: patterns as data, played on a buzzer and a light.

`GpioSound` is a `Sound` (drivers.ports) on the GPIO layer; on the board's twin the same object makes the same edges.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType
from typing import Final, TypeAlias

from drivers.errors import DriverError
from drivers.gpio.pins import OutputLine, Pins
from drivers.ports import Notify
from sesame_core.effects import Chime
from sesame_core.events import Event, Millis

log = logging.getLogger(__name__)

AT_ONCE: Final[Millis] = 0
"""A moment that has always passed."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One stretch of a pattern, `ms` long."""

    ms: Millis
    buzzer: bool = False
    light: bool = False


Pattern: TypeAlias = tuple[Beat, ...]
"""Beats one after the other; buzzer and light are off afterwards."""

PATTERNS: Final[Mapping[Chime, Pattern]] = MappingProxyType(
    {
        Chime.KEY: (Beat(12, buzzer=True, light=True),),
        Chime.RIGHT: (Beat(60, True, True), Beat(60), Beat(120, True, True), Beat(600, light=True)),
        Chime.WRONG: (Beat(250, True, True), Beat(100), Beat(250, True, True)),
        Chime.OFF: (),
    }
)


class GpioSound:
    """Buzzer and light on GPIO outputs, active high. None for `buzzer` or `light`: not fitted, or muted.

    A pin that fails while playing is given up with a warning in the log: no session ends for a beep.
    """

    def __init__(
        self, pins: Pins, buzzer: int | None, light: int | None, patterns: Mapping[Chime, Pattern] = PATTERNS
    ) -> None:
        self._pins = pins
        self._wanted = {"buzzer": buzzer, "light": light}
        self._patterns = patterns
        self._lines: dict[str, OutputLine] = {}
        self._queued: Pattern | None = None
        self._coming: list[tuple[Millis, Beat]] = []

    def start(self, notify: Notify) -> None:
        """Claim the pins, silent and dark. Raises DriverError."""
        for name, gpio in self._wanted.items():
            if gpio is not None:
                self._lines[name] = self._pins.output(gpio, name)

    def next_due(self) -> Millis | None:
        """The next beat; None when nothing is played."""
        if self._queued is not None:
            return AT_ONCE
        return self._coming[0][0] if self._coming else None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """Play what is due. No events."""
        if self._queued is not None:
            self._coming, self._queued = _make_timeline(self._queued, now), None
        beat = None
        while self._coming and self._coming[0][0] <= now:
            beat = self._coming.pop(0)[1]
        if beat is not None:
            self._play_beat(beat)
        return ()

    def play(self, chime: Chime) -> None:
        """Queue the chime's pattern; Chime.OFF is silent and dark at once."""
        if chime is Chime.OFF:
            self._stop_playing()
        else:
            self._queued = self._patterns[chime]

    def close(self) -> None:
        """Silent and dark, the pins let go."""
        self._stop_playing()
        for line in self._lines.values():
            line.close()
        self._lines = {}

    def _stop_playing(self) -> None:
        self._queued, self._coming = None, []
        self._play_beat(REST)

    def _play_beat(self, beat: Beat) -> None:
        for name, high in (("buzzer", beat.buzzer), ("light", beat.light)):
            self._drive_line(name, high)

    def _drive_line(self, name: str, high: bool) -> None:
        line = self._lines.get(name)
        if line is None:
            return
        try:
            line.drive(high)
        except DriverError as error:
            log.warning("%s given up: %s", name, error)
            self._lines.pop(name).close()


REST: Final = Beat(0)


def _make_timeline(pattern: Pattern, now: Millis) -> list[tuple[Millis, Beat]]:
    """When each beat begins, and when all ends."""
    begins = accumulate((beat.ms for beat in pattern), initial=now)
    return list(zip(begins, (*pattern, REST), strict=True))


class SilentSound:
    """The null twin: nothing fitted."""

    def start(self, notify: Notify) -> None:
        """Nothing to claim."""

    def next_due(self) -> Millis | None:
        """Never."""
        return None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """Nothing."""
        return ()

    def play(self, chime: Chime) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""
