"""Transfers of a later day and of every month: asked for, made when the day comes, each day once, and cancelled."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from bank.books.schema import BENEFICIARIES, OPERATIONS
from bank.books.schema_schedule import SCHEDULED_DATES, SCHEDULED_PAYMENTS
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.demo.people import begin_anew
from bank.ledger.entries import MovementKind
from bank.ledger.keeping import find_account, list_statement
from bank.operations.catalogue import OperationKind
from bank.operations.days import day_of_turn, is_day
from bank.operations.octets import Value, make_octets
from bank.operations.paying_due import carry_out_due
from bank.operations.ports import AskingError, AskingFault, Operation, UnknownOperationError
from bank.operations.scheduling import list_due_payments
from bank.people.payments import add_beneficiary
from tests.bank.counter import FUNDS, NOON, PAYEE, Counter

CENTS = 12_345
DAY_MS = 86_400_000
MONTHLY: dict[str, Value] = {"day": "2026-01-31", "rhythm": "monthly"}


@pytest.fixture
def bank() -> Iterator[Counter]:
    with closing(open_in_memory()) as store:
        yield Counter(store)


def agree(bank: Counter, **changed: Value) -> Operation:
    operation = bank.ask(OperationKind.SEPA_TRANSFER, **changed)
    bank.service.confirm_by_sms(bank.durand, operation.operation_id, bank.sms_code(operation))
    return operation


def come(bank: Counter, day: str) -> int:
    """That day at noon, and what was made then."""
    bank.hand.ms = int(datetime.fromisoformat(f"{day}T12:00:00").astimezone().timestamp() * 1000)
    return bank.service.run_scheduled()


def paid(bank: Counter) -> int:
    return FUNDS - bank.balance(bank.accounts[bank.durand])


def notices(bank: Counter) -> list[str]:
    return [each.text for each in bank.service.list_messages(bank.durand)]


UNFIT: list[tuple[dict[str, Value], AskingFault, str]] = [
    ({"day": "2025-12-31"}, AskingFault.DAY, "day"),
    ({"day": "2026-01-01"}, AskingFault.DAY, "day"),
    ({"day": "2027-01-02"}, AskingFault.DAY, "day"),
    ({"day": "2026-02-30"}, AskingFault.DAY, "day"),
    ({"day": "20260205"}, AskingFault.DAY, "day"),
    ({"day": 5}, AskingFault.DAY, "day"),
    ({"rhythm": "monthly"}, AskingFault.DAY, "day"),
    ({"last_day": "2026-03-01"}, AskingFault.DAY, "day"),
    ({"day": "2026-02-05", "rhythm": "weekly"}, AskingFault.RHYTHM, "rhythm"),
    ({"day": "2026-02-05", "last_day": "2026-03-05"}, AskingFault.LAST_DAY, "last_day"),
    ({"day": "2026-02-05", "rhythm": "monthly", "last_day": "2026-02-04"}, AskingFault.LAST_DAY, "last_day"),
    ({"other": "2026-02-05"}, AskingFault.FIELDS, ""),
]


def test_a_day_that_cannot_be_kept_is_not_taken(bank: Counter) -> None:
    for fields, fault, field in UNFIT:
        with pytest.raises(AskingError) as caught:
            bank.ask(OperationKind.SEPA_TRANSFER, **fields)
        assert (caught.value.fault, caught.value.field) == (fault, field), fields


def test_the_next_day_and_a_year_are_taken_and_other_kinds_have_no_day(bank: Counter) -> None:
    bank.ask(day="2026-01-02")
    bank.ask(day="2027-01-01", amount=FUNDS * 2)  # what is there on the day is what counts
    with pytest.raises(AskingError) as caught:
        bank.ask(OperationKind.INSTANT_TRANSFER, day="2026-01-02")
    assert caught.value.fault is AskingFault.FIELDS


@pytest.mark.parametrize(
    ("language", "fields", "said"),
    [
        ("fr", {"day": "2026-02-05"}, [("Quand", "le 05/02/2026")]),
        ("en", {"day": "2026-02-05"}, [("When", "on 05/02/2026")]),
        (
            "fr",
            {"day": "2026-02-05", "rhythm": "monthly", "last_day": "2026-12-05"},
            [("Quand", "le 5 de chaque mois, la première fois le 05/02/2026"), ("Jusqu'au", "05/12/2026")],
        ),
        ("en", MONTHLY, [("When", "on day 31 of each month, or the last day of a shorter one, first on 31/01/2026")]),
    ],
)
def test_the_octets_that_are_signed_say_when(
    bank: Counter, language: str, fields: dict[str, Value], said: list[tuple[str, str]]
) -> None:
    operation = bank.service.request_operation(
        replace(bank.asking(OperationKind.SEPA_TRANSFER, **fields), language=language)
    )
    assert list(operation.shown[5:]) == said
    assert said[0][1].encode() in make_octets(operation.content)


def test_one_at_once_is_what_it_was(bank: Counter) -> None:
    operation = bank.ask(day="", rhythm="", last_day="")
    assert set(operation.content.fields) == {"amount", "payee", "payee_iban", "account"}
    assert len(operation.shown) == 5
    bank.service.confirm_by_sms(bank.durand, operation.operation_id, bank.sms_code(operation))
    assert paid(bank) == CENTS
    assert not bank.service.list_scheduled(bank.durand)


def test_a_deferred_one_is_made_on_its_day_and_once(bank: Counter) -> None:
    operation = agree(bank, day="2026-02-05", payee_iban=bank.accounts[bank.moreau])
    assert "c'est noté" in notices(bank)[0]
    assert (paid(bank), come(bank, "2026-02-04"), paid(bank)) == (0, 0, 0)
    assert (come(bank, "2026-02-05"), paid(bank)) == (1, CENTS)
    assert (come(bank, "2026-02-05"), come(bank, "2026-06-05"), paid(bank)) == (0, 0, CENTS)
    assert "c'est fait" in notices(bank)[0]
    assert "operation scheduled transfer carried out" in bank.events()
    assert not bank.service.cancel_scheduled(bank.durand, operation.operation_id)
    with bank.store.reading() as connection:
        account = find_account(connection, bank.accounts[bank.moreau])
        assert account
        line = list_statement(connection, account.account_id)[0]
    assert (line.kind, line.label, line.cents) == (MovementKind.CREDIT, "Claude Durand", CENTS)
    bank.check_books()


def test_every_day_that_was_missed_is_made_in_order_until_the_last(bank: Counter) -> None:
    agree(bank, **MONTHLY, last_day="2026-04-30", amount=100)
    assert (come(bank, "2026-01-31"), come(bank, "2026-02-27"), come(bank, "2026-02-28")) == (1, 0, 1)
    assert bank.service.list_scheduled(bank.durand)[0].due == date(2026, 3, 31)
    assert come(bank, "2026-12-24") == 2
    with bank.store.reading() as connection:
        query = select(SCHEDULED_DATES.c.due_day).order_by(SCHEDULED_DATES.c.movement_id)
        made = list(connection.execute(query).scalars())
    assert made == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert (paid(bank), bank.service.list_scheduled(bank.durand)) == (400, [])
    bank.check_books()


def test_the_31st_is_the_last_of_a_shorter_month_and_comes_back() -> None:
    days = [day_of_turn(date(2027, 12, 31), turn) for turn in range(4)]
    assert days == [date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31)]
    assert day_of_turn(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert day_of_turn(date(2028, 2, 29), 48) == date(2032, 2, 29)
    assert not any(is_day(text) for text in ("2027-02-29", "2027-2-1", "٢٠٢٧-٠١-٠١", "", "2027-01-01\n"))


def test_without_the_money_it_is_told_and_goes_on_next_month(bank: Counter) -> None:
    agree(bank, **MONTHLY, amount=FUNDS - 1)
    agree(bank, day="2026-01-30", amount=2)
    once = agree(bank, day="2026-02-01", amount=FUNDS)
    assert (come(bank, "2026-01-31"), paid(bank)) == (2, 2)
    assert "n'a pas pu être fait" in notices(bank)[0]
    assert "operation scheduled transfer not carried out" in bank.events()
    assert come(bank, "2026-02-01") == 1
    waiting = bank.service.list_scheduled(bank.durand)
    assert [(one.due, one.made) for one in waiting] == [(date(2026, 2, 28), False)]
    assert once.operation_id not in {one.operation_id for one in waiting}
    bank.check_books()


def test_a_payee_that_was_frozen_meanwhile_is_not_paid(bank: Counter) -> None:
    with bank.store.writing() as connection:
        add_beneficiary(connection, bank.durand, "Épicerie", PAYEE, NOON)
    agree(bank, **MONTHLY)
    with bank.store.writing() as connection:
        connection.execute(update(BENEFICIARIES).values(state="frozen"))
    assert (come(bank, "2026-01-31"), paid(bank)) == (1, 0)
    with bank.store.writing() as connection:
        connection.execute(update(BENEFICIARIES).values(state="active"))
    assert (come(bank, "2026-02-28"), paid(bank)) == (1, CENTS)


def test_cancelled_or_declared_a_fraud_it_is_made_no_more(bank: Counter) -> None:
    ended, fraud = agree(bank, **MONTHLY), agree(bank, day="2026-02-05")
    with pytest.raises(UnknownOperationError):
        bank.service.cancel_scheduled(bank.moreau, ended.operation_id)
    assert bank.service.cancel_scheduled(bank.durand, ended.operation_id)
    assert not bank.service.cancel_scheduled(bank.durand, ended.operation_id)
    assert "vous avez annulé" in notices(bank)[0]
    assert bank.events().count("operation schedule cancelled") == 1
    bank.service.declare_fraud(bank.durand, fraud.operation_id)
    assert (come(bank, "2026-12-31"), paid(bank)) == (0, 0)


def test_what_was_changed_in_the_books_is_not_paid(bank: Counter) -> None:
    operation = agree(bank, day="2026-02-05")
    other = bank.ask(amount=99)
    with bank.store.writing() as connection:
        payload, digest = connection.execute(
            select(OPERATIONS.c.payload, OPERATIONS.c.digest).where(OPERATIONS.c.id == other.operation_id)
        ).one()
        changed = update(OPERATIONS).where(OPERATIONS.c.id == operation.operation_id)
        connection.execute(changed.values(payload=payload, digest=digest))
    assert (come(bank, "2026-02-05"), paid(bank)) == (0, 0)
    assert bank.events()[-1] == "operation altered in the books"


def test_the_next_customer_finds_nothing_scheduled(bank: Counter) -> None:
    agree(bank, **MONTHLY)
    come(bank, "2026-01-31")
    begin_anew(bank.store)
    with bank.store.reading() as connection:
        for table in (SCHEDULED_PAYMENTS, SCHEDULED_DATES):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_two_workers_that_look_at_once_make_a_day_once(books: SqlStore) -> None:
    bank = Counter(books)
    agree(bank, **MONTHLY)
    bank.hand.ms = NOON + 30 * DAY_MS
    with books.reading() as connection:
        (payment,) = list_due_payments(connection, date(2026, 1, 31), 2)
    barrier = Barrier(2)

    def look(_worker: int) -> bool:
        barrier.wait()
        with books.writing() as connection:
            return carry_out_due(connection, payment, bank.hand.ms)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(look, range(2))) == [False, True]
    assert (bank.service.run_scheduled(), paid(bank)) == (0, CENTS)
    bank.check_books()


def test_ended_before_the_commit_the_day_is_still_to_come(bank: Counter) -> None:
    agree(bank, **MONTHLY)
    bank.hand.ms = NOON + 30 * DAY_MS
    with bank.store.reading() as connection:
        (payment,) = list_due_payments(connection, date(2026, 1, 31), 2)
    with pytest.raises(KeyboardInterrupt), bank.store.writing() as connection:
        assert carry_out_due(connection, payment, bank.hand.ms)
        raise KeyboardInterrupt
    assert paid(bank) == 0
    assert (come(bank, "2026-01-31"), come(bank, "2026-01-31"), paid(bank)) == (1, 0, CENTS)
    bank.check_books()
