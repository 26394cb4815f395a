"""How the card tools print for people: tables on standard output, remarks on standard error."""

import sys
from collections.abc import Iterable, Sequence

from sesame.streams import make_visible

GAP = "  "


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, under their names and a rule. The last one is not padded."""
    lines = [list(head), *([make_visible(cell) for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return "".join(GAP.join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)


def format_pairs(rows: Iterable[tuple[str, str]]) -> str:
    """A name and a value a line; what has no value is left out."""
    told = [(name, value) for name, value in rows if value]
    width = max((len(name) for name, _ in told), default=0)
    return "".join(f"{name:<{width}}{GAP}{value}\n" for name, value in told)


def print_line(text: str) -> None:
    """To standard output."""
    sys.stdout.write(text)
