"""Settings that had another name once: an old name is refused with its new one, never read in silence.

Two names for one thing would both have to be right for ever, and `pins` could be anything. `./install` carries a file
over (`tools.carry_over`), and who must darken the display takes the old names as they are.
"""

from collections.abc import Mapping
from typing import Any, Final

from device.toml_file import make_printable, to_toml

FORMER_NAMES: Final[Mapping[str, str]] = {
    "keypad.pins": "gpio.library",
    "display.port": "i2c.bus",
    "display.spi_port": "spi.bus",
    "display.spi_device": "spi.chip_select",
    "slot.card_switch_pin": "slot.card_switch_gpio",
    "power.button_pin": "power.button_gpio",
    "sound.buzzer_pin": "sound.buzzer_gpio",
    "sound.light_pin": "sound.light_gpio",
}
"""Former "section.key" -> the one it has now. Each new name has one former one."""


def name_successor(former: str, raw: object) -> str:
    """The sentence for somebody who wrote `former` with the value `raw`: the new name, and what to write."""
    section, _, key = FORMER_NAMES[former].partition(".")
    value = make_printable(to_toml(raw)) if isinstance(raw, (bool, int, str)) else "..."
    return f"{former} is called {section}.{key} now: take it out and write {key} = {value} below [{section}]"


def carry_names(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a file with every former name as it is now. A setting that has both names keeps the new one's."""
    carried = {name: dict(values) if isinstance(values, dict) else values for name, values in raw.items()}
    for former, successor in FORMER_NAMES.items():
        section, _, key = former.partition(".")
        if not isinstance(carried.get(section), dict) or key not in carried[section]:
            continue
        value = carried[section].pop(key)
        home, _, name = successor.partition(".")
        if isinstance(target := carried.setdefault(home, {}), dict):
            target.setdefault(name, value)
    return carried
