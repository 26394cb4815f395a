"""Part lists, budget page and overlay; needs no KiCad."""

import csv
import io
import re
import zlib
from xml.etree import ElementTree

import pytest

from drivers.keypad import matrix as keypad_matrix
from hw.design.library import LEGENDS
from hw.documents import bom, overlay
from hw.kicad.netlist import Netlist
from sesame_core.events import Key

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ["desk", "battery"])
def test_the_list_has_every_part_once(name: str, request: pytest.FixtureRequest) -> None:
    netlist: Netlist = request.getfixturevalue(name)
    rows = list(csv.DictReader(io.StringIO(bom.as_csv(netlist))))
    references = [reference for row in rows for reference in row["References"].split()]
    assert sorted(references) == sorted(netlist.parts)
    assert sum(int(row["Quantity"]) for row in rows) == len(netlist.parts)
    assert all(row[column] for row in rows for column in bom.COLUMNS)
    assert len({row["Part number"] for row in rows}) == len(rows)


K_SERIES = re.compile(r"K\d{3}K(?P<size>\d\d)X7RF5T[HL](?P<spacing>\d)")
"""Vishay's ordering code: size, and lead spacing (data sheet 45171: L2 is 2.5 mm, H5 is 5.0 mm)."""
SIZES = {"15": "D3.8mm_W2.6mm", "20": "D5.1mm_W3.2mm"}
SPACINGS = {"2": "P2.50mm", "5": "P5.00mm"}
OTHERS = {
    "ECA-1HM100": "P2.00mm",
    "TMB12A03": "RM7.6",
    "1N4148,113": "DO-35",
    "1N5711": "DO-35",
    "B3F-1000": "B3F-100x",
}


@pytest.mark.parametrize("name", ["desk", "battery"])
def test_each_footprint_fits_its_part(name: str, request: pytest.FixtureRequest) -> None:
    """C1 stood on pads 5 mm apart and has legs 2.5 mm apart."""
    netlist: Netlist = request.getfixturevalue(name)
    seen = 0
    for part in netlist.parts.values():
        number = part.fields["MPN"]
        if code := K_SERIES.fullmatch(number):
            assert part.footprint.endswith(f"{SIZES[code['size']]}_{SPACINGS[code['spacing']]}"), part.reference
            seen += 1
        else:
            assert OTHERS.get(number, "") in part.footprint, part.reference
    assert seen == {"desk": 2, "battery": 5}[name]


def test_options_are_not_bought(desk: Netlist) -> None:
    rows = {row["References"]: row for row in csv.DictReader(io.StringIO(bom.as_csv(desk)))}
    assert {name for name, row in rows.items() if row["Fitted"] == "no"} == {"J1", "J2"}
    prices = [float(row["Price EUR"]) * int(row["Quantity"]) for row in rows.values() if row["Fitted"] == "yes"]
    assert bom.total_euros(desk) == pytest.approx(sum(prices))


def test_references_are_in_their_order(battery: Netlist) -> None:
    text = next(line.references for line in bom.grouped(battery) if line.part.value == "10k")
    assert text == "R1 R2 R3 R4 R11 R12 R16"


def test_the_overlay_is_in_true_scale() -> None:
    page = ElementTree.fromstring(overlay.as_svg())
    width, height = overlay.PAGE_MM
    assert page.get("viewBox") == f"0 0 {width:g} {height:g}"
    assert (page.get("width"), page.get("height")) == (f"{width:g}mm", f"{height:g}mm")
    outline = page.findall(f"{SVG}rect")[1]
    assert (float(outline.get("width", "0")), float(outline.get("height", "0"))) == overlay.PAD_MM
    ruler = page.findall(f"{SVG}line")[0]
    assert float(ruler.get("x2", "0")) - float(ruler.get("x1", "0")) == pytest.approx(50)


def test_the_legends_are_in_their_places() -> None:
    page = ElementTree.fromstring(overlay.as_svg())
    legends = {legend for row in LEGENDS for legend in row}
    drawn = [element for element in page.iter(f"{SVG}text") if element.text in legends]
    rows = sorted({round(float(element.get("y", "0")) / 18) for element in drawn})
    assert len(drawn) == 16
    assert len(rows) == 4
    found = [[key.legend for key in overlay.key_places()[4 * i : 4 * i + 4]] for i in range(4)]
    assert found == [
        ["1", "2", "3", "Code"],
        ["4", "5", "6", "Défi"],
        ["7", "8", "9", "Signer"],
        ["C", "0", "OK", "Arrêt"],
    ]


FRENCH = {Key.CODE: "Code", Key.CHALLENGE: "Défi", Key.SIGN: "Signer", Key.CLEAR: "C", Key.OFF: "Arrêt"}


def test_the_legends_are_the_programs_keys() -> None:
    assert [[FRENCH.get(key, key.value) for key in row if key] for row in keypad_matrix.LEGENDS] == list(
        map(list, LEGENDS)
    )


def test_keys_lie_within_the_pad_and_apart() -> None:
    right, bottom = overlay.PAD_AT[0] + overlay.PAD_MM[0], overlay.PAD_AT[1] + overlay.PAD_MM[1]
    assert all(overlay.PAD_AT[0] < key.x and key.x + overlay.KEY_MM < right for key in overlay.key_places())
    assert all(overlay.PAD_AT[1] < key.y and key.y + overlay.KEY_MM < bottom for key in overlay.key_places())
    assert min(overlay.pitch()) > overlay.KEY_MM + 1


@pytest.mark.parametrize("legend", [legend for row in LEGENDS for legend in row])
def test_legends_fit_their_keys(legend: str) -> None:
    key = next(key for key in overlay.key_places() if key.legend == legend)
    assert sum(overlay.WIDTHS[letter] for letter in legend) * key.size < overlay.KEY_MM - 1


def test_the_pdf_is_whole_and_in_true_scale() -> None:
    data = overlay.as_pdf()
    box = re.search(rb"MediaBox\[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert box is not None
    assert (float(box[1]), float(box[2])) == pytest.approx((105 * 72 / 25.4, 148 * 72 / 25.4), abs=0.01)
    for index, place in enumerate(re.findall(rb"(\d{10}) 00000 n", data), 1):
        assert data[int(place) :].startswith(b"%d 0 obj" % index)
    start = int(re.search(rb"startxref\n(\d+)", data)[1])  # type: ignore[index]
    assert data[start:].startswith(b"xref")
    scale = re.search(rb"([\d.]+) 0 0 ([\d.]+) 0 0 cm", data)
    assert scale is not None
    assert float(scale[1]) == pytest.approx(72 / 25.4, abs=1e-4)
    assert "Défi".encode("cp1252") in data
    assert zlib.crc32(data) == zlib.crc32(overlay.as_pdf())
