"""Programs from PyPI that judge ours, each in an environment of its own, kept in the checkout's cache: what they need
is never what we need, and their licences are their own."""

import fcntl
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from tests.left_out import leave_out

CACHE = Path(__file__).resolve().parents[1] / ".cache"


def tool_environment(name: str, install: Sequence[str], try_out: str) -> Path:
    """The folder of its programs, made when it is not there: by one test process at a time. `install`: what pip is
    told. `try_out`: Python that works when it is whole. Where it cannot be made the test is skipped; with CI=true it
    fails."""
    folder = CACHE / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _works(python, try_out):
            venv.create(folder, clear=True, with_pip=True)
            command = [str(python), "-m", "pip", "install", "--quiet", *install]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if not _works(python, try_out):
                leave_out(f"{name} cannot be installed from PyPI: {done.stderr.strip()[-200:]}")
    return python.parent


def _works(python: Path, try_out: str) -> bool:
    if not python.exists():
        return False
    return subprocess.run([python, "-c", try_out], capture_output=True, check=False).returncode == 0
