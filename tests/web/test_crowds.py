"""Pages among strangers: a thousand idle connections, requests that never end, answers nobody reads, clients gone."""

import asyncio
import logging
import resource
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.web.test_bank_command import ROOT, running
from web.bounds import Bounds, SparingFilter
from web.guard import Guard, content_policy
from web.serving import Server, bind_listener, url_of

LIMIT_S = 60.0
CROWD = 1010
FEW = Bounds(connections=20, request_s=0.3, stalled_s=0.3, head_bytes=4096)
HEAD = b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"

Connect = Callable[[], socket.socket]


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """Enough for both ends of a crowd."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192) if hard > 0 else 8192, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def crowd(address: str, size: int, says: bytes = b"") -> Iterator[list[socket.socket]]:
    """So many connections that stay."""
    port = int(address.rstrip("/").rpartition(":")[2])
    with ExitStack() as stack:
        lines = []
        for _ in range(size):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port), LIMIT_S))
            if says:
                try:
                    line.sendall(says)
                except OSError:
                    continue
            lines.append(line)
        yield lines


def commands(tmp_path: Path) -> dict[str, tuple[str, ...]]:
    state = ("--state", str(tmp_path / "state"))
    return {
        "page": ("run", "--simulated", "--no-browser", *state),
        "Coop@net": ("bank", "serve", *state),
        "mirror": ("mirror", "--no-browser", "--socket", str(tmp_path / "nothing")),
    }


@pytest.mark.usefixtures("many_descriptors")
@pytest.mark.parametrize(
    ("name", "says"),
    [("page", b""), ("Coop@net", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "), ("mirror", b"")],
)
def test_a_thousand_idle_connections_stop_no_page_and_fill_no_log(tmp_path: Path, name: str, says: bytes) -> None:
    """`running` shows that nothing was written to standard error."""
    with running(*commands(tmp_path)[name]) as page, crowd(page.address, CROWD, says):
        for _ in range(5):
            assert "<html" in page.get("")


@pytest.mark.usefixtures("many_descriptors")
def test_streams_that_are_hoarded_give_way_to_who_asks(tmp_path: Path) -> None:
    ask = b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with running(*commands(tmp_path)["page"]) as page, crowd(page.address, 300, ask):
        page.post("insert", card="bank-card")
        assert "bank-card" in page.get("api/state")


def test_a_process_without_descriptors_writes_little_and_recovers(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "sesame", *commands(tmp_path)["mirror"], "--port", "0"]
    script = 'ulimit -n 40; exec "$@"'
    command = ["sh", "-c", script, "sh", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[5]
        with crowd(address, 100):
            threading.Event().wait(2.5)
        with urllib.request.urlopen(address, timeout=LIMIT_S) as answer:
            assert answer.status == 200
        process.terminate()
        _, said = process.communicate(timeout=LIMIT_S)
        assert len(said) < 30_000
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("where", ["api/insert", "coopanet/fr/sesame", "fr/"])
def test_a_client_that_hangs_up_is_no_error(tmp_path: Path, where: str) -> None:
    head = f"POST /{where} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
    with running(*commands(tmp_path)["page"]) as page:
        with crowd(page.address, 5, head.encode() + b"half"):
            page.get("")
        with crowd(page.address, 5, b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            page.get("")
        page.get("")


# One server of the test's own, with little patience


class Streaming:
    """An application that answers for ever at /stream, and at once elsewhere."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        routes = [Route("/stream", self.stream), Route("/", self.page, methods=["GET", "POST"])]
        self.app = Guard(Starlette(routes=routes), content_policy())

    async def page(self, request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    async def stream(self, _request: Request) -> Response:
        return StreamingResponse(self._lines())

    async def _lines(self) -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65536
                await asyncio.sleep(0)
        finally:
            self.ended.set()


@pytest.fixture
def streaming() -> Streaming:
    return Streaming()


@pytest.fixture
def connect(streaming: Streaming) -> Iterator[Connect]:
    listener = bind_listener(0, 0)
    address = url_of(listener)
    port = int(address.rstrip("/").rpartition(":")[2])
    with Server(streaming.app, listener, FEW).beside(), ExitStack() as stack:
        yield lambda: stack.enter_context(socket.create_connection(("127.0.0.1", port), LIMIT_S))


def ended(line: socket.socket) -> bool:
    """Wait until the other end has let go."""
    try:
        while line.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


UNFINISHED = (
    b"",
    b"GET / HT",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n12345678",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /",
)


@pytest.mark.parametrize("said", UNFINISHED)
def test_a_request_that_does_not_come_is_not_waited_for(connect: Connect, said: bytes) -> None:
    line = connect()
    line.sendall(said)
    assert ended(line)


def test_a_byte_now_and_then_does_not_keep_a_connection(connect: Connect) -> None:
    line = connect()
    line.settimeout(0.05)
    pieces = iter(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 2000)
    over = False
    for piece in pieces:
        try:
            line.sendall(bytes((piece,)))
            over = not line.recv(1)
        except TimeoutError:
            continue
        except OSError:
            over = True
        if over:
            break
    assert over


def test_a_head_has_a_limit(connect: Connect) -> None:
    line = connect()
    line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 10_000)
    assert line.recv(12) == b"HTTP/1.1 400"


