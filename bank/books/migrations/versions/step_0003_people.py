"""Customers with a number of their own, their contacts and credentials, and the people who work at the bank.

A customer had one card and nothing else: its column becomes a credential.
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, Connection, ForeignKey, Integer, String, text

from bank.books.migrations.columns import create_partial_index, moment_column, number_column, refer_to, word_column

revision = "0003"
down_revision = "0002"

ONE_OWNER = "(customer_id IS NULL) <> (staff_id IS NULL)"


def upgrade() -> None:
    """Make the tables, and carry the customers over."""
    connection = op.get_bind()
    _mark_for_older_programs(connection)
    before = connection.execute(text("SELECT user_code, name, card_id FROM customers ORDER BY user_code")).all()
    op.drop_table("customers")
    _create_customers()
    _create_staff()
    _create_credentials()
    for user_code, name, card_id in before:
        _carry_over(connection, user_code, name, card_id)


def _mark_for_older_programs(connection: Connection) -> None:
    """A program from before Alembic reads this number, and says that it is too old."""
    if not connection.dialect.has_table(connection, "schema_version"):
        op.create_table("schema_version", Column("version", Integer, nullable=False))
    connection.execute(text("DELETE FROM schema_version"))
    connection.execute(text("INSERT INTO schema_version (version) VALUES (3)"))


def _create_customers() -> None:
    op.create_table(
        "customers",
        number_column(),
        Column("user_code", String(8), nullable=False, unique=True),
        word_column("name", 200),
        word_column("kind"),
        moment_column("created_ms"),
        moment_column("subscribed_ms", nullable=True),
    )
    op.create_table(
        "contacts",
        number_column(),
        refer_to("customer_id", "customers.id"),
        word_column("kind"),
        word_column("value", 320),
        moment_column("since_ms"),
        moment_column("until_ms", nullable=True),
    )
    create_partial_index("contacts_one_of_a_kind", "contacts", ["customer_id", "kind"], text("until_ms IS NULL"))


def _create_staff() -> None:
    op.create_table(
        "staff",
        number_column(),
        Column("staff_code", String(8), nullable=False, unique=True),
        word_column("name", 200),
        word_column("post"),
        moment_column("since_ms"),
        moment_column("until_ms", nullable=True),
    )


def _create_credentials() -> None:
    op.create_table(
        "credentials",
        number_column(),
        refer_to("customer_id", "customers.id", nullable=True),
        refer_to("staff_id", "staff.id", nullable=True),
        word_column("kind"),
        Column("card_id", String(64), ForeignKey("cards.card_id"), nullable=True),
        word_column("reference", 64, nullable=True),
        moment_column("since_ms"),
        moment_column("until_ms", nullable=True),
        CheckConstraint(ONE_OWNER, name="credentials_one_owner"),
        CheckConstraint("(kind = 'card') = (card_id IS NOT NULL)", name="credentials_card"),
        CheckConstraint("(card_id IS NULL) <> (reference IS NULL)", name="credentials_reference"),
    )
    op.create_index("credentials_by_customer", "credentials", ["customer_id"])
    op.create_index("credentials_by_staff", "credentials", ["staff_id"])


def _carry_over(connection: Connection, user_code: str, name: str, card_id: str) -> None:
    """Whoever was there is an individual with a subscription, since before it was noted."""
    connection.execute(
        text(
            "INSERT INTO customers (user_code, name, kind, created_ms, subscribed_ms) "
            "VALUES (:user_code, :name, 'individual', 0, 0)"
        ),
        {"user_code": user_code, "name": name},
    )
    connection.execute(
        text(
            "INSERT INTO credentials (customer_id, kind, card_id, since_ms) "
            "SELECT id, 'card', :card_id, 0 FROM customers WHERE user_code = :user_code"
        ),
        {"user_code": user_code, "card_id": card_id},
    )
