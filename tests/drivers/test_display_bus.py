"""Opening the real wires: what luma, smbus2 and spidev say when they cannot, and what a person is told then."""

import errno
import sys
from types import SimpleNamespace

import pytest
from gpiozero import OutputDevice  # type: ignore[import-untyped]
from gpiozero.pins.mock import MockFactory, MockPin  # type: ignore[import-untyped]
from pytest_mock import MockerFixture

from drivers.display_luma import LumaDisplay
from drivers.display_twin import DisplayTwin, SmbusTwin, SpidevTwin, Traffic
from drivers.errors import DisplayError
from drivers.oled_bus import I2cBus, Lines, SpiBus, open_spi
from drivers.oled_model import OledModel
from drivers.oled_panels import PANELS, SSD1306_128X64, Panel
from drivers.raster import paint
from sesame_core.errors import UsageError
from sesame_core.screens import Screen

SCREEN = Screen(lines=("INSÉREZ VOTRE CARTE",))


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_a_bus_that_luma_opens_itself_carries_whole_frames_in_one_message(panel: Panel, mocker: MockerFixture) -> None:
    """luma uses smbus2's i2c_rdwr on a bus of its own, and blocks of 32 bytes on one that it is given."""
    traffic = Traffic(OledModel(panel))
    opened = mocker.patch("smbus2.SMBus", side_effect=lambda port: SmbusTwin(traffic, 0x3D))
    display = LumaDisplay(I2cBus(port=7, address=0x3D), panel)
    display.start()
    picture = paint(SCREEN, display.size)
    display.show(picture)
    assert traffic.model.glass() == picture
    opened.assert_called_once_with(7)
    before = traffic.transfers
    display.off()
    pages = panel.height // 8 if panel.controller.value == "sh1106" else 1
    assert traffic.transfers - before == 2 * pages + 1, "addresses and data of the black frame, and switching off"
    display.close()


@pytest.mark.parametrize(
    ("failure", "cure"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file", "/dev/i2c-1"), "no /dev/i2c-1: switch I2C on"),
        (PermissionError(errno.EACCES, "Permission denied", "/dev/i2c-1"), "usermod -aG i2c"),
        (OSError(errno.EBUSY, "Device busy"), "/dev/i2c-1 cannot be opened: Device busy"),
    ],
)
def test_an_i2c_bus_that_does_not_open_says_what_to_do(failure: OSError, cure: str, mocker: MockerFixture) -> None:
    mocker.patch("smbus2.SMBus", side_effect=failure)
    display = LumaDisplay(I2cBus())
    with pytest.raises(DisplayError, match=cure) as caught:
        display.start()
    assert caught.value.__cause__ is not None
    display.close()


def test_a_display_that_is_not_at_its_address_says_how_to_find_it(mocker: MockerFixture) -> None:
    mocker.patch("smbus2.SMBus", side_effect=lambda port: SmbusTwin(Traffic(OledModel(SSD1306_128X64)), 0x3D))
    with pytest.raises(DisplayError, match=r"0x3c is configured, `i2cdetect -y 1`"):
        LumaDisplay(I2cBus()).start()


def test_a_lost_bus_is_opened_anew(mocker: MockerFixture) -> None:
    """A USB adapter that was pulled has another device file when it is back: the old one stays dead."""
    traffic = Traffic(OledModel(SSD1306_128X64))
    buses: list[SmbusTwin] = []

    def connect(port: int) -> SmbusTwin:
        buses.append(SmbusTwin(traffic))
        return buses[-1]

    mocker.patch("smbus2.SMBus", side_effect=connect)
    display = LumaDisplay(I2cBus())
    display.start()
    buses[0].close()
    with pytest.raises(DisplayError):
        display.show(paint(SCREEN, display.size))
    display.show(paint(SCREEN, display.size))
    assert traffic.model.glass() == paint(SCREEN, display.size)
    assert len(buses) == 2


def test_spi_without_its_module_says_how_to_get_it(mocker: MockerFixture) -> None:
    mocker.patch.dict(sys.modules, {"spidev": None})
    with pytest.raises(DisplayError, match="pip install spidev"):
        LumaDisplay(SpiBus()).start()


def test_a_real_spi_bus_is_opened_as_configured(mocker: MockerFixture) -> None:
    traffic = Traffic(OledModel(SSD1306_128X64))
    bus = SpiBus(port=1, device=2, data_command=5, reset=6, speed=4_000_000, pins=MockFactory())
    port = SpidevTwin(traffic, bus)
    mocker.patch.dict(sys.modules, {"spidev": SimpleNamespace(SpiDev=lambda: port)})
    display = LumaDisplay(bus)
    display.start()
    display.show(paint(SCREEN, display.size))
    assert traffic.model.glass() == paint(SCREEN, display.size)
    assert port.max_speed_hz == 4_000_000
    display.close()
    OutputDevice(5, pin_factory=bus.pins).close()


@pytest.mark.parametrize(
    ("failure", "cure"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "usermod -aG spi"),
        (FileNotFoundError(errno.ENOENT, "No such file"), "switch SPI on"),
        (OSError(errno.EBUSY, "Device busy"), "switch SPI on"),
    ],
)
def test_an_spi_port_that_does_not_open_says_what_to_do_and_lets_its_lines_go(failure: OSError, cure: str) -> None:
    class Refusing(SpidevTwin):
        def open(self, port: int, device: int) -> None:
            raise failure

    bus = SpiBus(pins=MockFactory())
    with pytest.raises(DisplayError, match=cure):
        open_spi(bus, Refusing(Traffic(OledModel(SSD1306_128X64)), bus), pulse=0)
    for line in (bus.data_command, 25):
        OutputDevice(line, pin_factory=bus.pins).close()


def test_a_line_that_is_taken_is_named() -> None:
    bus = SpiBus(pins=MockFactory())
    with OutputDevice(24, pin_factory=bus.pins), pytest.raises(DisplayError, match="nothing else uses GPIO24"):
        open_spi(bus, SpidevTwin(Traffic(OledModel(SSD1306_128X64)), bus), pulse=0)


def test_a_pin_librarys_own_errors_are_retried_like_any_other() -> None:
    class Worn(MockPin):  # type: ignore[misc]
        failures = 0

        def _set_state(self, value: bool) -> None:
            if Worn.failures:
                Worn.failures -= 1
                raise RuntimeError("lgpio has errors that are not gpiozero's")
            super()._set_state(value)

    display = DisplayTwin(spi=MockFactory(pin_class=Worn))
    display.start()
    Worn.failures = 1
    display.show(paint(SCREEN, display.size))
    assert display.glass() == paint(SCREEN, display.size)
    Worn.failures = 1000
    with pytest.raises(DisplayError):
        display.show(paint(Screen(), display.size))
    Worn.failures = 0
    display.close()


def test_a_display_without_a_reset_line_works() -> None:
    bus = SpiBus(reset=None, pins=MockFactory())
    traffic = Traffic(OledModel(SSD1306_128X64))
    wire = open_spi(bus, SpidevTwin(traffic, bus), pulse=0)
    wire.command(0xAF)
    assert traffic.model.registers.on
    assert "reset" not in bus.cure
    wire.cleanup()


def test_lines_are_outputs_only() -> None:
    with pytest.raises(UsageError):
        Lines(MockFactory()).setup(24, "in")
