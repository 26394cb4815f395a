"""A store in one private file: enough for the command line and one branch's demonstration, not for a bank.

Card keys are not in it: cards name one of the published test keys.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from bank.errors import IssuingError, StateError
from bank.files import exclusive, read_private, write_private
from bank.issuer import Version
from bank.keys import IssuerKey
from bank.records import Attempt, Customer, IssuedCard, Reason, Status
from bank.store import Issue, Tables, issuer_test_key

FORMAT = 1
BYTES = ("aid", "aip", "pdol", "cdol1", "ipb", "iaf", "tail")


class FileStore:
    """Every transaction reads the file, changes it and replaces it, under a lock that processes share."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def issuer_key(self, name: str) -> IssuerKey:
        """See Store."""
        return issuer_test_key(name)

    def customer(self, user: str) -> Customer | None:
        """See Store."""
        return self._tables().customers.get(user)

    def card(self, card_id: str) -> IssuedCard | None:
        """See Store."""
        return self._tables().cards.get(card_id)

    def card_numbered(self, pan: str) -> IssuedCard | None:
        """See Store."""
        return self._tables().numbered(pan)

    def status(self, card_id: str) -> Status:
        """See Store."""
        return self._tables().status(card_id)

    def customers(self) -> Sequence[Customer]:
        """See Store."""
        return sorted(self._tables().customers.values(), key=lambda customer: customer.user)

    def cards(self) -> Sequence[IssuedCard]:
        """See Store."""
        return sorted(self._tables().cards.values(), key=lambda card: card.card_id)

    def attempts(self, card_id: str) -> Sequence[Attempt]:
        """See Store."""
        return [attempt for attempt in self._tables().log if attempt.card_id == card_id]

    def add_card(self, card: IssuedCard, last_atc: int = 0) -> None:
        """See Store."""
        with self._changing() as tables:
            tables.add_card(card, last_atc)

    def add_customer(self, customer: Customer) -> None:
        """See Store."""
        with self._changing() as tables:
            tables.add_customer(customer)

    def furnish(self, cards: Iterable[Issue], customers: Iterable[Customer]) -> None:
        """See Store."""
        with self._changing() as tables:
            tables.furnish(cards, customers)

    def attempt(self, card_id: str, limit: int) -> bool:
        """See Store."""
        with self._changing() as tables:
            return tables.move(card_id, tables.status(card_id).attempted(limit))

    def accept(self, card_id: str, atc: int) -> bool:
        """See Store."""
        with self._changing() as tables:
            return tables.move(card_id, tables.status(card_id).accepted(atc))

    def block(self, card_id: str, blocked: bool) -> None:
        """See Store."""
        with self._changing() as tables:
            tables.block(card_id, blocked)

    def note(self, attempt: Attempt) -> None:
        """See Store."""
        with self._changing() as tables:
            tables.note(attempt)

    @contextmanager
    def _changing(self) -> Iterator[Tables]:
        with exclusive(self._path):
            tables = self._tables()
            before = _encoded(tables)
            yield tables
            if (after := _encoded(tables)) != before:
                write_private(self._path, after)

    def _tables(self) -> Tables:
        """A whole file is always there to read: it is replaced at once, so reading takes no lock."""
        raw = read_private(self._path)
        if raw is None:
            return Tables()
        try:
            return _loaded(json.loads(raw))
        except (ValueError, TypeError, KeyError, AttributeError, IssuingError) as cause:
            raise StateError(f"{self._path} is no bank of format {FORMAT}; move it away to begin anew") from cause


def card_to_dict(card: IssuedCard) -> dict[str, Any]:
    """An issued card as JSON takes it."""
    return {name: _plain(value) for name, value in asdict(card).items()}


def card_from_dict(fields: Mapping[str, Any]) -> IssuedCard:
    """The way back. Raises ValueError, TypeError or IssuingError for what is no card."""
    values = dict(fields)
    for name in BYTES:
        values[name] = None if values[name] is None else bytes.fromhex(values[name])
    values["version"] = Version(values["version"])
    return IssuedCard(**values)


def _encoded(tables: Tables) -> bytes:
    return json.dumps(_dumped(tables), indent=1).encode()


def _dumped(tables: Tables) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "customers": [asdict(customer) for customer in tables.customers.values()],
        "cards": [card_to_dict(card) for card in tables.cards.values()],
        "statuses": {card_id: asdict(status) for card_id, status in tables.statuses.items()},
        "log": [{name: _plain(value) for name, value in asdict(attempt).items()} for attempt in tables.log],
    }


def _loaded(found: Mapping[str, Any]) -> Tables:
    if found["format"] != FORMAT:
        raise ValueError("another format")
    customers = (Customer(**fields) for fields in found["customers"])
    cards = (card_from_dict(fields) for fields in found["cards"])
    return Tables(
        {customer.user: customer for customer in customers},
        {card.card_id: card for card in cards},
        {card_id: Status(**fields) for card_id, fields in found["statuses"].items()},
        [_attempt(fields) for fields in found["log"]],
    )


def _attempt(fields: Mapping[str, Any]) -> Attempt:
    return Attempt(datetime.fromisoformat(fields["at"]), fields["card_id"], fields["source"], Reason(fields["reason"]))


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value
