"""The demonstration's books: the gallery's cards as issued, and the guide's two customers."""

from collections.abc import Iterable

from bank.books.records import Customer, CustomerKind, Holder, IssuedCard
from bank.books.store import Issue, Store
from bank.cards.gallery import GALLERY
from bank.issuing import issue_card

HOLDERS = (
    Holder(Customer("DURAND42", "Claude Durand"), "bank-card"),
    Holder(Customer("MOREAU17", "Dominique Moreau", CustomerKind.PROFESSIONAL), "sesame-card"),
)
"""One with a bank card, and one, for an association, with a Sésame card only."""


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
    store.furnish_books(first_issues(), HOLDERS)


def first_issues() -> Iterable[Issue]:
    """Every card of the gallery that makes codes, with the counter it starts from."""
    return ((card, GALLERY[card.card_id].profile.first_atc) for card in issued_gallery())
