"""What the bank owes after an approval, done once: each effect in a transaction of its own, resumed after a crash.

The effect's row says *due* until the very transaction that does it says *done*: there is no moment between. One that
cannot be done (no money on the account any more) is *failed*, and the customer is told.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, RowMapping, delete, select, update

from bank.books.customers import change_contact, find_contact
from bank.books.inserting import insert_into
from bank.books.people import BeneficiaryState, ContactKind, PaymentCardState
from bank.books.schema import BENEFICIARIES, EFFECTS, OPERATIONS, SESSIONS
from bank.errors import BankError
from bank.journal.chain import name_customer
from bank.journal.keeping import append_line
from bank.ledger.entries import AccountKind, FundsError, LedgerError, MovementKind, Posting, transfer_between
from bank.ledger.keeping import find_account, is_payable, open_house_account, post_movement
from bank.operations import catalogue as cat
from bank.operations.catalogue import EffectKind, OperationKind
from bank.operations.deciding import BANK, CARRIED_OUT, NOT_CARRIED_OUT, journal_event
from bank.operations.messages import send_text
from bank.operations.notices import NoticeEvent, note_notice
from bank.operations.octets import OperationContent
from bank.operations.ports import Operation
from bank.operations.scheduling import end_scheduled, is_scheduled, put_scheduled
from bank.operations.shelf import DONE, DUE, FAILED, AlteredError, read_row
from bank.operations.wording import words_for, write_message
from bank.people.payments import change_card_limits, change_payment_card, find_beneficiary, list_payment_cards

BATCH: Final = 100
ALTERED: Final = "operation altered in the books"


class EffectError(BankError):
    """What was approved cannot be done. Nothing was changed."""


MOVEMENTS_OF: Final[Mapping[OperationKind, MovementKind]] = MappingProxyType(
    {OperationKind.INSTANT_TRANSFER: MovementKind.INSTANT, OperationKind.TRANSFER_ABROAD: MovementKind.FOREIGN}
)


PAYING_KINDS: Final = frozenset(
    {
        OperationKind.CARD_PAYMENT,
        OperationKind.ENROL_WALLET,
        OperationKind.WITHDRAW_BY_PHONE,
        OperationKind.SHOW_CARD,
        OperationKind.SHOW_PIN,
    }
)
"""Kinds by which somebody else could pay with the card: a fraud of such a kind closes it."""


def list_due(connection: Connection, after_id: int = 0) -> list[int]:
    """The numbers of effects that are owed, oldest first."""
    query = select(EFFECTS.c.id).where(EFFECTS.c.state == DUE, EFFECTS.c.id > after_id)
    return list(connection.execute(query.order_by(EFFECTS.c.id).limit(BATCH)).scalars())


def carry_out(connection: Connection, effect_id: int, now_ms: int) -> bool:
    """Do this effect, unless it is done; whether it was done now.

    The claim is the first statement: of two workers at once the second waits, and finds it done.
    """
    claim = update(EFFECTS).where(EFFECTS.c.id == effect_id, EFFECTS.c.state == DUE)
    if connection.execute(claim.values(state=DONE, done_ms=now_ms)).rowcount != 1:
        return False
    joined = select(OPERATIONS, EFFECTS.c.kind.label("effect"), EFFECTS.c.payload.label("bound"))
    joined = joined.join(EFFECTS, EFFECTS.c.operation_id == OPERATIONS.c.id).where(EFFECTS.c.id == effect_id)
    row = connection.execute(joined).mappings().one()
    kind = EffectKind(row["effect"])
    try:
        operation = _bound(row, now_ms)
    except AlteredError:
        connection.execute(update(EFFECTS).where(EFFECTS.c.id == effect_id).values(state=FAILED))
        subject = name_customer(row["customer_id"])
        append_line(connection, now_ms, BANK, subject, ALTERED, operation=row["id"])
        return False
    try:
        with connection.begin_nested():
            EFFECT_ACTIONS[kind](connection, operation, now_ms)
    except EffectError:
        connection.execute(update(EFFECTS).where(EFFECTS.c.id == effect_id).values(state=FAILED))
        journal_event(connection, operation, now_ms, f"{kind.value} {NOT_CARRIED_OUT}")
        return False
    journal_event(connection, operation, now_ms, f"{kind.value} {CARRIED_OUT}")
    return True


def _bound(row: RowMapping, now_ms: int) -> Operation:
    """The operation, if it is still the one that was approved."""
    operation = read_row(row, now_ms)
    if bytes(row["bound"]).decode("ascii", "replace") != operation.digest:
        raise AlteredError(operation.operation_id)
    return operation


def _text(content: OperationContent, name: str) -> str:
    return str(content.fields[name])


def _transfer_money(connection: Connection, operation: Operation, now_ms: int) -> None:
    """At once, or when its day has come."""
    if is_scheduled(operation.content):
        put_scheduled(connection, operation)
    else:
        post_transfer(connection, operation, now_ms)


def post_transfer(connection: Connection, operation: Operation, now_ms: int) -> int:
    """To an account of this bank, or to the account that stands for all others: the movement's number. Raises
    EffectError.

    The ledger takes one movement for an operation; of one that is made on its days each has its own row for that.
    """
    content = operation.content
    _check_payee(connection, content)
    payer = find_account(connection, _text(content, cat.PAYER_ACCOUNT))
    payee = find_account(connection, _text(content, cat.PAYEE_IBAN))
    payee = payee or open_house_account(connection, AccountKind.CLEARING, now_ms)
    if payer is None or payer.customer_id != content.customer_id:
        raise EffectError("the account is not the customer's any more")
    kind = MOVEMENTS_OF.get(content.kind, MovementKind.TRANSFER)
    legs = transfer_between(payer, payee, int(content.fields[cat.AMOUNT]))
    once = None if is_scheduled(content) else operation.operation_id
    try:
        return post_movement(connection, Posting(now_ms, kind, _text(content, cat.PAYEE_NAME), legs, once))
    except FundsError as cause:
        raise EffectError("there is not enough on the account any more") from cause
    except LedgerError as cause:
        raise EffectError("the ledger does not take it") from cause


def _check_payee(connection: Connection, content: OperationContent) -> None:
    """A fraud that was reported while this one waited has frozen the payee; accounts end. Raises EffectError."""
    payee = find_beneficiary(connection, content.customer_id, _text(content, cat.PAYEE_IBAN))
    if payee and payee.state is BeneficiaryState.FROZEN:
        raise EffectError("the beneficiary is frozen by now")
    if not is_payable(connection, _text(content, cat.PAYEE_IBAN)):
        raise EffectError("nobody has that account of this bank")


def _add_beneficiary(connection: Connection, operation: Operation, now_ms: int) -> None:
    """One that was added meanwhile stays as it is."""
    content = operation.content
    _check_payee(connection, content)
    row = {
        "customer_id": content.customer_id,
        "name": _text(content, cat.PAYEE_NAME),
        "iban": _text(content, cat.PAYEE_IBAN),
        "state": "active",
        "added_ms": now_ms,
    }
    connection.execute(insert_into(connection, BENEFICIARIES).values(row).on_conflict_do_nothing())


def _set_limits(connection: Connection, operation: Operation, _now_ms: int) -> None:
    fields, number = operation.content.fields, int(operation.content.fields[cat.CARD])
    own = {one.payment_card_id for one in list_payment_cards(connection, operation.content.customer_id)}
    limits = int(fields[cat.PAYMENTS]), int(fields[cat.WITHDRAWALS])
    if number not in own or not change_card_limits(connection, number, *limits):
        raise EffectError("the card is not active any more")


def _begin_service(connection: Connection, operation: Operation, _now_ms: int) -> None:
    """The card is in a wallet, or gives money without being there: that this is done says so (`card_services`)."""
    number = operation.content.fields[cat.CARD]
    cards = list_payment_cards(connection, operation.content.customer_id)
    if not any(one.payment_card_id == number and one.state is PaymentCardState.ACTIVE for one in cards):
        raise EffectError("the card is not active any more")


def _change(kind: ContactKind, name: str) -> Callable[[Connection, Operation, int], None]:
    def change(connection: Connection, operation: Operation, now_ms: int) -> None:
        content = operation.content
        change_contact(connection, content.customer_id, kind, _text(content, name), now_ms)

    return change


def _send_notice(connection: Connection, operation: Operation, now_ms: int) -> None:
    """What became of it. The effect itself stands before its notice, and was done or failed before."""
    query = select(EFFECTS.c.id).where(EFFECTS.c.operation_id == operation.operation_id, EFFECTS.c.state == FAILED)
    failed = connection.execute(query).first() is not None
    words = words_for(operation.content)
    if failed:
        tell_of_operation(connection, operation, NoticeEvent.FAILED, now_ms, words.failed_text)
    elif is_scheduled(operation.content):
        tell_of_operation(connection, operation, NoticeEvent.SCHEDULED, now_ms, words.scheduled_text)
    else:
        tell_of_operation(connection, operation, NoticeEvent.DONE, now_ms, words.done_text)


def _protect(connection: Connection, operation: Operation, now_ms: int) -> None:
    """Close the customer's sessions, freeze the payee, let no day of it come any more, and tell him so."""
    content = operation.content
    end_scheduled(connection, operation.operation_id)
    connection.execute(delete(SESSIONS).where(SESSIONS.c.customer_id == content.customer_id))
    frozen = update(BENEFICIARIES).where(
        BENEFICIARIES.c.customer_id == content.customer_id,
        BENEFICIARIES.c.iban == content.fields.get(cat.PAYEE_IBAN, ""),
        BENEFICIARIES.c.state == "active",
    )
    connection.execute(frozen.values(state="frozen"))
    opposed = content.kind in PAYING_KINDS and _oppose_card(connection, content, now_ms)
    words = words_for(content)
    sentence = words.card_fraud_text if opposed else words.fraud_text
    tell_of_operation(connection, operation, NoticeEvent.FRAUD, now_ms, sentence)


