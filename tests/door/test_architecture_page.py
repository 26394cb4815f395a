"""docs/dev: every file and every name in the walks is there, the rooms are drawn from the rules, every link leads."""

import ast
import re
from pathlib import Path

import pytest

from docs.tools.rooms_page import page, read_table
from tests import architecture_rules

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "docs" / "dev"
WALKS = DEV / "architecture.md"
STEP = re.compile(r"`([\w./-]+\.py)`:\s+`([\w.]+)`")
WANTED = ("A key press", "A card's answer", "A verification", "A page's request", "sesame code")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "tests").glob("*.md"))]


def is_defined(path: Path, name: str) -> bool:
    """Whether the module defines the function, class, or method of a class; `Class.method` may be inherited in it."""
    owner: ast.AST = ast.parse(path.read_text(encoding="utf-8"))
    for part in name.split("."):
        inside = [node for node in ast.iter_child_nodes(owner) if getattr(node, "name", None) == part]
        if not inside:
            return False
        owner = inside[0]
    return True


def walks() -> dict[str, str]:
    text = WALKS.read_text(encoding="utf-8").partition("\n## Walks\n")[2].partition("\n## ")[0]
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_walk_is_there() -> None:
    assert tuple(walks()) == WANTED


@pytest.mark.parametrize("walk", WANTED)
def test_every_file_and_name_of_a_walk_is_there(walk: str) -> None:
    steps = STEP.findall(walks()[walk])
    assert len(steps) >= 6
    assert [f"{file}: {name}" for file, name in steps if not is_defined(ROOT / file, name)] == []


def test_a_name_that_is_gone_is_noticed() -> None:
    assert not is_defined(ROOT / "sesame" / "cli.py", "no_such_function")
    assert not is_defined(ROOT / "device" / "loop.py", "Loop.no_such_method")


def test_the_rooms_are_those_of_the_rules() -> None:
    assert read_table("ROOMS") == architecture_rules.ROOMS
    assert read_table("GROUND") == architecture_rules.GROUND
    worlds = read_table("MAY_IMPORT")
    assert worlds == {world: architecture_rules.MAY_IMPORT[world] for world in architecture_rules.PRODUCT}
    text = page()
    assert all(f'"{name}"' in text for name in (*worlds, *architecture_rules.ROOMS))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert [link for link in LINK.findall(text) if not (path.parent / link).exists()] == []


def test_every_decision_has_its_reason_and_is_listed() -> None:
    listed = (DEV / "decisions" / "README.md").read_text(encoding="utf-8")
    for path in (DEV / "decisions").glob("*.md"):
        if path.name != "README.md":
            assert f"({path.name})" in listed
            assert path.read_text(encoding="utf-8").startswith("# ")
