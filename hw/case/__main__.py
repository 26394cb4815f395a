"""Make the front board's case: `python -m hw.case`, or `--check` to only say what is stale.

`--check` needs nothing else and writes nothing. The making needs manifold3d (`pip install -e '.[test]'`) and half a
minute, most of it for the pictures.
"""

import argparse
import sys
from importlib.metadata import version

from hw.board import kept as boards
from hw.board.read import read_board
from hw.case import kept
from hw.design.files import REPOSITORY, write
from hw.design.versions import FRONT


def _make() -> dict[str, list[str]]:
    """Write the files; what the checks found, by check, and then nothing is written."""
    from hw.case import check, labels, pictures, shapes, solids  # noqa: PLC0415 - `--check` needs no manifold3d
    from hw.case.sizes import Glass, Sizes  # noqa: PLC0415

    board = read_board((REPOSITORY / boards.board_path(FRONT)).read_text(encoding="utf-8"))
    sizes, glass = Sizes(), Glass()
    if found := check.findings(check.put_together(shapes.mounted(board, sizes, glass), board, sizes, glass)):
        return found
    parts = shapes.printed(board, sizes, glass)
    made = {kept.stl_path(name): solids.stl_bytes(solid, f"Sesame {name}") for name, solid in parts.items()}
    write(made | {kept.DOCUMENTS / kept.LABELS: labels.as_svg().encode()}, REPOSITORY)
    drawn = (pictures.printed_picture(board, sizes, glass), pictures.closed_picture(board, sizes, glass))
    for name, picture in zip(kept.PICTURES, drawn, strict=True):
        picture.save(REPOSITORY / kept.DOCUMENTS / name, optimize=True)
    write({kept.RECORD: kept.record(version("manifold3d")).encode()}, REPOSITORY)
    return {}


def main() -> int:
    """The command. Exit status 1: something is stale, the case has a fault, or manifold3d is missing."""
    parser = argparse.ArgumentParser(prog="python -m hw.case", description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; say what is stale")
    if parser.parse_args().check:
        stale = list(kept.stale())
        sys.stdout.writelines(f"stale: {name}\n" for name in stale)
        return 1 if stale else 0
    try:
        found = _make()
    except ModuleNotFoundError as error:
        sys.stderr.write(f"{error.name} is not installed: pip install -e '.[test]'\n")
        return 1
    sys.stderr.writelines(f"{name}: {line}\n" for name, lines in found.items() for line in lines)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
