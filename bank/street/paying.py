"""What a cash machine does with a code. The money leaves the account once, in the transaction that takes the code: it
is kept aside until the machine says that the notes are gone. A machine that cannot give them says so; then the account
is as before, and the code good for another machine.

What decides is one UPDATE with its condition in it: of two machines that are given the same code, one pays. A machine
that has lost an answer asks again under the same reference, and is answered the same.
"""

from typing import Final

from sqlalchemy import Connection, RowMapping, select, update

from bank.books.limiting import count_one, uncount_one
from bank.books.people import PaymentCardState
from bank.books.schema_street import CASH_CODES
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.ledger.entries import AccountKind, FundsError, MovementKind, Posting, transfer_between
from bank.ledger.keeping import list_accounts, open_house_account, post_movement
from bank.operations.notices import NoticeEvent, tell_customer
from bank.people.payments import list_payment_cards
from bank.street.ordering import OPEN, PAID, PAYING, REPLACED, index_code
from bank.street.policy import STREET_POLICY, StreetPolicy
from bank.street.ports import Payout, PayoutAnswer
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import Merchant

C: Final = CASH_CODES
MACHINE: Final = "cash machine"
"""How the journal calls one, before its code."""


def take_code(
    frame: CardFrame, machine: Merchant, code: str, reference: str, policy: StreetPolicy = STREET_POLICY
) -> Payout:
    """What the machine gives for that code. A wrong one is counted before it is answered. Raises StateError."""
    with frame.writing() as (connection, now_ms):
        again = _find_own(connection, machine, reference)
        if again is not None and again["state"] in (PAYING, PAID):
            return Payout(PayoutAnswer.PAY, again["cents"])
        key = f"cash-machine/{machine.merchant_id}"
        if not count_one(connection, key, policy.wrong, now_ms, policy.wrong_window_ms):
            return Payout(PayoutAnswer.CLOSED)
        row = connection.execute(select(C).where(C.c.code_index == index_code(frame, code))).mappings().first()
        if row is None:
            return Payout(PayoutAnswer.WRONG)
        uncount_one(connection, key)
        refused = _judge(connection, row, now_ms)
        return Payout(refused) if refused else _claim(connection, machine, row, reference, now_ms)


def _judge(connection: Connection, row: RowMapping, now_ms: int) -> PayoutAnswer | None:
    """Why a code that is known pays nothing."""
    if row["state"] in (PAYING, PAID):
        return PayoutAnswer.USED
    if row["state"] == REPLACED or now_ms >= row["until_ms"]:
        return PayoutAnswer.EXPIRED
    cards = list_payment_cards(connection, row["customer_id"])
    state = next((one.state for one in cards if one.payment_card_id == row["payment_card_id"]), None)
    return None if state is PaymentCardState.ACTIVE else PayoutAnswer.REFUSED


def _claim(connection: Connection, machine: Merchant, row: RowMapping, reference: str, now_ms: int) -> Payout:
    """The code is this machine's, and the money kept aside: both, or neither."""
    claim = update(C).where(C.c.id == row["id"], C.c.state == OPEN, C.c.until_ms > now_ms)
    values = {"state": PAYING, "machine_id": machine.merchant_id, "reference": reference, "changed_ms": now_ms}
    try:
        with connection.begin_nested():
            if connection.execute(claim.values(values)).rowcount != 1:
                return Payout(PayoutAnswer.USED)
            _move(connection, machine, row, MovementKind.WITHDRAWAL, now_ms)
    except FundsError:
        return Payout(PayoutAnswer.FUNDS)
    _note(connection, machine, row, "cash kept aside", now_ms)
    return Payout(PayoutAnswer.PAY, row["cents"])


def end_payout(frame: CardFrame, machine: Merchant, reference: str, *, paid: bool) -> bool:
    """The notes are gone, or the machine could not give them. Said again, it is so already; False for what was never
    begun, or ended otherwise. Raises StateError."""
    with frame.writing() as (connection, now_ms):
        row = _find_own(connection, machine, reference)
        if row is None:
            return False
        ended = update(C).where(C.c.id == row["id"], C.c.reference == reference, C.c.state == PAYING)
        after = PAID if paid else OPEN
        if connection.execute(ended.values(state=after, changed_ms=now_ms)).rowcount != 1:
            return bool(row["state"] == after)
        if paid:
            _book(connection, machine, row, now_ms)
            _note(connection, machine, row, "cash given", now_ms)
            tell_customer(connection, row["customer_id"], NoticeEvent.CASH_PAID, now_ms)
        else:
            _move(connection, machine, row, MovementKind.RELEASE, now_ms)
            _note(connection, machine, row, "cash not given", now_ms)
        return True


def _find_own(connection: Connection, machine: Merchant, reference: str) -> RowMapping | None:
    own = C.c.machine_id == machine.merchant_id, C.c.reference == reference
    return connection.execute(select(C).where(*own)).mappings().first()


def _move(connection: Connection, machine: Merchant, row: RowMapping, kind: MovementKind, now_ms: int) -> None:
    """Out of the account and aside, or back. Raises FundsError."""
    accounts = list_accounts(connection, row["customer_id"])
    account = next(one for one in accounts if one.account_id == row["account_id"])
    held = open_house_account(connection, AccountKind.HELD, now_ms)
    ends = (held, account) if kind is MovementKind.RELEASE else (account, held)
    post_movement(connection, Posting(now_ms, kind, machine.name, transfer_between(*ends, row["cents"])))


def _book(connection: Connection, machine: Merchant, row: RowMapping, now_ms: int) -> None:
    """What was kept aside has left the bank."""
    held = open_house_account(connection, AccountKind.HELD, now_ms)
    clearing = open_house_account(connection, AccountKind.CLEARING, now_ms)
    legs = transfer_between(held, clearing, row["cents"])
    post_movement(connection, Posting(now_ms, MovementKind.WITHDRAWAL, machine.name, legs))


def _note(connection: Connection, machine: Merchant, row: RowMapping, event: str, now_ms: int) -> None:
    actor, subject = f"{MACHINE} {machine.code}", name_customer(row["customer_id"])
    append_line(connection, now_ms, actor, subject, event, cents=row["cents"])
