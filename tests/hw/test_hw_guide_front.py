"""The front board's guide and checklists say what drawing, figures and self-test say; needs no KiCad."""

import re
from collections.abc import Callable, Iterable
from itertools import zip_longest
from pathlib import Path

import pytest

from device.config import Config, KeypadConfig, load_config
from device.selftest.pad import COLUMN_RESISTORS, ROW_RESISTORS, draw_pad
from hw import make
from hw.board import kept
from hw.board.order import parts_csv
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


def plain(text: str) -> str:
    """Without Markdown's marks."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("`", "").replace("**", "")


def steps_of(guide: str) -> list[tuple[str, str]]:
    """Each box of the guide, and each row of what is measured, in its order: what, and what must show."""
    found: list[tuple[str, str]] = []
    for line in guide.splitlines():
        if line.startswith("- [ ] "):
            found.append((plain(line.removeprefix("- [ ] ")), ""))
        elif line.startswith("| ") and line.count("|") == 4 and not line.startswith("| between"):
            between, must = line.strip("| ").split(" | ")[:2]
            found.append((between, must))
    return found


def unlike(guide: str, lines: Iterable[tuple[str, str, str]]) -> list[str]:
    """Boxes of the checklist that are not in the guide where they should be, and steps of the guide in no checklist."""
    boxes = [(text, more) for kind, text, more in lines if kind == "box"]
    found = []
    for box, step in zip_longest(boxes, steps_of(guide), fillvalue=("nothing", "")):
        said = box[0] == step[0] and box[1] == step[1] if step[1] else step[0].startswith(box[0])
        if not said:
            found.append(f"checklist: {box[0]} | {box[1]}; guide: {step[0]} | {step[1]}")
    return found


def test_the_checklist_is_the_guide(guide: str, front: Netlist, figures: Figures) -> None:
    """Box by box in one order, and what must show by netlist and figures; the heads too."""
    lines = list(checklist.lines(front, figures, "en"))
    assert unlike(guide, lines) == []
    heads = [text for kind, text, _ in lines if kind == "head" and text[0].isdigit()]
    assert re.findall(r"^## (.*)", guide, re.MULTILINE) == [head.split(",")[0] for head in heads]


def exchanged(text: str, first: str, second: str) -> str:
    """Two lines of a text in each other's place."""
    lines = text.split("\n")
    one, other = (next(at for at, line in enumerate(lines) if line.startswith(start)) for start in (first, second))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


CONTRADICTIONS: dict[str, Callable[[str], str]] = {
    "a step left out": lambda text: text.replace("- [ ] Four standoffs", "Four standoffs"),
    "a step of its own": lambda text: text.replace("## 6. Close\n", "## 6. Close\n- [ ] Paint it.\n"),
    "the display before the Pi": lambda text: exchanged(text, "- [ ] Display:", "- [ ] microSD into"),
    "another reading": lambda text: text.replace("| 3.2 V to 3.4 V |", "| 4.8 V to 5.2 V |"),
    "a measure left out": lambda text: text.replace("| GND - 5 V (U3 5V) |", "GND - 5 V"),
}


@pytest.mark.parametrize("mistake", CONTRADICTIONS)
def test_a_guide_unlike_its_checklist_is_found(mistake: str, guide: str, front: Netlist, figures: Figures) -> None:
    broken = CONTRADICTIONS[mistake](guide)
    assert broken != guide
    assert unlike(broken, checklist.lines(front, figures, "en"))


def test_nothing_is_plugged_in_before_the_measures(guide: str) -> None:
    """Display, modules and reader come behind the Pi's own 3.3 V; the cell is the last of the battery's parts."""
    names = [step for step, _ in steps_of(guide)]
    order = [
        "Pi alone on A1",
        "Modules joined",
        "Cell last",
        "microSD into the Pi",
        "Display:",
        "Card reader plugged in",
    ]
    found = [next(at for at, name in enumerate(names) if name.startswith(start)) for start in order]
    assert found == sorted(found)


def test_another_value_is_another_reading(front: Netlist, figures: Figures) -> None:
    assert [each.must for each in checklist.readings(front, figures, "en")][-4:-1] == [
        "0.3 V to 0.9 V",
        "nothing",
        "0.3 V to 0.9 V",
    ]
    other = changed(changed(front, "R1", value="4.7k"), "R5", value="1k")
    told = {each.between: each.must for each in checklist.readings(other, figures, "fr")}
    assert told["A1 29 - A1 1"] == "4.7 kohm (R1)"
    assert told["A1 31, 33, 35 - A1 1"] == "10 kohm chacun (R2 R3 R4)"
    assert "0,3 V à 1,8 V" in told.values()


def test_another_part_is_another_reading_of_the_battery(front: Netlist, figures: Figures) -> None:
    assert "about 9 µA more" in {each.must for each in checklist.battery_readings(front, figures, "en")}
    other = changed(front, "R13", value="1M")
    told = {each.must for each in checklist.battery_readings(other, figures.changed(boost_volts=5.0), "fr")}
    assert {"environ 4 µA de plus", "4,9 V à 5,1 V"} <= told


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
