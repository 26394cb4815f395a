"""Every setting by itself: its default, what is just allowed, and what just is not."""

import tomllib
from typing import Any

import pytest

from device.config import Config, merge_config, settings_of
from device.errors import ConfigError
from device.toml_file import to_toml
from sesame_core.events import Key

GPIOS = ((0, 27), (-1, 28, True, 3.0, "4"))
FLAG = ((True, False), (1, 0, "true", None))
FOUR, SIX = (5, 6, 7, 8), (0, 4, 17, 27, 11, 3)

SETTINGS: dict[str, tuple[Any, tuple[Any, ...], tuple[Any, ...]]] = {
    "reader.language": ("auto", ("auto", "fr", "en"), ("xx", "a", "", 1)),
    "reader.pin_digits": (
        (4, 4),
        (4, 12, [4, 12], [5, 6]),
        (3, 13, [4], [12, 4], [4, 13], [3, 4], [4, 6.0], [4, "6"], True, "4"),
    ),
    "gpio.library": ("auto", ("auto", "lgpio", "gpiod", "rpigpio"), ("gpio", 1)),
    "keypad.rows": ((5, 6, 13, 19), ([0, 22, 23, 27],), ([5, 6], [5, 6, 13, 28], [-1, 5, 6, 13], [5, 6, 13, True], 5)),
    "keypad.columns": ((12, 16, 20, 21), ([0, 22, 23, 27],), ([5, 6], [5, 6, 13, 28], [-1, 5, 6, 13], 5)),
    "keypad.diodes": (False, *FLAG),
    "display.controller": ("ssd1306", ("ssd1306", "ssd1305", "ssd1309", "sh1106"), ("ssd1307", "")),
    "display.height": (64, (64, 32), (63, 48, 65, True)),
    "display.bus": ("i2c", ("i2c", "spi"), ("usb",)),
    "i2c.bus": (1, (0, 22), (-1, 23, True)),
    "display.address": (0x3C, (0x3C, 0x3D), (0x3B, 0x3E, 0x80, True)),
    "spi.bus": (0, (0, 9), (-1, 10)),
    "spi.chip_select": (0, (0, 1), (2, -1, True)),
    "display.rotation": (0, (0, 90, 180, 270), (45, 360, -90)),
    "display.contrast": (0x8F, (1, 255), (0, 256)),
    "slot.reader": ("", ("", "ACR39U", "3121"), (True, -1, 1.0, None)),
    "slot.exclusive": (True, *FLAG),
    "slot.card_switch": (False, *FLAG),
    "slot.card_switch_gpio": (27, *GPIOS),
    "power.off": ("asleep", ("asleep", "latch", "system"), ("sleep",)),
    "power.latch": (26, *GPIOS),
    "power.button": (False, *FLAG),
    "power.button_gpio": (4, *GPIOS),
    "power.gauge": ("none", ("none", "max17048", "ina219"), ("max",)),
    "power.low": (20, (6, 99), (0, 100)),
    "power.critical": (5, (0, 19), (-1, 99)),
    "sound.buzzer": (True, *FLAG),
    "sound.light": (True, *FLAG),
    "mirror.enabled": (False, *FLAG),
    "mirror.socket": (
        "/run/sesame/mirror",
        ("/run/user/1000/mirror", "m", "x" * 107),
        (5, "", "x" * 108, "é" * 54, "/run/\0"),
    ),
    "key.pin": ("keypad", ("keypad", "host", "none"), ("", "pad", True)),
    "key.usb_vendor": (0, (0x1209, 0xFFFF), (-1, 0x10000, "1209", True)),
    "key.usb_product": (0, (1, 0xFFFF), (-1, 0x10000, "0001", True)),
    "key.updates": ("", ("/etc/sesame/update-root.json",), ("root.json", "/a\0b", 1)),
    "key.sealing": ("file", ("file", "tpm"), ("", "sd", True)),
    "key.tpm": ("/dev/tpmrm0", ("/dev/tpm0", ""), ("tpmrm0", "/a\0b", 1)),
    "key.tpm_pcrs": ((), ([0], [0, 7, 15]), ([16], [-1], 0, "0", [True], [0] * 17)),
    "key.drive": ("", ("/var/lib/e-secure.iso",), ("e-secure.iso", "/a\0b", 1)),
    "key.bank": ("", ("/etc/sesame/bank.pem",), ("bank.pem", True)),
}
"""Setting -> its default; values that are allowed beside the other defaults; values that are not."""


