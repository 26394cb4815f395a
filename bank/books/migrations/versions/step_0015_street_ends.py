"""References that cash machines have ended, and card services that customers have ended."""

from alembic import op
from sqlalchemy import Column, ForeignKey, String

from bank.books.migrations.columns import NUMBER, moment_column

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "payout_references",
        Column("machine_id", NUMBER, ForeignKey("merchants.id"), primary_key=True, autoincrement=False),
        Column("reference", String(64), primary_key=True),
        moment_column("seen_ms"),
        moment_column("ended_ms", nullable=True),
    )
    op.create_index("payout_references_by_age", "payout_references", ["seen_ms"])
    op.create_table(
        "ended_card_services",
        Column("operation_id", String(32), ForeignKey("operations.id"), primary_key=True),
        moment_column("ended_ms"),
    )
