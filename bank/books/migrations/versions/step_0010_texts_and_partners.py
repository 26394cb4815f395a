"""What became of each text message, and who else than the bank's own pages may ask a customer."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String

from bank.books.migrations.columns import NUMBER, moment_column, number_column, refer_to, word_column

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sms_deliveries",
        Column("outbox_id", NUMBER, ForeignKey("sms_outbox.id"), primary_key=True, autoincrement=False),
        word_column("state", 16),
        Column("tries", Integer, nullable=False),
        moment_column("next_ms"),
        moment_column("changed_ms"),
        word_column("message_id", 65, nullable=True),
    )
    op.create_index("sms_deliveries_due", "sms_deliveries", ["state", "next_ms"])
    op.create_index("sms_deliveries_by_message", "sms_deliveries", ["message_id"])
    _create_partners()


def _create_partners() -> None:
    op.create_table(
        "partners",
        number_column(),
        Column("client_id", String(40), nullable=False, unique=True),
        word_column("name", 70),
        word_column("kind", 16),
        word_column("secret_hash", 64),
        word_column("iban", 34, nullable=True),
        moment_column("since_ms"),
        moment_column("until_ms", nullable=True),
    )
    op.create_table(
        "partner_requests",
        Column("request_hash", String(64), primary_key=True),
        refer_to("partner_id", "partners.id"),
        Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False, unique=True),
        Column("interval_ms", BigInteger, nullable=False),
        moment_column("polled_ms"),
        moment_column("until_ms"),
        moment_column("answered_ms", nullable=True),
    )
    op.create_table(
        "partner_grants",
        Column("token_hash", String(64), primary_key=True),
        refer_to("partner_id", "partners.id"),
        refer_to("customer_id", "customers.id"),
        Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False, unique=True),
        word_column("scope", 16),
        moment_column("since_ms"),
        moment_column("until_ms"),
        moment_column("ended_ms", nullable=True),
    )
    op.create_index("partner_grants_by_customer", "partner_grants", ["customer_id", "since_ms"])