def merged(key: str, value: object) -> object:
    section, _, name = key.partition(".")
    return getattr(getattr(merge_config({section: {name: value}}, "here"), section), name)


@pytest.mark.parametrize("key", SETTINGS)
def test_the_default_and_the_bounds(key: str) -> None:
    default, good, bad = SETTINGS[key]
    section, _, name = key.partition(".")
    assert getattr(getattr(Config(), section), name) == default
    for value in good:
        wanted = tuple(value) if isinstance(value, list) else value
        wanted = (value, value) if key == "reader.pin_digits" and isinstance(value, int) else wanted
        assert merged(key, value) == wanted
    for value in bad:
        with pytest.raises(ConfigError, match=name):
            merged(key, value)


def test_a_readers_number_may_stand_without_quotes() -> None:
    assert merged("slot.reader", 3121) == "3121"


def test_every_row_is_a_setting() -> None:
    """Legends, buttons, pins that have another's default, and what depends on the chosen part are tested elsewhere."""
    assert SETTINGS.keys() <= {key for key, _, _, _ in settings_of(Config())}


@pytest.mark.parametrize("value", [0x40, 0x4F])
def test_a_gauges_own_address(value: int) -> None:
    power = merge_config({"power": {"gauge": "ina219", "gauge_address": value}}, "here").power
    assert (power.gauge_address, Config().power.gauge_address) == (value, 0)


@pytest.mark.parametrize("value", [0x07, 0x78, -1, True, False, 0.0, "0"])
def test_what_is_no_address_of_a_gauge(value: object) -> None:
    with pytest.raises(ConfigError, match="gauge_address"):
        merge_config({"power": {"gauge": "ina219", "gauge_address": value}}, "here")


@pytest.mark.parametrize(("controller", "column"), [("sh1106", 0), ("sh1106", 2), ("ssd1305", 0), ("ssd1305", 4)])
def test_the_first_column_that_such_a_module_can_have(controller: str, column: int) -> None:
    assert (
        merge_config({"display": {"controller": controller, "first_column": column}}, "h").display.first_column
        == column
    )


@pytest.mark.parametrize("value", [True, "2", 1.0])
def test_what_is_no_column(value: object) -> None:
    with pytest.raises(ConfigError, match="first_column"):
        merge_config({"display": {"controller": "sh1106", "first_column": value}}, "here")


FOLLOWS = {
    "low": {"low": "much", "critical": 30},
    "critical": {"low": 3, "critical": "few"},
}


@pytest.mark.parametrize("refused", FOLLOWS)
def test_what_only_follows_from_a_setting_that_was_refused_is_not_told(refused: str) -> None:
    """The default stands in its place, and would be told to be too much beside the other."""
    with pytest.raises(ConfigError) as caught:
        merge_config({"power": FOLLOWS[refused]}, "here")
    assert f"power.{refused}" in str(caught.value)
    assert "must be less" not in str(caught.value)
    with pytest.raises(ConfigError, match=r"power\.critical must be less than power\.low"):
        merge_config({"power": {"low": 20, "critical": 20}}, "here")


def test_values_are_shown_as_toml_writes_them() -> None:
    shown = [to_toml(value) for value in (True, False, 7, "a", (1, 2), ((Key.CODE, 5), (Key.DIGIT_1, 6)))]
    assert shown[:5] == ["true", "false", "7", '"a"', "[1, 2]"]
    buttons = tomllib.loads(f"buttons = {shown[5]}")["buttons"]
    assert shown[5].startswith("{ ") and shown[5].endswith(" }")
    assert list(buttons.items()) == [("Code", 5), ("1", 6)]


UNFIT = {"controller": "sh1106", "height": 32}
"""No SH1106 is 32 high: a fault of the display as a whole."""


@pytest.mark.parametrize(
    ("refused", "display"),
    [
        ("controller", {"controller": "x", "first_column": 4}),
        ("height", {"height": "x", "first_column": 2}),
        ("first_column", UNFIT | {"first_column": "x"}),
        ("bus", UNFIT | {"bus": "usb"}),
        ("address", UNFIT | {"address": "x"}),
    ],
)
def test_of_a_display_with_a_refused_setting_the_whole_is_not_judged(refused: str, display: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        merge_config({"display": display}, "here")
    assert f"display.{refused} is" in str(caught.value)
    assert "[display]: " not in str(caught.value)
    repaired = {name: value for name, value in display.items() if name != refused}
    with pytest.raises(ConfigError, match=r"\[display\]: "):
        merge_config({"display": repaired}, "here")
