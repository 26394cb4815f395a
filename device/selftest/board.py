"""Probes of the board: pins, display, sound, keypad, battery. They claim it, so the service must not run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from device.compose import gauge_address
from device.config import Config
from device.selftest.findings import Finding
from device.selftest.ports import World
from drivers.display.panels import ADDRESSES
from drivers.errors import DriverError
from drivers.gpio.pins import Pins
from drivers.keypad.scan import ScannedKeypad
from drivers.painter.raster import paint
from drivers.ports import Display, Picture
from drivers.power.gauge import KINDS
from sesame_core.events import Key, KeyPressed, Millis
from sesame_core.screens import Bar, Screen, Typed

KEYS_PATIENCE: Final[Millis] = 20_000
"""So long a key that was not seen yet is waited for, each time anew."""

KEY_STEP: Final[Millis] = 20
LOOK_AT: Final[Millis] = 1_500
GAUGES: Final = tuple(kind.own_address for kind in KINDS.values())
PRINTED: Final = {Key.CHALLENGE: "Défi", Key.SIGN: "Signer", Key.CLEAR: "C", Key.OFF: "Arrêt"}
"""What stands on the French pad where it differs from the name in the configuration."""

Tell = Callable[[str], None]
"""Says to the person what to do or what was seen, while a probe is under way."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What the board's probes share. `tell` is None where nobody is there."""

    world: World
    config: Config
    tell: Tell | None

    def say(self, sentence: str) -> None:
        """To the person, if there is one."""
        if self.tell is not None:
            self.tell(sentence)


def i2c(bench: Bench) -> Finding:
    """What answers on the bus of display and gauge."""
    port = bench.config.display.port
    asked = sorted({*ADDRESSES, *GAUGES, gauge_address(bench.config)} - {0})
    answering = bench.world.i2c_answers(port, asked)
    if not answering:
        cure = "check 3.3 V and ground of what is on it, SDA on pin 3 and SCL on pin 5"
        return Finding.failed("i2c bus", f"nothing answers on /dev/i2c-{port}", cure)
    return Finding.good("i2c bus", f"{_hex(answering)} answer{'s' * (len(answering) == 1)} on /dev/i2c-{port}")


def display(bench: Bench, pins: Pins | None) -> Finding:
    """The test card, to be looked at; dark again afterwards."""
    screen = bench.world.display(bench.config, pins)
    try:
        screen.start()
        if bench.tell is not None:
            bench.say(
                "look at the display: every pixel lit, then ÉÀÇ 0123 over 4567 89 and half a bar, the right way up"
            )
            _show_cards(bench.world, screen)
        screen.off()
    except DriverError as error:
        return _elsewhere(bench) or Finding.of_error("display", error)
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
    yield paint(Screen(lines=("ÉÀÇ 0123",), field=Typed("4567 89"), bar=Bar(1, 2)), size)


def _show_cards(world: World, screen: Display) -> None:
    for picture in test_cards(screen.size):
        screen.show(picture)
        world.rest(LOOK_AT)


def _elsewhere(bench: Bench) -> Finding | None:
    """A display that answers at the other address is only configured wrongly."""
    wired = bench.config.display
    if wired.bus != "i2c":
        return None
    others = bench.world.i2c_answers(wired.port, [each for each in ADDRESSES if each != wired.address])
    if not others:
        return None
    said = f"nothing answers at {_hex([wired.address])}, but something does at {_hex(others)}"
    return Finding.failed("display", said, f"set address = {_hex(others[:1])} below [display] in the configuration")


def sound(bench: Bench, pins: Pins) -> Finding:
    """The "right" pattern, to be heard and seen."""
    wanted = bench.config.sound
    fitted = " and ".join(name for name, is_wanted in (("buzzer", wanted.buzzer), ("light", wanted.light)) if is_wanted)
    if not fitted:
        return Finding.left_out("sound", "buzzer and light are switched off by the configuration")
    player = bench.world.sound(bench.config, pins)
    bench.say(f"{fitted}: short, long, as for a right PIN")
    try:
        player.start(_nobody)
        player.right()
        while player.due() is not None:
            player.poll(bench.world.clock().now())
            bench.world.rest(KEY_STEP)
    except DriverError as error:
        return Finding.of_error("sound", error)
    finally:
        player.close()
    return Finding.good("sound", f"played on {fitted}" + ("; only an ear and an eye can tell" if bench.tell else ""))


def keypad(bench: Bench, pins: Pins, screen: Display | None) -> Finding:
    """Every key pressed once, in any order. What is seen and what is wanted stands on `screen`, if that works."""
    keys = bench.world.keypad(bench.config, pins)
    try:
        keys.start(_nobody)
        with_screen = screen if _lit(screen) else None
        missing = _Round(bench, keys, with_screen).missing()
        held = set(keys.held)
    except DriverError as error:
        return Finding.of_error("keypad", error)
    finally:
        keys.close()
        if screen is not None:
            screen.close()
    return _judged(bench.config, missing, held & missing)


