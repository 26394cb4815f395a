"""The bank's memory as the verification needs it, and one that lives in the process."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bank.books.records import Attempt, Customer, IssuedCard, Status, check_card_id, check_name, show_controls
from bank.emv.keys import TEST_KEYS, IssuerKey
from bank.errors import IssuingError, UnknownCardError

LOG_LENGTH = 1000
"""How many attempts the store in memory remembers."""


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

    def list_cards(self) -> Sequence[IssuedCard]:
        """All cards, by identifier."""
        ...

    def list_attempts(self, card_id: str) -> Sequence[Attempt]:
        """The log of one card, oldest first."""
        ...

    def add_card(self, card: IssuedCard, last_atc: int = 0) -> None:
        """Take a card into the books. Raises IssuingError when its identifier or number is taken."""
        ...

    def add_customer(self, customer: Customer) -> None:
        """Take a customer into the books. Raises IssuingError when the code is taken or the card unknown."""
        ...

    def furnish_books(self, cards: Iterable[Issue], customers: Iterable[Customer]) -> None:
        """Take in, in one transaction, the cards and customers whose identifiers are not there yet."""
        ...

    def begin_anew(self, cards: Iterable[Issue]) -> None:
        """Give cards their first state, in one transaction: the counter they start from, no refusal, not blocked. One
        that is not there is left out."""
        ...

    def take_attempt(self, card_id: str, limit: int) -> bool:
        """Count an attempt before it is looked at; False, and nothing counted, when blocked or `limit` is reached."""
        ...

    def accept_code(self, card_id: str, atc: int) -> bool:
        """Use the counter up: store it and forget the failures, if it is above the last one; else False."""
        ...

    def block_card(self, card_id: str, blocked: bool) -> None:
        """Refuse, or take again, this card's codes. Unblocking forgets the failures. Raises UnknownCardError."""
        ...

    def note_attempt(self, attempt: Attempt) -> None:
        """Write into the log."""
        ...


@dataclass
class Tables:
    """The records of a small store and the transactions on them; whoever uses it provides lock and durability."""

    customers: dict[str, Customer] = field(default_factory=dict)
    cards: dict[str, IssuedCard] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)
    log: list[Attempt] = field(default_factory=list)

    def card_status(self, card_id: str) -> Status:
        """See Store."""
        try:
            return self.statuses[card_id]
        except KeyError:
            raise UnknownCardError("the bank has not issued such a card") from None

    def numbered(self, pan: str) -> IssuedCard | None:
        """See Store.card_numbered."""
        return next((card for card in self.cards.values() if card.pan == pan), None)

    def add_card(self, card: IssuedCard, last_atc: int) -> None:
        """See Store."""
        check_card_id(card)
        if card.card_id in self.cards or self.numbered(card.pan):
            raise IssuingError("a card with this identifier or number is already issued")
        self.cards[card.card_id] = card
        self.statuses[card.card_id] = Status(last_atc)

    def add_customer(self, customer: Customer) -> None:
        """See Store."""
        check_name(customer)
        if customer.user in self.customers:
            raise IssuingError("this user code is taken")
        if customer.card_id not in self.cards:
            raise IssuingError("the bank has not issued the card of this customer")
        self.customers[customer.user] = customer

    def furnish_books(self, cards: Iterable[Issue], customers: Iterable[Customer]) -> None:
        """See Store."""
        for card, last_atc in cards:
            if card.card_id not in self.cards:
                self.add_card(card, last_atc)
        for customer in customers:
            if customer.user not in self.customers:
                self.add_customer(customer)

    def begin_anew(self, cards: Iterable[Issue]) -> None:
        """See Store."""
        self.statuses |= {card.card_id: Status(last_atc) for card, last_atc in cards if card.card_id in self.cards}

    def move(self, card_id: str, status: Status | None) -> bool:
        """Put the new status in, if there is one."""
        if status is None:
            return False
        self.statuses[card_id] = status
        return True

    def block_card(self, card_id: str, blocked: bool) -> None:
        """See Store."""
        self.statuses[card_id] = replace(self.card_status(card_id), blocked=blocked, failures=0)

    def note_attempt(self, attempt: Attempt) -> None:
        """See Store."""
        self.log = [*self.log[1 - LOG_LENGTH :], replace(attempt, source=show_controls(attempt.source))]


class MemoryStore:
    """A store that dies with the process, with the published test keys."""

    def __init__(self) -> None:
        self._tables = Tables()
        self._lock = threading.Lock()

    def issuer_key(self, name: str) -> IssuerKey:
        """See Store."""
        return issuer_test_key(name)

    def find_customer(self, user: str) -> Customer | None:
        """See Store."""
        return self._tables.customers.get(user)

    def find_card(self, card_id: str) -> IssuedCard | None:
        """See Store."""
        return self._tables.cards.get(card_id)

    def card_numbered(self, pan: str) -> IssuedCard | None:
        """See Store."""
        with self._lock:
            return self._tables.numbered(pan)

    def card_status(self, card_id: str) -> Status:
        """See Store."""
        return self._tables.card_status(card_id)

    def list_customers(self) -> Sequence[Customer]:
        """See Store."""
        with self._lock:
            return sorted(self._tables.customers.values(), key=lambda customer: customer.user)

    def list_cards(self) -> Sequence[IssuedCard]:
        """See Store."""
        with self._lock:
            return sorted(self._tables.cards.values(), key=lambda card: card.card_id)

    def list_attempts(self, card_id: str) -> Sequence[Attempt]:
        """See Store."""
        with self._lock:
            return [attempt for attempt in self._tables.log if attempt.card_id == card_id]

    def add_card(self, card: IssuedCard, last_atc: int = 0) -> None:
        """See Store."""
        with self._lock:
            self._tables.add_card(card, last_atc)

    def add_customer(self, customer: Customer) -> None:
        """See Store."""
        with self._lock:
            self._tables.add_customer(customer)

    def furnish_books(self, cards: Iterable[Issue], customers: Iterable[Customer]) -> None:
        """See Store."""
        with self._lock:
            self._tables.furnish_books(cards, customers)

    def begin_anew(self, cards: Iterable[Issue]) -> None:
        """See Store."""
        with self._lock:
            self._tables.begin_anew(cards)

    def take_attempt(self, card_id: str, limit: int) -> bool:
        """See Store."""
        with self._lock:
            return self._tables.move(card_id, self._tables.card_status(card_id).attempted(limit))

    def accept_code(self, card_id: str, atc: int) -> bool:
        """See Store."""
        with self._lock:
            return self._tables.move(card_id, self._tables.card_status(card_id).accepted(atc))

    def block_card(self, card_id: str, blocked: bool) -> None:
        """See Store."""
        with self._lock:
            self._tables.block_card(card_id, blocked)

    def note_attempt(self, attempt: Attempt) -> None:
        """See Store."""
        with self._lock:
            self._tables.note_attempt(attempt)


def issuer_test_key(name: str) -> IssuerKey:
    """One of the published test keys. Raises UnknownCardError."""
    try:
        return TEST_KEYS[name]
    except KeyError:
        raise UnknownCardError(f"no issuer key called {name!r} in this store") from None
