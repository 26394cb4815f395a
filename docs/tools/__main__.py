"""`python -m docs.tools` makes every page and picture that is stale; `--check` only says which, and exits with 1."""

import argparse
import sys
from collections.abc import Iterator, Sequence

from docs.tools import (
    card_tools_page,
    cards_page,
    guide_pictures,
    hardware_pages,
    json_page,
    operations_page,
    pages,
    reader_pages,
    rooms_page,
    screen_sheets,
    securpass_page,
    settings_file,
    step_pictures,
)
from docs.tools.made import COMMAND, Made

FAMILIES = (
    pages,
    reader_pages,
    rooms_page,
    hardware_pages,
    cards_page,
    card_tools_page,
    json_page,
    operations_page,
    securpass_page,
)
"""The modules that make pages."""


def every() -> Iterator[Made]:
    """Every file that is made."""
    for family in FAMILIES:
        yield from family.PAGES
    yield settings_file.SettingsFile()
    yield from screen_sheets.sheets()
    yield from guide_pictures.pictures()
    yield from step_pictures.pictures()


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 1 when `--check` found something."""
    parser = argparse.ArgumentParser(COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="make nothing")
    check = parser.parse_args(arguments).check
    old = [each for each in every() if each.stale()]
    for each in old:
        if not check:
            each.write()
        sys.stdout.write(f"docs/{each.name} {f'is stale: {COMMAND}' if check else 'made'}\n")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
