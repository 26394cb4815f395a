"""What an approved operation shows: a card's PIN for ten seconds, or its number, expiry and verification value; once.

The issuer knows a PIN since it personalised the card. It goes into no log, no book and no journal from here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, select

from bank.books.limiting import count_one
from bank.books.schema import PAYMENT_CARDS
from bank.cards.gallery import GALLERY
from bank.emv.printed import make_verification_value
from bank.operations import catalogue as cat
from bank.operations.catalogue import Means, OperationKind
from bank.operations.ports import Operation, UnknownOperationError
from bank.operations.shelf import get_operation
from bank.operations.table import OperationState
from bank.securpass.frame import SecurPassFrame
from bank.securpass.telling import journal_securpass

SHOWING: Final = frozenset({OperationKind.SHOW_PIN, OperationKind.SHOW_CARD})
FOR_EVER: Final = 2**62

PinBook = Callable[[str], str]
"""The PIN of a card, by its identifier, as the issuer made it; nothing for one that is not known."""


@dataclass(frozen=True, slots=True)
class CardSecrets:
    """What is shown, and for how many seconds. What is not of this kind of operation is empty."""

    seconds: int
    pin: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    expires: str = field(default="", repr=False)
    security_code: str = field(default="", repr=False)


def find_pin(card_id: str) -> str:
    """The demonstration's issuer: the gallery's own."""
    entry = GALLERY.get(card_id)
    return entry.profile.pin if entry else ""


def show_result(frame: SecurPassFrame, customer_id: int, operation_id: str, pins: PinBook = find_pin) -> CardSecrets:
    """Raises UnknownOperationError for what is not approved, not just now, or was shown before."""
    with frame.operations.writing() as (connection, now_ms):
        operation = get_operation(connection, customer_id, operation_id, now_ms)
        chip, expires = _find_card(connection, operation)
        first = _is_fresh(frame, operation, now_ms) and count_one(
            connection, f"shown/{operation_id}", 1, now_ms, FOR_EVER
        )
        if not first or not chip:
            raise UnknownOperationError
        journal_securpass(connection, customer_id, now_ms, f"{operation.kind.value} shown", operation=operation_id)
    card = frame.store.find_card(chip)
    if operation.kind is OperationKind.SHOW_PIN:
        return CardSecrets(frame.policy.pin_seconds, pin=pins(chip))
    number = card.pan if card else ""
    value = make_verification_value(number, expires)
    return CardSecrets(frame.policy.card_seconds, "", number, f"{expires[2:]}/{expires[:2]}", value)


def _is_fresh(frame: SecurPassFrame, operation: Operation, now_ms: int) -> bool:
    """Approved by the telephone, of a kind that shows something, and a moment ago."""
    decided_ms = operation.decided_ms
    approved = operation.state is OperationState.APPROVED and operation.means is Means.SECURPASS
    shows = operation.kind in SHOWING and approved
    return shows and decided_ms is not None and now_ms < decided_ms + frame.policy.result_ms


def _find_card(connection: Connection, operation: Operation) -> tuple[str, str]:
    """The chip behind the customer's active card, and its expiry as YYMM."""
    query = select(PAYMENT_CARDS.c.card_id, PAYMENT_CARDS.c.expires).where(
        PAYMENT_CARDS.c.id == operation.content.fields.get(cat.CARD, 0),
        PAYMENT_CARDS.c.customer_id == operation.content.customer_id,
        PAYMENT_CARDS.c.state == "active",
    )
    row = connection.execute(query).first()
    return (row.card_id or "", row.expires) if row else ("", "")
