"""What is kept of a board, and the record of what it was made from: told without KiCad when it is stale."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from hw.board import rules
from hw.board.copper import BareBoard, Copper, Track, Via
from hw.board.places import FRONT, HAT, Layout
from hw.design import versions
from hw.design.files import REPOSITORY, folder, netlist_path
from hw.design.versions import Version
from hw.kicad.netlist import Netlist, from_text

DOCUMENTS: Final = Path("docs/hardware/boards")
_MAKERS: Final = (
    "build", "copper", "fabrication", "job", "lay", "order", "pcb", "places", "router", "rules", "silk", "write",
)  # fmt: skip
PROGRAMS: Final = (*(Path("hw/board") / f"{name}.py" for name in _MAKERS), Path("hw/kicad/cli.py"))
"""What makes a board and its files, KiCad's options and the pictures included; not what only judges them."""
ROUTERS: Final = tuple(path for path in PROGRAMS if path.stem in {"copper", "lay", "router"})
LAYOUTS: Final[Mapping[str, Layout]] = {layout.name: layout for layout in (FRONT, HAT)}


def layout_of(version: Version) -> Layout:
    """Where a board's parts stand."""
    return LAYOUTS[version.name]


def project_file(version: Version) -> dict[Path, bytes]:
    """A board's `.kicad_pro` file, which carries its rules, in the place of the drawing's."""
    return {folder(version) / f"{version.name}.kicad_pro": rules.project_text(version.name).encode()}


def board_path(version: Version) -> Path:
    """The board's file, beside its drawing, from the repository."""
    return folder(version) / f"{version.name}.kicad_pcb"


def copper_path(version: Version) -> Path:
    """The router's answer as text, so that only a change of its question asks it again."""
    return folder(version) / "copper.txt"


def record_path(version: Version) -> Path:
    """The record: a digest of the inputs, then one of every file made from them."""
    return DOCUMENTS / f"{version.name}.sha256"


def product_paths(version: Version) -> tuple[Path, ...]:
    """Everything that is made of a board, from the repository."""
    ends = ("fabrication.zip", "positions.csv", "parts.csv", "front.png", "back.png", "drawing.pdf", "board.step.gz")
    made = tuple(DOCUMENTS / f"{version.name}-{end}" for end in ends)
    return (board_path(version), copper_path(version), netlist_path(version), *made)


def digest(data: bytes) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(data).hexdigest()


def input_digest(version: Version, root: Path = REPOSITORY) -> str:
    """One number for the drawing, the places and the programs that make a board of them."""
    sheets = sorted((root / folder(version)).glob("*.kicad_sch"))
    return digest(b"".join(path.read_bytes() for path in (*sheets, *(root / program for program in PROGRAMS))))


KICAD: Final = "KiCad"


def made_by(version: Version, root: Path = REPOSITORY) -> str:
    """The KiCad that made what is kept: another one may fill and write a little differently."""
    return next(name for name, what in _known(version, root) if what == KICAD)


def _known(version: Version, root: Path) -> Iterator[tuple[str, str]]:
    path = root / record_path(version)
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        value, _, name = line.partition("  ")
        yield value, name


def record(version: Version, kicad: str, root: Path = REPOSITORY) -> str:
    """The record as it should be now. Raises FileNotFoundError when something was never made."""
    lines = [f"{kicad}  {KICAD}", f"{input_digest(version, root)}  inputs"]
    lines += [f"{digest((root / path).read_bytes())}  {path}" for path in product_paths(version)]
    return "\n".join(lines) + "\n"


def stale(root: Path = REPOSITORY) -> Iterator[str]:
    """What is stale: made from other inputs, changed by hand, or missing."""
    for version in versions.BOARDS:
        known = {name: value for value, name in _known(version, root)}
        if known.get("inputs") != input_digest(version, root):
            yield f"{record_path(version)}: the drawing, a place or a program changed since the board was made"
        for path in product_paths(version):
            data = (root / path).read_bytes() if (root / path).is_file() else b""
            if known.get(str(path)) != digest(data):
                yield str(path)


def kept_netlist(version: Version, root: Path = REPOSITORY) -> Netlist:
    """The board's netlist as it is kept."""
    return from_text((root / netlist_path(version)).read_text(encoding="utf-8"))


def question(board: BareBoard, root: Path = REPOSITORY) -> str:
    """One number for what the router is asked, and for the router itself."""
    programs = b"".join((root / path).read_bytes() for path in ROUTERS)
    return digest(repr(board).encode() + repr((rules.SUPPLIES, rules.SUPPLY)).encode() + programs)


def copper_text(copper: Copper, asked: str) -> str:
    """The router's answer, line by line."""
    lines = [f"# Made by python -m hw.board; asked: {asked}"]
    for track in copper.tracks:
        ends = [f"{value:.4f}" for value in (*track.start, *track.end, track.width)]
        lines.append("\t".join(["track", track.net, str(track.layer), *ends]))
    lines += [
        "\t".join(["via", via.net, *(f"{value:.4f}" for value in (*via.at, via.size, via.drill))])
        for via in copper.vias
    ]
    return "\n".join(lines) + "\n"


def read_copper(text: str, asked: str) -> Copper | None:
    """The kept answer; None when another question was asked. Raises ValueError for a line it does not know."""
    first, *rest = text.splitlines() or [""]
    if not first.endswith(f"asked: {asked}"):
        return None
    tracks: list[Track] = []
    vias: list[Via] = []
    for line in rest:
        match line.split("\t"):
            case ["track", net, layer, *values]:
                ax, ay, bx, by, width = map(float, values)
                tracks.append(Track(net, int(layer), (ax, ay), (bx, by), width))
            case ["via", net, *values]:
                x, y, size, drill = map(float, values)
                vias.append(Via(net, (x, y), size, drill))
            case _:
                raise ValueError(f"not a line of copper: {line!r}")
    return Copper(tuple(tracks), tuple(vias))
