"""What the bank's verbs print: tables whose cells cannot be mistaken for one another, or the one form of JSON."""

import argparse
import sys
from collections.abc import Sequence

from sesame.answers import say_result
from sesame.exits import Exit
from sesame.streams import make_visible


def format_row(*cells: tuple[str, int]) -> str:
    """One line; each cell as wide as it says."""
    return "".join(f"{make_visible(text):<{width}}" for text, width in cells).rstrip() + "\n"


def format_rows(heads: Sequence[tuple[str, int]], rows: Sequence[Sequence[str]]) -> str:
    """A head of (name, width) for each column, then the rows."""
    widths = [width for _, width in heads]
    return format_row(*heads) + "".join(format_row(*zip(row, widths, strict=True)) for row in rows)


def say_either(arguments: argparse.Namespace, text: str, exit_code: Exit = Exit.OK, /, **facts: object) -> Exit:
    """Print the text for people, or with --json the facts for programs; the exit code."""
    if arguments.json:
        say_result(arguments, exit_code, **facts)
    else:
        sys.stdout.write(text)
    return exit_code
