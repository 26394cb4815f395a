"""What customers ask for and confirm, what follows from it, and the messages about it."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, UniqueConstraint, text

from bank.books.migrations.columns import moment_column, number_column, refer_to, word_column

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "counters", Column("name", String(32), primary_key=True), Column("value", BigInteger, nullable=False)
    )
    op.execute(text("INSERT INTO counters (name, value) VALUES ('operations', 0)"))
    _create_operations()
    _create_effects()
    _create_messages()


def _create_operations() -> None:
    op.create_table(
        "operations",
        Column("id", String(32), primary_key=True),
        Column("seq", BigInteger, nullable=False, unique=True),
        word_column("kind", 40),
        refer_to("customer_id", "customers.id"),
        word_column("state", 16),
        Column("payload", LargeBinary, nullable=False),
        moment_column("created_ms"),
        moment_column("until_ms"),
        moment_column("decided_ms", nullable=True),
        word_column("means", 16, nullable=True),
        word_column("terminal"),
        word_column("digest", 64),
    )
    op.create_index("operations_by_customer", "operations", ["customer_id", "seq"])


def _create_effects() -> None:
    op.create_table(
        "effects",
        number_column(),
        Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False),
        word_column("kind", 40),
        Column("payload", LargeBinary, nullable=False),
        word_column("state", 16),
        moment_column("done_ms", nullable=True),
        UniqueConstraint("operation_id", "kind", name="effects_once"),
    )
    op.create_index("effects_by_state", "effects", ["state", "id"])


def _create_messages() -> None:
    op.create_table(
        "sms_codes",
        Column("operation_id", String(32), ForeignKey("operations.id"), primary_key=True),
        word_column("code_index", 64),
        moment_column("created_ms"),
        moment_column("until_ms"),
        Column("tries", Integer, nullable=False),
    )
    op.create_table(
        "sms_outbox",
        number_column(),
        refer_to("customer_id", "customers.id"),
        word_column("number"),
        word_column("text", 640),
        moment_column("created_ms"),
    )
    op.create_index("sms_outbox_by_customer", "sms_outbox", ["customer_id", "id"])
