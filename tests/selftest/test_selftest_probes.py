"""What a person at the desk hears and sees while probes are under way; and errors that nobody thought of."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from device.config import Config, DisplayConfig, KeypadConfig, PowerConfig, ReaderConfig, SoundConfig
from device.selftest.board import test_cards as cards
from device.selftest.findings import Finding, Verdict, split_remedy
from device.selftest.probes import SEE_ABOVE, ProbeOptions, guard_probe, run_probes
from drivers.errors import KeypadError
from drivers.gpio.factory import Machine
from drivers.gpio.pins import Pins
from drivers.keypad.scan import ScannedKeypad
from drivers.painter.raster import paint_screen
from drivers.ports import Display, Picture
from sesame_core.events import Key, Millis
from sesame_core.screens import Screen
from simulator.surroundings import SimulatedWorld
from simulator.troubles import Trouble
from tests.drivers.test_gpio_pins import BACKENDS


class WatchedWorld(SimulatedWorld):
    """Remembers each picture on the glass, as time passes."""

    def __init__(self, *troubles: Trouble, config: Config | None = None) -> None:
        super().__init__(*troubles, config=config)
        self.seen: list[Picture] = []

    def let_rest(self, ms: Millis) -> None:
        glass = self.parts.display.glass()
        if not self.seen or glass != self.seen[-1]:
            self.seen.append(glass)
        super().let_rest(ms)

    @property
    def dark_again(self) -> bool:
        return not any(self.parts.display.glass().rows)


def examined(world: SimulatedWorld, told: list[str] | None = None) -> dict[str, Finding]:
    heard: list[str] = [] if told is None else told
    return {each.probe: each for each in run_probes(world, ProbeOptions(tell=heard.append))}


@pytest.mark.parametrize("height", [64, 32])
def test_both_test_cards_are_on_the_glass_and_then_it_is_dark(height: int) -> None:
    world = WatchedWorld(config=Config(display=DisplayConfig(height=height)))
    assert examined(world)["display"].verdict is Verdict.GOOD
    for card in cards((128, height)):
        assert card in world.seen
    assert world.dark_again


def test_a_person_is_told_what_to_look_at_and_to_listen_for() -> None:
    told: list[str] = []
    config = Config(sound=SoundConfig(light=True, buzzer=True))
    found = examined(WatchedWorld(config=config), told)
    assert found["sound"].said == "played on buzzer and light; only an ear and an eye can tell"
    alone = {each.probe: each for each in run_probes(WatchedWorld(config=config), ProbeOptions(tell=None))}
    assert alone["sound"].said == "played on buzzer and light"
    assert [each for each in told if each.startswith("look at the display: every pixel lit, then ÉÀÇ 0123")]
    heard = next(each for each in told if each.startswith("buzzer and light: short, long, as for a right PIN"))
    assert "buzzer on GPIO18 (header pin 12" in heard
    assert "light on GPIO17 (header pin 11" in heard


def test_the_first_card_lights_every_pixel() -> None:
    full = next(iter(cards((128, 64))))
    assert all(full.lit(x, y) for x in range(128) for y in range(64))


def test_each_key_that_is_pressed_is_told_and_stands_on_the_glass() -> None:
    world, told = WatchedWorld(), list[str]()
    examined(world, told)
    asked = [each.removeprefix("press ") for each in told if each.startswith("press ")]
    names = ["1", "2", "3", "Code", "4", "5", "6", "Défi", "7", "8", "9", "Signer", "C", "0", "OK", "Arrêt"]
    assert asked == [f"{name} ({number} of 16)" for number, name in enumerate(names, 1)]
    assert "that was the last one; 16 of 16 were read" in told
    assert paint_screen(Screen(lines=("Code",), notice="4/16"), (128, 64)) in world.seen
    assert paint_screen(Screen(lines=("Défi",), notice="8/16"), (128, 64)) in world.seen
    assert world.dark_again


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_legend_fits_on_every_glass(rotation: int, language: str) -> None:
    heights = (64, 32) if rotation in (0, 180) else (64,)
    for height in heights:
        display = DisplayConfig(height=height, rotation=rotation)
        found = examined(WatchedWorld(config=Config(ReaderConfig(language), display=display)))
        assert found["keypad"].verdict is Verdict.GOOD, found["keypad"]


def test_english_pads_have_english_legends() -> None:
    found = examined(SimulatedWorld(Trouble.ROW_DEAD, config=Config(ReaderConfig("en"))))
    assert found["keypad"].said == "not pressed, or dead: 4 5 6 Challenge"


def test_keys_are_tested_beside_a_dead_display() -> None:
    found = examined(SimulatedWorld(Trouble.DISPLAY_DEAD))
    assert found["keypad"].verdict is Verdict.GOOD


class LateDeath(WatchedWorld):
    """A display that dies once keys are pressed."""

    def keypad(self, config: Config, pins: Pins) -> ScannedKeypad:
        self.parts.display.traffic.die(after=40)
        return super().open_keypad(config, pins)


def test_keys_are_tested_on_when_the_display_dies_meanwhile() -> None:
    assert examined(LateDeath())["keypad"].verdict is Verdict.GOOD


class Lacking(WatchedWorld):
    """Has every Python module but one."""

    def __init__(self, module: str, config: Config) -> None:
        super().__init__(config=config)
        self._module = module

    def has_module(self, module: str) -> bool:
        return module != self._module and super().has_module(module)


@pytest.mark.parametrize(
    ("module", "config", "left_out"),
    [
        ("smbus2", Config(power=PowerConfig(gauge="max17048")), {"display", "battery"}),
        ("spidev", Config(display=DisplayConfig(bus="spi"), power=PowerConfig(gauge="max17048")), {"display"}),
        ("luma.oled", Config(power=PowerConfig(gauge="ina219")), {"display"}),
        ("smartcard", Config(power=PowerConfig(gauge="ina219")), {"pcscd"}),
    ],
)
def test_what_needs_a_module_that_is_not_there_is_not_tried(module: str, config: Config, left_out: set[str]) -> None:
    world = Lacking(module, config)
    found = {name: each for name, each in examined(world).items() if name != "libraries"}
    assert {name for name, each in found.items() if each.verdict is Verdict.LEFT_OUT} == left_out


def test_direct_buttons_are_asked_for_by_their_own_pins() -> None:
    keys = (Key.CODE, Key.OK, *(Key(str(digit)) for digit in range(10)))
    buttons = KeypadConfig(buttons=tuple(zip(keys, (5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 19, 20), strict=True)))
    told: list[str] = []
    found = examined(SimulatedWorld(config=Config(keypad=buttons)), told)
    assert found["keypad"].said == "all 12 keys were pressed, and each was read as itself"
    asked = " ".join(each.split()[1] for each in told if each.startswith("press "))
    assert asked == "Code OK 0 1 2 3 4 5 6 7 8 9"
    dead = examined(SimulatedWorld(Trouble.KEY_DEAD, config=Config(keypad=buttons)))["keypad"]
    assert (dead.said, dead.cure[-33:]) == ("not pressed, or dead: 5", "GPIO12 (header pin 32) and ground")


def test_a_display_on_spi_is_written_to_but_cannot_answer() -> None:
    found = examined(WatchedWorld(config=Config(display=DisplayConfig(bus="spi"))))
    assert "SPI has no answer" in found["display"].said
    assert "i2c bus" not in found


@pytest.mark.parametrize("trouble", [Trouble.NO_GPIO_LIBRARY, Trouble.GPIO_CLASH])
def test_a_display_on_spi_is_left_out_where_nobody_can_drive_its_lines(trouble: Trouble) -> None:
    found = examined(SimulatedWorld(trouble, config=Config(display=DisplayConfig(bus="spi"))))
    assert (found["display"].verdict, found["display"].cure) == (Verdict.LEFT_OUT, SEE_ABOVE)
    alone = examined(SimulatedWorld(trouble, config=Config()))
    assert alone["display"].verdict is Verdict.GOOD, "on I2C it needs no header"


class WorldOf(SimulatedWorld):
    """Its header is reached by the backend given; no other library is there."""

    def __init__(self, backend: str, module: str) -> None:
        self._backend = backend
        self._module = module
        super().__init__()

    def look_at_machine(self) -> Machine:
        return replace(super().look_at_machine(), modules=frozenset({self._module}))

    def open_pins(self, config: Config) -> Pins:
        return BACKENDS[self._backend](self.parts.hardware.circuit)


@pytest.mark.parametrize(
    ("backend", "module", "said"),
    [
        ("gpiozero", "lgpio", "lgpio, through gpiozero"),
        ("gpiod", "gpiod", "gpiod"),
        ("RPi.GPIO", "RPi", "the module RPi.GPIO"),
    ],
)
def test_any_library_for_the_pins_will_do_and_is_named(backend: str, module: str, said: str) -> None:
    found = examined(WorldOf(backend, module))
    assert found["header"].said == f"the header can be used, by {said}"
    assert module in found["libraries"].said.split(", ")
    assert {each.verdict for each in found.values()} == {Verdict.GOOD}


@pytest.mark.parametrize(
    ("kind", "address", "at"), [("ina219", 0, 0x40), ("ina219", 0x41, 0x41), ("max17048", 0, 0x36)]
)
def test_the_configured_gauge_is_asked_where_it_is(kind: str, address: int, at: int) -> None:
    world = SimulatedWorld(config=Config(power=PowerConfig(gauge=kind, gauge_address=address)))
    found = examined(world)
    assert (found["battery"].verdict, found["battery"].said) == (Verdict.GOOD, "100 %")
    assert f"0x{at:02X}" in found["i2c bus"].said
    silent = SimulatedWorld(Trouble.BATTERY_SILENT, config=Config(power=PowerConfig(gauge=kind, gauge_address=address)))
    assert kind.upper() in examined(silent)["battery"].said


def test_what_is_muted_is_left_out() -> None:
    found = examined(SimulatedWorld(config=Config(sound=SoundConfig(buzzer=False, light=False))))
    assert found["sound"].verdict is Verdict.LEFT_OUT
    only_light = SimulatedWorld(config=Config(sound=SoundConfig(buzzer=False)))
    assert examined(only_light)["sound"].said.startswith("played on light")
    assert only_light.parts.hardware.flashes
    assert not only_light.parts.hardware.beeps


def test_the_pattern_is_heard_and_seen() -> None:
    world = SimulatedWorld()
    examined(world)
    assert [level for _, level in world.parts.hardware.beeps] == [True, False, True, False]


# Errors that nobody thought of


class BrokenWorld(SimulatedWorld):
    """A display whose library does what nobody expects, with a text that must not be told."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def open_display(self, config: Config, pins: Pins | None) -> Display:
        raise self._error


