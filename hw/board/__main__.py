"""Make the boards and the files to order them: `python -m hw.board`, or `--check` to only say what is stale.

`--check` needs no KiCad and writes nothing. The making needs it, and two to five minutes a board when the copper has to
be routed again.
"""

import argparse
import sys

from hw.board import kept
from hw.design.versions import BOARDS
from hw.kicad.cli import KicadError


def main() -> int:
    """The command. Exit status 1: something is stale, a board is not whole, or KiCad is missing."""
    parser = argparse.ArgumentParser(prog="python -m hw.board", description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "board", nargs="*", choices=[[], *(version.name for version in BOARDS)], help="these boards only"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; say what is stale")
    arguments = parser.parse_args()
    if arguments.check:
        found = list(kept.stale())
        sys.stdout.writelines(f"stale: {name}\n" for name in found)
        return 1 if found else 0
    from hw.board import build  # noqa: PLC0415 - the check needs no Pillow

    try:
        for version in BOARDS:
            if not arguments.board or version.name in arguments.board:
                build.build(version)
    except (KicadError, build.BoardError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
