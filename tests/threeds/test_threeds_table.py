"""The table of a challenge, and the exemption, against what the specification and the regulation say."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.threeds.policy import LOW_VALUE, THREE_DS_POLICY, Unchallenged
from bank.threeds.table import (
    CHALLENGE_TABLE,
    RESULTS,
    ChallengeDuty,
    ChallengeEvent,
    ChallengeState,
    is_open,
    step_challenge,
)

S, E, D = ChallengeState, ChallengeEvent, ChallengeDuty
OPEN = {S.ANNOUNCED, S.SHOWN, S.DECOUPLED}


def test_every_state_has_a_rule_for_every_event() -> None:
    assert set(CHALLENGE_TABLE) == set(S)
    assert all(set(row) == set(E) for row in CHALLENGE_TABLE.values())
    assert {state for state in S if is_open(state)} == OPEN


@pytest.mark.parametrize(("state", "event"), list(product(S, E)))
def test_an_end_is_left_by_nothing_and_told_once(state: ChallengeState, event: ChallengeEvent) -> None:
    step = step_challenge(state, event)
    if state not in OPEN:
        assert (step.leads_to, step.duties) == (state, ())
    assert (D.SEND_RESULT in step.duties) == (state in OPEN and step.leads_to not in OPEN)
    if D.SEND_RESULT in step.duties:
        assert step.leads_to in RESULTS


@given(st.lists(st.sampled_from(E), max_size=12))
def test_any_course_ends_at_most_once(events: list[ChallengeEvent]) -> None:
    state, told = S.ANNOUNCED, 0
    for event in events:
        step = step_challenge(state, event)
        state, told = step.leads_to, told + (D.SEND_RESULT in step.duties)
    assert told == (state not in OPEN)


def test_what_the_shop_is_told() -> None:
    told = {state: (one.trans_status, one.reason, one.cancel, one.eci) for state, one in RESULTS.items()}
    assert told[S.AUTHENTICATED] == ("Y", None, None, "05")
    assert told[S.EXEMPTED] == ("Y", None, None, "05")
    assert told[S.REFUSED][0] == "N"
    assert told[S.CANCELLED] == ("N", "01", "01", "07")
    assert told[S.FRAUD] == ("R", "11", None, "07")
    assert told[S.TIMED_OUT] == ("N", "14", "04", "07")
    assert told[S.NEVER_CAME] == ("N", "14", "05", "07")
    assert all(eci == "07" for status, _, _, eci in told.values() if status != "Y")


@given(
    st.integers(-10, 20_000), st.integers(0, 20_000), st.integers(0, 8), st.sampled_from([None, "01", "02", "03", "04"])
)
def test_the_low_value_exemption_is_article_16(cents: int, spent: int, count: int, wanted: str | None) -> None:
    """A second formulation: 30 EUR, 100 EUR together, five in a row; never where a challenge is asked for."""
    allowed = LOW_VALUE.covers(cents, Unchallenged(spent, count), wanted)
    assert allowed == (0 < cents <= 3000 and spent + cents <= 10_000 and count + 1 <= 5 and wanted not in ("03", "04"))


def test_times_in_order() -> None:
    policy = THREE_DS_POLICY
    assert policy.creq_ms < 10 * 60_000 <= policy.authorise_ms <= policy.hold_ms
    assert list(policy.result_retry_ms) == sorted(policy.result_retry_ms)
    assert policy.result_retry_ms[-1] < policy.result_life_ms
