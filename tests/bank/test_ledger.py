"""The ledger: never a cent made or lost, held by values, by functions and by the database itself."""

import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from bank.books.schema import ACCOUNTS, BALANCED, CLEARING, ENTRIES, MOVEMENTS
from bank.books.store_sql import SqlStore
from bank.iban import is_iban
from bank.ledger.entries import (
    MOST_CENTS,
    Account,
    AccountKind,
    FundsError,
    LedgerError,
    Leg,
    MovementKind,
    Posting,
    transfer_between,
)
from bank.ledger.keeping import (
    find_account,
    find_ledger_faults,
    list_accounts,
    list_statement,
    number_account,
    open_account,
    open_house_account,
    post_movement,
)

LIMIT_S = 60
KINDS = (AccountKind.CURRENT, AccountKind.SAVINGS, AccountKind.SHARES)


def posting(*legs: Leg, operation_id: str | None = None) -> Posting:
    return Posting(1, MovementKind.TRANSFER, "for a test", legs, operation_id)


def add_customer(connection: Connection, user: str = "LEFEVRE1") -> int:
    statement = text(
        "INSERT INTO customers (user_code, name, kind, created_ms) VALUES (:user, 'Lou', 'individual', 0) RETURNING id"
    )
    return int(connection.execute(statement, {"user": user}).scalar_one())


def furnish(connection: Connection) -> tuple[Account, list[Account]]:
    """The bank's own account, and three of a customer with 100.00 each."""
    house = open_house_account(connection, AccountKind.CLEARING, 1)
    customer = add_customer(connection)
    own = [open_account(connection, customer, "LEFEVRE1", kind, 1) for kind in KINDS]
    for account in own:
        post_movement(connection, posting(*transfer_between(house, account, 10_000)))
    return house, own


@pytest.fixture
def ledger(books: SqlStore) -> Iterator[tuple[SqlStore, Account, list[Account]]]:
    with books.writing() as connection:
        house, own = furnish(connection)
    yield books, house, own
    with books.reading() as connection:
        assert find_ledger_faults(connection) == []


def balances(store: SqlStore) -> dict[int, int]:
    with store.reading() as connection:
        return {row.id: row.balance_cents for row in connection.execute(select(ACCOUNTS))}


Ledger = tuple[SqlStore, Account, list[Account]]


@pytest.mark.parametrize(
    ("legs", "said"),
    [
        ((), "two or more"),
        (((1, 5),), "sum to zero"),
        (((1, 5), (2, -4)), "sum to zero"),
        (((1, 5), (1, -5)), "another account"),
        (((1, 0), (2, 0)), "not none"),
        (((1, MOST_CENTS + 1), (2, -MOST_CENTS - 1)), "whole number"),
        (((1, 1.0), (2, -1.0)), "whole number"),
        (((1, True), (2, -1)), "whole number"),
    ],
)
def test_a_movement_that_does_not_balance_cannot_even_be_made(legs: tuple[tuple[int, int], ...], said: str) -> None:
    with pytest.raises(LedgerError, match=said):
        posting(*(Leg(account, cents) for account, cents in legs))


@pytest.mark.parametrize("label", ["x" * 141, "new\nline", "nul\0"])
def test_a_label_can_be_shown(label: str) -> None:
    with pytest.raises(LedgerError, match="140"):
        Posting(1, MovementKind.CARD, label, (Leg(1, 1), Leg(2, -1)))


def test_what_is_posted_is_on_both_accounts(ledger: Ledger) -> None:
    store, _, (current, savings, _) = ledger
    with store.writing() as connection:
        number = post_movement(connection, posting(*transfer_between(current, savings, 1234)))
    with store.reading() as connection:
        for account, cents in ((current, -1234), (savings, 1234)):
            line = list_statement(connection, account.account_id)[0]
            assert (line.movement_id, line.cents, line.label) == (number, cents, "for a test")
        assert customer_id(current) == current.customer_id
        found = list_accounts(connection, customer_id(current))
        assert [account.balance_cents for account in found] == [8766, 11234, 10000]
        assert find_account(connection, savings.iban) == found[1]
        assert find_account(connection, "FR7630006000011234567890189") is None


def customer_id(account: Account) -> int:
    assert account.customer_id is not None
    return account.customer_id


def test_an_account_has_an_iban_that_tells_nothing(ledger: Ledger) -> None:
    _, house, own = ledger
    numbers = [account.iban for account in (house, *own)]
    assert all(map(is_iban, numbers))
    assert len(set(numbers)) == len(numbers)
    assert not any("LEFEVRE" in number for number in numbers)
    assert own[0].iban == number_account("LEFEVRE1", AccountKind.CURRENT)


