"""Time as the books have it: it goes forward only, whatever becomes of the machine's clock.

The books keep the latest moment that was seen, to a second. Where the machine's clock is set back, time stands still
until it catches up, and nothing that had expired lives again.
"""

import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from bank.books.schema import CLOCK

WallClock = Callable[[], int]
"""Milliseconds since 1970 as the machine has them."""

STEP_MS: Final = 1000
"""The floor is raised at most that often: no write of its own for every look at the clock."""


FLOOR: Final = select(CLOCK.c.floor_ms)
RAISED: Final = update(CLOCK).where(CLOCK.c.floor_ms <= bindparam("before")).values(floor_ms=bindparam("wall"))
"""Made once: every transaction begins with them, and making a statement costs more than executing it."""


def wall_ms() -> int:
    """The machine's clock."""
    return time.time_ns() // 1_000_000


def read_time(connection: Connection, wall: int) -> int:
    """Now, for a transaction that looks: `wall`, but not below the floor."""
    floor: int = connection.execute(FLOOR).scalar_one()
    return max(wall, floor)


def pass_time(connection: Connection, wall: int) -> int:
    """Now, for a transaction that writes: no later one will be told an earlier moment by more than a second."""
    floor: int = connection.execute(FLOOR).scalar_one()
    if floor > wall - STEP_MS:
        return max(wall, floor)
    connection.execute(RAISED, {"wall": wall, "before": wall - STEP_MS})
    return read_time(connection, wall)
