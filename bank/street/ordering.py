"""SM@RT'retrait: a code for an amount, given to a signed-in customer whose card has the service.

Whoever is signed in has proved himself by two factors, and the service was approved before. The code is told once and
kept under the vault's key: eight digits, good for one amount, once, for an hour, at machines of this bank.
"""

import hmac
import secrets
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, func, insert, select, update

from bank.books.limiting import count_one
from bank.books.people import PaymentCard, PaymentCardState
from bank.books.schema_street import CASH_CODES
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.ledger.keeping import list_accounts
from bank.operations.card_services import OPEN, list_card_services
from bank.operations.catalogue import OperationKind
from bank.operations.notices import NoticeEvent, tell_customer
from bank.people.payments import list_payment_cards
from bank.street.policy import CODE_DIGITS, DAY_MS, STREET_POLICY, StreetPolicy
from bank.street.ports import CashCode, CashError, CashFault
from bank.threeds.frame import CardFrame

C: Final = CASH_CODES
PAYING, PAID, REPLACED = "paying", "paid", "replaced"
INDEX_KEY: Final = "cash codes"


def order_code(
    frame: CardFrame, customer_id: int, payment_card_id: int, cents: int, policy: StreetPolicy = STREET_POLICY
) -> CashCode:
    """A code for that amount; an earlier one of the same card that was not used is dead.

    Raises CashError, StateError.
    """
    if not policy.smallest_cents <= cents <= policy.largest_cents or cents % policy.note_cents:
        raise CashError(CashFault.AMOUNT)
    with frame.writing() as (connection, now_ms):
        card = _find_serving_card(connection, customer_id, payment_card_id, now_ms)
        key = f"cash-codes/{customer_id}"
        if not count_one(connection, key, policy.codes, now_ms, policy.codes_window_ms):
            raise CashError(CashFault.TOO_MANY)
        own = C.c.payment_card_id == card.payment_card_id
        replaced = update(C).where(own, C.c.state == OPEN).values(state=REPLACED, changed_ms=now_ms)
        connection.execute(replaced)
        _check_room(connection, customer_id, card, cents, now_ms - policy.limit_days * DAY_MS)
        code, index = _draw_code(frame, connection)
        row: dict[str, object] = {"customer_id": customer_id, "account_id": card.account_id}
        row |= {"payment_card_id": card.payment_card_id, "cents": cents, "code_index": index, "state": OPEN}
        row |= {"created_ms": now_ms, "changed_ms": now_ms, "until_ms": now_ms + policy.code_ms}
        connection.execute(insert(C).values(row))
        customer = name_customer(customer_id)
        append_line(connection, now_ms, customer, customer, "cash code given", cents=cents)
        tell_customer(connection, customer_id, NoticeEvent.CASH_CODE, now_ms)
        return CashCode(code, cents, now_ms + policy.code_ms)


def _find_serving_card(connection: Connection, customer_id: int, payment_card_id: int, now_ms: int) -> PaymentCard:
    """The customer's card, if it is active and gives money by a code. Raises CashError."""
    begun = list_card_services(connection, customer_id, now_ms).get(payment_card_id, set())
    cards = list_payment_cards(connection, customer_id)
    found = next((one for one in cards if one.payment_card_id == payment_card_id), None)
    if found is None or found.state is not PaymentCardState.ACTIVE or OperationKind.WITHDRAW_BY_PHONE not in begun:
        raise CashError(CashFault.SERVICE)
    return found


def _check_room(connection: Connection, customer_id: int, card: PaymentCard, cents: int, since_ms: int) -> None:
    """Within the card's limit, and what is on its account. Raises CashError."""
    if sum_taken(connection, card.payment_card_id, since_ms) + cents > card.withdrawal_cents:
        raise CashError(CashFault.LIMIT)
    accounts = list_accounts(connection, customer_id)
    account = next((one for one in accounts if one.account_id == card.account_id), None)
    if account is None or account.balance_cents - cents < (account.floor_cents or 0):
        raise CashError(CashFault.FUNDS)


def sum_taken(connection: Connection, payment_card_id: int, since_ms: int) -> int:
    """What a card has given by codes since then, and is giving, in cents."""
    taken = select(func.coalesce(func.sum(C.c.cents), 0)).where(
        C.c.payment_card_id == payment_card_id, C.c.state.in_((PAYING, PAID)), C.c.changed_ms > since_ms
    )
    return int(connection.execute(taken).scalar_one())


def _draw_code(frame: CardFrame, connection: Connection) -> tuple[str, str]:
    """A code that nobody has had, and how the books know it."""
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        index = index_code(frame, code)
        if connection.execute(select(C.c.id).where(C.c.code_index == index)).first() is None:
            return code, index


def index_code(frame: CardFrame, code: str) -> str:
    """How the books know a code."""
    return hmac.digest(frame.key(INDEX_KEY), code.encode(), sha256).hex()
