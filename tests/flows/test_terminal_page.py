"""The reader in a terminal: it fits the window, follows its size at once, and says when it is too small."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.terminal import window_size

ROOT = Path(__file__).resolve().parents[2]
SEQUENCE = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")
PATIENCE_S = 30.0
BRAILLE = re.compile("[\u2801-\u28ff]")


class Window:
    """A terminal window with `sesame run --simulated --terminal` in it: a pseudo-terminal."""

    def __init__(
        self, state: Path, columns: int, lines: int, *options: str, command: Sequence[str] | None = None
    ) -> None:
        self._own, theirs = pty.openpty()
        self.text = ""
        self._set(columns, lines)
        usual = [sys.executable, "-m", "sesame", "run", "--simulated", "--terminal", "--state", str(state), *options]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            command or usual,
            cwd=ROOT,
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=command is not None,
        )
        os.close(theirs)

    def resize(self, columns: int, lines: int) -> None:
        """Drag the window's corner."""
        self.text = ""
        self._set(columns, lines)
        self.process.send_signal(signal.SIGWINCH)

    def type(self, keys: str) -> None:
        os.write(self._own, keys.encode())

    def page_with(self, wanted: str) -> list[str]:
        """The lines of the first whole page from now on that has this in it."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            whole = (page for page in self.text.split("\x1b[H")[1:] if page.endswith("\x1b[J"))
            for page in whole:
                if re.search(wanted, page):
                    return SEQUENCE.sub("", page).replace("\r", "").split("\n")
            if select.select([self._own], [], [], 0.5)[0]:
                self.text += os.read(self._own, 65536).decode("utf-8", "ignore")
        raise AssertionError(f"no page with {wanted}")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._own)

    def _set(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._own, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


@contextmanager
def opened(
    state: Path, columns: int, lines: int, *options: str, command: Sequence[str] | None = None
) -> Iterator[Window]:
    """A window while the context lasts; with another `command` than the reader it is that one's own terminal."""
    window = Window(state, columns, lines, *options, command=command)
    try:
        yield window
    finally:
        window.close()


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    """As terminals come: 80 columns, 24 lines."""
    with opened(tmp_path, 80, 24) as window:
        yield window


def fits(page: list[str], columns: int, lines: int) -> bool:
    return len(page) <= lines and max(map(len, page)) <= columns


def test_the_page_fits_an_ordinary_window_and_shows_a_code(window: Window) -> None:
    page = window.page_with("bank-card")
    assert fits(page, 80, 24)
    assert page[-2].endswith("q quitter")
    window.type(" ")
    window.page_with("▣ bank-card")
    window.type("c1234\r")
    assert fits(window.page_with("⣶⣶⣶⣶"), 80, 24)


def test_a_larger_window_is_filled_at_once(window: Window) -> None:
    window.page_with("bank-card")
    window.resize(140, 60)
    page = window.page_with("▀|▄|█")
    assert fits(page, 140, 60)
    assert len(page) == 60


def test_a_window_that_is_too_small_says_what_is_needed_and_comes_back(window: Window) -> None:
    window.page_with("bank-card")
    window.resize(50, 20)
    page = window.page_with("trop petite")
    assert fits(page, 50, 20)
    assert "68×24" in " ".join(page)
    assert not BRAILLE.search("".join(page))
    window.resize(68, 24)
    assert fits(window.page_with("bank-card"), 68, 24)


def test_that_it_is_too_small_is_one_line_of_most_windows(window: Window) -> None:
    window.page_with("bank-card")
    for columns, lines in ((60, 20), (67, 40), (200, 23)):
        window.resize(columns, lines)
        assert window.page_with(f"{columns}×{lines}") == [
            f"Fenêtre trop petite\u00a0: il faut 68×24 caractères (ici {columns}×{lines})."
        ]


def test_a_line_that_tells_no_size_is_taken_for_an_ordinary_window() -> None:
    """A serial console says 0 by 0, a half-set one 0 lines: there nothing was drawn at all (ioctl_tty(2))."""
    own, theirs = pty.openpty()
    for lines, columns, taken in ((0, 0, (80, 24)), (0, 132, (132, 24)), (50, 0, (80, 50)), (30, 90, (90, 30))):
        fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        assert window_size(theirs) == taken
    os.close(own)
    os.close(theirs)
    with Path(os.devnull).open("rb") as nothing:
        assert window_size(nothing.fileno()) == (80, 24)


def test_it_is_said_in_the_users_language(tmp_path: Path) -> None:
    config = tmp_path / "reader.toml"
    config.write_text('[reader]\nlanguage = "en"\n')
    with opened(tmp_path, 60, 20, "--config", str(config)) as window:
        assert window.page_with("small") == ["Window too small: 68×24 characters are needed (here 60×20)."]
        window.resize(68, 24)
        assert window.page_with("bank-card")[-2].endswith("q quit")


def test_the_smallest_window_has_all_of_the_frame_and_says_how_to_leave(tmp_path: Path) -> None:
    with opened(tmp_path, 68, 24) as window:
        page = window.page_with("bank-card")
        assert page[0] == f"┌{'─' * 66}┐"
        assert page[-2].endswith("q quitter")
        assert not re.search(r"[┐│┘](\x1b\[[0-9;]*m)*\x1b\[K", window.text), "xterm would clear the last column"


def test_the_reader_goes_on_behind_a_window_that_is_too_small(window: Window) -> None:
    window.page_with("bank-card")
    window.resize(10, 3)
    window.page_with("Fen")
    window.type("q")
    assert window.process.wait(PATIENCE_S) == 0
