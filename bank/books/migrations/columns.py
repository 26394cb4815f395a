"""Columns that the steps share. Frozen like the steps: what a released step made must stay what it makes."""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String
from sqlalchemy.types import TypeEngine

NUMBER: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")


def number_column() -> Column[int]:
    """A row's number, counted up by the database."""
    return Column("id", NUMBER, primary_key=True, autoincrement=True)


def refer_to(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    """The number of a row of another table."""
    return Column(name, NUMBER, ForeignKey(target), nullable=nullable)


def moment_column(name: str, *, nullable: bool = False) -> Column[int]:
    """Milliseconds since 1970."""
    return Column(name, BigInteger, nullable=nullable)


def word_column(name: str, length: int = 32, *, nullable: bool = False) -> Column[str]:
    """A text of at most that length."""
    return Column(name, String(length), nullable=nullable)


def create_partial_index(name: str, table: str, columns: list[str], where: Any) -> None:  # noqa: ANN401
    """A unique index over the rows that the condition holds for."""
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def is_postgresql() -> bool:
    """Whether the step runs on PostgreSQL; on SQLite otherwise."""
    return op.get_bind().dialect.name == "postgresql"
