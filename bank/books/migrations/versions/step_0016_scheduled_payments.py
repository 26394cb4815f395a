"""Transfers that are made on a later day, and every month."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, String

from bank.books.migrations.columns import NUMBER, moment_column, number_column, refer_to, word_column

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "scheduled_payments",
        number_column(),
        Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False, unique=True),
        refer_to("customer_id", "customers.id"),
        word_column("digest", 64),
        word_column("state", 16),
        word_column("due_day", 10),
        Column("turn", Integer, nullable=False),
    )
    op.create_index("scheduled_payments_by_day", "scheduled_payments", ["state", "due_day", "id"])
    op.create_index("scheduled_payments_by_customer", "scheduled_payments", ["customer_id", "state"])
    op.create_table(
        "scheduled_dates",
        Column("payment_id", NUMBER, ForeignKey("scheduled_payments.id"), primary_key=True, autoincrement=False),
        Column("turn", Integer, primary_key=True, autoincrement=False),
        word_column("due_day", 10),
        Column("movement_id", NUMBER, ForeignKey("movements.id"), nullable=True, unique=True),
        moment_column("at_ms"),
    )
