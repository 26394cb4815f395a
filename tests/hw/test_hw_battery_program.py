"""The battery version as guide, drawing and program together make it: the very settings of the guide, on a board whose
contacts close where the drawing has them, make a code."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from device.config import Config, merge_config
from device.former_names import carry_names
from drivers.circuit import GROUND, CircuitContact
from drivers.power.supply import WAKES, Off, WakeSource
from hw import make
from hw.kicad.netlist import Netlist
from sesame_core.events import Key, Millis
from simulator.bench import PRESS, Bench
from tests.story import FIRST_CODE, Story

DOCUMENTS = sorted((make.REPOSITORY / "docs").glob("*.md"))
UNDER_A_KEY = re.compile(r"under the (\w+) key")


def guide() -> str:
    return (make.REPOSITORY / "docs" / "build.md").read_text(encoding="utf-8")


def built(text: str) -> Config:
    """The settings that the guide's battery version ends with."""
    blocks = re.findall(r"```toml\n(.*?)```", text.split("## The battery version")[1], re.DOTALL)
    assert len(blocks) == 1
    return merge_config(tomllib.loads(blocks[0]), "the guide")


def read_by(netlist: Netlist, contact: str) -> int:
    """The GPIO that a contact pulls down through its diode and a resistor."""
    hot = {net for _, net in netlist.pins_of(contact)} - {"GND"}
    diodes = {pin.part for net in hot for pin in netlist.nets[net] if pin.part.startswith("D")}
    behind = {net for diode in diodes for _, net in netlist.pins_of(diode)} - hot
    series = {pin.part for net in behind for pin in netlist.nets[net] if pin.part.startswith("R")}
    reached = {net for resistor in series for _, net in netlist.pins_of(resistor)} - {"+3V3"}
    gpios = [pin.function for net in reached for pin in netlist.nets[net] if pin.part == "A1"]
    assert len(gpios) == 1, gpios
    return int(gpios[0].removeprefix("GPIO"))


class Built(Bench):
    """A reader whose keys close what the drawing has under them, too."""

    def __init__(self, config: Config, netlist: Netlist) -> None:
        super().__init__(config)
        told = {part.reference: " ".join(part.fields.values()) for part in netlist.parts.values()}
        self._under = {
            Key(found[1]): CircuitContact(read_by(netlist, reference), GROUND)
            for reference, text in told.items()
            if reference.startswith("SW") and (found := UNDER_A_KEY.search(text))
        }
        assert Key.CODE in self._under

    def press_key(self, key: Key, hold: Millis = PRESS) -> None:
        circuit, under = self.parts.hardware.circuit, self._under.get(key)
        if under is None:
            super().press_key(key, hold)
            return
        circuit.close(under)
        super().press_key(key, hold)
        circuit.open(under)
        self.let_pass(PRESS)


def test_the_battery_version_of_the_guide_makes_a_code(battery: Netlist) -> None:
    config = built(guide())
    assert config.power.off == Off.SYSTEM.value
    reader = Story(Built(config, battery))
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert reader.shows_a_code()
    reader.press("Arrêt")
    assert reader.dark()


def test_it_would_be_seen_if_the_contact_under_the_code_key_were_an_off_key(battery: Netlist) -> None:
    config = built(guide())
    reader = Story(Built(replace(config, power=replace(config.power, button=True)), battery))
    reader.insert("bank-card")
    reader.press(FIRST_CODE)
    assert not reader.shows_a_code()


def test_the_contacts_are_where_the_program_looks_for_them(battery: Netlist) -> None:
    config = built(guide())
    assert read_by(battery, "SW1") == config.slot.card_switch_gpio
    assert read_by(battery, "SW2") == config.power.button_gpio


def test_what_the_guide_says_wakes_it_is_what_the_program_says() -> None:
    wakes = WAKES[Off(built(guide()).power.off)]
    assert {WakeSource.CODE_KEY, WakeSource.CARD_SWITCH} <= wakes, "the latch's contacts"
    assert "Press Code: it starts (of the front board it is" in guide()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_setting_that_a_document_shows_is_one(document: Path) -> None:
    """The reports of booted systems show what was set on their day, maybe by a former name: nobody edits them."""
    text = document.read_text(encoding="utf-8")
    for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        merge_config(tomllib.loads(block), document.name)
    for section, setting in re.findall(r"`\[(\w+)\] (\w+ = [^`]+)`", text):
        shown = tomllib.loads(f"[{section}]\n{setting}")
        merge_config(carry_names(shown) if document.name.startswith("vm-report-") else shown, document.name)
