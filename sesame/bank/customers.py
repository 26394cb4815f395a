"""`sesame bank customer ...`: whom the books know."""

import argparse
from typing import Final

from bank.books.clock import read_time, wall_ms
from bank.books.records import Customer
from bank.books.store import Store
from bank.demo.people import furnish_people
from bank.errors import UnknownCardError
from bank.verification import find_card
from sesame.bank.printing import format_rows, say_either
from sesame.exits import Exit

HEADS: Final = (("user", 10), ("card", 20), ("name", 0))


def add_customer(store: Store, arguments: argparse.Namespace) -> Exit:
    """Take a customer into the books. Raises UnknownCardError, IssuingError."""
    user = arguments.user.upper()
    card = find_card(store, arguments.card)
    if card is None:
        raise UnknownCardError("the bank has issued no such card; `sesame bank card list` shows them")
    store.add_customer(Customer(user, arguments.name or user), card.card_id)
    with store.writing() as connection:
        furnish_people(connection, read_time(connection, wall_ms()))
    return say_either(arguments, f"{user} signs in with {card.card_id}\n", user=user, card=card.card_id)


def list_customers(store: Store, arguments: argparse.Namespace) -> Exit:
    """Every customer, by user code."""
    holders = store.list_holders()
    text = format_rows(HEADS, [(one.customer.user, one.card_id, one.customer.name) for one in holders])
    facts = [{"user": one.customer.user, "card": one.card_id, "name": one.customer.name} for one in holders]
    return say_either(arguments, text, customers=facts)
