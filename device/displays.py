"""The configured display, by itself: whoever only has to make it dark must not wait for the rest of the reader."""

from typing import TYPE_CHECKING

from device.config import Config
from device.config_checks import WIDTH
from drivers.display.panels import Panel, find_panel
from drivers.gpio.pins import Pins
from drivers.ports import Display

if TYPE_CHECKING:
    from drivers.display.bus import Bus, SpiBus


def panel_of(config: Config) -> Panel:
    """The panel that is configured. Raises DisplayError for one that does not exist."""
    wired = config.display
    return find_panel(wired.controller, WIDTH, wired.height, wired.first_column)


def needs_pins(config: Config) -> bool:
    """Whether the display has lines on the header that somebody must drive: on SPI, data/command and reset."""
    return config.display.bus == "spi"


def real_display(config: Config, pins: Pins | None = None) -> Display:
    """The configured display, on the reader's header; alone, without `pins`, for who only has to make it dark.

    Alone it opens the header by itself, where it `needs_pins`: its lines are let go of when it is closed, the header
    with the program. Raises DriverError when that cannot be reached.
    """
    from drivers.display.luma import LumaDisplay  # noqa: PLC0415 - luma, only where there is a display

    wired = config.display
    return LumaDisplay(_open_bus(config, pins), panel_of(config), rotation=wired.rotation, contrast=wired.contrast)


def darken_bare(config: Config) -> None:
    """Make it dark without the display's libraries. Raises DriverError."""
    from drivers.display.bare import SpiPlace, darken_i2c, darken_spi  # noqa: PLC0415 - fcntl, only where there is one

    wired = config.display
    if not needs_pins(config):
        darken_i2c(panel_of(config), config.i2c.bus, wired.address)
        return
    pins = _open_header(config)
    try:
        darken_spi(panel_of(config), SpiPlace(config.spi.bus, config.spi.chip_select, wired.dc, wired.reset), pins)
    finally:
        pins.close()


def spi_bus(config: Config, pins: Pins) -> "SpiBus":
    """The SPI bus and the lines that are configured."""
    from drivers.display.bus import SpiBus  # noqa: PLC0415

    wired = config.display
    return SpiBus(pins, config.spi.bus, config.spi.chip_select, wired.dc, wired.reset)


def _open_bus(config: Config, pins: Pins | None) -> "Bus":
    from drivers.display.bus import I2cBus  # noqa: PLC0415

    if needs_pins(config):
        return spi_bus(config, pins or _open_header(config))
    return I2cBus(config.i2c.bus, config.display.address)


def _open_header(config: Config) -> Pins:
    from drivers.gpio.factory import Backend, look_at_machine, open_pins  # noqa: PLC0415 - only where there are pins

    return open_pins(Backend(config.gpio.library), look_at_machine())
