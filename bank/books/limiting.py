"""How much of something there was lately, in the books, so that several processes count together.

`limits` has a row for each thing that is counted: how often since `window_ms`, when its window began. Each change is
one statement with its condition in it; the caller's transaction makes several of them one.
"""

from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, delete, func, select, text, update

from bank.books.inserting import insert_into
from bank.books.schema import LIMITS

COUNT: Final = select(LIMITS.c.count).where(LIMITS.c.key == bindparam("name"))
ZEROED: Final = (
    update(LIMITS).where(LIMITS.c.key.in_([bindparam(name) for name in ("first", "second", "third")])).values(count=0)
)

COUNTED: Final = text("""
INSERT INTO limits ("key", count, window_ms) VALUES (:name, 1, :now)
ON CONFLICT ("key") DO UPDATE SET
  count = CASE WHEN limits.window_ms <= :ended THEN 1 ELSE limits.count + 1 END,
  window_ms = CASE WHEN limits.window_ms <= :ended THEN :now ELSE limits.window_ms END
WHERE limits.window_ms <= :ended OR limits.count < :most
RETURNING limits.count
""").bindparams(*(bindparam(name, type_=BigInteger()) for name in ("now", "ended", "most")))
"""In words that SQLite and PostgreSQL both have: SQLAlchemy compiles an INSERT with ON CONFLICT anew each time, which
costs ten times what executing it does."""

SWEPT: Final = 100
"""At most so many old rows are deleted at once."""


def count_one(connection: Connection, key: str, most: int, now_ms: int, window_ms: int) -> bool:
    """Count one more; False, and nothing counted, where there were `most` in the window that is open.

    One statement, so that no other transaction can take the row away between finding it and counting in it.
    """
    if most < 1:
        return False
    given = {"name": key, "now": now_ms, "ended": now_ms - window_ms, "most": most}
    return connection.execute(COUNTED, given).first() is not None


def uncount_one(connection: Connection, key: str) -> None:
    """The last one does not count."""
    counted = update(LIMITS).where(LIMITS.c.key == key, LIMITS.c.count > 0)
    connection.execute(counted.values(count=LIMITS.c.count - 1))


def set_count(connection: Connection, key: str, count: int, now_ms: int) -> None:
    """It is so many from now on."""
    row = {"key": key, "count": count, "window_ms": now_ms}
    changed = {"count": count, "window_ms": now_ms}
    made = insert_into(connection, LIMITS).values(row)
    connection.execute(made.on_conflict_do_update(index_elements=[LIMITS.c.key], set_=changed))


def read_count(connection: Connection, key: str) -> int | None:
    """How many there are; None where nothing was counted."""
    found: int | None = connection.execute(COUNT, {"name": key}).scalar()
    return found


def zero_counts(connection: Connection, first: str, second: str = "", third: str = "") -> None:
    """Nothing was counted under those keys; their rows stay, where there are any. Nothing is counted under ""."""
    connection.execute(ZEROED, {"first": first, "second": second, "third": third})


def forget_count(connection: Connection, key: str) -> None:
    """Nothing was counted under this key, and this one alone."""
    connection.execute(delete(LIMITS).where(LIMITS.c.key == key))


def forget_counts(connection: Connection, prefix: str) -> None:
    """Nothing was counted under any key that begins with these words. Raises ValueError where they are not whole: `x/1`
    would take `x/10` along."""
    connection.execute(delete(LIMITS).where(_begins(prefix)))


def sweep_counts(connection: Connection, prefix: str, before_ms: int) -> None:
    """Delete some of what is older than that. Raises ValueError as `forget_counts` does."""
    old = select(LIMITS.c.key).where(_begins(prefix), LIMITS.c.window_ms < before_ms)
    connection.execute(delete(LIMITS).where(LIMITS.c.key.in_(old.limit(SWEPT))))


def _begins(prefix: str) -> ColumnElement[bool]:
    """Sign by sign: LIKE has signs that mean others, and on SQLite capitals are like small letters to it."""
    if not prefix.endswith("/"):
        raise ValueError("keys are told apart by whole words, each with its slash")
    return func.substr(LIMITS.c.key, 1, len(prefix)) == prefix
