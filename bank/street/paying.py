"""What a cash machine does with a code. The money leaves the account once, in the transaction that takes the code: it
is kept aside until the machine says that the notes are gone. A machine that cannot give them says so; then the account
is as before, and the code good for another machine.

What decides is one UPDATE with its condition in it: of two machines that are given the same code, one pays. A machine
that has lost an answer asks again under the same reference, and is answered the same.

A reference that the machine has ended without giving anything stays ended: what was asked under it and arrives later
(a network may hold a request back) would keep money aside that no machine ever gives or gives back.
"""

from typing import Final

from sqlalchemy import Connection, RowMapping, delete, select, update

from bank.books.inserting import insert_into
from bank.books.limiting import count_one, uncount_one
from bank.books.people import PaymentCardState
from bank.books.schema_street import CASH_CODES, PAYOUT_REFERENCES
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.ledger.entries import AccountKind, FundsError, MovementKind, Posting, transfer_between
from bank.ledger.keeping import list_accounts, open_house_account, post_movement
from bank.operations.card_services import ENDED, OPEN
from bank.operations.notices import NoticeEvent, tell_customer
from bank.people.payments import list_payment_cards
from bank.street.ordering import PAID, PAYING, REPLACED, index_code, sum_taken
from bank.street.policy import DAY_MS, STREET_POLICY, StreetPolicy
from bank.street.ports import Payout, PayoutAnswer
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import Merchant

C: Final = CASH_CODES
R: Final = PAYOUT_REFERENCES
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
        if _is_over(connection, machine, reference, now_ms):
            return Payout(PayoutAnswer.USED)
        key = f"cash-machine/{machine.merchant_id}"
        if not count_one(connection, key, policy.wrong, now_ms, policy.wrong_window_ms):
            return Payout(PayoutAnswer.CLOSED)
        row = connection.execute(select(C).where(C.c.code_index == index_code(frame, code))).mappings().first()
        if row is None:
            return Payout(PayoutAnswer.WRONG)
        uncount_one(connection, key)
        refused = _judge(connection, row, policy, now_ms)
        return Payout(refused) if refused else _claim(connection, machine, row, reference, now_ms)


def _judge(connection: Connection, row: RowMapping, policy: StreetPolicy, now_ms: int) -> PayoutAnswer | None:
    """Why a code that is known pays nothing."""
    if row["state"] in (PAYING, PAID):
        return PayoutAnswer.USED
    if row["state"] == ENDED:
        return PayoutAnswer.REFUSED
    if row["state"] == REPLACED or now_ms >= row["until_ms"]:
        return PayoutAnswer.EXPIRED
    cards = list_payment_cards(connection, row["customer_id"])
    card = next((one for one in cards if one.payment_card_id == row["payment_card_id"]), None)
    if card is None or card.state is not PaymentCardState.ACTIVE:
        return PayoutAnswer.REFUSED
    taken = sum_taken(connection, card.payment_card_id, now_ms - policy.limit_days * DAY_MS)
    return PayoutAnswer.LIMIT if taken + row["cents"] > card.withdrawal_cents else None


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
    """The notes are gone, or the machine could not give them. Said again, it is so already; False for notes of what was
    never begun, and for what ended otherwise. Raises StateError."""
    with frame.writing() as (connection, now_ms):
        if not paid:
            _end_reference(connection, machine, reference, now_ms)
        row = _find_own(connection, machine, reference)
        if row is None:
            return not paid
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


def _is_over(connection: Connection, machine: Merchant, reference: str, now_ms: int) -> bool:
    """Whether the machine has ended it; noted as seen where not. Whoever ends it meanwhile waits, and is waited for."""
    row = {"machine_id": machine.merchant_id, "reference": reference, "seen_ms": now_ms}
    connection.execute(insert_into(connection, R).values(row).on_conflict_do_nothing())
    own = R.c.machine_id == machine.merchant_id, R.c.reference == reference
    return connection.execute(select(R.c.ended_ms).where(*own)).scalar() is not None


def _end_reference(connection: Connection, machine: Merchant, reference: str, now_ms: int) -> None:
    """Nothing is given under it any more. After twice a code's life nothing could be: it is forgotten."""
    connection.execute(delete(R).where(R.c.seen_ms < now_ms - 2 * STREET_POLICY.code_ms))
    row = {"machine_id": machine.merchant_id, "reference": reference, "seen_ms": now_ms, "ended_ms": now_ms}
    made = insert_into(connection, R).values(row)
    connection.execute(made.on_conflict_do_update(index_elements=[*R.primary_key], set_={"ended_ms": now_ms}))


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
