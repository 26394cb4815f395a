"""The files of the merchant's side: SQLite, one connection a call."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from merchant.errors import ShopError

BUSY_S: Final = 10.0
"""How long another's write is waited for."""


@contextmanager
def open_file(path: Path, whose: str) -> Iterator[sqlite3.Connection]:
    """A connection while the context lasts, which begins no transaction by itself. Raises ShopError: the file of
    `whose` cannot be used."""
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)) as connection:
            yield connection
    except sqlite3.Error as cause:
        raise ShopError(f"the {whose}'s file {path} cannot be used: {cause}") from cause