def test_an_unexpected_error_is_one_line_without_its_text_and_the_rest_goes_on() -> None:
    found = examined(BrokenWorld(ZeroDivisionError("1234")))
    assert found["display"] == Finding.failed(
        "display", "an unexpected ZeroDivisionError", "please report it, with this line"
    )
    assert found["sound"].verdict is Verdict.GOOD
    assert found["applications"].verdict is Verdict.GOOD
    assert not any("1234" in each.said + each.cure for each in found.values())


def test_a_module_that_cannot_be_loaded_is_named() -> None:
    found = examined(BrokenWorld(ModuleNotFoundError("No module", name="luma")))
    assert found["display"].said == "the Python module luma cannot be loaded"


def test_a_probe_that_raises_in_its_middle_keeps_what_it_found() -> None:
    def half() -> Iterator[Finding]:
        yield Finding.good("a", "b")
        raise RuntimeError("c")

    assert [each.said for each in guard_probe("a", half)] == ["b", "an unexpected RuntimeError"]


# Sentences


@pytest.mark.parametrize(
    ("message", "said", "cure"),
    [
        ("it is dead: check it", "it is dead", "check it"),
        ("it is dead: check it: now", "it is dead", "check it: now"),
        ("row 1: GPIO5 cannot be used: busy. Check the group", "row 1: GPIO5 cannot be used: busy", "Check the group"),
        ("it is dead", "it is dead", ""),
    ],
)
def test_an_error_is_parted_into_what_and_cure(message: str, said: str, cure: str) -> None:
    assert split_remedy(message) == (said, cure)


def test_the_innermost_error_of_ours_is_told() -> None:
    inner = KeypadError("row 1 is taken: free it")
    inner.__cause__ = OSError("busy")
    outer = KeypadError("the keypad cannot start: row 1 is taken: free it")
    outer.__cause__ = inner
    assert Finding.of_error("keypad", outer) == Finding.failed("keypad", "row 1 is taken", "free it")