def _judged(config: Config, missing: set[Key], stuck: set[Key]) -> Finding:
    if stuck:
        cure = f"free the key, or look for a short: {_where(config, stuck)}"
        return Finding.failed("keypad", f"held down or stuck: {_legends(config, stuck)}", cure)
    if missing:
        cure = f"press it, and if it stays so: {_where(config, missing)}"
        return Finding.failed("keypad", f"not pressed, or dead: {_legends(config, missing)}", cure)
    return Finding.good("keypad", f"all {len(wiring(config))} keys were pressed and read")


class _Round:
    """One round over all keys."""

    def __init__(self, bench: Bench, keys: ScannedKeypad, screen: Display | None) -> None:
        self._bench = bench
        self._keys = keys
        self._screen = screen
        self._wanted = list(wiring(bench.config))
        self._seen: set[Key] = set()

    def missing(self) -> set[Key]:
        """The keys that were not seen."""
        self._bench.say(f"press every key once: {_legends(self._bench.config, set(self._wanted))}")
        self._show("?")
        world = self._bench.world
        patience = world.clock().now() + KEYS_PATIENCE
        while self._left and world.clock().now() < patience:
            world.rest(KEY_STEP)
            for event in self._keys.poll(world.clock().now()):
                if isinstance(event, KeyPressed) and self._take(event.key):
                    patience = world.clock().now() + KEYS_PATIENCE
        return set(self._left)

    @property
    def _left(self) -> list[Key]:
        return [key for key in self._wanted if key not in self._seen]

    def _take(self, key: Key) -> bool:
        """True when the key is new."""
        is_new = key not in self._seen
        self._seen.add(key)
        name = legend(self._bench.config, key)
        left = f"wanted: {_legends(self._bench.config, set(self._left))}" if self._left else "that was the last one"
        self._bench.say(f"seen {name}, {len(self._seen)} of {len(self._wanted)}; {left}")
        self._show(name)
        return is_new

    def _show(self, big: str) -> None:
        """The key that was seen, how many, and one that is wanted."""
        if self._screen is None:
            return
        wanted = f" : {legend(self._bench.config, self._left[0])} ?" if self._left else ""
        picture = paint(
            Screen(lines=(big,), notice=f"{len(self._seen)}/{len(self._wanted)}{wanted}"), self._screen.size
        )
        try:
            self._screen.show(picture)
        except DriverError:
            self._screen = None


def wiring(config: Config) -> Mapping[Key, tuple[int, ...]]:
    """Every key of the pad, in its order, and the GPIOs that it joins or pulls to ground."""
    if config.keypad.buttons:
        return {key: (pin,) for key, pin in config.keypad.buttons}
    return {key: config.layout.lines(key) for key in config.layout.keys.values()}


def legend(config: Config, key: Key) -> str:
    """What stands on the key."""
    return key.value if config.reader.language == "en" else PRINTED.get(key, key.value)


def _legends(config: Config, keys: set[Key]) -> str:
    return " ".join(legend(config, key) for key in wiring(config) if key in keys)


def _where(config: Config, keys: set[Key]) -> str:
    """Which wires to look at: where every key of a row or column is concerned, it is that one wire."""
    on_line: dict[int, set[Key]] = {}
    for key, lines in wiring(config).items():
        for line in lines:
            on_line.setdefault(line, set()).add(key)
    whole = [line for line, those in on_line.items() if those <= keys]
    suspect = whole or sorted({line for key in keys for line in wiring(config)[key]})
    ground = " and ground" if config.keypad.buttons else ""
    return "check the wires of " + ", ".join(f"GPIO{line}" for line in suspect) + ground


def battery(bench: Bench) -> Finding:
    """The gauge, if there is one."""
    try:
        charge = bench.world.charge(bench.config)
    except DriverError as error:
        return Finding.of_error("battery", error)
    if charge is None:
        return Finding.left_out("battery", "no gauge is configured")
    if charge <= bench.config.power.low:
        return Finding.warning("battery", f"{charge} % left", "charge it, or put in a fresh one")
    return Finding.good("battery", f"{charge} %")


def _lit(screen: Display | None) -> bool:
    if screen is None:
        return False
    try:
        screen.start()
    except DriverError:
        return False
    return True


def _hex(addresses: list[int]) -> str:
    return ", ".join(f"0x{each:02X}" for each in addresses)


def _nobody() -> None:
    """Nobody waits: the self-test asks by itself."""
