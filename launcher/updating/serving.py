"""Files of a repository by HTTP: one request a file, from an offset on, bounded in length and in time, no redirect."""

import http.client
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol
from urllib.parse import quote, urlsplit

from launcher.updating.answers import BLOCK_SIZE, UpdateFailedError, UpdateTrouble

PATIENCE_S: Final = 10.0
"""For connecting, and for each piece that arrives."""
BLOCK_PATIENCE_S: Final = 30.0
"""For a whole block: a server that drips a byte now and then ends here."""
NOT_THERE: Final = frozenset({403, 404})
WHOLE, PART = 200, 206


class ProgramFiles(Protocol):
    """Where files come from."""

    def fetch_blocks(self, name: str, offset: int, limit: int) -> Iterator[bytes] | None:
        """The file from `offset` on in blocks of 2048 bytes at most, `limit` the longest that the file may be; None
        where it is not there. Raises UpdateFailedError, also from the blocks."""
        ...


class HttpSource:
    """Below an address: `metadata/` and `programs/`."""

    def __init__(
        self, url: str, trusting: ssl.SSLContext | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`trusting`: whose certificates are believed, where not the system's. Raises ValueError: no address of
        HTTP."""
        self._parts = urlsplit(url)
        if self._parts.scheme not in {"http", "https"} or not self._parts.hostname:
            raise ValueError(f"{url} is no address of HTTP: write http:// or https:// and the server's name")
        self._trusting, self._now = trusting, now

    def fetch_blocks(self, name: str, offset: int, limit: int) -> Iterator[bytes] | None:
        """See ProgramFiles."""
        with _telling():
            connection = self._connect()
            try:
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
        return self._read(connection, answer, 0 if answer.status == PART else offset, limit - offset)

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
        context = self._trusting or ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=PATIENCE_S, context=context)

    def _read(
        self, connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, skip: int, left: int
    ) -> Iterator[bytes]:
        """`skip`: bytes to pass over, of a server that knows no ranges."""
        with _telling():
            try:
                while skip and (passed := self._fill(answer, min(skip, BLOCK_SIZE))):
                    skip -= len(passed)
                while left and (block := self._fill(answer, min(left, BLOCK_SIZE))):
                    left -= len(block)
                    yield block
                if not left and answer.read1(1):
                    raise UpdateFailedError(UpdateTrouble.TOO_LONG)
            finally:
                _close(connection, answer)

    def _fill(self, answer: http.client.HTTPResponse, size: int) -> bytes:
        """So many bytes, fewer at the end of the file only."""
        block, until = b"", self._now() + BLOCK_PATIENCE_S
        while len(block) < size and (piece := answer.read1(size - len(block))):
            block += piece
            if self._now() > until:
                raise UpdateFailedError(UpdateTrouble.TOO_SLOW)
        return block


def _close(connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> None:
    """Both: an answer after which the server hangs up holds the socket by itself."""
    answer.close()
    connection.close()


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except TimeoutError as cause:
        raise UpdateFailedError(UpdateTrouble.TOO_SLOW) from cause
    except (OSError, http.client.HTTPException) as cause:
        raise UpdateFailedError(UpdateTrouble.NO_SERVER, type(cause).__name__) from cause
