"""The GPIO layer on the module RPi.GPIO (0.7.1, or rpi-lgpio's module of the same name), for older Pis.

The module is an argument, never imported here: on metal `drivers.gpio.factory` loads it, elsewhere it is
`drivers.gpio.rpi_twin.RpiGpioTwin`.
"""

from collections.abc import Callable
from typing import Protocol

from drivers.errors import DriverError
from drivers.gpio.lines import FAILURES, ClaimedOutput, DrivableLine
from drivers.gpio.pins import Changed, InputLine, OutputLine, Pins


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
        self._lines: dict[int, RpiLine] = {}
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
        line = self._hold(gpio, name)
        line.claim(self._module.IN, pull_up_down=self._module.PUD_UP)
        return RpiInput(self._kept(line))

    def _open_output(self, gpio: int, name: str, high: bool) -> OutputLine:
        line = self._hold(gpio, name)
        line.begin_driving(high)
        return ClaimedOutput(self._kept(line))

    def _hold(self, gpio: int, name: str) -> "RpiLine":
        return RpiLine(self._module, gpio, name, self._forget)

    def _kept(self, line: "RpiLine") -> "RpiLine":
        """What is claimed is given back at the end."""
        self._lines[line.gpio] = line
        return line

    def _forget(self, gpio: int) -> None:
        self._lines.pop(gpio, None)
        self._let_go(gpio)


class RpiLine(DrivableLine):
    """One of the module's channels."""

    def __init__(self, module: RpiGpio, gpio: int, name: str, let_go: Callable[[int], None]) -> None:
        super().__init__(gpio, name, let_go)
        self.module = module
        self.watched = False

    def claim(self, direction: int, **options: int) -> None:
        """Set the channel up. Raises DriverError."""
        self.attempt(lambda: self.module.setup(self.gpio, direction, **options))

    def steps_back(self) -> tuple[Callable[[], object], ...]:
        """Watched no more, and cleaned up."""
        unwatch = (lambda: self.module.remove_event_detect(self.gpio),) if self.watched else ()
        return (*unwatch, lambda: self.module.cleanup(self.gpio))

    def begin_driving(self, high: bool) -> None:
        """See DrivableLine."""
        self.claim(self.module.OUT, initial=int(high))

    def set_level(self, high: bool) -> None:
        """See DrivableLine."""
        self.attempt(lambda: self.module.output(self.gpio, int(high)))

    def stop_driving(self) -> None:
        """See DrivableLine."""
        self.claim(self.module.IN, pull_up_down=self.module.PUD_OFF)


class RpiInput:
    """An `InputLine` on one of the module's channels."""

    def __init__(self, line: RpiLine) -> None:
        self._line = line

    def low(self) -> bool:
        """True when something pulls it to ground."""
        return not self._line.attempt(lambda: self._line.module.input(self._line.gpio))

    def watch(self, changed: Changed) -> None:
        """Call `changed` at every edge until `close`."""
        module, gpio = self._line.module, self._line.gpio
        try:
            module.add_event_detect(gpio, module.BOTH, callback=lambda _channel: changed())
        except FAILURES as cause:
            raise DriverError(
                f"{self._line.name}: RPi.GPIO cannot watch GPIO{gpio}: {cause}. "
                "Kernels from 6.6 on no longer give it edges: choose lgpio"
            ) from cause
        self._line.watched = True

    def close(self) -> None:
        """Let go of the pin."""
        self._line.close()
