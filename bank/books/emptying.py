"""What books hold, looked at without their key; and how they are emptied, if they are provably this bank's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Inspector, Table, delete, insert, inspect, select, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from bank.books.database import (
    DAMAGED,
    begin_writing,
    explain_trouble,
    is_absent,
    name_books,
    opened_engine,
    translate_errors,
)
from bank.books.migrating import migrate_database, read_revision
from bank.books.schema import ACCOUNTS, BALANCED, CARDS, CLEARING, CLOCK, COUNTERS, ISSUER_KEYS, METADATA, SCHEMA
from bank.decoding import decode_foreign
from bank.errors import StateError

KEPT = (SCHEMA, BALANCED, CLOCK, COUNTERS, CLEARING)
"""What the steps themselves put rows into, and what opens the way for a deletion."""


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

    No key is needed. Raises StateError, and deletes nothing, when the tables are not exactly those this bank makes: an
    older program's are brought up to date first.
    """
    if is_absent(url):
        return
    with _connected(url, writes=True) as connection:
        if not _is_new(inspect(connection)):
            _refuse_foreign(connection, url)
            _delete_all(connection)


def delete_rows(connection: Connection, staying: Sequence[Table] = ()) -> None:
    """Empty every table but those, and but what the database's steps themselves put in."""
    connection.execute(insert(CLEARING))
    connection.execute(update(ACCOUNTS).values(floor_cents=None))  # entry by entry, they go through every balance
    for table in reversed(METADATA.sorted_tables):
        if table not in (*KEPT, *staying):
            connection.execute(delete(table))
    connection.execute(delete(CLEARING))


def _delete_all(connection: Connection) -> None:
    delete_rows(connection)
    connection.execute(update(CLOCK).values(floor_ms=0))
    connection.execute(update(COUNTERS).values(value=0))


@contextmanager
def _connected(url: URL, *, writes: bool) -> Iterator[Connection]:
    engine = opened_engine(url)
    try:
        damaged = decode_foreign(f"the bank's books ({name_books(url)}): {DAMAGED}")
        with damaged, translate_errors(url), begin_writing(engine) if writes else engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _is_new(found: Inspector) -> bool:
    """Whether none of our tables is there: an empty database, or another program's."""
    return not set(METADATA.tables) & set(found.get_table_names())


def _refuse_foreign(connection: Connection, url: URL) -> None:
    """Whatever a step or a comparison trips over: these tables are not ours, and the transaction ends undone."""
    foreign = StateError(f"{name_books(url)} holds tables that this bank did not make: nothing was deleted")
    try:
        read_revision(connection)
    except StateError as cause:
        raise StateError(f"{cause}. Nothing was deleted") from cause
    try:
        migrate_database(connection)
    except SQLAlchemyError as cause:
        if explain_trouble(cause) == DAMAGED:
            raise foreign from cause
        raise
    found = inspect(connection)
    for table in METADATA.sorted_tables:
        columns = {str(column["name"]) for column in found.get_columns(table.name)}
        if columns != {column.name for column in table.columns}:
            raise foreign
