"""Whom customers pay and the cards they pay with. Every function works in the caller's transaction.

A state is changed by an UPDATE that names the state it is changed from: of two at once, one does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, select, update

from bank.books.people import (
    Beneficiary,
    BeneficiaryState,
    PaymentCard,
    PaymentCardState,
    PeopleError,
)
from bank.books.schema import BENEFICIARIES, PAYMENT_CARDS
from bank.iban import parse_iban

LONGEST_PAYEE = 140
"""As ISO 20022 (pacs.008) lets a name be."""


def add_beneficiary(connection: Connection, customer_id: int, name: str, iban: str, now_ms: int) -> Beneficiary:
    """Somebody more whom the customer pays. Raises PeopleError, IbanError; also when the account is on the list."""
    if not (0 < len(name) <= LONGEST_PAYEE and name.isprintable()):
        raise PeopleError(f"a payee's name has 1 to {LONGEST_PAYEE} signs that can be shown")
    number = parse_iban(iban)
    if find_beneficiary(connection, customer_id, number):
        raise PeopleError("this account is on the list of beneficiaries")
    row = {"customer_id": customer_id, "name": name, "iban": number, "state": "active", "added_ms": now_ms}
    return _beneficiary(connection.execute(insert(BENEFICIARIES).values(row).returning(BENEFICIARIES)).mappings().one())


def find_beneficiary(connection: Connection, customer_id: int, iban: str) -> Beneficiary | None:
    """The customer's beneficiary with that account, active or frozen."""
    return next((one for one in list_beneficiaries(connection, customer_id) if one.iban == iban), None)


def list_beneficiaries(connection: Connection, customer_id: int) -> Sequence[Beneficiary]:
    """Whom the customer can pay, or could before it was frozen, in the order in which they were added."""
    own = BENEFICIARIES.c.customer_id == customer_id
    query = select(BENEFICIARIES).where(own, BENEFICIARIES.c.state != BeneficiaryState.REMOVED.value)
    return [_beneficiary(row) for row in connection.execute(query.order_by(BENEFICIARIES.c.id)).mappings()]


def change_beneficiary(
    connection: Connection, beneficiary_id: int, before: BeneficiaryState, after: BeneficiaryState
) -> bool:
    """From one state to another; False, and nothing changed, when it is not in the first."""
    there = BENEFICIARIES.c.id == beneficiary_id, BENEFICIARIES.c.state == before.value
    return connection.execute(update(BENEFICIARIES).where(*there).values(state=after.value)).rowcount == 1


@dataclass(frozen=True, slots=True)
class CardOrder:
    """A payment card as it is ordered: for whom, from which account, with which chip, with which limits in cents."""

    customer_id: int
    account_id: int
    card_id: str | None
    payment_cents: int
    withdrawal_cents: int

    def __post_init__(self) -> None:
        if min(self.payment_cents, self.withdrawal_cents) < 0:
            raise PeopleError("a limit is not below zero")


def add_payment_card(
    connection: Connection, order: CardOrder, now_ms: int, state: PaymentCardState = PaymentCardState.ORDERED
) -> PaymentCard:
    """A card more. Raises IntegrityError when account or chip are not there."""
    row = {
        "customer_id": order.customer_id,
        "account_id": order.account_id,
        "card_id": order.card_id,
        "state": state.value,
        "since_ms": now_ms,
        "payment_cents": order.payment_cents,
        "withdrawal_cents": order.withdrawal_cents,
    }
    return _card(connection.execute(insert(PAYMENT_CARDS).values(row).returning(PAYMENT_CARDS)).mappings().one())


def list_payment_cards(connection: Connection, customer_id: int) -> Sequence[PaymentCard]:
    """The customer's cards, whatever their state, oldest first."""
    own = PAYMENT_CARDS.c.customer_id == customer_id
    query = select(PAYMENT_CARDS).where(own).order_by(PAYMENT_CARDS.c.id)
    return [_card(row) for row in connection.execute(query).mappings()]


def change_payment_card(
    connection: Connection, payment_card_id: int, before: PaymentCardState, after: PaymentCardState, now_ms: int
) -> bool:
    """From one state to another; False, and nothing changed, when it is not in the first."""
    there = PAYMENT_CARDS.c.id == payment_card_id, PAYMENT_CARDS.c.state == before.value
    moved = update(PAYMENT_CARDS).where(*there).values(state=after.value, since_ms=now_ms)
    return connection.execute(moved).rowcount == 1


def note_first_use(connection: Connection, payment_card_id: int, now_ms: int) -> bool:
    """The card was used at a shop's terminal or a cash machine; False when it had been before."""
    unused = update(PAYMENT_CARDS).where(PAYMENT_CARDS.c.id == payment_card_id, PAYMENT_CARDS.c.first_used_ms.is_(None))
    return connection.execute(unused.values(first_used_ms=now_ms)).rowcount == 1


def change_card_limits(connection: Connection, payment_card_id: int, payment_cents: int, withdrawal_cents: int) -> bool:
    """Other limits for an active card; False when it is not. Raises PeopleError."""
    if min(payment_cents, withdrawal_cents) < 0:
        raise PeopleError("a limit is not below zero")
    active = PAYMENT_CARDS.c.id == payment_card_id, PAYMENT_CARDS.c.state == PaymentCardState.ACTIVE.value
    limits = {"payment_cents": payment_cents, "withdrawal_cents": withdrawal_cents}
    return connection.execute(update(PAYMENT_CARDS).where(*active).values(limits)).rowcount == 1


def _beneficiary(row: RowMapping) -> Beneficiary:
    return Beneficiary(row["id"], row["name"], row["iban"], BeneficiaryState(row["state"]), row["added_ms"])


def _card(row: RowMapping) -> PaymentCard:
    return PaymentCard(
        payment_card_id=row["id"],
        account_id=row["account_id"],
        card_id=row["card_id"],
        state=PaymentCardState(row["state"]),
        since_ms=row["since_ms"],
        first_used_ms=row["first_used_ms"],
        payment_cents=row["payment_cents"],
        withdrawal_cents=row["withdrawal_cents"],
    )
