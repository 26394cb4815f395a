"""R12: the reader writes to no file, wherever it is cut off, and so begins each time with the same first screen."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.promises.nothing_written import COURSES
from tests.story import Story

ROOT = Path(__file__).parents[2]


def changes(*arguments: str) -> list[str]:
    """The changes to file systems that playing brings about, but for those below /run."""
    command = [sys.executable, "-m", "tests.promises.nothing_written", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    *seen, last = done.stdout.splitlines()
    assert last == "played"
    return [line for line in seen if not line.split(maxsplit=1)[1].startswith("/run/")]


def test_nothing_is_written() -> None:
    assert changes() == []


def test_a_written_file_would_be_seen(tmp_path: Path) -> None:
    assert changes(str(tmp_path / "x")) == [f"open {tmp_path / 'x'}"]


@pytest.mark.parametrize("course", COURSES)
def test_the_same_first_screen_after_every_cut(course: str) -> None:
    first = Story()
    cut = Story()
    cut.insert("bank-card")
    cut.press(course)
    again = Story()
    assert again.bench.glass() == first.bench.glass()
    assert again.bench.loop.state == first.bench.loop.state
    assert again.shows("INSÉREZ VOTRE CARTE")
