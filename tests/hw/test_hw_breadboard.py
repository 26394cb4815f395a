"""The breadboard joins what the schematic joins, and the diagram shows it; needs no KiCad."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from drivers.header import DESK, HEADER
from hw import make
from hw.breadboard import draw, model
from hw.breadboard.bodies import collisions
from hw.breadboard.draw import wiring_diagram
from hw.kicad.netlist import Netlist

SVG = "{http://www.w3.org/2000/svg}"


def test_the_breadboard_is_the_schematic(desk: Netlist) -> None:
    assert model.differences(desk) == []


@pytest.mark.parametrize(
    ("signal", "hole", "told"),
    [
        ("LED", "j15", "joined in the schematic only"),
        ("KEY_ROW1", "d47", "joined on the board only"),
        ("OLED_SDA", "d7", "joined on the board only"),
        ("BUZZER", "j28", "j28: BUZZER and GND"),
    ],
)
def test_a_wire_in_the_wrong_hole_is_found(
    desk: Netlist, monkeypatch: pytest.MonkeyPatch, signal: str, hole: str, told: str
) -> None:
    monkeypatch.setattr(model, "PI_HOLES", {**model.PI_HOLES, signal: hole})
    assert any(told in line for line in model.differences(desk)), model.differences(desk)


def test_a_missing_part_and_a_loose_leg_are_found(desk: Netlist, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = {name: dict(pins) for name, pins in model._PARTS.items() if name != "R11"}
    del parts["C1"]["2"]
    monkeypatch.setattr(model, "_PARTS", parts)
    found = model.differences(desk)
    assert "R11 is not on the board" in found
    assert "C1 pin 2 is in no hole" in found


def test_no_part_lies_in_another_or_over_a_hole_in_use(desk: Netlist) -> None:
    assert collisions(desk) == []


@pytest.mark.parametrize(
    ("part", "pins", "told"),
    [
        ("D2", {"2": "a26", "1": "a29"}, "BZ1 lies in D2"),
        ("C2", {"1": "b6", "2": "b5"}, "C1 lies in C2"),
        ("R9", {"1": "h24", "2": "h28"}, "R9 lies in R10"),
        ("R11", {"1": "i24", "2": "i28"}, "R11 lies over i26, which D2 has"),
        ("Q1", {"1": "g26", "2": "g27", "3": "g28"}, "Q1 lies in R10"),
    ],
)
def test_a_part_that_has_no_room_is_found(
    desk: Netlist, monkeypatch: pytest.MonkeyPatch, part: str, pins: dict[str, str], told: str
) -> None:
    """D2 lay under the buzzer, C2 in C1."""
    monkeypatch.setattr(model, "_PARTS", {**model._PARTS, part: pins})
    first, _, second = told.partition(" lies in ")
    assert {told, f"{second} lies in {first}"} & set(collisions(desk)), collisions(desk)


def test_a_supply_on_the_wrong_rail_is_found(desk: Netlist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "SUPPLY_PINS", {"+3V3": (2, "+2"), "GND": (6, "-4")})
    assert any("('A1', '2')" in line for line in model.differences(desk))


@pytest.mark.parametrize("text", ["k1", "a64", "a0", "+99"])
def test_holes_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="no hole"):
        model.hole(text)


def test_header_pins_are_the_pin_files() -> None:
    wired = {wire.signal: wire.start for wire in model.pi_wires() if wire.signal not in model.SUPPLY_PINS}
    assert wired == {pin.signal: HEADER[pin.gpio] for pin in DESK if pin.signal in wired}
    assert len(wired) == 13


def test_no_five_volts_on_the_breadboard() -> None:
    assert not {2, 4} & {wire.start for wire in model.pi_wires()}


def test_wires_that_lie_side_by_side_differ_in_colour() -> None:
    wires = sorted(
        (wire.start, wire.colour) for wire in model.pi_wires() if isinstance(wire.start, int) and wire.start % 2
    )
    assert all(a[1] != b[1] for a, b in pairwise(wires))


@pytest.fixture(scope="module")
def page() -> ElementTree.Element:
    return ElementTree.fromstring(wiring_diagram(make.kept_netlists()[0]))


def test_the_page_is_a4_landscape_in_true_scale(page: ElementTree.Element) -> None:
    assert (page.get("width"), page.get("height"), page.get("viewBox")) == ("297mm", "210mm", "0 0 297 210")


def test_everything_is_on_the_page(page: ElementTree.Element) -> None:
    words = [element.text or "" for element in page.iter(f"{SVG}text")]
    for wire in model.pi_wires():
        assert f"pin {wire.start}" in words
        assert wire.signal in words
        assert str(wire.end) in words
    for part in {leg.part for leg in model.legs()}:
        assert any(part in text for text in words), part
    for element in page.iter(f"{SVG}text"):
        assert 5 <= float(element.get("x", "0")) <= 292
        assert 5 <= float(element.get("y", "0")) <= 207


def test_the_ribbon_stands_out_at_the_lower_edge_of_the_pad_and_keeps_its_order(page: ElementTree.Element) -> None:
    texts = {element.text: element for element in page.iter(f"{SVG}text")}
    keys = [texts[name] for name in ("1", "C", "OK", "Arrêt") if name in texts]
    lowest = max(float(key.get("y", "0")) for key in keys)
    (fold,) = [line for line in page.iter(f"{SVG}line") if line.get("stroke") == "#c0392b"]
    assert lowest < float(fold.get("y1", "0")) <= lowest + 12, "below the last row of keys"
    assert fold.get("y1") == fold.get("y2")
    left = [float(texts[draw.WIRE_NAMES[name[0]] + name[1]].get("x", "0")) for name in draw.RIBBON]
    assert left == sorted(left)
    by_hole = {leg.at.column: leg.pin for leg in model.legs() if leg.part == "KB1"}
    pads = {
        pin.number: pin.function for pins in make.kept_netlists()[0].nets.values() for pin in pins if pin.part == "KB1"
    }
    assert tuple(pads[by_hole[column]] for column in sorted(by_hole)) == draw.RIBBON


def test_every_wire_ends_in_its_hole_in_its_colour(page: ElementTree.Element) -> None:
    drawn = {(path.get("stroke"), tuple((path.get("d") or "").split()[-2:])) for path in page.iter(f"{SVG}path")}
    for wire in model.pi_wires():
        x, y = draw.place(wire.end)
        assert (wire.colour, (f"{x:.1f}", f"{y:.1f}")) in drawn, wire.signal
