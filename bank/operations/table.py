"""An operation's life as a table: in which state, at which act, what comes of it and where it leads.

    standing, consequences = step_operation(standing, event)

Time is data: events bear their moment, and an operation whose time is over is expired for whoever looks, without a job
that says so. Time goes only forward: an event from before the last one happens at that one's moment. The table is
complete, and the diagram and the table in docs/operations.md are made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final


class OperationState(Enum):
    """Where an operation stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    FRAUD = "fraud"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Act(Enum):
    """What can be done to an operation. REFUSE and DECLARE_FRAUD are the customer's, WITHDRAW is the asker's."""

    APPROVE = "approve"
    REFUSE = "refuse"
    DECLARE_FRAUD = "declare fraud"
    WITHDRAW = "withdraw"
    LOOK = "look"


class Consequence(Enum):
    """What is to be done because of an act, once and in the act's own transaction or after it."""

    CARRY_OUT = "carry out"
    TELL_CUSTOMER = "tell the customer"
    PROTECT_CUSTOMER = "protect the customer"


@dataclass(frozen=True, slots=True)
class OperationStanding:
    """The state, until when it may be approved, and the last moment seen (milliseconds since 1970).

    `declared`: the customer says that it was fraud, though it was decided before.
    """

    state: OperationState
    until_ms: int
    seen_ms: int = 0
    declared: bool = False


@dataclass(frozen=True, slots=True)
class OperationEvent:
    """An act and its moment."""

    act: Act
    at_ms: int


@dataclass(frozen=True, slots=True)
class ActRule:
    """One cell of the table: the state it leads to and its consequences. `declares`: it is noted as fraud besides."""

    leads_to: OperationState
    consequences: tuple[Consequence, ...] = ()
    declares: bool = False


S, A, C = OperationState, Act, Consequence

OPEN: Final[Mapping[Act, ActRule]] = {
    A.APPROVE: ActRule(S.APPROVED, (C.CARRY_OUT, C.TELL_CUSTOMER)),
    A.REFUSE: ActRule(S.REFUSED),
    A.DECLARE_FRAUD: ActRule(S.FRAUD, (C.PROTECT_CUSTOMER, C.TELL_CUSTOMER), declares=True),
    A.WITHDRAW: ActRule(S.WITHDRAWN),
    A.LOOK: ActRule(S.PENDING),
}


def _settled(state: OperationState, *, fraud_later: bool) -> Mapping[Act, ActRule]:
    """The row of a state that nothing leaves. A customer may still say that he had no part in it."""
    row = dict.fromkeys(Act, ActRule(state))
    if fraud_later:
        row[A.DECLARE_FRAUD] = ActRule(state, (C.PROTECT_CUSTOMER, C.TELL_CUSTOMER), declares=True)
    return row


OPERATION_TABLE: Final[Mapping[OperationState, Mapping[Act, ActRule]]] = MappingProxyType(
    {S.PENDING: MappingProxyType(dict(OPEN))}
    | {
        state: MappingProxyType(dict(_settled(state, fraud_later=state is not S.FRAUD)))
        for state in OperationState
        if state is not S.PENDING
    }
)
"""Every state has a rule for every act."""


def read_standing(standing: OperationStanding, at_ms: int) -> OperationStanding:
    """What it is at that moment: pending and its time over is expired."""
    seen = max(at_ms, standing.seen_ms)
    over = standing.state is S.PENDING and seen >= standing.until_ms
    return replace(standing, state=S.EXPIRED if over else standing.state, seen_ms=seen)


def step_operation(
    standing: OperationStanding, event: OperationEvent
) -> tuple[OperationStanding, tuple[Consequence, ...]]:
    """One event: the standing after it, and what is to be done. Fraud is declared once."""
    now = read_standing(standing, event.at_ms)
    rule = OPERATION_TABLE[now.state][event.act]
    if rule.declares and now.declared:
        return now, ()
    return replace(now, state=rule.leads_to, declared=now.declared or rule.declares), rule.consequences
