"""Card payments in the books, within the caller's transaction. What decides is one UPDATE with its condition in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from bank.books.schema import CARD_PAYMENTS, MERCHANTS
from bank.threeds.policy import Unchallenged
from bank.threeds.table import ChallengeState

DUE: Final = "due"
SENT: Final = "sent"
GIVEN_UP: Final = "given-up"

HELD: Final = "held"
CAPTURED: Final = "captured"
RELEASED: Final = "released"

OPEN_STATES: Final = tuple(
    state.value for state in (ChallengeState.ANNOUNCED, ChallengeState.SHOWN, ChallengeState.DECOUPLED)
)
BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class CardPayment:
    """An authentication request and what became of it. `status`, `reason`: what the shop was told; `way`: how the
    customer confirmed it; `result`: whether the shop took it; `booking`: where the money is."""

    acs_id: str
    ds_id: str
    server_id: str
    merchant_id: int
    customer_id: int | None
    payment_card_id: int | None
    operation_id: str | None
    version: str
    state: ChallengeState
    status: str | None
    reason: str | None
    cents: int
    server_url: str = field(repr=False)
    notification_url: str = field(repr=False)
    session_data: str | None = field(repr=False)
    way: str | None
    interactions: int
    created_ms: int
    decided_ms: int | None
    result: str | None
    result_tries: int
    authorised_ms: int | None
    approval: str | None
    booking: str | None


COLUMNS: Final = CardPayment.__slots__


def put_payment(connection: Connection, payment: CardPayment) -> None:
    """Take a new one in. Raises IntegrityError when the shop has asked under that identifier before."""
    row: dict[str, Any] = {name: getattr(payment, name) for name in COLUMNS}
    connection.execute(insert(CARD_PAYMENTS).values(row | {"state": payment.state.value}))


def seek_payment(connection: Connection, acs_id: str) -> CardPayment | None:
    """The payment with that acsTransID."""
    return _first(connection, select(CARD_PAYMENTS).where(CARD_PAYMENTS.c.acs_id == acs_id))


def seek_payment_of(connection: Connection, merchant_id: int, ds_id: str) -> CardPayment | None:
    """A shop's payment with that dsTransID, locked where rows are."""
    query = select(CARD_PAYMENTS).where(CARD_PAYMENTS.c.ds_id == ds_id, CARD_PAYMENTS.c.merchant_id == merchant_id)
    return _first(connection, query.with_for_update())


def seek_payment_for(connection: Connection, operation_id: str) -> CardPayment | None:
    """The payment that an operation confirms."""
    return _first(connection, select(CARD_PAYMENTS).where(CARD_PAYMENTS.c.operation_id == operation_id))


def list_open(connection: Connection, before_ms: int) -> Sequence[CardPayment]:
    """Payments that are not decided, those asked for before that moment, oldest first."""
    query = select(CARD_PAYMENTS).where(CARD_PAYMENTS.c.state.in_(OPEN_STATES), CARD_PAYMENTS.c.created_ms <= before_ms)
    rows = connection.execute(query.order_by(CARD_PAYMENTS.c.created_ms).limit(BATCH)).mappings()
    return [read_payment(row) for row in rows]


def list_due(connection: Connection, now_ms: int) -> Sequence[CardPayment]:
    """Payments whose result is to be sent now."""
    query = select(CARD_PAYMENTS).where(CARD_PAYMENTS.c.result == DUE, CARD_PAYMENTS.c.result_next_ms <= now_ms)
    rows = connection.execute(query.order_by(CARD_PAYMENTS.c.result_next_ms).limit(BATCH)).mappings()
    return [read_payment(row) for row in rows]


def list_held(connection: Connection, before_ms: int) -> Sequence[CardPayment]:
    """Payments whose money has been kept aside since before that moment."""
    query = select(CARD_PAYMENTS).where(CARD_PAYMENTS.c.booking == HELD, CARD_PAYMENTS.c.authorised_ms <= before_ms)
    rows = connection.execute(query.order_by(CARD_PAYMENTS.c.authorised_ms).limit(BATCH)).mappings()
    return [read_payment(row) for row in rows]


def change_payment(connection: Connection, acs_id: str, where: dict[str, Any], values: dict[str, Any]) -> bool:
    """Change it if its columns still have those values; whether they had."""
    change = update(CARD_PAYMENTS).where(CARD_PAYMENTS.c.acs_id == acs_id)
    for name, value in where.items():
        column = CARD_PAYMENTS.c[name]
        change = change.where(column.is_(None) if value is None else column == value)
    return connection.execute(change.values(values)).rowcount == 1


def move_payment(
    connection: Connection, payment: CardPayment, state: ChallengeState, **values: str | int | None
) -> bool:
    """From its state to another; False where somebody was faster."""
    return change_payment(connection, payment.acs_id, {"state": payment.state.value}, {"state": state.value, **values})


def sum_unchallenged(connection: Connection, payment_card_id: int) -> Unchallenged:
    """What the card was let pay by the exemption since the last time that its customer confirmed a payment."""
    own = CARD_PAYMENTS.c.payment_card_id == payment_card_id
    strong = select(func.coalesce(func.max(CARD_PAYMENTS.c.decided_ms), 0)).where(
        own, CARD_PAYMENTS.c.state == ChallengeState.AUTHENTICATED.value
    )
    query = select(func.coalesce(func.sum(CARD_PAYMENTS.c.cents), 0), func.count()).where(
        own,
        CARD_PAYMENTS.c.state == ChallengeState.EXEMPTED.value,
        CARD_PAYMENTS.c.created_ms > strong.scalar_subquery(),
    )
    cents, count = connection.execute(query).one()
    return Unchallenged(int(cents), int(count))


def sum_authorised(connection: Connection, payment_card_id: int, since_ms: int) -> int:
    """The cents that the card was authorised to pay since then, but for what was given back."""
    query = select(func.coalesce(func.sum(CARD_PAYMENTS.c.cents), 0)).where(
        CARD_PAYMENTS.c.payment_card_id == payment_card_id,
        CARD_PAYMENTS.c.authorised_ms >= since_ms,
        CARD_PAYMENTS.c.booking.in_((HELD, CAPTURED)),
    )
    return int(connection.execute(query).scalar_one())


def name_merchant(connection: Connection, merchant_id: int) -> str:
    """The shop's name."""
    return str(connection.execute(select(MERCHANTS.c.name).where(MERCHANTS.c.id == merchant_id)).scalar_one())


def read_payment(row: RowMapping) -> CardPayment:
    """The value of a row."""
    values = {name: row[name] for name in COLUMNS}
    return CardPayment(**(values | {"state": ChallengeState(row["state"])}))


def _first(connection: Connection, query: Select[Any]) -> CardPayment | None:
    row = connection.execute(query).mappings().first()
    return read_payment(row) if row else None
