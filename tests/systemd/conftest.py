import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.left_out import leave_out

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Done:
    """What a program said: exit status, and both streams."""

    status: int
    output: str


Run = Callable[[Sequence[str | Path]], Done]


@pytest.fixture(scope="session")
def run() -> Run:
    def _run(command: Sequence[str | Path]) -> Done:
        plain = {**os.environ, "LC_ALL": "C", "SYSTEMD_COLORS": "0", "SYSTEMD_LOG_LEVEL": "warning"}
        done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=False)
        return Done(done.returncode, done.stdout + done.stderr)

    return _run


@pytest.fixture(scope="session")
def analyze() -> str:
    """systemd-analyze. On a machine without it a person's run leaves these tests out; in CI that is a failure."""
    found = shutil.which("systemd-analyze")
    if not found:
        leave_out("systemd-analyze is not here: sudo apt install systemd")
    return found
