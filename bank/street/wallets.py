"""A card in a telephone's wallet: the wallet asks, the customer decides in his bank, and the wallet has a number that
stands for the card.

That number follows from the operation under the vault's key, so that a lost answer can be given again; once the wallet
says that it has it, nobody is told any more.
"""

import hmac
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, RowMapping, select, update

from bank.books.inserting import insert_into
from bank.books.people import PaymentCardState
from bank.books.schema import EFFECTS, OPERATIONS
from bank.books.schema_street import WALLET_CARDS
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.operations.card_services import is_service_ended
from bank.operations.catalogue import CARD, EffectKind, OperationKind, TerminalKind
from bank.operations.ports import Asking, AskingError, Operation
from bank.operations.shelf import DONE, FAILED, get_operation, has_effect
from bank.operations.table import OperationState
from bank.street.ports import WalletAsking, WalletError, WalletFault, WalletState, WalletView
from bank.threeds.cards import CardAnswer, KnownCard, TypedCard, find_card, take_card
from bank.threeds.elements import passes_luhn
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import Merchant

W: Final = WALLET_CARDS
RANGE: Final = "99991"
"""Of numbers that stand for cards: beside the demonstration's cards, in a range that no scheme has given out."""
TOKEN_DIGITS: Final = 16
TOKEN_KEY: Final = "wallet numbers"  # noqa: S105 - a purpose
WALLET: Final = "wallet"
"""How the journal calls one, before its code."""
TAKEN: Final = "card in the wallet"

ENDS: Final = {
    OperationState.PENDING: WalletState.PENDING,
    OperationState.EXPIRED: WalletState.EXPIRED,
    OperationState.REFUSED: WalletState.REFUSED,
    OperationState.FRAUD: WalletState.REFUSED,
    OperationState.WITHDRAWN: WalletState.REFUSED,
}


def ask_for_card(frame: CardFrame, wallet: Merchant, asking: WalletAsking) -> WalletView:
    """Have the customer asked whose card this is. Raises WalletError, StateError."""
    card = _recognise(frame, wallet, asking)
    once = f"{wallet.code}/{asking.once}" if asking.once else ""
    fields = {CARD: card.payment_card_id}
    kind = OperationKind.ENROL_WALLET
    try:
        operation = frame.operations.request_operation(
            Asking(card.customer_id, kind, TerminalKind.PHONE, fields, asking.language, once)
        )
    except AskingError as error:
        raise WalletError(WalletFault.DENIED) from error
    with frame.writing() as (connection, now_ms):
        row = {"operation_id": operation.operation_id, "merchant_id": wallet.merchant_id}
        row |= {"payment_card_id": card.payment_card_id, "since_ms": now_ms}
        connection.execute(insert_into(connection, W).values(row).on_conflict_do_nothing())
    if frame.phones:
        frame.phones.ask_phone(operation)
    found = find_wish(frame, wallet, operation.operation_id)
    assert found is not None
    return found


def _recognise(frame: CardFrame, wallet: Merchant, asking: WalletAsking) -> KnownCard:
    """The card that was typed: tries are counted as a shop's are. Raises WalletError."""
    answer = take_card(frame, wallet, TypedCard(asking.number, asking.expires, asking.value)).answer
    if answer is not CardAnswer.TAKEN:
        raise WalletError(WalletFault.CLOSED if answer is CardAnswer.CLOSED else WalletFault.WRONG)
    issued = frame.store.card_numbered(asking.number)
    with frame.reading() as (connection, _):
        card = find_card(connection, issued.card_id) if issued else None
    if card is None or card.state is not PaymentCardState.ACTIVE:
        raise WalletError(WalletFault.DENIED)
    return card


def find_wish(frame: CardFrame, wallet: Merchant, enrolment_id: str) -> WalletView | None:
    """How it stands; None for what is not this wallet's. Raises StateError."""
    with frame.reading() as (connection, now_ms):
        row = _find_row(connection, wallet, enrolment_id)
        if row is None:
            return None
        operation = get_operation(connection, row["customer_id"], enrolment_id, now_ms)
        state = _judge(connection, operation)
    (_, card), number = operation.content.shown[1], ""
    if state is WalletState.PENDING and frame.phones:
        number = frame.phones.find_number(operation) or ""
    told = state is WalletState.ACTIVE and row["taken_ms"] is None
    token = make_wallet_number(frame.key(TOKEN_KEY), enrolment_id) if told else ""
    return WalletView(enrolment_id, state, card, number, token)


def note_taken(frame: CardFrame, wallet: Merchant, enrolment_id: str) -> bool:
    """The wallet has the number. Said again, it is so already; False where it was given none. Raises StateError."""
    with frame.writing() as (connection, now_ms):
        row = _find_row(connection, wallet, enrolment_id)
        if row is None:
            return False
        operation = get_operation(connection, row["customer_id"], enrolment_id, now_ms)
        if _judge(connection, operation) is not WalletState.ACTIVE:
            return False
        first = update(W).where(W.c.operation_id == enrolment_id, W.c.taken_ms.is_(None)).values(taken_ms=now_ms)
        if connection.execute(first).rowcount == 1:
            actor, subject = f"{WALLET} {wallet.code}", name_customer(row["customer_id"])
            append_line(connection, now_ms, actor, subject, TAKEN, operation=enrolment_id)
        return True


def make_wallet_number(key: bytes, enrolment_id: str) -> str:
    """Sixteen digits, the last of which checks the others: never a card's own number."""
    digest = int.from_bytes(hmac.digest(key, enrolment_id.encode(), sha256), "big")
    free = TOKEN_DIGITS - len(RANGE) - 1
    head = f"{RANGE}{digest % 10**free:0{free}d}"
    return next(head + last for last in "0123456789" if passes_luhn(head + last))


def _find_row(connection: Connection, wallet: Merchant, enrolment_id: str) -> RowMapping | None:
    query = select(W, OPERATIONS.c.customer_id).join(OPERATIONS, OPERATIONS.c.id == W.c.operation_id)
    own = W.c.operation_id == enrolment_id, W.c.merchant_id == wallet.merchant_id
    return connection.execute(query.where(*own)).mappings().first()


def _judge(connection: Connection, operation: Operation) -> WalletState:
    """Where the customer's decision and what the bank owes for it have led."""
    if has_effect(connection, operation.operation_id, EffectKind.PROTECTION):
        return WalletState.REFUSED  # a fraud that was told of late
    if operation.state is not OperationState.APPROVED:
        return ENDS[operation.state]
    if is_service_ended(connection, operation.operation_id):
        return WalletState.ENDED
    own = EFFECTS.c.operation_id == operation.operation_id, EFFECTS.c.kind == EffectKind.CARD_SERVICE.value
    state = connection.execute(select(EFFECTS.c.state).where(*own)).scalar()
    return {DONE: WalletState.ACTIVE, FAILED: WalletState.FAILED}.get(str(state), WalletState.PENDING)
