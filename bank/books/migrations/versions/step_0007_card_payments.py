"""Payments by card on the internet: the shops that may ask, what they asked, and until when a card is good."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Text, UniqueConstraint

from bank.books.migrations.columns import NUMBER, moment_column, number_column, refer_to, word_column

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables. Every card that is there is good until the end of 2031."""
    op.add_column("payment_cards", Column("expires", String(4), nullable=False, server_default="3112"))
    op.create_table(
        "merchants",
        number_column(),
        Column("merchant_code", String(35), nullable=False, unique=True),
        word_column("name", 40),
        word_column("category", 4),
        word_column("origin", 200),
        word_column("key_hash", 64),
        word_column("state", 16),
        moment_column("since_ms"),
    )
    _create_payments()
    for name, columns in (
        ("state", ["state", "created_ms"]),
        ("result", ["result", "result_next_ms"]),
        ("booking", ["booking", "authorised_ms"]),
        ("card", ["payment_card_id", "created_ms"]),
        ("operation", ["operation_id"]),
    ):
        op.create_index(f"card_payments_by_{name}", "card_payments", columns)


def _create_payments() -> None:
    op.create_table(
        "card_payments",
        Column("acs_id", String(36), primary_key=True),
        Column("ds_id", String(36), nullable=False, unique=True),
        word_column("server_id", 36),
        refer_to("merchant_id", "merchants.id"),
        refer_to("customer_id", "customers.id", nullable=True),
        Column("payment_card_id", NUMBER, ForeignKey("payment_cards.id"), nullable=True),
        Column("operation_id", String(32), ForeignKey("operations.id"), nullable=True),
        word_column("version", 8),
        word_column("state", 16),
        word_column("status", 1, nullable=True),
        word_column("reason", 2, nullable=True),
        Column("cents", BigInteger, nullable=False),
        Column("server_url", Text, nullable=False),
        Column("notification_url", Text, nullable=False),
        Column("session_data", Text, nullable=True),
        word_column("way", 16, nullable=True),
        Column("interactions", Integer, nullable=False),
        moment_column("created_ms"),
        moment_column("decided_ms", nullable=True),
        word_column("result", 16, nullable=True),
        Column("result_tries", Integer, nullable=False),
        moment_column("result_next_ms", nullable=True),
        moment_column("authorised_ms", nullable=True),
        word_column("approval", 6, nullable=True),
        word_column("booking", 16, nullable=True),
        UniqueConstraint("merchant_id", "server_id", name="card_payments_once"),
    )
