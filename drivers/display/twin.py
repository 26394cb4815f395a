"""The display's twin: the real driver, real luma.oled, and a bus whose other end is a model of the controller.

What `glass` shows was decoded from the bytes that travelled. A transfer can be made to fail as a real bus fails: not
acknowledged, broken off in the middle, timed out; once, a few times, or for good.
"""

import errno
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from drivers.circuit import Circuit
from drivers.clock import MonotonicClock, pass_time
from drivers.display.bus import I2cBus, SpiBus, Wire, open_spi
from drivers.display.frame import turn_picture
from drivers.display.luma import CONTRAST, LumaDisplay
from drivers.display.model import OledModel, StreamError
from drivers.display.panels import CONTROLLERS, SSD1306_128X64, Panel
from drivers.ports import Clock, Picture
from sesame_core.events import Millis

ADDRESS: Final = CONTROLLERS[SSD1306_128X64.controller].addresses[0]
COMMANDS, DATA = 0x00, 0x40
SMBUS_BLOCK: Final = 32


@dataclass(frozen=True, slots=True)
class TransferFault:
    """A transfer that fails: with which `errno`, after how many of its bytes and how many milliseconds."""

    number: int = errno.EIO
    arrived: int = 0
    takes: Millis = 0

    def error(self) -> OSError:
        """What the kernel's driver would raise."""
        return OSError(self.number, errno.errorcode[self.number])


class Traffic:
    """Counts what goes over a bus, and lets it fail on demand. A fault that takes time takes it on `clock`."""

    def __init__(self, model: OledModel, clock: Clock | None = None) -> None:
        self.model = model
        self._let_pass = pass_time(clock or MonotonicClock())
        self.transfers = 0
        self.bytes = 0
        self._faults: dict[int, TransferFault] = {}
        self._dead: tuple[int, TransferFault] | None = None

    def fail(self, *faults: TransferFault, after: int = 0) -> None:
        """Let the transfers after the next `after` fail, one for each fault."""
        self._faults.update(enumerate(faults, start=self.transfers + after))

    def die(self, fault: TransferFault = TransferFault(), after: int = 0) -> None:
        """Let every transfer after the next `after` fail, until `heal`."""
        self._dead = self.transfers + after, fault

    def heal(self) -> None:
        """No more faults."""
        self._faults.clear()
        self._dead = None

    def carry(self, payload: bytes, is_data: bool, overhead: int) -> None:
        """One transfer. `overhead`: bytes on the bus beside the payload. Raises OSError where a fault says so."""
        fault = self._fault()
        self.transfers += 1
        self.bytes += overhead + len(payload)
        take = self.model.data if is_data else self.model.command
        if not fault:
            take(payload)
            return
        self.model.tear_glass()
        take(payload[: fault.arrived])
        self._let_pass(fault.takes)
        raise fault.error()

    def _fault(self) -> TransferFault | None:
        if self._dead and self.transfers >= self._dead[0]:
            return self._dead[1]
        return self._faults.pop(self.transfers, None)


class SmbusTwin:
    """smbus2's SMBus, as far as luma uses it. An address that nobody has is not acknowledged (EREMOTEIO)."""

    def __init__(self, traffic: Traffic, address: int = ADDRESS) -> None:
        self._traffic = traffic
        self._address = address
        self.closed = False

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: Sequence[int]) -> None:
        """One SMBus block: at most 32 bytes after the control byte. Raises OSError."""
        if len(data) > SMBUS_BLOCK:
            raise StreamError(f"{len(data)} bytes in an SMBus block of at most {SMBUS_BLOCK}")
        self._write(i2c_addr, register, bytes(data))

    def i2c_rdwr(self, *messages: Iterable[int]) -> None:
        """Whole I2C messages (smbus2's `i2c_msg`, as written by luma to a bus that it has opened itself)."""
        for message in messages:
            control, *data = message
            self._write(getattr(message, "addr", self._address), control, bytes(data))

    def close(self) -> None:
        """Let go of the bus."""
        self.closed = True

    def _write(self, address: int, control: int, data: bytes) -> None:
        if self.closed:
            raise OSError(errno.EBADF, "the bus is closed")
        if address != self._address:
            raise OSError(errno.EREMOTEIO, "nobody answers")
        if control not in (COMMANDS, DATA):
            raise StreamError(f"control byte {control:#04x}")
        self._traffic.carry(data, control == DATA, overhead=2)


