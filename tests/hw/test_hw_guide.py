"""The build guide says what the design says: holes, references, values, files; needs no KiCad."""

import re

import pytest

from hw import make
from hw.breadboard import model
from hw.kicad.netlist import Netlist

GUIDE = make.REPOSITORY / "docs" / "build.md"


@pytest.fixture(scope="module")
def guide() -> str:
    return GUIDE.read_text(encoding="utf-8")


def section(guide: str, title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", guide, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_holes_are_the_boards(guide: str) -> None:
    desk = section(guide, "The desk prototype")
    named = set(re.findall(r"\b[a-j]\d{1,2}\b", desk))
    used = {str(leg.at) for leg in model.legs() if leg.at.row.isalpha()}
    ends = [end for wire in (*model.bridges(), *model.pi_wires()) for end in (wire.start, wire.end)]
    used |= {str(end) for end in ends if isinstance(end, model.Hole)}
    assert named <= used, "the guide names holes in which nothing is"
    forgotten = {f"{leg.part}: {leg.at}" for leg in model.legs() if leg.at.row.isalpha() and str(leg.at) not in named}
    assert forgotten == set(), "the guide forgets a leg"


def test_each_resistor_of_the_keypad_is_told_with_its_two_holes(guide: str) -> None:
    desk = section(guide, "The desk prototype")
    for number in (*range(1, 9), *range(23, 28)):
        first, second = (str(leg.at) for leg in model.legs() if leg.part == f"R{number}")
        assert re.search(rf"R{number} (\(470\) )?from\s+{first}\s+to\s+(the )?{re.escape(second)}\b", desk), number


def test_the_ribbon_is_told_and_drawn_where_it_leaves(guide: str) -> None:
    told = " ".join(section(guide, "The desk prototype").split())
    assert "Its ribbon leaves at the lower edge" in told
    assert "fold it back under the pad" in told


def test_the_references_exist(guide: str, desk: Netlist, battery: Netlist) -> None:
    named = set(re.findall(r"\b(?:R|C|D|Q|SW|BZ|U|KB|DS|J|X)\d{1,2}\b", guide))
    assert named <= set(desk.parts) | set(battery.parts)
    assert len(named) > 20


@pytest.mark.parametrize(
    ("part", "said"), [("R1", "10 k"), ("R9", "470"), ("R27", "470"), ("R10", "1 k"), ("R11", "10 k"), ("R12", "10 k")]
)
def test_the_values_are_the_drawings(guide: str, desk: Netlist, part: str, said: str) -> None:
    assert said.replace(" ", "") == desk.parts[part].value
    assert re.search(rf"\b{part}\b[^.;]*?\({said}", section(guide, "The desk prototype"))


def test_the_links_lead_somewhere(guide: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", guide) if "://" not in link]
    assert len(links) > 15
    assert [link for link in links if not (GUIDE.parent / link).exists()] == []


def test_every_picture_is_shown_or_linked(guide: str) -> None:
    shared = {"display", "keypad", "light-and-sound", "card-slot"}
    own = {path for path in make.kept_pictures() if path.stem.removeprefix("sesame-battery-") not in shared}
    assert [path.name for path in own if path.name not in guide] == []
