"""The demonstration's books: the gallery's cards as issued, and the guide's two customers."""

from collections.abc import Iterable

from bank.books.records import Customer, IssuedCard
from bank.books.store import Issue, Store
from bank.cards.gallery import GALLERY
from bank.issuing import issue_card

CUSTOMERS = (
    Customer("DURAND42", "Claude Durand", "bank-card"),
    Customer("MOREAU17", "Dominique Moreau", "sesame-card"),
)
"""One with a bank card, one with a Sésame card only."""


def issued_gallery() -> tuple[IssuedCard, ...]:
    """The bank's side of every card of the gallery that makes codes; its identifier is the card's name."""
    cards = []
    for entry in GALLERY.values():
        application = entry.code_application
        if application:
            cards.append(issue_card(entry.name, application, entry.profile.limit))
    return tuple(cards)


def furnish_books(store: Store) -> None:
    """Take the demonstration's cards and customers into the books; what is there already stays as it is."""
    store.furnish_books(_first_issues(), CUSTOMERS)


def begin_anew(store: Store) -> None:
    """Give every card of the demonstration its first state, for the next one who tries it; customers, those issued
    since among them, and the log stay. Raises StateError."""
    store.begin_anew(_first_issues())


def _first_issues() -> Iterable[Issue]:
    return ((card, GALLERY[card.card_id].profile.first_atc) for card in issued_gallery())
