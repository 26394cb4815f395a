"""An application on loopback, or on the network where that is asked for: bound before it is announced, bounded in all
it gives, ended on request."""

import asyncio
import errno
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp

from web.addresses import as_host
from web.bounds import BoundedConnection, Bounds, Room, SparingFilter
from web.certified import Believed, CertifiedConnection, ask_for_certificates
from web.errors import ServingError

ADDRESS = "127.0.0.1"
GRACE_S = 1
"""How long answers under way may take once the end was asked for, in seconds."""

HANDSHAKE_S: Final = 10.0
"""How long a TLS handshake may take, in seconds."""

BACKLOG: Final = 128
"""How many connections wait to be accepted, and how many are accepted in one turn of the loop."""

LOGS: Final = ("uvicorn.error", "asyncio", "simulator.web.api", "bank.web.around")
"""Who writes a line, or sixty, when a stranger does something odd."""

USUAL_BOUNDS: Final = Bounds()

PERSON_S: Final = 90.0
"""How long a handshake may take in which a person types a PIN on the key (30 s at most) and presses OK (15 s)."""

KEPT_S: Final = 300
"""How long a connection that shows a certificate is kept between two requests, in seconds: each new one is a signature
that a person has to agree to. As long as a session of the business site lasts without use."""

CERTIFIED_BOUNDS: Final = Bounds(request_s=KEPT_S)


TO_OURSELVES = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
"""Take a port at once that a server before us has left; Windows' SO_REUSEADDR would take it from one that is still
there (Winsock, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE")."""


def bind_listener(port: int | None, usual: int, address: str = ADDRESS) -> socket.socket:
    """A listening socket, on loopback unless another address of this machine is given. `port` None: the `usual` one, or
    any where that is taken. Raises ServingError."""
    if port is not None:
        return _bound(port, address)
    try:
        return _bound(usual, address)
    except ServingError:
        return _bound(0, address)


def url_of(listener: socket.socket, host: str = ADDRESS, scheme: str = "http") -> str:
    """The address to type."""
    return f"{scheme}://{as_host(host)}:{listener.getsockname()[1]}/"


class Server:
    """Serves `app` at a bound socket. What is asked for is not logged: it may hold what nobody else should read."""

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        bounds: Bounds = USUAL_BOUNDS,
        certificate: Path | None = None,
        more: Sequence[socket.socket] = (),
    ) -> None:
        """`certificate`: a PEM file with a certificate and its key, for TLS. `more`: listeners beside the first."""
        self._listeners = [listener, *more]
        self._server = HastyServer(
            uvicorn.Config(
                app,
                loop="asyncio",
                ssl_certfile=certificate,
                http=cast("Any", partial(BoundedConnection, Room(bounds))),
                h11_max_incomplete_event_size=bounds.head_bytes,
                backlog=BACKLOG,
                access_log=False,
                log_config=None,
                log_level="error",
                server_header=False,
                proxy_headers=False,
                ws="none",
                lifespan="off",
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Serve on a thread of its own while the context lasts: signals are the caller's. The listeners are closed
        then, also where that came before the server had begun: uvicorn leaves them open."""
        thread = threading.Thread(target=self._server.run, args=(self._listeners,), name="pages", daemon=True)
        with _sparing_logs():
            thread.start()
            try:
                yield
            finally:
                self._server.should_exit = True
                thread.join()
                for listener in self._listeners:
                    listener.close()


class CertifiedServer(Server):
    """One that asks its clients for a certificate: see `web.certified`."""

    def __init__(
        self, app: ASGIApp, listener: socket.socket, certificate: Path, clients: Path, believed: Believed | None = None
    ) -> None:
        """`clients`: a PEM file with the authorities of what clients may show. `believed`: those of later."""
        super().__init__(app, listener, certificate=certificate)
        self._server.config.http = cast("Any", partial(CertifiedConnection, Room(CERTIFIED_BOUNDS)))
        self._server.config.timeout_keep_alive = KEPT_S
        self._server.handshake_s = PERSON_S
        ask_for_certificates(self._server.config, clients, believed)


class HastyServer(uvicorn.Server):
    """One that waits for a handshake no longer than for a request: a connection counts in no `Room` before it has come
    through. `handshake_s`: how long, in seconds."""

    handshake_s = HANDSHAKE_S

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn."""
        if self.config.is_ssl:
            loop = asyncio.get_running_loop()
            hasty = partial(loop.create_server, ssl_handshake_timeout=self.handshake_s)
            loop.create_server = hasty  # type: ignore[method-assign]
        await super().startup(sockets)


@contextmanager
def _sparing_logs() -> Iterator[None]:
    with ExitStack() as stack:
        for logger in map(logging.getLogger, LOGS):
            sparing = SparingFilter()
            logger.addFilter(sparing)
            stack.callback(logger.removeFilter, sparing)
        yield


def _bound(port: int, address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, TO_OURSELVES, 1)
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as cause:
        listener.close()
        if isinstance(cause, OSError) and cause.errno in (errno.EADDRNOTAVAIL, errno.EINVAL):
            raise ServingError(f"{address} is no address of this machine: give --listen one that it has") from cause
        raise ServingError(f"port {port} cannot be listened at: it may be taken; choose another with --port") from cause
    return listener
