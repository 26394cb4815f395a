"""Books under attack: keys that are gone or open to all, damaged rows, foreign bytes, strange names, a full disk."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from bank.books.database import sqlite_url
from bank.books.records import LONGEST_NAME, Attempt, Customer, Holder, Reason
from bank.books.store import Store
from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
from bank.cards.memory import Counters, FileMemory, keep_counters
from bank.demo.customers import issued_gallery
from bank.demo.database import DATABASE_FILE, KEY_FILE, open_database, open_in_memory
from bank.errors import IssuingError, StateError, UnknownCardError
from bank.verification import find_card, verify_code

LIMIT_S = 60
CARD = issued_gallery()[0]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DEEP = b"[" * 200_000
UNASKABLE = ("\0", "bank-card\0", "DURAND42\0", "\ud800", "a\ud800", "\x1bc", "", " ")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Nothing for the file in the bank's directory."""
    return request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else ""


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each kind of store, with one card."""
    if request.param == "memory":
        with closing(open_in_memory()) as books:
            books.add_card(CARD)
            yield books
        return
    new = request.getfixturevalue("postgres").new_database if request.param == "postgresql" else None
    with closing(SqlStore(new() if new else sqlite_url(tmp_path / "bank.db"), BooksVault(bytes(32)))) as database:
        database.add_card(CARD)
        yield database


@contextmanager
def raw_books(folder: Path) -> Iterator[sqlite3.Connection]:
    """The database as a damaged disk or another program writes into it."""
    raw = sqlite3.connect(folder / DATABASE_FILE)
    with raw:
        yield raw
    raw.close()


# The key


def test_a_key_that_is_gone_beside_its_books_is_not_made_anew(tmp_path: Path, url: str) -> None:
    open_database(tmp_path, url).close()
    key = (tmp_path / KEY_FILE).read_bytes()
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(StateError, match=r"bank\.key is missing.*backup"):
        open_database(tmp_path, url)
    assert not (tmp_path / KEY_FILE).exists()
    (tmp_path / KEY_FILE).write_bytes(key)
    (tmp_path / KEY_FILE).chmod(0o600)
    with closing(open_database(tmp_path, url)) as store:
        assert store.find_card("bank-card") is not None


def test_another_directorys_key_does_not_write_into_these_books(tmp_path: Path, url: str) -> None:
    books = url or f"sqlite:///{tmp_path}/shared.db"
    open_database(tmp_path / "one", books).close()
    with pytest.raises(StateError, match="missing"):
        open_database(tmp_path / "two", books)
    BooksVault.made_at(tmp_path / "two" / KEY_FILE)
    with pytest.raises(StateError, match="not the one of the bank's books"):
        open_database(tmp_path / "two", books)
    open_database(tmp_path / "one", books).close()


def test_a_key_is_left_by_no_opening_that_failed(tmp_path: Path) -> None:
    with pytest.raises(StateError):
        open_database(tmp_path, "postgresql://nobody@/bank?host=/nowhere")
    assert not (tmp_path / KEY_FILE).exists()


def test_two_who_begin_at_once_seal_with_one_key(tmp_path: Path, url: str) -> None:
    opened: list[SqlStore] = []
    openers = [threading.Thread(target=lambda: opened.append(open_database(tmp_path, url))) for _ in range(3)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(LIMIT_S)
    assert [store.find_card("bank-card") is not None for store in opened] == [True] * 3
    for store in opened:
        store.close()


def test_one_damaged_row_is_not_the_keys_fault(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    with raw_books(tmp_path) as raw:
        raw.execute("UPDATE cards SET sealed = x'00' WHERE card_id = (SELECT min(card_id) FROM cards)")
        raw.execute("UPDATE issuer_keys SET sealed = 'text' WHERE name = 'TEST-MASTERCARD'")
    with closing(open_database(tmp_path)) as store:
        assert store.find_card("bank-card") is not None
        with pytest.raises(StateError):
            store.issuer_key("TEST-MASTERCARD")


@pytest.mark.parametrize("rights", [0o644, 0o640, 0o604, 0o602, 0o620])
@pytest.mark.parametrize("name", [KEY_FILE, DATABASE_FILE])
def test_files_that_are_open_to_others_are_not_used_without_a_word(tmp_path: Path, name: str, rights: int) -> None:
    open_database(tmp_path).close()
    (tmp_path / name).chmod(rights)
    with pytest.raises(StateError, match=rf"{name} is open to other users.*chmod 600"):
        open_database(tmp_path)
    (tmp_path / name).chmod(0o600)
    open_database(tmp_path).close()


def test_a_key_file_that_is_none_is_named_and_kept(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    (tmp_path / KEY_FILE).write_bytes(b"")
    with pytest.raises(StateError, match=r"bank\.key has 0 bytes"):
        open_database(tmp_path)
    (tmp_path / KEY_FILE).unlink()
    os.mkfifo(tmp_path / KEY_FILE, 0o600)
    with pytest.raises(StateError, match=r"bank\.key is no file"):
        open_database(tmp_path)


# Foreign bytes

MEMORIES = (
    b'{"atc": 1e999, "tries": 3}',
    b'{"atc": NaN, "tries": 3}',
    b'{"atc": 1.0, "tries": 3}',
    b'{"atc": true, "tries": 3}',
    b'{"atc": "1", "tries": 3}',
    b'{"atc": 1, "tries": 3, "more": 0}',
    b'{"atc": ' + b"9" * 5000 + b', "tries": 3}',
    b'{"atc": {}, "tries": []}',
    DEEP,
    b'{"a":' * 100_000,
    b"\xef\xbb\xbf{}",
    b"\0" * 10,
    b" " * 1_000_000,
)


@pytest.mark.parametrize("content", MEMORIES, ids=range(len(MEMORIES)))
def test_bytes_that_are_no_cards_memory_are_an_error_of_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(content)
    with pytest.raises(StateError, match=r"card\.json"):
        FileMemory(path, Counters(0, 3)).update(keep_counters)
    assert path.read_bytes() == content


def test_a_memory_without_an_end_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "card.json").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.json")
    for name in ("card.json", "pipe.json"):
        with pytest.raises(StateError, match="is no file"):
            FileMemory(tmp_path / name, Counters(0, 3)).update(keep_counters)


DAMAGES = (
    "UPDATE attempts SET at = 'yesterday'",
    "UPDATE attempts SET at = x'FF'",
    "UPDATE attempts SET reason = 'WHIM'",
    "UPDATE attempts SET reason = 7",
    "UPDATE attempts SET source = x'00'",
    "UPDATE attempts SET source = CAST(x'FFFE' AS TEXT)",
    "UPDATE customers SET user_code = 'short' WHERE user_code = 'DURAND42'",
    "UPDATE customers SET user_code = x'FFFFFFFFFFFFFFFF' WHERE user_code = 'DURAND42'",
    "UPDATE customers SET name = x'FF' WHERE user_code = 'DURAND42'",
    "UPDATE customers SET name = CAST(x'FF' AS TEXT) WHERE user_code = 'DURAND42'",
    "UPDATE cards SET last_atc = 'none' WHERE card_id = 'bank-card'",
    "UPDATE cards SET last_atc = 1e999 WHERE card_id = 'bank-card'",
    "UPDATE cards SET last_atc = -1 WHERE card_id = 'bank-card'",
    "UPDATE cards SET last_atc = 70000 WHERE card_id = 'bank-card'",
    "UPDATE cards SET failures = 'many' WHERE card_id = 'bank-card'",
    "UPDATE cards SET failures = 0.5 WHERE card_id = 'bank-card'",
    "UPDATE cards SET sealed = 'text' WHERE card_id = 'bank-card'",
    "UPDATE cards SET sealed = x'' WHERE card_id = 'bank-card'",
    "UPDATE cards SET card_id = x'00FF' WHERE card_id = 'bank-card'",
    "DROP TABLE attempts",
    "ALTER TABLE cards RENAME COLUMN sealed TO opened",
    "UPDATE alembic_version SET version_num = 'x'",
    "UPDATE alembic_version SET version_num = 1e999",
    "UPDATE alembic_version SET version_num = x'FF'",
    "DELETE FROM alembic_version",
    "INSERT INTO alembic_version VALUES ('0002')",
    "DROP TABLE alembic_version",
    "UPDATE credentials SET card_id = x'FF'",
)


def everything(store: SqlStore) -> Iterator[Callable[[], object]]:
    """Every question to the books."""
    yield lambda: verify_code(store, "DURAND42", "12345678")
    yield lambda: store.list_attempts("bank-card")
    yield store.list_customers
    yield store.list_cards
    yield lambda: store.card_status("bank-card")
    yield lambda: find_card(store, "bank-card")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_row_is_an_error_of_ours_whatever_is_asked(tmp_path: Path, damage: str) -> None:
    with closing(open_database(tmp_path)) as store:
        verify_code(store, "bank-card", "12345678")
    with raw_books(tmp_path) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute(damage)
    errors: list[Exception] = []
    try:
        with closing(open_database(tmp_path)) as store:
            for ask in everything(store):
                try:
                    ask()
                except Exception as error:
                    errors.append(error)
    except Exception as error:
        errors.append(error)
    assert errors
    assert all(isinstance(error, StateError) for error in errors)
    assert any("damaged" in str(error) or "key" in str(error) for error in errors)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgresql://user@host:port/bank",
        "postgresql://user@host:99999999999/bank",
        "postgresql://[::1/bank",
        "postgresql+asyncpg://user@host/bank",
        "postgresql+psycopg2://user@host/bank",
        "sqlite+aiosqlite:////tmp/bank.db",
        "sqlite+nonsense:////tmp/bank.db",
        "sqlite:///bank.db?timeout=never",
        "sqlite:///bank.db?uri=true",
        "sqlite:////tmp/\0.db",
        "sqlite:////" + "x" * 5000,
        "sqlite:///",
        "postgresql://user@/bank?host=/nowhere&nonsense=1",
        "postgresql://\ud800@/bank?host=/nowhere",
        "postgresql://user:hidden-word@/bank?host=/nowhere&password=hidden-word",
        "[" * 100_000,
    ],
)
def test_a_url_that_leads_nowhere_is_an_error_of_ours_without_its_password(url: str) -> None:
    with pytest.raises(StateError) as caught:
        SqlStore(url, BooksVault(bytes(32)))
    assert "hidden-word" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["a?b", "a#b", "a%20b", "a%zz", "é №", "a?mode=memory", "file:x", "\udcff", "a b@c:d", ":memory:"]
)
def test_the_states_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    with closing(open_database(tmp_path / name)) as store:
        assert store.find_card("bank-card") is not None
    assert (tmp_path / name / DATABASE_FILE).stat().st_size
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("kind", ["/dev/zero", "/dev/null", "pipe"])
def test_a_database_that_is_no_file_is_said_to_be_none(tmp_path: Path, kind: str) -> None:
    """And nobody is told to change a device's rights."""
    if kind == "pipe":
        os.mkfifo(tmp_path / DATABASE_FILE, 0o600)
    else:
        (tmp_path / DATABASE_FILE).symlink_to(kind)
    with pytest.raises(StateError, match=r"bank\.db is no file: move it away"):
        open_database(tmp_path)


