"""What the tables share: their collection, and the columns that many have."""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String
from sqlalchemy.types import TypeEngine

METADATA: Final = MetaData()

NUMBER: Final[TypeEngine[int]] = BigInteger().with_variant(Integer, "sqlite")
"""A row's number that the database counts up; SQLite does that for its INTEGER only, which has 64 bits."""

ONE_OWNER: Final = "(customer_id IS NULL) <> (staff_id IS NULL)"


def number_column() -> Column[int]:
    """The row's number."""
    return Column("id", NUMBER, primary_key=True, autoincrement=True)


def customer_column(*, nullable: bool = False) -> Column[int]:
    """Whose it is."""
    return Column("customer_id", NUMBER, ForeignKey("customers.id"), nullable=nullable)


def staff_column() -> Column[int]:
    """Whose of the bank it is, or who of the bank did it."""
    return Column("staff_id", NUMBER, ForeignKey("staff.id"), nullable=True)


def moment_column(name: str, *, nullable: bool = False) -> Column[int]:
    """Milliseconds since 1970."""
    return Column(name, BigInteger, nullable=nullable)


def word_column(name: str, length: int = 32, *, nullable: bool = False) -> Column[str]:
    """A text of at most that length."""
    return Column(name, String(length), nullable=nullable)
