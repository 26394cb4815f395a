"""Every display that can be configured makes a code that can be read on its glass, and is dark 35 seconds later."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_mock import MockerFixture

from device.config import Config, DisplayConfig, GpioConfig, SpiConfig, merge_config
from device.displays import real_display
from device.errors import ConfigError
from drivers.board_twin import BoardTwin
from drivers.circuit import Drive
from drivers.clock import SteppedClock
from drivers.display.bus import SpiBus
from drivers.display.model import OledModel
from drivers.display.panels import ADDRESSES, CONTROLLERS, PANELS, SSD1306_128X64, Controller, find_panel
from drivers.display.twin import DisplayTwin, Soldered, SpidevTwin, Traffic
from drivers.errors import DriverError
from drivers.gpio.factory import Backend, Machine
from drivers.painter.raster import paint_screen
from drivers.ports import Picture
from sesame.cli import main
from sesame.commands import blank
from sesame_core.reader.views import view_state
from sesame_core.reader.words import LANGUAGES
from simulator.bench import Bench
from tests.core.test_views_of_states import every_state
from tests.story import FIRST_CODE, Story

UPRIGHT = (64, 128)


def displays() -> Iterator[DisplayConfig]:
    """Every controller with every glass of 128 columns, bus and rotation that the configuration allows."""
    for each in PANELS:
        for bus in ("i2c", "spi") if each.width == 128 else ():
            for rotation in (0, 90, 180, 270) if each.height == 64 else (0, 180):
                yield DisplayConfig(each.controller.value, each.height, bus, rotation=rotation)


def name(wired: DisplayConfig) -> str:
    return f"{wired.controller}-{wired.height}-{wired.bus}-{wired.rotation}"


def bench_with(wired: DisplayConfig, spi: SpiConfig = SpiConfig()) -> Bench:  # noqa: B008 - a value, frozen
    return Bench(Config(display=wired, spi=spi))


@pytest.mark.parametrize("wired", tuple(displays()), ids=name)
def test_a_code_is_shown_and_gone_after_35_seconds(wired: DisplayConfig) -> None:
    bench = bench_with(wired)
    reader = Story(bench)
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()
    assert bench.glass() == paint_screen(bench.loop.screen, bench.parts.display.size)
    reader.wait(35_000)
    assert reader.dark()


@pytest.mark.parametrize(("rotation", "size"), [(0, (128, 64)), (90, UPRIGHT), (180, (128, 64)), (270, UPRIGHT)])
def test_a_turned_display_is_drawn_for_who_looks_at_it(rotation: int, size: tuple[int, int]) -> None:
    bench = bench_with(DisplayConfig("sh1106", rotation=rotation))
    assert bench.parts.display.size == size
    assert bench.glass() == paint_screen(bench.loop.screen, size)


def test_what_a_turned_display_is_sent_is_turned() -> None:
    straight, turned = bench_with(DisplayConfig()), bench_with(DisplayConfig(rotation=180))
    assert straight.glass() == turned.glass()
    on_panel = [bench.parts.display.traffic.model.glass() for bench in (straight, turned)]
    assert on_panel[0] != on_panel[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overflows_on_a_display_that_stands_upright(language: str) -> None:
    drawn: set[object] = set()
    for each in every_state():
        screen = view_state(replace(each, rules=replace(each.rules, language=language)), 1000)
        look = (screen.lines, screen.field, screen.notice, screen.bar, screen.code and len(screen.code))
        if look not in drawn:
            drawn.add(look)
            paint_screen(screen, UPRIGHT)  # raises where something does not fit
    assert len(drawn) > 100


SOLD = [
    (controller.value, height, bus, rotation)
    for controller, facts in CONTROLLERS.items()
    for height in (64, 32)
    for bus in ("i2c", "spi")
    for rotation in (0, 90)
    if rotation == 0 or height == 64
]


@pytest.mark.parametrize(("controller", "height", "bus", "rotation"), SOLD)
def test_what_the_configuration_calls_good_the_display_takes(
    controller: str, height: int, bus: str, rotation: int
) -> None:
    """`sh1106` 128x32 was good for `config check`, and the reader did not start."""
    wired = DisplayConfig(controller, height, bus, rotation=rotation)
    exists = (128, height) in CONTROLLERS[Controller(controller)].glasses
    if exists:
        assert real_display(Config(display=wired), BoardTwin(SteppedClock()).pins).size[0] in (128, 64)
    else:
        with pytest.raises(
            ConfigError, match=rf"\[display\]: no display {controller} 128x32; there are: ssd1306 128x64,"
        ):
            Config(display=wired)


def test_a_file_with_a_display_that_is_not_made_is_named_by_config_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "reader.toml"
    file.write_text('[display]\ncontroller = "sh1106"\nheight = 32\n')
    assert main(["config", "check", "--config", str(file)]) != 0
    said = capsys.readouterr().err
    assert f"{file}: [display]: no display sh1106 128x32" in said
    assert "64x48" not in said, "what no setting can choose is no cure"


@pytest.mark.parametrize("address", range(0x08, 0x78))
def test_a_display_is_looked_for_only_where_its_controller_can_be(address: int) -> None:
    wired = DisplayConfig(address=address)
    if address in ADDRESSES:
        assert Config(display=wired).display.address == address
    else:
        with pytest.raises(ConfigError, match=rf"has the address 0x{address:02X}; it can have 0x3C or 0x3D"):
            Config(display=wired)
    Config(display=replace(wired, bus="spi"))  # where nobody asks for one


EDGES = [("sh1106", 64, 0), ("sh1106", 64, 2), ("ssd1305", 64, 0), ("ssd1305", 64, 4), ("ssd1305", 32, 0)]


@pytest.mark.parametrize(("controller", "height", "first"), EDGES)
@pytest.mark.parametrize("rotation", [0, 180])
@pytest.mark.parametrize("bus", ["i2c", "spi"])
def test_the_first_column_reaches_the_bus(controller: str, height: int, first: int, rotation: int, bus: str) -> None:
    """The module's glass begins where it begins; only the setting that says so brings the picture under it."""
    wired = DisplayConfig(controller, height, bus, rotation=rotation, first_column=first)
    bench = bench_with(wired)
    bench.insert_card("bank-card")
    assert bench.parts.display.traffic.model.panel.left == first
    assert bench.glass() == paint_screen(bench.loop.screen, bench.parts.display.size)
    bench.parts.display.close()
    assert not any(map(any, under_the_glass(bench.parts.display.traffic.model))), "no noise is left at the edge"


