"""Files of a repository by HTTP: one request a file, from an offset on, bounded in length and in time, no redirect."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote

from launcher.addresses import split_address
from launcher.limit import SocketLimit
from launcher.updating.answers import BLOCK_SIZE, UpdateFailedError, UpdateTrouble

PATIENCE_S: Final = 10.0
"""For connecting, and for each piece that arrives."""
BLOCK_PATIENCE_S: Final = 30.0
"""For a whole block: a server that drips a byte now and then ends here."""
NOT_THERE: Final = frozenset({403, 404})
WHOLE, PART = 200, 206


class ProgramFiles(Protocol):
    """Where files come from."""

    def fetch_blocks(self, name: str, offset: int, limit: int) -> Generator[bytes, None, None] | None:
        """The file from `offset` on in blocks of 2048 bytes at most, `limit` the longest that the file may be; None
        where it is not there. Whoever does not take them all closes them. Raises UpdateFailedError, also from the
        blocks."""
        ...


class HttpSource:
    """Below an address: `metadata/` and `programs/`."""

    def __init__(
        self, url: str, trusting: ssl.SSLContext | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`trusting`: whose certificates are believed, where not the system's. Raises ValueError: no address of
        HTTP."""
        parts = split_address(url, ("http", "https"))
        if parts is None:
            raise ValueError(f"{url} is no address of HTTP: write http:// or https:// and the server's name")
        self._parts = parts
        self._trusting, self._now = trusting, now

    def fetch_blocks(self, name: str, offset: int, limit: int) -> Generator[bytes, None, None] | None:
        """See ProgramFiles."""
        connection = self._make_connection()
        with _telling() as time_limit:
            try:
                connection.connect()
                line = connection.sock
                time_limit.watch(line)
                path = f"{self._parts.path.rstrip('/')}/{quote(name)}"
                connection.request("GET", path, headers={"Range": f"bytes={offset}-"} if offset else {})
                answer = connection.getresponse()
            except BaseException:
                connection.close()
                raise
        if answer.status in NOT_THERE:
            _close(connection, answer)
            return None
        if answer.status not in {WHOLE, PART}:
            _close(connection, answer)
            raise UpdateFailedError(UpdateTrouble.NO_SERVER, f"it answers {answer.status}")
        return self._read(_Download(connection, answer, line), 0 if answer.status == PART else offset, limit - offset)

    def _make_connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
        context = self._trusting or ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=PATIENCE_S, context=context)

    def _read(self, source: "_Download", skip: int, left: int) -> Generator[bytes, None, None]:
        """`skip`: bytes to pass over, of a server that knows no ranges."""
        try:
            while skip and (passed := self._fill(source, min(skip, BLOCK_SIZE))):
                skip -= len(passed)
            while left and (block := self._fill(source, min(left, BLOCK_SIZE))):
                left -= len(block)
                yield block
            if not left and self._fill(source, 1):
                raise UpdateFailedError(UpdateTrouble.TOO_LONG)
        finally:
            _close(source.connection, source.answer)

    def _fill(self, source: "_Download", size: int) -> bytes:
        """So many bytes, fewer at the end of the file only."""
        block, until = b"", self._now() + BLOCK_PATIENCE_S
        with _telling() as time_limit:
            time_limit.watch(source.line)
            while len(block) < size and (piece := source.answer.read1(size - len(block))):
                block += piece
                if self._now() > until:
                    raise UpdateFailedError(UpdateTrouble.TOO_SLOW)
        return block


@dataclass(frozen=True, slots=True)
class _Download:
    """`line`: the connection's socket, which it gives up itself where the server hangs up after the answer."""

    connection: http.client.HTTPConnection
    answer: http.client.HTTPResponse
    line: socket.socket


def _close(connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> None:
    """Both: an answer after which the server hangs up holds the socket by itself."""
    answer.close()
    connection.close()


@contextmanager
def _telling() -> Iterator[SocketLimit]:
    """Whatever goes wrong meanwhile, or takes too long in all, is an UpdateFailedError."""
    with SocketLimit(BLOCK_PATIENCE_S) as time_limit:
        try:
            yield time_limit
        except TimeoutError as cause:
            raise UpdateFailedError(UpdateTrouble.TOO_SLOW) from cause
        except (OSError, http.client.HTTPException, ValueError) as cause:
            if time_limit.passed:
                raise UpdateFailedError(UpdateTrouble.TOO_SLOW) from cause
            raise UpdateFailedError(UpdateTrouble.NO_SERVER, type(cause).__name__) from cause
    if time_limit.passed:  # what is there was cut off
        raise UpdateFailedError(UpdateTrouble.TOO_SLOW)
