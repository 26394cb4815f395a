"""Every display that can be configured makes a code that can be read on its glass, and is dark 35 seconds later."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_mock import MockerFixture

from device.config import Config, DisplayConfig, KeypadConfig
from device.displays import real_display
from device.errors import ConfigError
from drivers.board_circuit import Drive
from drivers.board_twin import BoardTwin
from drivers.clock import SteppedClock
from drivers.display_twin import Soldered, SpidevTwin, Traffic
from drivers.errors import DriverError
from drivers.gpio_factory import Backend, Machine
from drivers.oled_bus import SpiBus
from drivers.oled_model import OledModel
from drivers.oled_panels import PANELS, SSD1306_128X64
from drivers.raster import paint
from sesame.commands import blank
from sesame_core.views import view
from sesame_core.words import LANGUAGES
from simulator.bench import Bench
from tests.core.test_views_of_states import every_state
from tests.story import FIRST_CODE, Story

UPRIGHT = (64, 128)


def displays() -> Iterator[DisplayConfig]:
    """Every controller with every glass of 128 columns, bus and rotation that the configuration allows."""
    for panel in PANELS:
        for bus in ("i2c", "spi") if panel.width == 128 else ():
            for rotation in (0, 90, 180, 270) if panel.height == 64 else (0, 180):
                yield DisplayConfig(panel.controller.value, panel.height, bus, rotation=rotation)


def name(wired: DisplayConfig) -> str:
    return f"{wired.controller}-{wired.height}-{wired.bus}-{wired.rotation}"


def bench_with(wired: DisplayConfig) -> Bench:
    return Bench(Config(display=wired))


@pytest.mark.parametrize("wired", tuple(displays()), ids=name)
def test_a_code_is_shown_and_gone_after_35_seconds(wired: DisplayConfig) -> None:
    bench = bench_with(wired)
    reader = Story(bench)
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()
    assert bench.glass() == paint(bench.loop.screen, bench.parts.display.size)
    reader.wait(35_000)
    assert reader.dark()


@pytest.mark.parametrize(("rotation", "size"), [(0, (128, 64)), (90, UPRIGHT), (180, (128, 64)), (270, UPRIGHT)])
def test_a_turned_display_is_drawn_for_who_looks_at_it(rotation: int, size: tuple[int, int]) -> None:
    bench = bench_with(DisplayConfig("sh1106", rotation=rotation))
    assert bench.parts.display.size == size
    assert bench.glass() == paint(bench.loop.screen, size)


def test_what_a_turned_display_is_sent_is_turned() -> None:
    straight, turned = bench_with(DisplayConfig()), bench_with(DisplayConfig(rotation=180))
    assert straight.glass() == turned.glass()
    on_panel = [bench.parts.display.traffic.model.glass() for bench in (straight, turned)]
    assert on_panel[0] != on_panel[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_on_a_display_that_stands_upright(language: str) -> None:
    drawn: set[object] = set()
    for each in every_state():
        screen = view(replace(each, rules=replace(each.rules, language=language)), 1000)
        look = (screen.lines, screen.field, screen.notice, screen.bar, screen.code and len(screen.code))
        if look not in drawn:
            drawn.add(look)
            paint(screen, UPRIGHT)  # raises where something does not fit
    assert len(drawn) > 100


def test_a_low_display_cannot_stand_upright() -> None:
    with pytest.raises(ConfigError, match="take 0 or 180"):
        Config(display=DisplayConfig(height=32, rotation=90))


@pytest.mark.parametrize("contrast", [1, 0x8F, 255])
def test_the_brightness_reaches_the_controller(contrast: int) -> None:
    assert bench_with(DisplayConfig(contrast=contrast)).parts.display.traffic.model.registers.contrast == contrast


@pytest.mark.parametrize("wired", [DisplayConfig(), DisplayConfig(bus="spi"), DisplayConfig("sh1106", rotation=90)])
def test_the_real_display_is_composed_from_the_same_settings(wired: DisplayConfig) -> None:
    config = Config(display=wired)
    pins = BoardTwin(SteppedClock()).pins
    assert real_display(config, pins).size == bench_with(wired).parts.display.size


def test_a_display_on_spi_can_have_its_lines_elsewhere() -> None:
    bench = bench_with(DisplayConfig(bus="spi", spi_device=1, dc=22, reset=23))
    reader = Story(bench)
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()
    pins = bench.parts.hardware.pins
    for line, name in ((22, "data/command"), (23, "reset")):
        with pytest.raises(DriverError, match=f"a wire and display {name} are both on GPIO{line}"):
            pins.input(line, "a wire")
    for free in (24, 25):
        pins.input(free, "a wire")


def test_alone_a_display_opens_the_header_only_where_it_needs_it(mocker: MockerFixture) -> None:
    opened = mocker.patch("drivers.gpio_factory.open_pins", return_value=BoardTwin(SteppedClock()).pins)
    real_display(Config())
    opened.assert_not_called()
    real_display(Config(keypad=KeypadConfig("gpiod"), display=DisplayConfig(bus="spi")))
    assert [call.args[0] for call in opened.call_args_list] == [Backend.GPIOD], "the configured library has every pin"


def test_alone_a_display_on_spi_says_that_there_is_no_header(mocker: MockerFixture) -> None:
    mocker.patch("drivers.gpio_factory.look", return_value=Machine())
    with pytest.raises(DriverError, match="no Raspberry Pi header"):
        real_display(Config(display=DisplayConfig(bus="spi")))


def test_the_glass_on_spi_is_blanked_by_command(mocker: MockerFixture, tmp_path: Path) -> None:
    """What systemd runs after every end of the reader: a header of its own, let go of again."""
    hardware, traffic = BoardTwin(SteppedClock()), Traffic(OledModel(SSD1306_128X64))
    mocker.patch("drivers.gpio_factory.open_pins", return_value=hardware.pins)
    place = Soldered(SpiBus(hardware.pins), hardware.circuit)
    mocker.patch.dict(sys.modules, {"spidev": SimpleNamespace(SpiDev=lambda: SpidevTwin(traffic, place))})
    traffic.model.command(b"\x8d\x14\xaf")
    assert any(traffic.model.glass().rows), "left as it was, with whatever it showed"
    file = tmp_path / "reader.toml"
    file.write_text('[display]\nbus = "spi"\n')
    assert blank.run(Namespace(config=file)) == 0
    assert not any(traffic.model.glass().rows)
    assert not any(map(any, traffic.model.memory))
    assert {hardware.circuit.drive(line) for line in (24, 25)} == {Drive.FLOATING}