def under_the_glass(model: OledModel) -> list[bytes]:
    rows = model.memory[: model.panel.height // 8]
    mirrored = [bytes(row)[::-1] if model.panel.controller is not Controller.SH1106 else bytes(row) for row in rows]
    return [row[model.panel.left : model.panel.left + model.panel.width] for row in mirrored]


@pytest.mark.parametrize(("controller", "real", "believed"), [("sh1106", 0, 2), ("sh1106", 2, 0), ("ssd1305", 4, 0)])
def test_a_wrong_first_column_shifts_the_picture(controller: str, real: int, believed: int) -> None:
    module, told = find_panel(controller, 128, 64, real), find_panel(controller, 128, 64, believed)
    display = DisplayTwin(told, module=module)
    display.start()
    everything = Picture(128, 64, ((1 << 128) - 1,) * 64)
    display.show_picture(everything)
    assert display.glass() != everything, "noise at an edge"


@pytest.mark.parametrize(("controller", "first"), [("ssd1306", 1), ("ssd1309", 2), ("sh1106", 5), ("sh1106", -1)])
def test_a_glass_cannot_begin_where_it_would_end_beyond_the_memory(controller: str, first: int) -> None:
    with pytest.raises(ConfigError, match=rf"cannot begin at column {first}; possible is (only 0|0 to 4)"):
        Config(display=DisplayConfig(controller, first_column=first))


def test_the_first_column_is_read_and_shown_like_any_setting() -> None:
    assert merge_config({"display": {"controller": "sh1106", "first_column": 0}}, "here").display.first_column == 0
    assert merge_config({"display": {"first_column": ""}}, "here").display.first_column is None
    for wrong in (True, "2", 1.0):
        with pytest.raises(ConfigError, match=r"display.first_column is .*; allowed is the memory column"):
            merge_config({"display": {"first_column": wrong}}, "here")


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
    bench = bench_with(DisplayConfig(bus="spi", dc=22, reset=23), SpiConfig(chip_select=1))
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
    opened = mocker.patch("drivers.gpio.factory.open_pins", return_value=BoardTwin(SteppedClock()).pins)
    real_display(Config())
    opened.assert_not_called()
    real_display(Config(gpio=GpioConfig("gpiod"), display=DisplayConfig(bus="spi")))
    assert [call.args[0] for call in opened.call_args_list] == [Backend.GPIOD], "the configured library has every pin"


def test_alone_a_display_on_spi_says_that_there_is_no_header(mocker: MockerFixture) -> None:
    mocker.patch("drivers.gpio.factory.look_at_machine", return_value=Machine())
    with pytest.raises(DriverError, match="no Raspberry Pi header"):
        real_display(Config(display=DisplayConfig(bus="spi")))


def test_the_glass_on_spi_is_blanked_by_command(mocker: MockerFixture, tmp_path: Path) -> None:
    """What systemd runs after every end of the reader: a header of its own, let go of again."""
    hardware, traffic = BoardTwin(SteppedClock()), Traffic(OledModel(SSD1306_128X64))
    mocker.patch("drivers.gpio.factory.open_pins", return_value=hardware.pins)
    place = Soldered(SpiBus(hardware.pins), hardware.circuit)
    mocker.patch.dict(sys.modules, {"spidev": SimpleNamespace(SpiDev=lambda: SpidevTwin(traffic, place))})
    traffic.model.command(b"\x8d\x14\xaf")
    assert any(traffic.model.glass().rows), "left as it was, with whatever it showed"
    file = tmp_path / "reader.toml"
    file.write_text('[display]\nbus = "spi"\n')
    assert blank.run(Namespace(config=file, json=False)) == 0
    assert not any(traffic.model.glass().rows)
    assert not any(map(any, traffic.model.memory))
    assert {hardware.circuit.drive_wire(line) for line in (24, 25)} == {Drive.FLOATING}
