"""What is typed at the terminal page: a sequence is one key or none, a flood holds nobody, the terminal comes back."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from pathlib import Path

import pytest

from device.config import Config
from sesame_core.reader.state import Phase
from simulator.keyboard import Decoder, open_keyboard
from simulator.keyboard_windows import WindowsConsole
from simulator.live import LiveBench
from simulator.terminal import Terminal
from tests.flows.test_terminal_page import PATIENCE_S, Window, opened


def typed(*received: bytes) -> list[str]:
    """The keys in what is read, one read after the other."""
    decoder = Decoder()
    return [key for each in received for key in decoder.keys(each)]


@pytest.mark.parametrize(
    ("sequence", "keys"),
    [
        (b"\x1b[A", ["up"]),
        (b"\x1bOB", ["down"]),
        (b"\x1b[1;5A", ["up"]),
        (b"\x1b[A\x1b[A", ["up", "up"]),
        (b"\x1b[A" * 100, ["up"] * 100),
        (b"\x1b[C", []),
        (b"\x1b[D\x1b[C1", ["1"]),
        (b"\x1bOC", []),
        (b"\x1bOd", []),
        (b"\x1b[3~", []),
        (b"\x1b[15;2~", []),
        (b"\x1b[[A", []),
        (b"\x1b[200~12\x1b[201~", ["1", "2"]),
        (b"\x1b[?1;2c", []),
        (b"\x1b[M", []),
        (b"\x1bc", []),
        (b"\x1b", []),
        (b"\x1b\x1b[A", ["up"]),
        (b"\x1b]11;rgb:0000/0000/0000\x07", []),
        (b"\x1b]11;rgb:0000/0000/0000\x1b\\5", ["5"]),
        (b"\x1bP1$r0\x1b\\", []),
        ("\x9bA".encode(), ["up"]),
        (b"\x1b[\x03", ["\x03"]),
        ("é1".encode(), ["é", "1"]),
        (b"\xff\xfe1", ["\ufffd", "\ufffd", "1"]),
        (b"c1234\r", ["c", "1", "2", "3", "4", "\r"]),
    ],
)
def test_a_sequence_is_one_key_or_none(sequence: bytes, keys: list[str]) -> None:
    assert typed(sequence) == keys
    if b"\x1b]" not in sequence and b"\x1bP" not in sequence and sequence not in (b"\x1bc",):
        assert typed(*(bytes((each,)) for each in sequence)) == keys, "whatever the pieces it comes in"


def test_a_key_after_escape_is_a_key() -> None:
    assert typed(b"\x1b", b"c") == ["c"]


def test_no_key_of_a_keyboard_that_we_have_not_is_taken_for_one_that_we_have(tmp_path: Path) -> None:
    """Right, End, Delete, F5, Alt-a: the page still asks for a card's function, and two ups go up twice."""
    with opened(tmp_path, 80, 24) as window:
        window.page_with("bank-card")
        window.type(" ")
        window.page_with("▣ bank-card")
        window.type("c")
        window.page_with("[\u2801-\u28ff]")
        window.type("\x1b[C\x1b[F\x1b[3~\x1b[15~\x1ba\x1b[B\x1b[B")
        page = window.page_with("\x1b\\[7m[^\n]*mastercard-cap")
        window.type("1234\r")
        window.page_with("⣶⣶⣶⣶")
        assert page


class Endless:
    """A keyboard on which somebody pastes for ever."""

    def __init__(self) -> None:
        self.reads = 0

    def page(self, _redraw: Callable[[], object]) -> AbstractContextManager[None]:
        return nullcontext()

    def typed(self) -> Sequence[str]:
        self.reads += 1
        return ["1"] * 256


def test_a_paste_that_does_not_end_keeps_no_signal_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    keyboard = Endless()
    monkeypatch.setattr("simulator.terminal.open_keyboard", lambda: keyboard)
    terminal = Terminal(write=lambda _text: None)
    bench = LiveBench(Config(), None, [terminal.watch_reader])
    ending = threading.Thread(target=_end_after, args=(keyboard, bench))
    ending.start()
    terminal.run(bench)
    ending.join()
    assert bench.loop.halted


def _end_after(keyboard: Endless, bench: LiveBench) -> None:
    while keyboard.reads < 10:
        time.sleep(0.01)
    bench.end()


def test_what_is_pasted_is_not_pressed_for_an_hour(tmp_path: Path) -> None:
    config = tmp_path / "reader.toml"
    config.write_text('[reader]\nlanguage = "en"\n', encoding="utf-8")
    with opened(tmp_path / "state", 80, 24, "--config", str(config)) as window:
        window.page_with("bank-card")
        window.type("1" * 200)
        window.page_with("Too many keys at once")


