"""Operations in the books, within the caller's transaction.

What decides is one UPDATE with its condition in it: of two at once the second finds no pending operation any more, on
SQLite and on PostgreSQL alike. Whoever writes draws `seq` first, so that all wait for each other in the same order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, RowMapping, Select, bindparam, insert, literal, select, text, update

from bank.books.bell import note_change
from bank.books.inserting import insert_into
from bank.books.schema import COUNTERS, EFFECTS, OPERATIONS
from bank.errors import StateError
from bank.operations.catalogue import EffectKind, Means
from bank.operations.octets import OctetsError, digest_octets, make_octets, read_octets
from bank.operations.ports import Operation, UnknownOperationError
from bank.operations.table import Act, OperationEvent, OperationStanding, OperationState, read_standing, step_operation

COUNTER: Final = "operations"
CHANNEL: Final = "sesame_operations"
"""PostgreSQL's, on which every change is notified (`bank.web.feed`)."""
DUE: Final = "due"
DONE: Final = "done"
FAILED: Final = "failed"
MOST_LISTED: Final = 200

IS_PENDING: Final = OPERATIONS.c.state == literal(OperationState.PENDING.value, literal_execute=True)
"""As the index over what is pending has it: SQLite compares the words, and takes no parameter for one of them."""


NEXT_SEQ: Final = (
    update(COUNTERS).where(COUNTERS.c.name == COUNTER).values(value=COUNTERS.c.value + 1).returning(COUNTERS.c.value)
)
OWN: Final = select(OPERATIONS).where(
    OPERATIONS.c.id == bindparam("operation"), OPERATIONS.c.customer_id == bindparam("customer")
)
DECIDED: Final = (
    update(OPERATIONS)
    .where(OPERATIONS.c.id == bindparam("operation"), IS_PENDING)
    .values(state=bindparam("next"), seq=bindparam("number"), decided_ms=bindparam("now"), means=bindparam("by"))
)
SETTLED: Final = DECIDED.where(OPERATIONS.c.until_ms > bindparam("now"))
EXPIRED: Final = DECIDED.where(OPERATIONS.c.until_ms <= bindparam("now"))
"""Made once: every decision needs them, and making a statement costs more than executing it."""


class AlteredError(StateError):
    """What the books keep of an operation is not what was asked for."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(
            f"the bank's books, operation {operation_id}: what is kept is not what was asked for. "
            "Put a backup back; nothing was carried out"
        )


def draw_seq(connection: Connection) -> int:
    """The next number of a change. Others that change an operation wait until this transaction ends."""
    seq: int = connection.execute(NEXT_SEQ).scalar_one()
    note_change(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"NOTIFY {CHANNEL}"))  # told when the transaction is, and never when it is not
    return seq


def put_operation(connection: Connection, operation: Operation) -> None:
    """Take a new one in."""
    content = operation.content
    row = {
        "id": operation.operation_id,
        "seq": operation.seq,
        "kind": content.kind.value,
        "customer_id": content.customer_id,
        "state": operation.state.value,
        "payload": make_octets(content),
        "created_ms": content.created_ms,
        "until_ms": content.until_ms,
        "terminal": content.terminal.value,
        "digest": operation.digest,
    }
    connection.execute(insert(OPERATIONS).values(row))


def seek_operation(connection: Connection, customer_id: int, operation_id: str, now_ms: int) -> Operation | None:
    """The customer's operation with that identifier, as it stands."""
    if not (operation_id.isascii() and operation_id.isprintable()):
        return None
    row = connection.execute(OWN, {"operation": operation_id, "customer": customer_id}).mappings().first()
    return read_row(row, now_ms) if row else None


def get_operation(connection: Connection, customer_id: int, operation_id: str, now_ms: int) -> Operation:
    """The same. Raises UnknownOperationError."""
    found = seek_operation(connection, customer_id, operation_id, now_ms)
    if found is None:
        raise UnknownOperationError
    return found


