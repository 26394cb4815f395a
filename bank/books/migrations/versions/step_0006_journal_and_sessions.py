"""The journal, and what several processes must know of each other: sessions, limits and the clock's floor."""

from alembic import op
from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, String, Text, text

from bank.books.migrations.columns import is_postgresql, moment_column, refer_to, word_column

revision = "0006"
down_revision = "0005"

ONE_OWNER = "(customer_id IS NULL) <> (staff_id IS NULL)"

SQLITE = (
    "CREATE TRIGGER journal_stays BEFORE DELETE ON journal WHEN NOT EXISTS (SELECT 1 FROM clearing) "
    "BEGIN SELECT RAISE(ABORT, 'a line of the journal stays'); END",
    "CREATE TRIGGER journal_fixed BEFORE UPDATE ON journal "
    "BEGIN SELECT RAISE(ABORT, 'a line of the journal does not change'); END",
)
POSTGRESQL = (
    "CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION row_stays()",
)


def upgrade() -> None:
    """Make the tables and what guards them."""
    _create_journal()
    _create_sessions()
    op.create_table("clock", Column("id", Integer, primary_key=True), moment_column("floor_ms"))
    op.execute(text("INSERT INTO clock (id, floor_ms) VALUES (1, 0)"))
    for statement in POSTGRESQL if is_postgresql() else SQLITE:
        op.execute(statement)


def _create_journal() -> None:
    op.create_table(
        "journal",
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        moment_column("at_ms"),
        word_column("actor", 64),
        word_column("subject", 64),
        word_column("event", 64),
        Column("detail", Text, nullable=False),
        Column("previous", String(64), nullable=False, unique=True),
        word_column("digest", 64),
    )
    op.create_index("journal_by_subject", "journal", ["subject", "seq"])


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        Column("token_hash", String(64), primary_key=True),
        refer_to("customer_id", "customers.id", nullable=True),
        refer_to("staff_id", "staff.id", nullable=True),
        moment_column("created_ms"),
        moment_column("seen_ms"),
        moment_column("until_ms"),
        CheckConstraint(ONE_OWNER, name="sessions_one_owner"),
    )
    op.create_index("sessions_by_end", "sessions", ["until_ms"])
    op.create_table(
        "limits",
        Column("key", String(200), primary_key=True),
        Column("count", Integer, nullable=False),
        moment_column("window_ms"),
    )
    op.create_index("limits_by_window", "limits", ["window_ms"])
