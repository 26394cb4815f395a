"""The thin layer every GPIO driver is written on: pulled-up inputs with edges, and outputs that can let go.

One implementation stands on gpiozero's pins (`drivers.gpio.zero`), one on gpiod (`drivers.gpio.gpiod`), one on the
module RPi.GPIO (`drivers.gpio.rpi`). All know who holds which pin, so that two signals on one pin are an error with two
names and not a short circuit.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol, TypeAlias, TypeVar

from drivers.errors import DriverError
from drivers.header import HEADER

Changed: TypeAlias = Callable[[], None]
"""Called at every edge of an input, from any thread; must be quick and never raise."""


class InputLine(Protocol):
    """An input with its pull-up on. Every method raises DriverError when the pin cannot be reached any more."""

    def low(self) -> bool:
        """True when something pulls it to ground."""
        ...

    def watch(self, changed: Changed) -> None:
        """Call `changed` at every edge, rising and falling, until `close`."""
        ...

    def close(self) -> None:
        """Let go of the pin. Never raises. May be called twice."""
        ...


class OutputLine(Protocol):
    """A push-pull output. Every method raises DriverError when the pin cannot be reached any more."""

    def drive(self, high: bool) -> None:
        """Drive it to 3.3 V or to ground."""
        ...

    def release(self) -> None:
        """Stop driving (high impedance) until the next `drive`."""
        ...

    def close(self) -> None:
        """Let go of the pin, left as an input. Never raises. May be called twice."""
        ...


LineT = TypeVar("LineT")


class Pins(ABC):
    """The GPIO header, by Broadcom numbers. `name` is what the pin is for, as a message should call it."""

    def __init__(self) -> None:
        self._holders: dict[int, str] = {}

    def input(self, gpio: int, name: str) -> InputLine:
        """Claim a pulled-up input. Raises DriverError: no such pin, taken by another part, or refused by the system."""
        return self._claimed(gpio, name, lambda: self._open_input(gpio, name))

    def output(self, gpio: int, name: str, high: bool = False) -> OutputLine:
        """Claim an output, driven to `high` from the start. Raises DriverError like `input`."""
        return self._claimed(gpio, name, lambda: self._open_output(gpio, name, high))

    @abstractmethod
    def close(self) -> None:
        """Give the whole header back. Never raises. May be called twice."""

    @abstractmethod
    def _open_input(self, gpio: int, name: str) -> InputLine: ...

    @abstractmethod
    def _open_output(self, gpio: int, name: str, high: bool) -> OutputLine: ...

    def _claimed(self, gpio: int, name: str, claim: Callable[[], LineT]) -> LineT:
        if gpio not in HEADER:
            raise DriverError(f"{name}: GPIO{gpio} is not on the 40-pin header; choose GPIO0 to GPIO27")
        if gpio in self._holders:
            raise DriverError(f"{name} and {self._holders[gpio]} are both on GPIO{gpio}: give each its own pin")
        line = claim()
        self._holders[gpio] = name
        return line

    def _let_go(self, gpio: int) -> None:
        self._holders.pop(gpio, None)


def pin_error(gpio: int, name: str, cause: Exception) -> DriverError:
    """The error for a pin that the system does not give or that stopped answering."""
    return DriverError(
        f"{name}: GPIO{gpio} (header pin {HEADER[gpio]}) cannot be used: {cause}. "
        "Check that no other program or overlay holds it and that the user is in the group gpio"
    )
