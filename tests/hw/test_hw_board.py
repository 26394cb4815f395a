"""The printed boards as they are kept: our own checks, each seen failing on a mistake; no KiCad is asked here."""

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import dist

import pytest

from hw import make
from hw.board import check, kept, limits, order
from hw.board.check import findings
from hw.board.read import ReadBoard, ReadPad, ReadPart, ReadTrack, read_board
from hw.checks.all import CHECKS
from hw.checks.all import findings as circuit_findings
from hw.checks.figures import Figures
from hw.design import parts, surface
from hw.design.files import SCHEMATICS
from hw.design.versions import BOARDS, FRONT, HAT, Version
from hw.kicad.netlist import Netlist
from tests.hw.test_hw_rules import changed, without

ROOT = make.REPOSITORY


@cache
def board_of(version_name: str) -> ReadBoard:
    version = next(each for each in BOARDS if each.name == version_name)
    return read_board((ROOT / kept.board_path(version)).read_text(encoding="utf-8"))


every_board = pytest.mark.parametrize("version", BOARDS, ids=lambda version: version.name)


@every_board
def test_the_circuit_is_right(version: Version, figures: Figures) -> None:
    assert circuit_findings(kept.kept_netlist(version), figures) == {}


@every_board
def test_the_board_is_right(version: Version) -> None:
    assert findings(board_of(version.name), kept.kept_netlist(version), version.name) == {}


def moved_pads(board: ReadBoard, reference: str, move: Callable[[ReadPad], ReadPad]) -> ReadBoard:
    return replace(board, pads=tuple(move(pad) if pad.reference == reference else pad for pad in board.pads))


def around_middle(board: ReadBoard, *, mirrored: bool) -> ReadBoard:
    """The header turned by 180 degrees, or mirrored, on its own holes."""
    pads = [pad for pad in board.pads if pad.reference == "A1"]
    x, y = (sum(getattr(pad, axis) for pad in pads) / len(pads) for axis in ("x", "y"))
    return moved_pads(board, "A1", lambda pad: replace(pad, x=2 * x - pad.x, y=pad.y if mirrored else 2 * y - pad.y))


def renetted(board: ReadBoard, reference: str, number: str, net: str) -> ReadBoard:
    def given(pad: ReadPad) -> ReadPad:
        return replace(pad, net=net) if pad.number == number else pad

    return moved_pads(board, reference, given)


def without_part(board: ReadBoard, reference: str) -> ReadBoard:
    parts = tuple(part for part in board.parts if part.reference != reference)
    return replace(board, parts=parts, pads=tuple(pad for pad in board.pads if pad.reference != reference))


def thinned(board: ReadBoard, net: str, width: float) -> ReadBoard:
    """The longest of a net's wide pieces becomes narrow."""
    wide = [track for track in board.tracks if track.net == net and track.width >= 1]
    longest = max(wide, key=lambda track: dist(track.start, track.end))
    return replace(board, tracks=tuple(replace(t, width=width) if t == longest else t for t in board.tracks))


def through_a_screw(board: ReadBoard) -> ReadBoard:
    screw = next(part for part in board.parts if part.reference == "H1")
    track = board.tracks[0]
    across = replace(track, start=(screw.x - 9, screw.y), end=(screw.x + 9, screw.y))
    return replace(board, tracks=(*board.tracks, across))


def beside_a_screw(board: ReadBoard, gap: float) -> ReadBoard:
    """A short track so far from the screw's middle: its copper is nearer."""
    screw = next(part for part in board.parts if part.reference == "H1")
    track = board.tracks[0]
    x = screw.x + gap
    beside = replace(track, start=(x, screw.y - 1), end=(x, screw.y + 1), width=0.25)
    return replace(board, tracks=(*board.tracks, beside))


