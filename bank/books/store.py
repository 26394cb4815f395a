"""The bank's memory as its desks need it: `bank.books.store_sql` has it."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from bank.books.records import Attempt, Customer, Holder, IssuedCard, Status
from bank.emv.keys import IssuerKey

if TYPE_CHECKING:
    from sqlalchemy import Connection

Issue = tuple[IssuedCard, int]
"""A card, and the counter it starts from."""


class Store(Protocol):
    """Where the bank keeps its records. Every method is one transaction and safe between threads and processes.

    Raises StateError when the storage fails: then nothing has changed.
    """

    def issuer_key(self, name: str) -> IssuerKey:
        """The issuer key of that name. Raises UnknownCardError."""
        ...

    def find_customer(self, user: str) -> Customer | None:
        """The customer with that user code."""
        ...

    def find_holder(self, user: str) -> Holder | None:
        """The customer with that user code and the card that makes the codes; None for one without a card."""
        ...

    def find_card(self, card_id: str) -> IssuedCard | None:
        """The card with that identifier."""
        ...

    def card_numbered(self, pan: str) -> IssuedCard | None:
        """The card with that number."""
        ...

    def card_status(self, card_id: str) -> Status:
        """What became of a card. Raises UnknownCardError."""
        ...

    def list_customers(self) -> Sequence[Customer]:
        """All customers, by user code."""
        ...

    def list_holders(self) -> Sequence[Holder]:
        """All customers with each of their cards, by user code, the latest card first."""
        ...

    def list_cards(self) -> Sequence[IssuedCard]:
        """All cards, by identifier."""
        ...

    def list_attempts(self, card_id: str) -> Sequence[Attempt]:
        """The log of one card, oldest first."""
        ...

    def add_card(self, card: IssuedCard, last_atc: int = 0) -> None:
        """Take a card into the books. Raises IssuingError when its identifier or number is taken."""
        ...

    def add_customer(self, customer: Customer, card_id: str) -> Customer:
        """Take a customer into the books, with the card that makes the codes; the same with its number. Raises
        IssuingError when the user code is taken or the card unknown."""
        ...

    def furnish_books(self, cards: Iterable[Issue], holders: Iterable[Holder]) -> None:
        """Take in, in one transaction, the cards and customers whose identifiers are not there yet."""
        ...

    def take_attempt(self, card_id: str, limit: int) -> Status | None:
        """Count an attempt before it is looked at, and how the card stands then; None, and nothing counted, when it is
        blocked or `limit` is reached."""
        ...

    def accept_code(self, card_id: str, atc: int, attempt: Attempt | None = None) -> bool:
        """Use the counter up: store it and forget the failures, if it is above the last one; else False.

        `attempt` is written into the log in the same transaction, as accepted or as raced.
        """
        ...

    def block_card(self, card_id: str, blocked: bool) -> None:
        """Refuse, or take again, this card's codes. Unblocking forgets the failures. Raises UnknownCardError."""
        ...

    def reading(self) -> "AbstractContextManager[Connection]":
        """A transaction that looks."""
        ...

    def writing(self) -> "AbstractContextManager[Connection]":
        """A transaction that changes: all of it or nothing."""
        ...

    def note_attempt(self, attempt: Attempt) -> None:
        """Write into the log."""
        ...