def list_rows(connection: Connection, customer_id: int, after_seq: int, now_ms: int) -> Sequence[Operation]:
    """The customer's operations that changed after that number; without one, the latest."""
    query: Select[tuple[object, ...]] = select(OPERATIONS).where(OPERATIONS.c.customer_id == customer_id)
    query = query.where(OPERATIONS.c.seq > after_seq)
    latest = query.order_by(OPERATIONS.c.seq.desc() if not after_seq else OPERATIONS.c.seq).limit(MOST_LISTED)
    found = [read_row(row, now_ms) for row in connection.execute(latest).mappings()]
    return sorted(found, key=lambda operation: operation.seq)


def list_pending(connection: Connection, customer_id: int, now_ms: int) -> Sequence[Operation]:
    """What waits for its confirmation."""
    query = select(OPERATIONS).where(
        OPERATIONS.c.customer_id == customer_id, IS_PENDING, OPERATIONS.c.until_ms > now_ms
    )
    return [read_row(row, now_ms) for row in connection.execute(query).mappings()]


def list_overdue(connection: Connection, now_ms: int, most: int) -> Sequence[Operation]:
    """What is expired, and not yet written down so."""
    query = select(OPERATIONS).where(IS_PENDING, OPERATIONS.c.until_ms <= now_ms)
    rows = connection.execute(query.order_by(OPERATIONS.c.until_ms).limit(most)).mappings()
    return [read_row(row, now_ms) for row in rows]


def read_row(row: RowMapping, now_ms: int) -> Operation:
    """An operation as it stands at that moment. Raises AlteredError when its octets are not those of its digest."""
    octets = bytes(row["payload"])
    try:
        content = read_octets(octets)
    except OctetsError as cause:
        raise AlteredError(row["id"]) from cause
    same = (content.operation_id, content.kind.value, content.customer_id, content.until_ms)
    if digest_octets(octets) != row["digest"] or same != (
        row["id"], row["kind"], row["customer_id"], row["until_ms"]
    ):  # fmt: skip
        raise AlteredError(row["id"])
    standing = read_standing(OperationStanding(OperationState(row["state"]), content.until_ms), now_ms)
    means = Means(row["means"]) if row["means"] else None
    return Operation(row["id"], row["seq"], content, standing.state, row["digest"], row["decided_ms"], means)


def settle_operation(
    connection: Connection, operation: Operation, act: Act, now_ms: int, means: Means | None = None
) -> Operation | None:
    """Decide a pending operation: as it is then, or None when somebody was faster or its time is over."""
    pending = OperationStanding(OperationState.PENDING, operation.content.until_ms)
    state = step_operation(pending, OperationEvent(act, now_ms))[0].state
    seq = draw_seq(connection)
    given = {"operation": operation.operation_id, "now": now_ms, "next": state.value, "number": seq}
    given["by"] = means.value if means else None
    decided = connection.execute(EXPIRED if state is OperationState.EXPIRED else SETTLED, given).rowcount == 1
    return replace(operation, state=state, seq=seq, decided_ms=now_ms, means=means) if decided else None


def owe_effects(connection: Connection, operation: Operation, kinds: Iterable[EffectKind]) -> None:
    """What is to be done because of a decision, in the decision's transaction. It is bound to the octets.

    What is owed or done already stays as it is.
    """
    for kind in kinds:
        row = {
            "operation_id": operation.operation_id,
            "kind": kind.value,
            "payload": operation.digest.encode(),
            "state": DUE,
        }
        connection.execute(insert_into(connection, EFFECTS).values(row).on_conflict_do_nothing())


def has_effect(connection: Connection, operation_id: str, kind: EffectKind) -> bool:
    """Whether such an effect is owed or done."""
    query = select(EFFECTS.c.id).where(EFFECTS.c.operation_id == operation_id, EFFECTS.c.kind == kind.value)
    return connection.execute(query).first() is not None
