"""`sesame bank reset --yes` beside what is not its own: a thesis, another program's database, books elsewhere."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bank.books.migrating import VERSIONS
from bank.cards.gallery import open_card
from bank.demo.database import DATABASE_FILE, KEY_FILE, open_database
from sesame import cli
from sesame.exits import Exit

CARD = "bank-card"
MEMORY = f"{CARD}.json"
FOREIGN = {
    "thesis.json": b'{"chapters": 7}',
    "notes.json": b"{",
    "sesame-card.json": b'{"title": "called like a card"}',
    "mute.json": b"",
    "bank.txt": b"text",
}

Reset = Callable[..., int]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def reset(state: Path) -> Reset:
    """`sesame bank reset --yes` in the test's own state."""
    return lambda *words: cli.main(["bank", "reset", "--yes", "--state", str(state), *words])


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Books that are not in the state's folder."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres").new_database())
    return f"sqlite:///{tmp_path}/elsewhere.db"


def used(state: Path, url: str = "") -> None:
    """One customer more, one attempt, one counter moved."""
    with closing(open_database(state, url)) as store:
        store.take_attempt(CARD, 5)
        store.block_card("sesame-card", True)
    card = open_card(CARD, state)
    card.power_on()
    card.transmit(bytes.fromhex("00A4040007A0000000038002"))
    card.transmit(bytes.fromhex("0020008008249999FFFFFFFFFF"))
    assert json.loads((state / MEMORY).read_bytes())["tries"] == 2


def as_new(state: Path, url: str = "") -> bool:
    with closing(open_database(state, url)) as store:
        return store.card_status(CARD).failures == 0 and not store.card_status("sesame-card").blocked


def test_what_is_not_its_own_stays(state: Path, reset: Reset, capsys: pytest.CaptureFixture[str]) -> None:
    used(state)
    for name, content in FOREIGN.items():
        (state / name).write_bytes(content)
    (state / "blocked.json").symlink_to(state / "thesis.json")
    assert reset() == Exit.BOOKS
    said = capsys.readouterr()
    assert "sesame-card.json" in said.err
    assert "mute.json" in said.err
    assert "thesis" not in said.err
    assert "all as it was" not in said.out
    assert {name: (state / name).read_bytes() for name in FOREIGN} == FOREIGN
    assert (state / "blocked.json").is_symlink()
    assert not (state / MEMORY).exists()
    assert as_new(state)


def test_a_folder_that_was_never_ours_is_left_as_it_is(state: Path, reset: Reset) -> None:
    state.mkdir(mode=0o700)
    (state / "thesis.json").write_bytes(b"{}")
    with sqlite3.connect(state / DATABASE_FILE) as raw:
        raw.execute("CREATE TABLE recipes (name)")
        raw.execute("INSERT INTO recipes VALUES ('soup')")
    raw.close()
    (state / DATABASE_FILE).chmod(0o600)
    assert reset() == 0
    assert (state / "thesis.json").exists()
    assert not (state / KEY_FILE).exists()
    with sqlite3.connect(state / DATABASE_FILE) as raw:
        assert raw.execute("SELECT name FROM recipes").fetchall() == [("soup",)]
    raw.close()


FOREIGN_TABLES = (
    "CREATE TABLE customers (name TEXT)",
    "CREATE TABLE cards (front TEXT, back TEXT)",
    "CREATE TABLE schema_version (version INTEGER)",
    "CREATE TABLE attempts (number INTEGER, at, card_id, source, reason)",
)


@pytest.mark.parametrize("statement", FOREIGN_TABLES)
def test_tables_that_are_only_called_like_ours_are_another_programs(
    state: Path, reset: Reset, statement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state.mkdir(mode=0o700)
    name = statement.split()[2]
    with sqlite3.connect(state / DATABASE_FILE) as raw:
        raw.execute(statement)
        raw.execute(f"INSERT INTO {name} ({'version' if 'version' in statement else 'rowid'}) VALUES (1)")
    raw.close()
    (state / DATABASE_FILE).chmod(0o600)
    (state / MEMORY).write_bytes(b'{"atc": 1, "tries": 3}')
    assert reset() == Exit.BOOKS
    assert "nothing was deleted" in capsys.readouterr().err
    with sqlite3.connect(state / DATABASE_FILE) as raw:
        assert raw.execute(f"SELECT count(*) FROM {name}").fetchone() == (1,)
    raw.close()
    assert (state / MEMORY).exists()


def test_books_of_a_newer_program_are_left_alone_and_it_is_said(
    state: Path, reset: Reset, capsys: pytest.CaptureFixture[str]
) -> None:
    used(state)
    with sqlite3.connect(state / DATABASE_FILE) as raw:
        raw.execute(f"UPDATE {VERSIONS} SET version_num = '9999'")
    raw.close()
    assert reset() == Exit.BOOKS
    said = capsys.readouterr().err
    assert "use a newer one" in said
    assert "Nothing was deleted" in said
    with sqlite3.connect(state / DATABASE_FILE) as raw:
        assert raw.execute("SELECT count(*) FROM cards").fetchone() > (1,)
    raw.close()
    assert json.loads((state / MEMORY).read_bytes())["tries"] == 2


def test_the_books_that_are_named_are_reset_and_no_others(state: Path, reset: Reset, elsewhere: str) -> None:
    used(state)
    (state / MEMORY).unlink()
    used(state, elsewhere)
    key = (state / KEY_FILE).read_bytes()
    assert reset("--database", elsewhere) == 0
    assert (state / KEY_FILE).read_bytes() == key
    assert as_new(state, elsewhere)
    assert not as_new(state)
    assert not (state / MEMORY).exists()


def test_the_environment_names_books_too(
    state: Path, reset: Reset, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    used(state, elsewhere)
    monkeypatch.setenv("SESAME_DATABASE", elsewhere)
    assert reset() == 0
    monkeypatch.delenv("SESAME_DATABASE")
    assert as_new(state, elsewhere)


def test_books_elsewhere_are_not_orphaned(state: Path, reset: Reset, elsewhere: str) -> None:
    """One key for both: the folder's own books are reset, those elsewhere can still be read."""
    used(state)
    (state / MEMORY).unlink()
    used(state, elsewhere)
    assert reset() == 0
    with closing(open_database(state, elsewhere)) as store:
        assert store.card_status(CARD).failures == 1
        assert store.find_card(CARD) is not None


def test_books_whose_key_is_lost_can_be_begun_anew(state: Path, reset: Reset) -> None:
    used(state)
    (state / KEY_FILE).unlink()
    assert cli.main(["bank", "list", "--state", str(state)]) == Exit.BOOKS
    assert reset() == 0
    assert cli.main(["bank", "list", "--state", str(state)]) == 0
    assert as_new(state)


def test_what_was_deleted_is_not_in_the_file_any_more(state: Path, reset: Reset) -> None:
    words = ["bank", "issue", "LEFEVRE1", "--name", "Lou Lefevre-Martinez", "--state", str(state)]
    assert cli.main(words) == 0
    assert b"Lou Lefevre-Martinez" in (state / DATABASE_FILE).read_bytes()
    assert reset() == 0
    assert b"Lou Lefevre-Martinez" not in b"".join(path.read_bytes() for path in state.iterdir() if path.is_file())


@pytest.mark.parametrize("url", ["postgresql://nobody@/bank?host=/nowhere", "nonsense", "sqlite://"])
def test_books_that_cannot_be_reached_leave_the_counters(state: Path, reset: Reset, url: str) -> None:
    used(state)
    assert reset("--database", url) == Exit.BOOKS
    assert (state / MEMORY).exists()
