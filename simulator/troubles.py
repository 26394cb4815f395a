"""What can be wrong with a simulated machine, and what each trouble makes of its parts."""

from dataclasses import replace
from enum import Enum
from typing import Final

from device.config import Config, DisplayConfig, KeypadConfig, SlotConfig, SpiConfig
from device.selftest.versions import RANGES
from drivers.gpio.factory import Machine
from drivers.slot.pcsc_errors import Code
from sesame_core.events import Key


class Trouble(Enum):
    """One thing that is wrong. The value is the name on the command line."""

    NOT_A_PI = "not-a-pi"
    RPIGPIO_ON_PI_5 = "rpigpio-on-pi-5"
    GPIO_CLASH = "gpio-clash"
    NO_GPIO_LIBRARY = "no-gpio-library"
    NO_GPIO_LIBRARY_3_13 = "no-gpio-library-3.13"
    NO_DISPLAY_LIBRARY = "no-display-library"
    OLD_DISPLAY_LIBRARY = "old-display-library"
    NO_SPIDEV = "no-spidev"
    NO_PYSCARD = "no-pyscard"
    I2C_OFF = "i2c-off"
    SPI_OFF = "spi-off"
    SPI_PORT = "spi-port"
    NO_PERMISSION = "no-permission"
    NO_GROUPS = "no-groups"
    BAD_CONFIGURATION = "bad-configuration"
    CLOCK_STANDS = "clock-stands"
    SERVICE_FAILED = "service-failed"
    SERVICE_RUNS = "service-runs"
    BUS_SILENT = "bus-silent"
    DISPLAY_ADDRESS = "display-address"
    DISPLAY_DEAD = "display-dead"
    KEY_DEAD = "key-dead"
    KEY_STUCK = "key-stuck"
    ROW_DEAD = "row-dead"
    DIODE_REVERSED = "diode-reversed"
    RIBBON_TURNED = "ribbon-turned"
    RIBBON_MIRRORED = "ribbon-mirrored"
    CARD_SWITCH_DEAD = "card-switch-dead"
    CARD_SWITCH_SHORT = "card-switch-short"
    CARD_SWITCH_INVERTED = "card-switch-inverted"
    GPIO_TAKEN = "gpio-taken"
    BATTERY_LOW = "battery-low"
    BATTERY_SILENT = "battery-silent"
    NO_PCSC = "no-pcsc"
    POLKIT = "polkit"
    APDU_LOG = "apdu-log"
    NO_READER = "no-reader"
    NO_CARD = "no-card"
    MUTE_CARD = "mute-card"
    NO_APPLICATION = "no-application"


ZERO: Final = Machine("Raspberry Pi Zero 2 W Rev 1.0", {0: "pinctrl-bcm2835"}, frozenset({"lgpio"}))
PI_5: Final = Machine("Raspberry Pi 5 Model B Rev 1.0", {4: "pinctrl-rp1"})
ON_SPI: Final = Config(display=DisplayConfig(bus="spi"))
ON_SPI_1: Final = Config(spi=SpiConfig(bus=1), display=DisplayConfig(bus="spi"))

MACHINES: Final = {
    Trouble.NOT_A_PI: Machine(),
    Trouble.RPIGPIO_ON_PI_5: replace(PI_5, modules=frozenset({"RPi"}), distributions=frozenset({"rpi.gpio"})),
    Trouble.GPIO_CLASH: replace(
        ZERO, modules=frozenset({"RPi", "lgpio"}), distributions=frozenset({"rpi.gpio", "rpi-lgpio"})
    ),
    Trouble.NO_GPIO_LIBRARY: replace(ZERO, modules=frozenset()),
    Trouble.NO_GPIO_LIBRARY_3_13: replace(PI_5, modules=frozenset()),
    # A chip that cannot be opened does not say its label.
    Trouble.NO_PERMISSION: replace(ZERO, chips={}),
    Trouble.NO_GROUPS: replace(ZERO, chips={}),
}
MODULES: Final = {
    Trouble.NO_DISPLAY_LIBRARY: "luma.oled",
    Trouble.NO_SPIDEV: "spidev",
    Trouble.NO_PYSCARD: "smartcard",
}
VERSIONS: Final = {Trouble.OLD_DISPLAY_LIBRARY: {"luma.oled": "3.13.0"}}
LOWEST: Final = {each.distribution: each.lowest for each in RANGES.values()}
"""The oldest libraries that will do: what is here when all is well."""

WITH_DIODES: Final = Config(keypad=KeypadConfig(diodes=True))
"""As the front board's pad is wired."""
WITH_SWITCH: Final = Config(slot=SlotConfig(card_switch=True))

CONFIGS: Final = {
    Trouble.NO_SPIDEV: ON_SPI,
    Trouble.SPI_OFF: ON_SPI,
    Trouble.SPI_PORT: ON_SPI_1,
    Trouble.DIODE_REVERSED: WITH_DIODES,
    Trouble.CARD_SWITCH_DEAD: WITH_SWITCH,
    Trouble.CARD_SWITCH_SHORT: WITH_SWITCH,
    Trouble.CARD_SWITCH_INVERTED: WITH_SWITCH,
}
ABSENT: Final = {
    Trouble.I2C_OFF: ("/dev/i2c-1",),
    Trouble.SPI_OFF: ("/dev/spidev0.0", "/dev/spidev1.0"),
    Trouble.SPI_PORT: ("/dev/spidev1.0",),
}
SHUT: Final = frozenset({Trouble.NO_PERMISSION, Trouble.NO_GROUPS})
"""No device file can be opened."""

PCSC: Final = {Trouble.NO_PCSC: Code.NO_SERVICE, Trouble.POLKIT: Code.SECURITY_VIOLATION}
CARDS: Final = {Trouble.MUTE_CARD: "mute", Trouble.NO_APPLICATION: "no-cap"}
SERVICES: Final = {Trouble.SERVICE_FAILED: "failed", Trouble.SERVICE_RUNS: "active"}
TURNED: Final = Key.DIGIT_9
"""Whose diode is soldered the wrong way round: no hand spares it, the circuit itself keeps it silent."""
HURT: Final = {Trouble.KEY_DEAD: Key.DIGIT_5, Trouble.KEY_STUCK: Key.DIGIT_8}
