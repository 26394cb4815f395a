"""The simulated reader and Coop@net on a laptop with macOS or Windows, as far as Linux can imitate them."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest

from sesame.exits import Exit
from sesame_core.events import Key
from simulator.bench import Bench

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 60.0
SYSTEMS = ("macos", "windows")
WITHOUT_BAR = 48
"""Rows of the glass that do not change while a code is shown."""


def as_on(system: str, *command: str) -> list[str]:
    """`sesame` with these arguments, on that system."""
    return [sys.executable, "-X", "warn_default_encoding", "-m", "tests.elsewhere.imitation", system, *command]


def environment(tmp_path: Path, system: str) -> dict[str, str]:
    """Of an account there: Windows has no HOME, but names the folders."""
    home = {"HOME": str(tmp_path)} if system == "macos" else {"LOCALAPPDATA": str(tmp_path / "Local")}
    return {"PATH": os.defpath, "PYTHONIOENCODING": "utf-8", "TERM": "xterm", **home}


class Visitor:
    """A browser, as far as this needs one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._browser: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        return self._open(Request(self._url + path))

    def do(self, verb: str, **given: object) -> dict[str, object]:
        body, kind = json.dumps(given).encode(), {"Content-Type": "application/json"}
        answer: dict[str, object] = json.loads(self._open(Request(f"{self._url}api/{verb}", body, kind)))
        return answer

    def send(self, path: str, **given: str) -> str:
        return self._open(Request(self._url + path, urlencode(given).encode()))

    def kind(self, path: str) -> str:
        with self._browser.open(self._url + path, timeout=LIMIT_S) as answer:
            return str(answer.headers["content-type"])

    def _open(self, request: Request) -> str:
        with self._browser.open(request, timeout=LIMIT_S) as answer:
            return str(answer.read().decode())


@contextmanager
def running(tmp_path: Path, system: str, *options: str) -> Iterator[tuple[Visitor, subprocess.Popen[str]]]:
    """The page, as `./run` shows it there; ended by Ctrl-C, without a word."""
    log = tmp_path / f"log-{system}"
    command = as_on(system, "run", "--simulated", "--no-browser", "--port", "0", *options)
    with log.open("w", encoding="utf-8") as error:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(tmp_path, system), stdout=subprocess.PIPE, stderr=error, text=True
        )
        assert process.stdout is not None
        with process.stdout:
            told = process.stdout.readline()
            assert "http" in told, log.read_text(encoding="utf-8")
            try:
                yield Visitor(told.split()[-1]), process
                process.send_signal(signal.SIGINT)
                assert process.wait(LIMIT_S) == 0
            finally:
                process.kill()
                process.wait()
    assert log.read_text(encoding="utf-8") == ""


def until(visitor: Visitor, wanted: str, value: object) -> None:
    deadline = time.monotonic() + LIMIT_S
    while (state := json.loads(visitor.get("api/state")))[wanted] != value:
        assert time.monotonic() < deadline, state
        time.sleep(0.05)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_code_is_made_on_the_page_and_signs_in_at_the_bank(system: str, tmp_path: Path) -> None:
    expected = Bench()
    expected.insert_card("bank-card")
    for key in (Key.CODE, *map(Key, "1234"), Key.OK):
        expected.press_key(key)
    with running(tmp_path, system) as (visitor, _process):
        assert "data-card" in visitor.get("fr/")
        visitor.do("insert", card="bank-card")
        until(visitor, "phase", "ready")
        visitor.do("press", keys=["Code", "1", "2", "3", "4", "OK"])
        until(visitor, "code_shown", True)
        rows = [int(row, 16) for row in json.loads(visitor.get("api/glass"))["rows"]]
        assert rows[:WITHOUT_BAR] == list(expected.glass().rows[:WITHOUT_BAR])
        mark = re.search(r'name="mark" value="(\w+)"', visitor.get("coopanet/fr/sesame"))
        assert mark
        accounts = visitor.send("coopanet/fr/sesame", user="DURAND42", code=expected.shown_code(), mark=mark[1])
        assert "Claude Durand" in accounts
    kept = tmp_path / ("Local/sesame" if system == "windows" else ".local/state/sesame")
    assert (kept / "bank.db").exists(), "where that system's programs keep theirs"


def test_scripts_are_scripts_to_a_browser_whatever_the_registry_says(tmp_path: Path) -> None:
    with running(tmp_path, "windows") as (visitor, _process):
        assert visitor.kind("static/page.js").startswith("text/javascript")
        assert visitor.kind("static/reader.css").startswith("text/css")


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_page_ends_by_a_signal_though_nothing_happens(system: str, tmp_path: Path) -> None:
    with running(tmp_path, system) as (visitor, _process):
        visitor.do("press", keys=["Off"])
        until(visitor, "phase", "asleep")