def drawn_in(board: ReadBoard, share: float) -> ReadBoard:
    """The areas without copper smaller, round their middles."""

    def smaller(area: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        x, y = (sum(corner[axis] for corner in area) / len(area) for axis in (0, 1))
        return tuple((x + (a - x) * share, y + (b - y) * share) for a, b in area)

    return replace(board, areas=tuple(smaller(area) for area in board.areas))


def without_stitches(board: ReadBoard, side: float) -> ReadBoard:
    """Without ground's vias in the square of `side` at the lower right corner, but for those on a routed track."""
    routed = {end for track in board.tracks if not track.drill for end in (track.start, track.end)}

    def stays(track: ReadTrack) -> bool:
        x, y = track.start
        corner = x > board.width - side and y > board.height - max(side, 12)
        return not track.drill or track.net != "GND" or track.start in routed or not corner

    return replace(board, tracks=tuple(track for track in board.tracks if stays(track)))


def shifted(board: ReadBoard, dx: float, dy: float) -> ReadBoard:
    """Parts, copper and areas moved together: only the outline stays."""

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return point[0] + dx, point[1] + dy

    return replace(
        board,
        parts=tuple(replace(part, x=part.x + dx, y=part.y + dy) for part in board.parts),
        pads=tuple(replace(pad, x=pad.x + dx, y=pad.y + dy) for pad in board.pads),
        tracks=tuple(replace(track, start=at(track.start), end=at(track.end)) for track in board.tracks),
        areas=tuple(tuple(map(at, area)) for area in board.areas),
        fills=tuple(replace(fill, corners=tuple(map(at, fill.corners))) for fill in board.fills),
    )


def turned_over(board: ReadBoard, reference: str) -> ReadBoard:
    parts = tuple(replace(part, back=not part.back) if part.reference == reference else part for part in board.parts)
    return replace(board, parts=parts)


def extra_part(board: ReadBoard) -> ReadBoard:
    return replace(board, parts=(*board.parts, ReadPart("R99", "1k", "Resistor_SMD:R", 1, 1, True, True, True)))


MISTAKES: dict[str, tuple[Callable[[ReadBoard], ReadBoard], str]] = {
    "the Pi's header turned by 180 degrees": (lambda b: around_middle(b, mirrored=False), "pin 1 of the Pi is at"),
    "the Pi's header mirrored": (lambda b: around_middle(b, mirrored=True), "pin 1 of the Pi is at"),
    "the Pi's header a pitch further": (
        lambda b: moved_pads(b, "A1", lambda pad: replace(pad, x=pad.x + 2.54)), "pin 1 of the Pi is at",
    ),
    "a hole of the Pi a millimetre off": (
        lambda b: replace(b, parts=tuple(replace(p, x=p.x + 1) if p.reference == "H1" else p for p in b.parts)),
        "no four holes 58 x",
    ),
    "two pads' nets exchanged": (
        lambda b: renetted(renetted(b, "D1", "1", "/Light and sound/LED_A"), "D1", "2", "GND"), "D1 pad 1 is on /Light",
    ),
    "a pad on a net of its own": (lambda b: renetted(b, "R9", "1", ""), "R9 pad 1 is on nothing, must be on /LED"),
    "a free pin joined": (lambda b: renetted(b, "A1", "15", "GND"), "A1 pad 15 is on GND, must be on nothing"),
    "a part lost": (lambda b: without_part(b, "R9"), "R9 is not on the board"),
    "a part of no drawing": (extra_part, "R99 is on the board and in no drawing"),
    "a track through a screw's hole": (through_a_screw, "0.00 mm from the middle of H1"),
    "no area without copper at the screws": (lambda b: replace(b, areas=()), "H1 has no area without copper"),
    "the outline open": (lambda b: replace(b, edges=b.edges[1:]), "the outline is open at"),
    "the outline too large": (lambda b: replace(b, width=104.0), "the board is over 100 mm"),
    "a random identifier": (
        lambda b: replace(b, identifiers=(*b.identifiers, "5f0c0d7e-1111-4222-8333-944445555566")), "random identifier",
    ),
    "an identifier twice": (lambda b: replace(b, identifiers=(*b.identifiers, b.identifiers[0])), "stands 2 times"),
    "a small part on the other side": (lambda b: turned_over(b, "R9"), "R9: on the other side"),
    "ground poured on one side": (
        lambda b: replace(b, fills=tuple(fill for fill in b.fills if fill.layer)), "not poured on both sides",
    ),
    "a supply poured": (
        lambda b: replace(b, fills=(*b.fills, replace(b.fills[0], net="+5V"))), "ground is not poured on both sides",
    ),
    "the planes not stitched": (lambda b: without_stitches(b, b.width), "no via joins the planes within 5 mm of"),
    "a corner not stitched": (lambda b: without_stitches(b, 12), "no via joins the planes within 5 mm of"),
    "all of it 2 and 3 mm off the outline": (lambda b: shifted(b, 2, 3), "the Pi's first hole is at"),
    "the Pi's header without a pin": (
        lambda b: replace(b, pads=tuple(p for p in b.pads if (p.reference, p.number) != ("A1", "40"))),
        "the Pi's header has 39 pins, must have 40",
    ),
    "a part without one of its pads": (
        lambda b: replace(b, pads=tuple(p for p in b.pads if (p.reference, p.number) != ("R9", "2"))),
        "R9 has no pad 2",
    ),
    "copper 3 mm from a screw": (lambda b: beside_a_screw(b, 3.0), "3.00 mm from the middle of H1"),
    "an area of 2.9 mm at a screw of the Pi": (lambda b: drawn_in(b, 2.9 / 3.1), "H1 has no area without copper"),
}  # fmt: skip


@every_board
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(mistake: str, version: Version) -> None:
    broken, told = MISTAKES[mistake]
    found = findings(broken(board_of(version.name)), kept.kept_netlist(version), version.name)
    assert any(told in line for lines in found.values() for line in lines), found


@pytest.mark.parametrize("net", ["VBAT", "VSYS", "VSW", "+5V"])
def test_a_thin_supply_is_found(net: str) -> None:
    told = check.thin_supplies(thinned(board_of(FRONT.name), net, 0.5))
    assert len(told) == 1
    assert told[0].startswith(f"{net}: ")


def test_a_tall_part_under_a_socket_of_the_pi_is_found() -> None:
    broken = moved_pads(board_of(FRONT.name), "D1", lambda pad: replace(pad, y=3.0))
    assert check.tall_under_sockets(broken, FRONT.name) == ["D1 stands under a socket of the Pi"]


ARRAYS = "cables and windows meet a diode array"
KEYS = "keys read right"
CIRCUIT: dict[str, tuple[Callable[[Netlist], Netlist], str, str]] = {
    "no array at the slot's cable": (lambda n: without(n, "U6"), ARRAYS, "/SLOT_TXD reaches J2"),
    "no array at the display": (lambda n: without(n, "U7"), ARRAYS, "/OLED_SDA reaches DS1"),
    "a row's resistor bridged": (
        lambda n: changed(n, "R24", value="47"), "fingers and cables meet a resistor first", "KEY_ROW2: 47",
    ),
    "1 k in a row": (lambda n: changed(n, "R24", value="1k"), KEYS, "with its whole column down"),
    "1 k in a column": (lambda n: changed(n, "R6", value="1k"), KEYS, "over VIL"),
    "a key's diode lost": (lambda n: without(n, "D32"), KEYS, "KEY_ROW3 x KEY_COL2: 0 switches"),
    "the memory's bus shared": (
        lambda n: changed(n, "U5", value="something"), "no conflict with boot, console or bus", "header pin 27",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", CIRCUIT)
def test_a_mistake_in_the_front_boards_circuit_is_found(mistake: str, figures: Figures) -> None:
    broken, name, told = CIRCUIT[mistake]
    assert any(told in line for line in CHECKS[name](broken(kept.kept_netlist(FRONT)), figures))


@every_board
def test_a_board_without_any_array_is_refused(version: Version, figures: Figures) -> None:
    bare = without(without(kept.kept_netlist(version), "U6"), "U7")
    assert len(CHECKS[ARRAYS](bare, figures)) == 4


@every_board
def test_every_small_part_has_a_position_on_one_side(version: Version) -> None:
    lines = (ROOT / kept.DOCUMENTS / f"{version.name}-positions.csv").read_text(encoding="utf-8").splitlines()[1:]
    placed = {line.split(",")[0].strip('"') for line in lines}
    rows = [line.split(",") for line in order.parts_csv(kept.kept_netlist(version)).splitlines()[1:]]
    assert len(limits.sides("\n".join(["Ref,Val,Package,PosX,PosY,Rot,Side", *lines]))) == 1
    pads = {pad.reference for pad in board_of(version.name).pads if pad.number and not pad.drill}
    fitted = {part.reference for part in board_of(version.name).parts if part.fitted and part.of_drawing}
    assert placed == pads & fitted
    assert rows


@every_board
def test_every_part_can_be_ordered_and_somebody_fits_it(version: Version) -> None:
    """Also what modules, cell, display and Pi are plugged into: each is a line with a number of its own."""
    text = (ROOT / kept.DOCUMENTS / f"{version.name}-parts.csv").read_text(encoding="utf-8")
    netlist = kept.kept_netlist(version)
    assert text == order.parts_csv(netlist)
    assert order.unordered(netlist) == []
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["Designator"].split(",")[0] for row in rows if row["Fitted by"] == "house"}
    assert not [row for row in rows if row["Fitted by"] == "house" and "_THT" in row["Footprint"]]
    soldered = {
        row["Designator"]: row for row in rows if row["Fitted by"] == "hand" and "Connector_" in row["Footprint"]
    }
    placed = [name for names in soldered for name in names.split(",")]
    plugged = [row["Designator"].removeprefix("on ") for row in rows if row["Fitted by"] == "plug"]
    assert sorted(placed) == sorted(plugged)
    for row in soldered.values():
        contacts = re.search(r"(\d)x(\d\d)_", row["Footprint"])
        assert contacts
        assert contacts[2].lstrip("0") in row["Part number"] or row["Part number"].startswith("B2B-PH")


def test_the_pi_of_each_board_is_its_own() -> None:
    """The HAT sits on a Pi 3, 4 or 5; its list named the front board's Zero 2 W."""
    ordered = {}
    for version in BOARDS:
        text = (ROOT / kept.DOCUMENTS / f"{version.name}-parts.csv").read_text(encoding="utf-8")
        (row,) = [row for row in csv.DictReader(text.splitlines()) if row["Designator"] == "on A1"]
        ordered[version.name] = row["Value"]
    assert ordered == {FRONT.name: "Raspberry Pi Zero 2 WH", HAT.name: "Raspberry Pi 4 Model B"}


def numberless(mpn: str, number: str | None) -> dict[str, parts.Part]:
    """What is soldered for a module without a number, or not at all."""
    found = dict(surface.CARRIERS)
    part = found.pop(mpn)
    return found if number is None else {**found, mpn: replace(part, mpn=number)}


@pytest.mark.parametrize("number", [None, "", "~", "none"])
@pytest.mark.parametrize(
    ("part", "where"),
    [(parts.PI_ZERO, "A1"), (parts.OLED, "DS1"), (parts.CELL, "BT1"), (parts.CARD_SWITCH, "SW1"), (parts.BOOST, "U3")],
)
def test_a_soldered_connector_without_a_number_is_named(part: parts.Part, where: str, number: str | None) -> None:
    found = order.unordered(kept.kept_netlist(FRONT), numberless(part.mpn, number))
    assert [line.split(":")[0] for line in found] == [where]


def test_a_part_without_a_number_is_named() -> None:
    netlist = kept.kept_netlist(FRONT)
    fields = {**netlist.parts["BZ1"].fields, "MPN": ""}
    broken = replace(netlist, parts={**netlist.parts, "BZ1": replace(netlist.parts["BZ1"], fields=fields)})
    assert order.unordered(broken) == ["BZ1: no order number for Buzzer 3 V"]


def test_the_drawing_says_where_the_wake_button_is() -> None:
    """The front board's is a switch of its own beside the light; the hand-wired one is under the Code key."""
    front, wired = (
        (ROOT / SCHEMATICS / name / "latch.kicad_sch").read_text(encoding="utf-8") for name in ("front", "battery")
    )
    assert "Wake by the button beside the light" in front
    assert "Code key" not in front
    assert "a hook" in front
    assert "Wake by the button under the Code key" in wired
