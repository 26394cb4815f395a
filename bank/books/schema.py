"""The bank's tables, and how an older database becomes a newer one."""

from collections.abc import Callable

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)

from bank.cards.memory import is_whole
from bank.decoding import decode_foreign
from bank.errors import StateError

METADATA = MetaData()

SCHEMA = Table("schema_version", METADATA, Column("version", Integer, nullable=False))

ISSUER_KEYS = Table(
    "issuer_keys",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

CARDS = Table(
    "cards",
    METADATA,
    Column("card_id", String(64), primary_key=True),
    Column("number_index", String(64), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_atc", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("blocked", Boolean, nullable=False),
)

CUSTOMERS = Table(
    "customers",
    METADATA,
    Column("user_code", String(8), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("card_id", String(64), ForeignKey("cards.card_id"), nullable=False),
)

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),  # ISO 8601: SQLite has no time zones
    Column("card_id", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("reason", String(64), nullable=False),
)

MIGRATION_LOCK = 0x5E5A3E
"""PostgreSQL's advisory lock for migrations; SQLite's write transaction is one by itself."""


def _first(connection: Connection) -> None:
    """Every table. Frozen once released: a later column comes with a later step and its own DDL."""
    METADATA.create_all(connection, [ISSUER_KEYS, CARDS, CUSTOMERS, ATTEMPTS])


def _second(connection: Connection) -> None:
    """The log of one card is asked for often."""
    connection.execute(text("CREATE INDEX attempts_by_card ON attempts (card_id, number)"))


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first, _second)
"""The steps from an empty database to the present one; a database's version is the number of steps it has seen."""


def migrate_database(connection: Connection) -> None:
    """Bring the database up to date within the caller's write transaction. Raises StateError when it is newer."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise StateError(f"the database has version {version}, this program knows {len(MIGRATIONS)}: use a newer one")
    for step in MIGRATIONS[version:]:
        step(connection)
    if version < len(MIGRATIONS):
        connection.execute(update(SCHEMA).values(version=len(MIGRATIONS)))


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(SCHEMA.name):
        SCHEMA.create(connection)
        connection.execute(insert(SCHEMA).values(version=0))
    return version_of(connection)


def version_of(connection: Connection) -> int:
    """How many steps the database has seen. Raises StateError."""
    with decode_foreign("the database's version cannot be read: it is damaged, or not this bank's"):
        version = connection.execute(select(SCHEMA.c.version)).scalar_one()
        if not is_whole(version):
            raise ValueError("no version")
        return int(version)
