"""Opening the real wires: what luma, smbus2 and spidev say when they cannot, and what a person is told then."""

import errno
import sys
from types import SimpleNamespace

import pytest
from pytest_mock import MockerFixture

from drivers.circuit import Circuit, Drive
from drivers.display.bus import I2cBus, Lines, SpiBus, open_spi
from drivers.display.luma import LumaDisplay
from drivers.display.model import CHIPS, NOP, OledModel
from drivers.display.panels import PANELS, SSD1306_128X64, Panel
from drivers.display.twin import DisplayTwin, SmbusTwin, Soldered, SpidevTwin, Traffic
from drivers.errors import DisplayError, DriverError
from drivers.gpio.rpi import RpiGpioPins
from drivers.gpio.rpi_twin import RpiGpioTwin
from drivers.painter.raster import paint_screen
from sesame_core.errors import UsageError
from sesame_core.screens import Screen
from tests.drivers.test_gpio_pins import BACKENDS

SCREEN = Screen(lines=("INSÉREZ VOTRE CARTE",))


def on_spi(backend: str = "gpiozero", reset: int | None = 25) -> Soldered:
    """A place on a board of its own."""
    circuit = Circuit()
    return Soldered(SpiBus(BACKENDS[backend](circuit), reset=reset), circuit)


def floating(place: Soldered) -> bool:
    """Nobody drives the display's lines."""
    lines = (place.bus.data_command, place.bus.reset)
    return {place.circuit.drive_wire(line) for line in lines if line is not None} == {Drive.FLOATING}


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_a_bus_that_luma_opens_itself_carries_whole_frames_in_one_message(panel: Panel, mocker: MockerFixture) -> None:
    """luma uses smbus2's i2c_rdwr on a bus of its own, and blocks of 32 bytes on one that it is given."""
    traffic = Traffic(OledModel(panel))
    opened = mocker.patch("smbus2.SMBus", side_effect=lambda port: SmbusTwin(traffic, 0x3D))
    display = LumaDisplay(I2cBus(port=7, address=0x3D), panel)
    display.start()
    picture = paint_screen(SCREEN, display.size)
    display.show_picture(picture)
    assert traffic.model.glass() == picture
    opened.assert_called_once_with(7)
    before = traffic.transfers
    display.switch_off()
    pages = panel.height // 8 if panel.controller.value == "sh1106" else 1
    assert traffic.transfers - before == 2 * pages + 1, "addresses and data of the black frame, and switching off"
    display.close()


@pytest.mark.parametrize("panel", PANELS, ids=str)
def test_as_many_nops_begin_an_initialisation_as_a_command_waits_for_bytes(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One fewer, and what a broken transfer left unfinished takes the first command for its own; more do nothing."""
    sent: list[bytes] = []
    take = OledModel.command

    def remember(model: OledModel, payload: bytes) -> None:
        sent.append(payload)
        take(model, payload)

    monkeypatch.setattr(OledModel, "command", remember)
    DisplayTwin(panel).start()
    begun = b"".join(sent)
    nops = len(begun) - len(begun.lstrip(bytes((NOP,))))
    assert nops == max(taken for chip in CHIPS.values() for taken in chip.arguments.values())


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
        display.show_picture(paint_screen(SCREEN, display.size))
    display.show_picture(paint_screen(SCREEN, display.size))
    assert traffic.model.glass() == paint_screen(SCREEN, display.size)
    assert len(buses) == 2


def test_spi_without_its_module_says_how_to_get_it(mocker: MockerFixture) -> None:
    mocker.patch.dict(sys.modules, {"spidev": None})
    with pytest.raises(DisplayError, match="pip install spidev"):
        LumaDisplay(on_spi().bus).start()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_real_spi_bus_is_opened_as_configured(backend: str, mocker: MockerFixture) -> None:
    traffic, circuit = Traffic(OledModel(SSD1306_128X64)), Circuit()
    bus = SpiBus(BACKENDS[backend](circuit), port=1, device=2, data_command=5, reset=6, speed=4_000_000)
    place = Soldered(bus, circuit)
    port = SpidevTwin(traffic, place)
    mocker.patch.dict(sys.modules, {"spidev": SimpleNamespace(SpiDev=lambda: port)})
    display = LumaDisplay(bus)
    display.start()
    display.show_picture(paint_screen(SCREEN, display.size))
    assert traffic.model.glass() == paint_screen(SCREEN, display.size)
    assert port.max_speed_hz == 4_000_000
    with pytest.raises(DriverError, match="key row and display data/command are both on GPIO5"):
        bus.pins.input(5, "key row")
    display.close()
    assert floating(place)
    bus.pins.input(5, "key row")


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_reset_line_is_pulsed_at_each_opening(backend: str) -> None:
    place = on_spi(backend)
    model, levels = OledModel(SSD1306_128X64), list[bool]()
    place.circuit.listen_to(lambda wire, level: levels.append(level) if wire == place.bus.reset else None)
    place.resets(model)
    for _ in range(2):
        model.command(b"\xaf")
        assert model.registers.on
        wire = open_spi(place.bus, SpidevTwin(Traffic(model), place), pulse=0)
        assert not model.registers.on
        wire.cleanup()
    assert levels == [True, False, True]


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

    place = on_spi()
    with pytest.raises(DisplayError, match=cure):
        open_spi(place.bus, Refusing(Traffic(OledModel(SSD1306_128X64)), place), pulse=0)
    assert floating(place)
    for line in (place.bus.data_command, 25):
        place.bus.pins.output(line, "another")


@pytest.mark.parametrize("line", [24, 25])
def test_a_line_that_is_taken_is_named(line: int) -> None:
    place = on_spi()
    place.bus.pins.output(line, "buzzer")
    with pytest.raises(DisplayError, match=rf"display .* and buzzer are both on GPIO{line}.*nothing else uses GPIO24"):
        open_spi(place.bus, SpidevTwin(Traffic(OledModel(SSD1306_128X64)), place), pulse=0)
    place.bus.pins.output(24 + 25 - line, "the other is free")


def test_a_pin_librarys_own_errors_are_retried_like_any_other() -> None:
    class Worn(RpiGpioTwin):
        failures = 0

        def output(self, channel: int, value: int, /) -> None:
            if Worn.failures:
                Worn.failures -= 1
                raise RuntimeError("each library has errors of its own")
            super().output(channel, value)

    circuit = Circuit()
    display = DisplayTwin(spi=Soldered(SpiBus(RpiGpioPins(Worn(circuit))), circuit))
    display.start()
    Worn.failures = 1
    display.show_picture(paint_screen(SCREEN, display.size))
    assert display.glass() == paint_screen(SCREEN, display.size)
    Worn.failures = 1000
    with pytest.raises(DisplayError):
        display.show_picture(paint_screen(Screen(), display.size))
    Worn.failures = 0
    display.close()


def test_a_display_without_a_reset_line_works() -> None:
    place = on_spi(reset=None)
    traffic = Traffic(OledModel(SSD1306_128X64))
    wire = open_spi(place.bus, SpidevTwin(traffic, place), pulse=0)
    wire.command(0xAF)
    assert traffic.model.registers.on
    assert "reset" not in place.bus.remedy
    wire.cleanup()


def test_lines_are_outputs_only() -> None:
    with pytest.raises(UsageError):
        Lines(on_spi().bus).setup(24, "in")
