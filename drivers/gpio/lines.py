"""What every library's lines have in common: who holds a pin, whose errors are ours, and how an output lets go.

A library adds how its pin is read, driven, released and given back; the rest is here once.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from drivers.gpio.pins import pin_error

T = TypeVar("T")

FAILURES: Final = (Exception,)
"""The libraries raise OSError, RuntimeError, ValueError, and errors of their own that derive from Exception alone:
gpiozero's and lgpio's `error`, and gpiod's for what was closed."""


class ClaimedLine(ABC):
    """A pin of the header that is ours until `close`. `name`: what it is for; `let_go` is told once it is free."""

    def __init__(self, gpio: int, name: str, let_go: Callable[[int], None]) -> None:
        self.gpio = gpio
        self.name = name
        self._let_go = let_go
        self._open = True

    def attempt(self, action: Callable[[], T]) -> T:
        """The library's answer. Raises DriverError for whatever it raises."""
        try:
            return action()
        except FAILURES as cause:
            raise pin_error(self.gpio, self.name, cause) from cause

    def close(self) -> None:
        """Give the pin back, left as an input. Never raises. May be called twice."""
        if self._open:
            self._open = False
            for step in self.steps_back():
                with suppress(*FAILURES):
                    step()
            self._let_go(self.gpio)

    @abstractmethod
    def steps_back(self) -> tuple[Callable[[], object], ...]:
        """What gives the pin back, each tried whatever became of the one before."""


class DrivableLine(ClaimedLine):
    """A claimed line that can be an output."""

    @abstractmethod
    def begin_driving(self, high: bool) -> None:
        """Make it an output, at this level from the start. Raises DriverError."""

    @abstractmethod
    def set_level(self, high: bool) -> None:
        """Drive what is an output already. Raises DriverError."""

    @abstractmethod
    def stop_driving(self) -> None:
        """Make it an input that nothing pulls. Raises DriverError."""


class ClaimedOutput:
    """An `OutputLine` (drivers.gpio.pins) on a line that drives already."""

    def __init__(self, line: DrivableLine) -> None:
        self._line = line
        self._driving = True

    def drive(self, high: bool) -> None:
        """Drive it to 3.3 V or to ground."""
        if self._driving:
            self._line.set_level(high)
        else:
            self._line.begin_driving(high)
            self._driving = True

    def release(self) -> None:
        """Stop driving until the next `drive`."""
        self._driving = False
        self._line.stop_driving()

    def close(self) -> None:
        """Let go of the pin."""
        self._line.close()
