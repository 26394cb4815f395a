"""Which GPIO is whose under each setting: what two parts both want is refused before anything is connected."""

from collections.abc import Mapping
from typing import Any

import pytest

from device.config import Config, gpios_in_use, merge_config

PAD = {("keypad.rows", gpio) for gpio in (5, 6, 13, 19)} | {("keypad.columns", gpio) for gpio in (12, 16, 20, 21)}
I2C = {("i2c.bus (I2C data)", 2), ("i2c.bus (I2C clock)", 3)}
SPI = {("spi.bus (SPI data)", 10), ("spi.bus (SPI clock)", 11), ("spi.chip_select (SPI select)", 8)}
WIRES = {("display.dc", 24), ("display.reset", 25)}
SOUND = {("sound.buzzer_gpio", 18), ("sound.light_gpio", 17)}
BUTTONS = {"1": 5, "2": 6, "3": 13, "4": 19, "5": 12, "6": 16, "7": 20, "8": 21, "9": 22, "0": 23, "Code": 24, "OK": 25}
BATTERY = {("power.latch", 26), ("power.button_gpio", 4)}


@pytest.mark.parametrize(
    ("settings", "used"),
    [
        ({}, PAD | I2C | SOUND),
        ({"i2c": {"bus": 3}}, PAD | SOUND),
        ({"display": {"bus": "spi"}}, PAD | SPI | WIRES | SOUND),
        ({"display": {"bus": "spi"}, "spi": {"bus": 1}}, PAD | WIRES | SOUND),
        (
            {"display": {"bus": "spi"}, "spi": {"chip_select": 1}},
            PAD | (SPI - {("spi.chip_select (SPI select)", 8)}) | {("spi.chip_select (SPI select)", 7)} | WIRES | SOUND,
        ),
        ({"display": {"bus": "spi"}, "power": {"gauge": "max17048"}}, PAD | SPI | WIRES | I2C | SOUND),
        ({"slot": {"card_switch": True}}, PAD | I2C | SOUND | {("slot.card_switch_gpio", 27)}),
        ({"power": {"off": "latch", "button": True}}, PAD | I2C | SOUND | BATTERY),
        ({"power": {"off": "system"}}, PAD | I2C | SOUND),
        ({"sound": {"buzzer": False, "light": False}}, PAD | I2C),
        (
            {"keypad": {"buttons": BUTTONS}},
            I2C | SOUND | {(f"keypad.buttons.{key}", gpio) for key, gpio in BUTTONS.items()},
        ),
    ],
)
def test_each_setting_claims_its_own(settings: Mapping[str, Any], used: set[tuple[str, int]]) -> None:
    """GPIO numbers of the wiring page (docs/wiring.md), which is made from the header's table."""
    claimed = list(gpios_in_use(merge_config(settings, "here")))
    assert len(claimed) == len(set(claimed))
    assert set(claimed) == used


def test_without_a_file_no_wire_is_claimed_twice() -> None:
    numbers = [gpio for _, gpio in gpios_in_use(Config())]
    assert len(numbers) == len(set(numbers))
