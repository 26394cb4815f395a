"""Whether the books allow what a customer asks for, before he is asked to confirm it. It is looked at again when it is
carried out: between the two the world goes on."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, select

from bank.books.schema import BENEFICIARIES, PAYMENT_CARDS
from bank.ledger.keeping import find_account
from bank.operations import catalogue as cat
from bank.operations.catalogue import CATALOGUE, EffectKind, OperationKind
from bank.operations.octets import Value
from bank.operations.people import find_contact
from bank.operations.ports import AskingError, AskingFault

Fields = Mapping[str, Value]


def check_against_books(connection: Connection, customer_id: int, kind: OperationKind, fields: Fields) -> None:
    """Raises AskingError when it could not be carried out now."""
    effect = CATALOGUE[kind].effect
    if effect in BOOK_CHECKS:
        BOOK_CHECKS[effect](connection, customer_id, fields)


def find_card_id(connection: Connection, customer_id: int, number: Value) -> str | None:
    """The card behind a payment card of the customer that is in use. Raises AskingError when there is no such."""
    query = select(PAYMENT_CARDS.c.card_id).where(
        PAYMENT_CARDS.c.id == number, PAYMENT_CARDS.c.customer_id == customer_id, PAYMENT_CARDS.c.state == "active"
    )
    row = connection.execute(query).first()
    if row is None:
        raise AskingError(AskingFault.CARD, cat.CARD)
    card_id: str | None = row.card_id
    return card_id


def _check_transfer(connection: Connection, customer_id: int, fields: Fields) -> None:
    account = find_account(connection, str(fields[cat.PAYER_ACCOUNT]))
    if account is None or account.customer_id != customer_id:
        raise AskingError(AskingFault.ACCOUNT, cat.PAYER_ACCOUNT)
    if _beneficiary_state(connection, customer_id, fields) == "frozen":
        raise AskingError(AskingFault.FROZEN, cat.PAYEE_IBAN)
    left = account.balance_cents - int(fields[cat.AMOUNT])
    if account.floor_cents is not None and left < account.floor_cents:
        raise AskingError(AskingFault.FUNDS, cat.AMOUNT)


def _check_beneficiary(connection: Connection, customer_id: int, fields: Fields) -> None:
    state = _beneficiary_state(connection, customer_id, fields)
    if state is not None:
        raise AskingError(AskingFault.FROZEN if state == "frozen" else AskingFault.THERE_ALREADY, cat.PAYEE_IBAN)


def _beneficiary_state(connection: Connection, customer_id: int, fields: Fields) -> str | None:
    query = select(BENEFICIARIES.c.state).where(
        BENEFICIARIES.c.customer_id == customer_id,
        BENEFICIARIES.c.iban == fields[cat.PAYEE_IBAN],
        BENEFICIARIES.c.state != "removed",
    )
    return connection.execute(query).scalar()


def _check_limits(connection: Connection, customer_id: int, fields: Fields) -> None:
    find_card_id(connection, customer_id, fields[cat.CARD])


def _check_contact(kind: str, name: str) -> Callable[[Connection, int, Fields], None]:
    def check(connection: Connection, customer_id: int, fields: Fields) -> None:
        if find_contact(connection, customer_id, kind) == fields[name]:
            raise AskingError(AskingFault.THERE_ALREADY, name)

    return check


BOOK_CHECKS: Final[Mapping[EffectKind | None, Callable[[Connection, int, Fields], None]]] = MappingProxyType(
    {
        EffectKind.TRANSFER: _check_transfer,
        EffectKind.BENEFICIARY: _check_beneficiary,
        EffectKind.LIMITS: _check_limits,
        EffectKind.EMAIL: _check_contact("email", cat.NEW_EMAIL),
        EffectKind.ADDRESS: _check_contact("address", cat.NEW_ADDRESS),
    }
)
