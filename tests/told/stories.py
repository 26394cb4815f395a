"""What becomes of the bank's books when its customers do this and that, told row by row. Time stands in the test's
hand; what is drawn by lot is told as that."""

import re
from dataclasses import is_dataclass
from typing import Final

from sqlalchemy import RowMapping, select

from bank.books.schema import METADATA
from bank.books.store_sql import SqlStore
from tests.told.telling import tell_lines, tell_value

DRAWN: Final = re.compile(
    r"(?<![\w-])(?=[A-Za-z_-]*\d|[a-z_-]*[A-Z])[\w-]{16,}(?![\w-])"  # tokens, digests, keys, signatures
    r"|\b\d{4} \d{4}\b|\b\d{8}\b|(?<=match = \")\d+"  # codes in messages, challenges, what is compared
    r"|\b1(?!76[6-9]|77[0-5])\d{12}\b|[\d-]{10}T[\d:]{8}\.\d{6}\+00:00"  # the machine's own time
)
TELLING: Final = re.compile(r"[A-Z]{2}\d{2}[0-9A-Z]{10,30}|[A-Z_]+")
"""An account number, and a name of ours: neither is drawn."""


class Story:
    """The lines of one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.drawn: set[str] = set()
        """What else was drawn by lot: words that no pattern tells."""

    def tell(self, what: str, value: object) -> None:
        """What somebody was answered."""
        rows = value if isinstance(value, list | tuple) else (value,)
        for row in rows:
            told = tell_lines(row, what) if is_dataclass(row) else iter((f"{what} = {tell_value(row)}",))
            self.lines += [self._hide(line) for line in told]

    def tell_books(self, store: SqlStore) -> None:
        """Every table's rows, sorted, without what is not there."""
        with store.reading() as connection:
            for name in sorted(METADATA.tables):
                found = connection.execute(select(METADATA.tables[name])).mappings().all()
                self.lines += sorted(self._hide(f"{name}: {tell_row(row)}") for row in found)

    def _hide(self, line: str) -> str:
        words = sorted(self.drawn)
        return hide_drawn(re.sub(rf"\b({'|'.join(words)})\b", "~", line) if words else line)


def tell_row(row: RowMapping) -> str:
    """The columns that hold something."""
    return ", ".join(f"{name}={tell_value(value)}" for name, value in row.items() if value is not None)


def hide_drawn(line: str) -> str:
    """The line with a mark in place of what is drawn by lot."""
    return DRAWN.sub(lambda found: found[0] if TELLING.fullmatch(found[0]) else "~", line)