def test_more_than_there_is_does_not_go_and_the_transaction_goes_on(ledger: Ledger) -> None:
    store, house, (current, savings, _) = ledger
    with store.writing() as connection:
        with pytest.raises(FundsError):
            post_movement(connection, posting(*transfer_between(current, savings, 10_001)))
        with pytest.raises(FundsError):
            legs = Leg(current.account_id, -10_001), Leg(savings.account_id, 1), Leg(house.account_id, 10_000)
            post_movement(connection, posting(*legs))
        post_movement(connection, posting(*transfer_between(current, savings, 10_000)))
    assert balances(store)[current.account_id] == 0
    assert balances(store)[savings.account_id] == 20_000


def test_the_banks_own_account_has_no_floor(ledger: Ledger) -> None:
    store, house, (current, *_) = ledger
    with store.writing() as connection:
        post_movement(connection, posting(*transfer_between(house, current, 10**12)))
        assert open_house_account(connection, AccountKind.CLEARING, 2).account_id == house.account_id
    assert balances(store)[house.account_id] == -(10**12) - 30_000


def test_an_account_that_is_not_there_takes_nothing(ledger: Ledger) -> None:
    store, _, (current, *_) = ledger
    with store.writing() as connection, pytest.raises(LedgerError, match="no such account"):
        post_movement(connection, posting(Leg(current.account_id, -1), Leg(999_999, 1)))
    assert balances(store)[current.account_id] == 10_000


def add_operation(connection: Connection, customer: int) -> str:
    statement = text(
        "INSERT INTO operations (id, seq, kind, customer_id, state, payload, created_ms, until_ms, terminal, digest) "
        "VALUES ('op', 1, 'transfer', :customer, 'approved', :payload, 1, 2, 'computer', 'd')"
    )
    connection.execute(statement, {"customer": customer, "payload": b"{}"})
    return "op"


def test_an_operation_is_posted_once(ledger: Ledger) -> None:
    store, _, (current, savings, _) = ledger
    with store.writing() as connection:
        operation = add_operation(connection, customer_id(current))
        once = posting(*transfer_between(current, savings, 5), operation_id=operation)
        post_movement(connection, once)
        with pytest.raises(LedgerError, match="before"):
            post_movement(connection, once)
    assert balances(store)[current.account_id] == 9_995
    row = {"at_ms": 1, "kind": "transfer", "label": "", "operation_id": operation}
    with pytest.raises(IntegrityError), store.writing() as connection:
        connection.execute(insert(MOVEMENTS).values(row))


# What the database holds by itself, whoever writes into it


@pytest.mark.parametrize("cents", [(500,), (500, -499), (500, 500), (-1, 2, -2)])
def test_no_commit_leaves_entries_that_do_not_sum_to_zero(ledger: Ledger, cents: tuple[int, ...]) -> None:
    store, _, own = ledger
    before = balances(store)
    with pytest.raises(IntegrityError), store.writing() as connection:
        number = connection.execute(
            insert(MOVEMENTS).values(at_ms=1, kind="x", label="").returning(MOVEMENTS.c.id)
        ).scalar_one()
        for account, each in zip(own, cents, strict=False):
            connection.execute(insert(ENTRIES).values(movement_id=number, account_id=account.account_id, cents=each))
    assert balances(store) == before


def test_no_entry_is_added_to_a_movement_of_yesterday(ledger: Ledger) -> None:
    store, house, (current, *_) = ledger
    with pytest.raises(IntegrityError), store.writing() as connection:
        first = connection.execute(select(MOVEMENTS.c.id).limit(1)).scalar_one()
        connection.execute(insert(ENTRIES).values(movement_id=first, account_id=house.account_id, cents=1))
        connection.execute(insert(ENTRIES).values(movement_id=first, account_id=current.account_id, cents=5))


@pytest.mark.parametrize("change", [update(ENTRIES).values(cents=ENTRIES.c.cents * 2), delete(ENTRIES)])
def test_no_entry_changes_or_goes(ledger: Ledger, change: object) -> None:
    store, *_ = ledger
    before = balances(store)
    with pytest.raises(IntegrityError), store.writing() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    assert balances(store) == before


def test_not_even_clearing_takes_half_a_movement_away(ledger: Ledger) -> None:
    store, _, (current, *_) = ledger
    with pytest.raises(IntegrityError), store.writing() as connection:
        connection.execute(insert(CLEARING))
        connection.execute(delete(ENTRIES).where(ENTRIES.c.account_id == current.account_id))


