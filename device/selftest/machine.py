"""Probes of the machine: board, libraries, devices, service, configuration, clock. They touch nothing."""

from collections.abc import Iterator, Mapping
from typing import Final

from device.config import Config
from device.selftest.findings import Finding, Verdict
from device.selftest.ports import DeviceAccess, World
from device.selftest.versions import RANGES, find_misfit
from drivers.gpio.factory import Machine, find_clash
from sesame_core.errors import SesameError
from sesame_core.events import Millis

TICK: Final[Millis] = 20
CHIPS: Final = ("/dev/gpiochip0", "/dev/gpiochip4")
"""Where the header's chip is on most Pis: asked for when its label could not be read."""

NO_WHEEL: Final = (3, 13)
"""PyPI has no lgpio ready-made for this Python and those after it."""

COMPILE: Final = "sudo apt install gcc libc6-dev python3-dev swig, then PYPI=1 pip install lgpio"


def probe_machine(world: World) -> Finding:
    """Which Pi, and whether the GPIO libraries fit it."""
    found = world.look_at_machine()
    if problem := find_clash(found):
        said, _, cure = problem.partition(": ")
        return Finding.failed("machine", said, cure)
    if found.rp1 and "rpi.gpio" in found.distributions and found.modules <= {"RPi"}:
        cure = f"pip uninstall RPi.GPIO, then: {lgpio_cure(world)}"
        return Finding.failed("machine", "RPi.GPIO does not work on a Raspberry Pi 5", cure)
    if found.header is not None:
        return Finding.good("machine", f"{found.model}, header on gpiochip{found.header}")
    if "Raspberry Pi" in found.model:
        return Finding.failed(
            "machine",
            f"{found.model}, but no GPIO chip that can be read belongs to the header",
            "give the user the group gpio (next line), or update the kernel",
        )
    return Finding.left_out("machine", "not a Raspberry Pi", "use the simulated reader: sesame run --simulated")


def probe_libraries(world: World, config: Config) -> Iterator[Finding]:
    """The Python modules that the configured reader needs on this machine."""
    wanted = {"smartcard": system_package(world, "python3-pyscard", "pcsc")}
    found = world.look_at_machine()
    if is_pi(found):
        wanted |= {"luma.oled": f"pip install --force-reinstall '{RANGES['luma.oled'].requirement()}'"}
        wanted |= {"smbus2": f"pip install '{RANGES['smbus2'].requirement()}'"} if uses_i2c(config) else {}
        wanted |= {"spidev": system_package(world, "python3-spidev", "spi")} if config.display.bus == "spi" else {}
    lacking = {module: cure for module, cure in wanted.items() if not world.has_module(module)}
    if is_pi(found) and not found.modules:
        lacking["lgpio"] = lgpio_cure(world)
    for module, cure in lacking.items():
        yield Finding.failed("libraries", f"the Python module {module} is missing", cure)
    unfit = [finding for module in RANGES if module not in lacking for finding in _check_version(world, module, wanted)]
    yield from unfit
    if not lacking and not unfit:
        yield Finding.good("libraries", ", ".join(sorted({*wanted, *(found.modules if is_pi(found) else ())})))


def _check_version(world: World, module: str, wanted: Mapping[str, str]) -> Iterator[Finding]:
    """A version that does not fit, of what the configured reader uses on this machine."""
    used = module in wanted or (is_pi(world.look_at_machine()) and module not in {"smbus2", "spidev"})
    if used and (said := find_misfit(world, module)):
        cure = wanted["smartcard"] if module == "smartcard" else f"pip install '{RANGES[module].requirement()}'"
        yield Finding.failed("libraries", said, cure)


def is_pi(found: Machine) -> bool:
    """A Raspberry Pi, whether its header can be reached or not."""
    return found.header is not None or "Raspberry Pi" in found.model


def lgpio_cure(world: World) -> str:
    """How lgpio is had with this Python: from PyPI, or from the system where PyPI has none."""
    if world.python_version() < NO_WHEEL:
        return world.install_extra("lgpio")
    absent = f"PyPI has no lgpio ready-made for Python {'.'.join(map(str, world.python_version()))}"
    return f"{absent}: {_from_system(world, 'python3-lgpio')}; where there is no such package: {COMPILE}"


def system_package(world: World, package: str, extra: str) -> str:
    """How something is had that the system has as a package, and PyPI only to be built."""
    return f"{_from_system(world, package)}; or {world.install_extra(extra)}, where a compiler is"


def _from_system(world: World, package: str) -> str:
    hidden = (
        "" if world.sees_system_packages() else ", and make the virtual environment anew with --system-site-packages"
    )
    return f"sudo apt install {package}{hidden}"


