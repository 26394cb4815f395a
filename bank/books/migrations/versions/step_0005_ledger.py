"""Accounts and movements as a double-entry ledger that the database itself holds to account; beneficiaries and cards.

An entry can only be added. Adding it moves the balance of its account and the imbalance of its movement, and a commit
fails while any imbalance is not zero: the deferred reference to the one row of `balanced` sees to that on both
databases.
"""

from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, String, UniqueConstraint, text

from bank.books.migrations.columns import (
    create_partial_index,
    is_postgresql,
    moment_column,
    number_column,
    refer_to,
    word_column,
)

revision = "0005"
down_revision = "0004"

MOVE = """
    UPDATE accounts SET balance_cents = balance_cents {sign} {row}.cents WHERE id = {row}.account_id;
    UPDATE movements SET imbalance_cents = imbalance_cents {sign} {row}.cents WHERE id = {row}.movement_id;
"""
ADDED = MOVE.format(sign="+", row="NEW")
TAKEN = MOVE.format(sign="-", row="OLD")

SQLITE = (
    f"CREATE TRIGGER entries_added AFTER INSERT ON entries BEGIN {ADDED} END",
    f"CREATE TRIGGER entries_taken AFTER DELETE ON entries BEGIN {TAKEN} END",
    "CREATE TRIGGER entries_stay BEFORE DELETE ON entries WHEN NOT EXISTS (SELECT 1 FROM clearing) "
    "BEGIN SELECT RAISE(ABORT, 'an entry stays'); END",
    "CREATE TRIGGER entries_fixed BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'an entry does not change'); END",
)
POSTGRESQL = (
    f"CREATE FUNCTION entry_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {ADDED} RETURN NULL; END $$",
    f"CREATE FUNCTION entry_taken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {TAKEN} RETURN NULL; END $$",
    "CREATE FUNCTION row_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM clearing) THEN RETURN OLD; END IF; "
    "RAISE EXCEPTION '% stays as it is', TG_TABLE_NAME USING ERRCODE = '23000'; END $$",
    "CREATE TRIGGER entries_added AFTER INSERT ON entries FOR EACH ROW EXECUTE FUNCTION entry_added()",
    "CREATE TRIGGER entries_taken AFTER DELETE ON entries FOR EACH ROW EXECUTE FUNCTION entry_taken()",
    "CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION row_stays()",
)


def upgrade() -> None:
    """Make the tables and what guards them."""
    op.create_table("clearing", number_column())
    _create_accounts()
    _create_movements()
    _create_entries()
    _create_beneficiaries()
    _create_payment_cards()
    for statement in POSTGRESQL if is_postgresql() else SQLITE:
        op.execute(statement)


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        number_column(),
        Column("iban", String(34), nullable=False, unique=True),
        refer_to("customer_id", "customers.id", nullable=True),
        word_column("kind"),
        word_column("currency", 3),
        Column("balance_cents", BigInteger, nullable=False, server_default=text("0")),
        Column("floor_cents", BigInteger, nullable=True),
        moment_column("opened_ms"),
        CheckConstraint("balance_cents >= floor_cents", name="accounts_floor"),
    )
    op.create_index("accounts_by_customer", "accounts", ["customer_id"])


def _create_movements() -> None:
    op.create_table(
        "balanced", Column("cents", BigInteger, CheckConstraint("cents = 0", name="balanced_zero"), primary_key=True)
    )
    op.execute(text("INSERT INTO balanced (cents) VALUES (0)"))
    zero = ForeignKey("balanced.cents", deferrable=True, initially="DEFERRED")
    op.create_table(
        "movements",
        number_column(),
        moment_column("at_ms"),
        word_column("kind", 40),
        word_column("label", 140),
        Column("operation_id", String(32), ForeignKey("operations.id"), nullable=True, unique=True),
        Column("imbalance_cents", BigInteger, zero, nullable=False, server_default=text("0")),
    )


def _create_entries() -> None:
    op.create_table(
        "entries",
        number_column(),
        refer_to("movement_id", "movements.id"),
        refer_to("account_id", "accounts.id"),
        Column("cents", BigInteger, CheckConstraint("cents <> 0", name="entries_move"), nullable=False),
        UniqueConstraint("movement_id", "account_id", name="entries_one_an_account"),
    )
    op.create_index("entries_by_account", "entries", ["account_id", "id"])


def _create_beneficiaries() -> None:
    op.create_table(
        "beneficiaries",
        number_column(),
        refer_to("customer_id", "customers.id"),
        word_column("name", 140),
        word_column("iban", 34),
        word_column("state", 16),
        moment_column("added_ms"),
    )
    create_partial_index("beneficiaries_once", "beneficiaries", ["customer_id", "iban"], text("state <> 'removed'"))


def _create_payment_cards() -> None:
    op.create_table(
        "payment_cards",
        number_column(),
        refer_to("customer_id", "customers.id"),
        refer_to("account_id", "accounts.id"),
        Column("card_id", String(64), ForeignKey("cards.card_id"), nullable=True),
        word_column("state", 16),
        moment_column("since_ms"),
        moment_column("first_used_ms", nullable=True),
        Column("payment_cents", BigInteger, nullable=False),
        Column("withdrawal_cents", BigInteger, nullable=False),
    )
    op.create_index("payment_cards_by_customer", "payment_cards", ["customer_id"])
