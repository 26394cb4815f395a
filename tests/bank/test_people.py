"""Customers, staff, beneficiaries and payment cards in the books."""

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from bank.books.customers import (
    add_credential,
    change_contact,
    end_credential,
    find_contact,
    find_customer_numbered,
    list_contacts,
    list_credentials,
)
from bank.books.people import (
    BeneficiaryState,
    ContactKind,
    CredentialKind,
    PaymentCardState,
    PeopleError,
    Post,
    StaffMember,
)
from bank.books.records import Customer, CustomerKind, Holder
from bank.books.schema import CREDENTIALS
from bank.books.store_sql import SqlStore
from bank.demo.customers import issued_gallery
from bank.errors import IssuingError
from bank.iban import IbanError
from bank.ledger.entries import AccountKind
from bank.ledger.keeping import open_account
from bank.people.payments import (
    CardOrder,
    add_beneficiary,
    add_payment_card,
    change_beneficiary,
    change_card_limits,
    change_payment_card,
    find_beneficiary,
    list_beneficiaries,
    list_payment_cards,
    note_first_use,
)
from bank.people.staff import add_staff, change_post, end_staff, find_staff, find_staff_numbered, list_staff

CARD, OTHER = issued_gallery()[:2]
LOU = Customer("LEFEVRE1", "Lou Lefèvre", CustomerKind.PROFESSIONAL)
PAYEE = "FR7630006000011234567890189"
ALEX = StaffMember("ADVISER1", "Alex Roy", Post.AGENCY)


@pytest.fixture
def store(books: SqlStore) -> SqlStore:
    for card in (CARD, OTHER):
        books.add_card(card)
    return books


@pytest.fixture
def lou(store: SqlStore) -> Customer:
    return store.add_customer(LOU, CARD.card_id)


def test_a_customer_has_a_number_and_a_kind(store: SqlStore, lou: Customer) -> None:
    with store.reading() as connection:
        found = find_customer_numbered(connection, lou.customer_id)
        assert found == LOU
        assert found.subscribed_ms
        assert find_customer_numbered(connection, 999) is None


def test_the_latest_card_makes_the_codes_and_one_that_ended_makes_none(store: SqlStore, lou: Customer) -> None:
    number = lou.customer_id
    with store.writing() as connection:
        second = add_credential(connection, number, CredentialKind.CARD, OTHER.card_id, 5)
    assert store.find_holder(LOU.user) == Holder(LOU, OTHER.card_id)
    assert [holder.card_id for holder in store.list_holders()] == [OTHER.card_id, CARD.card_id]
    with store.writing() as connection:
        assert end_credential(connection, second.credential_id, 6)
        assert not end_credential(connection, second.credential_id, 7)
    assert store.find_holder(LOU.user) == Holder(LOU, CARD.card_id)
    with store.writing() as connection:
        assert [one.until_ms for one in list_credentials(connection, number)] == [None, 6]
        end_credential(connection, list_credentials(connection, number)[0].credential_id, 8)
    assert store.find_holder(LOU.user) is None
    assert store.find_customer(LOU.user) == LOU


@pytest.mark.parametrize("kind", [CredentialKind.CERTIFICATE, CredentialKind.DEVICE])
def test_a_certificate_or_device_is_no_card(store: SqlStore, lou: Customer, kind: CredentialKind) -> None:
    with store.writing() as connection:
        add_credential(connection, lou.customer_id, kind, "AB12", 5)
        found = list_credentials(connection, lou.customer_id)[1]
        assert (found.kind, found.reference) == (kind, "AB12")
    assert store.find_holder(LOU.user) == Holder(LOU, CARD.card_id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "card", "reference": "x"},
        {"kind": "device", "card_id": CARD.card_id},
        {"kind": "device"},
        {"kind": "device", "reference": "x", "customer_id": None},
        {"kind": "card", "card_id": "not issued"},
    ],
)
def test_the_database_itself_takes_no_credential_that_is_none(
    store: SqlStore, lou: Customer, wrong: dict[str, object]
) -> None:
    row = {"customer_id": lou.customer_id, "since_ms": 0, **wrong}
    with pytest.raises(IntegrityError), store.writing() as connection:
        connection.execute(insert(CREDENTIALS).values(row))


def test_a_customer_without_card_is_not_half_taken_in(store: SqlStore) -> None:
    with pytest.raises(IssuingError):
        store.add_customer(LOU, "not issued")
    assert store.find_customer(LOU.user) is None


def test_a_contact_is_known_since_and_its_predecessor_until(store: SqlStore, lou: Customer) -> None:
    number = lou.customer_id
    with store.writing() as connection:
        change_contact(connection, number, ContactKind.EMAIL, "old@example.org", 10)
        change_contact(connection, number, ContactKind.TELEPHONE, "+33 6 39 98 00 00", 11)
        change_contact(connection, number, ContactKind.EMAIL, "new@example.org", 20)
    with store.reading() as connection:
        found = find_contact(connection, number, ContactKind.EMAIL)
        assert found
        assert (found.value, found.since_ms, found.until_ms) == ("new@example.org", 20, None)
        assert find_contact(connection, number, ContactKind.ADDRESS) is None
        assert [one.kind for one in list_contacts(connection, number)] == [ContactKind.TELEPHONE, ContactKind.EMAIL]
        past = [(one.since_ms, one.until_ms) for one in list_contacts(connection, number, past=True)]
    assert past == [(10, 20), (11, None), (20, None)]
    assert "example" not in repr(found)


