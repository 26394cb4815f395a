"""Every display that can be configured makes a code that can be read on its glass, and is dark 35 seconds later."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from device.config import Config, DisplayConfig
from device.displays import real_display
from device.errors import ConfigError
from drivers.oled_panels import PANELS
from drivers.raster import paint
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
    assert real_display(config).size == bench_with(wired).parts.display.size
