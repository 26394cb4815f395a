"""A transaction and the moment it happens at, together: what every part of the bank begins with."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from bank.books.clock import WallClock, pass_time, read_time
from bank.books.store_sql import SqlStore


@contextmanager
def write_timed(store: SqlStore, wall: WallClock) -> Iterator[tuple[Connection, int]]:
    """A transaction that writes, and the moment it happens at. Raises StateError: then it did not happen."""
    with store.writing() as connection:
        yield connection, pass_time(connection, wall())


@contextmanager
def read_timed(store: SqlStore, wall: WallClock) -> Iterator[tuple[Connection, int]]:
    """A transaction that looks, and the moment it sees. Raises StateError. Answers of ours are given outside: the store
    would hold them for a damaged row."""
    with store.reading() as connection:
        yield connection, read_time(connection, wall())
