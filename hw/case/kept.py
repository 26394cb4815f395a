"""What is kept of the case, and the record of what it was made from: told without manifold3d when it is stale."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hw.board import kept
from hw.board.kept import digest
from hw.design.files import REPOSITORY
from hw.design.versions import FRONT

DOCUMENTS: Final = Path("docs/hardware/case")
RECORD: Final = DOCUMENTS / "case.sha256"
PRINTED: Final = ("shell", "back", "cap", "button")
PICTURES: Final = ("printed.png", "closed.png")
LABELS: Final = "labels.svg"
PROGRAMS: Final = tuple(
    Path("hw/case") / f"{name}.py" for name in ("bodies", "labels", "pictures", "shapes", "sizes", "solids")
)
INPUTS: Final = (kept.board_path(FRONT), Path("hw/board/places.py"), Path("hw/documents/solid.py"), *PROGRAMS)


def stl_path(part: str) -> Path:
    """A printed part's file, from the repository."""
    return DOCUMENTS / f"{part}.stl"


def product_paths() -> tuple[Path, ...]:
    """Everything that is made of the case."""
    return (*map(stl_path, PRINTED), DOCUMENTS / LABELS, *(DOCUMENTS / name for name in PICTURES))


def record(version: str, root: Path = REPOSITORY) -> str:
    """The record as it should be now. Raises FileNotFoundError when something was never made."""
    inputs = digest(b"".join((root / path).read_bytes() for path in INPUTS))
    lines = [f"{version}  manifold3d", f"{inputs}  inputs"]
    lines += [f"{digest((root / path).read_bytes())}  {path}" for path in product_paths()]
    return "\n".join(lines) + "\n"


def made_by(root: Path = REPOSITORY) -> str:
    """The manifold3d that made what is kept: another one may cut a face into other triangles."""
    return (root / RECORD).read_text(encoding="utf-8").split()[0]


def stale(root: Path = REPOSITORY) -> Iterator[str]:
    """What is stale: made from other inputs, changed by hand, or missing."""
    missing = [str(path) for path in (RECORD, *product_paths()) if not (root / path).is_file()]
    if missing:
        yield from missing
        return
    have = (root / RECORD).read_text(encoding="utf-8").splitlines()
    for line in record(made_by(root), root).splitlines():
        if line not in have:
            yield line.split("  ")[1]
