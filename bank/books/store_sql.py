"""The bank in a database: SQLite embedded, PostgreSQL by URL.

What must happen once happens in one UPDATE with its condition in it, which both databases carry out as one step: no
isolation level and no lock of ours is relied on. Issuer keys, and what a card's codes depend on with its number, are
sealed.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Update, insert, select, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError

from bank.books.bell import ChangeBell, take_change
from bank.books.card_json import card_from_dict, card_to_dict
from bank.books.clock import WallClock, read_time, wall_ms
from bank.books.counting import count_attempt, read_status, use_counter, write_attempt
from bank.books.customers import (
    add_credential,
    add_customer,
    find_customer,
    find_holder,
    list_customers,
    list_holders,
    read_text,
)
from bank.books.database import DAMAGED, begin_writing, database_url, name_books, opened_engine, translate_errors
from bank.books.inserting import insert_into
from bank.books.migrating import migrate_database
from bank.books.people import CredentialKind
from bank.books.records import (
    Attempt,
    Customer,
    Holder,
    IssuedCard,
    Reason,
    Status,
    check_card_id,
    check_name,
    is_askable,
)
from bank.books.schema import ATTEMPTS, CARDS, ISSUER_KEYS
from bank.books.store import Issue
from bank.books.vault import BooksVault
from bank.decoding import decode_foreign
from bank.emv.keys import IssuerKey
from bank.errors import IssuingError, StateError, UnknownCardError

Values = dict[str, Any]

SAMPLE = 8
"""How many cards are tried before the key is held to be another's."""

NOT_ISSUED = "the bank has not issued such a card"


