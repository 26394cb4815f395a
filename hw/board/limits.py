"""What a house's limits say of the files a board is ordered with: read from the files themselves."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hw.board.rules import FABRICATION


@dataclass(frozen=True, slots=True)
class Gerber:
    """What one layer draws: widths of its strokes, its flashes (x, y, size), and the strokes of an outline."""

    widths: tuple[float, ...]
    flashes: tuple[tuple[float, float, float], ...]
    strokes: tuple[tuple[tuple[float, float], tuple[float, float]], ...]


_APERTURE: Final = re.compile(r"%ADD(\d+)([A-Za-z]+),([\d.X-]+)\*%")
_MOVE: Final = re.compile(r"^(?:X(-?\d+))?(?:Y(-?\d+))?(?:I-?\d+)?(?:J-?\d+)?D0([123])\*$")
_SCALE: Final = 1e6
"""KiCad writes millimetres with six decimals (%FSLAX46Y46*%)."""


def _size(shape: str, values: list[float]) -> float:
    """The smaller measure of an aperture: a circle, a rectangle, an oval, or KiCad's rectangle with round corners."""
    if shape == "RoundRect":
        xs, ys = values[1:9:2], values[2:9:2]
        return 2 * values[0] + min(max(xs) - min(xs), max(ys) - min(ys))
    return min(values[:2]) if shape in {"R", "O"} else values[0]


def read_gerber(text: str) -> Gerber:
    """Read a layer. Regions, the poured copper, have no stroke and are left out. Raises ValueError for other units."""
    if "%FSLAX46Y46*%" not in text or "%MOMM*%" not in text:
        raise ValueError("not a Gerber file in millimetres with six decimals")
    sizes: dict[str, float] = {}
    widths, flashes, strokes = set[float](), [], []
    x = y = 0.0
    tool, in_region = 0.0, False
    for match in _APERTURE.finditer(text):
        sizes[match[1]] = _size(match[2], [float(value) for value in match[3].split("X")])
    for line in text.splitlines():
        if re.match(r"^D[1-9]\d+\*$", line):
            tool = sizes.get(line[1:-1], 0.0)
        in_region = line == "G36*" or (in_region and line != "G37*")
        move = _MOVE.match(line)
        if move is None:
            continue
        before = (x, y)
        x, y = (float(text) / _SCALE if text else old for text, old in ((move[1], x), (move[2], y)))
        if move[3] == "3":
            flashes.append((x, y, tool))
        elif move[3] == "1" and not in_region:
            strokes.append((before, (x, y)))
            widths.add(tool)
    return Gerber(tuple(sorted(widths)), tuple(flashes), tuple(strokes))


def read_drill(text: str) -> dict[float, list[tuple[float, float]]]:
    """Drill -> the places of its holes, millimetres, y upwards as in the Gerber files. Raises ValueError for inches."""
    if "METRIC" not in text:
        raise ValueError("not a drill file in millimetres")
    tools: dict[str, float] = {}
    holes: dict[float, list[tuple[float, float]]] = {}
    tool = 0.0
    for line in text.splitlines():
        if match := re.match(r"^T(\d+)C([\d.]+)", line):
            tools[match[1]] = float(match[2])
        elif match := re.match(r"^T(\d+)$", line):
            tool = tools.get(match[1], 0.0)
        elif match := re.match(r"^X(-?[\d.]+)Y(-?[\d.]+)", line):
            holes.setdefault(tool, []).append((float(match[1]), float(match[2])))
    return holes


def _named(files: Mapping[str, str], end: str) -> str:
    return next((text for name, text in files.items() if name.endswith(end)), "")


WANTED: Final = (
    "-F_Cu.gtl", "-B_Cu.gbl", "-F_Mask.gts", "-B_Mask.gbs", "-F_Silkscreen.gto", "-B_Silkscreen.gbo", "-Edge_Cuts.gm1",
    "-PTH.drl", "-NPTH.drl",
)  # fmt: skip


COPPER: Final = WANTED[:2]


def limits(files: Mapping[str, str]) -> list[str]:
    """What a house would refuse, read from the files themselves."""
    missing = [f"no file {end} in the archive" for end in WANTED if not _named(files, end)]
    if missing:
        return missing
    return [*_thin(files), *_small_holes(files), *_open_outline(_named(files, "-Edge_Cuts.gm1"))]


def _thin(files: Mapping[str, str]) -> Iterator[str]:
    for end in COPPER:
        thinnest = min(read_gerber(_named(files, end)).widths, default=0.0)
        if thinnest < FABRICATION["track"]:
            yield f"{end[1:-4]}: a stroke of {thinnest:g} mm, must be {FABRICATION['track']:g}"


def _small_holes(files: Mapping[str, str]) -> Iterator[str]:
    holes = read_drill(_named(files, "-PTH.drl"))
    for drill in holes:
        if drill < FABRICATION["via drill"]:
            yield f"a hole of {drill:g} mm, must be {FABRICATION['via drill']:g}"
    for end in COPPER:
        largest: dict[tuple[float, float], float] = {}
        for x, y, size in read_gerber(_named(files, end)).flashes:
            key = (round(x, 2), round(y, 2))
            largest[key] = max(size, largest.get(key, 0.0))
        for drill, places in holes.items():
            ring = min((largest.get((round(x, 2), round(y, 2)), 0.0) - drill) / 2 for x, y in places)
            if ring < FABRICATION["ring"] - 1e-6:
                yield (
                    f"{end[1:-4]}: a ring of {max(ring, 0):.3f} mm around a hole of {drill:g} mm, "
                    f"must be {FABRICATION['ring']:g}"
                )


def _open_outline(text: str) -> Iterator[str]:
    strokes = read_gerber(text).strokes
    ends = Counter((round(x, 3), round(y, 3)) for stroke in strokes for x, y in stroke)
    if not strokes or any(count % 2 for count in ends.values()):
        yield "the outline is not closed"
        return
    wide = max(x for x, _ in ends) - min(x for x, _ in ends)
    high = max(y for _, y in ends) - min(y for _, y in ends)
    if max(wide, high) > 100.01:
        yield f"the outline is {wide:.1f} x {high:.1f} mm, over 100"


def outline_size(files: Mapping[str, str]) -> tuple[float, float]:
    """Width and height of the outline, as the house sees them."""
    points = [point for stroke in read_gerber(_named(files, "-Edge_Cuts.gm1")).strokes for point in stroke]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return round(max(xs) - min(xs), 3), round(max(ys) - min(ys), 3)


# --- what is left to KiCad, and told by its own lists ---

BY_RULES: Final[Mapping[str, str]] = {
    "space": "min_clearance", "edge": "min_copper_edge_clearance", "track": "min_track_width",
    "via drill": "min_through_hole_diameter", "ring": "min_via_annular_width",
}  # fmt: skip
"""A house's limit -> the rule of the `.kicad_pro` file by which KiCad judges it. Space and edge are judged there only:
a Gerber file does not say which copper is of one net."""


def loose_rules(project: str) -> list[str]:
    """Which rules of the `.kicad_pro` file, given as text, ask for less than a house does."""
    rules = json.loads(project)["board"]["design_settings"]["rules"]
    return [
        f"{rule} is {rules.get(rule, 0)} mm, the house asks for {FABRICATION[limit]:g}"
        for limit, rule in BY_RULES.items()
        if rules.get(rule, 0) < FABRICATION[limit]
    ]


def sides(positions: str) -> set[str]:
    """The sides on which the position file, CSV, has parts: one, or the house cuts a second stencil."""
    return {line["Side"] for line in csv.DictReader(io.StringIO(positions))}
