"""docs/dev/securpass-evidence.md, and the app beside OWASP MASVS: every test that is named is there, and no line is
without one or a plain word."""

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
MASVS = (ROOT / "docs" / "dev" / "securpass-masvs.md").read_text(encoding="utf-8")
JUDGED = re.findall(r"^\| ([A-Z]+-\d): .+? \| (.+?) \| (.+) \|$", MASVS, re.MULTILINE)
CONTROLS = {"STORAGE": 2, "CRYPTO": 2, "AUTH": 3, "NETWORK": 2, "PLATFORM": 3, "CODE": 4, "RESILIENCE": 4, "PRIVACY": 4}
"""How many each group of MASVS 2.1.0 has."""
VERDICTS = ("met", "in part: ", "not possible", "not applicable")
GROUP = re.compile(r"`(tests/[\w/]+\.py)`: ((?:`\w+`(?:, )?)+)")


@cache
def named_in(proof: str) -> tuple[tuple[str, str], ...]:
    """File and test, for each."""
    return tuple((file, name) for file, names in GROUP.findall(proof) for name in re.findall(r"`(\w+)`", names))


@pytest.mark.parametrize(("line", "proof"), [*ROWS, *((control, proof) for control, _, proof in JUDGED)])
def test_every_test_that_is_named_is_there(line: str, proof: str) -> None:
    named = named_in(proof)
    assert named or proof.startswith("*not shown*: "), line
    assert [(file, name) for file, name in named if not is_defined(ROOT / file, name)] == []
    assert re.findall(r"`(test_\w+)`", proof) == [name for _, name in named], "each behind its file"


def test_every_control_of_the_standard_is_judged() -> None:
    every = [f"{group}-{number + 1}" for group, count in CONTROLS.items() for number in range(count)]
    assert [control for control, _, _ in JUDGED] == every
    assert [control for control, verdict, _ in JUDGED if not verdict.startswith(VERDICTS)] == []
    assert [control for control, verdict, proof in JUDGED if "*not shown*" in proof and "possible" not in verdict] == []


def test_no_row_is_passed_over() -> None:
    assert len(ROWS) == TEXT.count("\n| ") - 3 - 3 > 45


def test_a_test_that_is_gone_is_noticed() -> None:
    assert not is_defined(ROOT / "tests" / "bank" / "test_securpass.py", "test_no_such_test")
