"""The control socket: every line is answered, nobody keeps anybody else waiting, and nobody takes what is another's."""

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.config import Config
from device.unix_socket import open_door
from simulator.control import LONGEST_LINE, MOST_CLIENTS, Control, ControlError
from simulator.live import LiveBench
from simulator.script import Player, Statement

LIMIT_S = 30.0


class Client:
    """Somebody at the socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(LIMIT_S)
        self._socket.connect(str(path))
        self._heard = self._socket.makefile("r", encoding="utf-8", newline="\n")

    def say(self, line: str) -> None:
        self._socket.sendall(line.encode() + b"\n")

    def hear(self) -> str:
        return self._heard.readline().removesuffix("\n")

    def ask(self, line: str) -> str:
        self.say(line)
        return self.hear()

    def close(self) -> None:
        self._heard.close()
        self._socket.close()


Connect = Callable[[], Client]


@contextmanager
def living(path: Path, folder: Path) -> Iterator[LiveBench]:
    """A reader that is reached at `path`, ended with the context."""
    bench = LiveBench(Config(), None)
    with Control(bench, folder).listening(path):
        thread = threading.Thread(target=bench.run)
        thread.start()
        try:
            yield bench
        finally:
            bench.end()
            thread.join(LIMIT_S)
    assert not thread.is_alive()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control"


@pytest.fixture
def bench(path: Path, tmp_path: Path) -> Iterator[LiveBench]:
    with living(path, tmp_path) as bench:
        yield bench


@pytest.fixture
def connect(bench: LiveBench, path: Path) -> Iterator[Connect]:
    """Each a connection of its own."""
    clients: list[Client] = []

    def _connect() -> Client:
        clients.append(Client(path))
        return clients[-1]

    yield _connect
    for client in clients:
        client.close()


def test_a_code_is_made_line_by_line(connect: Connect) -> None:
    client = connect()
    for line in ("insert bank-card", "wait 1 s", "press Code 1 2 3 4 OK", "wait 2 s", "expect code"):
        assert client.ask(line) == "ok"
    assert client.ask("text") == ""
    assert client.ask("expect dark").startswith("error: control:1: the screen is not dark")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("include", "write: include FILE"),
        ("include no-such-file", "cannot be read (No such file or directory)"),
        ("include a\0b", "a NUL character has no place"),
        ("include /dev/zero", "may have no end"),
        ('screenshot "a\0b.png"', "a NUL character has no place"),
        ("wait 1000000000000 s", "a time is a number of at most nine digits"),
        (f"wait {'9' * 500} s", "a time is a number of at most nine digits"),
        ("wait 9999999 h", "longer than 24 h"),
        ("hold 5 for 11 min", "longer than 10 min"),
        ("insert \x1bc", "'\\x1bc'"),
        ('"', "a quotation mark is missing"),
    ],
)
def test_what_cannot_be_done_is_answered_and_the_next_line_too(connect: Connect, line: str, said: str) -> None:
    client = connect()
    answer = client.ask(line)
    assert answer.startswith("error: ")
    assert said in answer
    assert answer.isprintable()
    assert client.ask("expect text INSÉREZ") == "ok"


def test_after_a_line_that_is_too_long_the_next_one_is_answered(connect: Connect) -> None:
    """The connection was closed."""
    client = connect()
    for length in (LONGEST_LINE, LONGEST_LINE + 1, 3 * LONGEST_LINE):
        assert client.ask("x" * length) == "error: a line is too long"
        assert client.ask("expect text INSÉREZ") == "ok"


def test_a_fault_of_ours_is_an_answer_too(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_player: Player, _statement: Statement) -> None:
        raise LookupError("1234")

    monkeypatch.setattr(Player, "perform", fail)
    assert connect().ask("pull") == "error: this should not have happened (LookupError); please report it"


def test_an_included_script_is_played(connect: Connect, tmp_path: Path) -> None:
    script = tmp_path / "first.sesame"
    script.write_text("insert bank-card\nwait 1 s\nexpect text CHOISISSEZ\n", encoding="utf-8")
    client = connect()
    assert client.ask(f"include {script}") == "ok"
    assert client.ask("expect text CHOISISSEZ") == "ok"


def test_who_waits_keeps_nobody_waiting(connect: Connect, bench: LiveBench) -> None:
    patient, other = connect(), connect()
    patient.say("wait 24 h")
    assert other.ask("press Arrêt") == "ok"
    assert other.ask("expect dark") == "ok"


def test_a_long_wait_of_a_sleeping_reader_does_not_end_it(connect: Connect) -> None:
    patient, other = connect(), connect()
    assert other.ask("press Arrêt") == "ok"
    patient.say("wait 24 h")
    assert other.ask("press Code") == "ok"
    assert other.ask("expect text INSÉREZ") == "ok"


def test_who_waits_when_the_reader_ends_is_told(path: Path, tmp_path: Path) -> None:
    with living(path, tmp_path):
        client = Client(path)
        assert client.ask("pull") == "ok"
        client.say("wait 24 h")
    assert client.hear() == "error: the reader has ended: start it again"
    client.close()


def test_more_clients_than_there_are_places_are_told_so(connect: Connect) -> None:
    clients = [connect() for _ in range(MOST_CLIENTS)]
    assert [client.ask("pull") for client in clients] == ["ok"] * MOST_CLIENTS
    assert connect().hear() == "error: too many are connected: close another connection first"
    clients[0].close()
    assert clients[1].ask("pull") == "ok"


@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777])
def test_the_socket_is_its_owners_whatever_the_umask_is(path: Path, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with living(path, tmp_path):
            assert path.stat().st_mode & 0o777 == 0o600
            kept = os.umask(umask)
    finally:
        os.umask(before)
    assert kept == umask


def test_a_second_reader_does_not_take_the_firsts_socket(connect: Connect, path: Path, tmp_path: Path) -> None:
    first = connect()
    assert first.ask("pull") == "ok"
    with pytest.raises(ControlError, match="another program listens there"), living(path, tmp_path):
        pass
    assert connect().ask("pull") == "ok"


@pytest.mark.parametrize("name", ["x" * 120, "é" * 60, "nul\0", "\0abstract"])
def test_a_name_that_no_socket_can_have_is_said(name: str, tmp_path: Path) -> None:
    """What follows a NUL was cut off in silence, and of a long name the system's reason was told as None."""
    with (
        pytest.raises(ControlError, match=r"a socket's path has at most 107 bytes.*another path"),
        living(tmp_path / name, tmp_path),
    ):
        pass
    assert not [found for found in tmp_path.iterdir() if found.is_socket()]


def test_a_socket_that_was_left_behind_is_replaced(path: Path, tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    with living(path, tmp_path):
        client = Client(path)
        assert client.ask("pull") == "ok"
        client.close()
    assert not path.exists()


def test_what_is_no_socket_stays(path: Path, tmp_path: Path) -> None:
    path.write_text("a thesis", encoding="utf-8")
    with pytest.raises(ControlError), living(path, tmp_path):
        pass
    assert path.read_text(encoding="utf-8") == "a thesis"


def test_at_the_end_only_its_own_socket_goes(path: Path) -> None:
    door = open_door(path, 0o600, 1)
    path.unlink()
    path.write_text("another's", encoding="utf-8")
    door.close()
    assert path.read_text(encoding="utf-8") == "another's"


def test_closed_it_takes_nobody_in_whoever_still_holds_it(path: Path) -> None:
    """A thread that waits in accept() holds it: closed alone, it would wait for ever (shutdown(2))."""
    door = open_door(path, 0o600, 1)
    with door.socket.dup() as held:
        assert select.select([held], [], [], 0) == ([], [], [])
        door.close()
        assert select.select([held], [], [], 0) == ([held], [], []), "accept() comes back"
