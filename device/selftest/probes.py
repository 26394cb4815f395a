"""The probes, in the order of a person's repair: from the machine up to the card. None raises; none moves a counter."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from device.config import Config
from device.displays import needs_pins
from device.selftest import board, card, keys, machine
from device.selftest.board import Bench, Tell
from device.selftest.findings import Finding, Verdict
from device.selftest.places import placed
from device.selftest.ports import World
from drivers.errors import DriverError
from drivers.gpio.gpiod import GpiodPins
from drivers.gpio.pins import Pins
from drivers.gpio.rpi import RpiGpioPins
from drivers.gpio.zero import GpiozeroPins

SEE_ABOVE = "do first what the lines above say"

BY = {GpiozeroPins: "lgpio, through gpiozero", GpiodPins: "gpiod", RpiGpioPins: "the module RPi.GPIO"}
"""What reaches the pins, as a person knows it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How far to go. `touch`: claim the board (the service must not run). `tell`: what to say to the person who is
    there to look, listen and press keys; None when nobody is."""

    touch: bool = True
    tell: Tell | None = None


def examine(world: World, wish: Wish) -> Iterator[Finding]:
    """Every probe's findings, as they come. Where one names a GPIO, its header pin and hole stand behind it."""
    config, read = machine.configuration(world)
    for found in _found(world, wish, config, read):
        yield placed(found, config)


def _found(world: World, wish: Wish, config: Config, read: Finding) -> Iterator[Finding]:
    yield from guarded("system", lambda: [Finding.good("system", world.system())])
    yield from guarded("machine", lambda: [machine.machine(world)])
    yield from guarded("libraries", lambda: machine.libraries(world, config))
    yield from guarded("devices", lambda: machine.devices(world, config))
    yield from guarded("service", lambda: [machine.service(world)])
    yield read
    ticking = next(guarded("clock", lambda: [machine.clock(world)]))
    yield ticking
    if wish.touch:
        yield from guarded("board", lambda: _touched(world, config, wish, ticking.verdict is Verdict.GOOD))
    yield from guarded("card reader", lambda: card.slot(world, config, world.service() == "active"))


def guarded(probe: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What a probe finds, or one line for an error that nobody thought of: its kind only, as its text may quote
    anything."""
    try:
        yield from look()
    except ImportError as error:
        said = f"the Python module {error.name or 'it needs'} cannot be loaded"
        yield Finding.failed(probe, said, "install the reader anew, in an environment of its own (sudo ./install)")
    except Exception as error:  # the last line of defence: no trace, and the other probes go on
        yield Finding.failed(probe, f"an unexpected {type(error).__name__}", "please report it, with this line")


def _touched(world: World, config: Config, wish: Wish, ticking: bool) -> Iterator[Finding]:
    """The board, where it is one and is free."""
    found = world.machine()
    if not machine.is_pi(found):
        yield Finding.left_out("board", "this machine has no header")
    elif not ticking:
        yield Finding.left_out("board", "without time nothing can be played or waited for")
    elif world.service() == "active":
        yield Finding.left_out("board", "the service has it", card.FREE_IT)
    else:
        yield from _board(Bench(world, config, wish.tell))


def _board(bench: Bench) -> Iterator[Finding]:
    world, config = bench.world, bench.config
    gauge = machine.reaches_gauge(world, config)
    if gauge and machine.uses_i2c(config):
        yield from guarded("i2c bus", lambda: [board.i2c(bench)])
    yield from _with_pins(bench)
    if gauge or config.power.gauge == "none":
        yield from guarded("battery", lambda: [board.battery(bench)])
    else:
        yield Finding.left_out("battery", "its gauge cannot be reached", SEE_ABOVE)


def _with_pins(bench: Bench) -> Iterator[Finding]:
    if not machine.reaches_header(bench.world):
        yield Finding.left_out("pins", "the header cannot be reached", SEE_ABOVE)
        yield from _display(bench, None)
        return
    try:
        pins = bench.world.pins(bench.config)
    except DriverError as error:
        yield Finding.of_error("pins", error)
        yield from _display(bench, None)
        return
    try:
        yield Finding.good("pins", f"the header can be used, by {BY[type(pins)]}")
        yield from _on_header(bench, pins)
    finally:
        pins.close()


def _on_header(bench: Bench, pins: Pins) -> Iterator[Finding]:
    shown = list(_display(bench, pins))
    yield from shown
    yield from guarded("sound", lambda: [board.sound(bench, pins)])
    if bench.tell is None:
        yield Finding.left_out("keypad", "nobody is there to press keys")
        return
    can_show = all(each.verdict is Verdict.GOOD for each in shown)
    screen = bench.world.display(bench.config, pins) if can_show else None
    yield from guarded("keypad", lambda: [keys.keypad(bench, pins, screen)])


def _display(bench: Bench, pins: Pins | None) -> Iterator[Finding]:
    driven = pins is not None or not needs_pins(bench.config)
    if driven and machine.reaches_display(bench.world, bench.config):
        return guarded("display", lambda: [board.display(bench, pins)])
    return iter([Finding.left_out("display", "it cannot be reached", SEE_ABOVE)])
