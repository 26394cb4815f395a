"""Probes of the board: pins, display, sound, battery. They claim it, so the service must not run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from device.compose import gauge_address
from device.config import HEADER_I2C, Config
from device.selftest.findings import Finding
from device.selftest.places import spell_gpios
from device.selftest.ports import World
from drivers.display.panels import ADDRESSES
from drivers.errors import DriverError
from drivers.gpio.pins import Pins
from drivers.header import gpio_of
from drivers.painter.raster import paint_screen
from drivers.ports import Display, Picture
from drivers.power.gauge import KINDS
from sesame_core.effects import Chime
from sesame_core.events import Millis
from sesame_core.screens import Bar, Screen, Typed

WIRES: Final = f", SDA on GPIO{gpio_of('OLED_SDA')} and SCL on GPIO{gpio_of('OLED_SCL')}"
STEP: Final[Millis] = 20
LOOK_AT: Final[Millis] = 1_500
GAUGES: Final = tuple(kind.own_address for kind in KINDS.values())

Tell = Callable[[str], None]
"""Says to the person what to do or what was seen, while a probe is under way."""


@dataclass(frozen=True, slots=True)
class ProbeBench:
    """What the board's probes share. `tell` is None where nobody is there."""

    world: World
    config: Config
    tell: Tell | None

    def say(self, sentence: str) -> None:
        """To the person, if there is one."""
        if self.tell is not None:
            self.tell(sentence)


def probe_i2c(bench: ProbeBench) -> Finding:
    """What answers on the bus of display and gauge."""
    bus = bench.config.i2c.bus
    asked = sorted({*ADDRESSES, *GAUGES, gauge_address(bench.config)} - {0})
    answering = bench.world.i2c_answers(bus, asked)
    if not answering:
        cure = "check 3.3 V and ground of what is on it" + (WIRES if bus == HEADER_I2C else ", and its two wires")
        return Finding.failed("i2c bus", f"nothing answers on /dev/i2c-{bus}", cure)
    return Finding.good("i2c bus", f"{_hex_addresses(answering)} answer{'s' * (len(answering) == 1)} on /dev/i2c-{bus}")


def probe_display(bench: ProbeBench, pins: Pins | None) -> Finding:
    """The test card, to be looked at; dark again afterwards."""
    screen = bench.world.open_display(bench.config, pins)
    try:
        screen.start()
        if bench.tell is not None:
            bench.say(
                "look at the display: every pixel lit, then ÉÀÇ 0123 over 4567 89 and half a bar, the right way up"
            )
            _show_cards(bench.world, screen)
        screen.switch_off()
    except DriverError as error:
        return _find_elsewhere(bench) or Finding.of_error("display", error)
    finally:
        screen.close()
    wired, (width, height) = bench.config.display, screen.size
    answers = "it answers" if wired.bus == "i2c" else "it was written to (SPI has no answer)"
    shown = "; the test cards were shown, only an eye can tell" if bench.tell else ""
    return Finding.good("display", f"{wired.controller} {width}x{height}: {answers}{shown}")


def test_cards(size: tuple[int, int]) -> Iterator[Picture]:
    """Every pixel lit; then what a person reads, with accents."""
    width, height = size
    yield Picture(width, height, ((1 << width) - 1,) * height)
    yield paint_screen(Screen(lines=("ÉÀÇ 0123",), field=Typed("4567 89"), bar=Bar(1, 2)), size)


def _show_cards(world: World, screen: Display) -> None:
    for picture in test_cards(screen.size):
        screen.show_picture(picture)
        world.let_rest(LOOK_AT)


def _find_elsewhere(bench: ProbeBench) -> Finding | None:
    """A display that answers at the other address is only configured wrongly."""
    wired = bench.config.display
    if wired.bus != "i2c":
        return None
    others = bench.world.i2c_answers(bench.config.i2c.bus, [each for each in ADDRESSES if each != wired.address])
    if not others:
        return None
    said = f"nothing answers at {_hex_addresses([wired.address])}, but something does at {_hex_addresses(others)}"
    return Finding.failed(
        "display", said, f"set address = {_hex_addresses(others[:1])} below [display] in the configuration"
    )


def probe_sound(bench: ProbeBench, pins: Pins) -> Finding:
    """The "right" pattern, to be heard and seen."""
    wanted = bench.config.sound
    parts = (("buzzer", wanted.buzzer, wanted.buzzer_gpio), ("light", wanted.light, wanted.light_gpio))
    fitted = " and ".join(name for name, is_wanted, _ in parts if is_wanted)
    if not fitted:
        return Finding.left_out("sound", "buzzer and light are switched off by the configuration")
    player = bench.world.open_sound(bench.config, pins)
    wires = ", ".join(
        f"{name} on {spell_gpios(f'GPIO{gpio}', bench.config)}" for name, is_wanted, gpio in parts if is_wanted
    )
    bench.say(f"{fitted}: short, long, as for a right PIN. If it stays still: {wires}")
    try:
        player.start(nobody)
        player.play(Chime.RIGHT)
        while player.next_due() is not None:
            player.poll_events(bench.world.open_clock().now())
            bench.world.let_rest(STEP)
    except DriverError as error:
        return Finding.of_error("sound", error)
    finally:
        player.close()
    return Finding.good("sound", f"played on {fitted}" + ("; only an ear and an eye can tell" if bench.tell else ""))


def probe_battery(bench: ProbeBench) -> Finding:
    """The gauge, if there is one."""
    try:
        charge = bench.world.read_charge(bench.config)
    except DriverError as error:
        return Finding.of_error("battery", error)
    if charge is None:
        return Finding.left_out("battery", "no gauge is configured")
    if charge <= bench.config.power.low:
        return Finding.warning("battery", f"{charge} % left", "charge it, or put in a fresh one")
    return Finding.good("battery", f"{charge} %")


def _hex_addresses(addresses: list[int]) -> str:
    return ", ".join(f"0x{each:02X}" for each in addresses)


def nobody() -> None:
    """Nobody waits: the self-test asks by itself."""
