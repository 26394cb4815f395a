"""By which farewell a session on the business site may be ended by the launcher that opened its browser."""

from alembic import op
from sqlalchemy import Column, String

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Sessions of before have none."""
    op.add_column("business_sessions", Column("farewell_hash", String(64), nullable=True))
    op.create_index("business_sessions_by_farewell", "business_sessions", ["farewell_hash"])
