"""Which library reaches this machine's pins, and what to do when none can.

`look_at_machine` gathers what the machine is as a value; `open_pins` decides from that value alone. Libraries are
imported only once chosen: they are optional, and each of them fails to import on some machine.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from drivers.errors import DriverError
from drivers.gpio.gpiod import Gpiod, GpiodPins
from drivers.gpio.pins import Pins
from drivers.gpio.rpi import RpiGpio, RpiGpioPins
from drivers.gpio.zero import GpiozeroPins, ZeroFactory
from drivers.install_hints import install_extra

HEADER_LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")
"""The GPIO chips that the 40-pin header hangs on: Pi 5, Pi 4, the older ones. Their numbers change with kernels."""

GPIO_GET_CHIPINFO_IOCTL = 0x8044B401
"""linux/gpio.h: struct gpiochip_info is name[32], label[32] and the number of lines."""

LGPIO_FROM_3_13 = (
    "from Python 3.13 on: sudo apt install python3-lgpio and make the virtual environment with --system-site-packages, "
    "or, where there is no such package, sudo apt install gcc libc6-dev python3-dev swig and put PYPI=1 before that"
)

GPIOD_FROM_DEBIAN = (
    "from Debian 13 on: sudo apt install python3-libgpiod and make the virtual environment with --system-site-packages"
)


class Backend(Enum):
    """What reaches the GPIOs: [gpio] library; the value is the word in the configuration."""

    AUTO = "auto"
    LGPIO = "lgpio"
    GPIOD = "gpiod"
    RPIGPIO = "rpigpio"
    MOCK = "mock"


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides. `chips`: number of each /dev/gpiochip -> its label. `modules`: which of "lgpio", "gpiod" (from
    version 2 on) and "RPi" can be imported. `distributions`: the packages that installed the module RPi."""

    model: str = ""
    chips: Mapping[int, str] | None = None
    modules: frozenset[str] = frozenset()
    distributions: frozenset[str] = frozenset()

    @property
    def header(self) -> int | None:
        """The number of the header's GPIO chip; None on what is not a Raspberry Pi."""
        found = [
            (HEADER_LABELS.index(label), number)
            for number, label in (self.chips or {}).items()
            if label in HEADER_LABELS
        ]
        return min(found)[1] if found else None

    @property
    def rp1(self) -> bool:
        """True on a Pi 5 and its kin, whose pins RPi.GPIO does not know."""
        return "pinctrl-rp1" in (self.chips or {}).values() or "Raspberry Pi 5" in self.model


@dataclass(frozen=True, slots=True)
class Libraries:
    """How each library is loaded; tests give their own."""

    lgpio: Callable[[int], ZeroFactory]
    gpiod: Callable[[], Gpiod]
    rpigpio: Callable[[], RpiGpio]
    mock: Callable[[], ZeroFactory]


def look_at_machine(root: Path = Path("/")) -> Machine:
    """Look at this machine. Never raises: what cannot be read is absent."""
    modules = frozenset(name for name in ("lgpio", "gpiod", "RPi") if _is_there(name))
    distributions = frozenset(name.lower() for name in packages_distributions().get("RPi", ()))
    return Machine(_read_model(root), _read_chips(root), modules, distributions)


def _is_there(module: str) -> bool:
    """Debian 12's gpiod is version 1, another interface: one file, where version 2 is a package."""
    spec = find_spec(module)
    return spec is not None and (module != "gpiod" or spec.submodule_search_locations is not None)


def find_clash(machine: Machine) -> str | None:
    """What is wrong when two packages have installed the same module, and the cure; None when all is well."""
    if not {"rpi.gpio", "rpi-lgpio"} <= machine.distributions:
        return None
    return (
        "RPi.GPIO and rpi-lgpio are both installed and overwrite each other: "
        "pip uninstall RPi.GPIO rpi-lgpio, then install the one you need"
    )


def open_pins(backend: Backend, machine: Machine, libraries: Libraries | None = None) -> Pins:
    """The header of this machine. Raises DriverError with the cure when it cannot be reached."""
    libraries = libraries or LIBRARIES
    if backend is Backend.MOCK:
        return GpiozeroPins(libraries.mock())
    if machine.header is None:
        raise DriverError(
            "no Raspberry Pi header on this machine (no GPIO chip labelled "
            f"{', '.join(HEADER_LABELS)}): use the simulated reader, or check the kernel and /dev/gpiochip*"
        )
    opened = {Backend.LGPIO: _open_lgpio, Backend.GPIOD: _open_gpiod, Backend.RPIGPIO: _open_rpigpio}
    if backend is not Backend.AUTO:
        return opened[backend](machine, libraries)
    refusals: list[DriverError] = []
    for candidate in _list_candidates(machine):
        try:
            return opened[candidate](machine, libraries)
        except DriverError as refusal:
            refusals.append(refusal)
    raise DriverError("; and ".join(map(str, refusals))) from refusals[0]


def _list_candidates(machine: Machine) -> list[Backend]:
    """lgpio or gpiod wherever they are, as they work on every Pi; RPi.GPIO is for older ones where it alone is."""
    order = {"lgpio": Backend.LGPIO, "gpiod": Backend.GPIOD}
    newer = [backend for module, backend in order.items() if module in machine.modules]
    return newer or [Backend.RPIGPIO if "RPi" in machine.modules else Backend.LGPIO]


