"""Where the drawings are kept, and their files from the design alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hw.design import library, pi
from hw.design.versions import Version, project
from hw.kicad.files import LIBRARY, file_texts
from hw.kicad.files import library as library_text
from hw.kicad.netlist import Netlist, dumps
from hw.kicad.symbols import Symbol

REPOSITORY: Final = Path(__file__).parent.parent.parent
SCHEMATICS: Final = Path("hw/schematics")


def folder(version: Version) -> Path:
    """Where a version's project lives, from the repository."""
    return SCHEMATICS / version.name.removeprefix("sesame-")


def symbols() -> tuple[Symbol, ...]:
    """Every symbol of the library."""
    named = [value for module in (library, pi) for value in vars(module).values() if isinstance(value, Symbol)]
    return tuple({symbol.name: symbol for symbol in (*named, *library.RAILS.values())}.values())


def symbol_files() -> dict[Path, bytes]:
    """The library that every drawing opens with."""
    return {SCHEMATICS / f"{LIBRARY}.kicad_sym": library_text(symbols()).encode()}


def drawing_files(version: Version) -> dict[Path, bytes]:
    """A version's KiCad files."""
    texts = file_texts(project(version))
    return {folder(version) / name: text.encode() for name, text in texts.items()}


def netlist_path(version: Version) -> Path:
    """The netlist that is kept."""
    return folder(version) / "netlist.txt"


def netlist_text(netlist: Netlist) -> bytes:
    """The netlist as it is kept."""
    return ("\n".join(dumps(netlist)) + "\n").encode()


def write(files: Mapping[Path, bytes], root: Path) -> None:
    """Write what differs."""
    for path, data in files.items():
        target = root / path
        if not target.is_file() or target.read_bytes() != data:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
