"""The real display driver on the bus that decodes: what was drawn is what a person sees, after every frame, and at what
cost in bytes. Over every controller, both buses and every rotation."""

import atexit
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.display.luma import LumaDisplay
from drivers.display.panels import PANELS, SSD1306_128X64, Controller, Panel
from drivers.display.twin import DisplayTwin, Soldered
from drivers.painter.raster import paint_screen
from drivers.ports import Picture
from sesame_core.errors import UsageError
from sesame_core.screens import Bar, Masked, Screen
from sesame_core.secrets import SecretDigits
from tests.drivers.test_display_bus import on_spi

ROTATIONS = (0, 90, 180, 270)
BUSES: dict[str, Callable[[], Soldered | None]] = {"i2c": lambda: None, "spi": on_spi}
FULL_FRAMES = {Controller.SH1106: 1128}
"""Bytes of a full 128x64 frame as luma sends it over a bus of 32-byte blocks: 1024 of picture and their addressing."""

every_panel = pytest.mark.parametrize("panel", PANELS, ids=str)
every_bus = pytest.mark.parametrize("bus", BUSES)
every_rotation = pytest.mark.parametrize("rotation", ROTATIONS)


def display(panel: Panel, bus: str = "i2c", rotation: int = 0) -> DisplayTwin:
    twin = DisplayTwin(panel, rotation=rotation, spi=BUSES[bus]())
    twin.start()
    return twin


def code(digits: str) -> SecretDigits:
    secret = SecretDigits(len(digits))
    for digit in digits:
        secret.append(int(digit))
    return secret


def black(twin: DisplayTwin) -> bool:
    """Under the glass there is nothing, even if the panel were switched on again."""
    twin.traffic.model.command(b"\xaf")
    return not any(twin.glass().rows)


@every_rotation
@every_bus
@every_panel
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_the_glass_is_the_picture_after_every_frame(panel: Panel, bus: str, rotation: int, data: st.DataObject) -> None:
    twin = display(panel, bus, rotation)
    width, height = twin.size
    picture = Picture.dark(width, height)
    for _ in range(data.draw(st.integers(1, 6))):
        rows = list(picture.rows)
        for y in data.draw(st.lists(st.integers(0, height - 1), max_size=6)):
            rows[y] = data.draw(st.integers(0, (1 << width) - 1))
        picture = Picture(width, height, tuple(rows))
        if data.draw(st.integers(0, 4)) == 0:
            twin.switch_off()
            assert not any(twin.glass().rows)
        twin.show_picture(picture)
        assert twin.glass() == picture
    twin.close()
    assert black(twin)


@every_bus
@every_panel
def test_a_start_is_dark_and_not_one_frame_of_noise_is_lit(panel: Panel, bus: str) -> None:
    twin = DisplayTwin(panel, spi=BUSES[bus]())
    assert any(map(any, twin.traffic.model.memory)), "the memory is full of noise"
    twin.start()
    assert not twin.traffic.model.registers.on
    assert black(twin)


@pytest.mark.parametrize("panel", [each for each in PANELS if each.height == 64], ids=str)
def test_one_mark_costs_at_most_fifteen_per_cent_of_a_full_frame(panel: Panel) -> None:
    twin = display(panel)
    twin.show_picture(paint_screen(Screen(lines=("CODE SECRET ?",), field=Masked(0, 4)), twin.size))
    for typed in range(1, 5):
        before = twin.traffic.bytes
        twin.show_picture(paint_screen(Screen(lines=("CODE SECRET ?",), field=Masked(typed, 4)), twin.size))
        assert twin.traffic.bytes - before <= 0.15 * FULL_FRAMES.get(panel.controller, 1034)


def test_the_bytes_of_known_frames() -> None:
    """Golden figures: a mark, a code in its place, one step of the bar, the same picture again."""
    twin = display(SSD1306_128X64)
    costs = []
    for screen in (
        Screen(field=Masked(0, 4)),
        Screen(field=Masked(1, 4)),
        Screen(code=code("34656023"), bar=Bar(35, 35)),
        Screen(code=code("34656023"), bar=Bar(34, 35)),
        Screen(code=code("34656023"), bar=Bar(34, 35)),
    ):
        before = twin.traffic.bytes
        twin.show_picture(paint_screen(screen, twin.size))
        costs.append(twin.traffic.bytes - before)
    assert costs[1:] == [32, 823, 13, 0]