class SqlStore:
    """A store behind a database URL (`sqlite:////path/bank.db`, `postgresql://user@host/name`).

    The database is made or brought up to date when the store is opened. Raises StateError when it cannot be used, and
    when the vault's key is not the one that its secrets were sealed with. `wall`: the machine's clock.
    """

    def __init__(self, url: str | URL, vault: BooksVault, wall: WallClock = wall_ms) -> None:
        self._vault = vault
        self._wall = wall
        self._url = database_url(url) if isinstance(url, str) else url
        self._engine = opened_engine(self._url)
        self.bell = ChangeBell()
        try:
            with self.writing() as connection:
                migrate_database(connection)
            self._check_key()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def derive_key(self, purpose: str) -> bytes:
        """A key of the vault's for one purpose: see Vault."""
        return self._vault.derive_key(purpose)

    def index_secret(self, text: str) -> str:
        """What stands for a secret that is compared or looked for: see Vault."""
        return self._vault.index_secret(text)

    def seal_secret(self, name: str, plain: bytes) -> bytes:
        """Bytes as the books may keep them: see Vault."""
        return self._vault.seal_secret(name, plain)

    def unseal_secret(self, name: str, sealed: bytes) -> bytes:
        """The bytes again. Raises StateError."""
        return self._vault.unseal_secret(name, sealed)

    def add_issuer_key(self, key: IssuerKey) -> None:
        """Keep an issuer key, sealed; one of that name that is there already stays as it is."""
        row = {"name": key.name, "sealed": self._vault.seal_secret(key.name, key.value)}
        with self.writing() as connection:
            self._insert_new(connection, ISSUER_KEYS.name, row)

    def issuer_key(self, name: str) -> IssuerKey:
        """See Store."""
        with self.reading() as connection:
            sealed = connection.execute(select(ISSUER_KEYS.c.sealed).where(ISSUER_KEYS.c.name == name)).scalar()
            if sealed is None:
                raise UnknownCardError(f"no issuer key called {name!r} in this bank")
            return IssuerKey(name, self._vault.unseal_secret(name, sealed))

    def find_customer(self, user: str) -> Customer | None:
        """See Store."""
        with self.reading() as connection:
            return find_customer(connection, user)

    def find_holder(self, user: str) -> Holder | None:
        """See Store."""
        with self.reading() as connection:
            return find_holder(connection, user)

    def find_card(self, card_id: str) -> IssuedCard | None:
        """See Store."""
        if not is_askable(card_id):
            return None
        with self.reading() as connection:
            row = connection.execute(select(CARDS).where(CARDS.c.card_id == card_id)).mappings().first()
            return self._card(row) if row else None

    def card_numbered(self, pan: str) -> IssuedCard | None:
        """See Store."""
        if not is_askable(pan):
            return None
        index = self._vault.index_secret(pan)
        with self.reading() as connection:
            row = connection.execute(select(CARDS).where(CARDS.c.number_index == index)).mappings().first()
            return self._card(row) if row else None

    def card_status(self, card_id: str) -> Status:
        """See Store."""
        with self.reading() as connection:
            return _status(connection, card_id)

    def list_customers(self) -> Sequence[Customer]:
        """See Store."""
        with self.reading() as connection:
            return list_customers(connection)

    def list_holders(self) -> Sequence[Holder]:
        """See Store."""
        with self.reading() as connection:
            return list_holders(connection)

    def list_cards(self) -> Sequence[IssuedCard]:
        """See Store."""
        with self.reading() as connection:
            rows = connection.execute(select(CARDS)).mappings()
            return sorted((self._card(row) for row in rows), key=lambda card: card.card_id)

    def list_attempts(self, card_id: str) -> Sequence[Attempt]:
        """See Store."""
        if not is_askable(card_id):
            return []
        query = select(ATTEMPTS).where(ATTEMPTS.c.card_id == card_id).order_by(ATTEMPTS.c.number)
        with self.reading() as connection:
            return [_attempt(row) for row in connection.execute(query).mappings()]

    def add_card(self, card: IssuedCard, last_atc: int = 0) -> None:
        """See Store."""
        with _taken("a card with this identifier or number is already issued"), self.writing() as connection:
            connection.execute(insert(CARDS).values(self._row(card, last_atc)))

    def add_customer(self, customer: Customer, card_id: str) -> Customer:
        """See Store."""
        with _taken("this user code is taken, or the card not issued"), self.writing() as connection:
            return _add_holder(connection, Holder(customer, card_id), read_time(connection, self._wall()))

    def furnish_books(self, cards: Iterable[Issue], holders: Iterable[Holder]) -> None:
        """See Store."""
        with _taken("a card number is taken, or a customer's card not issued"), self.writing() as connection:
            now_ms = read_time(connection, self._wall())
            for card, last_atc in cards:
                self._insert_new(connection, CARDS.name, self._row(card, last_atc))
            for holder in holders:
                check_name(holder.customer)
                if find_customer(connection, holder.customer.user) is None:
                    _add_holder(connection, holder, now_ms)

    def take_attempt(self, card_id: str, limit: int) -> Status | None:
        """See Store."""
        with self.writing() as connection:
            counted = count_attempt(connection, card_id, limit) if is_askable(card_id) else None
            if counted is None:
                _status(connection, card_id)  # raises where there is no such card
            return counted

    def accept_code(self, card_id: str, atc: int, attempt: Attempt | None = None) -> bool:
        """See Store."""
        with self.writing() as connection:
            accepted = is_askable(card_id) and use_counter(connection, card_id, atc)
            if not accepted:
                _status(connection, card_id)
            if attempt is not None:
                reason = Reason.ACCEPTED if accepted else Reason.RACED
                write_attempt(connection, replace(attempt, reason=reason))
            return accepted

    def block_card(self, card_id: str, blocked: bool) -> None:
        """See Store."""
        with self.writing() as connection:
            _move(connection, card_id, update(CARDS).values(blocked=blocked, failures=0))

    def note_attempt(self, attempt: Attempt) -> None:
        """See Store."""
        with self.writing() as connection:
            write_attempt(connection, attempt)

    def _insert_new(self, connection: Connection, table: str, row: Values) -> None:
        target = CARDS.metadata.tables[table]
        made = insert_into(connection, target).values(row)
        connection.execute(made.on_conflict_do_nothing(index_elements=target.primary_key))

    def _row(self, card: IssuedCard, last_atc: int) -> Values:
        check_card_id(card)
        plain = json.dumps(card_to_dict(card)).encode()
        return {
            "card_id": card.card_id,
            "number_index": self._vault.index_secret(card.pan),
            "sealed": self._vault.seal_secret(card.card_id, plain),
            "last_atc": last_atc,
            "failures": 0,
            "blocked": False,
        }

    def _card(self, row: RowMapping) -> IssuedCard:
        return card_from_dict(json.loads(self._vault.unseal_secret(row["card_id"], row["sealed"])))

    def _check_key(self) -> None:
        """A key that opens nothing of these books must seal nothing into them. A damaged row is not the key's fault."""
        with self.reading() as connection:
            keys = connection.execute(select(ISSUER_KEYS.c.name, ISSUER_KEYS.c.sealed)).all()
            cards = connection.execute(select(CARDS.c.card_id, CARDS.c.sealed).limit(SAMPLE)).all()
        sealed = [*keys, *cards]
        # One that opens is enough: damage is found where it is read, a wrong key opens nothing at all.
        if sealed and not any(self._opens(name, row) for name, row in sealed):
            raise StateError(
                f"the key file is not the one of the bank's books ({name_books(self._url)}): put theirs back"
            )

    def _opens(self, name: str, sealed: bytes) -> bool:
        try:
            self._vault.unseal_secret(name, sealed)
        except StateError:
            return False
        return True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that looks. Rows are taken apart inside: what they hold may be damaged."""
        damaged = decode_foreign(f"the bank's books ({name_books(self._url)}): {DAMAGED}")
        with damaged, translate_errors(self._url), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that changes: all of it is on the disk at the end, or nothing. Only one at a time on SQLite.
        What breaks a rule of the tables leaves as IntegrityError."""
        try:
            with translate_errors(self._url), begin_writing(self._engine) as connection:
                take_change(connection)
                yield connection
                changed = take_change(connection)
            if changed:
                self.bell.ring()
        except (TypeError, ValueError, LookupError) as cause:  # a row that was taken apart, not an answer of a desk
            raise StateError(f"the bank's books ({name_books(self._url)}): {DAMAGED}") from cause


