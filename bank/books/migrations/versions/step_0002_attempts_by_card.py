"""The log of one card is asked for often."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """An index for it."""
    op.create_index("attempts_by_card", "attempts", ["card_id", "number"])
