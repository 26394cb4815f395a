"""A decision: its state, its line in the journal and what the bank then owes, in the caller's one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.catalogue import CATALOGUE, EffectKind, Means
from bank.operations.notices import NoticeEvent, note_notice
from bank.operations.ports import Operation
from bank.operations.shelf import get_operation, has_effect, owe_effects, settle_operation
from bank.operations.table import Act, Consequence, OperationEvent, OperationStanding, OperationState, step_operation

BANK: Final = "bank"
"""Who acts in the journal where no person did."""

Doer = Means | str | None
"""By which means the customer did it; or, as the journal calls him, who at the bank did it for the customer."""

CARRIED_OUT: Final = "carried out"
NOT_CARRIED_OUT: Final = "not carried out"
BY_ITSELF: Final = (OperationState.EXPIRED.value, CARRIED_OUT)


@dataclass(frozen=True, slots=True)
class Decision:
    """The operation as it is now, and whether it was this act that made it so."""

    operation: Operation
    by_us: bool


def decide_operation(connection: Connection, operation: Operation, act: Act, now_ms: int, by: Doer = None) -> Decision:
    """Do the customer's act to it, as far as the table has it.

    Where somebody was faster it is as he left it, and nothing follows from this act but a later word of fraud.
    """
    settled = settle_operation(connection, operation, act, now_ms, by if isinstance(by, Means) else None)
    if settled is not None:
        late = settled.state is OperationState.EXPIRED
        _owe(connection, operation, () if late else _consequences(OperationState.PENDING, act))
        journal_event(connection, operation, now_ms, settled.state.value, by)
        if settled.state is OperationState.REFUSED:
            customer_id, number = operation.content.customer_id, operation.operation_id
            note_notice(connection, customer_id, NoticeEvent.REFUSED, now_ms, number)
    found = settled or get_operation(connection, operation.content.customer_id, operation.operation_id, now_ms)
    if act is Act.DECLARE_FRAUD and found.state is not OperationState.FRAUD:
        _declare_late(connection, found, now_ms, by)
    return Decision(found, settled is not None and settled.state is not OperationState.EXPIRED)


def journal_event(connection: Connection, operation: Operation, now_ms: int, event: str, by: Doer = None) -> None:
    """A line about an operation: which one, of which kind, its digest, and by which means; nothing that is secret.

    Expiry and effects are the bank's own acts; all else is the customer's, or of whoever at the bank does it for him.
    """
    customer = name_customer(operation.content.customer_id)
    doer = by if isinstance(by, str) else customer
    actor = BANK if event.endswith(BY_ITSELF) else doer
    detail = {"operation": operation.operation_id, "kind": operation.kind.value, "digest": operation.digest}
    if isinstance(by, Means):
        detail["means"] = by.value
    append_line(connection, now_ms, actor, customer, f"operation {event}", **detail)


def _declare_late(connection: Connection, operation: Operation, now_ms: int, by: Doer) -> None:
    if has_effect(connection, operation.operation_id, EffectKind.PROTECTION):
        return
    _owe(connection, operation, _consequences(operation.state, Act.DECLARE_FRAUD))
    journal_event(connection, operation, now_ms, "declared fraud", by)


def _consequences(state: OperationState, act: Act) -> tuple[Consequence, ...]:
    always = OperationStanding(state, until_ms=1)
    return step_operation(always, OperationEvent(act, 0))[1]


def _owe(connection: Connection, operation: Operation, consequences: Iterable[Consequence]) -> None:
    own = CATALOGUE[operation.kind].effect
    kinds: list[EffectKind] = []
    if Consequence.CARRY_OUT in consequences and own:  # otherwise the asker reads the approval, and tells himself
        kinds += [own, EffectKind.NOTICE]
    if Consequence.PROTECT_CUSTOMER in consequences:
        kinds.append(EffectKind.PROTECTION)
    owe_effects(connection, operation, kinds)
