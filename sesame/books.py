"""The demonstration's bank for commands: which database, and who is using it."""

import argparse
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bank.errors import MissingLibraryError
from bank.locks import take_lock
from drivers.install_hints import install_extra
from sesame.exits import CommandError, Exit

if TYPE_CHECKING:
    from bank.books.store_sql import SqlStore

VARIABLE = "SESAME_DATABASE"
LOCK_FILE = "in-use.lock"
DATABASE_FILE = "bank.db"
"""As `bank.demo.database` has it, which need not be loaded to look whether it is there."""


def add_database_argument(parser: argparse.ArgumentParser) -> None:
    """The option of whoever opens the books. A URL with a password belongs into the environment, not here."""
    parser.add_argument(
        "--database",
        metavar="URL",
        default=os.environ.get(VARIABLE, ""),
        help=f"the bank's books, instead of SQLite in the state directory: postgresql://...; also ${VARIABLE}",
    )


@contextmanager
def open_books(arguments: argparse.Namespace) -> Iterator["SqlStore"]:
    """The furnished books. Raises StateError, and CommandError where their libraries are not installed."""
    with closing(open_demonstration(arguments.state, arguments.database)) as store:
        yield store


def open_demonstration(state_dir: Path, database: str) -> "SqlStore":
    """The same, for whoever closes them himself."""
    with needing_extra("bank"):
        from bank.demo.database import open_database  # noqa: PLC0415 - SQLAlchemy, only where there are books

        return open_database(state_dir, database)


def begin_books_anew(state_dir: Path, database: str) -> None:
    """Give the demonstration's cards their first state in the books, where there are books. Raises StateError, and
    CommandError where their libraries are not installed."""
    if not database and not (state_dir / DATABASE_FILE).exists():
        return
    with needing_extra("bank"):
        from bank.demo.database import open_database  # noqa: PLC0415
        from bank.demo.people import begin_anew  # noqa: PLC0415 - where there are books

        books = open_database(state_dir, database)
    with closing(books) as store:
        begin_anew(store)


class StateInUseError(CommandError):
    """Somebody else uses the state."""

    def __init__(self) -> None:
        super().__init__(Exit.BOOKS, "the reader or the bank is running with this state: end it first")


@contextmanager
def needing_extra(extra: str) -> Iterator[None]:
    """Around imports that an extra of ours brings, and around what looks for more of them. Raises CommandError, which
    says how to have it."""
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"{error.name} is not installed; type: {install_extra(extra)}"
        raise CommandError(Exit.MISSING_PART, message) from None
    except MissingLibraryError as error:
        raise CommandError(Exit.MISSING_PART, f"{error}; type: {install_extra(error.extra)}") from None


@contextmanager
def hold_state(state_dir: Path) -> Iterator[None]:
    """While the context lasts, nobody may throw the state away."""
    with _locked(state_dir, shared=True):
        yield


@contextmanager
def claim_state(state_dir: Path) -> Iterator[None]:
    """Nobody else uses the state while the context lasts. Raises CommandError when somebody does."""
    with _locked(state_dir, shared=False):
        yield


@contextmanager
def _locked(state_dir: Path, *, shared: bool) -> Iterator[None]:
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(state_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CommandError(Exit.BOOKS, f"{state_dir} cannot be used ({error.strerror}); give --state DIR") from None
    try:
        take_lock(descriptor, shared=shared)
        yield
    except BlockingIOError:
        raise StateInUseError from None
    finally:
        os.close(descriptor)