def probe_devices(world: World, config: Config) -> Iterator[Finding]:
    """The device files, and the groups that open them."""
    found = world.look_at_machine()
    if not is_pi(found):
        return
    wanted = {**dict.fromkeys(_chip_devices(world, found.header), "gpio"), **_bus_devices(config)}
    having = {path: world.access(path) for path in wanted}
    denied = [path for path, access in having.items() if access is DeviceAccess.DENIED]
    for path in (path for path, access in having.items() if access is DeviceAccess.ABSENT):
        yield Finding.failed("devices", f"{path} is missing", _switch_on(world, config, path))
    if denied:
        groups = sorted({wanted[path] for path in denied} & world.known_groups() - world.list_groups())
        yield Finding.failed("devices", f"no permission for {', '.join(denied)}", _let_in(groups))
    if set(having.values()) == {DeviceAccess.GRANTED}:
        yield Finding.good("devices", f"{', '.join(wanted)} can be opened")


def reaches_header(world: World) -> bool:
    """Whether the header's pins can be reached at all."""
    return probe_machine(world).verdict is Verdict.GOOD and bool(world.look_at_machine().modules)


def reaches_display(world: World, config: Config) -> bool:
    """Whether the display's bus can be opened at all."""
    module = "smbus2" if config.display.bus == "i2c" else "spidev"
    can_draw = world.has_module("luma.oled") and not find_misfit(world, "luma.oled")
    return can_draw and world.has_module(module) and world.access(_display_device(config)) is DeviceAccess.GRANTED


def uses_i2c(config: Config) -> bool:
    """Whether anything of the reader is on I2C."""
    return config.display.bus == "i2c" or config.power.gauge != "none"


def reaches_gauge(world: World, config: Config) -> bool:
    """Whether the gauge's bus can be opened at all."""
    return world.has_module("smbus2") and world.access(f"/dev/i2c-{config.i2c.bus}") is DeviceAccess.GRANTED


def _chip_devices(world: World, header: int | None) -> list[str]:
    if header is not None:
        return [f"/dev/gpiochip{header}"]
    return [path for path in CHIPS if world.access(path) is not DeviceAccess.ABSENT]


def _display_device(config: Config) -> str:
    on_spi = f"/dev/spidev{config.spi.bus}.{config.spi.chip_select}"
    return f"/dev/i2c-{config.i2c.bus}" if config.display.bus == "i2c" else on_spi


def _bus_devices(config: Config) -> dict[str, str]:
    gauge = {} if config.power.gauge == "none" else {f"/dev/i2c-{config.i2c.bus}": "i2c"}
    return {_display_device(config): config.display.bus, **gauge}


def _switch_on(world: World, config: Config, path: str) -> str:
    bus = "SPI" if "spi" in path else "I2C"
    header = f"/dev/spidev0.{config.spi.chip_select}"
    if bus == "SPI" and world.access(header) is not DeviceAccess.ABSENT:
        return f"set bus = 0 below [spi] in the configuration: {header} is on the header"
    return f"switch {bus} on (sudo raspi-config, Interface Options, {bus}), restart"


def _let_in(groups: list[str]) -> str:
    if groups:
        return f"sudo usermod -aG {','.join(groups)} $USER, then log out and in again"
    return "install the reader's udev rules (sudo ./install), or run this as a user of the devices' group (ls -l)"


def probe_service(world: World) -> Finding:
    """What systemd says."""
    running = world.ask_service()
    if running == "failed":
        return Finding.failed("service", "the service has failed", "journalctl -u sesame-reader says why")
    return Finding.good("service", running) if running else Finding.left_out("service", "systemd does not know of it")


def probe_configuration(world: World) -> tuple[Config, Finding]:
    """The configuration, the defaults where it cannot be used, and what was found."""
    try:
        config = world.load_config()
    except (SesameError, OSError) as error:
        cure = "correct the file; `sesame config check` says when it is good. Meanwhile the defaults are tested"
        said = "; ".join(str(error).splitlines())
        return Config(), Finding.failed("configuration", said, cure)
    files = ", ".join(sorted(set(config.origins.values()))) or "the defaults"
    return config, Finding.good("configuration", f"{files}; {config.display.controller} on {config.display.bus}")


def probe_clock(world: World) -> Finding:
    """Monotonic time moves on: the 35 seconds depend on it, and on no date."""
    before = world.open_clock().now()
    world.let_rest(TICK)
    if world.open_clock().now() <= before:
        return Finding.failed("clock", "monotonic time stands still", "restart the machine")
    return Finding.good("clock", "monotonic time moves on")
