"""The GPIO layer on the module RPi.GPIO (0.7.1, or rpi-lgpio's module of the same name), for older Pis.

The module is an argument, never imported here: on metal `drivers.gpio.factory` loads it, elsewhere it is
`drivers.gpio.rpi_twin.RpiGpioTwin`.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from drivers.errors import DriverError
from drivers.gpio.pins import Changed, InputLine, OutputLine, Pins, pin_error

T = TypeVar("T")

FAILURES = (Exception,)
"""RPi.GPIO raises RuntimeError and ValueError; rpi-lgpio lets lgpio's `error` through, which derives from Exception."""


class RpiGpio(Protocol):
    """What is used of the module (RPi.GPIO wiki, "Basics", "Inputs", "Outputs")."""

    @property
    def BCM(self) -> int: ...  # noqa: D102, N802 -- the module's own names, here and below
    @property
    def IN(self) -> int: ...  # noqa: D102, N802
    @property
    def OUT(self) -> int: ...  # noqa: D102, N802
    @property
    def PUD_OFF(self) -> int: ...  # noqa: D102, N802
    @property
    def PUD_UP(self) -> int: ...  # noqa: D102, N802
    @property
    def BOTH(self) -> int: ...  # noqa: D102, N802

    def setmode(self, mode: int, /) -> None:
        """Choose how channels are numbered."""
        ...

    def setwarnings(self, on: bool, /) -> None:
        """Whether RuntimeWarning is given for channels in use."""
        ...

    def setup(self, channel: int, direction: int, pull_up_down: int = ..., initial: int = ...) -> None:
        """Claim a channel."""
        ...

    def input(self, channel: int, /) -> int:
        """Read a channel."""
        ...

    def output(self, channel: int, value: int, /) -> None:
        """Drive a channel."""
        ...

    def add_event_detect(self, channel: int, edge: int, callback: Callable[[int], object] = ...) -> None:
        """Call back at each edge, from a thread of the module's own."""
        ...

    def remove_event_detect(self, channel: int, /) -> None:
        """End that."""
        ...

    def cleanup(self, channel: int = ...) -> None:
        """Make one channel an input, or all that were set up, and forget them."""
        ...


class RpiGpioPins(Pins):
    """The header over one RPi.GPIO module. Raises DriverError when the process uses it with another numbering."""

    def __init__(self, module: RpiGpio) -> None:
        super().__init__()
        self._module = module
        self._lines: dict[int, _Channel] = {}
        try:
            module.setmode(module.BCM)
        except (RuntimeError, ValueError) as cause:
            raise DriverError(
                f"RPi.GPIO: {cause}. Something in this program uses RPi.GPIO with BOARD numbers; it must use BCM"
            ) from cause
        module.setwarnings(False)

    def close(self) -> None:
        """Give back every channel claimed here, and no other."""
        for line in list(self._lines.values()):
            line.close()

    def _open_input(self, gpio: int, name: str) -> InputLine:
        return _Input(self._channel(gpio, name, self._module.IN, pull_up_down=self._module.PUD_UP))

    def _open_output(self, gpio: int, name: str, high: bool) -> OutputLine:
        return _Output(self._channel(gpio, name, self._module.OUT, initial=int(high)))

    def _channel(self, gpio: int, name: str, direction: int, **options: int) -> "_Channel":
        channel = _Channel(self._module, gpio, name, self._forget)
        channel.claim(direction, **options)
        self._lines[gpio] = channel
        return channel

    def _forget(self, gpio: int) -> None:
        self._lines.pop(gpio, None)
        self._let_go(gpio)


class _Channel:
    def __init__(self, module: RpiGpio, gpio: int, name: str, let_go: Callable[[int], None]) -> None:
        self.module = module
        self.gpio = gpio
        self.name = name
        self.watched = False
        self._let_go = let_go
        self._open = True

    def claim(self, direction: int, **options: int) -> None:
        self.attempt(lambda: self.module.setup(self.gpio, direction, **options))

    def attempt(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except FAILURES as cause:
            raise pin_error(self.gpio, self.name, cause) from cause

    def close(self) -> None:
        if self._open:
            self._open = False
            if self.watched:
                self._quietly(lambda: self.module.remove_event_detect(self.gpio))
            self._quietly(lambda: self.module.cleanup(self.gpio))
            self._let_go(self.gpio)

    @staticmethod
    def _quietly(action: Callable[[], None]) -> None:
        try:
            action()
        except FAILURES:
            return


class _Input:
    def __init__(self, channel: _Channel) -> None:
        self._channel = channel

    def low(self) -> bool:
        return not self._channel.attempt(lambda: self._channel.module.input(self._channel.gpio))

    def watch(self, changed: Changed) -> None:
        module, gpio = self._channel.module, self._channel.gpio
        try:
            module.add_event_detect(gpio, module.BOTH, callback=lambda _channel: changed())
        except FAILURES as cause:
            raise DriverError(
                f"{self._channel.name}: RPi.GPIO cannot watch GPIO{gpio}: {cause}. "
                "Kernels from 6.6 on no longer give it edges: choose lgpio"
            ) from cause
        self._channel.watched = True

    def close(self) -> None:
        self._channel.close()


class _Output:
    def __init__(self, channel: _Channel) -> None:
        self._channel = channel
        self._driving = True

    def drive(self, high: bool) -> None:
        module, gpio = self._channel.module, self._channel.gpio
        if self._driving:
            self._channel.attempt(lambda: module.output(gpio, int(high)))
        else:
            self._channel.claim(module.OUT, initial=int(high))
            self._driving = True

    def release(self) -> None:
        self._driving = False
        self._channel.claim(self._channel.module.IN, pull_up_down=self._channel.module.PUD_OFF)

    def close(self) -> None:
        self._channel.close()
