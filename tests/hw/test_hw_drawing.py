"""The generator itself: numbers, expressions, turning, junctions, identifiers, and whether a sheet can be read."""

import re
from dataclasses import replace

import pytest

from hw import make
from hw.design import library, parts
from hw.design.versions import BOARDS, VERSIONS, Version, project, title_block
from hw.kicad import netlist as netlists
from hw.kicad.files import schematic
from hw.kicad.reading import findings
from hw.kicad.sexp import Word, dumps, loads, number
from hw.kicad.sheet import Label, Note, Placed, Sheet, cut
from hw.kicad.slim import slim

SHEETS = [(version, sheet.name) for version in (*VERSIONS, *BOARDS) for sheet in project(version).sheets]
R10K = parts.resistor("10k").component()


def sheet_of(version: Version, name: str) -> Sheet:
    return next(sheet for sheet in project(version).sheets if sheet.name == name)


def blank() -> Sheet:
    return Sheet("blank", title_block(VERSIONS[0], "display"))


@pytest.mark.parametrize(
    ("value", "text"), [(0.1 + 0.2, "0.3"), (-0.00001, "0"), (45.72, "45.72"), (36 * 1.27, "45.72"), (3, "3")]
)
def test_numbers_are_written_one_way(value: float, text: str) -> None:
    assert number(value) == text


def test_expressions_come_back_as_they_were() -> None:
    node = [Word("a"), 'say "Défi" \\ or\nnot', [Word("b"), Word("1.5"), []], [Word("c"), ""]]
    assert loads(dumps(node)) == node  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["(a", "(a))", "", "word", "(a (b)"])
def test_broken_expressions_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|complete"):
        loads(text)


@pytest.mark.parametrize(("rotation", "where"), [(0, (10, 7)), (90, (7, 10)), (180, (10, 13)), (270, (13, 10))])
def test_turning_moves_the_first_pin(rotation: int, where: tuple[int, int]) -> None:
    assert Placed(library.RESISTOR, "R1", R10K, (10, 10), rotation).pin("1") == where


def test_dots_where_ways_meet_and_only_there() -> None:
    sheet = blank()
    sheet.wire((0, 0), (10, 0))
    sheet.wire((5, 0), (5, 5))
    sheet.wire((8, -3), (8, 3))
    assert sheet.junctions() == [(5, 0)]
    assert ((0, 0), (5, 0)) in sheet.segments()


def test_cutting_keeps_the_direction() -> None:
    assert cut(((10, 0), (0, 0)), [(3, 0), (7, 0), (99, 0)]) == [((10, 0), (7, 0)), ((7, 0), (3, 0)), ((3, 0), (0, 0))]


def test_slanting_wires_and_taken_references_are_refused() -> None:
    sheet = blank()
    with pytest.raises(ValueError, match="slanting"):
        sheet.wire((0, 0), (1, 1))
    sheet.place(Placed(library.RESISTOR, "R1", R10K, (10, 10)))
    with pytest.raises(ValueError, match="R1 stands on"):
        sheet.place(Placed(library.RESISTOR, "R1", R10K, (20, 10)))


@pytest.mark.parametrize("version", (*VERSIONS, *BOARDS), ids=lambda version: version.name)
def test_identifiers_are_unique(version: Version) -> None:
    whole = project(version)
    found = [match for sheet in whole.sheets for match in re.findall(r'\(uuid "([^"]+)"\)', schematic(whole, sheet))]
    assert len(found) == len(set(found)) > 100


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_references_are_unique_in_a_version(version: Version) -> None:
    found = [placed.reference for sheet in project(version).sheets for placed in sheet.placed]
    assert len(found) == len(set(found))


@pytest.mark.parametrize(("version", "name"), SHEETS, ids=lambda item: getattr(item, "name", item))
def test_every_sheet_can_be_read(version: Version, name: str) -> None:
    assert findings(sheet_of(version, name)) == []


def test_what_cannot_be_read_is_found() -> None:
    sheet = sheet_of(VERSIONS[0], "keypad")
    sheet.labels.append(Label("KEY_ROW9", (34, 46.3), 180, "output"))
    sheet.notes += [Note("over the edge", (225, 50)), Note("in the title block", (170, 140))]
    sheet.wire((20, 89), (60, 89))
    first = sheet.placed[1]
    sheet.placed[1] = replace(first, reference_at=(100, 46), value_at=(100, 48))
    text = "\n".join(findings(sheet))
    for expected in (
        "'KEY_ROW1' lies on 'KEY_ROW9'", "'over the edge\\n' leaves", "'in the title block\\n' leaves",
        "lies on a wire ((20, 89), (60, 89))", f"{first.reference!r} lies on a wire",
    ):  # fmt: skip
        assert expected in text


def test_a_symbols_pins_are_found_by_name_and_number() -> None:
    assert library.OLED.pin("SDA") is library.OLED.pin("4")
    with pytest.raises(KeyError, match="no pin MOSI"):
        library.OLED.pin("MOSI")


def test_the_kept_netlist_comes_back_as_it_was() -> None:
    for netlist in make.kept_netlists():
        again = netlists.from_text("\n".join(netlists.dumps(netlist)))
        assert again.nets == netlist.nets
        assert again.parts == netlist.parts


def test_a_broken_netlist_line_is_refused() -> None:
    with pytest.raises(ValueError, match="not a line of a netlist"):
        netlists.from_text("pin\tonly two")


KICAD_SVG = """<svg width="10mm" viewBox="0.0000 0.0000 10.0000 5.0000">
<title>SVG Image created as x.svg date 2026/01/01 </title><desc>x</desc>
<g style="fill:none; \nstroke:#840000; stroke-width:0.1524; stroke-dasharray:2.2000,0.8000;">
<path d="M1.0000 1.0000\nL2.0000 1.0000\n" />
<path d="M2.0000 1.0000\nL2.0000 3.0049\n" />
<path d="M5.0000 1.0000\nL4.0000 1.0000\nZ" />
</g><g style="x">\n</g>
<text x="1" opacity="0">hidden</text><circle cx="1.0" cy="2.0" r="0.5" />
</svg>"""


def test_slim_pictures_keep_their_lines() -> None:
    small = slim(KICAD_SVG)
    assert 'd="M100 100l100 0 0 200M500 100l-100 0z"' in small
    assert 'viewBox="0 0 1000 500"' in small
    assert "stroke-width:15;stroke-dasharray:220,80" in small
    assert '<circle cx="100" cy="200" r="50"/>' in small
    assert "2026" not in small
    assert "hidden" not in small


def test_slim_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="curves"):
        slim('<path d="M1 1\nC1 2 3 4 5 6" />')


def test_an_empty_position_is_marked() -> None:
    whole = project(VERSIONS[0])
    display = next(sheet for sheet in whole.sheets if sheet.name == "display")
    text = schematic(whole, display)
    assert [placed.reference for placed in display.placed if not placed.component.fitted] == ["J1"]
    assert text.count("(dnp yes)") == 1