@contextmanager
def _taken(message: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as cause:
        raise IssuingError(message) from cause


def _status(connection: Connection, card_id: str) -> Status:
    status = read_status(connection, card_id) if is_askable(card_id) else None
    if status is None:
        raise UnknownCardError(NOT_ISSUED)
    return status


def _move(connection: Connection, card_id: str, change: Update) -> bool:
    """Whether the change found the card as it wants it. Raises UnknownCardError."""
    if not is_askable(card_id):
        raise UnknownCardError(NOT_ISSUED)
    moved = connection.execute(change.where(CARDS.c.card_id == card_id)).rowcount == 1
    if not moved:
        _status(connection, card_id)
    return moved


def _add_holder(connection: Connection, holder: Holder, now_ms: int) -> Customer:
    added = add_customer(connection, holder.customer, now_ms)
    add_credential(connection, added.customer_id, CredentialKind.CARD, holder.card_id, now_ms)
    return added


def reset_cards(connection: Connection, cards: Iterable[Issue]) -> None:
    """Give cards their first state: the counter they start from, no refusal, not blocked. One that is not there is
    left out."""
    for card, last_atc in cards:
        first = update(CARDS).values(last_atc=last_atc, failures=0, blocked=False)
        connection.execute(first.where(CARDS.c.card_id == card.card_id))


def _attempt(row: RowMapping) -> Attempt:
    return Attempt(
        datetime.fromisoformat(row["at"]), read_text(row["card_id"]), read_text(row["source"]), Reason[row["reason"]]
    )
