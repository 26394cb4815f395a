"""A card of the factory becomes one of the books: what the bank writes down of it to check its codes."""

from bank.books.records import IssuedCard
from bank.cards.profile import CardApplication


def issue_card(card_id: str, application: CardApplication, limit: int) -> IssuedCard:
    """The bank's side of a card's CAP application. Raises IssuingError when its codes cannot be checked."""
    own = application
    return IssuedCard(
        card_id=card_id,
        pan=own.pan,
        psn=own.psn,
        key_name=own.issuer,
        aid=own.aid,
        version=own.version,
        dki=own.dki,
        aip=own.aip,
        pdol=own.pdol,
        cdol1=own.cdol1,
        ipb=own.ipb,
        iaf=own.iaf,
        tail=own.tail,
        new_card=own.new_card,
        belgian=own.belgian,
        limit=limit,
    )
