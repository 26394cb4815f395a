"""The files a board is ordered with, dated by nothing, and what is read back from them against a house's limits."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hw.board.rules import FABRICATION
from hw.kicad import cli

LAYERS: Final = ("F.Cu", "B.Cu", "F.Mask", "B.Mask", "F.Silkscreen", "B.Silkscreen", "F.Paste", "B.Paste", "Edge.Cuts")
DATE: Final = (2026, 11, 28, 0, 0, 0)
"""The date in the archive: that of the design."""

_DATED: Final = (
    re.compile(r"^%TF\.CreationDate,.*\*%\n", re.MULTILINE),
    re.compile(r"^; #@! TF\.CreationDate,.*\n", re.MULTILINE),
    re.compile(r"(G04 Created by KiCad \(PCBNEW [^)]*\)) date [^*]*\*"),
    re.compile(r"(; DRILL file \{KiCad [^}]*\}) date .*"),
    re.compile(r'^\s*"CreationDate": ".*"\n', re.MULTILINE),
)


def undated(text: str) -> str:
    """A file without the moment it was made at."""
    for pattern in _DATED:
        text = pattern.sub(
            lambda match: (match[1] + ("*" if "G04" in match[1] else "")) if match.groups() else "", text
        )
    return text


def export(board: Path) -> dict[str, bytes]:
    """Gerber, drill, netlist and position files by name. Raises KicadError."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        cli.export_gerbers(board, folder, LAYERS)
        cli.export_drill(board, folder)
        cli.export_test_netlist(board, folder / f"{board.stem}.d356")
        found = {path.name: undated(path.read_text(encoding="utf-8")).encode() for path in sorted(folder.iterdir())}
    return {name: data for name, data in found.items() if not name.endswith(".gbrjob")}


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files, the same bytes every time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            packed.writestr(info, data)
    return target.getvalue()


def unpacked(data: bytes) -> dict[str, str]:
    """The archive's files as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


# --- read back ---


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


def limits(files: Mapping[str, str]) -> list[str]:
    """What a house would refuse, read from the files themselves."""
    missing = [f"no file {end} in the archive" for end in WANTED if not _named(files, end)]
    if missing:
        return missing
    return [*_thin(files), *_small_holes(files), *_open_outline(_named(files, "-Edge_Cuts.gm1"))]


def _thin(files: Mapping[str, str]) -> Iterator[str]:
    for end in ("-F_Cu.gtl", "-B_Cu.gbl"):
        thinnest = min(read_gerber(_named(files, end)).widths, default=0.0)
        if thinnest < FABRICATION["track"]:
            yield f"{end[1:-4]}: a stroke of {thinnest:g} mm, must be {FABRICATION['track']:g}"


def _small_holes(files: Mapping[str, str]) -> Iterator[str]:
    flashes = read_gerber(_named(files, "-F_Cu.gtl")).flashes
    largest: dict[tuple[float, float], float] = {}
    for x, y, size in flashes:
        key = (round(x, 2), round(y, 2))
        largest[key] = max(size, largest.get(key, 0.0))
    for drill, places in read_drill(_named(files, "-PTH.drl")).items():
        if drill < FABRICATION["via drill"]:
            yield f"a hole of {drill:g} mm, must be {FABRICATION['via drill']:g}"
        rings = [(largest[key] - drill) / 2 for x, y in places if (key := (round(x, 2), round(y, 2))) in largest]
        if rings and min(rings) < FABRICATION["ring"] - 1e-6:
            yield f"a ring of {min(rings):.3f} mm around a hole of {drill:g} mm, must be {FABRICATION['ring']:g}"


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
