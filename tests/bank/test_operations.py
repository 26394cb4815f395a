"""Operations on the books, SQLite and PostgreSQL alike: confirmed by what was shown, once, and carried out once."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields as fields_of
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from bank.books.clock import pass_time
from bank.books.schema import BENEFICIARIES, CONTACTS, EFFECTS, OPERATIONS, PAYMENT_CARDS, SESSIONS, SMS_CODES
from bank.books.store_sql import SqlStore
from bank.cards.card import CardInSlot, VirtualCard
from bank.cards.gallery import describe_card
from bank.cards.memory import Counters, VolatileMemory
from bank.demo.database import open_in_memory
from bank.iban import BANK, BRANCH, make_french_iban
from bank.ledger.entries import AccountKind, MovementKind
from bank.ledger.keeping import find_account, list_statement, open_house_account
from bank.operations.catalogue import CATALOGUE, SCREENS, Means, OperationKind, TerminalKind
from bank.operations.octets import digest_octets, make_octets
from bank.operations.ports import (
    Asking,
    AskingError,
    AskingFault,
    ConfirmOutcome,
    Operation,
    SmsOutcome,
    UnknownOperationError,
)
from bank.operations.table import OperationState
from tests.bank.counter import ABROAD, FUNDS, NOON, PAYEE, PHONE, Counter

K, C, S, F = OperationKind, ConfirmOutcome, OperationState, AskingFault
MINUTE = 60_000
TURKISH = "TR330006100519786457841326"
LIVE = [kind for kind in K if CATALOGUE[kind].live and CATALOGUE[kind].effect and CATALOGUE[kind].terminals >= SCREENS]
"""What the bank carries out itself and is asked for at any screen: a kind that becomes live is in all that follows."""


@pytest.fixture
def bank(books: SqlStore) -> Counter:
    """On every kind of books: where it depends on what the database does."""
    return Counter(books)


@pytest.fixture
def quick() -> Iterator[Counter]:
    """In memory: where it does not."""
    with closing(open_in_memory()) as store:
        yield Counter(store)


def confirm(bank: Counter, operation: Operation, means: str) -> ConfirmOutcome:
    customer, name = operation.content.customer_id, operation.operation_id
    if means == "sms":
        return bank.service.confirm_by_sms(customer, name, bank.sms_code(operation)).outcome
    return bank.service.confirm_by_reader(customer, name, bank.reader_code(operation)).outcome


def state(bank: Counter, operation: Operation) -> OperationState:
    return bank.service.find_operation(operation.content.customer_id, operation.operation_id).state


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


@pytest.mark.parametrize("kind", [K.SEPA_TRANSFER, K.INSTANT_TRANSFER, K.FRIEND_TRANSFER, K.ADD_BENEFICIARY])
def test_an_account_of_this_bank_that_no_customer_has_is_no_payee(quick: Counter, kind: OperationKind) -> None:
    with quick.store.writing() as connection:
        house = open_house_account(connection, AccountKind.CLEARING, NOON).iban
    for iban in (make_french_iban(BANK, BRANCH, "12345678901"), house):
        with pytest.raises(AskingError) as caught:
            quick.ask(kind, payee_iban=iban)
        assert (caught.value.fault, caught.value.field) == (F.IBAN, "payee_iban")
    quick.ask(kind, payee_iban=quick.accounts[quick.moreau])


# What becomes of each kind


@pytest.mark.parametrize("means", ["reader", "sms"])
@pytest.mark.parametrize("kind", LIVE)
def test_each_kind_is_confirmed_and_carried_out_once(quick: Counter, kind: OperationKind, means: str) -> None:
    operation = quick.ask(kind)
    assert state(quick, operation) is S.PENDING
    assert not quick.effects(operation)
    assert confirm(quick, operation, means) is C.APPROVED
    assert set(quick.effects(operation).values()) == {"done"}
    assert quick.service.run_effects() == 0
    found = quick.service.find_operation(quick.durand, operation.operation_id)
    assert (found.state, found.decided_ms) == (S.APPROVED, NOON)
    assert found.means is not None
    assert (found.means is Means.SMS) == (means == "sms")
    assert found.seq > operation.seq
    assert "operation approved" in quick.events()
    quick.check_books()


@pytest.mark.parametrize("kind", [K.SEPA_TRANSFER, K.INSTANT_TRANSFER, K.TRANSFER_ABROAD])
def test_a_transfer_moves_the_money_once(quick: Counter, kind: OperationKind) -> None:
    before = quick.legs()
    confirm(quick, quick.ask(kind), "reader")
    assert quick.balance(quick.accounts[quick.durand]) == FUNDS - 12_345
    assert quick.legs() == before + 2


def test_a_transfer_within_the_bank_arrives(bank: Counter) -> None:
    confirm(bank, bank.ask(K.SEPA_TRANSFER, payee_iban=bank.accounts[bank.moreau]), "sms")
    assert bank.balance(bank.accounts[bank.moreau]) == FUNDS + 12_345
    lines = []
    with bank.store.reading() as connection:
        for customer in (bank.durand, bank.moreau):
            account = find_account(connection, bank.accounts[customer])
            assert account is not None
            line = list_statement(connection, account.account_id)[0]
            lines.append((line.kind, line.label, line.cents))
    assert lines == [
        (MovementKind.TRANSFER, "Épicerie du Coin", -12_345),
        (MovementKind.CREDIT, "Claude Durand", 12_345),
    ], "each side reads who is at the other end"


def test_contacts_beneficiaries_and_limits_change(bank: Counter) -> None:
    bank.hand.ms += 5
    for kind in (K.CHANGE_EMAIL, K.CHANGE_ADDRESS, K.ADD_BENEFICIARY, K.CARD_LIMITS):
        assert confirm(bank, bank.ask(kind), "reader") is C.APPROVED
    with bank.store.reading() as connection:
        mine = CONTACTS.c.customer_id == bank.durand
        rows = connection.execute(select(CONTACTS.c.kind, CONTACTS.c.value, CONTACTS.c.until_ms).where(mine)).all()
        assert ("email", "old@example.org", NOON + 5) in rows
        assert ("email", "new@example.org", None) in rows
        assert ("address", "2 rue Basse, 75000 Paris", None) in rows
        payee = connection.execute(select(BENEFICIARIES.c.iban, BENEFICIARIES.c.name, BENEFICIARIES.c.state)).all()
        assert [tuple(row) for row in payee] == [(PAYEE, "Épicerie du Coin", "active")]
        query = select(PAYMENT_CARDS.c.payment_cents, PAYMENT_CARDS.c.withdrawal_cents)
        limits = dict.fromkeys(connection.execute(query.order_by(PAYMENT_CARDS.c.id)).tuples().all())
        assert list(limits) == [(12_345, 12_345), (1, 1)]


def test_the_customer_is_told_what_changed(quick: Counter) -> None:
    confirm(quick, quick.ask(K.CHANGE_EMAIL), "reader")
    message = quick.service.list_messages(quick.durand)[0]
    assert message.telephone == PHONE
    assert "new@example.org" in message.text
    assert "appelez votre agence" in message.text


def test_a_log_on_is_confirmed_by_the_readers_plain_code_alone(quick: Counter) -> None:
    operation = quick.ask(K.LOG_ON)
    assert quick.service.list_means(quick.durand, operation.operation_id) == (Means.READER_CODE,)
    assert quick.service.send_sms_code(quick.durand, operation.operation_id).outcome is SmsOutcome.UNFIT
    assert quick.service.confirm_by_sms(quick.durand, operation.operation_id, "12345678").outcome is C.UNFIT
    assert confirm(quick, operation, "reader") is C.APPROVED
    assert not quick.effects(operation)


def test_a_real_cards_codes_for_signer_and_defi_are_right(
    quick: Counter, terminal: Callable[[CardInSlot], object]
) -> None:
    profile = describe_card("bank-card").profile
    card = VirtualCard(profile, VolatileMemory(Counters(profile.first_atc, profile.limit)))
    slot: object = terminal(card)
    for kind in (K.SEPA_TRANSFER, K.CHANGE_EMAIL):
        operation = quick.ask(kind)
        pressed = quick.service.instruct_reader(quick.durand, operation.operation_id)
        assert pressed is not None
        typed = {"challenge": pressed.challenge or pressed.account, "amount": str(pressed.cents or "")}
        code = slot.code(profile.pin, **{name: value for name, value in typed.items() if value})  # type: ignore[attr-defined]
        assert quick.service.confirm_by_reader(quick.durand, operation.operation_id, code).outcome is C.APPROVED


# What a code is good for


def test_a_code_is_good_once(bank: Counter) -> None:
    first, second = bank.ask(), bank.ask()
    code = bank.reader_code(first)
    assert bank.service.confirm_by_reader(bank.durand, first.operation_id, code).outcome is C.APPROVED
    assert bank.service.confirm_by_reader(bank.durand, first.operation_id, code).outcome is C.SETTLED
    assert bank.service.confirm_by_reader(bank.durand, second.operation_id, code).outcome is C.WRONG


@pytest.mark.parametrize("changed", [{"amount": 12_346}, {"payee_iban": ABROAD}, {"payee": "Other"}])
def test_another_amount_payee_or_account_kills_the_code(quick: Counter, changed: dict[str, int | str]) -> None:
    kind = K.TRANSFER_ABROAD if "payee_iban" in changed else K.SEPA_TRANSFER
    shown, other = quick.ask(), quick.ask(kind, **changed)
    sms = quick.sms_code(shown)
    quick.service.send_sms_code(quick.durand, other.operation_id)
    assert quick.service.confirm_by_sms(quick.durand, other.operation_id, sms).outcome is C.WRONG
    if "payee" not in changed:  # the reader has no keys for a name: it signs the account
        code = quick.reader_code(shown)
        assert quick.service.confirm_by_reader(quick.durand, other.operation_id, code).outcome is C.WRONG
    assert state(quick, other) is S.PENDING


def test_a_challenge_is_of_one_operation_though_the_words_are_the_same(quick: Counter) -> None:
    first, second = quick.ask(K.CHANGE_EMAIL), quick.ask(K.CHANGE_EMAIL)
    assert first.shown == second.shown
    code = quick.reader_code(first)
    assert quick.service.confirm_by_reader(quick.durand, second.operation_id, code).outcome is C.WRONG
    assert quick.service.confirm_by_reader(quick.durand, first.operation_id, code).outcome is C.APPROVED


def test_the_text_names_amount_and_payee_and_the_books_keep_a_seal(quick: Counter) -> None:
    operation = quick.ask()
    code = quick.sms_code(operation)
    text = quick.service.list_messages(quick.durand)[0].text
    assert "123,45\N{NO-BREAK SPACE}€" in text
    assert "Épicerie du Coin" in text
    assert "5 min" in text
    with quick.store.reading() as connection:
        seal = connection.execute(select(SMS_CODES.c.code_index)).scalar_one()
    assert code not in seal
    assert len(seal) == 64


def test_a_code_by_text_is_good_for_five_minutes_and_three_tries(quick: Counter) -> None:
    late, tried = quick.ask(), quick.ask()
    code = quick.sms_code(late)
    quick.hand.ms += 5 * MINUTE
    assert quick.service.confirm_by_sms(quick.durand, late.operation_id, code).outcome is C.WRONG
    code = quick.sms_code(tried)
    for _ in range(3):
        quick.service.confirm_by_sms(quick.durand, tried.operation_id, wrong(code))
    assert quick.service.confirm_by_sms(quick.durand, tried.operation_id, code).outcome is C.BLOCKED
    assert state(quick, tried) is S.PENDING


def test_the_right_code_in_the_last_moment_and_at_the_third_try(bank: Counter) -> None:
    operation = bank.ask()
    code = bank.sms_code(operation)
    for _ in range(2):
        assert bank.service.confirm_by_sms(bank.durand, operation.operation_id, wrong(code)).outcome is C.WRONG
    bank.hand.ms += 5 * MINUTE - 1
    assert bank.service.confirm_by_sms(bank.durand, operation.operation_id, code).outcome is C.APPROVED


def test_a_new_code_kills_the_earlier_one_and_there_are_three(bank: Counter) -> None:
    operation = bank.ask()
    first, second = bank.sms_code(operation), bank.sms_code(operation)
    assert bank.service.confirm_by_sms(bank.durand, operation.operation_id, first).outcome is C.WRONG
    assert bank.service.send_sms_code(bank.durand, operation.operation_id).outcome is SmsOutcome.SENT
    assert bank.service.send_sms_code(bank.durand, operation.operation_id).outcome is SmsOutcome.TOO_MANY
    assert bank.service.confirm_by_sms(bank.durand, operation.operation_id, second).outcome is C.WRONG
    third = bank.read_code(bank.durand)
    assert bank.service.confirm_by_sms(bank.durand, operation.operation_id, third).outcome is C.APPROVED


def test_a_telephone_is_not_flooded(bank: Counter) -> None:
    asked = [bank.ask(K.CHANGE_EMAIL, email=f"{number}@example.org") for number in range(7)]
    sent = [bank.service.send_sms_code(bank.durand, each.operation_id).outcome for each in asked]
    assert sent == [SmsOutcome.SENT] * 6 + [SmsOutcome.TOO_MANY]
    bank.hand.ms += 10 * MINUTE
    answer = bank.service.send_sms_code(bank.durand, bank.ask().operation_id)
    assert (answer.outcome, answer.number_end) == (SmsOutcome.SENT, PHONE[-2:])


# Refusals in a row


@pytest.mark.parametrize("means", ["reader", "sms", "both"])
def test_five_wrong_codes_in_a_row_close_and_the_last_but_one_warns(bank: Counter, means: str) -> None:
    operation = bank.ask()
    name, outcomes = operation.operation_id, []
    for turn in range(5):
        by_sms = means == "sms" or (means == "both" and turn % 2 == 0)
        confirm_by = bank.service.confirm_by_sms if by_sms else bank.service.confirm_by_reader
        outcomes.append(confirm_by(bank.durand, name, "12345678").outcome)
    assert outcomes == [C.WRONG, C.WRONG, C.WRONG, C.WRONG_LAST, C.BLOCKED]
    assert "trop de codes faux" in bank.service.list_messages(bank.durand)[0].text
    assert bank.service.list_means(bank.durand, name) == ()
    assert bank.service.send_sms_code(bank.durand, name).outcome is SmsOutcome.BLOCKED
    with pytest.raises(AskingError) as caught:
        bank.ask()
    assert caught.value.fault is F.NO_MEANS
    bank.service.allow_confirming(bank.durand, "adviser/1")
    if means == "reader":
        assert bank.service.confirm_by_reader(bank.durand, name, bank.reader_code(operation)).outcome is C.BLOCKED
        bank.store.block_card("bank-card", False)
    assert confirm(bank, operation, "reader") is C.APPROVED


def test_a_right_code_ends_the_row(bank: Counter) -> None:
    for _ in range(3):
        operation = bank.ask()
        for _ in range(3):
            assert bank.service.confirm_by_reader(bank.durand, operation.operation_id, "12345678").outcome is C.WRONG
        assert confirm(bank, operation, "reader") is C.APPROVED


def test_a_slip_is_held_against_nobody(quick: Counter) -> None:
    operation = quick.ask()
    for code in ("", "1234", "1234567a", "12 34", "９９９９９９９９") * 3:
        assert quick.service.confirm_by_reader(quick.durand, operation.operation_id, code).outcome is C.WRONG
        assert quick.service.confirm_by_sms(quick.durand, operation.operation_id, code).outcome is C.WRONG
    assert confirm(quick, operation, "sms") is C.APPROVED


def test_whatever_is_wrong_is_answered_alike(quick: Counter) -> None:
    """No code sent, one of another operation, one that is too old, a wrong one: all the same answer."""
    never, other, old, plain = (quick.ask() for _ in range(4))
    theirs = quick.sms_code(other)
    stale = quick.sms_code(old)
    quick.hand.ms += 5 * MINUTE
    quick.service.send_sms_code(quick.durand, plain.operation_id)
    cases = [(never, "12345678"), (plain, theirs), (old, stale)]
    answers = [quick.service.confirm_by_sms(quick.durand, each.operation_id, code) for each, code in cases]
    assert {answer.outcome for answer in answers} == {C.WRONG}
    values = [[field.name for field in fields_of(answer)] for answer in answers]
    assert values == [["outcome", "operation"]] * 3


# Whose it is, and until when


def test_another_customers_operation_is_an_unknown_one_for_every_verb(bank: Counter) -> None:
    operation = bank.ask()
    service, name = bank.service, operation.operation_id
    code = bank.reader_code(operation)
    wrong_ones = [(bank.moreau, name), (bank.durand, "0" * 32), (bank.durand, "\0é"), (999, name)]
    verbs: list[Callable[[int, str], Any]] = [
        service.find_operation,
        service.list_means,
        service.instruct_reader,
        service.send_sms_code,
    ]
    verbs += [service.refuse_operation, service.declare_fraud, service.withdraw_operation]
    verbs += [partial(service.confirm_by_reader, code=code), partial(service.confirm_by_sms, code=code)]
    for (customer, operation_id), verb in product(wrong_ones, verbs):
        with pytest.raises(UnknownOperationError):
            verb(customer, operation_id)
    assert not service.list_operations(bank.moreau)
    assert state(bank, operation) is S.PENDING


@pytest.mark.parametrize(
    ("verb", "end"),
    [("refuse_operation", S.REFUSED), ("withdraw_operation", S.WITHDRAWN), ("declare_fraud", S.FRAUD)],
)
def test_what_is_given_up_is_never_approved(quick: Counter, verb: str, end: OperationState) -> None:
    operation = quick.ask()
    code = quick.reader_code(operation)
    assert getattr(quick.service, verb)(quick.durand, operation.operation_id).state is end
    assert quick.service.confirm_by_reader(quick.durand, operation.operation_id, code).outcome is C.SETTLED
    assert state(quick, operation) is end
    assert quick.balance(quick.accounts[quick.durand]) == FUNDS
    assert quick.service.withdraw_operation(quick.durand, operation.operation_id).state is end


@pytest.mark.parametrize("late", [False, True])
def test_fraud_closes_sessions_and_freezes_the_payee(bank: Counter, late: bool) -> None:
    confirm(bank, bank.ask(K.ADD_BENEFICIARY), "reader")
    operation = bank.ask()
    if late:
        confirm(bank, operation, "reader")
    with bank.store.writing() as connection:
        for customer, token in ((bank.durand, "a" * 64), (bank.moreau, "b" * 64)):
            row = {"token_hash": token, "customer_id": customer, "created_ms": 1, "seen_ms": 1, "until_ms": 2}
            connection.execute(insert(SESSIONS).values(row))
    for _ in range(2):
        found = bank.service.declare_fraud(bank.durand, operation.operation_id)
        assert found.state is (S.APPROVED if late else S.FRAUD)
    assert bank.effects(operation)["protection"] == "done"
    assert bank.events().count("operation protection carried out") == 1
    with bank.store.reading() as connection:
        assert connection.execute(select(SESSIONS.c.customer_id)).scalars().all() == [bank.moreau]
        assert connection.execute(select(BENEFICIARIES.c.state)).scalar_one() == "frozen"
    with pytest.raises(AskingError) as caught:
        bank.ask()
    assert caught.value.fault is F.FROZEN


@pytest.mark.parametrize("kind", [K.SEPA_TRANSFER, K.MERCHANT_TRANSFER, K.FRIEND_TRANSFER])
def test_what_waited_when_its_payee_was_frozen_pays_nobody(quick: Counter, kind: OperationKind) -> None:
    confirm(quick, quick.ask(K.ADD_BENEFICIARY), "reader")
    asking = quick.asking(kind)
    terminal = next(iter(CATALOGUE[kind].terminals))
    waiting = quick.service.request_operation(replace(asking, terminal=terminal))
    quick.service.declare_fraud(quick.durand, quick.ask().operation_id)
    assert confirm(quick, waiting, "reader") is C.APPROVED
    assert quick.effects(waiting)["transfer"] == "failed"
    assert quick.balance(quick.accounts[quick.durand]) == FUNDS
    assert "n'a pas pu être fait" in quick.service.list_messages(quick.durand)[0].text


def test_time_over_is_over_for_whoever_looks_and_a_clock_set_back_helps_nobody(quick: Counter) -> None:
    operation = quick.ask()
    code = quick.reader_code(operation)
    quick.hand.ms += 10 * MINUTE
    assert state(quick, operation) is S.EXPIRED
    quick.service.expire_operations()
    quick.hand.ms = NOON
    assert state(quick, operation) is S.EXPIRED
    answer = quick.service.confirm_by_reader(quick.durand, operation.operation_id, code)
    assert (answer.outcome, answer.operation.state) == (C.SETTLED, S.EXPIRED)


def test_a_clock_set_back_prolongs_nothing_though_nobody_swept(bank: Counter) -> None:
    operation = bank.ask()
    code = bank.reader_code(operation)
    bank.hand.ms += 10 * MINUTE
    with pytest.raises(UnknownOperationError):
        bank.service.withdraw_operation(bank.moreau, operation.operation_id)
    bank.ask(K.CHANGE_EMAIL)  # somebody else's writing passes the time
    bank.hand.ms -= 60 * MINUTE
    assert bank.service.confirm_by_reader(bank.durand, operation.operation_id, code).outcome is C.SETTLED


def test_a_clock_a_year_ahead_expires_what_waits_and_nothing_more(bank: Counter) -> None:
    done, waiting = bank.ask(), bank.ask(K.CHANGE_EMAIL)
    confirm(bank, done, "reader")
    bank.hand.ms += 365 * 24 * 60 * MINUTE
    assert bank.service.expire_operations() == 1
    assert bank.service.expire_operations() == 0
    assert (state(bank, done), state(bank, waiting)) == (S.APPROVED, S.EXPIRED)
    bank.check_books()


def test_the_list_tells_what_changed_since(bank: Counter) -> None:
    first, second = bank.ask(), bank.ask(K.CHANGE_EMAIL)
    listed = bank.service.list_operations(bank.durand)
    assert [each.operation_id for each in listed] == [first.operation_id, second.operation_id]
    bank.service.refuse_operation(bank.durand, first.operation_id)
    news = bank.service.list_operations(bank.durand, listed[-1].seq)
    assert [(each.operation_id, each.state) for each in news] == [(first.operation_id, S.REFUSED)]
    assert not bank.service.list_operations(bank.durand, news[-1].seq)


# What is asked for

WRONG: list[tuple[OperationKind, dict[str, int | str], AskingFault, str]] = [
    (K.SEPA_TRANSFER, {"amount": 0}, F.AMOUNT, "amount"),
    (K.SEPA_TRANSFER, {"amount": -1}, F.AMOUNT, "amount"),
    (K.SEPA_TRANSFER, {"amount": True}, F.AMOUNT, "amount"),
    (K.SEPA_TRANSFER, {"amount": "100"}, F.AMOUNT, "amount"),
    (K.SEPA_TRANSFER, {"amount": 10**12}, F.AMOUNT, "amount"),
    (K.INSTANT_TRANSFER, {"amount": 1_500_001}, F.AMOUNT, "amount"),
    (K.SEPA_TRANSFER, {"amount": FUNDS + 1}, F.FUNDS, "amount"),
    (K.SEPA_TRANSFER, {"payee_iban": "FR00"}, F.IBAN, "payee_iban"),
    (
        K.SEPA_TRANSFER,
        {"payee_iban": PAYEE.translate({ord(str(n)): 0x660 + n for n in range(10)})},
        F.IBAN,
        "payee_iban",
    ),
    (K.SEPA_TRANSFER, {"payee_iban": ABROAD}, F.COUNTRY, "payee_iban"),
    (K.TRANSFER_ABROAD, {"payee_iban": PAYEE}, F.COUNTRY, "payee_iban"),
    (K.TRANSFER_ABROAD, {"payee_iban": TURKISH}, F.ZONE, "payee_iban"),
    (K.FRIEND_TRANSFER, {"payee_iban": TURKISH}, F.ZONE, "payee_iban"),
    (K.ADD_BENEFICIARY, {"payee_iban": TURKISH}, F.ZONE, "payee_iban"),
    (K.SEPA_TRANSFER, {"account": PAYEE}, F.SAME_ACCOUNT, "payee_iban"),
    (K.TRANSFER_ABROAD, {"account": PAYEE}, F.ACCOUNT, "account"),
    (K.SEPA_TRANSFER, {"payee": ""}, F.NAME, "payee"),
    (K.SEPA_TRANSFER, {"payee": "x" * 71}, F.NAME, "payee"),
    (K.SEPA_TRANSFER, {"payee": "evil\u202eman"}, F.NAME, "payee"),
    (K.SEPA_TRANSFER, {"payee": "half\ud800"}, F.NAME, "payee"),
    (K.SEPA_TRANSFER, {"payee": "nul\0"}, F.NAME, "payee"),
    (K.SEPA_TRANSFER, {"payee": 7}, F.NAME, "payee"),
    (K.SEPA_TRANSFER, {"more": 1}, F.FIELDS, ""),
    (K.CHANGE_EMAIL, {"email": "nobody"}, F.EMAIL, "email"),
    (K.CHANGE_EMAIL, {"email": "a@b@c.org"}, F.EMAIL, "email"),
    (K.CHANGE_EMAIL, {"email": "a@" + "b" * 250 + ".org"}, F.EMAIL, "email"),
    (K.CHANGE_EMAIL, {"email": "old@example.org"}, F.THERE_ALREADY, "email"),
    (K.CHANGE_ADDRESS, {"address": "1 rue Haute"}, F.THERE_ALREADY, "address"),
    (K.CHANGE_ADDRESS, {"address": "x" * 201}, F.ADDRESS, "address"),
    (K.CARD_LIMITS, {"card": 0}, F.CARD, "card"),
    (K.CARD_LIMITS, {"card": 2**63}, F.CARD, "card"),
    (K.CARD_LIMITS, {"card": 999}, F.CARD, "card"),
    (K.CARD_LIMITS, {"payments": 2_000_001}, F.AMOUNT, "payments"),
    (K.CARD_LIMITS, {"withdrawals": 300_001}, F.AMOUNT, "withdrawals"),
]


@pytest.mark.parametrize(("kind", "changed", "fault", "field"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_is_said_and_not_taken(
    quick: Counter, kind: OperationKind, changed: dict[str, int | str], fault: AskingFault, field: str
) -> None:
    with pytest.raises(AskingError) as caught:
        quick.ask(kind, **changed)
    assert (caught.value.fault, caught.value.field) == (fault, field)
    assert not quick.service.list_operations(quick.durand)


def test_anothers_account_and_card_are_none_of_the_customers(quick: Counter) -> None:
    for kind, name, value in (
        (K.SEPA_TRANSFER, "account", quick.accounts[quick.moreau]),
        (K.CARD_LIMITS, "card", quick.cards[quick.moreau]),
    ):
        with pytest.raises(AskingError) as caught:
            quick.ask(kind, **{name: value})
        assert caught.value.field == name


def test_at_most_ten_operations_and_one_log_on_wait_at_once(quick: Counter) -> None:
    quick.ask(K.LOG_ON)
    with pytest.raises(AskingError):
        quick.ask(K.LOG_ON)
    for _ in range(9):
        last = quick.ask()
    with pytest.raises(AskingError) as caught:
        quick.ask()
    assert caught.value.fault is F.TOO_MANY
    quick.service.withdraw_operation(quick.durand, last.operation_id)
    quick.ask()


def test_a_form_sent_twice_is_one_operation_and_a_changed_one_another(bank: Counter) -> None:
    plain = bank.asking()
    twice = Asking(plain.customer_id, plain.kind, plain.terminal, plain.fields, once="form-1")
    changed = Asking(plain.customer_id, plain.kind, plain.terminal, {**plain.fields, "amount": 2}, once="form-1")
    first = bank.service.request_operation(twice)
    assert bank.service.request_operation(twice) == first
    assert bank.service.request_operation(changed).operation_id != first.operation_id
    confirm(bank, first, "reader")
    assert bank.service.request_operation(twice).state is S.APPROVED
    assert bank.balance(bank.accounts[bank.durand]) == FUNDS - 12_345


def test_english_is_spoken_to_who_asks_for_it(quick: Counter) -> None:
    plain = quick.asking()
    english = Asking(plain.customer_id, plain.kind, TerminalKind.PHONE, plain.fields, "en")
    operation = quick.service.request_operation(english)
    assert operation.shown[:3] == (("Operation", "Transfer"), ("Amount", "€123.45"), ("Payee", "Épicerie du Coin"))
    quick.service.send_sms_code(quick.durand, operation.operation_id)
    assert "Good for 5 min" in quick.service.list_messages(quick.durand)[0].text


# What goes wrong afterwards


def test_money_that_is_gone_meanwhile_fails_the_transfer_and_the_customer_is_told(bank: Counter) -> None:
    first, second = bank.ask(amount=FUNDS), bank.ask(amount=FUNDS)
    confirm(bank, first, "reader")
    assert confirm(bank, second, "reader") is C.APPROVED
    assert bank.effects(second) == {"transfer": "failed", "notice": "done"}
    assert bank.balance(bank.accounts[bank.durand]) == 0
    assert "n'a pas pu être fait" in bank.service.list_messages(bank.durand)[0].text
    bank.check_books()


def test_a_card_that_is_opposed_meanwhile_keeps_its_limits(quick: Counter) -> None:
    operation = quick.ask(K.CARD_LIMITS)
    with quick.store.writing() as connection:
        connection.execute(update(PAYMENT_CARDS).values(state="opposed"))
    confirm(quick, operation, "sms")
    assert quick.effects(operation)["limits"] == "failed"


def test_octets_that_somebody_changed_in_the_books_confirm_nothing(quick: Counter) -> None:
    operation = quick.ask()
    octets = make_octets(operation.content).replace(b'"amount":12345', b'"amount":99999')
    code = quick.reader_code(operation)
    with quick.store.writing() as connection:
        connection.execute(update(OPERATIONS).values(payload=octets))
    with pytest.raises(Exception, match="not what was asked for"):
        quick.service.confirm_by_reader(quick.durand, operation.operation_id, code)
    assert quick.balance(quick.accounts[quick.durand]) == FUNDS


def test_octets_and_digest_changed_after_the_approval_are_not_carried_out(bank: Counter) -> None:
    operation = bank.ask()
    confirm(bank, operation, "reader")
    octets = make_octets(operation.content).replace(b'"amount":12345', b'"amount":22345')
    with bank.store.writing() as connection:
        connection.execute(update(OPERATIONS).values(payload=octets, digest=digest_octets(octets)))
        connection.execute(update(EFFECTS).where(EFFECTS.c.kind == "transfer").values(state="due"))
    before = bank.balance(bank.accounts[bank.durand])
    assert bank.service.run_effects() == 0
    assert bank.effects(operation)["transfer"] == "failed"
    assert bank.balance(bank.accounts[bank.durand]) == before
    assert "operation altered in the books" in bank.events()


def test_no_code_key_or_number_is_in_a_repr_or_in_the_journal(quick: Counter) -> None:
    operation = quick.ask()
    code = quick.sms_code(operation)
    quick.service.confirm_by_sms(quick.durand, operation.operation_id, wrong(code))
    said = repr(operation) + repr(quick.service.list_messages(quick.durand)) + repr(quick.service._frame)
    said += repr(quick.service.instruct_reader(quick.durand, operation.operation_id))
    with quick.store.reading() as connection:
        said += str(connection.exec_driver_sql("SELECT * FROM journal").all())
    assert code not in said
    assert f"{code[:4]} {code[4:]}" not in said
    assert PAYEE not in said
    assert PHONE not in said


@pytest.mark.parametrize("means", ["sms", "reader"])
def test_whatever_is_wrong_costs_the_same_work(quick: Counter, means: str) -> None:
    """The same statements, in the same order: neither words nor work tell which element it was."""
    never, other, old, tried, plain = (quick.ask() for _ in range(5))
    theirs = quick.sms_code(other) if means == "sms" else quick.reader_code(quick.ask(amount=1))
    stale = quick.sms_code(old) if means == "sms" else "00000000"
    used = quick.sms_code(tried) if means == "sms" else "99999999"
    for _ in range(3 if means == "sms" else 0):
        quick.service.confirm_by_sms(quick.durand, tried.operation_id, wrong(used))
    quick.service.allow_confirming(quick.durand, "staff/1")
    quick.hand.ms += 5 * MINUTE
    if means == "sms":
        quick.service.send_sms_code(quick.durand, plain.operation_id)
    with quick.store.writing() as connection:  # once a second the floor of the clock is raised, whoever comes then
        pass_time(connection, quick.hand())
    said: list[list[str]] = []

    @event.listens_for(quick.store._engine, "before_cursor_execute")
    def note(*call: object) -> None:
        said[-1].append(str(call[2]))

    verb = quick.service.confirm_by_sms if means == "sms" else quick.service.confirm_by_reader
    for operation, code in ((never, "12345678"), (plain, theirs), (old, stale), (tried, used)):
        said.append([])
        assert verb(quick.durand, operation.operation_id, code).outcome is not C.APPROVED
    assert len(said[0]) > 8
    assert said == [said[0]] * 4


def test_what_waits_is_found_without_a_walk_through_all_operations(quick: Counter) -> None:
    """A few among millions: whoever asks for one, and whoever writes down what is expired."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        if " operations" in statement and not statement.startswith("INSERT"):
            asked.append((statement, parameters))

    event.listen(quick.store._engine, "before_cursor_execute", note)
    quick.ask()
    quick.hand.ms += 11 * MINUTE
    assert quick.service.expire_operations() == 1
    event.remove(quick.store._engine, "before_cursor_execute", note)
    with quick.store.reading() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given).all() for text, given in asked]
    steps = [str(step[3]) for plan in plans for step in plan]
    assert any("USING INDEX operations_pending" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN") and "operations_pending" not in step]
