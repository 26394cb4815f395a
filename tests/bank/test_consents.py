"""Consents as the customer has them: seen, ended by himself, and read without him four times in 24 hours at most."""

import pytest

from bank.books.store_sql import SqlStore
from bank.operations.notices import NoticeEvent, list_notices
from bank.partners.consents import Consents
from bank.partners.policy import PartnerPolicy
from bank.partners.ports import PartnerError, PartnerFault, Scope
from tests.bank.partnered import PartneredBank

F = PartnerFault
SECOND = 1000


@pytest.fixture
def bank(books: SqlStore) -> PartneredBank:
    """On every kind of books: where it depends on what the database does."""
    return PartneredBank(books)


def alone(bank: PartneredBank, token: str, *, present: bool = False) -> bool:
    """Whether the accounts are read."""
    grant = bank.service.read_grant(token, Scope.ACCOUNTS)
    try:
        return len(bank.service.list_accounts(grant, alone=not present)) > 0
    except PartnerError as error:
        assert error.fault is F.ACCESS_EXCEEDED
        return False


def test_without_the_customer_an_aggregator_reads_four_times_in_any_24_hours(bank: PartneredBank) -> None:
    token, hand = bank.granted(), bank.bank.hand
    hours = 3_600 * SECOND
    for _ in range(4):
        assert alone(bank, token)
        hand.ms += 5 * hours
    assert not alone(bank, token), "the fifth within 20 hours"
    assert alone(bank, token, present=True), "the customer waits for it"
    hand.ms += 4 * hours - 1
    assert not alone(bank, token)
    hand.ms += 1
    assert alone(bank, token), "24 hours after the first"
    assert not alone(bank, token), "and the second is 19 hours ago"
    grant = bank.service.read_grant(token, Scope.ACCOUNTS)
    iban = bank.bank.accounts[bank.bank.durand]
    for _ in range(4):
        assert bank.service.list_movements(grant, iban, alone=True) is not None, "another thing, counted by itself"
    with pytest.raises(PartnerError, match="4 times"):
        bank.service.list_movements(grant, iban, alone=True)


def test_a_customer_ends_his_own_consent_and_no_other(bank: PartneredBank) -> None:
    token, durand = bank.granted(), bank.bank.durand
    consents = Consents(bank.store, bank.bank.hand)
    ((consent,), now_ms) = consents.list_consents(durand)
    assert (consent.partner, consent.used_ms, consent.is_good(now_ms)) == ("Kiwi", None, True)
    assert alone(bank, token)
    assert consents.list_consents(durand)[0][0].used_ms == bank.bank.hand.ms
    assert not consents.end_consent(bank.bank.moreau, consent.operation_id), "another customer's"
    assert consents.list_consents(bank.bank.moreau)[0] == []
    assert consents.end_consent(durand, consent.operation_id)
    assert not consents.end_consent(durand, consent.operation_id), "once"
    with pytest.raises(PartnerError, match="not any more"):
        bank.service.read_grant(token, Scope.ACCOUNTS)
    ((ended,), now_ms) = consents.list_consents(durand)
    assert not ended.is_good(now_ms)
    assert bank.bank.events().count("consent ended") == 1
    with bank.store.reading() as connection:
        told = [notice.event for notice in list_notices(connection, durand)]
    assert told[:2] == [NoticeEvent.CONSENT_ENDED, NoticeEvent.CONSENT]


def test_a_transfer_is_no_consent_to_be_ended(bank: PartneredBank) -> None:
    bank.granted(bank.merchant)
    consents = Consents(bank.store, bank.bank.hand)
    assert consents.list_consents(bank.bank.durand)[0] == []
    assert not consents.end_consent(bank.bank.durand, bank.operation().operation_id)


def test_a_policy_that_lets_read_more_often_is_none() -> None:
    with pytest.raises(ValueError, match="36"):
        PartnerPolicy(alone_in_a_day=5)
