"""Sécur'Pass: enrolments, telephones, their proofs; passwords, codes under way, what was signed and looked at."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)

from bank.books.migrations.columns import (
    NUMBER,
    create_partial_index,
    moment_column,
    number_column,
    refer_to,
    word_column,
)

revision = "0008"
down_revision = "0007"

LIVE = text("state IN ('initiated', 'subscribed', 'suspended')")


def upgrade() -> None:
    """Make the tables."""
    _create_enrolments()
    _create_devices()
    _create_proofs()
    _create_prompts()
    _create_steps()
    _create_branch()
    _create_messages()


def _create_enrolments() -> None:
    op.create_table(
        "enrolments",
        number_column(),
        refer_to("customer_id", "customers.id"),
        word_column("path", 16),
        word_column("state", 16),
        moment_column("created_ms"),
        moment_column("until_ms", nullable=True),
        moment_column("since_ms", nullable=True),
        moment_column("usable_from_ms", nullable=True),
        moment_column("ended_ms", nullable=True),
        word_column("reason", 40),
    )
    create_partial_index("enrolments_one_live", "enrolments", ["customer_id"], LIVE)
    op.create_index("enrolments_by_customer", "enrolments", ["customer_id", "id"])


def _create_devices() -> None:
    op.create_table(
        "devices",
        Column("id", String(32), primary_key=True),
        refer_to("enrolment_id", "enrolments.id"),
        refer_to("customer_id", "customers.id"),
        word_column("state", 16),
        word_column("label", 60),
        Column("device_key", LargeBinary, nullable=False),
        Column("code_key", LargeBinary, nullable=False),
        Column("counter", BigInteger, nullable=False),
        word_column("request", 64),
        word_column("answer", 32),
        Column("tries", Integer, nullable=False),
        Column("bio_log_on", Boolean, nullable=False),
        Column("bio_approve", Boolean, nullable=False),
        Column("credential_id", LargeBinary, nullable=True),
        Column("credential_key", LargeBinary, nullable=True),
        Column("sign_count", BigInteger, nullable=False),
        Column("backed_up", Boolean, nullable=False),
        word_column("rp_id", 255),
        moment_column("since_ms"),
        moment_column("ended_ms", nullable=True),
        moment_column("used_ms"),
        Column("uses", Integer, nullable=False),
        Column("days", Integer, nullable=False),
    )
    create_partial_index("devices_one_active", "devices", ["enrolment_id"], text("state = 'active'"))
    op.create_index("devices_by_customer", "devices", ["customer_id", "since_ms"])
    op.create_table(
        "push_endpoints",
        number_column(),
        Column("device_id", String(32), ForeignKey("devices.id"), nullable=False),
        Column("endpoint", String(1024), nullable=False, unique=True),
        Column("p256dh", LargeBinary, nullable=False),
        Column("auth", LargeBinary, nullable=False),
        moment_column("since_ms"),
    )
    op.create_index("push_endpoints_by_device", "push_endpoints", ["device_id"])


def _create_proofs() -> None:
    op.create_table(
        "proofs",
        number_column(),
        refer_to("customer_id", "customers.id"),
        Column("device_id", String(32), ForeignKey("devices.id"), nullable=False),
        Column("operation_id", String(32), ForeignKey("operations.id"), nullable=True),
        Column("counter", BigInteger, nullable=False),
        word_column("act", 16),
        Column("request", LargeBinary, nullable=False),
        Column("device_signature", LargeBinary, nullable=False),
        Column("second", LargeBinary, nullable=False),
        word_column("outcome", 16),
        moment_column("at_ms"),
        UniqueConstraint("device_id", "counter", name="proofs_once"),
    )
    op.create_index("proofs_by_operation", "proofs", ["operation_id"])


def _create_prompts() -> None:
    op.create_table(
        "prompts",
        Column("operation_id", String(32), ForeignKey("operations.id"), primary_key=True),
        refer_to("customer_id", "customers.id"),
        Column("device_id", String(32), ForeignKey("devices.id"), nullable=True),
        Column("match", Boolean, nullable=False),
        moment_column("at_ms"),
    )
    op.create_index("prompts_by_customer", "prompts", ["customer_id", "at_ms"])


def _create_steps() -> None:
    op.create_table(
        "passwords",
        Column("customer_id", NUMBER, ForeignKey("customers.id"), primary_key=True, autoincrement=False),
        Column("sealed", LargeBinary, nullable=False),
        moment_column("since_ms"),
    )
    op.create_table(
        "app_steps",
        Column("id", String(32), primary_key=True),
        refer_to("customer_id", "customers.id", nullable=True),
        word_column("purpose", 16),
        Column("octets", LargeBinary, nullable=False),
        word_column("second", 16),
        word_column("sms_seal", 64),
        word_column("mail_seal", 64),
        Column("tries", Integer, nullable=False),
        moment_column("created_ms"),
        moment_column("until_ms"),
    )
    op.create_index("app_steps_by_end", "app_steps", ["until_ms"])
    op.create_table(
        "app_offers",
        Column("customer_id", NUMBER, ForeignKey("customers.id"), primary_key=True, autoincrement=False),
        Column("offer", String(16), primary_key=True),
        moment_column("later_ms"),
    )


def _create_branch() -> None:
    op.create_table(
        "amendments",
        number_column(),
        refer_to("customer_id", "customers.id"),
        refer_to("staff_id", "staff.id", nullable=True),
        word_column("product"),
        word_column("channel"),
        word_column("state", 16),
        moment_column("created_ms"),
        moment_column("signed_ms", nullable=True),
        Column("document", LargeBinary, nullable=True),
        word_column("digest", 64),
    )
    op.create_index("amendments_by_customer", "amendments", ["customer_id", "id"])
    op.create_table(
        "identity_checks",
        number_column(),
        refer_to("customer_id", "customers.id"),
        refer_to("staff_id", "staff.id", nullable=True),
        word_column("purpose"),
        Column("items", Text, nullable=False),
        moment_column("at_ms"),
    )
    op.create_index("identity_checks_by_customer", "identity_checks", ["customer_id", "id"])


def _create_messages() -> None:
    op.create_table(
        "mail_outbox",
        number_column(),
        refer_to("customer_id", "customers.id"),
        word_column("address", 320),
        word_column("text", 640),
        moment_column("created_ms"),
    )
    op.create_index("mail_outbox_by_customer", "mail_outbox", ["customer_id", "id"])
