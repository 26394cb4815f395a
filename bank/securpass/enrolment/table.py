"""A customer's enrolment as a table: in which state, at which event, where it leads.

    standing, changed = step_enrolment(standing, event)

Time is data, as in `bank.operations.table`: an enrolment of the branch that was not activated in time **is** lapsed for
whoever looks, and one in its latency approves nothing before `usable_from_ms`, without a job that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from bank.securpass.policy import SECURPASS_POLICY, EnrolmentPath, SecurPassPolicy


class EnrolmentState(Enum):
    """Where it stands. The synthesis shows INITIATED as « initié » and SUBSCRIBED as « souscrit »."""

    NONE = "none"
    INITIATED = "initiated"
    SUBSCRIBED = "subscribed"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    LAPSED = "lapsed"


class EnrolmentAct(Enum):
    """What happens to it. SUSPEND: too many wrong codes, a copied telephone, a log-on that was fraud."""

    SIGN_AMENDMENT = "sign amendment"
    ACTIVATE = "activate"
    CANCEL = "cancel"
    LIFT_LATENCY = "lift latency"
    SUSPEND = "suspend"
    CLOSE = "close"
    LOOK = "look"


class EnrolmentConsequence(Enum):
    """What is done because of an act, in its own transaction."""

    ACTIVATE_DEVICE = "activate the telephone"
    REPLACE_DEVICE = "replace the earlier telephone"
    SHUT_DEVICE = "shut the telephone out"
    TELL_CUSTOMER = "tell the customer"


@dataclass(frozen=True, slots=True)
class EnrolmentStanding:
    """The state and its moments (milliseconds since 1970). `until_ms`: of an initiated one; `since_ms`: when it was
    activated last; `usable_from_ms`: from when it approves."""

    state: EnrolmentState = EnrolmentState.NONE
    path: EnrolmentPath = EnrolmentPath.SELF_CARE
    until_ms: int | None = None
    since_ms: int | None = None
    usable_from_ms: int | None = None
    seen_ms: int = 0

    def is_usable(self, at_ms: int) -> bool:
        """Whether it approves at that moment."""
        from_ms = self.usable_from_ms
        return self.state is EnrolmentState.SUBSCRIBED and from_ms is not None and at_ms >= from_ms


@dataclass(frozen=True, slots=True)
class EnrolmentEvent:
    """An act and its moment. `in_branch`: an activation of another telephone that an adviser has begun."""

    act: EnrolmentAct
    at_ms: int
    in_branch: bool = False


@dataclass(frozen=True, slots=True)
class EnrolmentRule:
    """One cell: the state it leads to, and what is done. A cell that is not `allowed` changes nothing."""

    leads_to: EnrolmentState
    consequences: tuple[EnrolmentConsequence, ...] = ()
    allowed: bool = True


S, A, C = EnrolmentState, EnrolmentAct, EnrolmentConsequence

FRESH: Final = EnrolmentRule(S.SUBSCRIBED, (C.ACTIVATE_DEVICE, C.TELL_CUSTOMER))
ANEW: Final = EnrolmentRule(S.SUBSCRIBED, (C.REPLACE_DEVICE, C.ACTIVATE_DEVICE, C.TELL_CUSTOMER))
CLOSING: Final = EnrolmentRule(S.CLOSED, (C.SHUT_DEVICE, C.TELL_CUSTOMER))
BEGUN: Final = EnrolmentRule(S.INITIATED, (C.TELL_CUSTOMER,))

RULES: Final[Mapping[EnrolmentState, Mapping[EnrolmentAct, EnrolmentRule]]] = {
    S.NONE: {A.SIGN_AMENDMENT: BEGUN, A.ACTIVATE: FRESH},
    S.INITIATED: {A.ACTIVATE: FRESH, A.CANCEL: EnrolmentRule(S.LAPSED), A.CLOSE: EnrolmentRule(S.LAPSED)},
    S.SUBSCRIBED: {
        A.ACTIVATE: ANEW,
        A.LIFT_LATENCY: EnrolmentRule(S.SUBSCRIBED, (C.TELL_CUSTOMER,)),
        A.SUSPEND: EnrolmentRule(S.SUSPENDED, (C.SHUT_DEVICE, C.TELL_CUSTOMER)),
        A.CLOSE: CLOSING,
    },
    S.SUSPENDED: {A.ACTIVATE: ANEW, A.CLOSE: CLOSING},
    # What is over is over: whoever comes back begins a new enrolment.
    S.CLOSED: {A.SIGN_AMENDMENT: BEGUN, A.ACTIVATE: FRESH},
    S.LAPSED: {A.SIGN_AMENDMENT: BEGUN, A.ACTIVATE: FRESH},
}

ENROLMENT_TABLE: Final[Mapping[EnrolmentState, Mapping[EnrolmentAct, EnrolmentRule]]] = MappingProxyType(
    {
        state: MappingProxyType(
            {act: RULES[state].get(act, EnrolmentRule(state, allowed=False)) for act in EnrolmentAct}
        )
        for state in EnrolmentState
    }
)
"""Every state has a rule for every act."""

PATHS: Final[Mapping[EnrolmentState, EnrolmentPath]] = MappingProxyType(
    {S.INITIATED: EnrolmentPath.BRANCH, S.SUBSCRIBED: EnrolmentPath.TRANSFER, S.SUSPENDED: EnrolmentPath.TRANSFER}
)
"""By which path somebody activates a telephone who stands there; by self-care otherwise."""

LIVE: Final = frozenset({S.INITIATED, S.SUBSCRIBED, S.SUSPENDED})
"""Of these a customer has at most one."""


def read_enrolment(standing: EnrolmentStanding, at_ms: int) -> EnrolmentStanding:
    """What it is at that moment: initiated and its 24 h over is lapsed."""
    seen = max(at_ms, standing.seen_ms)
    over = standing.state is S.INITIATED and standing.until_ms is not None and seen >= standing.until_ms
    return replace(standing, state=S.LAPSED if over else standing.state, seen_ms=seen)


def step_enrolment(
    standing: EnrolmentStanding, event: EnrolmentEvent, policy: SecurPassPolicy = SECURPASS_POLICY
) -> tuple[EnrolmentStanding, EnrolmentRule]:
    """One event: the standing after it, and the rule that was followed."""
    now = read_enrolment(standing, event.at_ms)
    rule = ENROLMENT_TABLE[now.state][event.act]
    if event.act is A.LIFT_LATENCY and now.is_usable(now.seen_ms):
        return now, EnrolmentRule(now.state, allowed=False)
    if not rule.allowed:
        return now, rule
    moved = replace(now, state=rule.leads_to)
    if event.act is A.SIGN_AMENDMENT:
        until = now.seen_ms + policy.initiated_ms
        moved = EnrolmentStanding(S.INITIATED, EnrolmentPath.BRANCH, until, seen_ms=now.seen_ms)
    elif event.act is A.ACTIVATE:
        moved = _activate(now, policy, EnrolmentPath.BRANCH if event.in_branch else None)
    elif event.act is A.LIFT_LATENCY:
        moved = replace(now, usable_from_ms=now.seen_ms)
    return moved, rule


def _activate(now: EnrolmentStanding, policy: SecurPassPolicy, path: EnrolmentPath | None) -> EnrolmentStanding:
    taken = path or PATHS.get(now.state, EnrolmentPath.SELF_CARE)
    usable = now.seen_ms + policy.latencies[taken]
    return EnrolmentStanding(S.SUBSCRIBED, taken, None, now.seen_ms, usable, now.seen_ms)
