"""What the machine remembers: its notes, and each withdrawal until the bank knows how it ended. SQLite, and no code.

That notes leave the cassettes and that a withdrawal is *given* are one transaction: after a power cut the machine knows
what it has handed out.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from merchant.files import open_file
from merchant.machine.notes import choose_notes

FULL: Final[Mapping[int, int]] = {50_00: 40, 20_00: 60, 10_00: 60}
TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS cassettes (note_cents INTEGER PRIMARY KEY, count INTEGER NOT NULL CHECK (count >= 0))",
    "CREATE TABLE IF NOT EXISTS withdrawals (reference TEXT PRIMARY KEY, outcome TEXT NOT NULL, "
    "reported INTEGER NOT NULL, cents INTEGER NOT NULL, notes TEXT NOT NULL, created_ms INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS condition (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL)",
)


class MachineCondition(Enum):
    """How the machine is: a keeper's switch in the demonstration. JAMMED: its notes stick when they are to come out."""

    WORKS = "works"
    OUT_OF_ORDER = "out-of-order"
    JAMMED = "jammed"


class CashOutcome(Enum):
    """How a withdrawal ended. ASKED: the bank has not answered. The others that the bank names are its own words."""

    ASKED = "asked"
    GIVEN = "given"
    FAILED = "failed"
    AWAY = "away"
    OUT_OF_ORDER = "out-of-order"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    FUNDS = "funds"
    LIMIT = "limit"
    REFUSED = "refused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One. `notes`: how many of each, by worth in cents."""

    reference: str
    outcome: CashOutcome
    cents: int = 0
    notes: Mapping[int, int] | None = None


class MachineBooks:
    """The file. Every method may be called from any thread, and raises ShopError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            for statement in TABLES:
                connection.execute(statement)
            connection.executemany("INSERT OR IGNORE INTO cassettes VALUES (?, ?)", FULL.items())
            connection.execute("INSERT OR IGNORE INTO condition VALUES (1, ?)", (MachineCondition.WORKS.value,))

    def read_condition(self) -> MachineCondition:
        """How it is."""
        with self._connected() as connection:
            return MachineCondition(connection.execute("SELECT name FROM condition").fetchone()[0])

    def set_condition(self, condition: MachineCondition) -> None:
        """From now on it is so; put in order again, its cassettes are full."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE condition SET name = ?", (condition.value,))
            if condition is MachineCondition.WORKS:
                connection.executemany("UPDATE cassettes SET count = ? WHERE note_cents = ?", _turned(FULL))
            connection.execute("COMMIT")

    def begin_withdrawal(self, reference: str, now_ms: int) -> bool:
        """Note it before the bank is asked; False where it was begun before."""
        row = reference, CashOutcome.ASKED.value, now_ms
        begun = "INSERT OR IGNORE INTO withdrawals VALUES (?, ?, 0, 0, '', ?)"
        with self._connected() as connection:
            return connection.execute(begun, row).rowcount == 1

    def give_notes(self, reference: str, cents: int) -> bool:
        """Notes out of the cassettes, and the withdrawal *given*: both; or *failed*, where they cannot make it."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            there = dict(connection.execute("SELECT note_cents, count FROM cassettes").fetchall())
            notes = choose_notes(cents, there)
            if notes is not None:
                taken = "UPDATE cassettes SET count = count - ? WHERE note_cents = ?"
                connection.executemany(taken, _turned(notes))
            outcome = CashOutcome.FAILED if notes is None else CashOutcome.GIVEN
            ended = "UPDATE withdrawals SET outcome = ?, cents = ?, notes = ? WHERE reference = ? AND outcome = 'asked'"
            row = outcome.value, cents, _write_notes(notes or {}), reference
            done = connection.execute(ended, row).rowcount == 1
            connection.execute("COMMIT" if done else "ROLLBACK")
        return done and notes is not None

    def end_withdrawal(self, reference: str, outcome: CashOutcome, *, reported: bool) -> None:
        """Nothing came out. `reported`: the bank has nothing to be told of it."""
        ended = "UPDATE withdrawals SET outcome = ?, reported = ? WHERE reference = ? AND outcome = 'asked'"
        with self._connected() as connection:
            connection.execute(ended, (outcome.value, int(reported), reference))

    def note_reported(self, reference: str) -> None:
        """The bank knows."""
        with self._connected() as connection:
            connection.execute("UPDATE withdrawals SET reported = 1 WHERE reference = ?", (reference,))

    def find_withdrawal(self, reference: str) -> Withdrawal | None:
        """The one with that reference."""
        with self._connected() as connection:
            row = connection.execute("SELECT * FROM withdrawals WHERE reference = ?", (reference,)).fetchone()
        return _withdrawal(row) if row else None

    def list_unreported(self) -> Sequence[Withdrawal]:
        """Those that the bank does not know the end of, oldest first."""
        query = "SELECT * FROM withdrawals WHERE reported = 0 ORDER BY created_ms LIMIT 100"
        with self._connected() as connection:
            return [_withdrawal(row) for row in connection.execute(query).fetchall()]

    def count_notes(self) -> Mapping[int, int]:
        """How many of each there are."""
        with self._connected() as connection:
            return dict(connection.execute("SELECT note_cents, count FROM cassettes").fetchall())

    def _connected(self) -> AbstractContextManager[sqlite3.Connection]:
        return open_file(self._path, "cash machine")


def _turned(notes: Mapping[int, int]) -> list[tuple[int, int]]:
    return [(count, note) for note, count in notes.items()]


def _write_notes(notes: Mapping[int, int]) -> str:
    return " ".join(f"{note}x{count}" for note, count in notes.items())


def _withdrawal(row: tuple[str, str, int, int, str, int]) -> Withdrawal:
    reference, outcome, _, cents, notes, _ = row
    parts = (part.split("x") for part in notes.split())
    return Withdrawal(reference, CashOutcome(outcome), cents, {int(note): int(count) for note, count in parts})