CHUNKED = b"POST %b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
NO_CHUNK = b"zz\r\nzz\r\n"


@pytest.mark.parametrize("path", [b"/", b"/nowhere", b"/stream"])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_body_that_is_no_http_is_the_clients_fault_and_no_trace_of_ours(
    connect: Connect, caplog: pytest.LogCaptureFixture, path: bytes, at_once: bool
) -> None:
    """The application is at it already, or has answered: two traces for a stranger's two letters."""
    line = connect()
    line.sendall(CHUNKED % path + (NO_CHUNK if at_once else b""))
    if not at_once and path != b"/":  # this one answers when it has read the body
        assert line.recv(8) == b"HTTP/1.1"
    line.sendall(NO_CHUNK)
    assert ended(line)
    after = connect()
    after.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert after.recv(12) == b"HTTP/1.1 200"
    assert [record.getMessage() for record in caplog.records] == []


def test_an_answer_that_nobody_reads_ends(connect: Connect, streaming: Streaming) -> None:
    line = connect()
    line.sendall(HEAD)
    assert streaming.ended.wait(LIMIT_S)


def test_an_answer_that_somebody_reads_goes_on(connect: Connect, streaming: Streaming) -> None:
    line = connect()
    line.sendall(HEAD)
    waits = threading.Event()
    for _ in range(20):
        waits.wait(FEW.request_s / 5)
        assert line.recv(1_000_000)
    assert not streaming.ended.is_set()


def test_the_one_that_waits_longest_makes_room(connect: Connect) -> None:
    lines = [connect() for _ in range(FEW.connections + 5)]
    lines[-1].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert lines[-1].recv(15) == b"HTTP/1.1 200 OK"
    assert all(ended(line) for line in lines[:5])


def test_a_connection_that_is_used_is_kept(connect: Connect) -> None:
    line = connect()
    waits = threading.Event()
    for _ in range(4):
        line.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab")
        answer = HTTPResponse(line)
        answer.begin()
        assert answer.read() == b"2"
        waits.wait(FEW.request_s / 2)


def test_a_log_is_spared_and_says_so() -> None:
    now = [0.0]
    sparing = SparingFilter(most=3, within_s=60, now=lambda: now[0])

    def written(count: int) -> list[str]:
        records = [logging.LogRecord("x", logging.ERROR, "f", 1, "no %s", ("room",), None) for _ in range(count)]
        return [record.getMessage() for record in records if sparing.filter(record)]

    assert written(1000) == ["no room", "no room", "no room (more of these within a minute are not written)"]
    now[0] = 59.0
    assert written(10) == []
    now[0] = 60.0
    assert len(written(10)) == 3
