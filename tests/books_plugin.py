"""New books in SQLite, made once in a process and written again from what their own dump says.

Alembic's steps take a tenth of a second, and thousands of tests begin with new books. The statements are the ones that
the steps themselves left behind, run in the same transaction. Whoever tests the steps, or what fails in the middle of
them, has them as they are, and so has every process that a test starts.
"""

import sqlite3
from collections.abc import Iterator
from functools import cache

import pytest
from sqlalchemy import Connection, create_engine, inspect

from bank.books import migrating, store_sql
from bank.books.database import lock_books

AROUND = ("BEGIN TRANSACTION;", "COMMIT;")
STEPS_THEMSELVES = ("test_bank_migrations", "test_books_attacked", "test_bank_database")


@cache
def statements() -> tuple[str, ...]:
    """What makes new books of this version."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrating.migrate_database(connection)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        made = tuple(statement for statement in raw.iterdump() if statement not in AROUND)
    engine.dispose()
    return made


def migrate_database(connection: Connection) -> None:
    """As bank.books.migrating.migrate_database."""
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        migrating.migrate_database(connection)
        return
    lock_books(connection, migrating.MIGRATION_LOCK)
    for statement in statements():
        connection.exec_driver_sql(statement)


@pytest.fixture(autouse=True)
def _books_made_once(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.module.__name__.rsplit(".", 1)[-1] in STEPS_THEMSELVES:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_sql, "migrate_database", migrate_database)
        yield
