"""Each board made two times from nothing: every file of it must be the same bytes. Needs KiCad and minutes."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from hw.board import build, kept
from hw.design.files import REPOSITORY
from hw.design.versions import Version
from hw.kicad import cli


def made_from_nothing(version: Version, root: Path) -> dict[Path, bytes]:
    """Draw, route, fill and export a board below an empty folder. Raises BoardError, KicadError, ValueError."""
    for program in kept.PROGRAMS:
        (root / program).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / program, root / program)
    build.build(version, root)
    return {path: (root / path).read_bytes() for path in (*kept.product_paths(version), kept.record_path(version))}


def unlike(first: dict[Path, bytes], second: dict[Path, bytes]) -> list[str]:
    """The names of what is not the same bytes in both."""
    return [str(path) for path in first if first[path] != second.get(path)]


def differences(version: Version) -> list[str]:
    """What two makings do not have alike, and what is kept otherwise; the latter only where the same KiCad made it.

    Raises BoardError, KicadError, ValueError.
    """
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        first, second = made_from_nothing(version, Path(one)), made_from_nothing(version, Path(other))
    found = unlike(first, second)
    if kept.made_by(version) == cli.version():
        have = {path: (REPOSITORY / path).read_bytes() for path in first}
        found += [f"{name}, from what is kept" for name in unlike(first, have)]
    return found
