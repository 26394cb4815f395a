"""The tables of Sécur'Pass.

`enrolments`, of which one customer has at most one that lives, with `amendments` (what was signed in the branch) and
`identity_checks`. `devices`: telephones, at most one that is active; `code_key` is sealed, for whoever has it and the
telephone can try ten thousand codes; `counter` and `request` of the last request that was taken, and what was answered.
`proofs`: every signed request with its signatures, as evidence. `prompts`: operations that a telephone was asked for.
`push_endpoints`: where it is woken. `app_steps`: log-ons and activations under way; a code that was sent is kept as a
seal only. `passwords`: scrypt, sealed. `app_offers`: to what a customer has said *later*. `mail_outbox`: e-mails.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bank.books.schema_columns import (
    METADATA,
    NUMBER,
    customer_column,
    moment_column,
    number_column,
    staff_column,
    word_column,
)


def _one(name: str, column: str, condition: str) -> Index:
    where = text(condition)
    return Index(name, column, unique=True, sqlite_where=where, postgresql_where=where)


ENROLMENTS = Table(
    "enrolments",
    METADATA,
    number_column(),
    customer_column(),
    word_column("path", 16),  # self-care, branch, transfer
    word_column("state", 16),  # initiated, subscribed, suspended, closed, lapsed
    moment_column("created_ms"),
    moment_column("until_ms", nullable=True),
    moment_column("since_ms", nullable=True),
    moment_column("usable_from_ms", nullable=True),
    moment_column("ended_ms", nullable=True),
    word_column("reason", 40),
    _one("enrolments_one_live", "customer_id", "state IN ('initiated', 'subscribed', 'suspended')"),
    Index("enrolments_by_customer", "customer_id", "id"),
)

DEVICES = Table(
    "devices",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("enrolment_id", NUMBER, ForeignKey("enrolments.id"), nullable=False),
    customer_column(),
    word_column("state", 16),  # active, suspended, replaced, closed
    word_column("label", 60),
    Column("device_key", LargeBinary, nullable=False),
    Column("code_key", LargeBinary, nullable=False),  # sealed
    Column("counter", BigInteger, nullable=False),
    word_column("request", 64),
    word_column("answer", 32),
    Column("tries", Integer, nullable=False),
    Column("bio_log_on", Boolean, nullable=False),
    Column("bio_approve", Boolean, nullable=False),
    Column("credential_id", LargeBinary, nullable=True),
    Column("credential_key", LargeBinary, nullable=True),  # COSE_Key, RFC 9052
    Column("sign_count", BigInteger, nullable=False),
    Column("backed_up", Boolean, nullable=False),
    word_column("rp_id", 255),
    moment_column("since_ms"),
    moment_column("ended_ms", nullable=True),
    moment_column("used_ms"),
    Column("uses", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    _one("devices_one_active", "enrolment_id", "state = 'active'"),
    Index("devices_by_customer", "customer_id", "since_ms"),
)

PUSH_ENDPOINTS = Table(
    "push_endpoints",
    METADATA,
    number_column(),
    Column("device_id", String(32), ForeignKey("devices.id"), nullable=False),
    Column("endpoint", String(1024), nullable=False, unique=True),
    Column("p256dh", LargeBinary, nullable=False),
    Column("auth", LargeBinary, nullable=False),
    moment_column("since_ms"),
    Index("push_endpoints_by_device", "device_id"),
)

PROOFS = Table(
    "proofs",
    METADATA,
    number_column(),
    customer_column(),
    Column("device_id", String(32), ForeignKey("devices.id"), nullable=False),
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=True),
    Column("counter", BigInteger, nullable=False),
    word_column("act", 16),
    Column("request", LargeBinary, nullable=False),
    Column("device_signature", LargeBinary, nullable=False),
    Column("second", LargeBinary, nullable=False),  # the code's signature, or an assertion as JSON, or nothing
    word_column("outcome", 16),
    moment_column("at_ms"),
    UniqueConstraint("device_id", "counter", name="proofs_once"),
    Index("proofs_by_operation", "operation_id"),
)

PROMPTS = Table(
    "prompts",
    METADATA,
    Column("operation_id", String(32), ForeignKey("operations.id"), primary_key=True),
    customer_column(),
    Column("device_id", String(32), ForeignKey("devices.id"), nullable=True),  # the one that has asked, if one has
    Column("match", Boolean, nullable=False),
    moment_column("at_ms"),
    Index("prompts_by_customer", "customer_id", "at_ms"),
)

PASSWORDS = Table(
    "passwords",
    METADATA,
    Column("customer_id", NUMBER, ForeignKey("customers.id"), primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    moment_column("since_ms"),
)

APP_STEPS = Table(
    "app_steps",
    METADATA,
    Column("id", String(32), primary_key=True),
    customer_column(nullable=True),  # none: a log-on of somebody who is not there, or with a wrong password
    word_column("purpose", 16),  # log-on, activation
    Column("octets", LargeBinary, nullable=False),
    word_column("second", 16),  # reader, mail, or nothing
    word_column("sms_seal", 64),
    word_column("mail_seal", 64),
    Column("tries", Integer, nullable=False),
    moment_column("created_ms"),
    moment_column("until_ms"),
    Index("app_steps_by_end", "until_ms"),
)

AMENDMENTS = Table(
    "amendments",
    METADATA,
    number_column(),
    customer_column(),
    staff_column(),
    word_column("product"),
    word_column("channel"),
    word_column("state", 16),  # proposed, signed, cancelled
    moment_column("created_ms"),
    moment_column("signed_ms", nullable=True),
    Column("document", LargeBinary, nullable=True),
    word_column("digest", 64),
    Index("amendments_by_customer", "customer_id", "id"),
)

IDENTITY_CHECKS = Table(
    "identity_checks",
    METADATA,
    number_column(),
    customer_column(),
    staff_column(),
    word_column("purpose"),
    Column("items", Text, nullable=False),  # JSON: what was looked at
    moment_column("at_ms"),
    Index("identity_checks_by_customer", "customer_id", "id"),
)

ENDED_EXEMPTIONS = Table(
    "ended_exemptions",
    METADATA,
    Column("device_id", String(32), ForeignKey("devices.id"), primary_key=True),
    Column("exemption", String(32), primary_key=True),  # (EU) 2018/389: trusted-beneficiary, own-accounts, low-value
    moment_column("ended_ms"),
)

APP_OFFERS = Table(
    "app_offers",
    METADATA,
    Column("customer_id", NUMBER, ForeignKey("customers.id"), primary_key=True, autoincrement=False),
    Column("offer", String(16), primary_key=True),
    moment_column("later_ms"),
)

MAIL_OUTBOX = Table(
    "mail_outbox",
    METADATA,
    number_column(),
    customer_column(),
    word_column("address", 320),
    word_column("text", 640),
    moment_column("created_ms"),
    Index("mail_outbox_by_customer", "customer_id", "id"),
)
