"""`sesame bank journal verify`, and what `customer add` takes in."""

import sqlite3
from pathlib import Path

import pytest

from bank.demo.database import DATABASE_FILE
from sesame.cli import main


def verify(state: Path, *more: str) -> int:
    return main(["bank", "journal", "verify", "--state", str(state), *more])


def test_the_journal_of_new_books_holds_and_its_digest_can_be_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(tmp_path) == 0
    said = capsys.readouterr().out
    assert said.startswith("2 lines hold")
    digest = said.split()[-1]
    assert main(["bank", "customer", "add", "LEFEVRE1", "--state", str(tmp_path)]) == 0
    capsys.readouterr()
    assert verify(tmp_path, "--digest", digest) == 0
    assert capsys.readouterr().out.startswith("3 lines hold"), "the new customer's accounts were opened at once"
    assert verify(tmp_path, "--digest", "0" * 63 + "1") == 1
    assert "none of theirs" in capsys.readouterr().out


def test_a_changed_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(tmp_path) == 0
    with sqlite3.connect(tmp_path / DATABASE_FILE) as raw:
        raw.execute("DROP TRIGGER journal_fixed")
        raw.execute("UPDATE journal SET actor = 'nobody' WHERE seq = 2")
    raw.close()
    capsys.readouterr()
    assert verify(tmp_path) == 1
    assert capsys.readouterr().out.startswith("line 2 does not fit the 1 before it")
