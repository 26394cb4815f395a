"""The PyPI tool `emv` in an environment of its own, kept in the checkout's cache."""

import fcntl
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.slot.twin import SlotCard

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("emv==1.0.14", "pycountry", "setuptools")
"""Without its own requirements: it needs pyscard for a real reader only, and a version that few Pythons can build."""

PythonEmv = Callable[..., str]
"""card, PIN, challenge or "", amount or "": the code as the tool prints it, or the name of its exception."""


@pytest.fixture(scope="session")
def python_emv() -> PythonEmv:
    python = _environment(ROOT / ".cache" / f"python-emv-{sys.version_info.major}.{sys.version_info.minor}")

    def ask(card: SlotCard, pin: str, challenge: str = "", amount: str = "") -> str:
        card.power_on()
        worker = str(Path(__file__).with_name("emv_worker.py"))
        command = [str(python), worker, pin, challenge or "-", amount or "-"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as tool:
            assert tool.stdin is not None
            assert tool.stdout is not None
            for line in tool.stdout:
                kind, _, said = line.strip().partition(" ")
                if kind != ">":
                    return str(said)
                tool.stdin.write(card.transmit(bytes.fromhex(said)).hex() + "\n")
                tool.stdin.flush()
        return "nothing"

    return ask


def _environment(folder: Path) -> Path:
    """Its interpreter, made when it is not there: by one test process at a time."""
    python = folder / "bin" / "python"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _works(python):
            venv.create(folder, clear=True, with_pip=True)
            install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", *PACKAGES]
            done = subprocess.run(install, capture_output=True, text=True, check=False)
            if not _works(python):
                _give_up(f"the PyPI tool emv cannot be installed: {done.stderr.strip()[-200:]}")
    return python


def _works(python: Path) -> bool:
    if not python.exists():
        return False
    return subprocess.run([python, "-c", "import emv.card"], capture_output=True, check=False).returncode == 0


def _give_up(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
