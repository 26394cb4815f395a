"""What the bank's verbs print: tables whose cells cannot be mistaken for one another, or JSON."""

import sys
from collections.abc import Sequence

from sesame.streams import as_json, visible


def print_row(*cells: tuple[str, int]) -> None:
    """One line; each cell as wide as it says."""
    sys.stdout.write("".join(f"{visible(text):<{width}}" for text, width in cells).rstrip() + "\n")


def print_table(heads: Sequence[tuple[str, int]], rows: Sequence[Sequence[str]]) -> None:
    """A head of (name, width) for each column, then the rows."""
    print_row(*heads)
    widths = [width for _, width in heads]
    for row in rows:
        print_row(*zip(row, widths, strict=True))


def print_json(value: object) -> None:
    """As JSON."""
    sys.stdout.write(as_json(value) + "\n")
