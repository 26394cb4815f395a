"""The table of operations: complete, honest about what it may lead to, and never younger than it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.operations.table import (
    OPERATION_TABLE,
    Act,
    Consequence,
    OperationEvent,
    OperationStanding,
    OperationState,
    read_standing,
    step_operation,
)

UNTIL = 1_000
S, A, C = OperationState, Act, Consequence
OPEN = OperationStanding(S.PENDING, UNTIL)

moments = st.integers(-10, 2 * UNTIL)
events = st.builds(OperationEvent, st.sampled_from(Act), moments)


def after(*acts: tuple[Act, int]) -> tuple[OperationStanding, list[Consequence]]:
    standing = OPEN
    done: list[Consequence] = []
    for act, at in acts:
        standing, consequences = step_operation(standing, OperationEvent(act, at))
        done += consequences
    return standing, done


def test_every_state_has_a_rule_for_every_act() -> None:
    assert set(OPERATION_TABLE) == set(OperationState)
    assert all(set(row) == set(Act) for row in OPERATION_TABLE.values())


@pytest.mark.parametrize(
    ("act", "state", "consequences"),
    [
        (A.APPROVE, S.APPROVED, [C.CARRY_OUT, C.TELL_CUSTOMER]),
        (A.REFUSE, S.REFUSED, []),
        (A.DECLARE_FRAUD, S.FRAUD, [C.PROTECT_CUSTOMER, C.TELL_CUSTOMER]),
        (A.WITHDRAW, S.WITHDRAWN, []),
        (A.LOOK, S.PENDING, []),
    ],
)
def test_an_open_operation_obeys_the_first_act(
    act: Act, state: OperationState, consequences: list[Consequence]
) -> None:
    standing, done = after((act, UNTIL - 1))
    assert (standing.state, done) == (state, consequences)


@pytest.mark.parametrize("act", Act)
def test_at_its_last_moment_it_is_over(act: Act) -> None:
    standing, done = after((act, UNTIL))
    assert standing.state is S.EXPIRED
    assert C.CARRY_OUT not in done


@pytest.mark.parametrize("state", [state for state in S if state is not S.PENDING])
@pytest.mark.parametrize("act", Act)
def test_what_is_decided_stays_decided(state: OperationState, act: Act) -> None:
    standing, done = step_operation(OperationStanding(state, UNTIL), OperationEvent(act, 1))
    assert standing.state is state
    assert C.CARRY_OUT not in done


def test_fraud_may_be_declared_after_the_fact_once() -> None:
    standing, done = after((A.APPROVE, 1), (A.DECLARE_FRAUD, 5 * UNTIL), (A.DECLARE_FRAUD, 6 * UNTIL))
    assert (standing.state, standing.declared) == (S.APPROVED, True)
    assert done.count(C.PROTECT_CUSTOMER) == 1


def test_a_clock_set_back_brings_nothing_to_life() -> None:
    standing, done = after((A.LOOK, UNTIL), (A.APPROVE, 1))
    assert (standing.state, done) == (S.EXPIRED, [])
    seen = read_standing(OPEN, UNTIL - 1)
    assert read_standing(seen, 0).seen_ms == UNTIL - 1


@given(st.lists(events, max_size=12))
def test_whatever_happens_it_is_decided_once_and_carried_out_at_most_once(story: list[OperationEvent]) -> None:
    standing, states, seen = OPEN, [S.PENDING], 0
    done: list[Consequence] = []
    for event in story:
        standing, consequences = step_operation(standing, event)
        done += consequences
        seen = max(seen, event.at_ms)
        assert standing.seen_ms == seen
        if standing.state is not states[-1]:
            states.append(standing.state)
    assert len(states) <= 2
    assert done.count(C.CARRY_OUT) == (standing.state is S.APPROVED)
    assert done.count(C.PROTECT_CUSTOMER) == standing.declared


@given(st.lists(events, min_size=1, max_size=6))
def test_the_table_tells_where_each_step_leads(story: list[OperationEvent]) -> None:
    standing = OPEN
    for event in story:
        before = read_standing(standing, event.at_ms).state
        standing, _ = step_operation(standing, event)
        assert standing.state is OPERATION_TABLE[before][event.act].leads_to
