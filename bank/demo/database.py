"""The demonstration's books in a database; apart from `bank.demo.customers`, which need not load SQLAlchemy."""

from pathlib import Path

from bank.books.store_sql import SqlStore
from bank.books.vault import Vault
from bank.demo.customers import furnish
from bank.emv.keys import TEST_KEYS

DATABASE_FILE = "bank.db"
KEY_FILE = "bank.key"


def open_database(state_dir: Path, url: str = "") -> SqlStore:
    """The demonstration's bank, furnished with its test keys, cards and customers.

    Without `url`, SQLite in that directory. The key that seals its secrets is in the directory in either case.
    Raises StateError.
    """
    vault = Vault.from_file(state_dir / KEY_FILE)
    store = SqlStore(url or f"sqlite:///{(state_dir / DATABASE_FILE).absolute()}", vault)
    for key in TEST_KEYS.values():
        store.add_issuer_key(key)
    furnish(store)
    return store
