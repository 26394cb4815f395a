"""What the launcher fetches for a key by HTTP, and servers that drip, never end, send too much or are not there."""

import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count

import pytest

from launcher.adapters.updates import RepositoryUpdates
from launcher.troubles import LaunchError
from launcher.updating.answers import UpdateFailedError, UpdateTrouble
from launcher.updating.carrying import CarryEnd, UpdateCarrier
from launcher.updating.serving import HttpSource
from tests.launcher.twins import TwinCard

CONTENT = bytes(range(256)) * 20


@contextmanager
def served(*answers: bytes, hold: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives these answers, one a connection; its address, and what it was asked."""
    asked: list[bytes] = []
    done = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with closing(connection):
                    asked.append(connection.recv(4096))
                    connection.sendall(answer)
                    if hold:
                        done.wait()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/updates/", asked
        finally:
            done.set()
            thread.join()


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def failed(act: Callable[[], object]) -> UpdateTrouble:
    with pytest.raises(UpdateFailedError) as failure:
        act()
    return failure.value.trouble


def fetch(url: str, offset: int = 0, limit: int = len(CONTENT)) -> bytes:
    blocks = HttpSource(url).fetch_blocks("programs/ab.key-release", offset, limit)
    assert blocks is not None
    return b"".join(blocks)


def test_a_file_comes_in_blocks_of_two_kilobytes() -> None:
    with served(http("200 OK", CONTENT)) as (url, asked):
        blocks = HttpSource(url).fetch_blocks("programs/ab.key-release", 0, len(CONTENT))
        assert blocks is not None
        assert [len(each) for each in blocks] == [2048, 2048, 1024]
    assert asked[0].startswith(b"GET /updates/programs/ab.key-release HTTP/1.1\r\n")
    assert b"Range" not in asked[0]


def test_from_an_offset_on_no_byte_before_it_is_asked_for() -> None:
    part = http("206 Partial Content", CONTENT[3000:], "Content-Range: bytes 3000-5119/5120")
    with served(part) as (url, asked):
        assert fetch(url, 3000) == CONTENT[3000:]
    assert b"\r\nRange: bytes=3000-\r\n" in asked[0]


def test_a_server_that_knows_no_ranges_does_as_well() -> None:
    with served(http("200 OK", CONTENT)) as (url, _):
        assert fetch(url, 3000) == CONTENT[3000:]


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden"])
def test_a_file_that_is_not_there(status: str) -> None:
    with served(http(status, b"")) as (url, _):
        assert HttpSource(url).fetch_blocks("metadata/2.root.json", 0, 9) is None


@pytest.mark.parametrize("status", ["302 Found", "500 Internal Server Error", "416 Range Not Satisfiable"])
def test_another_answer_is_none(status: str) -> None:
    with served(http(status, b"", "Location: http://127.0.0.1:1/")) as (url, asked):
        assert failed(lambda: fetch(url)) is UpdateTrouble.NO_SERVER
    assert len(asked) == 1, "a redirect was followed"


def test_a_file_that_is_too_long() -> None:
    with served(http("200 OK", CONTENT + b"x")) as (url, _):
        assert failed(lambda: fetch(url)) is UpdateTrouble.TOO_LONG


def test_a_file_without_an_end_ends_at_the_limit() -> None:
    """The server goes on for as long as somebody listens."""
    with served(http("200 OK", CONTENT * 30), hold=True) as (url, _):
        assert failed(lambda: fetch(url)) is UpdateTrouble.TOO_LONG


def test_a_server_that_drips() -> None:
    ticks = count(step=40)
    with served(http("200 OK", CONTENT)) as (url, _):
        source = HttpSource(url, now=lambda: float(next(ticks)))
        blocks = source.fetch_blocks("programs/ab.key-release", 0, len(CONTENT))
        assert blocks is not None
        assert failed(lambda: list(blocks)) is UpdateTrouble.TOO_SLOW


def test_a_server_that_says_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launcher.updating.serving.PATIENCE_S", 0.05)
    with served(http("200 OK", CONTENT[:100]), hold=True) as (url, _):
        assert failed(lambda: fetch(url)) is UpdateTrouble.TOO_SLOW


def test_a_server_whose_answer_never_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece comes soon enough, and none is the last."""
    monkeypatch.setattr("launcher.updating.serving.BLOCK_PATIENCE_S", 0.05)
    for begun in (b"HTTP/1.1 100 Continue\r\n\r\n", http("200 OK", b"0\r\nA: b\r\n", "Transfer-Encoding: chunked")):
        with served(begun, hold=True) as (url, _):
            assert failed(partial(fetch, url)) is UpdateTrouble.TOO_SLOW


def test_a_server_that_is_not_there_or_does_not_speak_http() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    assert failed(lambda: fetch(url)) is UpdateTrouble.NO_SERVER
    for said in (b"220 mail.example ESMTP\r\n", http("200 OK", b"-1\r\n", "Transfer-Encoding: chunked")):
        with served(said) as (url, _):
            assert failed(partial(fetch, url)) is UpdateTrouble.NO_SERVER


@pytest.mark.parametrize(
    "url", ["ftp://bank.example/", "bank.example", "http:///updates", "", "http://[", "http://bank:x"]
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="no address of HTTP"):
        HttpSource(url)


# The key's side


class Scripted:
    """A key that gives these responses."""

    def __init__(self, *responses: str) -> None:
        self.responses = [bytes.fromhex(each) for each in responses]
        self.commands: list[str] = []

    def transmit(self, apdu: bytes) -> bytes:
        """See UpdateCard."""
        self.commands.append(apdu.hex())
        return self.responses.pop(0)


class Nothing:
    """No file is there."""

    def fetch_blocks(self, _name: str, _offset: int, _limit: int) -> Generator[bytes, None, None] | None:
        """See ProgramFiles."""
        return None


NUMBERS = "0000000100000002" + "00000000" + "00001400"
WANTS_PROGRAM = "0300" + NUMBERS + b"ab.key-release".hex() + "9000"
WANTS_METADATA = "0100" + NUMBERS + b"timestamp.json".hex() + "9000"
DONE = "0000" + NUMBERS + "9000"


@pytest.mark.parametrize(
    ("response", "trouble"),
    [
        ("", UpdateTrouble.KEY_GONE),
        ("6f02", UpdateTrouble.EXPIRED),
        ("6a81", UpdateTrouble.NOT_TAKEN),
        ("6985", UpdateTrouble.KEY_REFUSED),
        ("9000", UpdateTrouble.KEY_REFUSED),
        ("09" + DONE[2:], UpdateTrouble.KEY_REFUSED),
        ("0000" + NUMBERS + "ff9000", UpdateTrouble.KEY_REFUSED),
    ],
)
def test_what_a_key_may_say(response: str, trouble: UpdateTrouble) -> None:
    assert failed(UpdateCarrier(Scripted(response), Nothing()).look_for_update) is trouble


def test_a_program_that_is_not_there_is_told_to_the_key() -> None:
    card = Scripted(WANTS_PROGRAM, DONE)
    carrier = UpdateCarrier(card, Nothing())
    assert failed(lambda: carrier.carry_update(lambda _: None, lambda: False)) is UpdateTrouble.NO_SERVER
    assert card.commands == ["8020010000", "8026000000"]


def test_a_key_that_asks_without_end() -> None:
    card = Scripted(*[WANTS_METADATA] * 101)
    assert failed(UpdateCarrier(card, Nothing()).look_for_update) is UpdateTrouble.KEY_REFUSED


def test_there_is_none() -> None:
    card = Scripted(WANTS_METADATA, DONE)
    assert UpdateCarrier(card, Nothing()).carry_update(lambda _: None, lambda: False) is CarryEnd.NOTHING
    assert card.commands == ["8020010000", "8024000000"]
    with pytest.raises(LaunchError, match="there is none"):  # offered, and taken back: nobody waits for it
        RepositoryUpdates(Nothing()).fetch_update(TwinCard(Scripted(WANTS_METADATA, DONE).transmit), lambda _: True)


class HeldSource:
    """Two blocks of each file. `open_ones`: whose way is still open."""

    def __init__(self) -> None:
        self.open_ones: set[str] = set()

    def fetch_blocks(self, name: str, _offset: int, _limit: int) -> Generator[bytes, None, None] | None:
        """See ProgramFiles."""
        return self._read(name)

    def _read(self, name: str) -> Generator[bytes, None, None]:
        self.open_ones.add(name)
        try:
            yield b"one"
            yield b"two"
        finally:
            self.open_ones.discard(name)


@pytest.mark.parametrize("wanted", [WANTS_PROGRAM, WANTS_METADATA])
def test_where_it_ends_early_the_way_to_the_server_is_closed(wanted: str) -> None:
    """By itself, though the error is held, which holds all that was there: a socket stood until the collector came."""
    source = HeldSource()
    carrier = UpdateCarrier(Scripted(wanted, "6985"), source)
    with pytest.raises(UpdateFailedError) as held:
        carrier.carry_update(lambda _: None, lambda: False)
    assert held.value.__traceback__
    assert source.open_ones == set()
