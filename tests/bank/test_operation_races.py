"""Races between processes: one winner, one effect. `tests/bank/racing.py` says how to hold a thousand of them."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bank.books.store_sql import SqlStore
from bank.operations.policy import OPERATION_POLICY
from bank.operations.ports import ConfirmOutcome
from bank.operations.table import OperationState
from tests.bank.counter import FUNDS, Counter
from tests.bank.racing import PAIRS, run_races

RACES = 4 * len(PAIRS)
LIMIT_S = 120


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_race_between_two_processes_has_one_winner_and_one_effect(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    new = request.getfixturevalue("postgres").new_database if database == "postgresql" else None
    found = run_races(new() if new else f"sqlite:///{tmp_path}/races.db", RACES)
    assert sum(found.values()) == RACES
    assert found["approved"] >= RACES * 5 // len(PAIRS)


def tap_at_once(bank: Counter, name: str, code: str) -> list[ConfirmOutcome]:
    """Four threads, each twice."""
    gate = threading.Barrier(4)
    told: list[ConfirmOutcome] = []

    def tap() -> None:
        gate.wait(LIMIT_S)
        for _ in range(2):
            told.append(bank.another().confirm_by_reader(bank.durand, name, code).outcome)

    fingers = [threading.Thread(target=tap) for _ in range(4)]
    for finger in fingers:
        finger.start()
    for finger in fingers:
        finger.join(LIMIT_S)
    return told


def test_a_finger_that_taps_eight_times_in_one_process_pays_once(books: SqlStore) -> None:
    bank = Counter(books, policy=replace(OPERATION_POLICY, pending=50))
    for _ in range(4):
        operation = bank.ask(amount=1)
        code = bank.reader_code(operation)
        told = tap_at_once(bank, operation.operation_id, code)
        assert sorted(outcome.value for outcome in told) == ["approved"] + ["settled before"] * 7
        assert bank.service.find_operation(bank.durand, operation.operation_id).state is OperationState.APPROVED
        assert bank.store.card_status("bank-card").failures == 0
    assert bank.balance(bank.accounts[bank.durand]) == FUNDS - 4
    bank.check_books()


def test_guesses_at_once_are_counted_each(books: SqlStore) -> None:
    """Twenty wrong codes at the same moment are no more than five."""
    bank = Counter(books)
    operation = bank.ask()
    told: list[ConfirmOutcome] = []

    def guess() -> None:
        for _ in range(5):
            told.append(bank.another().confirm_by_sms(bank.durand, operation.operation_id, "12345678").outcome)

    guessers = [threading.Thread(target=guess) for _ in range(4)]
    for guesser in guessers:
        guesser.start()
    for guesser in guessers:
        guesser.join(LIMIT_S)
    assert len(told) == 20
    assert bank.events().count("operation code refused") == 5
    assert bank.service.list_means(bank.durand, operation.operation_id) == ()
