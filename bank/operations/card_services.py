"""What a card does where it is not, for whoever has begun it: money from a cash machine, its place in a wallet.

That the operation which began it was carried out says that it is begun. Ending needs no confirmation: it takes away
what somebody else might use.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, insert, select, update

from bank.books.schema import EFFECTS, OPERATIONS
from bank.books.schema_street import CASH_CODES, ENDED_CARD_SERVICES
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.catalogue import CARD, EffectKind, OperationKind
from bank.operations.notices import NoticeEvent, tell_customer
from bank.operations.ports import Operation
from bank.operations.shelf import DONE, read_row

OPEN, ENDED = "open", "ended"
"""Of a withdrawal code (`cash_codes`): good, and ended with its service."""
E: Final = ENDED_CARD_SERVICES
SERVICES: Final = frozenset({OperationKind.WITHDRAW_BY_PHONE, OperationKind.ENROL_WALLET})


def list_card_services(connection: Connection, customer_id: int, now_ms: int) -> dict[int, set[OperationKind]]:
    """Of each payment card of the customer, the services that were begun for it and not ended."""
    found: dict[int, set[OperationKind]] = {}
    for operation in _list_begun(connection, customer_id, now_ms):
        found.setdefault(int(operation.content.fields[CARD]), set()).add(operation.kind)
    return found


def end_card_service(
    connection: Connection, customer_id: int, payment_card_id: int, kind: OperationKind, now_ms: int
) -> bool:
    """No more of it for that card: its codes that nobody has used are dead, and wallets are told. False where there is
    none, or it is another's. What a machine is giving out just then is given."""
    begun = [
        one.operation_id
        for one in _list_begun(connection, customer_id, now_ms)
        if one.kind is kind and int(one.content.fields[CARD]) == payment_card_id
    ]
    if not begun:
        return False
    connection.execute(insert(E), [{"operation_id": one, "ended_ms": now_ms} for one in begun])
    if kind is OperationKind.WITHDRAW_BY_PHONE:
        codes = CASH_CODES.c.payment_card_id == payment_card_id, CASH_CODES.c.state == OPEN
        connection.execute(update(CASH_CODES).where(*codes).values(state=ENDED, changed_ms=now_ms))
    customer = name_customer(customer_id)
    append_line(connection, now_ms, customer, customer, "card service ended", service=kind.value)
    tell_customer(connection, customer_id, NoticeEvent.SERVICE_ENDED, now_ms)
    return True


def is_service_ended(connection: Connection, operation_id: str) -> bool:
    """Whether the customer has ended what that operation began."""
    return connection.execute(select(E.c.ended_ms).where(E.c.operation_id == operation_id)).first() is not None


def _list_begun(connection: Connection, customer_id: int, now_ms: int) -> Iterator[Operation]:
    done = EFFECTS.c.kind == EffectKind.CARD_SERVICE.value, EFFECTS.c.state == DONE
    query = select(OPERATIONS).join(EFFECTS, EFFECTS.c.operation_id == OPERATIONS.c.id).outerjoin(E)
    own = OPERATIONS.c.customer_id == customer_id, E.c.operation_id.is_(None)
    for row in connection.execute(query.where(*own, *done)).mappings().all():
        yield read_row(row, now_ms)
