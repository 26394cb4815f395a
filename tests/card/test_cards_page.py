"""docs/cards.md is what the gallery and the reader say today."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "docs" / "tools" / "cards_page.py"


def test_the_page_is_not_stale() -> None:
    done = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stdout + done.stderr


def test_a_changed_page_is_noticed(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "cards.md").read_text(encoding="utf-8")
    copied = tmp_path / "cards.md"
    copied.write_text(text.replace("`sesame-card`", "`other-card`"), encoding="utf-8")
    program = TOOL.read_text(encoding="utf-8").replace('ROOT / "docs" / "cards.md"', f"Path({str(copied)!r})")
    program = program.replace("Path(__file__).resolve().parents[2]", f"Path({str(ROOT)!r})")

    done = subprocess.run(
        [sys.executable, "-", "--check"], input=program, capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert done.returncode == 1, done.stderr
    assert "stale" in done.stdout
