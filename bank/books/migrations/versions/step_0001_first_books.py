"""Issuer keys, cards, customers and the log of codes."""

from alembic import op
from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The tables of the first version there was."""
    op.create_table(
        "issuer_keys", Column("name", String(64), primary_key=True), Column("sealed", LargeBinary, nullable=False)
    )
    op.create_table(
        "cards",
        Column("card_id", String(64), primary_key=True),
        Column("number_index", String(64), nullable=False, unique=True),
        Column("sealed", LargeBinary, nullable=False),
        Column("last_atc", Integer, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("blocked", Boolean, nullable=False),
    )
    op.create_table(
        "customers",
        Column("user_code", String(8), primary_key=True),
        Column("name", String(200), nullable=False),
        Column("card_id", String(64), ForeignKey("cards.card_id"), nullable=False),
    )
    op.create_table(
        "attempts",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("at", String(40), nullable=False),
        Column("card_id", String(64), nullable=False),
        Column("source", String(200), nullable=False),
        Column("reason", String(64), nullable=False),
    )