@pytest.mark.parametrize("value", ["", "x" * 321, "new\nline", "nul\0"])
def test_a_contact_can_be_shown(store: SqlStore, lou: Customer, value: str) -> None:
    with pytest.raises(PeopleError), store.writing() as connection:
        change_contact(connection, lou.customer_id, ContactKind.EMAIL, value, 1)


def test_staff_have_a_post_and_a_card(store: SqlStore) -> None:
    with store.writing() as connection:
        alex = add_staff(connection, ALEX, OTHER.card_id, 1)
        assert find_staff(connection, "ADVISER1") == (ALEX, OTHER.card_id)
        assert change_post(connection, alex.staff_id, Post.E_AGENCY)
        moved = find_staff_numbered(connection, alex.staff_id)
        assert moved
        assert moved.post is Post.E_AGENCY
        assert list_staff(connection) == [moved]
        assert end_staff(connection, alex.staff_id, 2)
        assert not end_staff(connection, alex.staff_id, 3)
        assert find_staff(connection, "ADVISER1") is None
        assert find_staff_numbered(connection, alex.staff_id) is None
        assert find_staff(connection, "a\0b") is None
    assert store.list_holders() == [], "a staff card makes nobody a customer"


@pytest.mark.parametrize("code", ["short", "adviser1", "ADVISER12", "ADVISÉR1"])
def test_a_staff_code_is_like_a_user_code(store: SqlStore, code: str) -> None:
    with pytest.raises(PeopleError), store.writing() as connection:
        add_staff(connection, StaffMember(code, "Alex", Post.AGENCY), CARD.card_id, 1)


def test_a_beneficiary_is_there_once_frozen_or_not_and_anew_when_removed(store: SqlStore, lou: Customer) -> None:
    number = lou.customer_id
    with store.writing() as connection:
        first = add_beneficiary(connection, number, "Sacha", "FR76 3000 6000 0112 3456 7890 189", 1)
        with pytest.raises(PeopleError, match="on the list"):
            add_beneficiary(connection, number, "Again", PAYEE, 2)
        assert change_beneficiary(connection, first.beneficiary_id, BeneficiaryState.ACTIVE, BeneficiaryState.FROZEN)
        assert not change_beneficiary(
            connection, first.beneficiary_id, BeneficiaryState.ACTIVE, BeneficiaryState.REMOVED
        )
        found = find_beneficiary(connection, number, PAYEE)
        assert found
        assert found.state is BeneficiaryState.FROZEN
        change_beneficiary(connection, first.beneficiary_id, BeneficiaryState.FROZEN, BeneficiaryState.REMOVED)
        assert list_beneficiaries(connection, number) == []
        second = add_beneficiary(connection, number, "Sacha", PAYEE, 3)
        assert list_beneficiaries(connection, number) == [second]
        with pytest.raises(IbanError):
            add_beneficiary(connection, number, "Wrong", PAYEE[:-1] + "0", 4)
        with pytest.raises(PeopleError):
            add_beneficiary(connection, number, "", "DE89370400440532013000", 4)


def order(connection: Connection, lou: Customer, payment_cents: int = 100) -> CardOrder:
    account = open_account(connection, lou.customer_id, lou.user, AccountKind.CURRENT, 1)
    return CardOrder(lou.customer_id, account.account_id, CARD.card_id, payment_cents, 50)


def test_a_payment_card_goes_from_state_to_state(store: SqlStore, lou: Customer) -> None:
    with store.writing() as connection:
        card = add_payment_card(connection, order(connection, lou), 1)
        number = card.payment_card_id
        assert not change_card_limits(connection, number, 1, 1), "not yet active"
        assert change_payment_card(connection, number, PaymentCardState.ORDERED, PaymentCardState.ACTIVE, 2)
        assert note_first_use(connection, number, 3)
        assert not note_first_use(connection, number, 4)
        assert change_card_limits(connection, number, 700, 300)
        (found,) = list_payment_cards(connection, lou.customer_id)
        assert (found.first_used_ms, found.payment_cents, found.withdrawal_cents) == (3, 700, 300)
        assert change_payment_card(connection, number, PaymentCardState.ACTIVE, PaymentCardState.OPPOSED, 5)
        assert not change_payment_card(connection, number, PaymentCardState.ACTIVE, PaymentCardState.CANCELLED, 6)
        assert not change_card_limits(connection, number, 1, 1)


def test_a_limit_is_not_below_zero(store: SqlStore, lou: Customer) -> None:
    with store.writing() as connection:
        with pytest.raises(PeopleError):
            order(connection, lou, -1)
        with pytest.raises(PeopleError):
            change_card_limits(connection, 1, 0, -1)


def test_nothing_of_this_is_left_of_a_transaction_that_failed(store: SqlStore, lou: Customer) -> None:
    with pytest.raises(RuntimeError), store.writing() as connection:
        change_contact(connection, lou.customer_id, ContactKind.EMAIL, "new@example.org", 1)
        add_beneficiary(connection, lou.customer_id, "Sacha", PAYEE, 1)
        raise RuntimeError
    with store.reading() as connection:
        assert list_contacts(connection, lou.customer_id) == []
        assert list_beneficiaries(connection, lou.customer_id) == []
        assert len(connection.execute(select(CREDENTIALS)).all()) == 1