def _install_lgpio() -> str:
    return f"{install_extra('lgpio')}; {LGPIO_FROM_3_13}"


def _install_gpiod() -> str:
    return f"{install_extra('gpiod')}, or {GPIOD_FROM_DEBIAN}"


def _open_lgpio(machine: Machine, libraries: Libraries) -> Pins:
    if "lgpio" not in machine.modules:
        raise DriverError(f"lgpio is not installed: {_install_lgpio()}")
    number = machine.header or 0
    return GpiozeroPins(_load_library(lambda: libraries.lgpio(number), f"lgpio cannot open /dev/gpiochip{number}"))


def _open_gpiod(machine: Machine, libraries: Libraries) -> Pins:
    if "gpiod" not in machine.modules:
        raise DriverError(f"gpiod, version 2, is not installed: {_install_gpiod()}")
    path = f"/dev/gpiochip{machine.header or 0}"
    return _load_library(lambda: GpiodPins(libraries.gpiod(), path), f"gpiod cannot open {path}")


def _open_rpigpio(machine: Machine, libraries: Libraries) -> Pins:
    if "RPi" not in machine.modules:
        raise DriverError(
            f"RPi.GPIO is not installed: {install_extra('rpi-gpio')}, or better lgpio: {_install_lgpio()}"
        )
    if trouble := find_clash(machine):
        raise DriverError(trouble)
    if machine.rp1 and "rpi-lgpio" not in machine.distributions:
        raise DriverError(f"RPi.GPIO does not know the pins of a Pi 5: choose lgpio instead ({_install_lgpio()})")
    return RpiGpioPins(_load_library(libraries.rpigpio, "RPi.GPIO cannot be used here"))


T = TypeVar("T")


def _load_library(load: Callable[[], T], words: str) -> T:
    try:
        return load()
    except Exception as cause:
        # ImportError, RuntimeError of RPi.GPIO, lgpio.error, gpiozero's errors: they share nothing below Exception.
        raise DriverError(f"{words}: {cause}. {_suggest_cure(cause)}") from cause


def _suggest_cure(cause: Exception) -> str:
    """gpiozero names the Pi by its revision, and refuses one of which the kernel tells none."""
    if type(cause).__name__ == "PinUnknownPi":
        return (
            "Containers and mainline kernels tell no revision in device tree or /proc/cpuinfo: lgpio with gpiozero "
            f'cannot be used. gpiod can: library = "gpiod" below [gpio]; {_install_gpiod()}'
        )
    return "Check that the user is in the group gpio and that the unit does not hide /proc or /dev"


def _read_model(root: Path) -> str:
    try:
        return (root / "proc/device-tree/model").read_text(encoding="ascii", errors="replace").rstrip("\0\n")
    except OSError:
        return ""


def _read_chips(root: Path) -> Mapping[int, str]:
    devices = {int(path.name[8:]): path for path in (root / "dev").glob("gpiochip*") if path.name[8:].isdigit()}
    labels = {number: _read_label(path) for number, path in sorted(devices.items())}
    return {number: label for number, label in labels.items() if label}


def _read_label(device: Path) -> str:
    info = bytearray(68)
    try:
        with device.open("rb", buffering=0) as chip:
            import_module("fcntl").ioctl(chip, GPIO_GET_CHIPINFO_IOCTL, info)
    except OSError:
        return ""
    return bytes(info[32:64]).split(b"\0")[0].decode("ascii", "replace")


@contextmanager
def _away_from_here() -> Iterator[None]:
    """`import lgpio` changes the working directory to LG_WD and leaves a FIFO there, or in the current one without it:
    give it a directory of its own, and take both back. The FIFO is open by then and needs no name."""
    here, before = Path.cwd(), os.environ.get("LG_WD")
    with tempfile.TemporaryDirectory(prefix="sesame-lgpio-") as private:
        os.environ["LG_WD"] = private
        try:
            yield
        finally:
            os.chdir(here)
            _restore_variable("LG_WD", before)


def _restore_variable(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def load_lgpio(chip: int) -> ZeroFactory:
    """gpiozero's factory on lgpio for one GPIO chip. Raises whatever the two of them raise."""
    with _away_from_here():
        from gpiozero.pins.lgpio import LGPIOFactory  # type: ignore[import-untyped]  # noqa: PLC0415 -- optional

    opened = LGPIOFactory(chip=chip)
    try:
        opened.board_info  # noqa: B018 - asked for now: every single pin asks for it, and PinUnknownPi has a way out here
    except BaseException:
        opened.close()
        raise
    factory: ZeroFactory = opened
    return factory


def load_gpiod() -> Gpiod:
    """The module gpiod. Raises ImportError."""
    module: Gpiod = import_module("gpiod")
    return module


def load_rpigpio() -> RpiGpio:
    """The module RPi.GPIO, the real one or rpi-lgpio's. Raises whatever it raises."""
    with _away_from_here():
        from RPi import GPIO  # type: ignore[import-untyped]  # noqa: PLC0415 -- optional

    module: RpiGpio = GPIO
    return module


def load_mock() -> ZeroFactory:
    """A header to which nothing is soldered."""
    from drivers.circuit import Circuit  # noqa: PLC0415 -- a real reader does without the simulation
    from drivers.gpio.mock import TwinFactory  # noqa: PLC0415

    return TwinFactory(Circuit())


LIBRARIES = Libraries(load_lgpio, load_gpiod, load_rpigpio, load_mock)
