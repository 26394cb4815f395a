"""How much of something there was lately, in the books, so that several processes count together.

`limits` has a row for each thing that is counted: how often since `window_ms`, when its window began. Each change is
one statement with its condition in it; the caller's transaction makes several of them one.
"""

from typing import Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bank.books.schema import LIMITS

SWEPT: Final = 100
"""At most so many old rows are deleted at once."""


def count_one(connection: Connection, key: str, most: int, now_ms: int, window_ms: int) -> bool:
    """Count one more; False, and nothing counted, where there were `most` in the window that is open."""
    _begin_window(connection, key, now_ms, window_ms)
    room = update(LIMITS).where(LIMITS.c.key == key, LIMITS.c.count < most)
    return connection.execute(room.values(count=LIMITS.c.count + 1)).rowcount == 1


def uncount_one(connection: Connection, key: str) -> None:
    """The last one does not count."""
    counted = update(LIMITS).where(LIMITS.c.key == key, LIMITS.c.count > 0)
    connection.execute(counted.values(count=LIMITS.c.count - 1))


def set_count(connection: Connection, key: str, count: int, now_ms: int) -> None:
    """It is so many from now on."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"key": key, "count": count, "window_ms": now_ms}
    changed = {"count": count, "window_ms": now_ms}
    made = dialect.insert(LIMITS).values(row)
    connection.execute(made.on_conflict_do_update(index_elements=[LIMITS.c.key], set_=changed))


def read_count(connection: Connection, key: str) -> int | None:
    """How many there are; None where nothing was counted."""
    found: int | None = connection.execute(select(LIMITS.c.count).where(LIMITS.c.key == key)).scalar()
    return found


def forget_counts(connection: Connection, prefix: str) -> None:
    """Nothing was counted under any key that begins so; a whole key is its own beginning."""
    connection.execute(delete(LIMITS).where(LIMITS.c.key.startswith(prefix, autoescape=True)))


def sweep_counts(connection: Connection, prefix: str, before_ms: int) -> None:
    """Delete some of what is older than that."""
    old = select(LIMITS.c.key).where(LIMITS.c.key.startswith(prefix, autoescape=True), LIMITS.c.window_ms < before_ms)
    connection.execute(delete(LIMITS).where(LIMITS.c.key.in_(old.limit(SWEPT))))


def _begin_window(connection: Connection, key: str, now_ms: int, window_ms: int) -> None:
    """Open the first window of a key, or the next one where the last is over."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = dialect.insert(LIMITS).values(key=key, count=0, window_ms=now_ms)
    connection.execute(first.on_conflict_do_nothing(index_elements=[LIMITS.c.key]))
    over = update(LIMITS).where(LIMITS.c.key == key, LIMITS.c.window_ms <= now_ms - window_ms)
    connection.execute(over.values(count=0, window_ms=now_ms))
