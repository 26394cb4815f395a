"""R17, the short run: what `python -m tests.promises.soak --sessions 10000` shows for a whole life."""

import subprocess
import sys
from pathlib import Path

from tests.promises.soak import Size

ROOT = Path(__file__).parents[2]


def test_nothing_grows() -> None:
    """In a process of its own: what other tests leave behind is not the reader's."""
    command = [sys.executable, "-m", "tests.promises.soak", "--sessions", "210"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_growth_is_noticed() -> None:
    before = Size(1000, 5000, 1, 5)
    assert Size(1256, 5400, 1, 5).grown(before) == []
    assert Size(1257, 5401, 2, 5).grown(before) == [
        "257 pages of memory more",
        "401 objects more",
        "2 threads and 5 descriptors, not as before",
    ]
    assert Size(1000, 5000, 1, 6).grown(before) == ["1 threads and 6 descriptors, not as before"]
