"""A lock that somebody keeps is waited for, but not for ever; and it is said who keeps it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bank import locks
from bank.books.database import BUSY, PATIENCE_S, explain_trouble
from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
from bank.errors import StateError
from bank.files import lock_file
from bank.locks import take_lock
from tests.bank.conftest import PostgresCluster

KEEPER = """
import os, sys
from bank.files import lock_file
from pathlib import Path
with lock_file(Path(sys.argv[1])):
    print(os.getpid(), flush=True)
    sys.stdin.read()
"""


@contextmanager
def kept(path: Path) -> Iterator[int]:
    """Another process has the lock; its number."""
    command = [sys.executable, "-c", KEEPER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate("")


def test_who_keeps_a_lock_is_named_and_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "card.json"
    with kept(path) as keeper:
        with pytest.raises(StateError) as caught, lock_file(path, patience_s=0):
            raise AssertionError("two have it")
        monkeypatch.setattr(locks, "LOCKS", tmp_path / "no-such-table")
        with pytest.raises(StateError, match="another program has kept"), lock_file(path, patience_s=0):
            raise AssertionError("two have it")
    assert str(caught.value).startswith(f"process {keeper} (")
    assert f"has kept {path} locked for 0 s: end it, or try again" in str(caught.value)
    with lock_file(path, patience_s=0):
        pass


def test_a_lock_that_is_let_go_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is waited for, which is as good as a moment later."""
    path = tmp_path / "card.json"
    other = os.open(path.with_name("card.json.lock"), os.O_RDWR | os.O_CREAT)
    take_lock(other)
    monkeypatch.setattr("bank.locks.time.sleep", lambda _seconds: os.close(other))
    with lock_file(path):
        pass


def test_a_lock_is_its_owners_whatever_the_umask_is(tmp_path: Path) -> None:
    """Whoever may open it can keep it, and everybody waiting."""
    before = os.umask(0)
    try:
        with lock_file(tmp_path / "new" / "card.json"):
            assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
            assert (tmp_path / "new" / "card.json.lock").stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_postgresql_waits_for_no_lock_for_ever(postgres: PostgresCluster) -> None:
    with closing(SqlStore(postgres.new_database(), BooksVault(bytes(32)))) as store, store.reading() as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == f"{PATIENCE_S}s"


def test_a_lock_that_postgresql_gave_up_waiting_for_is_said() -> None:
    class LockNotAvailable(Exception):  # noqa: N818 - psycopg's own name
        sqlstate = "55P03"

    assert explain_trouble(OperationalError("", {}, LockNotAvailable())) == BUSY
