"""The card that a shop was given: whose it is, whether it is good, and a token for it instead of its number."""

import hmac
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from sqlalchemy import Connection, RowMapping, select

from bank.books.limiting import count_one, uncount_one
from bank.books.people import PaymentCardState
from bank.books.schema import PAYMENT_CARDS
from bank.emv.printed import make_verification_value
from bank.threeds.elements import passes_luhn
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import Merchant
from bank.threeds.values import TOKEN_KEY, TokenContent, seal_token


@dataclass(frozen=True, slots=True)
class TypedCard:
    """What a customer types from his card: number, expiry as YYMM, verification value."""

    number: str = field(repr=False)
    expires: str = field(repr=False)
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownCard:
    """A payment card as it is asked about. `expires`: YYMM. `limit_cents`: for payments in 30 days."""

    payment_card_id: int
    customer_id: int
    account_id: int
    state: PaymentCardState
    expires: str
    limit_cents: int


class CardAnswer(Enum):
    """What came of a typed card. Whatever was wrong, WRONG is all that is told."""

    TAKEN = "taken"
    WRONG = "wrong"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The token of a card that was taken."""

    answer: CardAnswer
    token: str = field(default="", repr=False)


NOBODY: Final = "unknown"


def take_card(frame: CardFrame, merchant: Merchant, typed: TypedCard) -> TokenAnswer:
    """A token for this card at this shop. A try is counted before anything is compared: the three digits of a card
    cannot be found by asking. Raises StateError."""
    issued = frame.store.card_numbered(typed.number) if _is_number(typed.number) else None
    key = f"card-typed/{issued.card_id if issued else NOBODY + '/' + merchant.code}"
    policy = frame.policy
    with frame.writing() as (connection, now_ms):
        if not count_one(connection, key, policy.wrong_card_tries, now_ms, policy.wrong_card_window_ms):
            return TokenAnswer(CardAnswer.CLOSED)
        known = find_card(connection, issued.card_id) if issued else None
        expected = make_verification_value(typed.number, known.expires) if known else "???"
        right = hmac.compare_digest(expected.encode(), typed.value.encode())
        if known is None or not right or known.expires != typed.expires:
            return TokenAnswer(CardAnswer.WRONG)
        uncount_one(connection, key)
        content = TokenContent(known.payment_card_id, merchant.merchant_id, now_ms + policy.token_ms)
        return TokenAnswer(CardAnswer.TAKEN, seal_token(frame.key(TOKEN_KEY), content))


def _is_number(typed: str) -> bool:
    """Whether it may be a card's; anything else is as wrong as a number that is none."""
    return typed.isascii() and typed.isdecimal() and passes_luhn(typed)


def find_card(connection: Connection, card_id: str) -> KnownCard | None:
    """The payment card of that chip; where there were several, the latest."""
    query = select(PAYMENT_CARDS).where(PAYMENT_CARDS.c.card_id == card_id).order_by(PAYMENT_CARDS.c.id.desc())
    row = connection.execute(query.limit(1)).mappings().first()
    return _known(row) if row else None


def lock_card(connection: Connection, payment_card_id: int) -> KnownCard | None:
    """The payment card with that number; who asks for the same one waits, where rows are locked."""
    query = select(PAYMENT_CARDS).where(PAYMENT_CARDS.c.id == payment_card_id).with_for_update()
    row = connection.execute(query).mappings().first()
    return _known(row) if row else None


def is_past(expires: str, month: str) -> bool:
    """Whether a card's last month (YYMM) is over in that month. A century is a hundred years from now at most."""
    return (int(expires[:2]) - int(month[:2])) % 100 >= 50 or (
        expires[:2] == month[:2] and int(expires[2:]) < int(month[2:])
    )


def _known(row: RowMapping) -> KnownCard:
    return KnownCard(
        row["id"],
        row["customer_id"],
        row["account_id"],
        PaymentCardState(row["state"]),
        row["expires"],
        row["payment_cents"],
    )
