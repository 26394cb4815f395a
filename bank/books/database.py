"""Which database a URL means, how it is opened, and what went wrong with it, in words that say what to do.

No message holds a password: a URL is never repeated.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, PoolProxiedConnection, QueuePool, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bank.decoding import decode_foreign
from bank.errors import MissingLibraryError, StateError
from bank.files import refuse_if_shared, refuse_unless_file

PATIENCE_S: Final = 30
"""How long a transaction waits for another one on SQLite."""

DRIVERS: Final = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
"""What a URL may begin with, and which driver that is."""

PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
"""Readers beside one writer; an answered commit is on the disk; no customer without card; what is deleted is gone."""

POSTGRESQL: Final = "postgresql"
"""The extra that brings the driver of PostgreSQL."""

WRITES: Final = "writes"
"""What a connection notes of the transaction that it begins next."""

MEMORY: Final = URL.create("sqlite")
"""Books that end with the engine; only programs name them, no user."""

FULL = "the disk is full: make room and try again. Nothing was changed"
DAMAGED = "damaged, or no books of this bank: put a backup back, or move them away and begin anew"
BUSY = f"another program has had them for {PATIENCE_S} s: end it, or try again"
CLOSED = "they cannot be opened for writing: check the rights of file and folder"
FAILING = "the disk reports errors: look at the system's log, and have a backup at hand"
AWAY = "no answer, or refused: check that it runs, and user, password and name in the URL"

SQLITE_TROUBLES: Final = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_ERROR: DAMAGED,  # no such table, no such column
    sqlite3.SQLITE_MISMATCH: DAMAGED,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_PERM: CLOSED,
    sqlite3.SQLITE_READONLY: CLOSED,
    sqlite3.SQLITE_CANTOPEN: CLOSED,
    sqlite3.SQLITE_IOERR: FAILING,
    sqlite3.SQLITE_IOERR_SHMSIZE: FULL,  # there is no room for the index of the journal
}
"""By SQLite's result code (sqlite.org/rescode.html), the extended one first."""

POSTGRES_TROUBLES: Final = {
    "55P03": BUSY,
    "53100": FULL,
    "42P01": DAMAGED,
    "42703": DAMAGED,
    "42804": DAMAGED,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "42501": "this user may not use them: grant it its rights (GRANT)",
    "25006": "they can be read only: is it a standby server?",
}
"""By SQLSTATE (PostgreSQL manual, appendix A)."""


def database_url(text: str) -> URL:
    """The database that was named. Raises StateError."""
    with decode_foreign("no database URL: use sqlite:////path/bank.db or postgresql://user@host/name"):
        if not text.isprintable():
            raise ValueError("no text")
        url = make_url(text)
        driver = DRIVERS.get(url.drivername)
        if driver is None:
            raise StateError(f"no support for {url.drivername}: use sqlite or postgresql")
        if driver == "sqlite" and url.query:
            raise StateError("an SQLite URL has no options behind a question mark")
        if driver == "sqlite" and url.database in (None, "", ":memory:"):
            raise StateError("a bank in SQLite needs a file: sqlite:////path/bank.db")
    return url.set(drivername=driver)


def sqlite_url(path: Path) -> URL:
    """SQLite in that file, whatever signs its name has."""
    return URL.create("sqlite", database=str(path.absolute()))


def name_books(url: URL) -> str:
    """How messages call the books: by their file, or by their name on the server."""
    if url == MEMORY:
        return "in memory"
    if is_sqlite(url):
        return str(url.database)
    # libpq, "Database Connection Control Functions", dbname: where none is named it is called like the user.
    return (
        f"the PostgreSQL database {url.database!r}" if url.database else "the PostgreSQL database called like its user"
    )


def is_sqlite(url: URL) -> bool:
    """Whether the books are a file."""
    return url.get_backend_name() == "sqlite"


def is_absent(url: URL) -> bool:
    """Whether there is no file yet. A server is asked instead."""
    return is_sqlite(url) and not Path(url.database or "").exists()


def opened_engine(url: URL) -> Engine:
    """An engine; an SQLite file is made when it is missing. Raises StateError.

    `hide_parameters`: what is asked and stored must not show in an error.
    """
    if not is_sqlite(url):
        return _postgres_engine(url)
    engine = _memory_engine() if url == MEMORY else _file_engine(url)
    event.listen(engine, "connect", _prepare_sqlite)
    engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign]
    return engine


@contextmanager
def begin_writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that will write: on SQLite it takes the lock first, and waits, where one that reads first would
    fail."""
    with engine.connect() as connection:
        if is_sqlite(engine.url):
            connection.info[WRITES] = True
        with connection.begin():
            yield connection


def _file_engine(url: URL) -> Engine:
    _make_private(Path(url.database or ""))
    return create_engine(url, hide_parameters=True, connect_args={"timeout": PATIENCE_S})


def _memory_engine() -> Engine:
    """One connection, since another would see another memory; whoever wants it waits as for a file's lock."""
    return create_engine(
        MEMORY,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=PATIENCE_S,
    )


def _postgres_engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except ImportError as cause:  # psycopg is there and libpq is not: no module has a name then
        message = f"{cause.name or 'libpq'} is not installed: install this project with its extra [{POSTGRESQL}]"
        raise MissingLibraryError(message, POSTGRESQL) from cause
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _make_private(path: Path) -> None:
    """SQLite would make the file readable for all; its journals take the file's mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except (OSError, ValueError) as cause:
        said = cause.strerror if isinstance(cause, OSError) else "no file can be called so"
        raise StateError(f"cannot open {path}: {said}; check that the directory can be written") from cause
    refuse_unless_file(path)
    refuse_if_shared(path)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """No BEGIN of the driver's own, and our settings."""
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgres(connection: DBAPIConnection, _record: object) -> None:
    """Nobody's lock is waited for for ever (PostgreSQL manual, 20.11: lock_timeout)."""
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{PATIENCE_S}s'")
    cursor.close()
    connection.commit()


def _begin_sqlite(dbapi_connection: PoolProxiedConnection) -> None:
    """The dialect's own step, and no event: with a listener SQLAlchemy makes of every statement an event, too."""
    cursor = dbapi_connection.cursor()
    cursor.execute("BEGIN IMMEDIATE" if dbapi_connection.info.pop(WRITES, False) else "BEGIN")
    cursor.close()


def lock_books(connection: Connection, number: int) -> None:
    """Until the end of the transaction, nobody else holds the lock of that number; whoever wants it waits. On SQLite
    whoever writes is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


@contextmanager
def translate_errors(url: URL) -> Iterator[None]:
    """Around every use of the database. Raises StateError; what breaks a rule of the tables stays IntegrityError."""
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as cause:
        raise StateError(f"the bank's books ({name_books(url)}): {explain_trouble(cause)}") from cause
    except UnicodeDecodeError as cause:  # sqlite3 fails so at SQLite's own message, where that quotes a damaged name
        raise StateError(f"the bank's books ({name_books(url)}): {DAMAGED}") from cause


def explain_trouble(error: SQLAlchemyError) -> str:
    """What is wrong and what to do about it."""
    if isinstance(error, PoolTimeoutError):
        return BUSY
    origin = getattr(error, "orig", None)
    code = getattr(origin, "sqlite_errorcode", None)
    if code is not None:
        return SQLITE_TROUBLES.get(code) or SQLITE_TROUBLES.get(code & 0xFF, DAMAGED)
    state = getattr(origin, "sqlstate", None)
    if origin is None or isinstance(origin, sqlite3.Error):
        return DAMAGED
    return POSTGRES_TROUBLES.get(state or "", AWAY)
