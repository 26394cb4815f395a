"""What is typed for a PIN goes to the reader or nowhere: never to the shell that reads the terminal next."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 30

PROGRAM = """
import os
from sesame.exits import CommandError
from sesame.pin_entry import read_pin
from sesame_core.pin import Pin
pin = Pin()
try:
    read_pin(pin)
    said = f"{len(pin)} digits"
except CommandError as error:
    said = str(error)
os.set_blocking(0, False)
try:
    left = os.read(0, 100)
except BlockingIOError:
    left = b""
print(f"<{said}|{left!r}>", flush=True)
"""


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1234", "4 digits"),
        ("x1234", "nothing was sent to the card"),
        (" 1234", "nothing was sent to the card"),
        ("1234567890123456", "nothing was sent to the card"),
        ("12", "nothing was sent to the card"),
    ],
)
def test_nothing_is_left_for_whoever_reads_next(terminal: tuple[int, int], typed: str, said: str) -> None:
    ours, theirs = terminal
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs)
    try:
        shown = read_until(ours, "PIN:")
        os.write(ours, f"{typed}\n".encode())
        shown += read_until(ours, ">")
        assert process.wait(LIMIT_S) == 0
    finally:
        process.kill()
        process.wait()
    assert said in shown
    assert "|b''>" in shown
    assert "1234" not in shown, "it was not shown either"


def read_until(end: int, wanted: str) -> str:
    text = ""
    while wanted not in text:
        assert select.select([end], [], [], LIMIT_S)[0], text
        text += os.read(end, 1000).decode()
    return text
