"""The pages made from the gallery and from the card tools are what they say today."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"cards_page.py": "cards.md", "card_tools_page.py": "card-tools.md"}


def check(program: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-", "--check"]
    return subprocess.run(command, input=program, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize("tool", PAGES)
def test_the_page_is_not_stale(tool: str) -> None:
    done = check(anywhere(tool))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("tool", PAGES)
def test_a_changed_page_is_noticed(tool: str, tmp_path: Path) -> None:
    changed = tmp_path / "page.md"
    changed.write_text((ROOT / "docs" / PAGES[tool]).read_text(encoding="utf-8") + "more\n", encoding="utf-8")

    done = check(anywhere(tool).replace(f'ROOT / "docs" / "{PAGES[tool]}"', f"Path({str(changed)!r})"))

    assert done.returncode == 1, done.stderr
    assert f"docs/{PAGES[tool]} is stale" in done.stdout


def anywhere(tool: str) -> str:
    """The tool's text, which knows its place by its file's name."""
    program = (ROOT / "docs" / "tools" / tool).read_text(encoding="utf-8")
    return program.replace("Path(__file__).resolve().parents[2]", f"Path({str(ROOT)!r})")
