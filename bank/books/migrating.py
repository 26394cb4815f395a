"""How an older database becomes the present one: Alembic's steps, in one transaction, whoever starts at once.

Before Alembic the steps were counted in `schema_version`; such a database is taken over where it stands.
"""

import re
import threading
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, select, text

from bank.books.database import lock_books
from bank.books.schema import SCHEMA
from bank.decoding import decode_foreign, is_whole
from bank.errors import StateError

HEAD: Final = "0016"
"""The last step. Whoever finds it in the database need not load Alembic."""

TARGET: Final = "head"
"""What Alembic is asked for."""

STEPS: Final = Path(__file__).parent / "migrations"

TAKEN_OVER: Final = ("", "0001", "0002")
"""By the number in `schema_version`: the step of Alembic's that a database from before it stands at."""

MIGRATION_LOCK: Final = 0x5E5A3E
"""PostgreSQL's advisory lock for migrations; SQLite's write transaction is one by itself."""

VERSIONS: Final = "alembic_version"
REVISION: Final = re.compile(r"\d{4}")
UNREADABLE: Final = "the database's version cannot be read: it is damaged, or not this bank's"

_ALEMBIC: Final = threading.Lock()
"""Alembic keeps what its steps work on in module globals: one migration at a time in each process."""


def migrate_database(connection: Connection) -> None:
    """Bring the database up to date within the caller's write transaction. Raises StateError when it is newer."""
    lock_books(connection, MIGRATION_LOCK)
    revision = read_revision(connection)
    if revision != HEAD:
        _take_steps(connection, revision)


def read_revision(connection: Connection) -> str:
    """The last step the database has seen, "" for none. Raises StateError: also when a newer program made it."""
    there = set(inspect(connection).get_table_names())
    with decode_foreign(UNREADABLE):
        if VERSIONS in there:
            return _known(connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar_one())  # noqa: S608
        return _counted(connection.execute(select(SCHEMA.c.version)).scalar_one()) if SCHEMA.name in there else ""


def _known(found: object) -> str:
    if not (isinstance(found, str) and REVISION.fullmatch(found)):
        raise ValueError("no step of ours")
    if found > HEAD:
        raise StateError(f"the database has version {found}, this program knows {HEAD}: use a newer one")
    return found


def _counted(found: object) -> str:
    if not isinstance(found, int) or not is_whole(found) or found == len(TAKEN_OVER):
        raise ValueError("no version")  # the last: the number that Alembic's steps leave, but nothing of Alembic's
    if found > len(TAKEN_OVER):
        raise StateError(f"the database has version {found}, which is none of this program's: use a newer one")
    return TAKEN_OVER[found]


def _take_steps(connection: Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - only where there is a step to take
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    with _ALEMBIC:
        if revision:  # taken over, or noted there already
            MigrationContext.configure(connection).stamp(ScriptDirectory.from_config(config), revision)
        command.upgrade(config, TARGET)
