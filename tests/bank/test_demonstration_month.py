"""The demonstration's accounts: the same for the same customer, never below zero, and as at first for the next one."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from bank.books.customers import find_customer, list_contacts
from bank.books.people import ContactKind, PaymentCardState
from bank.books.records import Customer, CustomerKind
from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.demo.month import DAYS, LEAST_CENTS, make_accounts
from bank.demo.people import DAY_MS, begin_anew, list_contact_values
from bank.iban import is_iban
from bank.journal.keeping import verify_journal
from bank.ledger.entries import AccountKind, MovementKind, Posting, transfer_between
from bank.ledger.keeping import find_ledger_faults, list_accounts, list_statement, open_house_account, post_movement
from bank.people.payments import add_beneficiary, list_beneficiaries, list_payment_cards

USER_CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=8, max_size=8)
PAYEE = "FR7630006000011234567890189"


@given(USER_CODES, st.sampled_from(CustomerKind))
def test_a_month_is_the_same_each_time_and_there_is_always_something_left(user: str, kind: CustomerKind) -> None:
    main, other = make_accounts(user, kind)
    assert make_accounts(user, kind) == (main, other)
    running, days = main.opening_cents, [line.days_ago for line in main.movements]
    assert days == sorted(days, reverse=True)
    assert all(0 < day < DAYS for day in days)
    for line in main.movements:
        assert line.cents
        running += line.cents
        assert running >= LEAST_CENTS
    assert other.opening_cents > 0
    assert len(main.movements) >= 12


def test_two_customers_have_two_months() -> None:
    assert make_accounts("DURAND42", CustomerKind.INDIVIDUAL) != make_accounts("DURAND43", CustomerKind.INDIVIDUAL)


@pytest.mark.parametrize("name", ["Lou Lefèvre", "李", "<script>", "a@b", "x" * 200])
def test_a_contact_reaches_nobody_whatever_the_name_is(name: str) -> None:
    contacts = dict(list_contact_values(Customer("LEFEVRE1", name)))
    assert contacts[ContactKind.SECURE_TELEPHONE].startswith("+33 6 39 98 ")
    assert contacts[ContactKind.EMAIL].endswith("@example.org")
    assert contacts[ContactKind.EMAIL].isascii()
    assert len(contacts[ContactKind.EMAIL]) < 320


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], SqlStore]]:
    url = request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else ""
    stores: list[SqlStore] = []

    def again() -> SqlStore:
        stores.append(open_database(tmp_path, url))
        return stores[-1]

    yield again
    for store in stores:
        store.close()


def customer_number(connection: Connection, user: str) -> int:
    customer = find_customer(connection, user)
    assert customer
    return customer.customer_id


def picture(store: SqlStore) -> dict[str, object]:
    """All that the guide's two customers have, without numbers that only the books know."""
    shown: dict[str, object] = {}
    with store.reading() as connection:
        for user in ("DURAND42", "MOREAU17"):
            number = customer_number(connection, user)
            for account in list_accounts(connection, number):
                lines = list_statement(connection, account.account_id)
                shown[account.iban] = (
                    account.balance_cents,
                    [(line.at_ms % DAY_MS, line.label, line.cents) for line in lines],
                )
            shown[user] = [contact.value for contact in list_contacts(connection, number)]
            shown[f"cards of {user}"] = [
                (card.card_id, card.state, card.payment_cents) for card in list_payment_cards(connection, number)
            ]
    return shown


def test_both_customers_have_accounts_that_add_up(opened: Callable[[], SqlStore]) -> None:
    store = opened()
    with store.reading() as connection:
        assert find_ledger_faults(connection) == []
        assert verify_journal(connection).broken is None
        for user, kinds in (
            ("DURAND42", [AccountKind.CURRENT, AccountKind.SAVINGS]),
            ("MOREAU17", [AccountKind.ASSOCIATION, AccountKind.SHARES]),
        ):
            number = customer_number(connection, user)
            accounts = list_accounts(connection, number)
            assert [account.kind for account in accounts] == kinds
            assert all(is_iban(account.iban) for account in accounts)
            lines = list_statement(connection, accounts[0].account_id)
            assert sum(line.cents for line in lines) == accounts[0].balance_cents
            moments = [line.at_ms for line in lines]
            assert moments == sorted(moments, reverse=True)
            assert moments[0] - moments[-1] <= DAYS * DAY_MS
            (card,) = list_payment_cards(connection, number)
            assert card.state is PaymentCardState.ACTIVE
            assert card.first_used_ms


def test_opening_the_books_again_changes_nothing(opened: Callable[[], SqlStore]) -> None:
    first = picture(opened())
    assert picture(opened()) == first


def test_a_customer_who_was_taken_in_by_hand_has_a_month_too(opened: Callable[[], SqlStore]) -> None:
    opened().add_customer(Customer("LEFEVRE1", "Lou Lefèvre"), "t1")
    with opened().reading() as connection:
        accounts = list_accounts(connection, customer_number(connection, "LEFEVRE1"))
        assert len(list_statement(connection, accounts[0].account_id)) > 12


def test_the_next_customer_finds_nothing_of_what_the_last_one_did(opened: Callable[[], SqlStore]) -> None:
    store = opened()
    first = picture(store)
    with store.writing() as connection:
        number = customer_number(connection, "DURAND42")
        payer, house = list_accounts(connection, number)[0], open_house_account(connection, AccountKind.CLEARING, 1)
        post_movement(
            connection, Posting(10**13, MovementKind.TRANSFER, "Alimony", transfer_between(payer, house, 500))
        )
        add_beneficiary(connection, number, "Somebody", PAYEE, 1)
        connection.execute(
            text("INSERT INTO sms_outbox (customer_id, number, text, created_ms) VALUES (:c, '1', 'secret', 1)"),
            {"c": number},
        )
    assert picture(store) != first
    begin_anew(store)
    assert picture(store) == first
    with store.reading() as connection:
        assert list_beneficiaries(connection, customer_number(connection, "DURAND42")) == []
        assert connection.execute(text("SELECT count(*) FROM sms_outbox")).scalar_one() == 0
        assert find_ledger_faults(connection) == []
        verdict = verify_journal(connection)
        assert verdict.broken is None
        assert verdict.lines == 5, "both customers furnished, begun anew, both again"


def test_a_beginning_that_fails_leaves_everything(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as store:
        with store.writing() as connection:
            connection.execute(
                text("CREATE TRIGGER full BEFORE INSERT ON accounts BEGIN SELECT RAISE(ABORT, 'planted'); END")
            )
        first = picture(store)
        with pytest.raises(Exception, match="planted"):
            begin_anew(store)
        assert picture(store) == first
