"""The one place that says which signal stands on which pin of the 40-pin header.

The default configuration, the wiring table of the docs and the schematics are made from or checked against this file.
GPIO numbers are Broadcom's ("BCM"); header numbers are the connector's, 1 to 40 (Raspberry Pi GPIO documentation).
"""

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final


class Role(Enum):
    """What a pin does, seen from the Pi, at run time."""

    I2C = "I2C, open drain, pull-up on the Pi"
    SPI = "SPI output"
    UART = "UART"
    INPUT_PULL_UP = "input, active low, pulled up"
    OUTPUT = "push-pull output"
    LOW_OR_OPEN = "output, low or let go"


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal on one GPIO. `battery_only`: wired in the battery version alone."""

    signal: str
    gpio: int
    role: Role
    note: str
    battery_only: bool = False


HEADER: Final = MappingProxyType(
    {
        0: 27, 1: 28, 2: 3, 3: 5, 4: 7, 5: 29, 6: 31, 7: 26, 8: 24, 9: 21, 10: 19, 11: 23, 12: 32, 13: 33,
        14: 8, 15: 10, 16: 36, 17: 11, 18: 12, 19: 35, 20: 38, 21: 40, 22: 15, 23: 16, 24: 18, 25: 22, 26: 37, 27: 13,
    }
)  # fmt: skip
"""GPIO number -> header pin, the same on every Pi with 40 pins."""

KEYPAD_ROWS: Final = (5, 6, 13, 19)
KEYPAD_COLUMNS: Final = (12, 16, 20, 21)

DESK: Final = (
    Signal("OLED_SDA", 2, Role.I2C, "display data; 1.8 k pull-up on the Pi"),
    Signal("OLED_SCL", 3, Role.I2C, "display clock; 1.8 k pull-up on the Pi"),
    Signal("KEY_ROW1", 5, Role.INPUT_PULL_UP, "keypad row 1, 10 k to 3.3 V"),
    Signal("KEY_ROW2", 6, Role.INPUT_PULL_UP, "keypad row 2, 10 k to 3.3 V"),
    Signal("KEY_ROW3", 13, Role.INPUT_PULL_UP, "keypad row 3, 10 k to 3.3 V"),
    Signal("KEY_ROW4", 19, Role.INPUT_PULL_UP, "keypad row 4, 10 k to 3.3 V"),
    Signal("KEY_COL1", 12, Role.LOW_OR_OPEN, "keypad column 1, 1 k in series"),
    Signal("KEY_COL2", 16, Role.LOW_OR_OPEN, "keypad column 2, 1 k in series"),
    Signal("KEY_COL3", 20, Role.LOW_OR_OPEN, "keypad column 3, 1 k in series"),
    Signal("KEY_COL4", 21, Role.LOW_OR_OPEN, "keypad column 4, 1 k in series"),
    Signal("LED", 17, Role.OUTPUT, "status light, active high"),
    Signal("BUZZER", 18, Role.OUTPUT, "buzzer, active high, through a transistor"),
    Signal("CARD_SWITCH", 27, Role.INPUT_PULL_UP, "card in the slot: closed to ground"),
    Signal(
        "POWER_BUTTON", 4, Role.INPUT_PULL_UP, "the contact under the Code key, closed to ground", battery_only=True
    ),
    Signal("POWER_OFF", 26, Role.OUTPUT, "high cuts the supply", battery_only=True),
    Signal("SLOT_TXD", 14, Role.UART, "bare slot SEC1210: UART to the slot"),
    Signal("SLOT_RXD", 15, Role.UART, "bare slot SEC1210: UART from the slot"),
    Signal("OLED_MOSI", 10, Role.SPI, "SPI displays only: data"),
    Signal("OLED_SCLK", 11, Role.SPI, "SPI displays only: clock"),
    Signal("OLED_CS", 8, Role.SPI, "SPI displays only: chip select CE0"),
    Signal("OLED_DC", 24, Role.OUTPUT, "SPI displays only: data or command"),
    Signal("OLED_RST", 25, Role.OUTPUT, "SPI displays only: reset, active low"),
)
"""Every signal of the prototype. GPIO0 and 1 belong to the HAT identification and stay free."""


HOLES: Final = MappingProxyType(
    {
        "OLED_SCL": "e7", "OLED_SDA": "e8", "LED": "j14", "BUZZER": "j23", "CARD_SWITCH": "j40",
        "KEY_ROW1": "h46", "KEY_ROW2": "h47", "KEY_ROW3": "h48", "KEY_ROW4": "h49",
        "KEY_COL1": "j50", "KEY_COL2": "j51", "KEY_COL3": "j52", "KEY_COL4": "j53",
    }
)  # fmt: skip
"""Signal -> the hole of the desk prototype's breadboard in which its wire from the Pi ends (docs/build.md)."""


def gpio_of(signal: str) -> int:
    """The GPIO number of a signal. Raises KeyError for a name that is not in `DESK`."""
    return {wire.signal: wire.gpio for wire in DESK}[signal]
