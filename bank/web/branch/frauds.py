"""What customers, or somebody here for them, have declared as fraud: a list to work through, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, select

from bank.books.clock import read_time
from bank.books.schema import CUSTOMERS, EFFECTS, OPERATIONS
from bank.operations.catalogue import EffectKind
from bank.operations.ports import Operation
from bank.operations.shelf import read_row

MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class ReportedFraud:
    """An operation in which its customer had no part. `reported_ms`: since when that is known."""

    user: str
    name: str = field(repr=False)
    operation: Operation
    reported_ms: int


def list_frauds(connection: Connection, wall_ms: int) -> Sequence[ReportedFraud]:
    """The latest ones."""
    now_ms = read_time(connection, wall_ms)
    joined = select(OPERATIONS, EFFECTS.c.done_ms.label("protected_ms"), CUSTOMERS.c.user_code, CUSTOMERS.c.name)
    joined = joined.join(EFFECTS, EFFECTS.c.operation_id == OPERATIONS.c.id)
    joined = joined.join(CUSTOMERS, CUSTOMERS.c.id == OPERATIONS.c.customer_id)
    query = joined.where(EFFECTS.c.kind == EffectKind.PROTECTION.value).order_by(EFFECTS.c.id.desc())
    rows = connection.execute(query.limit(MOST_SHOWN)).mappings()
    return [
        ReportedFraud(row["user_code"], row["name"], read_row(row, now_ms), row["protected_ms"] or now_ms)
        for row in rows
    ]
