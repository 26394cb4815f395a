"""docs/dev/securpass-evidence.md: every test that it names is there, and no line is without one or a plain word."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.door.test_architecture_page import is_defined

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "dev" / "securpass-evidence.md").read_text(encoding="utf-8")
ROWS = [
    (line, proof)
    for line, proof in re.findall(r"^\| (.+?) \| (.+) \|$", TEXT, re.MULTILINE)
    if line not in ("line", "---")
]
GROUP = re.compile(r"`(tests/[\w/]+\.py)`: ((?:`\w+`(?:, )?)+)")


@cache
def named_in(proof: str) -> tuple[tuple[str, str], ...]:
    """File and test, for each."""
    return tuple((file, name) for file, names in GROUP.findall(proof) for name in re.findall(r"`(\w+)`", names))


@pytest.mark.parametrize(("line", "proof"), ROWS)
def test_every_test_that_is_named_is_there(line: str, proof: str) -> None:
    named = named_in(proof)
    assert named or proof.startswith("*not shown*: "), line
    assert [(file, name) for file, name in named if not is_defined(ROOT / file, name)] == []
    assert re.findall(r"`(test_\w+)`", proof) == [name for _, name in named], "each behind its file"


def test_no_row_is_passed_over() -> None:
    assert len(ROWS) == TEXT.count("\n| ") - 3 - 3 > 45


def test_a_test_that_is_gone_is_noticed() -> None:
    assert not is_defined(ROOT / "tests" / "bank" / "test_securpass.py", "test_no_such_test")
