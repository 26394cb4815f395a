"""Where a person finds a GPIO: its pin on the header and, of the desk prototype, the hole that its wire ends in."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from device.config import Config, gpios_in_use
from device.selftest.findings import Finding
from drivers.header import DESK, HEADER, HOLES

GPIO: Final = re.compile(r"\bGPIO(\d+)\b(?! \()")

PARTS: Final = {
    "keypad.rows": "KEY_",
    "keypad.columns": "KEY_",
    "i2c.bus": "OLED_",
    "slot.card_switch_gpio": "CARD_SWITCH",
    "sound.buzzer_gpio": "BUZZER",
    "sound.light_gpio": "LED",
}
"""The setting that claims a GPIO -> how the signals begin that the drawing has for that part."""


def map_holes(config: Config) -> Mapping[int, str]:
    """GPIO -> hole on the breadboard, of the wires that the configured reader has where the drawing has them.

    None for a pad with diodes: that is the front board, and it hangs on no breadboard.
    """
    if config.keypad.diodes:
        return {}
    drawn = {wire.gpio: wire.signal for wire in DESK}
    parts = {gpio: PARTS.get(setting.partition(" ")[0]) for setting, gpio in gpios_in_use(config)}
    return {
        gpio: HOLES[drawn[gpio]]
        for gpio, part in parts.items()
        if part is not None and drawn.get(gpio, "").startswith(part) and drawn[gpio] in HOLES
    }


def spell_gpios(text: str, config: Config) -> str:
    """The text with every GPIO's header pin and hole behind it."""
    at = map_holes(config)

    def place(found: re.Match[str]) -> str:
        gpio = int(found[1])
        if gpio not in HEADER:
            return found[0]
        hole = f", hole {at[gpio]}" if gpio in at else ""
        return f"{found[0]} (header pin {HEADER[gpio]}{hole})"

    return GPIO.sub(place, text)


def spell_finding(finding: Finding, config: Config) -> Finding:
    """The finding, its GPIOs spelt."""
    return replace(finding, said=spell_gpios(finding.said, config), cure=spell_gpios(finding.cure, config))
