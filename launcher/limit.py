"""How long one step of a conversation with a server may take in all, whatever each of its pieces takes."""

import socket
import threading
from contextlib import suppress
from typing import Final, Self

STEP_S: Final = 60.0
"""A bank that issues a certificate answers in a second or two."""


class SocketLimit:
    """While the context lasts, time runs. When it is over the connection is cut, and whoever reads from it goes on:
    a time for each piece does not end a server that drips, or that says "100 Continue" without end."""

    def __init__(self, seconds: float = STEP_S) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def watch(self, connected: socket.socket) -> None:
        """This is the connection."""
        self._socket = connected
        if self.passed:
            self._cut()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.passed = True
        if self._socket is not None:
            with suppress(OSError):
                # TLS's own takes the session away, too: what has arrived by then is read no further.
                self._socket.shutdown(socket.SHUT_RDWR)
