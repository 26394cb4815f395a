"""`sesame bank merchant ...` and `card face`: shops that may ask for card payments, and what is printed on a card."""

import argparse
from typing import Final

from sqlalchemy import select

from bank.books.clock import pass_time, wall_ms
from bank.books.schema import PAYMENT_CARDS
from bank.books.store_sql import SqlStore
from bank.emv.printed import make_verification_value
from bank.errors import UnknownCardError
from bank.threeds.merchants import (
    MerchantEntry,
    MerchantError,
    close_merchant,
    list_merchants,
    make_merchant_key,
    put_merchant,
)
from sesame.bank.cards import known_card
from sesame.bank.printing import format_rows, say_either
from sesame.exits import CommandError, Exit

HEADS: Final = (("code", 20), ("state", 9), ("origin", 34), ("name", 0))


def add_merchant(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """A shop more, or another address and key for one that is there. Raises CommandError."""
    try:
        entry = MerchantEntry(arguments.code, arguments.name, arguments.origin.rstrip("/"), arguments.category)
    except MerchantError as error:
        raise CommandError(Exit.USAGE, str(error)) from error
    key = make_merchant_key()
    with store.writing() as connection:
        put_merchant(connection, entry, key, pass_time(connection, wall_ms()))
    text = f"{entry.code} may ask for card payments from {entry.origin}. Its key, which is told this once:\n{key}\n"
    return say_either(arguments, text, code=entry.code, origin=entry.origin, key=key)


def list_shops(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """Every shop."""
    with store.reading() as connection:
        found = list_merchants(connection)
    text = format_rows(HEADS, [(one.code, one.state, one.origin, one.name) for one in found])
    facts = [{"code": one.code, "state": one.state, "origin": one.origin, "name": one.name} for one in found]
    return say_either(arguments, text, merchants=facts)


def close_shop(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """It may ask no longer."""
    with store.writing() as connection:
        closed = close_merchant(connection, arguments.code)
    text = f"{arguments.code} may ask for no card payments any more\n" if closed else "no such shop may ask\n"
    return say_either(arguments, text, Exit.OK if closed else Exit.FAILED, closed=closed)


def show_face(store: SqlStore, arguments: argparse.Namespace) -> Exit:
    """Number, expiry and verification value, as they are printed on the demonstration's card. Raises
    UnknownCardError."""
    card = known_card(store, arguments.wanted)
    query = select(PAYMENT_CARDS.c.expires).where(PAYMENT_CARDS.c.card_id == card.card_id)
    with store.reading() as connection:
        expires = connection.execute(query.order_by(PAYMENT_CARDS.c.id.desc())).scalar()
    if expires is None:
        raise UnknownCardError(f"{card.card_id} is no payment card: nobody has it to pay with")
    value = make_verification_value(card.pan, expires)
    number = " ".join(card.pan[at : at + 4] for at in range(0, len(card.pan), 4))
    month = f"{expires[2:]}/{expires[:2]}"
    text = f"{number}   expires {month}   value {value}\n"
    return say_either(arguments, text, card=card.card_id, number=card.pan, expires=month, value=value)
