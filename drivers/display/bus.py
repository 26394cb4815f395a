"""The wires to a display: what luma.core calls a serial interface, opened from values that a configuration can hold.

`cure` is what a person can check when nothing answers; it ends up in the DisplayError that says so.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from drivers.display.panels import ADDRESSES
from drivers.errors import DisplayError, DriverError
from drivers.gpio.pins import OutputLine, Pins
from sesame_core.errors import UsageError

RESET_PULSE: Final = 0.001
"""Seconds that the reset line is held, and waited for after it: 3 microseconds are asked for (SSD1306, 8.9)."""


class Wire(Protocol):
    """An open serial interface of luma.core. Its methods raise OSError or luma.core.error.Error."""

    def command(self, *cmd: int) -> None:
        """Send command bytes."""
        ...

    def data(self, data: list[int]) -> None:
        """Send picture bytes."""
        ...

    def cleanup(self) -> None:
        """Close."""
        ...


class Bus(Protocol):
    """Where a display is wired to."""

    @property
    def remedy(self) -> str:
        """What to check when the display does not answer."""
        ...

    def open_wire(self) -> Wire:
        """Open it. Raises DisplayError, saying what to do."""
        ...


@dataclass(frozen=True, slots=True)
class I2cBus:
    """I2C: bus `port` (/dev/i2c-<port>), seven-bit `address`."""

    port: int = 1
    address: int = ADDRESSES[0]

    @property
    def remedy(self) -> str:
        """What to check when the display does not answer."""
        return (
            f"check its supply and wiring, and its address: {self.address:#04x} is configured, "
            f"`i2cdetect -y {self.port}` lists what answers ({' or '.join(map(hex, ADDRESSES))})"
        )

    def open_wire(self) -> Wire:
        """Open the bus; whether a display answers shows with the first bytes. Raises DisplayError."""
        from luma.core import error  # type: ignore[import-untyped] # noqa: PLC0415 -- only a reader that has one needs it
        from luma.core.interface.serial import i2c  # type: ignore[import-untyped] # noqa: PLC0415

        device = f"/dev/i2c-{self.port}"
        try:
            wire: Wire = i2c(port=self.port, address=self.address)
        except error.DeviceNotFoundError as absent:
            raise DisplayError(
                f"there is no {device}: switch I2C on (raspi-config, Interface Options, I2C) and restart"
            ) from absent
        except error.DevicePermissionError as refused:
            raise DisplayError(
                f"no permission for {device}: add the user to its group (sudo usermod -aG i2c <user>), log in again"
            ) from refused
        except OSError as failure:
            raise DisplayError(f"{device} cannot be opened: {failure.strerror}") from failure
        return wire


@dataclass(frozen=True, slots=True)
class SpiBus:
    """SPI: /dev/spidev<port>.<device>; GPIOs of data/command and reset (None: not wired), on `pins`; clock in Hz."""

    pins: Pins
    port: int = 0
    device: int = 0
    data_command: int = 24
    reset: int | None = 25
    speed: int = 8_000_000

    @property
    def remedy(self) -> str:
        """What to check when the display does not answer."""
        return f"check its supply, its wires to SPI{self.port}, data/command on GPIO{self.data_command}" + (
            f" and reset on GPIO{self.reset}" if self.reset is not None else ""
        )

    def open_wire(self) -> Wire:
        """Open the bus and pulse the reset line. Raises DisplayError."""
        try:
            import spidev  # type: ignore[import-not-found] # noqa: PLC0415 -- only SPI displays need it
        except ImportError as missing:
            raise DisplayError(
                "SPI needs the module spidev: pip install spidev, or apt install python3-spidev"
            ) from missing
        return open_spi(self, spidev.SpiDev())


class Port(Protocol):
    """The part of spidev's SpiDev that luma uses. Its methods raise OSError."""

    max_speed_hz: int

    def open(self, port: int, device: int) -> None:
        """Claim /dev/spidev<port>.<device>."""
        ...

    def writebytes(self, data: list[int]) -> None:
        """Send, most significant bit first."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def open_spi(bus: SpiBus, port: Port, pulse: float = RESET_PULSE) -> Wire:
    """A wire over `port`. `pulse`: seconds of the reset. Raises DisplayError."""
    from luma.core import error  # noqa: PLC0415
    from luma.core.interface.serial import spi  # noqa: PLC0415

    name = f"/dev/spidev{bus.port}.{bus.device}"
    lines = Lines(bus)
    try:
        wire = spi(
            spi=port, gpio=lines, port=bus.port, device=bus.device, bus_speed_hz=bus.speed,
            gpio_DC=bus.data_command, gpio_RST=bus.reset, reset_hold_time=pulse, reset_release_time=pulse,
        )  # fmt: skip
    except PermissionError as refused:
        lines.close()
        raise DisplayError(
            f"no permission for {name}: add the user to the groups spi and gpio (sudo usermod -aG spi,gpio <user>)"
        ) from refused
    except (OSError, error.Error) as failure:
        lines.close()
        reason = getattr(failure, "strerror", None) or failure
        raise DisplayError(
            f"{name} or its GPIOs cannot be opened ({reason}): switch SPI on (raspi-config, Interface Options, SPI), "
            f"restart, and see that nothing else uses GPIO{bus.data_command} and GPIO{bus.reset}"
        ) from failure
    return _SpiWire(wire, lines)


class _SpiWire:
    """luma's SPI with the GPIO lines that belong to it: both are closed together."""

    def __init__(self, spi: Wire, lines: "Lines") -> None:
        self._spi = spi
        self._lines = lines
        self.command = spi.command
        self.data = spi.data

    def cleanup(self) -> None:
        """Close the port and let go of the lines."""
        try:
            self._spi.cleanup()
        finally:
            self._lines.close()


class Lines:
    """The part of RPi.GPIO's interface that luma drives its data/command and reset lines with, on the reader's header.

    So one library has all pins, whichever it is. Its errors become OSError, as luma's users expect.
    """

    LOW: Final = 0
    HIGH: Final = 1
    OUT: Final = "out"

    def __init__(self, bus: SpiBus) -> None:
        self._pins = bus.pins
        self._names = {bus.data_command: "display data/command", bus.reset: "display reset"}
        self._lines: dict[int, OutputLine] = {}

    def setup(self, line: int, direction: str) -> None:
        """Claim GPIO `line` as an output, low. Raises OSError."""
        if direction != self.OUT:
            raise UsageError("a display's lines are outputs")
        with _as_os_error():
            self._lines[line] = self._pins.output(line, self._names[line])

    def output(self, line: int, level: int) -> None:
        """Drive GPIO `line` high or low. Raises OSError."""
        with _as_os_error():
            self._lines[line].drive(bool(level))

    def close(self) -> None:
        """Let go of every line. May be called twice."""
        while self._lines:
            self._lines.popitem()[1].close()


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except DriverError as failure:
        raise OSError(errno.EIO, str(failure)) from failure
