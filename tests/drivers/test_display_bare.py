"""Dark without luma, smbus2 and spidev: by the kernel's device files alone."""

import errno
import sys
from argparse import Namespace
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from drivers.board_twin import BoardTwin
from drivers.circuit import Drive
from drivers.clock import SteppedClock
from drivers.display.bare import I2C_SLAVE, SpiPlace, dark_messages, darken_i2c, darken_spi
from drivers.display.model import OledModel
from drivers.display.panels import PANELS, SSD1306_128X64, Panel
from drivers.display.twin import DisplayTwin
from drivers.errors import DisplayError
from drivers.ports import Picture
from sesame.commands import blank


def lit(panel: Panel) -> OledModel:
    """A display that shows something, left where a transfer was torn off."""
    display = DisplayTwin(panel)
    display.start()
    display.show_picture(Picture(*display.size, ((1 << display.size[0]) - 1,) * display.size[1]))
    model = display.traffic.model
    assert any(model.glass().rows)
    return model


@pytest.mark.parametrize("panel", PANELS, ids=str)
@pytest.mark.parametrize("half", [b"", b"\x81", b"\x21", b"\x21\x07"], ids=["none", "contrast", "window", "more of it"])
def test_a_lit_panel_is_dark_and_its_memory_black_whatever_was_torn_off(panel: Panel, half: bytes) -> None:
    model = lit(panel)
    if half:
        model.tear_glass()
        model.command(half)
    for data, content in dark_messages(panel):
        (model.data if data else model.command)(content)
    assert not any(model.glass().rows)
    assert not any(map(any, model.memory))


def test_on_i2c_each_message_has_its_control_byte_and_goes_to_the_address(
    mocker: MockerFixture, tmp_path: Path
) -> None:
    model = lit(SSD1306_128X64)
    (tmp_path / "i2c-7").touch()
    asked = mocker.patch("fcntl.ioctl")

    def carry(_descriptor: int, content: bytes) -> None:
        {0x00: model.command, 0x40: model.data}[content[0]](content[1:])

    mocker.patch("os.write", side_effect=carry)
    darken_i2c(SSD1306_128X64, 7, 0x3D, tmp_path)
    assert not any(map(any, model.memory))
    assert [call.args[1:] for call in asked.call_args_list] == [(I2C_SLAVE, 0x3D)]


def test_on_spi_the_line_says_what_is_data_and_both_lines_are_let_go(mocker: MockerFixture, tmp_path: Path) -> None:
    model, hardware = lit(SSD1306_128X64), BoardTwin(SteppedClock())
    (tmp_path / "spidev0.1").touch()

    def carry(_descriptor: int, content: bytes) -> None:
        assert hardware.circuit.level_of(25), "a display in reset hears nothing"
        (model.data if hardware.circuit.level_of(24) else model.command)(content)

    mocker.patch("os.write", side_effect=carry)
    darken_spi(SSD1306_128X64, SpiPlace(0, 1, 24, 25), hardware.pins, tmp_path)
    assert not any(map(any, model.memory))
    assert {hardware.circuit.drive_wire(line) for line in (24, 25)} == {Drive.FLOATING}


def descriptors() -> list[str]:
    return sorted(each.name for each in Path("/proc/self/fd").iterdir())


def test_a_display_that_does_not_answer_is_said_and_nothing_is_kept_open(mocker: MockerFixture, tmp_path: Path) -> None:
    with pytest.raises(DisplayError, match="i2c-1, address 0x3C: No such file"):
        darken_i2c(SSD1306_128X64, 1, 0x3C, tmp_path)
    (tmp_path / "i2c-1").touch()
    mocker.patch("fcntl.ioctl")
    mocker.patch("os.write", side_effect=OSError(errno.EREMOTEIO, "Remote I/O error"))
    before = descriptors()
    with pytest.raises(DisplayError, match="Remote I/O error; the display is not dark"):
        darken_i2c(SSD1306_128X64, 1, 0x3C, tmp_path)
    assert descriptors() == before
    hardware = BoardTwin(SteppedClock())
    with pytest.raises(DisplayError, match=r"spidev0\.0: No such file"):
        darken_spi(SSD1306_128X64, SpiPlace(0, 0, 24, 25), hardware.pins, tmp_path)
    assert {hardware.circuit.drive_wire(line) for line in (24, 25)} == {Drive.FLOATING}


@pytest.mark.parametrize("bus", ["i2c", "spi"])
def test_blank_darkens_where_luma_cannot_be_imported(bus: str, mocker: MockerFixture, tmp_path: Path) -> None:
    """Missing, or older than ssd1305 and so an ImportError of another kind."""
    mocker.patch.dict(sys.modules, {"luma.core": None, "luma.oled": None, "luma.core.error": None})
    for module in ("drivers.display.luma", "drivers.display.chips"):
        mocker.patch.dict(sys.modules)
        sys.modules.pop(module, None)
    hardware = BoardTwin(SteppedClock())
    mocker.patch("drivers.gpio.factory.open_pins", return_value=hardware.pins)
    i2c, spi = (mocker.patch(f"drivers.display.bare.darken_{each}") for each in ("i2c", "spi"))
    file = tmp_path / "reader.toml"
    file.write_text(f'[display]\nbus = "{bus}"\naddress = 0x3D\n[spi]\nchip_select = 1\n')
    assert blank.run(Namespace(config=file, json=False)) == 0
    if bus == "i2c":
        i2c.assert_called_once_with(SSD1306_128X64, 1, 0x3D)
        spi.assert_not_called()
    else:
        spi.assert_called_once_with(SSD1306_128X64, SpiPlace(0, 1, 24, 25), hardware.pins)
        i2c.assert_not_called()
