"""The GPIO layer on gpiozero's pins (gpiozero 2.0.1, "Pins" in its documentation): lgpio on metal, its mock as twin.

Only factories and pins are used, not gpiozero's devices: those start threads and set a global factory.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from drivers.gpio.lines import FAILURES, ClaimedOutput, DrivableLine
from drivers.gpio.pins import Changed, InputLine, OutputLine, Pins


class ZeroPin(Protocol):
    """What is used of `gpiozero.Pin`."""

    state: bool
    function: str
    when_changed: Callable[[object, object], None] | None

    def input_with_pull(self, pull: str) -> None:
        """Make it an input: pull "up", "down" or "floating"."""
        ...

    def output_with_state(self, state: bool) -> None:
        """Make it an output, at this level from the start as far as the library can."""
        ...


class ZeroFactory(Protocol):
    """What is used of `gpiozero.Factory`."""

    def pin(self, name: int) -> ZeroPin:
        """The pin of this Broadcom number."""
        ...

    def close(self) -> None:
        """Reset every pin."""
        ...


class GpiozeroPins(Pins):
    """The header over one gpiozero pin factory, which is closed with it."""

    def __init__(self, factory: ZeroFactory) -> None:
        super().__init__()
        self._factory = factory

    def close(self) -> None:
        """Close the factory: every pin becomes an input."""
        with suppress(*FAILURES):
            self._factory.close()

    def _open_input(self, gpio: int, name: str) -> InputLine:
        line = ZeroLine(self._factory, gpio, name, self._let_go)
        line.attempt(lambda: line.pin.input_with_pull("up"))
        return ZeroInput(line)

    def _open_output(self, gpio: int, name: str, high: bool) -> OutputLine:
        line = ZeroLine(self._factory, gpio, name, self._let_go)
        line.begin_driving(high)
        return ClaimedOutput(line)


class ZeroLine(DrivableLine):
    """One of gpiozero's pins. Raises DriverError when the factory refuses it."""

    def __init__(self, factory: ZeroFactory, gpio: int, name: str, let_go: Callable[[int], None]) -> None:
        super().__init__(gpio, name, let_go)
        self.pin = self.attempt(lambda: factory.pin(gpio))

    def steps_back(self) -> tuple[Callable[[], object], ...]:
        """Watched no more, and floating."""
        return lambda: setattr(self.pin, "when_changed", None), lambda: self.pin.input_with_pull("floating")

    def begin_driving(self, high: bool) -> None:
        """See DrivableLine."""
        self.attempt(lambda: self.pin.output_with_state(high))

    def set_level(self, high: bool) -> None:
        """See DrivableLine."""
        self.attempt(lambda: setattr(self.pin, "state", high))

    def stop_driving(self) -> None:
        """See DrivableLine."""
        self.attempt(lambda: setattr(self.pin, "function", "input"))


class ZeroInput:
    """An `InputLine` on gpiozero's pin."""

    def __init__(self, line: ZeroLine) -> None:
        self._line = line
        self._changed: Changed | None = None

    def low(self) -> bool:
        """True when something pulls it to ground."""
        return not self._line.attempt(lambda: self._line.pin.state)

    def watch(self, changed: Changed) -> None:
        """Call `changed` at every edge until `close`."""
        self._changed = changed
        # gpiozero keeps only a weak reference: this object, held by the driver, keeps the method alive.
        self._line.attempt(lambda: setattr(self._line.pin, "when_changed", self._edge))

    def close(self) -> None:
        """Let go of the pin."""
        self._changed = None
        self._line.close()

    def _edge(self, _ticks: object, _state: object) -> None:
        changed = self._changed
        if changed is not None:
            changed()
