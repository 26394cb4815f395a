"""The PyPI tool `emv` in an environment of its own, kept in the checkout's cache."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.slot.twin import SlotCard
from tests.tool_environment import tool_environment

PACKAGES = ("--no-deps", "emv==1.0.14", "pycountry", "setuptools")
"""Without its own requirements: it needs pyscard for a real reader only, and a version that few Pythons can build."""

PythonEmv = Callable[..., str]
"""card, PIN, challenge or "", amount or "": the code as the tool prints it, or the name of its exception."""


@pytest.fixture(scope="session")
def python_emv() -> PythonEmv:
    python = tool_environment("python-emv", PACKAGES, "import emv.card") / "python"

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
