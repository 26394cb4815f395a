"""The stream of changes: what a listener leaves unread is bounded where it is handed in; hanging up is no error."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.ports import Picture
from simulator.live import EndedError
from simulator.web.bench import Change, Ended, Look, Numbered, PageBench
from simulator.web.stream import Waiting, stream_events
from tests.web.loops import in_a_loop_of_its_own
from tests.web.reading import LIMIT_S, living

MOST_WAITING = 500
ROOT = Path(__file__).resolve().parents[2]
CODE = Picture(128, 64, (1,) * 64)
DARK = Picture.dark(128, 64)
LOOK = Look("ready", "", False, "fr", "good", None, True, None)


def exchange(number: int) -> Numbered:
    return Numbered(number, "00A4", "9000")


def drained(waiting: Waiting) -> list[Change]:
    taken = []
    while (change := waiting.take_oldest()) is not None:
        taken.append(change)
    return taken


def nobody() -> None:
    pass


def test_of_pictures_and_states_only_the_newest_waits() -> None:
    waiting = Waiting(nobody)
    for _ in range(20_000):
        waiting.put(CODE)
        waiting.put(LOOK)
    waiting.put(exchange(1))
    waiting.put(DARK)
    waiting.put(LOOK)
    assert drained(waiting) == [exchange(1), DARK, LOOK]


def test_nothing_of_a_listener_that_fell_behind_is_kept() -> None:
    waiting = Waiting(nobody)
    assert waiting.put(CODE)
    assert all(waiting.put(exchange(number)) for number in range(MOST_WAITING - 1))
    assert not waiting.lost
    assert not waiting.put(exchange(MOST_WAITING))
    assert waiting.lost
    assert not waiting.put(CODE)
    assert drained(waiting) == []


def test_a_listener_is_woken_once_until_it_looks() -> None:
    woken: list[int] = []
    waiting = Waiting(lambda: woken.append(1))
    for number in range(100):
        waiting.put(exchange(number))
    assert len(woken) == 1
    waiting.take_oldest()
    waiting.put(LOOK)
    assert len(woken) == 2


def test_one_that_goes_is_told_nothing_more(tmp_path: Path) -> None:
    """Each page that was ever open would be told of every screen, for as long as the reader lives."""

    async def listen_and_go(bench: PageBench) -> tuple[int, int]:
        stream = stream_events(bench)
        await anext(stream)
        await anext(stream)
        there = bench.submit(lambda: len(bench._listeners)).result(LIMIT_S)
        assert isinstance(stream, AsyncGenerator)
        await stream.aclose()
        return there, bench.submit(lambda: len(bench._listeners)).result(LIMIT_S)

    with living(tmp_path) as bench:
        assert in_a_loop_of_its_own(listen_and_go(bench), LIMIT_S) == (1, 0)


def test_one_that_never_reads_is_let_go_by_the_reader(tmp_path: Path) -> None:
    """It has a connection and takes nothing from it: the reader forgets it, and its stream is over when it looks."""

    async def leave_unread(bench: PageBench) -> list[str]:
        stream = stream_events(bench)
        first = await anext(stream)
        bench.submit(lambda: tell_too_much(bench)).result(LIMIT_S)
        assert bench.submit(lambda: len(bench._listeners)).result(LIMIT_S) == 0
        return [first, *await rest(stream)]

    with living(tmp_path) as bench:
        assert in_a_loop_of_its_own(leave_unread(bench), LIMIT_S) == ["retry: 1000\n\n"]


def test_a_listener_that_waits_is_woken_by_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only when the page is told that the server is still there."""
    monkeypatch.setattr("simulator.web.stream.KEEP_ALIVE_S", 3600.0)

    async def wait_and_hear(bench: PageBench) -> str:
        stream = stream_events(bench)
        waiting: asyncio.Future[str]
        while (waiting := asyncio.ensure_future(anext(stream))) in (await asyncio.wait({waiting}, timeout=0.1))[0]:
            pass  # how things are now
        bench.submit(lambda: bench._tell(exchange(7))).result(LIMIT_S)
        heard = await waiting
        while not heard.startswith("event: exchange\n"):  # on a slow machine some of how things were was still to come
            heard = await anext(stream)
        return heard

    with living(tmp_path) as bench:
        assert '"number":7' in in_a_loop_of_its_own(wait_and_hear(bench), LIMIT_S)


def tell_too_much(bench: PageBench) -> None:
    for number in range(MOST_WAITING + 1):
        bench._tell(exchange(number))


async def rest(stream: AsyncIterator[str]) -> list[str]:
    return [part async for part in stream]


def test_a_listener_of_a_reader_that_has_ended_is_told_so_at_once(tmp_path: Path) -> None:
    with living(tmp_path) as bench:
        pass
    with pytest.raises(EndedError):
        bench.submit(bench.look_now).result(0)

    async def listen() -> list[str]:
        return await rest(stream_events(bench))

    assert in_a_loop_of_its_own(listen(), LIMIT_S) == ["retry: 1000\n\n"]


def test_the_end_comes_behind_what_was_before_it() -> None:
    waiting = Waiting(nobody)
    for change in (exchange(1), DARK, Ended()):
        waiting.put(change)
    assert drained(waiting) == [exchange(1), DARK, Ended()]


# Hanging up


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The page as `./run` serves it: its port, and what it says on standard error."""
    log = tmp_path / "log"
    command = [sys.executable, "-m", "sesame", "run", "--simulated", "--no-browser", "--port", "0"]
    with log.open("w") as error:
        process = subprocess.Popen(
            [*command, "--state", str(tmp_path / "state")], cwd=ROOT, stdout=subprocess.PIPE, stderr=error, text=True
        )
        assert process.stdout is not None
        with process.stdout:
            yield int(process.stdout.readline().rstrip("/\n").rpartition(":")[2]), log
            process.terminate()
            assert process.wait(LIMIT_S) == 0


HALF_SENT = (
    b"POST /api/press HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    b"POST /coopanet/fr/login HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nuser=",
    b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /api/screenshot.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HT",
)


def test_a_client_that_hangs_up_is_no_error(served: tuple[int, Path]) -> None:
    port, log = served
    for request in HALF_SENT:
        for linger in (b"\0" * 8, b"\1\0\0\0" + b"\0" * 4):
            client = socket.create_connection(("127.0.0.1", port))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            client.sendall(request)
            client.close()
    with closing(socket.create_connection(("127.0.0.1", port), LIMIT_S)) as client:
        client.sendall(b"GET /api/state HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert b"".join(iter(lambda: client.recv(4096), b"")).startswith(b"HTTP/1.1 200")
    assert log.read_text() == ""
