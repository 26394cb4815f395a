"""A challenge's life as a table: in which state, at which event, where it leads and what is then to be done.

    step = step_challenge(state, event)

The operation that the customer confirms has a life of its own (`bank.operations.table`) and decides; this one says what
the shop is told of it. The table is complete: a state that nothing leaves has a rule for every event, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final


class ChallengeState(Enum):
    """Where a payment's authentication stands. ANNOUNCED: the shop knows of the challenge, the browser is to come;
    SHOWN: it has come; DECOUPLED: nobody comes, the customer is asked on his telephone. The others are ends."""

    ANNOUNCED = "announced"
    SHOWN = "shown"
    DECOUPLED = "decoupled"
    AUTHENTICATED = "authenticated"
    EXEMPTED = "exempted"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    FRAUD = "fraud"
    TIMED_OUT = "timed-out"
    NEVER_CAME = "never-came"
    DECLINED = "declined"
    UNABLE = "unable"


class ChallengeEvent(Enum):
    """What can happen. APPROVED, REFUSED, FRAUD, EXPIRED: what became of the operation; CANCELLED: by the customer at
    the shop's page; LATE: no browser came in time."""

    BROWSER_CAME = "browser came"
    APPROVED = "approved"
    REFUSED = "refused"
    FRAUD = "fraud"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LATE = "late"


class ChallengeDuty(Enum):
    """What follows."""

    SHOW_CHALLENGE = "show the challenge"
    SEND_RESULT = "send the result"


@dataclass(frozen=True, slots=True)
class ChallengeStep:
    """One cell: the state it leads to and what is to be done."""

    leads_to: ChallengeState
    duties: tuple[ChallengeDuty, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultStatus:
    """What the shop is told of an end: transStatus, transStatusReason, challengeCancel, and the indicator of the
    authorisation (ECI: 05 authenticated, 07 not)."""

    trans_status: str
    reason: str | None = None
    cancel: str | None = None
    eci: str = "07"


S, E, D = ChallengeState, ChallengeEvent, ChallengeDuty


def _end(state: ChallengeState) -> ChallengeStep:
    return ChallengeStep(state, (D.SEND_RESULT,))


DECISIONS: Final[Mapping[ChallengeEvent, ChallengeStep]] = {
    E.APPROVED: _end(S.AUTHENTICATED),
    E.REFUSED: _end(S.REFUSED),
    E.FRAUD: _end(S.FRAUD),
    E.CANCELLED: _end(S.CANCELLED),
    E.EXPIRED: _end(S.TIMED_OUT),
}

CHALLENGE_TABLE: Final[Mapping[ChallengeState, Mapping[ChallengeEvent, ChallengeStep]]] = MappingProxyType(
    {
        S.ANNOUNCED: MappingProxyType(
            {
                **DECISIONS,
                E.BROWSER_CAME: ChallengeStep(S.SHOWN, (D.SHOW_CHALLENGE,)),
                E.LATE: _end(S.NEVER_CAME),
            }
        ),
        S.SHOWN: MappingProxyType(
            {
                **DECISIONS,
                E.BROWSER_CAME: ChallengeStep(S.SHOWN, (D.SHOW_CHALLENGE,)),
                E.LATE: ChallengeStep(S.SHOWN),
            }
        ),
        S.DECOUPLED: MappingProxyType(
            {**DECISIONS, E.BROWSER_CAME: ChallengeStep(S.DECOUPLED), E.LATE: ChallengeStep(S.DECOUPLED)}
        ),
    }
    | {
        state: MappingProxyType(dict.fromkeys(ChallengeEvent, ChallengeStep(state)))
        for state in ChallengeState
        if state not in {S.ANNOUNCED, S.SHOWN, S.DECOUPLED}
    }
)
"""Every state has a rule for every event."""

RESULTS: Final[Mapping[ChallengeState, ResultStatus]] = MappingProxyType(
    {
        S.AUTHENTICATED: ResultStatus("Y", eci="05"),
        S.EXEMPTED: ResultStatus("Y", eci="05"),
        S.REFUSED: ResultStatus("N", reason="01"),
        S.CANCELLED: ResultStatus("N", reason="01", cancel="01"),
        S.FRAUD: ResultStatus("R", reason="11"),
        S.TIMED_OUT: ResultStatus("N", reason="14", cancel="04"),
        S.NEVER_CAME: ResultStatus("N", reason="14", cancel="05"),
    }
)
"""The ends that a challenge or an exemption can have; DECLINED and UNABLE have their reason from what was asked."""


def is_open(state: ChallengeState) -> bool:
    """Whether the customer can still decide."""
    return state in {S.ANNOUNCED, S.SHOWN, S.DECOUPLED}


def step_challenge(state: ChallengeState, event: ChallengeEvent) -> ChallengeStep:
    """One event: where it leads, and what is to be done."""
    return CHALLENGE_TABLE[state][event]
