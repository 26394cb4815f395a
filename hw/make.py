"""Make everything that is made: `python -m hw.make`, or `--check` to only say what is stale.

Without KiCad: the schematic files and, from the netlists that are kept, lists, budget, wiring diagram, overlay.
With KiCad, and only where a drawing changed: the netlists and the pictures, with a record of what they were made from.
With OpenSCAD, and only where the case changed: its picture.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hw.board.kept import DOCUMENTS as BOARD_DOCUMENTS
from hw.board.kept import kept_netlist, project_file
from hw.breadboard.draw import wiring_diagram
from hw.checks.figures import load
from hw.design.files import (
    REPOSITORY,
    SCHEMATICS,
    drawing_files,
    folder,
    netlist_path,
    netlist_text,
    symbol_files,
    symbols,
    write,
)
from hw.design.versions import BOARDS, FRONT, VERSIONS, Version
from hw.documents import bom, budget, checklist, overlay, solid
from hw.kicad import cli
from hw.kicad.netlist import Netlist, from_text
from hw.kicad.slim import slim

__all__ = ["REPOSITORY", "SCHEMATICS", "folder", "netlist_path", "netlist_text", "symbols", "write"]
"""Of the design's files, what this module's readers ask for beside what is made."""

DOCUMENTS: Final = Path("docs/hardware")
RECORD: Final = DOCUMENTS / "pictures.sha256"
CASE: Final = Path("hw/case/reader.scad")
CASE_PICTURE: Final = DOCUMENTS / "case.png"


def sources() -> dict[Path, bytes]:
    """The KiCad files, from the design alone."""
    files = symbol_files()
    for version in (*VERSIONS, *BOARDS):
        files |= drawing_files(version)
    for version in BOARDS:
        files |= project_file(version)
    return files


def kept_netlists(root: Path = REPOSITORY) -> list[Netlist]:
    """The netlists of desk and battery version as they are kept."""
    return [from_text((root / netlist_path(version)).read_text(encoding="utf-8")) for version in VERSIONS]


def documents(desk: Netlist, battery: Netlist) -> dict[Path, bytes]:
    """What is made from the netlists."""
    table = [
        "# Parts",
        "",
        "Made by `hw/make.py` from the schematics. Prices are orders of magnitude for one, in 2026.",
        "",
    ]
    table += bom.as_table(desk, "Desk prototype")
    table += bom.as_table(battery, "Battery version")
    texts = {
        "parts-desk.csv": bom.as_csv(desk),
        "parts-battery.csv": bom.as_csv(battery),
        "parts.md": "\n".join(table),
        "budget.md": budget.as_markdown(desk, battery, load()),
        "wiring-desk.svg": wiring_diagram(desk),
        "overlay.svg": overlay.as_svg(),
    }
    made = {DOCUMENTS / name: text.encode() for name, text in texts.items()}
    return made | {DOCUMENTS / "overlay.pdf": overlay.as_pdf()}


def checklists(root: Path = REPOSITORY) -> dict[Path, bytes]:
    """The front board's pages to tick, from its netlist as it is kept."""
    netlist, figures = kept_netlist(FRONT, root), load()
    return {
        BOARD_DOCUMENTS / f"front-checklist-{language}.svg": checklist.as_svg(netlist, figures, language).encode()
        for language in checklist.LANGUAGES
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def drawing_digest(version: Version, files: Mapping[Path, bytes]) -> str:
    """One number for all sheets of a version."""
    sheets = sorted(path for path in files if path.parent == folder(version) and path.suffix == ".kicad_sch")
    return _digest(b"".join(files[path] for path in sheets))


def case_digest(root: Path) -> str:
    """One number for the case's model."""
    return _digest((root / CASE).read_bytes())


def record(files: Mapping[Path, bytes], pictures: Mapping[Path, bytes], root: Path) -> bytes:
    """The record beside the pictures: the drawings and the model they were made from, and they themselves."""
    lines = [f"{drawing_digest(version, files)}  {version.name}" for version in VERSIONS]
    lines.append(f"{case_digest(root)}  {CASE.name}")
    lines += [f"{_digest(data)}  {path.name}" for path, data in sorted(pictures.items())]
    return ("\n".join(lines) + "\n").encode()


def _picture_name(version: Version, file: Path) -> str:
    sheet = file.stem.removeprefix(version.name).removeprefix("-").lower().replace(" ", "-")
    return f"{version.name}-{sheet or 'overview'}.svg"


def pictures(version: Version, root: Path) -> Iterator[tuple[Path, bytes]]:
    """Let KiCad draw a version's sheets. Raises KicadError."""
    schematic = root / folder(version) / f"{version.name}.kicad_sch"
    with TemporaryDirectory() as name:
        for file in cli.export_svg(schematic, Path(name) / "svg"):
            drawn = slim(file.read_text(encoding="utf-8")).replace("<svg", f"<!-- KiCad {cli.version()} -->\n<svg", 1)
            yield DOCUMENTS / _picture_name(version, file), drawn.encode()
        target = Path(name) / "sheets.pdf"
        cli.export_pdf(schematic, target)
        yield DOCUMENTS / f"{version.name}.pdf", target.read_bytes()


def stale_files(expected: Mapping[Path, bytes], root: Path = REPOSITORY) -> list[str]:
    """The files that are missing or differ."""
    return [
        str(path)
        for path, data in expected.items()
        if not (root / path).is_file() or (root / path).read_bytes() != data
    ]


def kept_pictures(root: Path = REPOSITORY) -> dict[Path, bytes]:
    """The pictures that KiCad and OpenSCAD made, as they are kept."""
    own = {DOCUMENTS / name for name in ("wiring-desk.svg", "overlay.svg", "overlay.pdf")}
    found = sorted(
        path.relative_to(root) for kind in ("*.svg", "*.pdf", "*.png") for path in (root / DOCUMENTS).glob(kind)
    )
    return {path: (root / path).read_bytes() for path in found if path not in own}


def stale(root: Path = REPOSITORY) -> list[str]:
    """Everything that is stale, as far as it can be told without KiCad."""
    files = sources()
    if found := stale_files(files, root):
        return found
    found = stale_files(documents(*kept_netlists(root)) | checklists(root), root)
    return found + stale_files({RECORD: record(files, kept_pictures(root), root)}, root)


def _redraw(files: Mapping[Path, bytes], root: Path) -> None:
    """Netlists and pictures by KiCad."""
    for version in VERSIONS:
        fresh = cli.netlist(root / folder(version) / f"{version.name}.kicad_sch")
        write({netlist_path(version): netlist_text(fresh)}, root)
    drawn = dict(item for version in VERSIONS for item in pictures(version, root))
    for path in kept_pictures(root):
        if path != CASE_PICTURE:
            (root / path).unlink()
    write(drawn, root)


def _draw_case(root: Path) -> None:
    """The case's picture by OpenSCAD."""
    base, lid = (solid.render(part, root / CASE) for part in solid.PARTS)
    (root / DOCUMENTS).mkdir(parents=True, exist_ok=True)
    solid.picture(base, lid).save(root / CASE_PICTURE, optimize=True)


def make(root: Path = REPOSITORY) -> None:
    """Make everything. Raises KicadError or OpenscadError when what changed needs a program that is not there."""
    files = sources()
    old = (root / RECORD).read_text(encoding="utf-8") if (root / RECORD).is_file() else ""
    write(files, root)
    if any(drawing_digest(version, files) not in old for version in VERSIONS):
        _redraw(files, root)
    if case_digest(root) not in old:
        _draw_case(root)
    write({RECORD: record(files, kept_pictures(root), root)}, root)
    write(documents(*kept_netlists(root)) | checklists(root), root)


def main() -> int:
    """The command. Exit status 1: something is stale, or KiCad is needed and missing."""
    parser = argparse.ArgumentParser(description="Make the schematics, lists and pictures of the Sésame reader.")
    parser.add_argument("--check", action="store_true", help="write nothing; say what is stale")
    if parser.parse_args().check:
        found = stale()
        sys.stdout.writelines(f"stale: {name}\n" for name in found)
        return 1 if found else 0
    try:
        make()
    except (cli.KicadError, solid.OpenscadError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
