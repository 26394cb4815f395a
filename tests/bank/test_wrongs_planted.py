"""Wrongs that were planted in the bank and that no test noticed: each has one that does."""

import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bank.books.records import Attempt, Reason
from bank.books.store_sql import SqlStore
from bank.cards import vpcd
from bank.demo.customers import furnish_books
from bank.demo.database import DATABASE_FILE, open_database, open_in_memory
from bank.emv.keys import card_key
from bank.emv.terminal import CodeRequest
from bank.errors import BankError, StateError
from bank.push.ports import Urgency
from bank.verification import DEFAULT_POLICY, Search, Verifier

CARD = "bank-card"
SECRET = "hidden-word"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with closing(open_database(tmp_path)) as books:
        yield books


def test_the_urgencies_are_the_words_of_the_standard() -> None:
    """RFC 8030, 5.3: a push service refuses any other."""
    assert {each.value for each in Urgency} == {"very-low", "low", "normal", "high"}


@pytest.mark.parametrize(("challenge", "account", "named"), [("x", "", "challenge"), ("", "x", "account")])
def test_a_wrong_request_names_what_is_wrong(challenge: str, account: str, named: str) -> None:
    with pytest.raises(BankError, match=f"^{named}: 1 to "):
        CodeRequest(challenge=challenge, account=account)


@pytest.mark.parametrize(
    ("apart", "accepted"), [(1, True), (DEFAULT_POLICY.gap, True), (DEFAULT_POLICY.gap + 1, False)]
)
def test_two_codes_of_a_resynchronisation_are_so_far_apart_at_most(
    memory: SqlStore, apart: int, accepted: bool
) -> None:
    books = memory
    furnish_books(books)
    card = books.find_card(CARD)
    assert card is not None
    code = Search(card, card_key(books.issuer_key(card.key_name), card.pan, card.psn)).code
    assert Verifier(books).resynchronise_counter(CARD, (code(3000), code(3000 + apart))).accepted is accepted


def test_refusals_are_counted_down_to_the_last_and_forgotten_by_a_right_code(memory: SqlStore) -> None:
    """`left` is what the customer is told; the one after the last is not looked at."""
    furnish_books(memory)
    card = memory.find_card(CARD)
    assert card is not None
    code = Search(card, card_key(memory.issuer_key(card.key_name), card.pan, card.psn)).code
    verifier = Verifier(memory)
    wrong = str(int(code(1)) ^ 1).zfill(8)
    most = DEFAULT_POLICY.attempts
    assert [verifier.verify(CARD, wrong).left for _ in range(most - 1)] == list(range(most - 1, 0, -1))
    assert verifier.verify(CARD, code(1)).accepted
    refused = [verifier.verify(CARD, wrong) for _ in range(most + 1)]
    assert [each.left for each in refused] == [*range(most - 1, -1, -1), 0]
    assert [each.reason for each in refused] == [Reason.NO_MATCH] * most + [Reason.LIMITED]


def test_a_card_that_is_blocked_while_its_code_is_looked_at_uses_no_counter(memory: SqlStore) -> None:
    furnish_books(memory)
    assert memory.take_attempt(CARD, DEFAULT_POLICY.attempts) is not None
    memory.block_card(CARD, blocked=True)
    assert not memory.accept_code(CARD, 1)
    memory.block_card(CARD, blocked=False)
    assert memory.accept_code(CARD, 1)


def said_by(error: BaseException | None) -> str:
    """Everything in an error and in those it came from."""
    return "" if error is None else f"{error!r} {error} {said_by(error.__cause__ or error.__context__)}"


@pytest.mark.parametrize("kind", ["sqlite", "memory", "postgresql"])
def test_an_error_of_the_database_holds_nothing_that_was_asked_or_stored(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = request.getfixturevalue("postgres").new_database() if kind == "postgresql" else ""
    store = open_in_memory() if kind == "memory" else open_database(tmp_path, url)
    with store.writing() as connection:
        for table in ("attempts", "customers"):
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO gone_{table}")
    with pytest.raises(StateError) as noted:
        store.note_attempt(Attempt(datetime(2026, 1, 1, tzinfo=UTC), CARD, SECRET, Reason.NO_MATCH))
    with pytest.raises(StateError) as asked:
        store.find_customer(SECRET)
    for error in (noted.value, asked.value):
        assert re.search(r"no such table|UndefinedTable", said_by(error)), "this is where it would be"
        assert SECRET not in said_by(error)
    store.close()


def test_an_answered_commit_is_on_the_disk(store: SqlStore) -> None:
    """SQLite, pragma synchronous: with 1 (NORMAL) and a journal beside the file, a power cut takes commits."""
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_transaction_that_will_write_holds_the_lock_from_its_beginning(store: SqlStore, tmp_path: Path) -> None:
    """One that reads first and writes then fails at once where another has written in between: nobody would wait."""
    other = sqlite3.connect(tmp_path / DATABASE_FILE, timeout=0, isolation_level=None)
    with store.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with store.reading():
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()


class Wire(socket.socket):
    """A connection that remembers in which order it was asked for what."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(fileno=descriptor)
        self.steps: list[str] = []

    def setsockopt(self, *arguments: Any) -> None:  # noqa: ANN401 - as Python has it
        if arguments == (socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1):
            self.steps.append("acknowledge")
        super().setsockopt(*arguments)

    def recv(self, *arguments: Any) -> bytes:  # noqa: ANN401 - as Python has it
        self.steps.append("receive")
        return super().recv(*arguments)


def test_every_piece_from_the_virtual_reader_is_acknowledged_at_once() -> None:
    """The kernel forgets the option: without it before each piece, each message waits 45 ms."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        reader = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        wire = Wire(accepted.detach())
        with reader, wire:
            reader.sendall(b"\x00\x02\x00\xa4" * 2)
            assert [vpcd._receive(wire) for _ in range(2)] == [b"\x00\xa4"] * 2
            assert wire.steps == ["acknowledge", "receive"] * (len(wire.steps) // 2)
            assert len(wire.steps) >= 8
