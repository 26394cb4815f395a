"""`sesame bank customer ...`: whom the books know."""

import argparse
import sys
from typing import Final

from bank.books.records import Customer
from bank.books.store import Store
from bank.errors import UnknownCardError
from bank.verification import find_card
from sesame.bank.printing import print_json, print_table
from sesame.exits import Exit

HEADS: Final = (("user", 10), ("card", 20), ("name", 0))


def add_customer(store: Store, arguments: argparse.Namespace) -> Exit:
    """Take a customer into the books. Raises UnknownCardError, IssuingError."""
    user = arguments.user.upper()
    card = find_card(store, arguments.card)
    if card is None:
        raise UnknownCardError("the bank has issued no such card; `sesame bank card list` shows them")
    store.add_customer(Customer(user, arguments.name or user, card.card_id))
    sys.stdout.write(f"{user} signs in with {card.card_id}\n")
    return Exit.OK


def list_customers(store: Store, arguments: argparse.Namespace) -> Exit:
    """Every customer, by user code."""
    customers = store.list_customers()
    if arguments.json:
        print_json([{"user": one.user, "card": one.card_id, "name": one.name} for one in customers])
    else:
        print_table(HEADS, [(one.user, one.card_id, one.name) for one in customers])
    return Exit.OK
