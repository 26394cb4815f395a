"""Where a server of ours listens: on loopback alone, at the port that was asked for, and it says where."""

import asyncio
import logging
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from typing import Final

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from web.errors import ServingError
from web.serving import BACKLOG, LOGS, Server, bind_listener, url_of


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody listens."""
    with closing(bind_listener(0, 0)) as listener:
        yield listener.getsockname()[1]


def free_port() -> int:
    """One that nobody listens at now."""
    with closing(bind_listener(0, 0)) as listener:
        return int(listener.getsockname()[1])


def test_it_listens_on_loopback_at_the_port_that_was_asked_for() -> None:
    port = free_port()
    with closing(bind_listener(port, 1)) as listener:
        assert listener.getsockname() == ("127.0.0.1", port)
        assert listener.type is socket.SOCK_STREAM
        assert url_of(listener) == f"http://127.0.0.1:{port}/"


def test_without_a_wish_it_is_the_usual_port_or_any_where_that_is_taken(taken: int) -> None:
    port = free_port()
    with closing(bind_listener(None, port)) as listener:
        assert listener.getsockname() == ("127.0.0.1", port)
    with closing(bind_listener(None, taken)) as listener:
        address, other = listener.getsockname()
        assert address == "127.0.0.1"
        assert other not in (0, taken)


def test_a_port_that_was_asked_for_and_is_taken_is_our_error(taken: int) -> None:
    with pytest.raises(ServingError, match=rf"port {taken} cannot be listened at: .*another with --port"):
        bind_listener(taken, free_port())


@pytest.mark.parametrize("port", [65536, 10**9])
def test_a_number_that_is_no_port_is_our_error(port: int) -> None:
    with pytest.raises(ServingError, match=f"port {port} cannot be listened at"):
        bind_listener(port, 0)


def test_a_port_is_free_again_at_once() -> None:
    """A server that ended leaves connections behind that linger for a minute (RFC 9293, 3.3.2, TIME-WAIT)."""
    with closing(bind_listener(0, 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(listener.getsockname()) as client:
            accepted, _ = listener.accept()
            accepted.close()
            client.recv(1)
    with closing(bind_listener(port, 0)) as again:
        assert again.getsockname()[1] == port


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


ROUTES = [Route("/", hello)]


def test_it_serves_while_its_context_lasts_and_says_nothing_of_itself() -> None:
    listener = bind_listener(0, 0)
    place = listener.getsockname()
    with Server(Starlette(routes=ROUTES), listener).beside(), urllib.request.urlopen(url_of(listener)) as answer:
        assert (answer.status, answer.read()) == (HTTPStatus.OK, b"hello")
        assert answer.headers["server"] is None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place)


async def nothing(sockets: list[socket.socket] | None = None) -> None:
    """The end came first."""


def test_a_server_that_ends_before_it_began_leaves_no_listener() -> None:
    listener = bind_listener(0, 0)
    server = Server(Starlette(routes=ROUTES), listener)
    server._server.startup = nothing  # type: ignore[method-assign]
    server._server.should_exit = True
    with server.beside():
        pass
    assert listener.fileno() == -1


class Listening(socket.socket):
    """A listener that remembers for how many it was told to keep a place."""

    asked: Final[list[int]] = []

    def listen(self, backlog: int = -1) -> None:
        self.asked.append(backlog)
        super().listen(backlog)


def test_no_more_wait_to_be_accepted_than_there_are_descriptors() -> None:
    """asyncio takes so many in one turn, and tells of each that it has no descriptor for: uvicorn's 2,048 were 240 MB
    of log in 35 s. A process has 1,024 (getrlimit(2))."""
    listener = Listening(fileno=bind_listener(0, 0).detach())
    with Server(Starlette(routes=ROUTES), listener).beside(), urllib.request.urlopen(url_of(listener)):
        assert listener.asked == [BACKLOG]
    assert BACKLOG <= 256


def test_what_is_asked_for_is_not_logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    listener = bind_listener(0, 0)
    with Server(Starlette(routes=ROUTES), listener).beside():
        urllib.request.urlopen(f"{url_of(listener)}?code=12345678").close()
    said = caplog.text + "".join(capfd.readouterr())
    assert "12345678" not in said
    assert "GET" not in said


def test_the_logs_are_spared_while_it_serves_and_no_longer() -> None:
    loggers = [logging.getLogger(name) for name in LOGS]
    before = [list(logger.filters) for logger in loggers]
    with Server(Starlette(routes=ROUTES), bind_listener(0, 0)).beside():
        assert [len(logger.filters) for logger in loggers] == [len(each) + 1 for each in before]
    assert [logger.filters for logger in loggers] == before
    assert {"uvicorn.error", "asyncio"} < set(LOGS)


async def _meet(listener: socket.socket) -> int:
    """Whether what the loop accepts there sends at once, as the socket itself says."""
    loop, found = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    class Asked(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted = transport.get_extra_info("socket")
            found.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    server = await loop.create_server(Asked, sock=listener)
    async with server:
        _, writer = await asyncio.open_connection(*listener.getsockname())
        at_once: int = await found
        writer.close()
    return at_once


def test_what_is_answered_leaves_at_once() -> None:
    """The second part of an answer waited 40 ms for the acknowledgement of the first (RFC 896, RFC 1122, 4.2.3.2): the
    loop spares that to sockets alone that say that they are TCP's."""
    with closing(bind_listener(0, 0)) as listener:
        assert asyncio.run(_meet(listener))
