"""The controllers' model against their data sheets, and against luma.oled's own drivers, which know nothing of it."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from luma.core.interface.serial import i2c  # type: ignore[import-untyped]
from luma.oled.device import sh1106, ssd1305, ssd1306, ssd1309  # type: ignore[import-untyped]
from PIL import Image

from drivers.display.model import OledModel, StreamError
from drivers.display.panels import PANELS, SSD1306_128X64, Controller, Panel, find_panel
from drivers.display.twin import SmbusTwin, Traffic
from drivers.errors import DisplayError
from drivers.ports import Picture

SH1106 = find_panel("sh1106", 128, 64)
UPRIGHT = bytes([0xA1, 0xC8, 0x8D, 0x14, 0xAF])
LUMA = {
    Controller.SSD1305: ssd1305,
    Controller.SSD1306: ssd1306,
    Controller.SSD1309: ssd1309,
    Controller.SH1106: sh1106,
}


def blank(of: Panel, *commands: int) -> OledModel:
    """An upright, lit model with black memory, in the page addressing mode that a reset leaves."""
    model = OledModel(of)
    model.command(UPRIGHT)
    for page in range(8):
        model.command(bytes([0xB0 | page, 0x00, 0x10]))
        model.data(bytes(128 if of.controller in (Controller.SSD1306, Controller.SSD1309) else 132))
    model.command(bytes([0xB0, 0x00, 0x10, *commands]))
    return model


def lit(model: OledModel) -> set[tuple[int, int]]:
    glass = model.glass()
    return {(x, y) for y in range(glass.height) for x in range(glass.width) if glass.lit(x, y)}


@pytest.mark.filterwarnings("ignore:Image.Image.getdata:DeprecationWarning")  # luma's own drawing, not used by ours
@pytest.mark.parametrize("of", PANELS, ids=str)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_lumas_own_driver_draws_its_picture_on_the_model(of: Panel, data: st.DataObject) -> None:
    model = OledModel(of)
    device = LUMA[of.controller](i2c(bus=SmbusTwin(Traffic(model))), width=of.width, height=of.height)
    pixels = data.draw(st.binary(min_size=of.width * of.height // 8, max_size=of.width * of.height // 8))
    device.display(Image.frombytes("1", (of.width, of.height), pixels))
    stride = of.width // 8
    rows = tuple(int.from_bytes(pixels[at : at + stride]) for at in range(0, len(pixels), stride))
    assert model.glass() == Picture(of.width, of.height, rows)


def test_noise_is_what_the_memory_holds_before_it_is_written() -> None:
    model = OledModel(SSD1306_128X64)
    assert not any(model.glass().rows), "but nothing is lit"
    model.command(UPRIGHT)
    assert any(model.glass().rows)


def test_a_data_byte_stands_upright_with_its_lowest_bit_on_top() -> None:
    model = blank(SSD1306_128X64)
    model.data(bytes([0b00000101, 0b10000000]))
    assert lit(model) == {(0, 0), (0, 2), (1, 7)}


def test_page_mode_stays_in_its_page_and_begins_again_at_its_left_end() -> None:
    model = blank(SSD1306_128X64, 0xB3, 0x0F, 0x17)
    model.data(bytes([1, 1]))
    assert lit(model) == {(127, 24), (0, 24)}


def test_horizontal_mode_goes_on_in_the_next_page_of_the_window() -> None:
    model = blank(SSD1306_128X64, 0x20, 0x00, 0x21, 10, 11, 0x22, 2, 3)
    model.data(bytes([1, 1, 1, 1]))
    assert lit(model) == {(10, 16), (11, 16), (10, 24), (11, 24)}
    model.data(bytes([3]))
    assert lit(model) >= {(10, 16), (10, 17)}


def test_vertical_mode_goes_down_first() -> None:
    model = blank(SSD1306_128X64, 0x20, 0x01, 0x21, 10, 11, 0x22, 2, 3)
    model.data(bytes([1, 1, 1]))
    assert lit(model) == {(10, 16), (10, 24), (11, 16)}


def test_remap_changes_what_is_written_later_on_an_ssd1306_and_what_is_shown_on_an_sh1106() -> None:
    solomon, sino = blank(SSD1306_128X64), blank(SH1106, 0x02)
    for model in (solomon, sino):
        model.data(b"\x01")
        model.command(b"\xa0")
    assert lit(solomon) == {(0, 0)}
    assert lit(sino) == {(127, 0)}


def test_scanning_the_other_way_turns_the_glass_over_at_once() -> None:
    model = blank(SSD1306_128X64)
    model.data(b"\x01")
    model.command(b"\xc0")
    assert lit(model) == {(0, 63)}


@pytest.mark.parametrize("shift", [(0x45,), (0xD3, 0x05)], ids=["start line", "offset"])
def test_start_line_and_offset_move_the_glass_over_the_memory(shift: tuple[int, ...]) -> None:
    model = blank(SSD1306_128X64, *shift)
    model.data(b"\x01")
    assert lit(model) == {(0, 59)}


def test_rows_beyond_the_multiplex_ratio_are_dark() -> None:
    model = blank(SSD1306_128X64, 0xA5)
    assert len(lit(model)) == 128 * 64
    model.command(bytes([0xA8, 31]))
    assert {y for _, y in lit(model)} == set(range(32, 64))


def test_inversion_and_all_on() -> None:
    model = blank(SSD1306_128X64, 0xA7)
    model.data(b"\x01")
    assert len(lit(model)) == 128 * 64 - 1
    model.command(b"\xa6\xa5")
    assert len(lit(model)) == 128 * 64
    model.command(b"\xa4")
    assert lit(model) == {(0, 0)}


def test_a_panel_that_is_off_or_has_no_pump_is_dark_whatever_its_memory_holds() -> None:
    model = blank(SSD1306_128X64, 0xA5)
    model.command(b"\x8d\x10")
    assert not lit(model)
    model.command(b"\x8d\x14\xae")
    assert not lit(model)


def test_an_sh1106_ignores_addressing_mode_and_pump_with_their_arguments() -> None:
    model = blank(SH1106, 0xB2, 0x05, 0x10)
    model.command(b"\x20\x10\x8d\x14")
    model.data(b"\x01")
    assert lit(model) == {(3, 16)}, "neither 10 nor 14 was taken for a column"


@pytest.mark.parametrize(
    "send",
    [
        lambda model: model.command(b"\x97"),
        lambda model: model.command(b"\x20\x03"),
        lambda model: model.command(b"\x21\x05\x04"),
        lambda model: model.command(b"\x21\x00\x80"),
        lambda model: model.command(b"\x22\x00\x08"),
        lambda model: model.command(b"\xa8\x40"),
        lambda model: (model.command(b"\x21\x00"), model.data(b"\x00")),
        lambda model: (model.command(b"\xda\x02"), model.glass()),
    ],
    ids=["unknown", "mode", "backwards", "column", "page", "multiplex", "data in a command", "COM pins"],
)
def test_a_stream_that_no_driver_should_send_is_loud(send: Callable[[OledModel], object]) -> None:
    with pytest.raises(StreamError):
        send(blank(SSD1306_128X64))


def test_an_sh1106_has_no_windows() -> None:
    with pytest.raises(StreamError, match="no command 0x21"):
        blank(SH1106).command(b"\x21")


def test_a_wire_that_talks_nonsense_is_loud() -> None:
    bus = SmbusTwin(Traffic(OledModel(SSD1306_128X64)))
    with pytest.raises(StreamError, match="control byte"):
        bus.write_i2c_block_data(0x3C, 0x80, [0xAE])
    with pytest.raises(StreamError, match="33 bytes"):
        bus.write_i2c_block_data(0x3C, 0x40, [0] * 33)
    with pytest.raises(OSError, match="nobody"):
        bus.write_i2c_block_data(0x3D, 0x00, [0xAE])


def test_after_a_torn_transfer_half_commands_are_forgiven_until_the_controller_is_switched_off() -> None:
    model = blank(SSD1306_128X64)
    model.tear_glass()
    model.command(b"\x21\x7f\x00\x97")
    model.command(b"\xae")
    with pytest.raises(StreamError):
        model.command(b"\x97")


def test_a_panel_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(DisplayError, match="ssd1306 128x64, ssd1306 128x32"):
        find_panel("ssd1306", 128, 128)
