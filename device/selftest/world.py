"""This machine, for the self-test."""

import grp
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from device import compose
from device.config import Config, load_config
from device.displays import real_display
from device.reader.compose import choose_reader
from device.selftest.card import select_on
from device.selftest.ports import Connection, DeviceAccess
from drivers import install_hints
from drivers.clock import MonotonicClock
from drivers.gpio.factory import Backend, Machine, look_at_machine, open_pins
from drivers.gpio.pins import Pins
from drivers.keypad.scan import ScannedKeypad
from drivers.ports import Clock, Display
from drivers.ports import Sound as SoundPort
from drivers.power.gauge import KINDS, open_bus
from drivers.vault.medium import FolderView
from sesame_core.events import Key, Millis

if TYPE_CHECKING:
    from smbus2 import SMBus

    from drivers.vault.tpm_tools import TpmTools

SERVICES: Final = ("sesame-reader.service", "sesame-key.service")
"""Either has the board."""
SYSTEMCTL: Final = "/usr/bin/systemctl"


class RealWorld:
    """This machine."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def describe_system(self) -> str:
        """From os-release(5)."""
        try:
            name = platform.freedesktop_os_release()["PRETTY_NAME"]
        except (OSError, KeyError):
            name = platform.system()
        return f"{name}, Linux {platform.release()}, Python {platform.python_version()}"

    def look_at_machine(self) -> Machine:
        """Looked at now."""
        return look_at_machine()

    def python_version(self) -> tuple[int, int]:
        """This one's."""
        return sys.version_info[:2]

    def sees_system_packages(self) -> bool:
        """As `pyvenv.cfg` says (PEP 405)."""
        if sys.prefix == sys.base_prefix:
            return True
        try:
            lines = (Path(sys.prefix) / "pyvenv.cfg").read_text(encoding="utf-8").lower().splitlines()
        except OSError:
            return True
        return "include-system-site-packages = true" in lines

    def has_module(self, module: str) -> bool:
        """Looked for, not loaded."""
        try:
            return find_spec(module) is not None
        except (ImportError, ValueError):
            return False

    def find_version(self, distribution: str) -> str | None:
        """As its metadata say."""
        try:
            return version(distribution)
        except PackageNotFoundError:
            return None

    def install_extra(self, extra: str) -> str:
        """From this checkout, into this environment."""
        return install_hints.install_extra(extra)

    def list_groups(self) -> frozenset[str]:
        """Effective and supplementary."""
        return frozenset(_group_name(each) for each in {os.getegid(), *os.getgroups()})

    def known_groups(self) -> frozenset[str]:
        """From the group database."""
        return frozenset(each.gr_name for each in grp.getgrall())

    def access(self, device: str) -> DeviceAccess:
        """Asked of the kernel."""
        if not Path(device).exists():
            return DeviceAccess.ABSENT
        return DeviceAccess.GRANTED if os.access(device, os.R_OK | os.W_OK) else DeviceAccess.DENIED

    def load_config(self) -> Config:
        """The file given, else the system's, else the defaults."""
        return load_config(self._path)

    def open_clock(self) -> Clock:
        """The kernel's."""
        return MonotonicClock()

    def let_rest(self, ms: Millis) -> None:
        """Sleep."""
        time.sleep(ms / 1000)

    def list_folder(self, path: str) -> Sequence[str]:
        """As the file system has it."""
        try:
            return sorted(each.name for each in Path(path).iterdir())
        except OSError:
            return ()

    def read_value(self, path: str) -> str:
        """As sysfs has it."""
        try:
            return Path(path).read_text(encoding="ascii", errors="replace").strip("\n\0")
        except OSError:
            return ""

    def open_store(self, path: str) -> FolderView:
        """Nothing is made, locked or written there."""
        return FolderView(Path(path))

    def ask_service(self) -> str:
        """`systemctl is-active`."""
        try:
            asked = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments
                [SYSTEMCTL, "is-active", *SERVICES], capture_output=True, text=True, timeout=5, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        said = asked.stdout.split()
        return "active" if "active" in said else said[0] if said else ""

    def pcscd_options(self) -> Sequence[str]:
        """By /proc (proc_pid_cmdline(5))."""
        return pcscd_options_in(Path("/proc"))

    def open_pins(self, config: Config) -> Pins:
        """As the reader opens them."""
        return open_pins(Backend(config.gpio.library), look_at_machine())

    def open_display(self, config: Config, pins: Pins | None) -> Display:
        """As the reader composes it."""
        return real_display(config, pins)

    def i2c_answers(self, port: int, addresses: Sequence[int]) -> list[int]:
        """A byte is read from each, as i2cdetect -r does."""
        from smbus2 import SMBus  # noqa: PLC0415 - only a reader that has such a bus asks for it

        try:
            bus = SMBus(port)
        except OSError:
            return []
        with bus:
            return [each for each in addresses if _answers_at(bus, each)]

    def open_keypad(self, config: Config, pins: Pins) -> ScannedKeypad:
        """As the reader composes it."""
        return compose.keypad_of(config, pins)

    def ask(self, key: Key) -> None:
        """The person was told; the finger is theirs."""

    def move_card(self, card_in: bool) -> None:
        """The person was told; the hand is theirs."""

    def open_sound(self, config: Config, pins: Pins) -> SoundPort:
        """As the reader composes it."""
        return compose.sound_of(config, pins)

    def read_charge(self, config: Config) -> int | None:
        """Asked once."""
        wanted = config.power
        if wanted.gauge == "none":
            return None
        gauge = KINDS[wanted.gauge](open_bus(config.i2c.bus), wanted.gauge_address)
        try:
            return gauge.read_charge()
        finally:
            gauge.close()

    def open_tpm(self, config: Config) -> "TpmTools":
        """By its tools."""
        from drivers.vault.tpm_tools import TpmTools  # noqa: PLC0415 - few machines have one

        return TpmTools(Path(config.key.tpm))

    def list_readers(self) -> list[str]:
        """Asked of pcscd."""
        from drivers.slot.pcsc_card import list_readers  # noqa: PLC0415 - PC/SC may be missing, which is a finding

        return list_readers()

    def connect_card(self, config: Config) -> AbstractContextManager[Connection]:
        """The card that has an application for codes, in whichever reader it is, as `sesame code` finds it."""
        from drivers.slot.pcsc_card import PcscConnection  # noqa: PLC0415 - as above
        from drivers.slot.several_readers import find_reader  # noqa: PLC0415 - as above

        return PcscConnection.open_reader(find_reader(choose_reader(config), select_on))


def _answers_at(bus: "SMBus", address: int) -> bool:
    try:
        bus.read_byte(address)
    except OSError:
        return False
    return True


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def pcscd_options_in(proc: Path) -> Sequence[str]:
    """The options of the first pcscd among the processes of this folder; none where there is none."""
    for path in proc.glob("[0-9]*/cmdline"):
        try:
            program, *options = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:  # it ended meanwhile
            continue
        if Path(program).name == "pcscd":
            return [each for each in options if each]
    return []