# Names


@pytest.mark.parametrize("who", UNASKABLE)
def test_what_nobody_can_be_called_is_nobody(store: Store, who: str) -> None:
    assert store.find_customer(who) is None
    assert store.find_card(who) is None
    assert store.card_numbered(who) is None
    assert find_card(store, who) is None
    assert not store.list_attempts(who)
    assert not verify_code(store, who, "12345678").accepted
    asks: tuple[Callable[[], object], ...] = (
        lambda: store.card_status(who),
        lambda: store.take_attempt(who, 5),
        lambda: store.block_card(who, True),
    )
    for ask in asks:
        with pytest.raises(UnknownCardError):
            ask()


@pytest.mark.parametrize("name", ["x" * (LONGEST_NAME + 1), "", "nul\0", "half\ud800", "esc\x1bc", "new\nline"])
def test_a_name_that_does_not_fit_is_said_alike_by_every_store(store: Store, name: str) -> None:
    customer = Customer("LEFEVRE1", name)
    with pytest.raises(IssuingError, match="1 to 200"):
        store.add_customer(customer, CARD.card_id)
    with pytest.raises(IssuingError, match="1 to 200"):
        store.furnish_books([], [Holder(customer, CARD.card_id)])
    store.add_customer(Customer("LEFEVRE1", "é" * LONGEST_NAME), CARD.card_id)
    assert store.find_customer("LEFEVRE1") == Customer("LEFEVRE1", "é" * LONGEST_NAME)


