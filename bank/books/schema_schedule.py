"""The tables of what is paid later.

`scheduled_payments`: one for each transfer with a day, with the day that is due next (ISO 8601: days are the bank's
own, and compare as texts) and how many were due before (`turn`). `scheduled_dates`: each day that came, once, with the
movement that was made then, or without one where it could not be.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from bank.books.schema_columns import METADATA, NUMBER, customer_column, moment_column, number_column, word_column

SCHEDULED_PAYMENTS = Table(
    "scheduled_payments",
    METADATA,
    number_column(),
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False, unique=True),
    customer_column(),
    word_column("digest", 64),  # of what was approved
    word_column("state", 16),  # waiting, over, cancelled
    word_column("due_day", 10),
    Column("turn", Integer, nullable=False),
    Index("scheduled_payments_by_day", "state", "due_day", "id"),
    Index("scheduled_payments_by_customer", "customer_id", "state"),
)

SCHEDULED_DATES = Table(
    "scheduled_dates",
    METADATA,
    Column("payment_id", NUMBER, ForeignKey("scheduled_payments.id"), primary_key=True, autoincrement=False),
    Column("turn", Integer, primary_key=True, autoincrement=False),
    word_column("due_day", 10),
    Column("movement_id", NUMBER, ForeignKey("movements.id"), nullable=True, unique=True),
    moment_column("at_ms"),
)
