"""What books hold, looked at without their key; and how they are emptied, if they are provably this bank's."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Inspector, delete, inspect, select
from sqlalchemy.engine import URL

from bank.books.database import DAMAGED, is_absent, named, opened_engine, translated
from bank.books.schema import ATTEMPTS, CARDS, CUSTOMERS, ISSUER_KEYS, MIGRATIONS, SCHEMA, version_of
from bank.decoding import decode_foreign
from bank.errors import StateError

TABLES = (ATTEMPTS, CUSTOMERS, CARDS, ISSUER_KEYS)
"""In the order in which rows may go: no customer stands without a card."""


def holds_secrets(url: URL) -> bool:
    """Whether anything was sealed into these books, so that only their own key opens them. Raises StateError."""
    if is_absent(url):
        return False
    with _connected(url, writes=False) as connection:
        there = inspect(connection).get_table_names()
        sealed = [table for table in (ISSUER_KEYS, CARDS) if table.name in there]
        return any(connection.execute(select(table).limit(1)).first() for table in sealed)


def empty_books(url: URL) -> None:
    """Delete every row of this bank's tables, in one transaction; books that are not there yet are left so.

    No key is needed. Raises StateError, and deletes nothing, when the tables are not exactly those this bank makes.
    """
    if is_absent(url):
        return
    with _connected(url, writes=True) as connection:
        if not _is_new(inspect(connection)):
            _refuse_foreign(connection, url)
            for table in TABLES:
                connection.execute(delete(table))


@contextmanager
def _connected(url: URL, *, writes: bool) -> Iterator[Connection]:
    engine = opened_engine(url)
    try:
        damaged = decode_foreign(f"the bank's books ({named(url)}): {DAMAGED}")
        with damaged, translated(url), engine.execution_options(writes=writes).begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _is_new(found: Inspector) -> bool:
    """Whether none of our tables is there: an empty database, or another program's."""
    return not {SCHEMA.name, *(table.name for table in TABLES)} & set(found.get_table_names())


def _refuse_foreign(connection: Connection, url: URL) -> None:
    found = inspect(connection)
    there = set(found.get_table_names())
    for table in (SCHEMA, *TABLES):
        columns = {str(column["name"]) for column in found.get_columns(table.name)} if table.name in there else set()
        if columns != {column.name for column in table.columns}:
            raise StateError(f"{named(url)} holds tables that this bank did not make: nothing was deleted")
    if version_of(connection) > len(MIGRATIONS):
        raise StateError(f"{named(url)} was made by a newer program: use that one. Nothing was deleted")