@pytest.mark.parametrize("card_id", ["x" * 65, "", "nul\0", "half\ud800"])
def test_so_is_an_identifier(store: Store, card_id: str) -> None:
    with pytest.raises(IssuingError, match="1 to 64"):
        store.add_card(replace(CARD, card_id=card_id, pan="9999000000000099"))


def test_a_source_is_kept_as_far_as_it_can_be_shown(store: Store) -> None:
    store.note_attempt(Attempt(NOON, CARD.card_id, "a\0b\ud800c\x1b", Reason.NO_MATCH))
    assert [attempt.source for attempt in store.list_attempts(CARD.card_id)] == ["a?b?c?"]


# Disks


def test_a_full_disk_and_damage_have_messages_of_their_own(tmp_path: Path) -> None:
    with closing(open_database(tmp_path)) as store:

        @event.listens_for(store._engine, "connect")
        def full(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count=1")

        store._engine.dispose()
        with pytest.raises(StateError, match="disk is full") as caught:
            for _ in range(1000):
                store.note_attempt(Attempt(NOON, CARD.card_id, "x" * 200, Reason.NO_MATCH))
        assert DATABASE_FILE in str(caught.value)
        assert "damaged" not in str(caught.value)
    books = tmp_path / DATABASE_FILE
    content = books.read_bytes()
    for wrong in (b"no database at all" * 100, content[:5000], content[:100] + os.urandom(len(content) - 100)):
        books.write_bytes(wrong)
        with pytest.raises(StateError, match="damaged"):
            open_database(tmp_path)


def test_books_that_are_closed_or_in_use_are_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bank.books.database.PATIENCE_S", 0)
    with closing(open_database(tmp_path)) as store, raw_books(tmp_path) as raw:
        raw.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateError, match="another program has had them"):
            store.take_attempt("bank-card", 5)
        raw.execute("ROLLBACK")
        store.take_attempt("bank-card", 5)


def test_a_server_without_these_books_is_no_damaged_file(tmp_path: Path, postgres: object) -> None:
    url: str = postgres.new_database()  # type: ignore[attr-defined]
    with pytest.raises(StateError, match="no answer, or refused"):
        open_database(tmp_path, url.replace("/bank", "/nothing"))


def test_a_message_of_sqlites_that_is_no_text_is_damage(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    books = tmp_path / DATABASE_FILE
    content = books.read_bytes()
    assert b"CREATE TABLE" in content
    books.write_bytes(content.replace(b"CREATE TABLE", b"CREATE \xff\xfe\xfd\xfc\xfb"))
    with pytest.raises(StateError, match="damaged"):
        open_database(tmp_path)