def test_a_card_whose_state_cannot_be_used_says_so_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "bank-card.json").mkdir()
    with opened(tmp_path, 80, 24) as window:
        window.page_with("bank-card")
        window.type(" ")
        said = str(tmp_path)[:40]  # and more, where the window is wide enough
        assert window.page_with(said)[-1].startswith(f"  {said}")


SHELL = """
import fcntl, os, signal, sys, termios

def ordinary():
    return "ordinary" if termios.tcgetattr(0)[3] & termios.ECHO and termios.tcgetattr(0)[3] & termios.ICANON else "raw"

def report(word):
    with open(sys.argv[1], "a") as opened:
        opened.write(f"{word} {ordinary()}\\n")

fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
while True:
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        break
    report("stopped")
    os.kill(child, signal.SIGCONT)
report("ended" if status == 0 else f"killed by {status}")
"""
"""A shell with one job: what state it finds its terminal in whenever the job leaves it."""


@contextmanager
def in_a_shell(tmp_path: Path) -> Iterator[tuple[Window, Path]]:
    """The page as a shell's job, and where the shell writes what it finds."""
    found = tmp_path / "found"
    found.touch()
    page = ["-m", "sesame", "run", "--simulated", "--terminal", "--state", str(tmp_path / "state")]
    with opened(tmp_path, 80, 24, command=[sys.executable, "-c", SHELL, str(found), *page]) as window:
        yield window, found


def wait_for(found: Path, words: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while found.read_text() != words:
        assert time.monotonic() < deadline, found.read_text()
        time.sleep(0.05)


@pytest.mark.parametrize("keys", ["\x1c", "\x03", "q", "\x04"], ids=["quit", "interrupt", "q", "end"])
def test_every_end_leaves_the_terminal_as_it_was(tmp_path: Path, keys: str) -> None:
    with in_a_shell(tmp_path) as (window, found):
        window.page_with("bank-card")
        window.type(keys)
        wait_for(found, "ended ordinary\n")


def test_stopped_it_gives_the_terminal_back_and_takes_it_again(tmp_path: Path) -> None:
    with in_a_shell(tmp_path) as (window, found):
        window.page_with("bank-card")
        window.text = ""
        window.type("\x1a")
        wait_for(found, "stopped ordinary\n")
        window.page_with("bank-card")
        window.type(" ")
        window.page_with("▣ bank-card")
        window.type("q")
        wait_for(found, "stopped ordinary\nended ordinary\n")


def test_a_held_output_does_not_hold_the_reader(tmp_path: Path) -> None:
    """Ctrl-S means nothing on this page."""
    with in_a_shell(tmp_path) as (window, found):
        window.page_with("bank-card")
        window.type("\x13")
        window.text = ""
        window.type("q")
        wait_for(found, "ended ordinary\n")


class FakeConsole:
    """msvcrt, with keys that are typed when the window has been made wider."""

    def __init__(self, keys: str) -> None:
        self.keys = list(keys)
        self.looks = 0

    def kbhit(self) -> bool:
        self.looks += 1
        return self.looks > 2 and bool(self.keys)

    def getwch(self) -> str:
        return self.keys.pop(0)


def test_on_windows_the_page_is_drawn_anew_when_the_window_is_another_size() -> None:
    console, drawn = FakeConsole("c"), list[int]()
    keyboard = WindowsConsole(console, lambda: (80 + console.looks, 24))
    with keyboard.page(lambda: drawn.append(console.looks)):
        assert keyboard.typed() == ("c",)
    assert drawn == [1, 2]


@pytest.mark.parametrize(("termios", "name"), [(object(), "posix"), (None, "windows")])
def test_the_keyboard_is_this_systems(termios: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: termios)
    loaded = import_module(f"simulator.keyboard_{name}")
    opened = object()
    monkeypatch.setattr(loaded, "open_terminal", lambda: opened)
    assert open_keyboard() is opened


def test_a_card_that_was_pulled_can_be_put_in_again(tmp_path: Path) -> None:
    bench = LiveBench(Config(), tmp_path)
    terminal = Terminal("fr", lambda _page: None, lambda: (80, 24))
    terminal._bench = bench
    inside = []
    for _ in range(3):
        terminal.take_key(bench, [" "])
        inside.append(bench.parts.slot.card_in)
    bench.end()
    bench.run()
    assert inside == [True, False, True]


def test_the_smart_card_reader_is_unplugged_and_plugged_by_one_key(tmp_path: Path) -> None:
    bench = LiveBench(Config(), tmp_path)
    terminal = Terminal("fr", lambda _page: None, lambda: (80, 24))
    bench.loop.start(bench.waker.notify_loop)
    phases = []
    for _ in range(3):
        terminal.take_key(bench, ["l"])
        bench.loop.run_once()
        phases.append(bench.loop.state.phase)
    bench.loop.close()
    bench.waker.close()
    assert phases == [Phase.NO_READER, Phase.NO_CARD, Phase.NO_READER]