def _oppose_card(connection: Connection, content: OperationContent, now_ms: int) -> bool:
    """The card pays nothing any more; whether it could before."""
    number = int(content.fields.get(cat.CARD, 0))
    own = {one.payment_card_id for one in list_payment_cards(connection, content.customer_id)}
    states = PaymentCardState.ACTIVE, PaymentCardState.OPPOSED
    return number in own and change_payment_card(connection, number, *states, now_ms)


def tell_of_operation(
    connection: Connection, operation: Operation, event: NoticeEvent, now_ms: int, sentence: str
) -> None:
    """Among the notices, and by text message, where he has a telephone for it; the journal has it in any case."""
    content = operation.content
    note_notice(connection, content.customer_id, event, now_ms, operation.operation_id)
    secure = find_contact(connection, content.customer_id, ContactKind.SECURE_TELEPHONE)
    if secure:
        send_text(connection, content.customer_id, secure.value, write_message(sentence, content), now_ms)


EFFECT_ACTIONS: Final[Mapping[EffectKind, Callable[[Connection, Operation, int], None]]] = MappingProxyType(
    {
        EffectKind.TRANSFER: _transfer_money,
        EffectKind.BENEFICIARY: _add_beneficiary,
        EffectKind.LIMITS: _set_limits,
        EffectKind.CARD_SERVICE: _begin_service,
        EffectKind.EMAIL: _change(ContactKind.EMAIL, cat.NEW_EMAIL),
        EffectKind.ADDRESS: _change(ContactKind.ADDRESS, cat.NEW_ADDRESS),
        EffectKind.NOTICE: _send_notice,
        EffectKind.PROTECTION: _protect,
    }
)
