"""From a version's drawing and a layout to what the child process is asked to make."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from hw.board import rules
from hw.board.copper import BareBoard, Copper, CopperPad, Keepout
from hw.board.places import Layout, Words
from hw.kicad.sexp import Node, children, text_of

Job: TypeAlias = dict[str, Any]
Measures: TypeAlias = dict[str, list[dict[str, Any]]]

OPEN: Final = "unconnected-"
"""How KiCad begins the name of a pin's net that goes nowhere."""
SCREW: Final = "MountingHole:MountingHole_2.7mm_M2.5"
GRID: Final = 0.254


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part as the drawing has it, the pins that lead nowhere included. `functions`: pin number -> its name."""

    reference: str
    value: str
    footprint: str
    fitted: bool
    path: str
    fields: Mapping[str, str]
    nets: Mapping[str, str]
    functions: Mapping[str, str]


def _fields(node: list[Node]) -> dict[str, str]:
    found = children(node, "fields")
    items = children(found[0], "field") if found else []
    return {text_of(item, "name"): str(item[-1]) for item in items if isinstance(item[-1], str)}


def drawn_parts(netlist: list[Node]) -> dict[str, Drawn]:
    """The parts of KiCad's netlist (`kicadsexpr`), which keeps the open pins too."""
    nets: dict[str, dict[str, str]] = {}
    functions: dict[str, dict[str, str]] = {}
    for net in children(children(netlist, "nets")[0], "net"):
        for node in children(net, "node"):
            reference, pin = text_of(node, "ref"), text_of(node, "pin")
            nets.setdefault(reference, {})[pin] = text_of(net, "name")
            functions.setdefault(reference, {})[pin] = text_of(node, "pinfunction")
    found: dict[str, Drawn] = {}
    for node in children(children(netlist, "components")[0], "comp"):
        reference = text_of(node, "ref")
        flags = {text_of(item, "name") for item in children(node, "property")}
        path = text_of(children(node, "sheetpath")[0], "tstamps") + text_of(node, "tstamps")
        fields = {name: text for name, text in _fields(node).items() if name not in {"Footprint", "Reference", "Value"}}
        found[reference] = Drawn(
            reference, text_of(node, "value"), text_of(node, "footprint"), "dnp" not in flags, path, fields,
            nets.get(reference, {}), functions.get(reference, {}),
        )  # fmt: skip
    return found


def _part(drawn: Drawn, layout: Layout, label: tuple[float, float, float] | None) -> Job:
    place = layout.parts[drawn.reference]
    return {
        "reference": drawn.reference, "value": drawn.value, "footprint": drawn.footprint, "x": place.x, "y": place.y,
        "turn": place.turn, "back": place.back, "nets": dict(drawn.nets), "fitted": drawn.fitted, "loose": False,
        "path": drawn.path, "fields": dict(drawn.fields), "label": label,
    }  # fmt: skip


def _screws(layout: Layout) -> Iterator[Job]:
    for number, hole in enumerate(layout.holes, 1):
        yield {
            "reference": f"H{number}", "value": "M2.5", "footprint": SCREW, "x": hole.x, "y": hole.y, "turn": 0,
            "back": False, "nets": {}, "fitted": True, "loose": True, "path": "", "fields": {}, "label": None,
        }  # fmt: skip


def bare_job(drawn: Mapping[str, Drawn], layout: Layout) -> Job:
    """Place everything; no copper, nothing saved. Raises KeyError for a part without a place."""
    return {
        "library": "/usr/share/kicad/footprints", "target": "", "width": layout.width, "height": layout.height,
        "radius": layout.radius, "parts": [*(_part(part, layout, None) for part in drawn.values()), *_screws(layout)],
        "keepouts": [[hole.x, hole.y, hole.keep] for hole in layout.holes], "texts": [], "tracks": [], "vias": [],
        "stitches": [], "poured": rules.POURED, "bare": [],
    }  # fmt: skip


def _shift(pads: list[dict[str, Any]]) -> tuple[float, float]:
    """What puts the Pi's pin 1 on the router's grid, so that tracks find the middle between its pins."""
    pin = next(pad for pad in pads if pad["reference"] == "A1" and pad["number"] == "1")
    return round(pin["x"] / GRID) * GRID - pin["x"], round(pin["y"] / GRID) * GRID - pin["y"]


BARE: Final = 0.05
"""Millimetres that a hole without copper wants more than a pad."""


def _copper_pad(pad: dict[str, Any], dx: float, dy: float) -> CopperPad:
    more = BARE if pad["bare"] else 0.0
    return CopperPad(
        f"{pad['reference']}.{pad['number']}",
        "" if pad["net"].startswith(OPEN) else pad["net"],
        pad["x"] + dx,
        pad["y"] + dy,
        pad["width"] + 2 * more,
        pad["height"] + 2 * more,
        pad["corner"] + more,
        tuple(pad["layers"]),
        pad["drill"],
    )


def bare_board(measures: Measures, layout: Layout) -> tuple[BareBoard, tuple[float, float]]:
    """What the router is given, and how far it was moved."""
    dx, dy = _shift(measures["pads"])
    ordered = sorted(measures["pads"], key=lambda pad: (pad["reference"], pad["number"], pad["x"], pad["y"]))
    pads = tuple(_copper_pad(pad, dx, dy) for pad in ordered)
    keepouts = tuple(Keepout(hole.x + dx, hole.y + dy, hole.keep) for hole in layout.holes)
    return BareBoard(layout.width, layout.height, pads, keepouts, edge=rules.EDGE + GRID / 2), (dx, dy)


def _words(words: Words) -> Job:
    return {"text": words.text, "x": words.x, "y": words.y, "size": words.size, "back": words.back, "turn": words.turn}


def _stitches(layout: Layout) -> list[list[float]]:
    """Where a via of the poured net is proposed: a lattice over the board."""
    return [
        [round(x * 1.0 + 1.5, 3), round(y * 1.0 + 1.5, 3)]
        for y in range(int(layout.height) - 2)
        for x in range(int(layout.width) - 2)
    ]


def whole_job(  # noqa: PLR0913, PLR0917 - a board has that many sources
    drawn: Mapping[str, Drawn], layout: Layout, copper: Copper, shift: tuple[float, float],
    labels: Mapping[str, tuple[float, float, float]], words: tuple[Words, ...],
) -> Job:  # fmt: skip
    """Everything, with the copper where the router laid it."""
    dx, dy = shift

    def moved(at: tuple[float, float]) -> list[float]:
        return [round(at[0] - dx, 4), round(at[1] - dy, 4)]

    job = bare_job(drawn, layout)
    job["parts"] = [*(_part(part, layout, labels.get(part.reference)) for part in drawn.values()), *_screws(layout)]
    job["texts"] = [_words(each) for each in words]
    job["tracks"] = [[t.net, t.layer, moved(t.start), moved(t.end), t.width] for t in copper.tracks]
    job["vias"] = [[via.net, moved(via.at), via.size, via.drill] for via in copper.vias]
    job["stitches"] = _stitches(layout)
    return job
