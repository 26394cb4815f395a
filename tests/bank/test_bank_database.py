"""What a database adds to the stores' contract: migrations, sealed secrets, processes that race."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bank.books.records import Attempt, Customer, Holder, Reason
from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
from bank.demo.customers import HOLDERS, issued_gallery
from bank.demo.database import DATABASE_FILE, KEY_FILE, open_database
from bank.emv.keys import TEST_KEYS, card_key
from bank.errors import IssuingError, StateError
from bank.verification import Search, Verifier, verify_code

LIMIT_S = 120
ROOT = Path(__file__).parents[2]
CODES = int(os.environ.get("SESAME_RACES", "40"))
"""How many codes are raced for: the thousand of the promise takes a minute or two."""

RACER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bank.demo.database import open_database
from bank.verification import verify_code
store = open_database(Path(sys.argv[1]), sys.argv[2])
print("ready", flush=True)
for line in sys.stdin:
    print(int(verify_code(store, "bank-card", line.strip()).accepted), flush=True)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Where the bank lives: nothing for the file in its directory."""
    return request.getfixturevalue("postgres").new_database() if request.param == "postgresql" else ""


@pytest.fixture
def opened(tmp_path: Path, url: str) -> Iterator[Callable[[], SqlStore]]:
    """Opens the same bank again and again."""
    stores: list[SqlStore] = []

    def again() -> SqlStore:
        stores.append(open_database(tmp_path, url))
        return stores[-1]

    yield again
    for store in stores:
        store.close()


def search(store: SqlStore, card_id: str) -> Search:
    card = store.find_card(card_id)
    assert card is not None
    return Search(card, card_key(store.issuer_key(card.key_name), card.pan, card.psn))


def test_a_bank_outlives_its_program(opened: Callable[[], SqlStore]) -> None:
    first = opened()
    code = search(first, "bank-card").code(1)
    assert verify_code(first, "DURAND42", code).accepted
    second = opened()
    assert not verify_code(second, "DURAND42", code).accepted
    assert second.card_status("bank-card").last_atc == 1
    assert list(second.list_cards()) == sorted(issued_gallery(), key=lambda card: card.card_id)
    assert list(second.list_holders()) == list(HOLDERS)
    assert len(second.list_attempts("bank-card")) == 2


def test_a_runaway_counter_is_found_again(opened: Callable[[], SqlStore]) -> None:
    store = opened()
    codes = search(store, "bank-card")
    assert Verifier(store).resynchronise_counter("DURAND42", (codes.code(5000), codes.code(5001))).accepted
    assert store.card_status("bank-card").last_atc == 5001


def test_processes_racing_with_one_code_get_one_yes(tmp_path: Path, url: str) -> None:
    """They make and furnish the database at once, too."""
    start = [sys.executable, "-c", RACER, str(tmp_path), url]
    racers = [
        subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)
    ]
    try:
        lines: list[tuple[Any, Any]] = [(racer.stdin, racer.stdout) for racer in racers]
        assert [out.readline() for _, out in lines] == ["ready\n"] * len(racers)
        store = open_database(tmp_path, url)
        codes = search(store, "bank-card")
        store.close()
        for atc in range(1, CODES + 1):
            for into, _ in lines:
                into.write(codes.code(atc) + "\n")
                into.flush()
            assert sum(int(out.readline()) for _, out in lines) == 1
    finally:
        for racer in racers:
            racer.communicate(timeout=LIMIT_S)


def test_an_unknown_card_cannot_be_given_to_a_customer_nor_a_number_twice(opened: Callable[[], SqlStore]) -> None:
    store = opened()
    with pytest.raises(IssuingError):
        store.furnish_books([], [Holder(Customer("NOCARD00", "No Card"), "no such card")])
    assert store.find_customer("NOCARD00") is None


def content_of(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.iterdir() if path.name != KEY_FILE)


