"""Codes with which cash machines give money, and cards that wallets asked to hold."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, String

from bank.books.migrations.columns import moment_column, number_column, refer_to, word_column

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "cash_codes",
        number_column(),
        refer_to("customer_id", "customers.id"),
        refer_to("payment_card_id", "payment_cards.id"),
        refer_to("account_id", "accounts.id"),
        Column("cents", BigInteger, nullable=False),
        word_column("code_index", 64),
        word_column("state", 16),
        moment_column("created_ms"),
        moment_column("until_ms"),
        refer_to("machine_id", "merchants.id", nullable=True),
        word_column("reference", 64, nullable=True),
        moment_column("changed_ms"),
    )
    op.create_index("cash_codes_by_index", "cash_codes", ["code_index"])
    op.create_index("cash_codes_by_card", "cash_codes", ["payment_card_id", "created_ms"])
    op.create_index("cash_codes_by_reference", "cash_codes", ["machine_id", "reference"], unique=True)
    op.create_table(
        "wallet_cards",
        Column("operation_id", String(32), ForeignKey("operations.id"), primary_key=True),
        refer_to("merchant_id", "merchants.id"),
        refer_to("payment_card_id", "payment_cards.id"),
        moment_column("since_ms"),
        moment_column("taken_ms", nullable=True),
    )
