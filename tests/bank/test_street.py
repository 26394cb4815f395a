"""SM@RT'retrait and the wallet over the books: money leaves the account once, a number for the card is given once."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from bank.books.people import PaymentCardState
from bank.books.schema import PAYMENT_CARDS
from bank.books.schema_notices import NOTICES
from bank.books.schema_street import CASH_CODES, PAYOUT_REFERENCES
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.emv.printed import make_verification_value
from bank.operations.card_services import end_card_service
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.ports import Asking, ConfirmOutcome
from bank.street.ordering import order_code
from bank.street.paying import end_payout, take_code
from bank.street.policy import STREET_POLICY
from bank.street.ports import (
    CashCode,
    CashError,
    CashFault,
    PayoutAnswer,
    WalletAsking,
    WalletError,
    WalletFault,
    WalletState,
)
from bank.street.wallets import ask_for_card, find_wish, note_taken
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import CASH_MACHINE, WALLET, Merchant, MerchantEntry, put_merchant
from tests.bank.counter import FUNDS, NOON, Counter

HOUR_MS = 3_600_000
LIMIT_S = 120
NUMBER = "9999000000000012"


class Street:
    """A customer whose card has the service, two cash machines and two wallets."""

    def __init__(self, store: SqlStore) -> None:
        self.bank = Counter(store)
        self.frame = CardFrame(store, self.bank.service, wall=self.bank.hand)
        self.customer, self.card = self.bank.durand, self.bank.cards[self.bank.durand]
        with store.writing() as connection:
            connection.execute(update(PAYMENT_CARDS).values(withdrawal_cents=500_00, expires="3112"))
            others = update(PAYMENT_CARDS).where(PAYMENT_CARDS.c.id != self.card)
            connection.execute(others.values(card_id=None))

        def known(code: str, category: str) -> Merchant:
            entry = MerchantEntry(code, code, "http://127.0.0.1:1", category)
            with store.writing() as connection:
                return put_merchant(connection, entry, f"key of {code}", NOON)

        self.machine, self.other = known("machine", CASH_MACHINE), known("other", CASH_MACHINE)
        self.wallet, self.stranger = known("wallet", WALLET), known("stranger", WALLET)

    def begin_service(self) -> None:
        """Asked for, and confirmed."""
        fields = {"card": self.card}
        asking = Asking(self.customer, OperationKind.WITHDRAW_BY_PHONE, TerminalKind.COMPUTER, fields)
        operation = self.bank.service.request_operation(asking)
        code = self.bank.sms_code(operation)
        done = self.bank.service.confirm_by_sms(self.customer, operation.operation_id, code)
        assert done.outcome is ConfirmOutcome.APPROVED

    def order(self, cents: int = 60_00) -> CashCode:
        return order_code(self.frame, self.customer, self.card, cents)

    def refusal(self, cents: int = 60_00) -> CashFault:
        with pytest.raises(CashError) as caught:
            self.order(cents)
        return caught.value.fault

    def balance(self) -> int:
        return self.bank.balance(self.bank.accounts[self.customer])

    def change_card(self, state: PaymentCardState) -> None:
        with self.frame.store.writing() as connection:
            connection.execute(update(PAYMENT_CARDS).values(state=state.value))

    def notices(self) -> list[str]:
        with self.frame.store.reading() as connection:
            return list(connection.execute(select(NOTICES.c.event).order_by(NOTICES.c.id)).scalars())

    def wish(self, **changed: str) -> WalletAsking:
        right = WalletAsking(NUMBER, "3112", make_verification_value(NUMBER, "3112"), "0" * 32)
        return replace(right, **changed)


@pytest.fixture
def street() -> Iterator[Street]:
    with closing(open_in_memory()) as store:
        made = Street(store)
        yield made
        made.bank.check_books()


# A code


def test_no_code_before_the_service_was_approved_nor_for_another_card(street: Street) -> None:
    assert street.refusal() is CashFault.SERVICE
    street.begin_service()
    assert len(street.order().code) == 8
    with pytest.raises(CashError):
        order_code(street.frame, street.bank.moreau, street.card, 60_00)
    street.change_card(PaymentCardState.OPPOSED)
    assert street.refusal() is CashFault.SERVICE


@pytest.mark.parametrize("cents", [0, -60_00, 10_00, 65_00, 310_00, 10**12])
def test_amounts_are_whole_notes_between_the_bounds(street: Street, cents: int) -> None:
    street.begin_service()
    assert street.refusal(cents) is CashFault.AMOUNT


def test_the_cards_limit_is_for_seven_days_and_counts_what_was_given(street: Street) -> None:
    street.begin_service()
    for name, cents in (("a", 300_00), ("b", 200_00)):
        assert take_code(street.frame, street.machine, street.order(cents).code, name * 32).cents == cents
        assert end_payout(street.frame, street.machine, name * 32, paid=True)
    assert street.refusal(20_00) is CashFault.LIMIT
    street.bank.hand.ms += 7 * 24 * HOUR_MS
    assert street.order(20_00).cents == 20_00


def test_a_limit_that_was_lowered_since_holds_at_the_machine(street: Street) -> None:
    street.begin_service()
    code = street.order(60_00).code
    with street.bank.store.writing() as connection:
        connection.execute(update(PAYMENT_CARDS).values(withdrawal_cents=59_99))
    assert take_code(street.frame, street.machine, code, "a" * 32).answer is PayoutAnswer.LIMIT
    with street.bank.store.writing() as connection:
        connection.execute(update(PAYMENT_CARDS).values(withdrawal_cents=60_00))
    assert take_code(street.frame, street.machine, code, "b" * 32).cents == 60_00, "raised again, it is good"


def test_what_is_not_on_the_account_is_not_given(street: Street) -> None:
    street.begin_service()
    code = street.order(300_00).code
    transfer = street.bank.ask(amount=FUNDS - 50_00)
    street.bank.service.confirm_by_sms(street.customer, transfer.operation_id, street.bank.sms_code(transfer))
    assert take_code(street.frame, street.machine, code, "a" * 32).answer is PayoutAnswer.FUNDS
    assert street.balance() == 50_00
    assert street.refusal(60_00) is CashFault.FUNDS
    assert take_code(street.frame, street.machine, street.order(50_00).code, "b" * 32).cents == 50_00
    assert street.balance() == 0


def test_so_many_codes_in_an_hour(street: Street) -> None:
    street.begin_service()
    for _ in range(STREET_POLICY.codes):
        street.order()
    assert street.refusal() is CashFault.TOO_MANY
    street.bank.hand.ms += HOUR_MS
    street.order()


def test_a_code_is_in_no_book_no_text_and_no_repr(street: Street) -> None:
    street.begin_service()
    code = street.order()
    assert code.code not in repr(code)
    with street.frame.store.reading() as connection:
        row = connection.execute(select(CASH_CODES)).one()
    assert code.code not in str(row)
    assert not any(code.code in text.text for text in street.bank.service.list_messages(street.customer))
    assert street.notices()[-1] == "cash-code"


# At the machine


def test_the_money_leaves_the_account_once(street: Street) -> None:
    street.begin_service()
    code = street.order().code
    for _ in range(2):  # an answer that was lost
        assert take_code(street.frame, street.machine, code, "a" * 32).cents == 60_00
    assert street.balance() == FUNDS - 60_00
    assert take_code(street.frame, street.other, code, "b" * 32).answer is PayoutAnswer.USED
    for _ in range(2):
        assert end_payout(street.frame, street.machine, "a" * 32, paid=True)
    assert not end_payout(street.frame, street.machine, "a" * 32, paid=False)
    assert end_payout(street.frame, street.other, "a" * 32, paid=False)  # another machine's own number
    assert take_code(street.frame, street.machine, code, "c" * 32).answer is PayoutAnswer.USED
    assert street.balance() == FUNDS - 60_00
    assert street.notices()[-1] == "cash-paid"


def test_a_machine_out_of_order_gives_the_money_back_and_the_code_is_good_elsewhere(street: Street) -> None:
    street.begin_service()
    code = street.order().code
    assert take_code(street.frame, street.machine, code, "a" * 32).cents == 60_00
    for _ in range(2):
        assert end_payout(street.frame, street.machine, "a" * 32, paid=False)
    assert street.balance() == FUNDS
    assert not end_payout(street.frame, street.machine, "a" * 32, paid=True)
    assert take_code(street.frame, street.other, code, "b" * 32).cents == 60_00
    assert not end_payout(street.frame, street.machine, "a" * 32, paid=True)
    assert end_payout(street.frame, street.other, "b" * 32, paid=True)
    assert street.balance() == FUNDS - 60_00


def test_what_a_machine_has_given_up_sets_nothing_aside_when_it_arrives_late(street: Street) -> None:
    street.begin_service()
    code = street.order().code
    for _ in range(2):  # the machine heard nothing and gave up; its request comes after that
        assert end_payout(street.frame, street.machine, "a" * 32, paid=False)
        assert take_code(street.frame, street.machine, code, "a" * 32).answer is PayoutAnswer.USED
    assert street.balance() == FUNDS
    assert take_code(street.frame, street.other, code, "b" * 32).answer is PayoutAnswer.PAY
    assert end_payout(street.frame, street.other, "b" * 32, paid=False)
    assert take_code(street.frame, street.other, code, "b" * 32).answer is PayoutAnswer.USED, "held back twice"
    assert not end_payout(street.frame, street.machine, "a" * 32, paid=True)
    assert street.balance() == FUNDS


def test_a_request_and_its_end_at_once_leave_nothing_aside(books: SqlStore) -> None:
    """Whichever the books take first, and the second one waits for it."""
    street = Street(books)
    street.begin_service()
    code = street.order().code
    for number in range(8):
        gate, reference = threading.Barrier(2), f"{number:032x}"

        def ask(gate: threading.Barrier = gate, reference: str = reference) -> None:
            gate.wait(LIMIT_S)
            take_code(street.frame, street.machine, code, reference)

        asking = threading.Thread(target=ask)
        asking.start()
        gate.wait(LIMIT_S)
        assert end_payout(street.frame, street.machine, reference, paid=False)
        asking.join(LIMIT_S)
        assert street.balance() == FUNDS
    assert take_code(street.frame, street.other, code, "f" * 32).answer is PayoutAnswer.PAY
    street.bank.check_books()


def test_references_that_were_given_up_are_forgotten_once_no_code_is_good(street: Street) -> None:
    for number in range(3):
        assert end_payout(street.frame, street.machine, f"{number:032x}", paid=False)
    street.bank.hand.ms += 2 * STREET_POLICY.code_ms + 1
    assert end_payout(street.frame, street.machine, "f" * 32, paid=False)
    with street.frame.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(PAYOUT_REFERENCES)).scalar() == 1


def end_service(street: Street, kind: OperationKind = OperationKind.WITHDRAW_BY_PHONE) -> bool:
    with street.frame.writing() as (connection, now_ms):
        return end_card_service(connection, street.customer, street.card, kind, now_ms)


def test_the_customer_ends_money_without_a_card_and_begins_it_again(street: Street) -> None:
    assert not end_service(street), "nothing to end"
    street.begin_service()
    given, code = street.order().code, ""
    assert take_code(street.frame, street.machine, given, "a" * 32).cents == 60_00
    code = street.order().code
    with street.frame.writing() as (connection, now_ms):
        assert not end_card_service(
            connection, street.bank.moreau, street.card, OperationKind.WITHDRAW_BY_PHONE, now_ms
        ), "another's card"
    assert end_service(street)
    assert street.notices()[-1] == "service-ended"
    assert street.refusal() is CashFault.SERVICE
    assert take_code(street.frame, street.other, code, "b" * 32).answer is PayoutAnswer.REFUSED
    assert end_payout(street.frame, street.machine, "a" * 32, paid=True), "what is being given out is given"
    assert not end_service(street)
    street.begin_service()
    assert take_code(street.frame, street.other, code, "c" * 32).answer is PayoutAnswer.REFUSED, "it stays dead"
    assert take_code(street.frame, street.other, street.order().code, "d" * 32).answer is PayoutAnswer.PAY
    assert street.balance() == FUNDS - 120_00


def test_wrong_expired_and_replaced_codes(street: Street) -> None:
    street.begin_service()
    first, second = street.order().code, street.order().code
    answers = [take_code(street.frame, street.machine, code, "a" * 32).answer for code in (first, "0" * 8)]
    assert answers == [PayoutAnswer.EXPIRED, PayoutAnswer.WRONG]
    street.bank.hand.ms += HOUR_MS
    assert take_code(street.frame, street.machine, second, "a" * 32).answer is PayoutAnswer.EXPIRED
    street.bank.hand.ms -= HOUR_MS  # a clock that is set back brings no code to life
    assert take_code(street.frame, street.machine, second, "a" * 32).answer is PayoutAnswer.EXPIRED
    assert street.balance() == FUNDS


def test_too_many_wrong_codes_close_that_machine_for_a_while(street: Street) -> None:
    street.begin_service()
    code = street.order().code
    for _ in range(STREET_POLICY.wrong):
        assert take_code(street.frame, street.machine, "0" * 8, "a" * 32).answer is PayoutAnswer.WRONG
    assert take_code(street.frame, street.machine, code, "a" * 32).answer is PayoutAnswer.CLOSED
    assert take_code(street.frame, street.other, code, "a" * 32).answer is PayoutAnswer.PAY


def test_a_card_that_was_opposed_meanwhile_gives_nothing(street: Street) -> None:
    street.begin_service()
    code = street.order().code
    street.change_card(PaymentCardState.OPPOSED)
    assert take_code(street.frame, street.machine, code, "a" * 32).answer is PayoutAnswer.REFUSED
    assert street.balance() == FUNDS


# The wallet


def decide(street: Street, operation_id: str, *, approve: bool = True) -> None:
    operation = street.bank.service.find_operation(street.customer, operation_id)
    if approve:
        code = street.bank.sms_code(operation)
        assert (
            street.bank.service.confirm_by_sms(street.customer, operation_id, code).outcome is ConfirmOutcome.APPROVED
        )
    else:
        street.bank.service.refuse_operation(street.customer, operation_id)


def test_a_wallet_has_the_number_once_the_customer_has_said_yes_and_once_only(street: Street) -> None:
    asked = ask_for_card(street.frame, street.wallet, street.wish())
    assert (asked.state, asked.token, asked.card) == (WalletState.PENDING, "", "•••• 0012")
    assert ask_for_card(street.frame, street.wallet, street.wish()) == asked, "sent twice, it is one wish"
    assert not note_taken(street.frame, street.wallet, asked.enrolment_id)
    decide(street, asked.enrolment_id)
    given = [find_wish(street.frame, street.wallet, asked.enrolment_id) for _ in range(2)]
    assert given[0] == given[1]
    assert given[0] is not None
    assert (given[0].state, len(given[0].token)) == (WalletState.ACTIVE, 16)
    assert given[0].token not in repr(given[0])
    assert given[0].token != NUMBER
    assert find_wish(street.frame, street.stranger, asked.enrolment_id) is None
    assert not note_taken(street.frame, street.stranger, asked.enrolment_id)
    assert all(note_taken(street.frame, street.wallet, asked.enrolment_id) for _ in range(2))
    after = find_wish(street.frame, street.wallet, asked.enrolment_id)
    assert after is not None
    assert (after.state, after.token) == (WalletState.ACTIVE, "")
    assert street.bank.events().count("card in the wallet") == 1


def test_a_card_leaves_the_wallet_when_its_customer_ends_that(street: Street) -> None:
    view = ask_for_card(street.frame, street.wallet, street.wish())
    decide(street, view.enrolment_id)
    assert note_taken(street.frame, street.wallet, view.enrolment_id)
    assert not end_service(street), "money without a card was never begun"
    assert end_service(street, OperationKind.ENROL_WALLET)
    found = find_wish(street.frame, street.wallet, view.enrolment_id)
    assert found is not None
    assert (found.state, found.token) == (WalletState.ENDED, "")
    assert not note_taken(street.frame, street.wallet, view.enrolment_id)
    again = ask_for_card(street.frame, street.wallet, street.wish(once="1" * 32))
    decide(street, again.enrolment_id)
    anew = find_wish(street.frame, street.wallet, again.enrolment_id)
    assert anew is not None
    assert anew.state is WalletState.ACTIVE


def test_a_wallet_is_told_that_the_customer_refused_or_was_late(street: Street) -> None:
    asked = ask_for_card(street.frame, street.wallet, street.wish())
    decide(street, asked.enrolment_id, approve=False)
    refused = find_wish(street.frame, street.wallet, asked.enrolment_id)
    assert refused is not None
    assert refused.state is WalletState.REFUSED
    late = ask_for_card(street.frame, street.wallet, street.wish(once="1" * 32))
    street.bank.hand.ms += HOUR_MS
    expired = find_wish(street.frame, street.wallet, late.enrolment_id)
    assert expired is not None
    assert (expired.state, expired.token) == (WalletState.EXPIRED, "")


def test_a_card_that_goes_before_it_is_approved_is_in_no_wallet(street: Street) -> None:
    asked = ask_for_card(street.frame, street.wallet, street.wish())
    street.change_card(PaymentCardState.OPPOSED)
    decide(street, asked.enrolment_id)
    failed = find_wish(street.frame, street.wallet, asked.enrolment_id)
    assert failed is not None
    assert (failed.state, failed.token) == (WalletState.FAILED, "")
    with pytest.raises(WalletError) as caught:
        ask_for_card(street.frame, street.wallet, street.wish(once="1" * 32))
    assert caught.value.fault is WalletFault.DENIED


def test_a_fraud_that_is_told_late_takes_the_number_back_before_it_is_given(street: Street) -> None:
    asked = ask_for_card(street.frame, street.wallet, street.wish())
    decide(street, asked.enrolment_id)
    street.bank.service.declare_fraud(street.customer, asked.enrolment_id)
    told = find_wish(street.frame, street.wallet, asked.enrolment_id)
    assert told is not None
    assert (told.state, told.token) == (WalletState.REFUSED, "")


@pytest.mark.parametrize(
    ("name", "value"), [("number", "9999000000000013"), ("number", "abc"), ("expires", "3111"), ("value", "x")]
)
def test_a_card_that_is_typed_wrong_asks_nobody_and_tries_are_counted(street: Street, name: str, value: str) -> None:
    faults = []
    for _ in range(street.frame.policy.wrong_card_tries + 1):
        with pytest.raises(WalletError) as caught:
            ask_for_card(street.frame, street.wallet, street.wish(**{name: value}))
        faults.append(caught.value.fault)
    assert faults[:-1] == [WalletFault.WRONG] * (len(faults) - 1)
    assert faults[-1] is WalletFault.CLOSED
    assert not street.bank.service.list_operations(street.customer)
