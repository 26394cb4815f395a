"""KiCad's own judgement of the kept boards, and mistakes made in a copy of the HAT that it must find."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hw import make
from hw.board import build, kept
from hw.board.read import read_board
from hw.design.versions import BOARDS, HAT, Version
from hw.kicad import cli
from hw.kicad.sexp import Node, Word, children, dumps, loads, text_of

pytestmark = pytest.mark.usefixtures("kicad")


@pytest.mark.parametrize("version", BOARDS, ids=lambda version: version.name)
def test_the_rules_are_kept_and_the_drawing_is_met(version: Version) -> None:
    """Warnings included: silkscreen, courtyards, library, parity."""
    assert cli.check_board(make.REPOSITORY / kept.board_path(version)) == (0, [])


@pytest.mark.parametrize("version", BOARDS, ids=lambda version: version.name)
def test_the_same_inputs_make_the_same_bytes(version: Version) -> None:
    """Placed, filled and written again, around the kept copper; with the KiCad that made what is kept."""
    path = make.REPOSITORY / kept.board_path(version)
    text = build.board_text(version, make.REPOSITORY)
    if kept.made_by(version) == cli.version():
        assert text.encode() == path.read_bytes()
    assert read_board(text).tracks


Tree = list[Node]


def items(root: Tree, kind: str) -> list[Tree]:
    return children(root, kind)


def values(node: Tree) -> list[str]:
    return [child.text for child in node[1:] if isinstance(child, Word)]


def length(node: Tree) -> float:
    start, end = (map(float, values(children(node, name)[0])) for name in ("start", "end"))
    return sum(abs(one - other) for one, other in zip(start, end, strict=True))


def segments(root: Tree, net: str) -> list[Tree]:
    """The tracks of a net, the longest first."""
    number = next(values(node)[0] for node in items(root, "net") if node[2] == net)
    return sorted((node for node in items(root, "segment") if text_of(node, "net") == number), key=length, reverse=True)


def part(root: Tree, reference: str) -> Tree:
    return next(
        node for node in items(root, "footprint")
        if any(item[1] == "Reference" and item[2] == reference for item in children(node, "property"))
    )  # fmt: skip


def shift(node: Tree, names: tuple[str, ...], dx: float) -> None:
    for name in names:
        for place in children(node, name):
            place[1] = Word(f"{float(values(place)[0]) + dx:.4f}")


def cut(root: Tree) -> None:
    root.remove(segments(root, "/OLED_SDA")[0])


def moved(root: Tree) -> None:
    for node in segments(root, "/KEY_ROW1"):
        shift(node, ("start", "end"), 0.6)


def thin(root: Tree) -> None:
    children(segments(root, "/LED")[0], "width")[0][1] = Word("0.1")


def exchanged(root: Tree) -> None:
    pads = children(part(root, "D1"), "pad")
    first, second = (children(pad, "net")[0] for pad in pads)
    first[:], second[:] = list(second), list(first)


def lost(root: Tree) -> None:
    root.remove(part(root, "R9"))


def field(root: Tree, reference: str, name: str, text: str) -> None:
    next(item for item in children(part(root, reference), "property") if item[1] == name)[2] = text


def other_value(root: Tree) -> None:
    field(root, "R9", "Value", "1k")


def other_shape(root: Tree) -> None:
    part(root, "C1")[1] = "Capacitor_SMD:C_1206_3216Metric"


def over_the_edge(root: Tree) -> None:
    shift(part(root, "J1"), ("at",), 2.0)


def unfilled(root: Tree) -> None:
    for zone in items(root, "zone"):
        for filled in children(zone, "filled_polygon"):
            zone.remove(filled)


def under_a_screw(root: Tree) -> None:
    """The longest track of a net runs through a hole of the Pi."""
    node = segments(root, "/LED")[0]
    children(node, "start")[0][1:] = [Word("99"), Word("53.5")]
    children(node, "end")[0][1:] = [Word("109"), Word("53.5")]


def fitted_unasked(root: Tree) -> None:
    attributes = children(part(root, "U5"), "attr")[0]
    attributes[:] = [child for child in attributes if child != Word("dnp")]


def printed_on_pads(root: Tree) -> None:
    """The board's own name across the keypad's strip."""
    words = next(node for node in items(root, "gr_text") if "HAT" in str(node[1]))
    children(words, "at")[0][1:3] = [Word("127"), Word("103.2")]


MISTAKES: dict[str, tuple[Callable[[Tree], None], str]] = {
    "a track cut": (cut, "unconnected_items"),
    "tracks moved": (moved, "clearance|shorting_items"),
    "a track thinned": (thin, "track_width"),
    "the light's nets exchanged": (exchanged, "net_conflict"),
    "a part lost": (lost, "missing_footprint"),
    "another value": (other_value, "footprint_symbol_mismatch"),
    "another footprint": (other_shape, "footprint_symbol_mismatch|lib_footprint_mismatch"),
    "a strip over the edge": (over_the_edge, "copper_edge_clearance"),
    "zones not filled": (unfilled, "unconnected_items|isolated_copper|zones_intersect"),
    "copper under a screw": (under_a_screw, "items_not_allowed"),
    "writing on pads": (printed_on_pads, "silk_over_copper"),
    "an option fitted": (fitted_unasked, "footprint_symbol_mismatch"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(mistake: str, tmp_path: Path) -> None:
    change, rule = MISTAKES[mistake]
    folder = tmp_path / "hat"
    shutil.copytree(make.REPOSITORY / make.folder(HAT), folder)
    shutil.copy(make.REPOSITORY / make.SCHEMATICS / "sesame.kicad_sym", tmp_path)
    path = folder / f"{HAT.name}.kicad_pcb"
    root = loads(path.read_text(encoding="utf-8"))
    change(root)
    path.write_text(dumps(root), encoding="utf-8")
    status, violations = cli.check_board(path)
    assert status == cli.RULES_BROKEN
    assert [each for each in violations if re.fullmatch(rule, each.rule)], {each.rule for each in violations}
