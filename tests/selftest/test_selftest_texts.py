"""Every line of the self-test, for every trouble and many boards, as a golden text: what a person at the desk reads."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from device.config import Config, merge_config
from device.selftest.findings import Finding
from device.selftest.probes import ProbeOptions, run_probes
from simulator.surroundings import SimulatedWorld
from simulator.troubles import Trouble
from tests.golden_plugin import GoldenText

BOARDS: Final[Mapping[str, dict[str, object]]] = {
    "the usual one without a gauge": {},
    "in English": {"reader": {"language": "en"}},
    "on SPI": {"display": {"bus": "spi"}},
    "on the other SPI": {"display": {"bus": "spi"}, "spi": {"bus": 1}},
    "SPI and a gauge": {"display": {"bus": "spi"}, "power": {"gauge": "max17048"}},
    "on the second I2C bus": {"i2c": {"bus": 3}},
    "32 rows": {"display": {"height": 32}},
    "SH1106": {"display": {"controller": "sh1106"}},
    "the second address": {"display": {"address": 0x3D}},
    "INA219": {"power": {"gauge": "ina219"}},
    "INA219 at 0x41": {"power": {"gauge": "ina219", "gauge_address": 0x41}},
    "no sound": {"sound": {"buzzer": False, "light": False}},
    "no light": {"sound": {"light": False}},
    "a card switch": {"slot": {"card_switch": True}},
    "diodes": {"keypad": {"diodes": True}},
}

ON_BOARDS: Final[Mapping[str, tuple[Trouble, ...]]] = {
    "SPI and a gauge": (
        Trouble.BUS_SILENT,
        Trouble.I2C_OFF,
        Trouble.SPI_OFF,
        Trouble.NO_GROUPS,
        Trouble.BATTERY_SILENT,
    ),
    "on the second I2C bus": (Trouble.DISPLAY_ADDRESS, Trouble.I2C_OFF, Trouble.NO_PERMISSION),
    "a card switch": (Trouble.CARD_SWITCH_DEAD, Trouble.CARD_SWITCH_SHORT, Trouble.CARD_SWITCH_INVERTED),
    "in English": (Trouble.KEY_DEAD, Trouble.KEY_STUCK, Trouble.RIBBON_TURNED),
    "INA219 at 0x41": (Trouble.BATTERY_LOW, Trouble.DISPLAY_DEAD),
}
"""What another board makes another of."""


def write_finding(found: Finding) -> str:
    return " | ".join((found.probe, found.verdict.value, found.said, *([found.cure] if found.cure else [])))


def examine(*troubles: Trouble, config: Config | None = None) -> list[str]:
    """The findings, and behind them what was said to the person who is there."""
    told: list[str] = []
    found = run_probes(SimulatedWorld(*troubles, config=config), ProbeOptions(tell=told.append))
    return [*map(write_finding, found), *(f"    {each}" for each in told)]


def list_changes(lines: list[str], well: list[str]) -> Iterator[str]:
    """What is not as it is on a machine that is well: lines that are new, and lines that are gone."""
    yield from (f"+ {line}" for line in lines if line not in well)
    yield from (f"- {line}" for line in well if line not in lines)


def test_every_trouble_and_what_is_said_of_it(golden_text: GoldenText) -> None:
    well = examine()
    told = ["# all is well", *well]
    for trouble in Trouble:
        told += [f"# {trouble.value}", *list_changes(examine(trouble), well)]
    golden_text("\n".join(told) + "\n", "selftest-troubles")


def test_every_board_and_what_is_said_of_its_troubles(golden_text: GoldenText) -> None:
    told, usual = [], examine()
    for name, wanted in BOARDS.items():
        config = merge_config(json.loads(json.dumps(wanted)), "a test")
        well = examine(config=config)
        told += [f"# {name}", *list_changes(well, usual)]
        for trouble in ON_BOARDS.get(name, ()):
            changes = list(list_changes(examine(trouble, config=config), well))
            told += [f"## {name}: {trouble.value}", *changes] if changes else []
    golden_text("\n".join(told) + "\n", "selftest-boards")
