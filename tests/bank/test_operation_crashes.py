"""The bank is killed at each commit, its disk is full, its database is away: nothing is ever half done."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, make_url

from bank.books.records import IssuedCard
from bank.emv.terminal import CodeRequest
from bank.errors import StateError
from bank.operations.catalogue import OperationKind
from bank.operations.ports import ConfirmOutcome
from bank.operations.service import OperationService
from bank.operations.table import OperationState
from bank.verification import Verifier
from sesame.bank.address import Place
from sesame.bank.serving import Serving, make_app
from tests.bank.counter import FUNDS, Counter
from tests.bank.racing import ROOMY, open_books

LIMIT_S = 300
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_at_any_commit_it_waits_or_is_approved_with_all_it_owes(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    new = request.getfixturevalue("postgres").new_database if database == "postgresql" else None
    url = new() if new else f"sqlite:///{tmp_path}/killed.db"
    command = [sys.executable, "-m", "tests.bank.killed", url]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert run.returncode == 0, run.stderr
    found = run.stdout.splitlines()
    assert "reader 2 before: pending []" in found
    assert "reader 2 after: approved [notice due,transfer due]" in found
    assert "reader 3 after: approved [notice due,transfer done]" in found
    assert "reader 4 after: approved [notice done,transfer done]" in found
    assert "sms 2 before: pending []" in found
    assert "sms 2 after: approved [notice due,transfer due]" in found
    assert "fraud 1 after: fraud [protection due]" in found
    assert "refuse 1 before: pending []" in found
    assert "refuse 1 after: refused []" in found
    assert "phone 1 before: pending []" in found
    assert "phone 1 after: approved [notice due,transfer due]" in found
    assert "phone 3 after: approved [notice done,transfer done]" in found
    assert "activation 1 after: old []" in found
    assert "activation 2 before: old []" in found
    assert "activation 2 after: new []" in found


def test_a_full_disk_leaves_nothing_half_and_is_said(tmp_path: Path) -> None:
    with closing(open_books(f"sqlite:///{tmp_path}/full.db")) as store:
        bank = Counter(store, policy=ROOMY)
        asked = [bank.ask(amount=1) for _ in range(60)]
        codes = [bank.reader_code(operation, ahead=number) for number, operation in enumerate(asked)]
        full = [True]

        @event.listens_for(store._engine, "checkout")
        def fill(connection: sqlite3.Connection, *_rest: object) -> None:
            connection.execute(f"PRAGMA max_page_count={1 if full[0] else 2**30}")

        with pytest.raises(StateError, match="disk is full"):
            for operation, code in zip(asked, codes, strict=True):
                bank.service.confirm_by_reader(bank.durand, operation.operation_id, code)
        full[0] = False
        for operation in asked:
            state = bank.service.find_operation(bank.durand, operation.operation_id).state
            assert set(bank.effects(operation)) == (
                {"transfer", "notice"} if state is OperationState.APPROVED else set()
            )
        bank.check_books()
        bank.service.run_effects()
        waiting = next(each for each in reversed(asked))
        answer = bank.service.confirm_by_reader(bank.durand, waiting.operation_id, codes[-1])
        assert answer.outcome is ConfirmOutcome.APPROVED
        approved = [each for each in asked if bank.effects(each)]
        assert bank.balance(bank.accounts[bank.durand]) == FUNDS - len(approved)
        bank.check_books()


@dataclass(frozen=True)
class CutOff(Verifier):
    """The database goes away while a code is being looked at."""

    cut: list[str] = field(default_factory=list)

    def seek_counter(self, card: IssuedCard, last_atc: int, code: str, request: CodeRequest) -> int | None:
        """Whatever it finds, the books are gone then."""
        found = super().seek_counter(card, last_atc, code, request)
        allow_connections(self.cut[0], allowed=False)
        return found


def allow_connections(url: str, *, allowed: bool) -> None:
    """Throw everybody out of the test's database, or let them in again."""
    name = make_url(url).database
    assert name
    server = make_url(url).set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {str(allowed).lower()}")
        if not allowed:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def test_a_database_that_is_away_is_an_error_that_says_so_and_nothing_is_half_done(
    request: pytest.FixtureRequest,
) -> None:
    url: str = request.getfixturevalue("postgres").new_database()
    with closing(open_books(url)) as store:
        bank = Counter(store)
        operation = bank.ask()
        code = bank.reader_code(operation)
        torn = OperationService(store, CutOff(store, cut=[url]), wall=bank.hand)
        with pytest.raises(StateError, match="no answer, or refused"):
            torn.confirm_by_reader(bank.durand, operation.operation_id, code)
        for verb in (bank.service.refuse_operation, bank.service.find_operation, bank.service.send_sms_code):
            with pytest.raises(StateError, match="no answer, or refused"):
                verb(bank.durand, operation.operation_id)
        with pytest.raises(StateError, match="no answer, or refused"):
            bank.ask(OperationKind.CHANGE_EMAIL)
        allow_connections(url, allowed=True)
        assert bank.service.find_operation(bank.durand, operation.operation_id).state is OperationState.PENDING
        assert not bank.effects(operation)
        answer = bank.service.confirm_by_reader(bank.durand, operation.operation_id, code)
        assert answer.outcome is ConfirmOutcome.APPROVED
        assert bank.balance(bank.accounts[bank.durand]) == FUNDS - 12_345
        bank.check_books()


def test_an_approval_whose_effects_meet_a_dead_database_is_still_approved(request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue("postgres").new_database()
    with closing(open_books(url)) as store:
        bank = Counter(store)
        operation = bank.ask()
        service = bank.another()
        pay = service._pay

        def cut_then_pay() -> None:
            allow_connections(url, allowed=False)
            pay()

        service._pay = cut_then_pay  # type: ignore[method-assign]
        answer = service.confirm_by_reader(bank.durand, operation.operation_id, bank.reader_code(operation))
        assert answer.outcome is ConfirmOutcome.APPROVED
        allow_connections(url, allowed=True)
        assert bank.effects(operation) == {"transfer": "due", "notice": "due"}
        assert bank.service.run_effects() == 2
        assert bank.balance(bank.accounts[bank.durand]) == FUNDS - 12_345


def test_a_bank_that_starts_again_does_what_it_owed(tmp_path: Path) -> None:
    """As every worker of `sesame bank serve` starts."""
    with closing(open_books(f"sqlite:///{tmp_path}/again.db")) as store:
        bank = Counter(store)
        operation = bank.ask()
        service = bank.another()
        service._pay = lambda: None  # type: ignore[method-assign]
        service.confirm_by_reader(bank.durand, operation.operation_id, bank.reader_code(operation))
        assert bank.effects(operation) == {"transfer": "due", "notice": "due"}
        place = Place((), "http://localhost:1/", "http://localhost:1/", frozenset(), False, None, b"", "")
        make_app(store, Serving(place, tmp_path, "", proxied=False, structured=False))
        assert bank.effects(operation) == {"transfer": "done", "notice": "done"}
        assert bank.balance(bank.accounts[bank.durand]) == FUNDS - 12_345
