"""Tables of what customers do with a card that is not there: money from a cash machine by a code, a card in a wallet.

`cash_codes`: a code that a customer was given for an amount, kept under the vault's key, and what a machine did with
it; `payout_references`: each reference under which a machine asked, and whether it has ended it; `wallet_cards`: which
wallet asked to hold which card, by the operation that the customer decides; `ended_card_services`: what he has since
ended of it, or of money by codes, by the operation that began it.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from bank.books.schema_columns import METADATA, NUMBER, customer_column, moment_column, number_column, word_column

CASH_CODES = Table(
    "cash_codes",
    METADATA,
    number_column(),
    customer_column(),
    Column("payment_card_id", NUMBER, ForeignKey("payment_cards.id"), nullable=False),
    Column("account_id", NUMBER, ForeignKey("accounts.id"), nullable=False),
    Column("cents", BigInteger, nullable=False),
    word_column("code_index", 64),
    word_column("state", 16),  # open, paying, paid, replaced, ended
    moment_column("created_ms"),
    moment_column("until_ms"),
    Column("machine_id", NUMBER, ForeignKey("merchants.id"), nullable=True),
    word_column("reference", 64, nullable=True),  # the machine's own
    moment_column("changed_ms"),
    Index("cash_codes_by_index", "code_index"),
    Index("cash_codes_by_card", "payment_card_id", "created_ms"),
    Index("cash_codes_by_reference", "machine_id", "reference", unique=True),
)

PAYOUT_REFERENCES = Table(
    "payout_references",
    METADATA,
    Column("machine_id", NUMBER, ForeignKey("merchants.id"), primary_key=True, autoincrement=False),
    Column("reference", String(64), primary_key=True),
    moment_column("seen_ms"),
    moment_column("ended_ms", nullable=True),  # nothing is given under it any more
    Index("payout_references_by_age", "seen_ms"),
)

WALLET_CARDS = Table(
    "wallet_cards",
    METADATA,
    Column("operation_id", String(32), ForeignKey("operations.id"), primary_key=True),
    Column("merchant_id", NUMBER, ForeignKey("merchants.id"), nullable=False),
    Column("payment_card_id", NUMBER, ForeignKey("payment_cards.id"), nullable=False),
    moment_column("since_ms"),
    moment_column("taken_ms", nullable=True),
)

ENDED_CARD_SERVICES = Table(
    "ended_card_services",
    METADATA,
    Column("operation_id", String(32), ForeignKey("operations.id"), primary_key=True),
    moment_column("ended_ms"),
)
