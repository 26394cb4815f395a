"""One contract over every store, and races that may be won once only."""

import threading
from datetime import UTC, datetime

import pytest

from bank.books.records import Attempt, Customer, Holder, Reason, Status
from bank.books.store import Store
from bank.books.store_sql import SqlStore
from bank.demo.customers import HOLDERS, issued_gallery
from bank.emv.keys import card_key
from bank.errors import IssuingError, UnknownCardError
from bank.verification import Policy, Search, verify_code

CARD, OTHER = issued_gallery()[:2]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIMIT_S = 120


@pytest.fixture
def store(books: SqlStore) -> SqlStore:
    """Each kind of store."""
    return books


def test_an_empty_store_knows_nobody(store: Store) -> None:
    assert store.find_customer("DURAND42") is None
    assert store.find_card(CARD.card_id) is None
    assert store.card_numbered(CARD.pan) is None
    assert not store.list_cards()
    assert not store.list_customers()
    assert not store.list_attempts("")
    for ask in (
        lambda: store.card_status("nothing"),
        lambda: store.accept_code("nothing", 1),
        lambda: store.issuer_key("NONE"),
    ):
        with pytest.raises(UnknownCardError):
            ask()


def test_what_is_added_is_found_as_it_was(store: Store) -> None:
    store.add_card(OTHER)
    store.add_card(CARD, last_atc=41)
    added = store.add_customer(HOLDERS[0].customer, HOLDERS[0].card_id)
    assert store.find_card(CARD.card_id) == CARD
    assert store.card_numbered(OTHER.pan) == OTHER
    assert [card.card_id for card in store.list_cards()] == sorted((CARD.card_id, OTHER.card_id))
    assert added == HOLDERS[0].customer
    found = store.find_customer(added.user)
    assert found == added
    assert found.customer_id == added.customer_id > 0
    assert store.find_holder(added.user) == HOLDERS[0]
    assert list(store.list_customers()) == [added]
    assert list(store.list_holders()) == [HOLDERS[0]]
    assert store.card_status(CARD.card_id).last_atc == 41


def test_nothing_is_added_twice_or_without_its_card(store: Store) -> None:
    store.add_card(CARD)
    with pytest.raises(IssuingError):
        store.add_card(CARD)
    with pytest.raises(IssuingError):
        store.add_customer(Customer("NOCARD00", "No Card"), "no such card")
    store.add_customer(Customer("CLAUDE00", "Claude"), CARD.card_id)
    with pytest.raises(IssuingError):
        store.add_customer(Customer("CLAUDE00", "Claude"), CARD.card_id)


def test_furnishing_keeps_what_is_there(store: Store) -> None:
    store.add_card(CARD, last_atc=7)
    for _ in range(2):
        store.furnish_books([(CARD, 0), (OTHER, 3)], [Holder(Customer("CLAUDE00", "Claude"), OTHER.card_id)])
    assert store.card_status(CARD.card_id).last_atc == 7
    assert store.card_status(OTHER.card_id).last_atc == 3
    assert [customer.user for customer in store.list_customers()] == ["CLAUDE00"]


def test_a_counter_is_accepted_upwards_only(store: Store) -> None:
    store.add_card(CARD)
    assert [store.accept_code(CARD.card_id, atc) for atc in (0, 5, 5, 4, 6, 65536)] == [
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    assert store.card_status(CARD.card_id).last_atc == 6


def test_attempts_are_counted_first_and_forgotten_by_an_acceptance(store: Store) -> None:
    store.add_card(CARD)
    assert [store.take_attempt(CARD.card_id, 2) for _ in range(3)] == [Status(0, 1), Status(0, 2), None]
    assert store.card_status(CARD.card_id).failures == 2
    assert store.accept_code(CARD.card_id, 1)
    assert store.card_status(CARD.card_id).failures == 0


def test_a_blocked_card_takes_neither_attempts_nor_counters(store: Store) -> None:
    store.add_card(CARD)
    store.block_card(CARD.card_id, True)
    assert not store.take_attempt(CARD.card_id, 10)
    assert not store.accept_code(CARD.card_id, 1)
    store.block_card(CARD.card_id, False)
    assert store.take_attempt(CARD.card_id, 10)


def test_the_log_keeps_its_order(store: Store) -> None:
    entries = [Attempt(NOON, CARD.card_id, "192.0.2.7", reason) for reason in Reason]
    for entry in entries:
        store.note_attempt(entry)
    store.note_attempt(Attempt(NOON, OTHER.card_id, "", Reason.NO_MATCH))
    assert list(store.list_attempts(CARD.card_id)) == entries


@pytest.mark.parametrize("user", ["SHORT", "TOOLONG123", "ACCENTÉ1", "WITH SPC"])
def test_a_user_code_has_eight_letters_and_digits(user: str) -> None:
    with pytest.raises(IssuingError):
        Customer(user, "Name")


def test_threads_racing_with_one_code_get_one_yes(store: Store) -> None:
    store.add_card(CARD)
    search = Search(CARD, card_key(store.issuer_key(CARD.key_name), CARD.pan, CARD.psn))
    gate = threading.Barrier(6)
    answers: list[bool] = []

    def race() -> None:
        for atc in range(1, 9):
            gate.wait(LIMIT_S)
            answers.append(verify_code(store, CARD.card_id, search.code(atc), policy=Policy(attempts=100)).accepted)

    racers = [threading.Thread(target=race) for _ in range(6)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(LIMIT_S)
    assert len(answers) == 48
    assert answers.count(True) == 8