def test_neither_keys_nor_card_numbers_are_in_the_files(tmp_path: Path) -> None:
    store = open_database(tmp_path)
    content = content_of(tmp_path)
    assert b"bank-card" in content, "this is where it would be"
    for card in store.list_cards():
        assert card.pan.encode() not in content
        assert card_key(store.issuer_key(card.key_name), card.pan, card.psn) not in content
    for key in TEST_KEYS.values():
        assert key.value not in content
        assert key.value.hex().encode() not in content.lower()
    store.close()


def test_the_files_are_private(tmp_path: Path) -> None:
    store = open_database(tmp_path / "bank")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "bank").iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert (tmp_path / "bank").stat().st_mode & 0o777 == 0o700
    store.close()


def test_another_key_opens_nothing_and_says_so(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    with pytest.raises(StateError, match="key file"):
        SqlStore(f"sqlite:///{tmp_path}/{DATABASE_FILE}", BooksVault(bytes(32)))


def test_a_sealed_record_moved_to_another_card_does_not_open(tmp_path: Path) -> None:
    open_database(tmp_path).close()
    with sqlite3.connect(tmp_path / DATABASE_FILE) as raw:
        other = "SELECT sealed FROM cards WHERE card_id = 'sesame-card'"
        raw.execute(f"UPDATE cards SET sealed = ({other}) WHERE card_id = 'blocked'")
    raw.close()
    store = open_database(tmp_path)
    with pytest.raises(StateError):
        store.find_card("blocked")
    store.close()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("nonsense", "no database URL"),
        ("mysql://localhost/bank", "sqlite or postgresql"),
        ("sqlite://", "needs a file"),
        ("sqlite:////dev/null/bank.db", "cannot open"),
        ("postgresql://nobody@/bank?host=/nowhere", "check that it runs"),
    ],
)
def test_urls_that_lead_nowhere_say_what_to_do(bad: str, said: str) -> None:
    with pytest.raises(StateError, match=said):
        SqlStore(bad, BooksVault(bytes(32)))


def test_the_vaults_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    assert BooksVault.from_file(tmp_path / KEY_FILE) is None
    first, second = BooksVault.made_at(tmp_path / KEY_FILE), BooksVault.from_file(tmp_path / KEY_FILE)
    assert second is not None
    assert second.unseal_secret("name", first.seal_secret("name", b"secret")) == b"secret"
    assert first.index_secret("text") == second.index_secret("text") != first.index_secret("other")
    assert first.seal_secret("name", b"secret") != first.seal_secret("name", b"secret")
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(StateError, match="5 bytes, not 32"):
        BooksVault.from_file(tmp_path / KEY_FILE)


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(40)])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(StateError):
        BooksVault(bytes(32)).unseal_secret("name", sealed)


@pytest.mark.parametrize("typed", ["right", "wrong"])
def test_a_verification_commits_twice_and_asks_little(opened: Callable[[], SqlStore], typed: str) -> None:
    """Before the code is looked at, and after: what came of it and its line in the log are one."""
    store = opened()
    code = search(store, "bank-card").code(1)
    card = store.find_card("bank-card")
    assert card is not None
    commits: list[object] = []
    begun: list[object] = []
    event.listen(store._engine, "commit", commits.append)
    event.listen(store._engine, "begin", begun.append)
    verdict = Verifier(store).verify_card(card, code if typed == "right" else str(int(code) ^ 1))
    assert verdict.accepted is (typed == "right")
    assert (len(commits), len(begun)) == (2, 3)


def test_a_code_whose_counter_was_used_meanwhile_is_in_the_log_as_that(opened: Callable[[], SqlStore]) -> None:
    store = opened()
    attempt = Attempt(datetime(2026, 1, 1, tzinfo=UTC), "bank-card", "here", Reason.ACCEPTED)
    assert store.accept_code("bank-card", 7, attempt)
    assert not store.accept_code("bank-card", 7, attempt)
    assert not store.accept_code("bank-card", 65536, attempt)
    reasons = [one.reason for one in store.list_attempts("bank-card")]
    assert reasons == [Reason.ACCEPTED, Reason.RACED, Reason.RACED]
