"""From every version of the database there was to the present one, on both databases, by Alembic."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from bank.books.card_json import card_to_dict
from bank.books.database import begin_writing, database_url, opened_engine
from bank.books.migrating import HEAD, STEPS, migrate_database, read_revision
from bank.books.schema import METADATA
from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
from bank.demo.customers import issued_gallery
from bank.emv.keys import TEST_KEYS
from bank.errors import StateError

LIMIT_S = 120
ROOT = Path(__file__).parents[2]
VAULT = BooksVault(bytes(32))
CARD = issued_gallery()[0]

FIRST_TABLES = (
    "CREATE TABLE issuer_keys (name VARCHAR(64) NOT NULL, sealed {blob} NOT NULL, PRIMARY KEY (name))",
    "CREATE TABLE cards (card_id VARCHAR(64) NOT NULL, number_index VARCHAR(64) NOT NULL, sealed {blob} NOT NULL, "
    "last_atc INTEGER NOT NULL, failures INTEGER NOT NULL, blocked BOOLEAN NOT NULL, "
    "PRIMARY KEY (card_id), UNIQUE (number_index))",
    "CREATE TABLE customers (user_code VARCHAR(8) NOT NULL, name VARCHAR(200) NOT NULL, card_id VARCHAR(64) NOT NULL, "
    "PRIMARY KEY (user_code), FOREIGN KEY(card_id) REFERENCES cards (card_id))",
    "CREATE TABLE attempts (number {serial} NOT NULL, at VARCHAR(40) NOT NULL, card_id VARCHAR(64) NOT NULL, "
    "source VARCHAR(200) NOT NULL, reason VARCHAR(64) NOT NULL, PRIMARY KEY (number))",
)
"""What the program before Alembic made, word for word as SQLAlchemy wrote it."""

SECOND = "CREATE INDEX attempts_by_card ON attempts (card_id, number)"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres").new_database())
    return f"sqlite:///{tmp_path}/bank.db"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = opened_engine(database_url(url))
    yield engine
    engine.dispose()


def make_old(connection: Connection, version: int) -> None:
    """A database as the program from before Alembic left it at that version, with what it kept."""
    postgresql = connection.dialect.name == "postgresql"
    types = {"blob": "BYTEA", "serial": "SERIAL"} if postgresql else {"blob": "BLOB", "serial": "INTEGER"}
    connection.execute(text("CREATE TABLE schema_version (version INTEGER NOT NULL)"))
    connection.execute(text("INSERT INTO schema_version VALUES (:version)"), {"version": version})
    if not version:
        return
    for statement in (*FIRST_TABLES, *([SECOND] if version > 1 else [])):
        connection.execute(text(statement.format(**types)))
    for key in TEST_KEYS.values():
        row = {"name": key.name, "sealed": VAULT.seal_secret(key.name, key.value)}
        connection.execute(text("INSERT INTO issuer_keys VALUES (:name, :sealed)"), row)
    connection.execute(
        text("INSERT INTO cards VALUES (:card, :index, :sealed, 41, 2, :blocked)"),
        {"card": CARD.card_id, "index": VAULT.index_secret(CARD.pan), "sealed": sealed_card(), "blocked": False},
    )
    for user in ("DURAND42", "LEFEVRE1"):
        row = {"user": user, "name": f"Name of {user}", "card": CARD.card_id}
        connection.execute(text("INSERT INTO customers VALUES (:user, :name, :card)"), row)
    connection.execute(
        text("INSERT INTO attempts (at, card_id, source, reason) VALUES (:at, :card, '192.0.2.7', 'ACCEPTED')"),
        {"at": "2026-01-01T12:00:00+00:00", "card": CARD.card_id},
    )


def sealed_card() -> bytes:
    """The card as the books seal it; that form has not changed since the first version."""
    return VAULT.seal_secret(CARD.card_id, json.dumps(card_to_dict(CARD)).encode())


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA))


def test_the_steps_end_where_the_program_says() -> None:
    script = ScriptDirectory.from_config(Config(attributes={}, config_args={"script_location": str(STEPS)}))
    assert script.get_current_head() == HEAD
    assert [step.revision for step in script.walk_revisions()] == [
        f"{number:04d}" for number in range(int(HEAD), 0, -1)
    ]


def test_the_steps_make_the_tables_that_the_program_knows(engine: Engine) -> None:
    with begin_writing(engine) as connection:
        migrate_database(connection)
        assert differences(connection) == []
        assert read_revision(connection) == HEAD


@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_database_from_before_alembic_is_taken_over_with_all_it_holds(url: str, engine: Engine, version: int) -> None:
    with begin_writing(engine) as connection:
        make_old(connection, version)
    for _ in range(2):
        with closing(SqlStore(url, VAULT)) as store:
            customers = [(one.customer.user, one.customer.name, one.card_id) for one in store.list_holders()]
            expected = [("DURAND42", "Name of DURAND42"), ("LEFEVRE1", "Name of LEFEVRE1")] if version else []
            assert customers == [(*names, CARD.card_id) for names in expected]
            if version:
                assert store.find_card(CARD.card_id) == CARD
                assert store.card_status(CARD.card_id).last_atc == 41
                assert [attempt.source for attempt in store.list_attempts(CARD.card_id)] == ["192.0.2.7"]
                assert store.issuer_key("TEST-VISA") == TEST_KEYS["TEST-VISA"]
    with engine.begin() as connection:
        assert differences(connection) == []
        assert read_revision(connection) == HEAD


@pytest.mark.parametrize("step", [f"{number:04d}" for number in range(1, int(HEAD))])
def test_every_step_of_alembics_is_a_place_to_go_on_from(
    url: str, engine: Engine, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("bank.books.migrating.TARGET", step)
        with begin_writing(engine) as connection:
            migrate_database(connection)
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == step
    SqlStore(url, VAULT).close()
    with engine.begin() as connection:
        assert differences(connection) == []


def test_a_step_that_fails_leaves_nothing_of_any(engine: Engine) -> None:
    with begin_writing(engine) as connection:
        make_old(connection, 2)
        connection.execute(text("CREATE TABLE limits (mine INTEGER)"))  # the last step cannot make its own
    before = inspect(engine).get_table_names()
    with pytest.raises(Exception, match="limits"), begin_writing(engine) as connection:
        migrate_database(connection)
    assert inspect(engine).get_table_names() == before


@pytest.mark.parametrize(("version", "said"), [(3, "damaged"), (99, r"version 99.*newer")])
def test_a_count_that_no_program_before_alembic_wrote_is_told(
    url: str, engine: Engine, version: int, said: str
) -> None:
    with begin_writing(engine) as connection:
        make_old(connection, 2)
        connection.execute(text("UPDATE schema_version SET version = :version"), {"version": version})
    with pytest.raises(StateError, match=said):
        SqlStore(url, VAULT)


def test_a_step_that_this_program_does_not_know_is_newer(url: str, engine: Engine) -> None:
    SqlStore(url, VAULT).close()
    with begin_writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StateError, match=r"version 9999.*newer"):
        SqlStore(url, VAULT)


def test_a_program_from_before_alembic_is_told_that_it_is_too_old(url: str, engine: Engine) -> None:
    """It compares this number with the two steps it knows."""
    SqlStore(url, VAULT).close()
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version FROM schema_version")).scalar_one() > 2


OPENER = """
import sys
from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
sys.stdin.readline()
SqlStore(sys.argv[1], BooksVault(bytes(32))).close()
print("opened")
"""


@pytest.mark.parametrize("version", [None, 2])
def test_processes_that_start_at_once_migrate_once(url: str, engine: Engine, version: int | None) -> None:
    if version is not None:
        with begin_writing(engine) as connection:
            make_old(connection, version)
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for _ in range(3)
    ]
    for opener in openers:
        assert opener.stdin
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert [opener.communicate(timeout=LIMIT_S)[0] for opener in openers] == ["opened\n"] * 3
    with engine.begin() as connection:
        assert differences(connection) == []


@pytest.mark.parametrize("name", ["100%", "a b", "%(here)s"])
def test_the_steps_are_found_wherever_the_program_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).symlink_to(STEPS.parent)
    monkeypatch.setattr("bank.books.migrating.STEPS", tmp_path / name / STEPS.name)
    SqlStore(f"sqlite:///{tmp_path}/bank.db", VAULT).close()
