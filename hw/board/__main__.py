"""Make the boards and the files to order them: `python -m hw.board`, or `--check` to only say what is stale.

`--check` needs no KiCad and writes nothing. The making needs it, and two to five minutes a board when the copper has to
be routed again. `--twice` makes each board two times from nothing, routing included, in folders of its own, and says
which of its files are not the same bytes; nothing of the project is written.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from hw.board import kept
from hw.design.files import REPOSITORY
from hw.design.versions import BOARDS, Version
from hw.kicad.cli import KicadError


def tell_stale(root: Path = REPOSITORY) -> int:
    """Print what is stale; the exit status."""
    found = list(kept.stale(root))
    sys.stdout.writelines(f"stale: {name}\n" for name in found)
    return 1 if found else 0


def _make(chosen: Sequence[Version], compare: bool) -> int:
    from hw.board import build, twice  # noqa: PLC0415 - the check needs no Pillow

    different: list[str] = []
    try:
        for version in chosen:
            if compare:
                different += twice.differences(version)
            else:
                build.build(version)
    except (KicadError, build.BoardError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.writelines(f"not the same bytes: {name}\n" for name in different)
    return 1 if different else 0


def main() -> int:
    """The command. Exit status 1: something is stale, a board is not whole, or KiCad is missing."""
    parser = argparse.ArgumentParser(prog="python -m hw.board", description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "board", nargs="*", choices=[[], *(version.name for version in BOARDS)], help="these boards only"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; say what is stale")
    parser.add_argument("--twice", action="store_true", help="write nothing; make each board two times and compare")
    arguments = parser.parse_args()
    if arguments.check:
        return tell_stale()
    chosen = [version for version in BOARDS if not arguments.board or version.name in arguments.board]
    return _make(chosen, arguments.twice)


if __name__ == "__main__":
    sys.exit(main())
