"""The bank's tables. `bank.books.migrating` brings a database to them; a step there is frozen once it is released.

People: `customers`, their `contacts` (each with the moment since when it is known: a change begins a new row), `staff`
with its post, and `credentials`: with what somebody proves who he is (a card of ours, a certificate, a device).

Money: `accounts`, `movements` and their `entries`. The entries of a movement sum to zero: a trigger adds each entry to
its movement's `imbalance_cents`, which refers to the one row of `balanced`: no commit leaves anything else there
(`DEFERRABLE INITIALLY DEFERRED` on both databases). The same trigger keeps `accounts.balance_cents`, and a check keeps
that above `floor_cents`. `beneficiaries` and `payment_cards` hang on customers and accounts.

Operations: `operations` (`payload`: the octets that were shown and are confirmed; `digest`: their SHA-256; `seq`: drawn
anew from `counters` by every change, so that whoever polls asks for greater ones), `effects` (at most one of a kind for
each operation), `sms_codes` (under the vault's index key) and `sms_outbox`. `bank.books.schema_notices`: what the
customer is told. `bank.books.schema_schedule`: transfers of a later day.

Cards on the internet: `merchants` that may ask (the key's hash only), and `card_payments`: one row for each
authentication request, with what the shop was told, whether it took that, and what became of the money.

Sécur'Pass: see `bank.books.schema_securpass`. The access keys of business customers: `bank.books.schema_keys`.
Cards that are not there: `bank.books.schema_street`.

Evidence: `journal`, each line with the digest of the one before it; `attempts`, the log of codes.

Processes: `sessions` (a token's hash; no column for a CSRF token, which follows from the token and the vault's key),
`limits` (how many of `key` were counted since `window_ms`) and `clock`, the floor below which time does not go.

A moment that an UPDATE compares is in milliseconds since 1970 (`..._ms`); 0 is "before this was noted". Money is in
cents. Neither entries nor journal lines change; they are deleted only while `clearing` has a row, within one
transaction: that is how the demonstration begins anew. `schema_version` is there for programs from before Alembic: they
see a newer version than theirs in it and say so.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
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

import bank.books.schema_keys
import bank.books.schema_notices
import bank.books.schema_partners
import bank.books.schema_schedule
import bank.books.schema_securpass
import bank.books.schema_street  # noqa: F401 - its tables belong to METADATA, too
from bank.books.schema_columns import METADATA, NUMBER, ONE_OWNER
from bank.books.schema_columns import customer_column as _customer
from bank.books.schema_columns import moment_column as _moment
from bank.books.schema_columns import number_column as _number
from bank.books.schema_columns import staff_column as _staff
from bank.books.schema_columns import word_column as _word

__all__ = ["METADATA"]

SCHEMA = Table("schema_version", METADATA, Column("version", Integer, nullable=False))

ISSUER_KEYS = Table(
    "issuer_keys",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

CARDS = Table(
    "cards",
    METADATA,
    Column("card_id", String(64), primary_key=True),
    Column("number_index", String(64), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_atc", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("blocked", Boolean, nullable=False),
)

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),  # ISO 8601: SQLite has no time zones
    Column("card_id", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("reason", String(64), nullable=False),
    Index("attempts_by_card", "card_id", "number"),
)

CUSTOMERS = Table(
    "customers",
    METADATA,
    _number(),
    Column("user_code", String(8), nullable=False, unique=True),
    _word("name", 200),
    _word("kind"),  # individual, professional
    _moment("created_ms"),
    _moment("subscribed_ms", nullable=True),  # to the bank's services on line
)

CONTACTS = Table(
    "contacts",
    METADATA,
    _number(),
    _customer(),
    _word("kind"),  # email, telephone, secure-telephone, address
    _word("value", 320),
    _moment("since_ms"),
    _moment("until_ms", nullable=True),
    Index(
        "contacts_one_of_a_kind",
        "customer_id",
        "kind",
        unique=True,
        sqlite_where=text("until_ms IS NULL"),
        postgresql_where=text("until_ms IS NULL"),
    ),
)

STAFF = Table(
    "staff",
    METADATA,
    _number(),
    Column("staff_code", String(8), nullable=False, unique=True),
    _word("name", 200),
    _word("post"),  # agency, customer-centre, e-agency
    _moment("since_ms"),
    _moment("until_ms", nullable=True),
)

CREDENTIALS = Table(
    "credentials",
    METADATA,
    _number(),
    _customer(nullable=True),
    _staff(),
    _word("kind"),  # card, certificate, device
    Column("card_id", String(64), ForeignKey("cards.card_id"), nullable=True),
    _word("reference", 64, nullable=True),  # of a certificate or device
    _moment("since_ms"),
    _moment("until_ms", nullable=True),
    CheckConstraint(ONE_OWNER, name="credentials_one_owner"),
    CheckConstraint("(kind = 'card') = (card_id IS NOT NULL)", name="credentials_card"),
    CheckConstraint("(card_id IS NULL) <> (reference IS NULL)", name="credentials_reference"),
    Index("credentials_by_customer", "customer_id"),
    Index("credentials_by_staff", "staff_id"),
)

COUNTERS = Table(
    "counters", METADATA, Column("name", String(32), primary_key=True), Column("value", BigInteger, nullable=False)
)

OPERATIONS = Table(
    "operations",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("seq", BigInteger, nullable=False, unique=True),
    _word("kind", 40),
    _customer(),
    _word("state", 16),
    Column("payload", LargeBinary, nullable=False),
    _moment("created_ms"),
    _moment("until_ms"),
    _moment("decided_ms", nullable=True),
    _word("means", 16, nullable=True),
    _word("terminal", 32),
    _word("digest", 64),
    Index("operations_by_customer", "customer_id", "seq"),
    Index(
        "operations_pending",
        "customer_id",
        "until_ms",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)

EFFECTS = Table(
    "effects",
    METADATA,
    _number(),
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False),
    _word("kind", 40),
    Column("payload", LargeBinary, nullable=False),
    _word("state", 16),  # due, done, failed
    _moment("done_ms", nullable=True),
    UniqueConstraint("operation_id", "kind", name="effects_once"),
    Index("effects_by_state", "state", "id"),
)

SMS_CODES = Table(
    "sms_codes",
    METADATA,
    Column("operation_id", String(32), ForeignKey("operations.id"), primary_key=True),
    _word("code_index", 64),
    _moment("created_ms"),
    _moment("until_ms"),
    Column("tries", Integer, nullable=False),
)

SMS_OUTBOX = Table(
    "sms_outbox",
    METADATA,
    _number(),
    _customer(),
    _word("number", 32),
    _word("text", 640),
    _moment("created_ms"),
    Index("sms_outbox_by_customer", "customer_id", "id"),
)

ACCOUNTS = Table(
    "accounts",
    METADATA,
    _number(),
    Column("iban", String(34), nullable=False, unique=True),
    _customer(nullable=True),  # none: the bank's own
    _word("kind"),
    Column("currency", String(3), nullable=False),
    Column("balance_cents", BigInteger, nullable=False, server_default=text("0")),
    Column("floor_cents", BigInteger, nullable=True),
    _moment("opened_ms"),
    CheckConstraint("balance_cents >= floor_cents", name="accounts_floor"),
    Index("accounts_by_customer", "customer_id"),
)

BALANCED = Table(
    "balanced",
    METADATA,
    Column("cents", BigInteger, CheckConstraint("cents = 0", name="balanced_zero"), primary_key=True),
)

MOVEMENTS = Table(
    "movements",
    METADATA,
    _number(),
    _moment("at_ms"),
    _word("kind", 40),
    _word("label", 140),  # as long as ISO 20022 lets unstructured remittance information be
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=True, unique=True),
    Column(
        "imbalance_cents",
        BigInteger,
        ForeignKey("balanced.cents", deferrable=True, initially="DEFERRED"),
        nullable=False,
        server_default=text("0"),
    ),
)

ENTRIES = Table(
    "entries",
    METADATA,
    _number(),
    Column("movement_id", NUMBER, ForeignKey("movements.id"), nullable=False),
    Column("account_id", NUMBER, ForeignKey("accounts.id"), nullable=False),
    Column("cents", BigInteger, CheckConstraint("cents <> 0", name="entries_move"), nullable=False),
    UniqueConstraint("movement_id", "account_id", name="entries_one_an_account"),
    Index("entries_by_account", "account_id", "id"),
)

BENEFICIARIES = Table(
    "beneficiaries",
    METADATA,
    _number(),
    _customer(),
    _word("name", 140),
    _word("iban", 34),
    _word("state", 16),  # active, frozen, removed
    _moment("added_ms"),
    Index(
        "beneficiaries_once",
        "customer_id",
        "iban",
        unique=True,
        sqlite_where=text("state <> 'removed'"),
        postgresql_where=text("state <> 'removed'"),
    ),
)

PAYMENT_CARDS = Table(
    "payment_cards",
    METADATA,
    _number(),
    _customer(),
    Column("account_id", NUMBER, ForeignKey("accounts.id"), nullable=False),
    Column("card_id", String(64), ForeignKey("cards.card_id"), nullable=True),
    _word("state", 16),  # ordered, active, opposed, cancelled, expired
    _moment("since_ms"),
    _moment("first_used_ms", nullable=True),  # at a shop's terminal or a cash machine
    Column("payment_cents", BigInteger, nullable=False),  # limits for 30 days and for 7 days
    Column("withdrawal_cents", BigInteger, nullable=False),
    Column("expires", String(4), nullable=False, server_default="3112"),  # YYMM, as it is printed on the card
    Index("payment_cards_by_customer", "customer_id"),
)

MERCHANTS = Table(
    "merchants",
    METADATA,
    _number(),
    Column("merchant_code", String(35), nullable=False, unique=True),
    _word("name", 40),
    _word("category", 4),  # ISO 18245
    _word("origin", 200),  # of its pages and of its 3DS server
    _word("key_hash", 64),
    _word("state", 16),  # active, closed
    _moment("since_ms"),
)

CARD_PAYMENTS = Table(
    "card_payments",
    METADATA,
    Column("acs_id", String(36), primary_key=True),
    Column("ds_id", String(36), nullable=False, unique=True),
    _word("server_id", 36),
    Column("merchant_id", NUMBER, ForeignKey("merchants.id"), nullable=False),
    _customer(nullable=True),
    Column("payment_card_id", NUMBER, ForeignKey("payment_cards.id"), nullable=True),
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=True),
    _word("version", 8),
    _word("state", 16),
    _word("status", 1, nullable=True),
    _word("reason", 2, nullable=True),
    Column("cents", BigInteger, nullable=False),
    Column("server_url", Text, nullable=False),
    Column("notification_url", Text, nullable=False),
    Column("session_data", Text, nullable=True),
    _word("way", 16, nullable=True),
    Column("interactions", Integer, nullable=False),
    _moment("created_ms"),
    _moment("decided_ms", nullable=True),
    _word("result", 16, nullable=True),  # due, sent, given-up
    Column("result_tries", Integer, nullable=False),
    _moment("result_next_ms", nullable=True),
    _moment("authorised_ms", nullable=True),
    _word("approval", 6, nullable=True),
    _word("booking", 16, nullable=True),  # held, captured, released
    UniqueConstraint("merchant_id", "server_id", name="card_payments_once"),
    Index("card_payments_by_state", "state", "created_ms"),
    Index("card_payments_by_result", "result", "result_next_ms"),
    Index("card_payments_by_booking", "booking", "authorised_ms"),
    Index("card_payments_by_card", "payment_card_id", "created_ms"),
    Index("card_payments_by_operation", "operation_id"),
)

JOURNAL = Table(
    "journal",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _moment("at_ms"),
    _word("actor", 64),
    _word("subject", 64),
    _word("event", 64),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False, unique=True),
    _word("digest", 64),
    Index("journal_by_subject", "subject", "seq"),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    _customer(nullable=True),
    _staff(),
    _moment("created_ms"),
    _moment("seen_ms"),
    _moment("until_ms"),
    CheckConstraint(ONE_OWNER, name="sessions_one_owner"),
    Index("sessions_by_end", "until_ms"),
)

LIMITS = Table(
    "limits",
    METADATA,
    Column("key", String(200), primary_key=True),
    Column("count", Integer, nullable=False),
    _moment("window_ms"),
    Index("limits_by_window", "window_ms"),
)

CLOCK = Table("clock", METADATA, Column("id", Integer, primary_key=True), _moment("floor_ms"))

CLEARING = Table("clearing", METADATA, _number())
