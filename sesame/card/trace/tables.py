"""Tables of commands and answers, as people put them into issues and pages (Markdown): a row an exchange."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

ROW: Final = re.compile(r"\s*\|(.*)\|\s*")
RULE: Final = re.compile(r"\s*:?-+:?\s*")
COMMAND: Final = re.compile(r"(?:c-?)?apdu|commands?|sent|send|request", re.IGNORECASE)
ANSWER: Final = re.compile(r"(?:r-?apdu|answer|response|received|data)s?", re.IGNORECASE)
STATUS: Final = re.compile(r"sw|sw1-?2|sw1 ?sw2|status(?: ?word)?", re.IGNORECASE)
HEXADECIMAL: Final = re.compile(r"(?:0x)?[0-9A-F*]{2}(?:[\s:]*[0-9A-F*]{2})*", re.IGNORECASE)

Columns = tuple[int, tuple[int, ...]]
"""Where the command stands, and where what is put together to the answer."""


def unfold_tables(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines, each row of a table as a command and an answer. Headings and rules go; other lines stay."""
    columns: Columns | None = None
    for number, line in lines:
        cells = _cells(line)
        if cells is None:
            columns = None
            yield number, line
            continue
        headed = _headed(cells)
        columns = headed or columns
        if headed is None:
            yield from _row(number, cells, columns or _found(cells))


def _cells(line: str) -> Sequence[str] | None:
    """Of a row of two cells or more, without what makes them look like code; None for any other line."""
    found = ROW.fullmatch(line)
    cells = [cell.strip(" \t`") for cell in found[1].split("|")] if found else []
    return cells if len(cells) > 1 else None


def _headed(cells: Sequence[str]) -> Columns | None:
    """What a heading says; None for a row that is none."""
    commands = [place for place, cell in enumerate(cells) if COMMAND.fullmatch(cell)]
    answers = [place for place, cell in enumerate(cells) if ANSWER.fullmatch(cell)]
    status = [place for place, cell in enumerate(cells) if STATUS.fullmatch(cell)]
    return (commands[0], (*answers[:1], *status[:1])) if commands and (answers or status) else None


def _found(cells: Sequence[str]) -> Columns | None:
    """Without a heading: the first two cells that are hexadecimal of two bytes or more."""
    hexadecimal = [place for place, cell in enumerate(cells) if len(cell) > 2 and HEXADECIMAL.fullmatch(cell)]
    return (hexadecimal[0], (hexadecimal[1],)) if len(hexadecimal) > 1 else None


def _row(number: int, cells: Sequence[str], columns: Columns | None) -> Iterator[tuple[int, str]]:
    if columns is None or all(RULE.fullmatch(cell) for cell in cells):
        return
    command, answer = columns
    said = [cells[place] if place < len(cells) else "" for place in (command, *answer)]
    if any(said):
        yield number, f"> {said[0]}"
        yield number, f"< {' '.join(said[1:])}"
