"""The machine as the self-test sees it. All of it goes through a `World`, so that any fault can be simulated."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from device.config import Config
from drivers.gpio.factory import Machine
from drivers.gpio.pins import Pins
from drivers.keypad.scan import ScannedKeypad
from drivers.ports import Clock, Display
from drivers.ports import Sound as SoundPort
from sesame_core.events import Key, Millis
from sesame_core.smartcard.apdu import Protocol as CardProtocol

if TYPE_CHECKING:
    from drivers.vault.medium import Medium
    from drivers.vault.tpm_sealer import TpmChip


class DeviceAccess(Enum):
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

    def describe_system(self) -> str:
        """The operating system and Python, in words."""
        ...

    def look_at_machine(self) -> Machine:
        """Which Pi, chips and GPIO libraries."""
        ...

    def python_version(self) -> tuple[int, int]:
        """The version of Python."""
        ...

    def sees_system_packages(self) -> bool:
        """False in a virtual environment made without --system-site-packages."""
        ...

    def has_module(self, module: str) -> bool:
        """Whether a Python module is installed."""
        ...

    def find_version(self, distribution: str) -> str | None:
        """The version of an installed distribution (pyscard, luma.oled); None where it is not, or does not say."""
        ...

    def install_extra(self, extra: str) -> str:
        """The line to type to have an extra of ours."""
        ...

    def list_groups(self) -> frozenset[str]:
        """The groups this user is in."""
        ...

    def known_groups(self) -> frozenset[str]:
        """The groups there are."""
        ...

    def access(self, device: str) -> DeviceAccess:
        """Whether a device file is there for us."""
        ...

    def load_config(self) -> Config:
        """The configuration. Raises ConfigError."""
        ...

    def open_clock(self) -> Clock:
        """Monotonic time."""
        ...

    def let_rest(self, ms: Millis) -> None:
        """Let time pass, and a person act."""
        ...

    def list_folder(self, path: str) -> Sequence[str]:
        """The names in a folder, in order; none where it is not there or may not be looked into."""
        ...

    def read_value(self, path: str) -> str:
        """What the kernel tells in a file of /sys, without the line's end; empty where it is not there."""
        ...

    def open_store(self, path: str) -> "Medium":
        """The access key's sealed parts in this folder, to be looked at: whoever has them keeps them."""
        ...

    def ask_service(self) -> str:
        """What systemd says of the service that has the board, the reader's or the key's: active, inactive, failed;
        empty where there is none."""
        ...

    def pcscd_options(self) -> Sequence[str]:
        """What the smart-card service was started with; empty where none is seen to run."""
        ...

    def open_pins(self, config: Config) -> Pins:
        """The header. Raises DriverError."""
        ...

    def open_display(self, config: Config, pins: Pins | None) -> Display:
        """The display, not yet started. `pins`: the header, None where it cannot be reached and the display does
        without."""
        ...

    def i2c_answers(self, port: int, addresses: Sequence[int]) -> list[int]:
        """Which of these addresses are answered on an I2C bus; none where it cannot be asked."""
        ...

    def open_keypad(self, config: Config, pins: Pins) -> ScannedKeypad:
        """The keypad, not yet started."""
        ...

    def ask(self, key: Key) -> None:
        """The person has just been told to press this key: whatever hands there are do it."""
        ...

    def move_card(self, card_in: bool) -> None:
        """The person has just been told to put a card in, or to take it out: whatever hands there are do it."""
        ...

    def open_sound(self, config: Config, pins: Pins) -> SoundPort:
        """Buzzer and light, not yet started."""
        ...

    def read_charge(self, config: Config) -> int | None:
        """The battery's charge in percent, None without a gauge. Raises PowerError."""
        ...

    def open_tpm(self, config: Config) -> "TpmChip":
        """The TPM that the configuration names; whether it is there is seen when it is asked something."""
        ...

    def list_readers(self) -> list[str]:
        """The smart-card readers. Raises SlotError."""
        ...

    def connect_card(self, config: Config) -> AbstractContextManager[Connection]:
        """The card that is in. Raises SlotError, NoCardError."""
        ...
