"""The configured display, by itself: whoever only has to make it dark must not wait for the rest of the reader."""

from typing import Any

from device.config import Config
from drivers.gpio_pins import Pins
from drivers.gpio_zero import GpiozeroPins
from drivers.oled_panels import Panel, panel
from drivers.ports import Display


def panel_of(config: Config) -> Panel:
    """The panel that is configured. Raises DisplayError for one that does not exist."""
    return panel(config.display.controller, 128, config.display.height)


def real_display(config: Config, pins: Pins | None = None) -> Display:
    """The configured display; alone, without the header's `pins`, for who only has to make it dark."""
    from drivers.display_luma import LumaDisplay  # noqa: PLC0415 - luma, only where there is a display
    from drivers.oled_bus import I2cBus, SpiBus  # noqa: PLC0415

    wired = config.display
    bus = (
        I2cBus(wired.port, wired.address)
        if wired.bus == "i2c"
        else SpiBus(wired.spi_port, wired.spi_device, wired.dc, wired.reset, pins=_gpiozero(pins))
    )
    return LumaDisplay(bus, panel_of(config), rotation=wired.rotation, contrast=wired.contrast)


def _gpiozero(pins: Pins | None) -> Any:  # noqa: ANN401 - gpiozero has no types
    """The factory that luma shares with the keypad; None lets it find one itself."""
    return pins.factory if isinstance(pins, GpiozeroPins) else None
