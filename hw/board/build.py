"""From drawing to order: places, routes, fills, checks and exports one board. Needs KiCad."""

import gzip
import io
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image

from hw.board import check, fabrication, job, kept, limits, silk, write
from hw.board.copper import BareBoard, Copper
from hw.board.lay import lay_copper
from hw.board.order import parts_csv, unordered
from hw.board.read import read_board
from hw.design import files
from hw.design.versions import Version
from hw.kicad import cli
from hw.kicad.sexp import loads

COLOURS: Final = 48


class BoardError(RuntimeError):
    """The board is not whole: nets are open, or a check found something."""


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def laid_copper(board: BareBoard, version: Version, root: Path) -> Copper:
    """The kept copper where the question is the same; else the router's. Raises BoardError for open nets."""
    asked = kept.question(board, root)
    path = root / kept.copper_path(version)
    found = kept.read_copper(path.read_text(encoding="utf-8"), asked) if path.is_file() else None
    if found is None:
        _say(f"{version.name}: routing, two to five minutes")
        fresh = lay_copper(board)
        if fresh.open_nets:
            raise BoardError(f"no way for {', '.join(fresh.open_nets)}: move parts in hw/board/places.py")
        text = kept.copper_text(fresh, asked)
        files.write({kept.copper_path(version): text.encode()}, root)
        found = kept.read_copper(text, asked)
    assert found is not None
    return found


def board_text(version: Version, root: Path) -> str:
    """The board's file, the same bytes every time. Raises BoardError, KicadError, ValueError (no room for writing)."""
    layout = kept.layout_of(version)
    schematic = root / files.folder(version) / f"{version.name}.kicad_sch"
    drawn = job.drawn_parts(loads(cli.netlist_text(schematic)))
    measures = write.run_child(job.bare_job(drawn, layout))
    board, shift = job.bare_board(measures, layout)
    copper = laid_copper(board, version, root)
    words = (*layout.words, *silk.contact_names(drawn, measures, layout))
    labels = silk.place_references(drawn, measures, layout, words)
    return write.write_board(job.whole_job(drawn, layout, copper, shift, labels, words), version.name)


def _picture(board: Path, version: Version, side: str, target: Path) -> bytes:
    layout = kept.layout_of(version)
    cli.render(board, side, (round(1312 * layout.width / layout.height), 1250), target)
    packed = io.BytesIO()
    with Image.open(target) as image:
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        paper.convert("RGB").quantize(COLOURS).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _without_moment(step: str) -> str:
    """A STEP file without the moment and the name of the folder it was made in."""
    plain = "FILE_NAME('board','2026-11-28T00:00:00',(''),(''),'','','');"
    return re.sub(r"FILE_NAME\(.*?\);", plain, step, count=1, flags=re.DOTALL)


def products(version: Version, root: Path) -> dict[Path, bytes]:
    """Everything made from the board's file. Raises KicadError."""
    board = root / kept.board_path(version)
    start = str(kept.DOCUMENTS / version.name)
    netlist = kept.kept_netlist(version, root)
    made = {"fabrication.zip": fabrication.archive(fabrication.export(board)), "parts.csv": parts_csv(netlist).encode()}
    with TemporaryDirectory() as name:
        work = Path(name)
        cli.export_positions(board, work / "positions.csv")
        made["positions.csv"] = (work / "positions.csv").read_bytes()
        cli.export_step(board, work / "board.step")
        step = _without_moment((work / "board.step").read_text(encoding="utf-8"))
        made["board.step.gz"] = gzip.compress(step.encode(), 9, mtime=0)
        for side, end in (("top", "front.png"), ("bottom", "back.png")):
            made[end] = _picture(board, version, side, work / end)
        cli.export_pdf(board.with_suffix(".kicad_sch"), work / "drawing.pdf")
        made["drawing.pdf"] = (work / "drawing.pdf").read_bytes()
    return {Path(f"{start}-{end}"): data for end, data in made.items()}


def judge(version: Version, root: Path) -> list[str]:
    """Everything KiCad, our own checks and the house's limits have against the board; empty: it may be ordered."""
    path = root / kept.board_path(version)
    _, violations = cli.check_board(path)
    found = [f"KiCad: {each.rule}: {each.text}" for each in violations]
    found += unordered(kept.kept_netlist(version, root))
    board = read_board(path.read_text(encoding="utf-8"))
    for name, lines in check.findings(board, kept.kept_netlist(version, root), version.name).items():
        found += [f"{name}: {line}" for line in lines]
    return found


def build(version: Version, root: Path = files.REPOSITORY) -> None:
    """Make a board and all its files. Raises BoardError, KicadError, ValueError."""
    drawing = files.symbol_files() | files.drawing_files(version) | kept.project_file(version)
    files.write(drawing, root)
    schematic = root / files.folder(version) / f"{version.name}.kicad_sch"
    files.write({files.netlist_path(version): files.netlist_text(cli.netlist(schematic))}, root)
    files.write({kept.board_path(version): board_text(version, root).encode()}, root)
    if found := judge(version, root):
        raise BoardError("\n".join(found))
    files.write(products(version, root), root)
    archive = (root / kept.DOCUMENTS / f"{version.name}-fabrication.zip").read_bytes()
    if refused := limits.limits(fabrication.unpacked(archive)):
        raise BoardError("\n".join(refused))
    files.write({kept.record_path(version): kept.record(version, cli.version(), root).encode()}, root)
    _say(f"{version.name}: whole")
