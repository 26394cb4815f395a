"""INSERT with an answer for a row that is there already, which SQL itself has not."""

from typing import TypeAlias

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

ConflictInsert: TypeAlias = postgresql.Insert | sqlite.Insert
"""Both know ON CONFLICT, and have no base in common that does (SQLAlchemy, "INSERT...ON CONFLICT")."""


def insert_into(connection: Connection, table: Table) -> ConflictInsert:
    """The statement as the database behind this connection has it. SQLAlchemy compiles it anew each time."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