def run(tmp_path: Path, system: str, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        as_on(system, *command),
        cwd=ROOT,
        env=environment(tmp_path, system),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=LIMIT_S,
    )


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "command",
    [
        ("--help",),
        ("run", "--help"),
        ("bank", "--help"),
        ("bank", "list"),
        ("bank", "reset", "--yes"),
        ("config", "check"),
        ("config", "show"),
        ("card", "apps", "--help"),
        ("virtual-card", "--help"),
        ("key", "virtual", "--help"),
        ("mirror", "--help"),
        ("blank", "--help"),
        ("script", "--fresh", "tests/flows/first-code.sesame", "tests/flows/wrong-pin.sesame"),
    ],
    ids=" ".join,
)
def test_what_needs_no_hardware_works(tmp_path: Path, system: str, command: Sequence[str]) -> None:
    pictures = ("--pictures", str(tmp_path)) if command[0] == "script" else ()
    done = run(tmp_path, system, *command, *pictures)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_the_imitation_hides_what_it_says(tmp_path: Path) -> None:
    """Or all of this would prove nothing: on Linux the real parts are there."""
    asked = "import device.pace as p, device.signals as s; print(type(p.Waker()._bell).__name__, p.DEAF, len(s.ENDING))"
    for system, seen in (("macos", "_SocketPair False 4"), ("windows", "_SocketPair True 2")):
        program = f"from tests.elsewhere.imitation import imitate; imitate({system!r}); {asked}"
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == seen
    done = run(tmp_path, "windows", "run", "--control", str(tmp_path / "socket"))
    assert done.returncode == Exit.OTHER
    assert "this system has no Unix sockets" in done.stderr


def test_two_runs_share_a_state_and_a_reset_reaches_both(tmp_path: Path) -> None:
    """The locks of Windows: many at once, or one alone."""
    with running(tmp_path, "windows"):
        folder = tmp_path / "second"
        folder.mkdir()
        with running_beside(tmp_path, folder):
            beside = run(tmp_path, "windows", "bank", "reset", "--yes")
        assert beside.returncode == 0, beside.stderr
    alone = run(tmp_path, "windows", "bank", "reset", "--yes")
    assert alone.returncode == 0, alone.stderr


@contextmanager
def running_beside(tmp_path: Path, folder: Path) -> Iterator[None]:
    """A second one with the first one's state."""
    with running(folder, "windows", "--state", str(tmp_path / "Local/sesame")) as (visitor, _process):
        assert visitor.get("api/state")
        yield


@pytest.fixture
def console(tmp_path: Path) -> Iterator[tuple["Console", subprocess.Popen[bytes]]]:
    """The terminal's page in a console of Windows: the twin's keys come from a terminal without lines or echo."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    termios.tcsetwinsize(theirs, (24, 80))
    process = subprocess.Popen(
        as_on("windows", "run", "--simulated", "--terminal"),
        cwd=ROOT,
        env=environment(tmp_path, "windows"),
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    console = Console(ours)
    yield console, process
    process.kill()
    process.wait()
    console.close()


class Console:
    """What is seen, read all the while."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._text = ""
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def type(self, keys: bytes) -> None:
        self._text = ""
        os.write(self._end, keys)

    def see(self, wanted: str) -> None:
        deadline = time.monotonic() + LIMIT_S
        while not re.search(wanted, self._text):
            assert time.monotonic() < deadline, wanted
            time.sleep(0.05)

    def close(self) -> None:
        self._thread.join(LIMIT_S)
        os.close(self._end)

    def _read(self) -> None:
        try:
            while part := os.read(self._end, 65536):
                self._text += part.decode("utf-8", "ignore")
        except OSError:  # the program has ended
            return


def test_the_terminals_page_in_a_console_of_windows(console: tuple[Console, subprocess.Popen[bytes]]) -> None:
    screen, process = console
    screen.see("bank-card")
    screen.type(b"\xe0P")
    screen.see("\x1b\\[7m[^\n]*sesame-card")
    screen.type(b"\xe0H")
    screen.see("\x1b\\[7m[^\n]*bank-card")
    screen.type(b"\xe0S\x00;")
    screen.type(b" ")
    screen.see("▣ bank-card")
    screen.type(b"c1234\r")
    screen.see("⣶⣶⣶⣶")
    screen.type(b"q")
    assert process.wait(LIMIT_S) == 0


def test_a_port_that_another_has_is_not_taken_from_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = run(tmp_path, "windows", "run", "--simulated", "--no-browser", "--port", str(other.getsockname()[1]))
    assert done.returncode != 0
    assert "may be taken" in done.stderr
