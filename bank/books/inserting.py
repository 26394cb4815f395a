"""INSERT with an answer for a row that is there already, which SQL itself has not."""

from typing import TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

ConflictInsert: TypeAlias = postgresql.Insert | sqlite.Insert
"""Both know ON CONFLICT, and have no base in common that does (SQLAlchemy, "INSERT...ON CONFLICT")."""


def insert_into(connection: Connection, table: Table) -> ConflictInsert:
    """The statement as the database behind this connection has it."""
    return insert_for(connection.dialect.name, table)


def insert_for(dialect: str, table: Table) -> ConflictInsert:
    """The statement as a dialect of this name has it (SQLAlchemy's `Dialect.name`)."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
