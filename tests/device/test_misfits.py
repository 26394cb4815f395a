"""Which settings each misfit of a configuration comes from: one that follows from a refused setting is not told."""

from collections.abc import Mapping

import pytest

from device.config import Config, gpios_in_use, merge_config
from device.config_checks import find_misfits
from device.errors import ConfigError

PAD = {"keypad.rows", "keypad.columns", "keypad.legends", "keypad.diodes"}
DISPLAY = {f"display.{each}" for each in ("controller", "height", "first_column", "bus", "address")}

MISFITS: Mapping[str, tuple[dict[str, dict[str, object]], set[str], str]] = {
    "critical as low": (
        {"power": {"low": 5, "critical": 5}},
        {"power.critical", "power.low"},
        "power.critical must be less than power.low",
    ),
    "upright and narrow": (
        {"display": {"height": 32, "rotation": 90}},
        {"display.height", "display.rotation"},
        "too narrow when it stands upright; take 0 or 180",
    ),
    "upright the other way": (
        {"display": {"height": 32, "rotation": 270}},
        {"display.height", "display.rotation"},
        "too narrow",
    ),
    "a size that no controller has": (
        {"display": {"controller": "sh1106", "height": 32}},
        DISPLAY,
        "[display]: ",
    ),
    "an address of none": (
        {"power": {"gauge": "max17048", "gauge_address": 0x40}},
        {"power.gauge", "power.gauge_address"},
        "no max17048 has 0x40; it can have 0x36",
    ),
    "an address beyond": (
        {"power": {"gauge": "ina219", "gauge_address": 0x50}},
        {"power.gauge", "power.gauge_address"},
        "no ina219 has 0x50; it can have 0x40 to 0x4F",
    ),
    "two signals on one GPIO": (
        {"sound": {"buzzer_gpio": 17, "light_gpio": 17}},
        {"sound.buzzer_gpio", "sound.light_gpio"},
        "are both on GPIO17; give each signal its own GPIO",
    ),
    "no Code key": (
        {"keypad": {"buttons": {**{str(digit): digit + 4 for digit in range(10)}, "OK": 14}}},
        {*PAD, "keypad.buttons"},
        "keypad.buttons lacks Code: no code can be made without",
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_misfit_is_told_by_its_settings_alone(name: str) -> None:
    wanted, settings, said = MISFITS[name]
    with pytest.raises(ConfigError) as refused:
        merge_config(wanted, "reader.toml")
    told = str(refused.value)
    assert said in told
    assert len(told.splitlines()) == 1, told
    for setting in sorted(settings):
        table, key = setting.split(".")
        bad = {**wanted, table: {**wanted.get(table, {}), key: object}}
        with pytest.raises(ConfigError) as both:
            merge_config(bad, "reader.toml")
        assert said not in str(both.value), f"{setting} was refused, and its default stands there"


def test_the_usual_configuration_has_none() -> None:
    config = Config()
    assert list(find_misfits(config, gpios_in_use(config))) == []
