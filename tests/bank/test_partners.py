"""Aggregators and merchants over the books: asked once, told no more than they may, and for no longer."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select, update

from bank.books.schema import ACCOUNTS
from bank.books.schema_partners import PARTNER_GRANTS, PARTNER_REQUESTS, PARTNERS
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.demo.people import begin_anew
from bank.ledger.entries import AccountKind, MovementKind, Posting, transfer_between
from bank.ledger.keeping import find_account, open_house_account, post_movement
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.policy import OPERATION_POLICY
from bank.partners.policy import DAY_MS, PARTNER_POLICY, PartnerPolicy
from bank.partners.ports import (
    IssuedToken,
    Partner,
    PartnerError,
    PartnerFault,
    PartnerKind,
    PartnerTransfer,
    Scope,
    TransferState,
    UnknownPartnerError,
)
from bank.partners.registry import RegistrationError, add_partner, close_partner, list_partners
from tests.bank.counter import FUNDS, NOON, PAYEE
from tests.bank.partnered import PURCHASE, PartneredBank

F = PartnerFault
SECOND = 1000
LIFE_MS = OPERATION_POLICY.life_ms


@pytest.fixture
def bank(books: SqlStore) -> PartneredBank:
    """On every kind of books: where it depends on what the database does."""
    return PartneredBank(books)


@pytest.fixture
def quick() -> Iterator[PartneredBank]:
    with closing(open_in_memory()) as store:
        yield PartneredBank(store)


def refusal(act: Callable[[], object]) -> PartnerFault:
    with pytest.raises(PartnerError) as caught:
        act()
    return caught.value.fault


# The whole way


def test_a_customer_lets_an_aggregator_read_his_accounts(bank: PartneredBank) -> None:
    ticket = bank.ask()
    assert (ticket.expires_s, ticket.interval_s) == (LIFE_MS // SECOND, 5)
    operation = bank.operation()
    assert operation.kind is OperationKind.AGGREGATE_ACCOUNTS
    assert dict(operation.shown) | {"Agrégateur": "Kiwi", "Message": "Kiwi 4711"} == dict(operation.shown)
    assert dict(operation.shown)["Jours d'accès"] == "90"
    assert bank.poll(ticket) is F.PENDING
    bank.approve()
    bank.bank.hand.ms += 5 * SECOND
    issued = bank.poll(ticket)
    assert isinstance(issued, IssuedToken)
    assert (issued.scope, issued.expires_s) == (Scope.ACCOUNTS, 90 * 86_400 - 5)
    grant = bank.service.read_grant(issued.token, Scope.ACCOUNTS)
    (account,) = bank.service.list_accounts(grant)
    assert account.iban == bank.bank.accounts[bank.bank.durand]
    assert [line.cents for line in bank.service.list_movements(grant, account.iban) or []] == [FUNDS]
    assert bank.service.list_movements(grant, bank.bank.accounts[bank.bank.moreau]) is None, "another customer's"
    assert "consent for accounts taken up" in bank.bank.events()
    bank.bank.check_books()


def test_a_customer_pays_a_merchant_once(bank: PartneredBank) -> None:
    ticket = bank.ask(bank.merchant)
    operation = bank.operation()
    assert (operation.kind, operation.content.terminal) == (OperationKind.MERCHANT_TRANSFER, TerminalKind.SHOP)
    assert operation.content.fields["payee_iban"] == PAYEE
    bank.approve()
    issued = bank.poll(ticket, bank.merchant)
    assert isinstance(issued, IssuedToken)
    grant = bank.service.read_grant(issued.token, Scope.TRANSFER)
    done = PartnerTransfer(12_30, "Commande 4711", TransferState.EXECUTED)
    assert bank.service.read_transfer(grant) == done
    assert bank.bank.balance(bank.bank.accounts[bank.bank.durand]) == FUNDS - 12_30
    bank.bank.service.run_effects()
    assert bank.bank.balance(bank.bank.accounts[bank.bank.durand]) == FUNDS - 12_30
    bank.bank.check_books()


def test_an_association_pays_a_merchant_from_its_account(quick: PartneredBank) -> None:
    account = quick.bank.accounts[quick.bank.moreau]
    with quick.store.writing() as connection:
        as_association = update(ACCOUNTS).where(ACCOUNTS.c.iban == account)
        connection.execute(as_association.values(kind=AccountKind.ASSOCIATION.value))
    quick.ask(quick.merchant, user="MOREAU17")
    assert quick.operation().content.fields["account"] == account


def test_a_transfer_that_fails_after_all_is_told(quick: PartneredBank) -> None:
    """The money went elsewhere between asking and confirming."""
    ticket = quick.ask(quick.merchant, cents=FUNDS)
    operation = quick.operation()
    with quick.store.writing() as connection:
        payer = find_account(connection, quick.bank.accounts[quick.bank.durand])
        assert payer
        house = open_house_account(connection, AccountKind.CLEARING, NOON)
        post_movement(connection, Posting(NOON, MovementKind.TRANSFER, "elsewhere", transfer_between(payer, house, 1)))
    quick.approve()
    issued = quick.poll(ticket, quick.merchant)
    assert isinstance(issued, IssuedToken)
    told = quick.service.read_transfer(quick.service.read_grant(issued.token, Scope.TRANSFER))
    assert told.state is TransferState.FAILED
    assert operation.operation_id


# Polling


def test_whoever_polls_too_early_must_wait_longer_each_time(bank: PartneredBank) -> None:
    ticket, hand = bank.ask(), bank.bank.hand
    assert bank.poll(ticket) is F.PENDING
    hand.ms += 5 * SECOND - 1
    assert bank.poll(ticket) is F.SLOW_DOWN
    hand.ms += 10 * SECOND - 1
    assert bank.poll(ticket) is F.SLOW_DOWN
    hand.ms += 15 * SECOND
    assert bank.poll(ticket) is F.PENDING
    for _ in range(20):
        assert bank.poll(ticket) is F.SLOW_DOWN
    hand.ms += PARTNER_POLICY.longest_interval_ms
    assert bank.poll(ticket) is F.PENDING


def test_a_request_that_nobody_confirms_is_over(quick: PartneredBank) -> None:
    ticket = quick.ask()
    quick.bank.hand.ms += LIFE_MS
    assert quick.poll(ticket) is F.EXPIRED


@pytest.mark.parametrize("act", ["refuse_operation", "declare_fraud", "withdraw_operation"])
def test_a_customer_who_does_not_want_it_is_not_asked_why(quick: PartneredBank, act: str) -> None:
    ticket, operation = quick.ask(), quick.operation()
    getattr(quick.bank.service, act)(quick.bank.durand, operation.operation_id)
    assert quick.poll(ticket) is F.ACCESS_DENIED


def test_a_token_is_given_again_for_a_minute_and_then_never(bank: PartneredBank) -> None:
    ticket, hand = bank.ask(), bank.bank.hand
    bank.approve()
    first = bank.poll(ticket)
    hand.ms += 5 * SECOND
    again = bank.poll(ticket)
    assert isinstance(first, IssuedToken)
    assert isinstance(again, IssuedToken)
    assert first.token == again.token, "the first answer was lost"
    hand.ms += PARTNER_POLICY.again_ms
    assert bank.poll(ticket) is F.INVALID_GRANT


def test_no_partner_gets_what_another_one_asked_for(quick: PartneredBank) -> None:
    ticket = quick.ask()
    quick.approve()
    assert quick.poll(ticket, quick.merchant) is F.INVALID_GRANT
    assert quick.poll(replace(ticket, request_id="")) is F.INVALID_GRANT
    assert quick.poll(replace(ticket, request_id=quick.operation().operation_id)) is F.INVALID_GRANT
    assert isinstance(quick.poll(ticket), IssuedToken)


# Asking


def test_a_request_that_is_sent_twice_is_one(bank: PartneredBank) -> None:
    first, second = bank.ask(once="a"), bank.ask(once="a")
    assert first.request_id == second.request_id
    assert bank.pending() == 1
    assert bank.ask(once="b").request_id != first.request_id
    assert bank.service.ask_customer(bank.merchant, replace(PURCHASE, once="a")).request_id != first.request_id


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"user": "NOBODY42"}, F.UNKNOWN_USER),
        ({"user": ""}, F.UNKNOWN_USER),
        ({"user": "' OR 1=1"}, F.UNKNOWN_USER),
        ({"message": ""}, F.INVALID_BINDING_MESSAGE),
        ({"message": "x" * 71}, F.INVALID_BINDING_MESSAGE),
        ({"message": "pay \u202e00,1"}, F.INVALID_BINDING_MESSAGE),
        ({"days": 0}, F.INVALID_DETAILS),
        ({"days": 181}, F.INVALID_DETAILS),
    ],
)
def test_what_an_aggregator_wrote_wrong_is_told(
    quick: PartneredBank, changed: dict[str, object], fault: PartnerFault
) -> None:
    assert refusal(partial(quick.ask, quick.aggregator, **changed)) is fault
    assert quick.pending() == 0


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"cents": 0}, F.INVALID_DETAILS),
        ({"cents": 10**9}, F.INVALID_DETAILS),
        ({"cents": FUNDS + 1}, F.ACCESS_DENIED),
        ({"account": PAYEE}, F.ACCESS_DENIED),
        ({"account": "nonsense"}, F.ACCESS_DENIED),
    ],
)
def test_a_merchant_learns_nothing_of_the_customer(
    quick: PartneredBank, changed: dict[str, object], fault: PartnerFault
) -> None:
    """Not how much he has, nor which accounts: the same words."""
    with pytest.raises(PartnerError) as caught:
        partial(quick.ask, quick.merchant, **changed)()
    assert caught.value.fault is fault
    assert ("this customer" in str(caught.value)) == (fault is F.ACCESS_DENIED)


def test_no_customer_is_flooded_and_nobody_tries_codes_out(quick: PartneredBank) -> None:
    for _ in range(PARTNER_POLICY.asked_one):
        quick.ask()
    assert refusal(quick.ask) is F.TOO_MANY
    quick.bank.hand.ms += PARTNER_POLICY.asked_window_ms
    quick.ask()
    quick.service.policy = replace(PARTNER_POLICY, asked=3)
    quick.bank.hand.ms += PARTNER_POLICY.asked_window_ms
    faults = [refusal(lambda: quick.ask(user="NOBODY42")) for _ in range(4)]
    assert faults == [F.UNKNOWN_USER] * 3 + [F.TOO_MANY]


# Tokens


def test_a_consent_ends_on_its_day(quick: PartneredBank) -> None:
    token = quick.granted()
    quick.bank.hand.ms += 90 * DAY_MS - 1
    assert quick.service.read_grant(token, Scope.ACCOUNTS)
    quick.bank.hand.ms += 1
    assert refusal(lambda: quick.service.read_grant(token, Scope.ACCOUNTS)) is F.INVALID_TOKEN


def test_no_consent_is_longer_than_the_law_lets_it_be() -> None:
    for wrong in ({"consent_days": 181}, {"movement_days": 91}, {"consent_days": 0}):
        with pytest.raises(ValueError, match="2018/389"):
            PartnerPolicy(**wrong)


def test_an_aggregator_sees_the_last_ninety_days_only(quick: PartneredBank) -> None:
    token = quick.granted()
    iban = quick.bank.accounts[quick.bank.durand]
    quick.bank.hand.ms = NOON + 89 * DAY_MS
    grant = quick.service.read_grant(token, Scope.ACCOUNTS)
    assert len(quick.service.list_movements(grant, iban) or []) == 1
    quick.service.policy = replace(PARTNER_POLICY, movement_days=88)
    assert quick.service.list_movements(grant, iban) == []


@pytest.mark.parametrize("token", ["", "x", "\udc80", "é"])
def test_no_token_is_guessed(quick: PartneredBank, token: str) -> None:
    quick.granted()
    assert refusal(lambda: quick.service.read_grant(token, Scope.ACCOUNTS)) is F.INVALID_TOKEN


def test_a_token_opens_what_it_was_given_for(quick: PartneredBank) -> None:
    token = quick.granted(quick.merchant)
    assert refusal(lambda: quick.service.read_grant(token, Scope.ACCOUNTS)) is F.INVALID_TOKEN


def test_a_consent_ends_when_the_partner_gives_it_up_and_by_nobody_else(quick: PartneredBank) -> None:
    token = quick.granted()
    quick.service.revoke_token(quick.merchant, token)
    quick.service.revoke_token(quick.aggregator, "unknown")
    assert quick.service.read_grant(token, Scope.ACCOUNTS)
    quick.service.revoke_token(quick.aggregator, token)
    assert refusal(lambda: quick.service.read_grant(token, Scope.ACCOUNTS)) is F.INVALID_TOKEN
    assert "consent ended by the partner" in quick.bank.events()


def test_a_customer_who_says_later_that_it_was_fraud_is_read_no_more(quick: PartneredBank) -> None:
    ticket = quick.ask()
    quick.approve()
    issued = quick.poll(ticket)
    assert isinstance(issued, IssuedToken)
    quick.bank.service.declare_fraud(quick.bank.durand, quick.operation().operation_id)
    assert refusal(lambda: quick.service.read_grant(issued.token, Scope.ACCOUNTS)) is F.INVALID_TOKEN
    quick.bank.hand.ms += 5 * SECOND
    assert quick.poll(ticket) is F.ACCESS_DENIED


# Partners


def test_a_partner_proves_itself_by_its_secret_which_is_kept_nowhere(quick: PartneredBank) -> None:
    known: Partner = quick.service.authenticate(quick.aggregator.client_id, quick.secret)
    assert known == quick.aggregator
    for client_id, secret in (
        (quick.aggregator.client_id, quick.other_secret),
        (quick.aggregator.client_id, ""),
        ("nobody", quick.secret),
        ("\udc80", "\udc80"),
    ):
        assert refusal(partial(quick.service.authenticate, client_id, secret)) is F.INVALID_CLIENT
    token = quick.granted()
    with quick.store.reading() as connection:
        tables = (PARTNERS, PARTNER_REQUESTS, PARTNER_GRANTS)
        kept = [tuple(row) for table in tables for row in connection.execute(select(table))]
    assert quick.secret not in repr(kept)
    assert token not in repr(kept)


def test_a_partner_that_is_closed_asks_and_reads_nothing(quick: PartneredBank) -> None:
    token = quick.granted()
    with quick.store.writing() as connection:
        close_partner(connection, quick.aggregator.client_id, NOON)
    assert refusal(lambda: quick.service.authenticate(quick.aggregator.client_id, quick.secret)) is F.INVALID_CLIENT
    assert refusal(lambda: quick.service.read_grant(token, Scope.ACCOUNTS)) is F.INVALID_TOKEN
    with quick.store.writing() as connection, pytest.raises(UnknownPartnerError):
        close_partner(connection, quick.aggregator.client_id, NOON)


@pytest.mark.parametrize(
    ("name", "kind", "iban"),
    [
        ("", PartnerKind.AGGREGATOR, ""),
        ("x" * 71, PartnerKind.AGGREGATOR, ""),
        ("Kiwi\u202e", PartnerKind.AGGREGATOR, ""),
        ("Kiwi", PartnerKind.AGGREGATOR, PAYEE),
        ("Kiwi", PartnerKind.MERCHANT, ""),
        ("Kiwi", PartnerKind.MERCHANT, "FR7530006000011234567890189"),
    ],
)
def test_what_can_be_no_partner_is_not_taken_in(quick: PartneredBank, name: str, kind: PartnerKind, iban: str) -> None:
    with quick.store.writing() as connection, pytest.raises(RegistrationError):
        add_partner(connection, name, kind, iban, NOON)


def test_the_next_customer_finds_the_partners_and_no_consent(quick: PartneredBank) -> None:
    token = quick.granted()
    begin_anew(quick.store)
    assert refusal(lambda: quick.service.read_grant(token, Scope.ACCOUNTS)) is F.INVALID_TOKEN
    with quick.store.reading() as connection:
        assert [partner.name for partner in list_partners(connection)] == ["Kiwi", "Épicerie"]