@dataclass(frozen=True, slots=True)
class I2cTwin:
    """An I2C bus with one display on it; `address` is what the driver calls, the display's own is 0x3C."""

    traffic: Traffic
    address: int = ADDRESS

    @property
    def remedy(self) -> str:
        """What to check when the display does not answer: as on a real bus."""
        return I2cBus(address=self.address).remedy

    def open_wire(self) -> Wire:
        """luma's own I2C interface on the twin of smbus2."""
        from luma.core.interface.serial import i2c  # type: ignore[import-untyped] # noqa: PLC0415

        wire: Wire = i2c(bus=SmbusTwin(self.traffic), address=self.address)
        return wire


@dataclass(frozen=True, slots=True)
class Soldered:
    """Where a display on SPI is: the driver's bus, and the circuit that its GPIOs end on."""

    bus: SpiBus
    circuit: Circuit

    def resets(self, model: OledModel) -> None:
        """Reset the controller at the end of each low pulse of its reset line (SSD1306, 8.9)."""

        def heard(wire: int, level: bool) -> None:
            if wire == self.bus.reset and level:
                model.reset()

        self.circuit.listen_to(heard)


class SpidevTwin:
    """spidev's SpiDev, whose display takes bytes for commands or data as the level of its line says."""

    def __init__(self, traffic: Traffic, place: Soldered) -> None:
        self._traffic = traffic
        self._place = place
        self._open = False
        self.max_speed_hz = 0

    def open(self, port: int, device: int) -> None:
        """Claim the port."""
        if (port, device) != (self._place.bus.port, self._place.bus.device):
            raise FileNotFoundError(errno.ENOENT, "no such SPI device")
        self._open = True

    def writebytes(self, data: Sequence[int]) -> None:
        """One transfer, a command or data as the line says. Raises OSError."""
        if not self._open:
            raise OSError(errno.EBADF, "the port is closed")
        self._traffic.carry(bytes(data), self._place.circuit.level_of(self._place.bus.data_command), overhead=0)

    def close(self) -> None:
        """Let go of the port."""
        self._open = False


@dataclass(frozen=True, slots=True)
class SpiTwin:
    """An SPI bus with one display on it."""

    traffic: Traffic
    place: Soldered

    @property
    def remedy(self) -> str:
        """What to check when the display does not answer: as on a real bus."""
        return self.place.bus.remedy

    def open_wire(self) -> Wire:
        """luma's own SPI interface on the twin of spidev, its lines on the header's."""
        return open_spi(self.place.bus, SpidevTwin(self.traffic, self.place), pulse=0)


class DisplayTwin(LumaDisplay):
    """A `LumaDisplay` whose glass can be seen. `spi`: where it is wired to SPI, in place of I2C. `module`: the panel
    that is really there, when it is not the one that the driver was told of."""

    def __init__(  # noqa: PLR0913 -- each is a property of the display, and has its usual value
        self,
        panel: Panel = SSD1306_128X64,
        *,
        rotation: int = 0,
        contrast: int = CONTRAST,
        spi: Soldered | None = None,
        address: int = ADDRESS,
        module: Panel | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.traffic = Traffic(OledModel(module or panel), clock)
        if spi is not None:
            spi.resets(self.traffic.model)
        bus = SpiTwin(self.traffic, spi) if spi else I2cTwin(self.traffic, address)
        super().__init__(bus, panel, rotation=rotation, contrast=contrast, clock=clock)

    def glass(self) -> Picture:
        """What a person sees: dark when the panel is off."""
        return turn_picture(self.traffic.model.glass(), self._rotation)
