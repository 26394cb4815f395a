"""The access keys of business customers: authorities, keys, certificates, security numbers, who is signed in."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, String

from bank.books.migrations.columns import NUMBER, moment_column, number_column, refer_to, word_column

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "authorities",
        Column("name", String(32), primary_key=True),
        Column("certificate", LargeBinary, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        moment_column("since_ms"),
    )
    _create_keys()
    _create_certificates()
    _create_signing_on()


def _create_keys() -> None:
    op.create_table(
        "access_keys",
        number_column(),
        Column("serial", BigInteger, nullable=False, unique=True),
        Column("certificate", LargeBinary, nullable=False),
        word_column("state", 16),
        refer_to("customer_id", "customers.id", nullable=True),
        Column("signing_key", LargeBinary, nullable=True),
        word_column("holder", 140, nullable=True),
        word_column("email", 320, nullable=True),
        word_column("telephone", 32, nullable=True),
        moment_column("made_ms"),
        moment_column("changed_ms"),
        moment_column("registered_ms", nullable=True),
    )
    op.create_index("access_keys_by_customer", "access_keys", ["customer_id"])
    op.create_table(
        "activation_codes",
        number_column(),
        refer_to("key_id", "access_keys.id"),
        refer_to("customer_id", "customers.id"),
        word_column("code_index", 64),
        Column("tries", Integer, nullable=False),
        moment_column("created_ms"),
        moment_column("until_ms"),
        moment_column("used_ms", nullable=True),
    )
    op.create_index("activation_codes_by_customer", "activation_codes", ["customer_id", "id"])


def _create_certificates() -> None:
    op.create_table(
        "certificates",
        number_column(),
        Column("serial", String(40), nullable=False, unique=True),
        refer_to("key_id", "access_keys.id"),
        refer_to("customer_id", "customers.id"),
        word_column("fingerprint", 64),
        Column("certificate", LargeBinary, nullable=False),
        word_column("state", 16),
        moment_column("since_ms"),
        moment_column("until_ms"),
        moment_column("first_used_ms", nullable=True),
        moment_column("revoked_ms", nullable=True),
        word_column("reason", 32, nullable=True),
    )
    op.create_index("certificates_by_key", "certificates", ["key_id", "id"])
    op.create_index("certificates_by_state", "certificates", ["state", "until_ms"])


def _create_signing_on() -> None:
    op.create_table(
        "security_numbers",
        Column("customer_id", NUMBER, ForeignKey("customers.id"), primary_key=True, autoincrement=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("posted", Boolean, nullable=False),
        Column("failures", Integer, nullable=False),
        moment_column("used_ms", nullable=True),
        moment_column("since_ms"),
    )
    op.create_table(
        "number_entries",
        Column("token_hash", String(64), primary_key=True),
        refer_to("customer_id", "customers.id"),
        refer_to("certificate_id", "certificates.id"),
        word_column("purpose", 16),
        Column("sealed", LargeBinary, nullable=False),
        Column("step", Integer, nullable=False),
        moment_column("until_ms"),
    )
    op.create_index("number_entries_by_end", "number_entries", ["until_ms"])
    op.create_table(
        "business_sessions",
        Column("token_hash", String(64), primary_key=True),
        refer_to("customer_id", "customers.id"),
        refer_to("certificate_id", "certificates.id"),
        word_column("stage", 16),
        moment_column("created_ms"),
        moment_column("seen_ms"),
        moment_column("until_ms"),
    )
    op.create_index("business_sessions_by_end", "business_sessions", ["until_ms"])
