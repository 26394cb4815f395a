"""The terminal at the PIN prompt: silent while it is ours, and as it was for whoever has it next, however we end.

On real terminals; the stop and the return (Ctrl-Z, fg) in a real shell.
"""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bank.cards import gallery
from bank.cards.card import VirtualCard
from bank.cards.vpcd import VirtualReader
from sesame.pin_entry import ENDING
from tests.pcsc_plugin import FIRST, LIMIT_S, PcscService

ROOT = Path(__file__).resolve().parents[2]
SESAME = (sys.executable, "-m", "sesame")
WITHOUT_READER = (
    ("card", "explain", "--virtual", "bank-card", "--yes"),
    ("card", "trace", "-", "--virtual", "bank-card", "--yes"),
)
CODE = ("code",)


class Tty:
    """A terminal with one program on it, seen from the other end."""

    def __init__(self, command: tuple[str, ...]) -> None:
        ours, theirs = pty.openpty()
        self.ours = ours
        self.shown = ""
        self.process = subprocess.Popen(
            ("setsid", "--ctty", "--wait", *command), cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)

    def until(self, wanted: str, count: int = 1, since: int = 0) -> None:
        deadline = time.monotonic() + LIMIT_S
        while self.shown.count(wanted, since) < count:
            assert select.select([self.ours], [], [], deadline - time.monotonic())[0], self.shown
            try:
                self.shown += os.read(self.ours, 1000).decode()
            except OSError:  # nobody has the terminal any more
                pytest.fail(self.shown)

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.ours)[3] & termios.ECHO)

    def close(self) -> None:
        with suppress(OSError):
            os.close(self.ours)
        self.process.kill()
        self.process.wait()


@contextmanager
def on_terminal(*command: str) -> Iterator[Tty]:
    tty = Tty(command)
    try:
        yield tty
    finally:
        tty.close()


def asker(tty: Tty) -> int:
    """The process that asks: the only child of the one that we started."""
    children = Path(f"/proc/{tty.process.pid}/task/{tty.process.pid}/children")
    return int(children.read_text().split()[0]) if children.read_text().split() else tty.process.pid


def ends_with_echo(command: tuple[str, ...], number: signal.Signals) -> None:
    with on_terminal(*SESAME, *command) as tty:
        tty.until("PIN: ")
        assert not tty.echoes
        tty.type("12")
        os.kill(asker(tty), number)
        status = tty.process.wait(LIMIT_S)
        assert tty.echoes
        assert status in (128 + number, -number)
        assert "12" not in tty.shown


@pytest.mark.parametrize("number", [*ENDING, signal.SIGINT], ids=lambda number: number.name)
def test_every_end_that_can_be_caught_gives_the_echo_back(number: signal.Signals) -> None:
    ends_with_echo(WITHOUT_READER[0], number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=lambda number: number.name)
def test_so_it_is_in_the_recorder(number: signal.Signals) -> None:
    ends_with_echo(WITHOUT_READER[1], number)


@pytest.mark.parametrize("key", ["\x03", "\x1c"], ids=["Ctrl-C", "Ctrl-Backslash"])
def test_the_terminals_own_keys_end_it_so_too(key: str) -> None:
    with on_terminal(*SESAME, *WITHOUT_READER[0]) as tty:
        tty.until("PIN: ")
        tty.type(key)
        tty.process.wait(LIMIT_S)
        assert tty.echoes


def stops_and_goes_on(command: tuple[str, ...]) -> None:
    """Ctrl-Z with digits typed, `fg`, and the PIN anew: nothing of it is ever seen, and it is taken whole."""
    with on_terminal("bash", "--norc", "--noprofile", "--noediting", "-i") as tty:
        tty.type("PS1='$?> '\n")
        tty.type(" ".join((*SESAME, *command)) + "\n")
        tty.until("PIN: ")
        time.sleep(0.1)
        tty.type("98\x1a")
        tty.until("Stopped")
        assert tty.echoes, "the shell's lines are seen"
        tty.type("fg\n")
        tty.until("PIN: ", 2)
        asked = len(tty.shown)
        time.sleep(0.1)
        assert not tty.echoes
        tty.type("1234\n")
        tty.until("\n0> ", since=asked)  # an older one may stand there; the program throws away what is typed before
        tty.type("echo over\n")
        tty.until("\nover")
        assert "1234" not in tty.shown.split("PIN: ")[2].splitlines()[0]
        assert "98" not in tty.shown.split("PIN: ")[1]


@pytest.mark.parametrize("command", WITHOUT_READER, ids=lambda command: command[1])
def test_a_stop_and_the_return_show_nothing(command: tuple[str, ...]) -> None:
    stops_and_goes_on(command)


@pytest.fixture
def inserted(virtual_readers: tuple[VirtualReader, VirtualReader], pcscd: PcscService) -> None:
    virtual_readers[0].insert(VirtualCard(gallery.describe_card("bank-card").profile))
    pcscd.until_present(FIRST, True)


@pytest.mark.usefixtures("inserted")
@pytest.mark.parametrize(
    "check",
    [
        stops_and_goes_on,
        lambda command: ends_with_echo(command, signal.SIGTERM),
        lambda command: ends_with_echo(command, signal.SIGHUP),
        lambda command: ends_with_echo(command, signal.SIGQUIT),
    ],
    ids=["Ctrl-Z", "SIGTERM", "SIGHUP", "SIGQUIT"],
)
def test_the_command_for_codes_does_the_same(check: Callable[[tuple[str, ...]], None]) -> None:
    check(CODE)


def test_stopped_by_others_it_is_silent_again_when_it_goes_on() -> None:
    """SIGSTOP cannot be caught; the shell gives the terminal its own modes back meanwhile."""
    with on_terminal(*SESAME, *WITHOUT_READER[0]) as tty:
        tty.until("PIN: ")
        process = asker(tty)
        os.kill(process, signal.SIGSTOP)
        modes = termios.tcgetattr(tty.ours)
        modes[3] |= termios.ECHO
        termios.tcsetattr(tty.ours, termios.TCSANOW, modes)
        os.kill(process, signal.SIGCONT)
        tty.until("PIN: ", 2)
        assert not tty.echoes


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_in_the_moment_before_it_waits_for_a_key_needs_no_key(number: signal.Signals) -> None:
    untimely = f"import sys, tests.untimely as u; u.raise_before_waiting({int(number)}); import sesame.cli as c; "
    with on_terminal(sys.executable, "-c", f"{untimely}sys.exit(c.main({WITHOUT_READER[0]!r}))") as tty:
        assert tty.process.wait(LIMIT_S) in (128 + number, -number)
        assert tty.echoes


GOES_ON_WHILE_IT_ASKS = """
import os, signal, sys, termios
import tests.untimely
import sesame.cli

def be_continued():
    modes = termios.tcgetattr(0)
    modes[3] |= termios.ECHO
    termios.tcsetattr(0, termios.TCSANOW, modes)
    signal.raise_signal(signal.SIGCONT)

tests.untimely.act_while_writing(be_continued)
sys.exit(sesame.cli.main(sys.argv[1:]))
"""


def test_it_may_go_on_in_the_moment_in_which_the_question_is_written() -> None:
    with on_terminal(sys.executable, "-c", GOES_ON_WHILE_IT_ASKS, *WITHOUT_READER[0]) as tty:
        tty.until("PIN: ", 2)
        tty.type("1234\n")
        assert tty.process.wait(LIMIT_S) == 0
        assert "1234" not in tty.shown
