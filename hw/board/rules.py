"""What a board keeps: widths and distances, as net classes and as KiCad's project and rule files."""

import json
from collections.abc import Mapping
from typing import Final

from hw.board.copper import NetClass

SUPPLIES: Final = ("VBAT", "VSYS", "VSW", "+5V")
"""Nets that carry up to 2 A."""
SUPPLY: Final = NetClass(track=1.0, via=1.2, drill=0.6)
SIGNAL: Final = NetClass()
POURED: Final = "GND"

CLEARANCE: Final = 0.2
EDGE: Final = 0.3
HOLE_TO_HOLE: Final = 0.5

FABRICATION: Final[Mapping[str, float]] = {"track": 0.15, "space": 0.15, "via drill": 0.3, "ring": 0.13, "edge": 0.2}
"""What every house makes in its cheapest class, millimetres; the boards keep clear of it. Tracks, drills and rings are
read from the files, space and edge are left to KiCad's rules: both in limits.py."""


def _class(name: str, values: NetClass, priority: int) -> dict[str, object]:
    return {
        "name": name, "clearance": CLEARANCE, "track_width": values.track, "via_diameter": values.via,
        "via_drill": values.drill, "microvia_diameter": 0.3, "microvia_drill": 0.1, "diff_pair_width": 0.2,
        "diff_pair_gap": 0.25, "diff_pair_via_gap": 0.25, "bus_width": 12, "wire_width": 6, "line_style": 0,
        "priority": priority, "pcb_color": "rgba(0, 0, 0, 0.000)", "schematic_color": "rgba(0, 0, 0, 0.000)",
    }  # fmt: skip


def project_text(name: str) -> str:
    """The `.kicad_pro` file. Every finding stays as severe as KiCad has it."""
    limits = {
        "min_clearance": CLEARANCE, "min_track_width": 0.2, "min_via_diameter": 0.6, "min_via_annular_width": 0.13,
        "min_through_hole_diameter": 0.3, "min_copper_edge_clearance": EDGE, "min_hole_to_hole": HOLE_TO_HOLE,
        "min_hole_clearance": 0.25, "min_resolved_spokes": 1, "min_silk_clearance": 0.0, "min_text_height": 0.8,
        "min_text_thickness": 0.12, "min_connection": 0.0,
    }  # fmt: skip
    settings = {
        "board": {"design_settings": {"rules": limits}},
        "meta": {"filename": f"{name}.kicad_pro", "version": 3},
        "net_settings": {
            "classes": [_class("Default", SIGNAL, 2147483647), _class("Supply", SUPPLY, 0)],
            "meta": {"version": 4},
            "netclass_patterns": [{"netclass": "Supply", "pattern": net} for net in SUPPLIES],
        },
        "schematic": {},
        "text_variables": {},
    }
    return json.dumps(settings, indent=2) + "\n"
