"""What a customer wants to be asked for again on his trusted telephone."""

from alembic import op
from sqlalchemy import Column, ForeignKey, String

from bank.books.migrations.columns import moment_column

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "ended_exemptions",
        Column("device_id", String(32), ForeignKey("devices.id"), primary_key=True),
        Column("exemption", String(32), primary_key=True),
        moment_column("ended_ms"),
    )
