"""KiCad's own judgement: rules clean, netlist as kept, footprints real; and mistakes drawn into a copy are caught."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.header import HEADER
from hw import make
from hw.checks.all import findings
from hw.checks.figures import Figures
from hw.design.versions import DESK
from hw.kicad import cli
from hw.kicad.netlist import from_text

pytestmark = pytest.mark.usefixtures("kicad")

Copy = Callable[[str], Path]
VERSIONS = ("desk", "battery", "front", "hat")
FOOTPRINTS = Path("/usr/share/kicad/footprints")


def schematic(version: str) -> Path:
    return make.REPOSITORY / make.SCHEMATICS / version / f"sesame-{version}.kicad_sch"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_rules_are_kept(version: str) -> None:
    assert cli.check_rules(schematic(version)) == (0, [])


@pytest.mark.parametrize("version", VERSIONS)
def test_the_kept_netlist_is_the_drawings(version: str) -> None:
    kept = (schematic(version).parent / "netlist.txt").read_bytes()
    assert make.netlist_text(cli.netlist(schematic(version))) == kept


@pytest.mark.parametrize("version", VERSIONS)
def test_the_files_are_as_kicad_would_keep_them(version: str, project_copy: Copy) -> None:
    """Opening the files for the checks changes none of them."""
    root = project_copy(version)
    before = {path.name: path.read_bytes() for path in root.parent.iterdir()}
    cli.check_rules(root)
    assert {path.name: path.read_bytes() for path in root.parent.iterdir()} == before


def test_pictures_are_what_kicad_draws() -> None:
    """The same sheets with any KiCad; the same strokes with the version that drew what is kept."""
    fresh = dict(item for item in make.pictures(DESK, make.REPOSITORY) if item[0].suffix == ".svg")
    kept = {path: data for path, data in make.kept_pictures().items() if path.name in {p.name for p in fresh}}
    assert set(kept) == set(fresh)
    drawn_by = f"<!-- KiCad {cli.version()} -->".encode()
    if all(drawn_by in data for data in kept.values()):
        assert fresh == kept


def file_of(root: Path, sheet: str) -> Path:
    return root.parent / f"{sheet}.kicad_sch"


def replaced(path: Path, pattern: str, replacement: str) -> None:
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
    assert count == 1, f"{pattern!r} is not in {path.name}"
    path.write_text(text, encoding="utf-8")


def lost_wire(root: Path) -> None:
    replaced(file_of(root, "keypad"), r"\t\(wire\n.*?\n\t\)\n", "")


def short_of_supplies(root: Path) -> None:
    """The 3.3 V arrow at the Pi becomes a 5 V arrow."""
    head, found, tail = root.read_text(encoding="utf-8").rpartition('"Value" "+3V3"')
    assert found
    root.write_text(f'{head}"Value" "+5V"{tail}', encoding="utf-8")


def two_outputs(root: Path) -> None:
    """A wire between two column outputs on the overview."""
    text = root.read_text(encoding="utf-8")
    ends = [re.search(rf'\(label "KEY_COL{i}"\n\t\t\(at ([\d.]+) ([\d.]+)', text) for i in (1, 2)]
    points = "".join(f"(xy {match[1]} {match[2]})" for match in ends if match)
    wire = f'\t(wire (pts {points}) (stroke (width 0) (type default)) (uuid "00000000-0000-5000-8000-000000000001"))\n'
    root.write_text(text.replace("\t(sheet\n", wire + "\t(sheet\n", 1), encoding="utf-8")


def label_moved_off(root: Path) -> None:
    replaced(file_of(root, "signals"), r'(\(hierarchical_label "LED"\n\t\t\(shape input\)\n\t\t\(at )', r"\g<1>1")


def entry_renamed(root: Path) -> None:
    replaced(file_of(root, "slot"), r'\(hierarchical_label "CARD_SWITCH"', '(hierarchical_label "CARD_SWICH"')


def symbol_changed(root: Path) -> None:
    replaced(root.parent.parent / "sesame.kicad_sym", r"\(pin output line", "(pin input line")


@dataclass(frozen=True)
class Drawn:
    text: str
    rule: str
    make: Callable[[Path], None]


BROKEN = [
    Drawn("a lost wire", "label_dangling", lost_wire),
    Drawn("3.3 V and 5 V joined", "pin_to_pin", short_of_supplies),
    Drawn("two outputs joined", "pin_to_pin", two_outputs),
    Drawn("a label beside its wire", "label_dangling", label_moved_off),
    Drawn("an entry without a counterpart", "hier_label_mismatch", entry_renamed),
    Drawn("a symbol unlike the library's", "lib_symbol_mismatch", symbol_changed),
]


@pytest.mark.parametrize("mistake", BROKEN, ids=lambda mistake: mistake.text)
def test_the_rules_check_finds(mistake: Drawn, project_copy: Copy) -> None:
    root = project_copy("desk")
    mistake.make(root)
    status, found = cli.check_rules(root)
    assert status == cli.RULES_BROKEN
    assert mistake.rule in {violation.rule for violation in found}, found


def rows_swapped(root: Path) -> None:
    path = file_of(root, "keypad")
    text = path.read_text(encoding="utf-8")
    text = text.replace('label "KEY_ROW1"', 'label "X"').replace('label "KEY_ROW2"', 'label "KEY_ROW1"')
    path.write_text(text.replace('label "X"', 'label "KEY_ROW2"'), encoding="utf-8")


def wire_on_the_next_pin(root: Path) -> None:
    """LED and buzzer change pins on the overview."""
    text = root.read_text(encoding="utf-8")
    text = text.replace('(pin "LED" input', '(pin "X" input').replace('(pin "BUZZER" input', '(pin "LED" input')
    text = text.replace('(pin "X" input', '(pin "BUZZER" input')
    root.write_text(text, encoding="utf-8")


def number_forgotten(root: Path) -> None:
    replaced(file_of(root, "keypad"), r'"MPN" "MFR-25FRF52-10K"', '"MPN" ""')


def pull_up_forgotten(root: Path) -> None:
    path = file_of(root, "keypad")
    text = path.read_text(encoding="utf-8")
    start = text.index("\t(symbol\n", text.index('"Reference" "KB1"'))
    end = text.index("\n\t)\n", start) + 4
    assert '"Reference" "R1"' in text[start:end]
    text = text[:start] + text[end:]
    # Its two loose wires go as well, so that only the netlist can tell.
    path.write_text(text, encoding="utf-8")


QUIET = [
    Drawn("two keypad rows swapped", "every signal ends at its contact", rows_swapped),
    Drawn("LED and buzzer swapped at the sheet", "every signal ends at its contact", wire_on_the_next_pin),
    Drawn("a part number forgotten", "every part can be ordered", number_forgotten),
]


@pytest.mark.parametrize("mistake", QUIET, ids=lambda mistake: mistake.text)
def test_what_the_rules_check_lets_pass_the_netlist_shows(mistake: Drawn, project_copy: Copy, figures: Figures) -> None:
    root = project_copy("desk")
    mistake.make(root)
    assert cli.check_rules(root)[0] == 0
    assert mistake.rule in findings(cli.netlist(root), figures)


def test_a_forgotten_pull_up_is_found_twice(project_copy: Copy, figures: Figures) -> None:
    root = project_copy("desk")
    pull_up_forgotten(root)
    assert cli.check_rules(root)[0] == cli.RULES_BROKEN
    assert {"keys read right", "everything is defined at boot"} <= set(findings(cli.netlist(root), figures))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.kicad_sch"
    path.write_text("(kicad_sch", encoding="utf-8")
    with pytest.raises(cli.KicadError, match="ended with"):
        cli.netlist(path)


def pads_of(footprint: str) -> set[str]:
    library, _, name = footprint.partition(":")
    text = (FOOTPRINTS / f"{library}.pretty" / f"{name}.kicad_mod").read_text(encoding="utf-8")
    return {match for match in re.findall(r'\(pad "([^"]+)"', text) if match}


@pytest.mark.parametrize("version", VERSIONS)
def test_footprints_exist_and_have_every_pin(version: str) -> None:
    netlist = from_text((schematic(version).parent / "netlist.txt").read_text(encoding="utf-8"))
    for part in netlist.parts.values():
        pads = pads_of(part.footprint)
        pins = {pin.number for pin, _ in netlist.pins_of(part.reference)}
        # The USB port of the Pi is not on its header's footprint.
        assert {pin for pin in pins if not pin.startswith("U")} <= pads, part.reference


def test_the_pis_footprint_has_the_headers_pads() -> None:
    pads = pads_of("Module:Raspberry_Pi_Zero_Socketed_THT_FaceDown_MountingHoles")
    assert {str(number) for number in HEADER.values()} <= pads
