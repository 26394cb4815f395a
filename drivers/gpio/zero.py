"""The GPIO layer on gpiozero's pins (gpiozero 2.0.1, "Pins" in its documentation): lgpio on metal, its mock as twin.

Only factories and pins are used, not gpiozero's devices: those start threads and set a global factory.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from drivers.gpio.pins import Changed, InputLine, OutputLine, Pins, pin_error

T = TypeVar("T")


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


FAILURES = (Exception,)
"""gpiozero raises its own errors, lgpio's `error` (which derives from Exception alone) and OSError, as they come."""


class GpiozeroPins(Pins):
    """The header over one gpiozero pin factory, which is closed with it."""

    def __init__(self, factory: ZeroFactory) -> None:
        super().__init__()
        self._factory = factory

    def close(self) -> None:
        """Close the factory: every pin becomes an input."""
        _quietly(self._factory.close)

    def _open_input(self, gpio: int, name: str) -> InputLine:
        line = _Line(self._factory, gpio, name, self._let_go)
        line.attempt(lambda: line.pin.input_with_pull("up"))
        return _Input(line)

    def _open_output(self, gpio: int, name: str, high: bool) -> OutputLine:
        line = _Line(self._factory, gpio, name, self._let_go)
        line.attempt(lambda: line.pin.output_with_state(high))
        return _Output(line)


class _Line:
    def __init__(self, factory: ZeroFactory, gpio: int, name: str, let_go: Callable[[int], None]) -> None:
        self._gpio = gpio
        self._name = name
        self._let_go = let_go
        self._open = True
        self.pin = self.attempt(lambda: factory.pin(gpio))

    def attempt(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except FAILURES as cause:
            raise pin_error(self._gpio, self._name, cause) from cause

    def close(self) -> None:
        if self._open:
            self._open = False
            _quietly(lambda: setattr(self.pin, "when_changed", None))
            _quietly(lambda: self.pin.input_with_pull("floating"))
            self._let_go(self._gpio)


class _Input:
    def __init__(self, line: _Line) -> None:
        self._line = line
        self._changed: Changed | None = None

    def low(self) -> bool:
        return not self._line.attempt(lambda: self._line.pin.state)

    def watch(self, changed: Changed) -> None:
        self._changed = changed
        # gpiozero keeps only a weak reference: this object, held by the driver, keeps the method alive.
        self._line.attempt(lambda: setattr(self._line.pin, "when_changed", self._edge))

    def close(self) -> None:
        self._changed = None
        self._line.close()

    def _edge(self, _ticks: object, _state: object) -> None:
        changed = self._changed
        if changed is not None:
            changed()


class _Output:
    def __init__(self, line: _Line) -> None:
        self._line = line

    def drive(self, high: bool) -> None:
        self._line.attempt(lambda: self._drive(self._line.pin, high))

    def release(self) -> None:
        self._line.attempt(lambda: setattr(self._line.pin, "function", "input"))

    def close(self) -> None:
        self._line.close()

    @staticmethod
    def _drive(pin: ZeroPin, high: bool) -> None:
        if pin.function == "output":
            pin.state = high
        else:
            pin.output_with_state(high)


def _quietly(action: Callable[[], object]) -> None:
    try:
        action()
    except FAILURES:
        return
