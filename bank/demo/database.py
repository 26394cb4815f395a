"""The demonstration's books in a database; apart from `bank.demo.customers`, which need not load SQLAlchemy."""

import os
from pathlib import Path

from sqlalchemy.engine import URL

from bank.books.clock import read_time, wall_ms
from bank.books.database import DAMAGED, MEMORY, database_url, name_books, sqlite_url
from bank.books.emptying import holds_secrets
from bank.books.store_sql import SqlStore
from bank.books.vault import KEY_SIZE, BooksVault
from bank.demo.customers import furnish_books
from bank.demo.passwords import furnish_passwords
from bank.demo.people import furnish_people
from bank.demo.staff import furnish_staff
from bank.emv.keys import TEST_KEYS
from bank.errors import IssuingError, StateError
from bank.files import lock_file

DATABASE_FILE = "bank.db"
KEY_FILE = "bank.key"


def books_url(state_dir: Path, url: str = "") -> URL:
    """The books that are meant: those of the URL, else SQLite in that directory. Raises StateError."""
    return database_url(url) if url else sqlite_url(state_dir / DATABASE_FILE)


def open_database(state_dir: Path, url: str = "") -> SqlStore:
    """The demonstration's bank, furnished with its test keys, cards and customers.

    Without `url`, SQLite in that directory. The key that seals its secrets is in the directory in either case; it is
    made with new books only. Raises StateError.
    """
    books, key_file = books_url(state_dir, url), state_dir / KEY_FILE
    with lock_file(key_file):
        vault = BooksVault.from_file(key_file)
        store = SqlStore(books, vault) if vault else _new_books(books, key_file)
    try:
        _furnish(store, books)
    except BaseException:
        store.close()
        raise
    return store


def open_in_memory(*, furnished: bool = False) -> SqlStore:
    """A bank that ends with the program: the test keys, and neither cards nor customers unless it is furnished as the
    demonstration's. Close it."""
    store = SqlStore(MEMORY, BooksVault(os.urandom(KEY_SIZE)))
    if furnished:
        _furnish(store, MEMORY)
    for key in TEST_KEYS.values():
        store.add_issuer_key(key)
    return store


def _furnish(store: SqlStore, books: URL) -> None:
    for key in TEST_KEYS.values():
        store.add_issuer_key(key)
    try:
        furnish_books(store)
        with store.writing() as connection:
            now_ms = read_time(connection, wall_ms())
            furnish_people(connection, now_ms)
            furnish_staff(connection, now_ms)
        furnish_passwords(store)
    except IssuingError as cause:  # a card of ours under another name
        raise StateError(f"the bank's books ({name_books(books)}): {DAMAGED}") from cause


def _new_books(books: URL, key_file: Path) -> SqlStore:
    """Books and the key for them: the key is on the disk before anything is sealed with it."""
    if holds_secrets(books):
        raise StateError(
            f"{key_file} is missing, and nothing else opens the bank's books ({name_books(books)}): put it "
            "back from your backup. `sesame bank reset --yes` begins anew"
        )
    vault = BooksVault.made_at(key_file)
    try:
        return SqlStore(books, vault)
    except BaseException:
        key_file.unlink()  # nothing was sealed with it
        raise
