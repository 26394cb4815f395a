"""KiCad's command line: rules check, netlist, pictures."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hw.kicad.netlist import Netlist, from_kicad


class KicadError(RuntimeError):
    """kicad-cli is missing, or refused a file."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding of the electrical rules check."""

    rule: str
    severity: str
    text: str


def present() -> bool:
    """True when kicad-cli can be called."""
    return shutil.which("kicad-cli") is not None


def _run(arguments: Sequence[str | Path], *, accepted: tuple[int, ...] = (0,)) -> int:
    return _call(arguments, accepted=accepted).returncode


def _call(arguments: Sequence[str | Path], *, accepted: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
    program = shutil.which("kicad-cli")
    if program is None:
        raise KicadError("kicad-cli is not installed: run hw/install-kicad as root")
    command = [program, *map(str, arguments)]
    with TemporaryDirectory() as settings:
        # KiCad writes its settings on every start: into the user's own it would mean a surprise.
        environment = {**os.environ, "KICAD_CONFIG_HOME": settings}
        _give_libraries(Path(settings))
        done = subprocess.run(  # noqa: S603 - our own list
            command, capture_output=True, text=True, check=False, timeout=300, env=environment
        )
    if done.returncode not in accepted:
        raise KicadError(f"kicad-cli {' '.join(command[1:4])} ended with {done.returncode}: {done.stderr.strip()}")
    return done


TABLE = Path("/usr/share/kicad/template/fp-lib-table")


def _give_libraries(settings: Path) -> None:
    """The table of KiCad's footprints, without which every footprint of a board is one of an unknown library."""
    for version in ("9.0", "10.0"):
        if TABLE.is_file():
            (settings / version).mkdir()
            shutil.copy(TABLE, settings / version / TABLE.name)


def version() -> str:
    """KiCad's version, as 9.0.8. Raises KicadError."""
    return _call(["version"]).stdout.strip()


RULES_BROKEN = 5
"""kicad-cli's exit status when the rules check found something."""


def check_rules(schematic: Path) -> tuple[int, list[Violation]]:
    """The exit status and the findings, warnings included."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "erc.json"
        arguments: list[str | Path] = [
            "sch",
            "erc",
            "--severity-all",
            "--exit-code-violations",
            "--format",
            "json",
            "-o",
            report,
        ]
        status = _run([*arguments, schematic], accepted=(0, RULES_BROKEN))
        sheets = json.loads(report.read_text(encoding="utf-8"))["sheets"]
    return status, [_violation(item) for sheet in sheets for item in sheet["violations"]]


def _violation(item: dict[str, object]) -> Violation:
    places = item["items"] if isinstance(item["items"], list) else []
    where = "; ".join(str(place["description"]) for place in places)
    return Violation(str(item["type"]), str(item["severity"]), f"{item['description']}: {where}")


def netlist(schematic: Path) -> Netlist:
    """What KiCad finds joined."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "netlist"
        _run(["sch", "export", "netlist", "--format", "kicadsexpr", "-o", target, schematic])
        return from_kicad(target.read_text(encoding="utf-8"))


def netlist_text(schematic: Path) -> str:
    """KiCad's own netlist, with the pins that lead nowhere."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "netlist"
        _run(["sch", "export", "netlist", "--format", "kicadsexpr", "-o", target, schematic])
        return target.read_text(encoding="utf-8")


def check_board(board: Path) -> tuple[int, list[Violation]]:
    """The exit status and the findings of the board's rules check, warnings and the drawing's parity included."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "drc.json"
        arguments: list[str | Path] = ["pcb", "drc", "--severity-all", "--schematic-parity", "--exit-code-violations"]
        status = _run([*arguments, "--format", "json", "-o", report, board], accepted=(0, RULES_BROKEN))
        found = json.loads(report.read_text(encoding="utf-8"))
    kinds = ("violations", "unconnected_items", "schematic_parity")
    return status, [_violation(item) for kind in kinds for item in found.get(kind, [])]


def export_svg(schematic: Path, folder: Path) -> list[Path]:
    """One picture a sheet into `folder`; returns the files."""
    _run(["sch", "export", "svg", "--no-background-color", "-o", folder, schematic])
    return sorted(folder.glob("*.svg"))


def undated_pdf(data: bytes) -> bytes:
    """A document with the design's date for the moment it was made at; as long as before, so that its table holds."""
    return re.sub(rb"/CreationDate \(D:\d{14}", b"/CreationDate (D:20261128000000", data)


def export_pdf(schematic: Path, target: Path) -> None:
    """All sheets into one document, the same bytes every time."""
    _run(["sch", "export", "pdf", "--no-background-color", "-o", target, schematic])
    target.write_bytes(undated_pdf(target.read_bytes()))


def export_gerbers(board: Path, folder: Path, layers: Sequence[str]) -> None:
    """One Gerber file a layer into `folder`."""
    named = ",".join(layers)
    _run(["pcb", "export", "gerbers", "--no-netlist", "-l", named, "-o", f"{folder}/", board])


def export_drill(board: Path, folder: Path) -> None:
    """Two drill files into `folder`: plated holes, and the others."""
    units = ["--format", "excellon", "--excellon-units", "mm", "--excellon-separate-th"]
    _run(["pcb", "export", "drill", *units, "-o", f"{folder}/", board])


def export_test_netlist(board: Path, target: Path) -> None:
    """The netlist a house tests the bare board by, IPC-D-356."""
    _run(["pcb", "export", "ipcd356", "-o", target, board])


def export_positions(board: Path, target: Path) -> None:
    """Where the fitted surface parts stand, as CSV."""
    kinds = ["--format", "csv", "--units", "mm", "--smd-only", "--exclude-dnp"]
    _run(["pcb", "export", "pos", *kinds, "-o", target, board])


def export_step(board: Path, target: Path) -> None:
    """The bare board as a solid; KiCad's models of parts are not installed."""
    _run(["pcb", "export", "step", "--board-only", "-f", "-o", target, board])


def export_stl(board: Path, target: Path) -> None:
    """The bare board as triangles, in text."""
    _run(["pcb", "export", "stl", "--board-only", "-f", "-o", target, board])


def render(board: Path, side: str, size: tuple[int, int], target: Path) -> None:
    """A picture of a side, `top` or `bottom`, so many pixels wide and high."""
    wide, high = map(str, size)
    _run(["pcb", "render", "--side", side, "-w", wide, "-h", high, "-o", target, board])
