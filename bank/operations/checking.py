"""Whether the books allow what a customer asks for, before he is asked to confirm it. It is looked at again when it is
carried out: between the two the world goes on."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from bank.books.customers import find_contact
from bank.books.people import BeneficiaryState, ContactKind, PaymentCardState
from bank.ledger.keeping import find_account, is_payable
from bank.operations import catalogue as cat
from bank.operations.catalogue import CATALOGUE, EffectKind, OperationKind
from bank.operations.octets import Value
from bank.operations.ports import AskingError, AskingFault
from bank.people.payments import find_beneficiary, list_payment_cards

Fields = Mapping[str, Value]


def check_against_books(connection: Connection, customer_id: int, kind: OperationKind, fields: Fields) -> None:
    """Raises AskingError when it could not be carried out now."""
    effect = CATALOGUE[kind].effect
    if effect in BOOK_CHECKS:
        BOOK_CHECKS[effect](connection, customer_id, fields)


def find_card_id(connection: Connection, customer_id: int, number: Value) -> str | None:
    """The card behind a payment card of the customer that is in use. Raises AskingError when there is no such."""
    active = (one for one in list_payment_cards(connection, customer_id) if one.state is PaymentCardState.ACTIVE)
    card = next((one for one in active if one.payment_card_id == number), None)
    if card is None:
        raise AskingError(AskingFault.CARD, cat.CARD)
    return card.card_id


def _check_transfer(connection: Connection, customer_id: int, fields: Fields) -> None:
    account = find_account(connection, str(fields[cat.PAYER_ACCOUNT]))
    if account is None or account.customer_id != customer_id:
        raise AskingError(AskingFault.ACCOUNT, cat.PAYER_ACCOUNT)
    _check_payee(connection, fields)
    payee = find_beneficiary(connection, customer_id, str(fields[cat.PAYEE_IBAN]))
    if payee and payee.state is BeneficiaryState.FROZEN:
        raise AskingError(AskingFault.FROZEN, cat.PAYEE_IBAN)
    if cat.DAY in fields:
        return  # what is on the account then counts, and not what is there now
    left = account.balance_cents - int(fields[cat.AMOUNT])
    if account.floor_cents is not None and left < account.floor_cents:
        raise AskingError(AskingFault.FUNDS, cat.AMOUNT)


def _check_payee(connection: Connection, fields: Fields) -> None:
    """An account of this bank that nobody has is one that was typed wrong, whatever its digits add up to."""
    if not is_payable(connection, str(fields[cat.PAYEE_IBAN])):
        raise AskingError(AskingFault.IBAN, cat.PAYEE_IBAN)


def _check_beneficiary(connection: Connection, customer_id: int, fields: Fields) -> None:
    _check_payee(connection, fields)
    payee = find_beneficiary(connection, customer_id, str(fields[cat.PAYEE_IBAN]))
    if payee:
        frozen = payee.state is BeneficiaryState.FROZEN
        raise AskingError(AskingFault.FROZEN if frozen else AskingFault.THERE_ALREADY, cat.PAYEE_IBAN)


def _check_limits(connection: Connection, customer_id: int, fields: Fields) -> None:
    find_card_id(connection, customer_id, fields[cat.CARD])


def _check_contact(kind: ContactKind, name: str) -> Callable[[Connection, int, Fields], None]:
    def check(connection: Connection, customer_id: int, fields: Fields) -> None:
        known = find_contact(connection, customer_id, kind)
        if known and known.value == fields[name]:
            raise AskingError(AskingFault.THERE_ALREADY, name)

    return check


BOOK_CHECKS: Final[Mapping[EffectKind | None, Callable[[Connection, int, Fields], None]]] = MappingProxyType(
    {
        EffectKind.TRANSFER: _check_transfer,
        EffectKind.BENEFICIARY: _check_beneficiary,
        EffectKind.LIMITS: _check_limits,
        EffectKind.EMAIL: _check_contact(ContactKind.EMAIL, cat.NEW_EMAIL),
        EffectKind.ADDRESS: _check_contact(ContactKind.ADDRESS, cat.NEW_ADDRESS),
    }
)