def test_clearing_takes_whole_movements_away_and_the_balances_with_them(ledger: Ledger) -> None:
    store, *_ = ledger
    with store.writing() as connection:
        connection.execute(insert(CLEARING))
        connection.execute(delete(ENTRIES))
        connection.execute(delete(MOVEMENTS))
        connection.execute(delete(CLEARING))
    assert set(balances(store).values()) == {0}


@pytest.mark.parametrize("cents", [1, -1])
def test_there_is_no_other_zero(books: SqlStore, cents: int) -> None:
    with pytest.raises(IntegrityError), books.writing() as connection:
        connection.execute(insert(BALANCED).values(cents=cents))


def test_the_database_keeps_the_floor(ledger: Ledger) -> None:
    store, _, (current, savings, _) = ledger
    with pytest.raises(IntegrityError), store.writing() as connection:
        number = connection.execute(
            insert(MOVEMENTS).values(at_ms=1, kind="x", label="").returning(MOVEMENTS.c.id)
        ).scalar_one()
        for account, cents in ((current, -10_001), (savings, 10_001)):
            connection.execute(insert(ENTRIES).values(movement_id=number, account_id=account.account_id, cents=cents))


def test_a_balance_that_was_changed_behind_the_ledgers_back_is_found(books: SqlStore) -> None:
    with books.writing() as connection:
        _, own = furnish(connection)
        connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == own[1].account_id).values(balance_cents=1))
    with books.reading() as connection:
        assert find_ledger_faults(connection) == [f"account {own[1].account_id} is not the sum of its entries"]


# Whatever is done, in whatever order, by however many at once

ACTS = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-5, 30_000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.lists(st.lists(ACTS, max_size=4), max_size=6), st.data())
def test_never_a_cent_is_made_or_lost(
    books: SqlStore, batches: list[list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    """Batches are transactions, some of which fail at their end; a sum in Python says what the books must hold."""
    with books.writing() as connection:
        if connection.execute(select(ACCOUNTS.c.id).limit(1)).first() is None:
            furnish(connection)
        rows = connection.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.id)).mappings().all()
    model = {row["id"]: row["balance_cents"] for row in rows}
    floors = {row["id"]: row["floor_cents"] for row in rows}
    numbers = list(model)
    for batch in batches:
        fails, after = data.draw(st.booleans()), dict(model)
        try:
            with books.writing() as connection:
                for payer, payee, cents in batch:
                    move(connection, after, floors, (numbers[payer], numbers[payee], cents))
                if fails:
                    raise InterruptedError
        except InterruptedError:
            continue
        model = after
    assert balances(books) == model
    assert sum(model.values()) == 0
    with books.reading() as connection:
        assert find_ledger_faults(connection) == []


def move(
    connection: Connection, model: dict[int, int], floors: dict[int, int | None], act: tuple[int, int, int]
) -> None:
    payer, payee, cents = act
    floor = floors[payer]
    possible = payer != payee and cents != 0 and (floor is None or model[payer] - cents >= floor)
    floor = floors[payee]
    possible = possible and (floor is None or model[payee] + cents >= floor)
    try:
        post_movement(connection, posting(Leg(payer, -cents), Leg(payee, cents)))
    except LedgerError:
        assert not possible
    else:
        assert possible
        model[payer] -= cents
        model[payee] += cents


def test_payers_at_once_never_spend_the_same_cent_twice(ledger: Ledger) -> None:
    """In both directions at once, too: neither a deadlock nor a cent more than there was."""
    store, _, own = ledger
    gate, posted = threading.Barrier(4), []

    def pay(payer: Account, payee: Account) -> None:
        gate.wait(LIMIT_S)
        for _ in range(15):
            try:
                with store.writing() as connection:
                    post_movement(connection, posting(*transfer_between(payer, payee, 1_000)))
            except FundsError:
                continue
            posted.append((payer.account_id, payee.account_id))

    pairs = [*pairwise([*own, own[0]]), (own[1], own[0])]
    racers = [threading.Thread(target=pay, args=pair) for pair in pairs]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(LIMIT_S)
    expected = dict.fromkeys((account.account_id for account in own), 10_000)
    for payer, payee in posted:
        expected[payer] -= 1_000
        expected[payee] += 1_000
    found = balances(store)
    assert {number: found[number] for number in expected} == expected
    assert min(expected.values()) >= 0
