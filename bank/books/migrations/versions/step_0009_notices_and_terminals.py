"""What customers are told, the terminals they are known at, and what waits for its confirmation without a long walk."""

from alembic import op
from sqlalchemy import Column, ForeignKey, String, text

from bank.books.migrations.columns import moment_column, number_column, refer_to, word_column

revision = "0009"
down_revision = "0008"

PENDING = text("state = 'pending'")


def upgrade() -> None:
    """Make the tables, and the index over what is pending: a few rows among millions."""
    op.create_table(
        "notices",
        number_column(),
        refer_to("customer_id", "customers.id"),
        moment_column("at_ms"),
        word_column("event", 64),
        Column("operation_id", String(32), ForeignKey("operations.id"), nullable=True),
    )
    op.create_index("notices_by_customer", "notices", ["customer_id", "id"])
    op.create_table(
        "terminals",
        Column("token_hash", String(64), primary_key=True),
        refer_to("customer_id", "customers.id"),
        moment_column("since_ms"),
    )
    columns = ["customer_id", "until_ms"]
    op.create_index("operations_pending", "operations", columns, sqlite_where=PENDING, postgresql_where=PENDING)
