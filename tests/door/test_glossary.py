"""docs/dev/glossary.md: every term's place is there, and each table is in alphabetical order."""

import ast
import re
from pathlib import Path

import pytest

from tests.door.test_architecture_page import is_defined

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (?!term |---)(.+?) \| .+ \| `([\w./]+\.py)`: (.+) \|$", re.MULTILINE)
TEXT = (ROOT / "docs" / "dev" / "glossary.md").read_text(encoding="utf-8")


def is_there(path: Path, name: str) -> bool:
    """A function, a class, a method, or a name that the module assigns."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return name in stored or is_defined(path, name)


@pytest.mark.parametrize(("term", "file", "names"), ROW.findall(TEXT))
def test_every_term_stands_in_the_code_where_the_glossary_says(term: str, file: str, names: str) -> None:
    assert term
    assert [name for name in re.findall(r"`([\w.]+)`", names) if not is_there(ROOT / file, name)] == []


def test_no_row_is_passed_over() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith(("| term", "| ---"))]
    assert len(rows) == len(ROW.findall(TEXT)) > 40


def test_a_name_that_is_gone_is_noticed() -> None:
    assert not is_there(ROOT / "bank" / "emv" / "codes.py", "NO_SUCH_NAME")


@pytest.mark.parametrize("section", TEXT.split("\n## ")[1:], ids=lambda section: section.splitlines()[0])
def test_a_table_is_in_alphabetical_order(section: str) -> None:
    terms = [re.sub(r"[^a-zé]", "", term.lower().partition(",")[0]) for term, _, _ in ROW.findall(section)]
    assert terms == sorted(terms)
