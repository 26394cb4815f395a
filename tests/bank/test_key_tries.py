"""How often a security number or an activation code may be wrong: exactly so often, the last try being one as well."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import select

from bank.books.schema_keys import ACTIVATION_CODES, SECURITY_NUMBERS
from bank.demo.database import open_in_memory
from bank.esecure import numbers
from bank.esecure.codes import give_back_code, try_activation, use_activation, write_code
from bank.esecure.frame import draw_activation
from bank.esecure.numbers import (
    NumberFault,
    accept_number,
    check_number,
    choose_number,
    count_number_tries,
    is_date,
    judge_choice,
    post_number,
    try_number,
)
from bank.pki.records import AccessKey
from tests.bank.counter import NOON
from tests.bank.keyed import Device, EsecureBank

CHOSEN = "739184"
WRONG = "000001"


@pytest.fixture(scope="module")
def device() -> Device:
    return Device()


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Iterator[EsecureBank]:
    monkeypatch.setitem(numbers.WORK, "n", 2)
    with closing(open_in_memory()) as store:
        yield EsecureBank(store)


def customer_of(bank: EsecureBank, device: Device) -> tuple[int, AccessKey]:
    """MOREAU17's number in the books, and his key."""
    bank.give_out(device)
    held = bank.helpdesk.find_held(device.serial)
    assert held is not None
    assert held.key.customer_id is not None
    return held.key.customer_id, held.key


def test_a_number_may_be_wrong_so_often_and_the_last_try_is_one(bank: EsecureBank, device: Device) -> None:
    customer, _ = customer_of(bank, device)
    most = bank.frame.policy.number_tries
    with bank.store.writing() as connection:
        choose_number(bank.frame, connection, customer, CHOSEN, NOON)
        for left in range(most - 1, 0, -1):
            assert not check_number(try_number(bank.frame, connection, customer), WRONG)
            assert count_number_tries(bank.frame, connection, customer) == left
        assert check_number(try_number(bank.frame, connection, customer), CHOSEN), "the last one"
        accept_number(connection, customer, NOON + 5)
        assert count_number_tries(bank.frame, connection, customer) == most
        row = connection.execute(select(SECURITY_NUMBERS)).one()
        assert (row.failures, row.used_ms, row.since_ms, row.posted) == (0, NOON + 5, NOON, False)
        for _ in range(most):
            assert not check_number(try_number(bank.frame, connection, customer), WRONG)
        closed = try_number(bank.frame, connection, customer)
        assert (closed.open, closed.posted, check_number(closed, CHOSEN)) == (False, False, False)
        assert count_number_tries(bank.frame, connection, customer) == 0
        assert connection.execute(select(SECURITY_NUMBERS.c.failures)).scalar_one() == most, "none is counted beyond"


def test_a_posted_number_is_tried_again_by_whoever_has_just_used_it_alone(bank: EsecureBank, device: Device) -> None:
    customer, _ = customer_of(bank, device)
    most = bank.frame.policy.number_tries
    with bank.store.writing() as connection:
        assert count_number_tries(bank.frame, connection, customer + 1000) == 0, "who has none"
        assert not try_number(bank.frame, connection, customer + 1000).open
        posted = post_number(bank.frame, connection, customer, NOON)
        assert count_number_tries(bank.frame, connection, customer) == most
        assert not try_number(bank.frame, connection, customer, again=True).open, "nobody has used it yet"
        kept = try_number(bank.frame, connection, customer)
        assert (kept.posted, check_number(kept, posted)) == (True, True)
        accept_number(connection, customer, NOON + 1)
        assert count_number_tries(bank.frame, connection, customer) == 0
        assert count_number_tries(bank.frame, connection, customer, again=True) == most
        assert not try_number(bank.frame, connection, customer).open
        assert check_number(try_number(bank.frame, connection, customer, again=True), posted)
        assert post_number(bank.frame, connection, customer, NOON + 2) != posted
        row = connection.execute(select(SECURITY_NUMBERS)).one()
        assert (row.failures, row.used_ms, row.since_ms, row.posted) == (0, None, NOON + 2, True)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("73918", NumberFault.DIGITS),
        ("7391840", NumberFault.DIGITS),
        ("73918x", NumberFault.DIGITS),
        ("٧٣٩١٨٤", NumberFault.DIGITS),
        ("555555", NumberFault.WEAK),
        ("456789", NumberFault.WEAK),
        ("890123", NumberFault.WEAK),
        ("987654", NumberFault.WEAK),
        ("210987", NumberFault.WEAK),
        ("739739", NumberFault.WEAK),
        ("737373", NumberFault.WEAK),
        ("778877", NumberFault.WEAK),
        ("311299", NumberFault.DATE),
        ("123199", NumberFault.DATE),
        ("991231", NumberFault.DATE),
        ("010199", NumberFault.DATE),
        ("456788", None),
        ("739738", None),
        ("737374", None),
        ("777889", None),
        ("321299", None),
        ("311399", None),
        ("001299", None),
        ("310099", None),
        (CHOSEN, None),
    ],
)
def test_which_numbers_nobody_may_have(number: str, fault: NumberFault | None) -> None:
    assert judge_choice(number) is fault


@pytest.mark.parametrize(
    ("number", "date"),
    [("010157", True), ("311257", True), ("571231", True), ("123157", True), ("321257", False), ("311357", False)],
)
def test_a_day_is_one_to_thirty_one_and_a_month_one_to_twelve(number: str, date: bool) -> None:
    assert is_date(number) is date


def test_an_activation_code_may_be_wrong_so_often_and_the_last_try_is_one(bank: EsecureBank, device: Device) -> None:
    customer, key = customer_of(bank, device)
    most = bank.frame.policy.code_tries
    with bank.store.writing() as connection:
        code, until_ms = write_code(bank.frame, connection, key, NOON)
        assert until_ms == NOON + bank.frame.policy.code_life_ms
        for _ in range(most - 1):
            assert try_activation(bank.frame, connection, customer, draw_activation(), NOON) is None
        assert try_activation(bank.frame, connection, customer, code, until_ms) is None, "too late, and not counted"
        tried = try_activation(bank.frame, connection, customer, code, until_ms - 1)
        assert tried is not None, "the last one"
        assert tried.key_id == key.key_id
        give_back_code(connection, tried)
        assert try_activation(bank.frame, connection, customer, draw_activation(), NOON) is None
        assert try_activation(bank.frame, connection, customer, code, NOON) is None, "one too many"
        live = select(ACTIVATION_CODES.c.tries).where(ACTIVATION_CODES.c.id == tried.code_id)
        assert connection.execute(live).scalar_one() == most
        assert use_activation(connection, tried, NOON + 3)
        assert not use_activation(connection, tried, NOON + 4), "once"
        used = select(ACTIVATION_CODES.c.used_ms).where(ACTIVATION_CODES.c.id == tried.code_id)
        assert connection.execute(used).scalar_one() == NOON + 3


def test_nobody_has_no_code_and_a_new_one_ends_the_one_before(bank: EsecureBank, device: Device) -> None:
    customer, key = customer_of(bank, device)
    with bank.store.writing() as connection:
        assert try_activation(bank.frame, connection, None, draw_activation(), NOON) is None
        first, _ = write_code(bank.frame, connection, key, NOON)
        second, _ = write_code(bank.frame, connection, key, NOON + 1)
        assert try_activation(bank.frame, connection, customer, first, NOON + 2) is None
        assert try_activation(bank.frame, connection, customer, second, NOON + 2) is not None
