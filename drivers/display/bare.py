"""Make a display dark with nothing but the kernel's device files: where luma, smbus2 or spidev cannot be loaded.

Whatever a controller is doing, it has to obey a handful of commands: end what was left unfinished, take its whole
memory as the window, take zeros for it, and switch the panel off.
"""

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.display.panels import CONTROLLERS, Controller, Panel
from drivers.errors import DisplayError
from drivers.gpio.pins import Pins

I2C_SLAVE: Final = 0x0703
"""linux/i2c-dev.h: which address the following writes go to."""

COMMANDS, DATA = 0x00, 0x40
"""The control byte before a message on I2C (SSD1306 data sheet, 8.1.5.2; SH1106 and the others alike)."""

NOP, DISPLAY_OFF = 0xE3, 0xAE
MEMORY_MODE, HORIZONTAL, COLUMNS, PAGES, PAGE_START = 0x20, 0x00, 0x21, 0x22, 0xB0
MOST_PAGES: Final = 8

Message = tuple[bool, bytes]
"""True for data, False for commands; and the bytes."""


def dark_messages(panel: Panel) -> Iterator[Message]:
    """What makes a panel's memory black and switches it off, whatever it was told before."""
    columns = CONTROLLERS[panel.controller].columns
    yield False, bytes((NOP, NOP, DISPLAY_OFF))
    if panel.controller is Controller.SH1106:
        for page in range(MOST_PAGES):
            yield False, bytes((PAGE_START | page, 0x00, 0x10))
            yield True, bytes(columns)
    else:
        window = (MEMORY_MODE, HORIZONTAL, COLUMNS, 0, columns - 1, PAGES, 0, MOST_PAGES - 1)
        yield False, bytes(window)
        for _ in range(MOST_PAGES):
            yield True, bytes(columns)
    yield False, bytes((DISPLAY_OFF,))


def darken_i2c(panel: Panel, port: int, address: int, folder: Path = Path("/dev")) -> None:
    """Darken it on bus /dev/i2c-<port>. Raises DisplayError."""
    device = folder / f"i2c-{port}"
    try:
        descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.ioctl(descriptor, I2C_SLAVE, address)
            for data, content in dark_messages(panel):
                os.write(descriptor, bytes((DATA if data else COMMANDS,)) + content)
        finally:
            os.close(descriptor)
    except OSError as failure:
        raise DisplayError(
            f"{device}, address 0x{address:02X}: {failure.strerror}; the display is not dark"
        ) from failure


@dataclass(frozen=True, slots=True)
class SpiPlace:
    """Where a display on SPI is: /dev/spidev<port>.<device>, and the GPIOs of data/command and reset."""

    port: int
    device: int
    data_command: int
    reset: int


def darken_spi(panel: Panel, place: SpiPlace, pins: Pins, folder: Path = Path("/dev")) -> None:
    """Darken it on SPI; its reset line is held high, as it rests. Raises DisplayError, or DriverError of the pins."""
    device = folder / f"spidev{place.port}.{place.device}"
    select = pins.output(place.data_command, "display data/command")
    reset = pins.output(place.reset, "display reset")
    try:
        reset.drive(True)
        descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
        try:
            for data, content in dark_messages(panel):
                select.drive(data)
                os.write(descriptor, content)
        finally:
            os.close(descriptor)
    except OSError as failure:
        raise DisplayError(f"{device}: {failure.strerror}; the display is not dark") from failure
    finally:
        select.close()
        reset.close()
