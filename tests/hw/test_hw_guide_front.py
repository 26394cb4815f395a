"""The front board's guide and checklists say what drawing, figures and self-test say; needs no KiCad."""

import re
from pathlib import Path

import pytest

from device.config import Config, KeypadConfig, load_config
from device.selftest.pad import COLUMN_RESISTORS, ROW_RESISTORS, draw_pad
from hw import make
from hw.board import kept
from hw.board.build import parts_csv
from hw.checks.figures import Figures
from hw.checks.keys import diode_keys
from hw.design.library import LEGENDS
from hw.design.versions import FRONT
from hw.documents import checklist
from hw.kicad.netlist import Netlist
from sesame_core.events import Key
from tests.hw.test_hw_rules import changed

GUIDE = make.REPOSITORY / "docs/hardware/front-board.md"
CASE = make.REPOSITORY / "docs/hardware/case.md"


@pytest.fixture(scope="module")
def guide() -> str:
    return GUIDE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def front() -> Netlist:
    return kept.kept_netlist(FRONT)


def test_the_references_exist(guide: str, front: Netlist) -> None:
    named = set(re.findall(r"\b(?:R|C|D|Q|SW|BZ|U|BT|DS|J)\d{1,2}\b", guide + CASE.read_text(encoding="utf-8")))
    assert named <= set(front.parts)
    assert len(named) > 20


def test_everything_that_stands_on_pins_is_soldered_once_and_told(guide: str, front: Netlist) -> None:
    steps = [reference for step in checklist.soldering() for reference in step]
    assert sorted(steps) == sorted(checklist.by_hand(front))
    solder = guide[guide.index("## 2. Solder") : guide.index("## 3. Measure")]
    assert "SW11 to SW44" in solder
    assert [name for name in steps if name not in checklist.KEYS and not re.search(rf"\b{name}\b", solder)] == []


def test_whoever_is_said_to_solder_it_does(front: Netlist) -> None:
    rows = [line for line in parts_csv(front).splitlines() if ",hand," in line]
    named = {
        reference for row in rows for reference in re.findall(r"\b[A-Z]+\d+\b", row.split(",1,")[0].split('"')[-1])
    }
    named |= {reference for row in rows if row.startswith('"') for reference in row.split('"')[1].split(",")}
    assert set(checklist.by_hand(front)) <= named


def test_the_order_is_from_behind_to_the_tall(guide: str, front: Netlist) -> None:
    text = guide[guide.index("## 2. Solder") : guide.index("## 3. Measure")]
    sides = re.findall(r"^- \[ \] (Behind|Front):", text, re.MULTILINE)
    assert sides == sorted(sides)
    assert len(sides) == len(checklist.soldering())


def test_the_guide_expects_what_netlist_and_figures_give(guide: str, front: Netlist, figures: Figures) -> None:
    expected = {each.between: each.must for each in checklist.readings(front, figures, "en")}
    pulls = [between for between in expected if re.fullmatch(r"A1 \d+ - A1 \d+", between)]
    pins = ", ".join(between.split()[1] for between in pulls)
    assert f"| A1 {pins} and A1 1 | 10 kohm each | R1, R2, R3, R4 |" in guide
    assert {expected[between] for between in pulls} == {f"10 kohm (R{number})" for number in range(1, 5)}
    assert f"| over {checklist.told_ohms(checklist.LEAST_OHMS)} each" in guide
    for signal, words in (
        ("/KEY_ROW1", "red on A1 {}"),
        ("/KEY_COL1", "black on A1 {}"),
        ("/CARD_SWITCH", "red on A1 {}"),
    ):
        assert words.format(next(pin.number for pin in front.nets[signal] if pin.part == "A1")) in guide
    for words in ("key 1 held", "SW1 bridged"):
        (must,) = (value for between, value in expected.items() if words in between)
        assert re.search(rf"\| diode test, .*(?:key 1 held|SW1's pins bridged) \| {re.escape(must)} \|", guide)


def test_another_value_is_another_reading(front: Netlist, figures: Figures) -> None:
    assert [each.must for each in checklist.readings(front, figures, "en")][-3:] == [
        "0.3 V to 0.9 V",
        "nothing",
        "0.3 V to 0.9 V",
    ]
    other = changed(changed(front, "R1", value="4.7k"), "R5", value="1k")
    told = {each.between: each.must for each in checklist.readings(other, figures, "fr")}
    assert told["A1 29 - A1 1"] == "4.7 kohm (R1)"
    assert "0,3 V à 1,8 V" in told.values()


def test_both_languages_have_every_line(front: Netlist, figures: Figures) -> None:
    french, english = (list(checklist.lines(front, figures, language)) for language in checklist.LANGUAGES)
    assert [kind for kind, _, _ in french] == [kind for kind, _, _ in english]
    assert sum(kind == "box" for kind, _, _ in french) > 25
    for language in checklist.LANGUAGES:
        drawn = checklist.as_svg(front, figures, language)
        lowest = max(float(y) for y in re.findall(r' y="([\d.]+)"', drawn))
        assert lowest < checklist.PAGE[1] - 10


def test_the_kept_checklists_are_those_that_are_made() -> None:
    made = make.checklists()
    assert {path: (make.REPOSITORY / path).read_bytes() for path in made} == made
    assert [path for path in made if path.name not in GUIDE.read_text(encoding="utf-8")] == []


def test_a_changed_figure_makes_them_stale(tmp_path: Path) -> None:
    found = make.stale_files({path: data + b" " for path, data in make.checklists().items()})
    assert len(found) == len(checklist.LANGUAGES)


def test_the_pad_of_the_guide_is_the_programs(guide: str) -> None:
    drawn = "\n".join(draw_pad(Config(keypad=KeypadConfig(diodes=True)), {Key.DIGIT_5}))
    assert f"```\n{drawn}\n```" in guide


def test_what_the_self_test_names_is_in_the_drawing(front: Netlist) -> None:
    """A key's switch and diode by its place; the resistor of a row and of a column."""
    for row in range(1, 5):
        for column in range(1, 5):
            (key,) = diode_keys(front, f"KEY_ROW{row}", f"KEY_COL{column}")
            assert (key.switch, key.diode) == (f"SW{row}{column}", f"D{row}{column}")
        for names, signal in ((ROW_RESISTORS, f"/KEY_ROW{row}"), (COLUMN_RESISTORS, f"/KEY_COL{row}")):
            assert names[row - 1] in {pin.part for pin in front.nets[signal]}
    assert len(LEGENDS) == len(ROW_RESISTORS)


def test_the_links_lead_somewhere(guide: str) -> None:
    for page in (GUIDE, CASE):
        links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        assert len(links) > 5
        assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_guide_has_boxes_to_tick(guide: str) -> None:
    for number in range(1, 7):
        part = guide[guide.index(f"## {number}. ") :].split("\n## ", maxsplit=1)[0]
        assert "- [ ] " in part or number == 3


@pytest.mark.parametrize(("name", "battery"), [("front-board", False), ("front-board-battery", True)])
def test_the_settings_that_the_guide_builds_a_card_with_are_this_boards(name: str, battery: bool, guide: str) -> None:
    config = load_config(make.REPOSITORY / f"image/{name}.toml")
    assert config.keypad.diodes
    assert config.slot.card_switch is battery
    assert (config.power.off, config.power.gauge) == (("system", "max17048") if battery else ("asleep", "none"))
    assert f"--config image/{name}.toml" in guide
    told = checklist.WORDS.read_text(encoding="utf-8")
    assert told.count(f"image/{name}.toml") == (0 if battery else 2)
    assert told.count(f"{name}.toml") == 2