@every_panel
def test_off_leaves_nothing_in_the_memory_and_nothing_lit(panel: Panel) -> None:
    twin = display(panel)
    twin.show_picture(paint_screen(Screen(code=code("34656023")), twin.size))
    assert any(twin.glass().rows)
    twin.switch_off()
    assert not twin.traffic.model.registers.on
    assert black(twin)


def test_a_controller_that_lost_its_supply_while_dark_is_initialised_when_it_is_needed_again() -> None:
    twin = display(SSD1306_128X64)
    picture = paint_screen(Screen(lines=("PATIENTEZ",)), twin.size)
    twin.show_picture(picture)
    twin.switch_off()
    twin.traffic.model.reset()
    twin.show_picture(picture)
    assert twin.glass() == picture


def test_the_contrast_is_moderate_unless_asked_for() -> None:
    assert display(SSD1306_128X64).traffic.model.registers.contrast == 0x7F
    bright = DisplayTwin(contrast=200)
    bright.start()
    assert bright.traffic.model.registers.contrast == 200


@pytest.mark.parametrize(("rotation", "contrast"), [(45, 0), (0, 256), (0, -1)])
def test_impossible_settings_are_refused(rotation: int, contrast: int) -> None:
    with pytest.raises(UsageError, match="rotation"):
        DisplayTwin(rotation=rotation, contrast=contrast)


@every_rotation
def test_the_size_is_what_the_person_sees(rotation: int) -> None:
    twin = DisplayTwin(rotation=rotation)
    assert twin.size == ((64, 128) if rotation in (90, 270) else (128, 64))


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(UsageError, match="64 x 32"):
        display(SSD1306_128X64).show_picture(Picture.dark(64, 32))


def test_the_driver_keeps_no_picture_of_a_code_once_it_is_off() -> None:
    twin = display(SSD1306_128X64)
    twin.show_picture(paint_screen(Screen(code=code("34656023")), twin.size))
    sent = twin._sent
    assert any(sent)
    twin.switch_off()
    assert not any(sent), "the very buffer is overwritten"


def test_luma_leaves_nothing_for_the_interpreters_exit() -> None:
    before = atexit._ncallbacks()
    twin = display(SSD1306_128X64)
    twin.show_picture(Picture.dark(*twin.size))
    twin.close()
    assert atexit._ncallbacks() == before


@every_bus
def test_close_may_come_twice_without_start_and_before_a_new_start(bus: str) -> None:
    twin = DisplayTwin(spi=BUSES[bus]())
    twin.close()
    assert twin.traffic.transfers == 0, "a display that was never used is left alone"
    twin.start()
    twin.show_picture(paint_screen(Screen(lines=("PATIENTEZ",)), twin.size))
    twin.close()
    sent = twin.traffic.transfers
    twin.close()
    assert twin.traffic.transfers == sent
    twin.start()
    assert black(twin)


def test_a_twin_is_the_real_driver() -> None:
    assert issubclass(DisplayTwin, LumaDisplay)
    assert {"start", "show", "off", "close", "size"}.isdisjoint(vars(DisplayTwin))


def test_a_panel_that_is_lit_is_not_lit_again() -> None:
    """One changed pixel is its window and its byte; the first picture is lit after it."""
    twin = DisplayTwin()
    twin.start()
    dark = Picture.dark(*twin.size)
    dot = Picture(dark.width, dark.height, (1, *dark.rows[1:]))
    before = twin.traffic.transfers
    twin.show_picture(dot)
    assert twin.traffic.transfers - before == 3
    twin.show_picture(dark)
    assert twin.traffic.transfers - before == 5
    twin.show_picture(dark)
    assert twin.traffic.transfers - before == 5, "nothing has changed"
    twin.close()
