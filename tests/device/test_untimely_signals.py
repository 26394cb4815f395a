"""A signal that comes in the moment before a wait begins ends that wait, not the next one.

Each in a process of its own, for one that misses the signal waits for ever.
"""

import signal
import subprocess
import sys

import pytest

from device.signals import BELL, EndingWait, on_ending

LIMIT_S = 20
"""Reached only by a wait that does not end."""

ASK = "import signal, tests.untimely as u; from device.signals import *\n"
BEGIN = f"{ASK}u.raise_before_waiting(signal.SIGTERM)\n"

WAITS = {
    "the loop's": """
from device.pace import Waker
waker = Waker()
with on_ending(waker.notify_loop):
    while not waker.wait_until(None):
        pass
""",
    "a server's": """
with ended_by_signals() as ended:
    assert ended.wait()
""",
    "one with a limit": """
with ended_by_signals() as ended:
    assert ended.wait(3600)
""",
}
HANDLED_LATE = """
signal.signal(signal.SIGTERM, lambda *_: print("late"))
import select
select.select([], [], [], 0.5)
print("waited")
"""
ASKED_BY_ITS_OWN_HANDLER = """
import os, threading
with ended_by_signals() as ended:
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    assert ended.wait()
"""


def run_python(source: str) -> str:
    command = (sys.executable, "-c", source)
    return subprocess.run(command, timeout=LIMIT_S, check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_it_ends_the_wait(wait: str) -> None:
    run_python(BEGIN + wait)


def test_the_moment_is_had_indeed() -> None:
    """Without a bell the handler runs after the wait, whose whole time is over: or the others would prove nothing."""
    assert run_python(BEGIN + HANDLED_LATE).split() == ["late", "waited"]


def test_a_handler_ends_the_wait_of_its_own_thread() -> None:
    run_python(ASK + ASKED_BY_ITS_OWN_HANDLER)


def test_a_wait_with_a_limit_ends_there() -> None:
    ending = EndingWait()
    assert not ending.wait(0.0)
    assert not ending.wait(0.01)
    ending.ask()
    assert ending.wait()
    ending.close()
    ending.ask()  # by a thread that is late


def test_what_was_there_before_is_put_back() -> None:
    with on_ending(bool), on_ending(bool):
        assert len(BELL.to_wait_for()) == 1
    assert BELL.to_wait_for() == ()
    assert signal.set_wakeup_fd(-1) == -1
