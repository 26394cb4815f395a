"""Tables of what leaves the bank's own pages: text messages at a carrier, and partners who may ask a customer.

`sms_deliveries`: what became of each message of the outbox. `partners` may ask, `partner_requests` is what they asked,
`partner_grants` what they may then read; secrets, request identifiers and tokens are kept as their SHA-256.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from bank.books.schema_columns import (
    METADATA,
    NUMBER,
    customer_column,
    moment_column,
    number_column,
    word_column,
)

SMS_DELIVERIES = Table(
    "sms_deliveries",
    METADATA,
    Column("outbox_id", NUMBER, ForeignKey("sms_outbox.id"), primary_key=True, autoincrement=False),
    word_column("state", 16),  # waiting, sent, delivered, undeliverable, failed
    Column("tries", Integer, nullable=False),
    moment_column("next_ms"),
    moment_column("changed_ms"),
    word_column("message_id", 65, nullable=True),  # the carrier's (SMPP 3.4, 4.4.2)
    Index("sms_deliveries_due", "state", "next_ms"),
    Index("sms_deliveries_by_message", "message_id"),
)

PARTNERS = Table(
    "partners",
    METADATA,
    number_column(),
    Column("client_id", String(40), nullable=False, unique=True),
    word_column("name", 70),  # as the customer reads it
    word_column("kind", 16),  # aggregator, merchant
    word_column("secret_hash", 64),
    word_column("iban", 34, nullable=True),  # where a merchant is paid
    moment_column("since_ms"),
    moment_column("until_ms", nullable=True),
)

PARTNER_REQUESTS = Table(
    "partner_requests",
    METADATA,
    Column("request_hash", String(64), primary_key=True),
    Column("partner_id", NUMBER, ForeignKey("partners.id"), nullable=False),
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False, unique=True),
    Column("interval_ms", BigInteger, nullable=False),
    moment_column("polled_ms"),
    moment_column("until_ms"),
    moment_column("answered_ms", nullable=True),
)

PARTNER_GRANTS = Table(
    "partner_grants",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("partner_id", NUMBER, ForeignKey("partners.id"), nullable=False),
    customer_column(),
    Column("operation_id", String(32), ForeignKey("operations.id"), nullable=False, unique=True),
    word_column("scope", 16),  # accounts, transfer
    moment_column("since_ms"),
    moment_column("until_ms"),
    moment_column("ended_ms", nullable=True),
    Index("partner_grants_by_customer", "customer_id", "since_ms"),
)
