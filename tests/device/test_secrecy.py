"""What the kernel says of a process that keeps secrets, asked in a process of its own."""

import subprocess
import sys

import pytest

KEEPING = """
import ctypes, resource
from device.secrecy import keep_secrets
PR_GET_DUMPABLE = 3  # linux/prctl.h
before = ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
locked = keep_secrets()
print(before, ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE), locked)
"""


@pytest.fixture(scope="module")
def said() -> list[str]:
    done = subprocess.run([sys.executable, "-c", KEEPING], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_no_debugger_may_attach_and_no_core_is_written(said: list[str]) -> None:
    """PR_SET_DUMPABLE: prctl(2). Before, it is 1: the kernel's answer is not the same whatever we do."""
    assert said[:2] == ["1", "0"]


def test_a_core_has_no_room(said: list[str]) -> None:
    assert said[2:4] == ["0", "0"]
