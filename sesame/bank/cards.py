"""`sesame bank card ...`, `block`, `unblock`: the cards in the books and what became of them."""

import argparse
from collections.abc import Iterator
from typing import Final

from bank.books.records import Customer, IssuedCard
from bank.books.store import Store
from bank.errors import UnknownCardError
from bank.verification import find_card
from sesame.bank.printing import format_row, format_rows, say_either
from sesame.exits import Exit

HEADS: Final = (("card", 20), ("user", 10), ("counter", 9), ("refusals", 10), ("", 9), ("name", 0))
SAYS: Final = {
    True: "the bank refuses every code of {card} from now on; the card itself knows nothing of it\n",
    False: "the bank takes codes of {card} again, and its refusals are forgotten. A card that shows CARTE BLOQUÉE "
    "is another thing: it has blocked its own PIN, which no bank's books undo; `sesame bank next` makes it as new\n",
}
"""By whether the card is blocked now."""


def list_cards(store: Store, arguments: argparse.Namespace) -> Exit:
    """Cards, counters and who has them."""
    held = list(_held(store))
    text = format_rows(HEADS, [_card_row(store, card_id, holder) for card_id, holder in held])
    return say_either(arguments, text, cards=[_card_fields(store, card_id, holder) for card_id, holder in held])


def list_former(store: Store, arguments: argparse.Namespace) -> Exit:
    """As it was spelt before: with WHO the attempts, without any the cards."""
    return list_attempts(store, arguments) if arguments.wanted else list_cards(store, arguments)


def list_attempts(store: Store, arguments: argparse.Namespace) -> Exit:
    """The log of one card, oldest first. Raises UnknownCardError."""
    card_id = known_card(store, arguments.wanted).card_id
    attempts = list(store.list_attempts(card_id))
    text = "".join(
        format_row((f"{one.at:%Y-%m-%d %H:%M:%S}", 21), (one.reason.value, 42), (one.source, 0)) for one in attempts
    )
    facts = [{"at": f"{one.at:%FT%T%z}", "reason": one.reason.value, "source": one.source} for one in attempts]
    return say_either(arguments, text, card=card_id, attempts=facts)


def block_card(store: Store, arguments: argparse.Namespace) -> Exit:
    """Refuse its codes from now on. Raises UnknownCardError."""
    return _turn(store, arguments, blocked=True)


def unblock_card(store: Store, arguments: argparse.Namespace) -> Exit:
    """Take its codes again. Raises UnknownCardError."""
    return _turn(store, arguments, blocked=False)


def known_card(store: Store, who: str) -> IssuedCard:
    """The card of that user code, name or number. Raises UnknownCardError."""
    card = find_card(store, who)
    if card is None:
        raise UnknownCardError("no such user code or card; `sesame bank card list` shows them")
    return card


def _turn(store: Store, arguments: argparse.Namespace, *, blocked: bool) -> Exit:
    card = known_card(store, arguments.wanted)
    store.block_card(card.card_id, blocked)
    return say_either(arguments, SAYS[blocked].format(card=card.card_id), card=card.card_id, blocked=blocked)


def _held(store: Store) -> Iterator[tuple[str, Customer | None]]:
    """Every card with each customer who has it."""
    everybody = store.list_holders()
    for card in store.list_cards():
        holders = [holder.customer for holder in everybody if holder.card_id == card.card_id]
        yield from ((card.card_id, holder) for holder in holders)
        if not holders:
            yield card.card_id, None


def _card_row(store: Store, card_id: str, holder: Customer | None) -> tuple[str, ...]:
    status = store.card_status(card_id)
    blocked = "blocked" if status.blocked else ""
    user, name = (holder.user, holder.name) if holder else ("-", "")
    return card_id, user, str(status.last_atc), str(status.failures), blocked, name


def _card_fields(store: Store, card_id: str, holder: Customer | None) -> dict[str, object]:
    status = store.card_status(card_id)
    return {
        "card": card_id,
        "user": holder.user if holder else None,
        "name": holder.name if holder else None,
        "counter": status.last_atc,
        "refusals": status.failures,
        "blocked": status.blocked,
    }
