"""What the self-test asks of the machine. All of it goes through a `World`, so that any fault can be simulated."""

import grp
import os
import platform
import subprocess
import time
from contextlib import AbstractContextManager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from device import compose
from device.config import Config, load
from drivers.battery_gauge import Ina219, Max17048, open_bus
from drivers.clock import MonotonicClock
from drivers.gpio_factory import Backend, Machine, look, open_pins
from drivers.gpio_pins import Pins
from drivers.ports import Clock, Display, Keypad
from drivers.ports import Sound as SoundPort
from sesame_core.apdu import Protocol as CardProtocol
from sesame_core.events import Millis

if TYPE_CHECKING:
    from smbus2 import SMBus

SERVICE: Final = "sesame-reader.service"
DISPLAY_ADDRESSES: Final = (0x3C, 0x3D)
SYSTEMCTL: Final = "/usr/bin/systemctl"


class Access(Enum):
    """What this user can do with a device file."""

    GRANTED = "granted"
    DENIED = "denied"
    ABSENT = "absent"


class Connection(Protocol):
    """A powered card."""

    @property
    def reader(self) -> str:
        """The reader it is in."""
        ...

    @property
    def atr(self) -> bytes:
        """Its answer to reset."""
        ...

    @property
    def protocol(self) -> CardProtocol:
        """T=0 or T=1."""
        ...

    def exchange(self, apdu: bytearray) -> bytes:
        """One command. Raises SlotError."""
        ...


class World(Protocol):
    """The machine as the probes see it. Methods raise the errors of the part they speak of."""

    def system(self) -> str:
        """The operating system and Python, in words."""
        ...

    def machine(self) -> Machine:
        """Which Pi, chips and GPIO libraries."""
        ...

    def groups(self) -> frozenset[str]:
        """The groups this user is in."""
        ...

    def known_groups(self) -> frozenset[str]:
        """The groups there are."""
        ...

    def access(self, device: str) -> Access:
        """Whether a device file is there for us."""
        ...

    def config(self) -> Config:
        """The configuration. Raises ConfigError."""
        ...

    def clock(self) -> Clock:
        """Monotonic time."""
        ...

    def rest(self, ms: Millis) -> None:
        """Let time pass, and a person act."""
        ...

    def service(self) -> str:
        """What systemd says of the reader's service: active, inactive, failed; empty where there is none."""
        ...

    def pins(self, config: Config) -> Pins:
        """The header. Raises DriverError."""
        ...

    def display(self, config: Config, pins: Pins | None) -> Display:
        """The display, not yet started."""
        ...

    def i2c_answers(self, port: int) -> list[int]:
        """Which of the addresses that displays have is answered on an I2C bus; none where it cannot be asked."""
        ...

    def keypad(self, config: Config, pins: Pins) -> Keypad:
        """The keypad, not yet started."""
        ...

    def sound(self, config: Config, pins: Pins) -> SoundPort:
        """Buzzer and light, not yet started."""
        ...

    def charge(self, config: Config) -> int | None:
        """The battery's charge in percent, None without a gauge. Raises PowerError."""
        ...

    def readers(self) -> list[str]:
        """The smart-card readers. Raises SlotError."""
        ...

    def connect(self, config: Config) -> AbstractContextManager[Connection]:
        """The card that is in. Raises SlotError, NoCardError."""
        ...


class RealWorld:
    """This machine."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def system(self) -> str:
        """From os-release(5)."""
        try:
            name = platform.freedesktop_os_release()["PRETTY_NAME"]
        except (OSError, KeyError):
            name = platform.system()
        return f"{name}, Linux {platform.release()}, Python {platform.python_version()}"

    def machine(self) -> Machine:
        """Looked at now."""
        return look()

    def groups(self) -> frozenset[str]:
        """Effective and supplementary."""
        return frozenset(_group(each) for each in {os.getegid(), *os.getgroups()})

    def known_groups(self) -> frozenset[str]:
        """From the group database."""
        return frozenset(each.gr_name for each in grp.getgrall())

    def access(self, device: str) -> Access:
        """Asked of the kernel."""
        if not Path(device).exists():
            return Access.ABSENT
        return Access.GRANTED if os.access(device, os.R_OK | os.W_OK) else Access.DENIED

    def config(self) -> Config:
        """The file given, else the system's, else the defaults."""
        return load(self._path)

    def clock(self) -> Clock:
        """The kernel's."""
        return MonotonicClock()

    def rest(self, ms: Millis) -> None:
        """Sleep."""
        time.sleep(ms / 1000)

    def service(self) -> str:
        """`systemctl is-active`."""
        try:
            asked = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments
                [SYSTEMCTL, "is-active", SERVICE], capture_output=True, text=True, timeout=5, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return asked.stdout.strip()

    def pins(self, config: Config) -> Pins:
        """As the reader opens them."""
        return open_pins(Backend(config.keypad.pins), look())

    def display(self, config: Config, pins: Pins | None) -> Display:
        """As the reader composes it."""
        return compose.real_display(config, pins)

    def i2c_answers(self, port: int) -> list[int]:
        """A byte is read from each, as i2cdetect does for these addresses."""
        from smbus2 import SMBus  # noqa: PLC0415 - only a display that is silent asks for it

        try:
            bus = SMBus(port)
        except OSError:
            return []
        with bus:
            return [each for each in DISPLAY_ADDRESSES if _answers(bus, each)]

    def keypad(self, config: Config, pins: Pins) -> Keypad:
        """As the reader composes it."""
        return compose.keypad_of(config, pins)

    def sound(self, config: Config, pins: Pins) -> SoundPort:
        """As the reader composes it."""
        return compose.sound_of(config, pins)

    def charge(self, config: Config) -> int | None:
        """Asked once."""
        wanted = config.power
        if wanted.gauge == "none":
            return None
        kind = Max17048 if wanted.gauge == "max17048" else Ina219
        gauge = kind(open_bus(config.display.port), wanted.gauge_address)
        try:
            return gauge.charge()
        finally:
            gauge.close()

    def readers(self) -> list[str]:
        """Asked of pcscd."""
        from drivers.pcsc_card import readers  # noqa: PLC0415 - PC/SC may be missing, which is a finding

        return readers()

    def connect(self, config: Config) -> AbstractContextManager[Connection]:
        """As `sesame code` does it."""
        from drivers.pcsc_card import PcscConnection  # noqa: PLC0415 - as above

        return PcscConnection.connect(compose.reader_of(config))


def _answers(bus: "SMBus", address: int) -> bool:
    try:
        bus.read_byte(address)
    except OSError:
        return False
    return True


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
