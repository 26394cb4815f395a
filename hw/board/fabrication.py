"""The files a board is ordered with, dated by nothing."""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

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
