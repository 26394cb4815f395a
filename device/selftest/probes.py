"""The probes, in the order of a person's repair: from the machine up to the card. None raises; none moves a counter."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from device.config import Config
from device.displays import needs_pins
from device.selftest import board, card, key_tpm, keys, machine, switch, usb_key
from device.selftest.board import ProbeBench, Tell
from device.selftest.findings import Finding, Verdict
from device.selftest.places import spell_finding
from device.selftest.ports import World
from drivers.errors import DriverError
from drivers.gpio.gpiod import GpiodPins
from drivers.gpio.pins import Pins
from drivers.gpio.rpi import RpiGpioPins
from drivers.gpio.zero import GpiozeroPins

SEE_ABOVE = "do first what the lines above say"

BY = {GpiozeroPins: "lgpio, through gpiozero", GpiodPins: "gpiod", RpiGpioPins: "the module RPi.GPIO"}
"""What reaches the header, as a person knows it."""


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """How far to go. `touch`: claim the board (the service must not run). `tell`: what to say to the person who is
    there to look, listen and press keys; None when nobody is."""

    touch: bool = True
    tell: Tell | None = None


def run_probes(world: World, wish: ProbeOptions) -> Iterator[Finding]:
    """Every probe's findings, as they come. Where one names a GPIO, its header pin and hole stand behind it."""
    config, read = machine.probe_configuration(world)
    for found in _probe_everything(world, wish, config, read):
        yield spell_finding(found, config)


def _probe_everything(world: World, wish: ProbeOptions, config: Config, read: Finding) -> Iterator[Finding]:
    yield from guard_probe("system", lambda: [Finding.good("system", world.describe_system())])
    yield from guard_probe("machine", lambda: [machine.probe_machine(world)])
    yield from guard_probe("libraries", lambda: machine.probe_libraries(world, config))
    yield from guard_probe("devices", lambda: machine.probe_devices(world, config))
    yield from guard_probe("service", lambda: [machine.probe_service(world)])
    yield read
    ticking = next(guard_probe("clock", lambda: [machine.probe_clock(world)]))
    yield ticking
    if wish.touch:
        yield from guard_probe("board", lambda: _probe_board(world, config, wish, ticking.verdict is Verdict.GOOD))
    if usb_key.is_key(world, config):
        yield from guard_probe(usb_key.USB, lambda: usb_key.probe_usb(world, config))
        yield from guard_probe(usb_key.STORE, lambda: usb_key.probe_store(world, config))
        yield from guard_probe(key_tpm.TPM, lambda: key_tpm.probe_tpm(world, config))
    yield from guard_probe("card reader", lambda: card.probe_slot(world, config, world.ask_service() == "active"))


def guard_probe(probe: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What a probe finds, or one line for an error that nobody thought of: its kind only, as its text may quote
    anything."""
    try:
        yield from look()
    except ImportError as error:
        said = f"the Python module {error.name or 'it needs'} cannot be loaded"
        yield Finding.failed(probe, said, "install the reader anew, in an environment of its own (sudo ./install)")
    except Exception as error:  # the last line of defence: no trace, and the other probes go on
        yield Finding.failed(probe, f"an unexpected {type(error).__name__}", "please report it, with this line")


def _probe_board(world: World, config: Config, wish: ProbeOptions, ticking: bool) -> Iterator[Finding]:
    """The board, where it is one and is free."""
    found = world.look_at_machine()
    if not machine.is_pi(found):
        yield Finding.left_out("board", "this machine has no header")
    elif not ticking:
        yield Finding.left_out("board", "without time nothing can be played or waited for")
    elif world.ask_service() == "active":
        yield Finding.left_out("board", "the service has it", card.FREE_IT)
    else:
        yield from _probe_parts(ProbeBench(world, config, wish.tell))


def _probe_parts(bench: ProbeBench) -> Iterator[Finding]:
    world, config = bench.world, bench.config
    gauge = machine.reaches_gauge(world, config)
    if gauge and machine.uses_i2c(config):
        yield from guard_probe("i2c bus", lambda: [board.probe_i2c(bench)])
    yield from _with_pins(bench)
    if gauge or config.power.gauge == "none":
        yield from guard_probe("battery", lambda: [board.probe_battery(bench)])
    else:
        yield Finding.left_out("battery", "its gauge cannot be reached", SEE_ABOVE)


def _with_pins(bench: ProbeBench) -> Iterator[Finding]:
    if not machine.reaches_header(bench.world):
        yield Finding.left_out("header", "the header cannot be reached", SEE_ABOVE)
        yield from _probe_display(bench, None)
        return
    try:
        pins = bench.world.open_pins(bench.config)
    except DriverError as error:
        yield Finding.of_error("header", error)
        yield from _probe_display(bench, None)
        return
    try:
        yield Finding.good("header", f"the header can be used, by {BY[type(pins)]}")
        yield from _on_header(bench, pins)
    finally:
        pins.close()


def _on_header(bench: ProbeBench, pins: Pins) -> Iterator[Finding]:
    shown = list(_probe_display(bench, pins))
    yield from shown
    yield from guard_probe("sound", lambda: [board.probe_sound(bench, pins)])
    yield from guard_probe(switch.PROBE, lambda: switch.probe_card_switch(bench, pins))
    if bench.tell is None:
        yield Finding.left_out("keypad", "nobody is there to press keys")
        return
    can_show = all(each.verdict is Verdict.GOOD for each in shown)
    screen = bench.world.open_display(bench.config, pins) if can_show else None
    yield from guard_probe("keypad", lambda: [keys.probe_keypad(bench, pins, screen)])


def _probe_display(bench: ProbeBench, pins: Pins | None) -> Iterator[Finding]:
    driven = pins is not None or not needs_pins(bench.config)
    if driven and machine.reaches_display(bench.world, bench.config):
        return guard_probe("display", lambda: [board.probe_display(bench, pins)])
    return iter([Finding.left_out("display", "it cannot be reached", SEE_ABOVE)])
