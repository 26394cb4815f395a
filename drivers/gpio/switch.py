"""A switch to ground, debounced: the slot's card switch, the power button."""

from collections.abc import Callable, Sequence

from drivers.debounce import TIMING, Timing
from drivers.gpio.pins import InputLine, Pins
from drivers.ports import Notify
from sesame_core.events import Event, Millis


class GpioSwitch:
    """A `Source` of what `closed` and `opened` make of a moment; None, or one that gives None, for what means nothing.

    Both ways count after `timing.release` ms at rest. The state found at `start` is no event: ask `is_closed`.
    """

    def __init__(  # noqa: PLR0913 -- a pin with a name, and what its two motions mean
        self,
        pins: Pins,
        gpio: int,
        name: str,
        *,
        closed: Callable[[Millis], Event | None] | None = None,
        opened: Callable[[Millis], Event | None] | None = None,
        timing: Timing = TIMING,
    ) -> None:
        self._pins = pins
        self._gpio = gpio
        self._name = name
        self._meaning = {True: closed, False: opened}
        self._timing = timing
        self._line: InputLine | None = None
        self._edge = False
        self._since: Millis | None = None
        self._closed = False

    @property
    def is_closed(self) -> bool:
        """The state last accepted."""
        return self._closed

    def start(self, notify: Notify) -> None:
        """Claim the pin. Raises DriverError."""
        line = self._pins.input(self._gpio, self._name)
        self._line = line
        line.watch(lambda: self._moved(notify))
        self._closed = line.low()

    def next_due(self) -> Millis | None:
        """When a motion under way is looked at again; None at rest."""
        return None if self._since is None else self._since + self._timing.release

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """A motion that has come to rest. Raises DriverError."""
        if self._edge:
            self._edge, self._since = False, now
        due = self.next_due()
        if self._line is None or due is None or now < due:
            return ()
        self._since = None
        return self._accept(self._line.low(), now)

    def close(self) -> None:
        """Let go of the pin."""
        self._since = None
        if self._line is not None:
            self._line.close()
            self._line = None

    def _moved(self, notify: Notify) -> None:
        self._edge = True
        notify()

    def _accept(self, closed: bool, now: Millis) -> Sequence[Event]:
        if closed is self._closed:
            return ()
        self._closed = closed
        meaning = self._meaning[closed]
        event = None if meaning is None else meaning(now)
        return () if event is None else (event,)
