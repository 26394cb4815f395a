"""The glass for a projector: every picture the reader shows, to whoever listens on a Unix socket.

It is told of screens only, so it knows of a PIN what the glass does: marks. One picture is kept, the newest; when the
glass goes dark, that is the dark one. What listeners do or leave undone never reaches the reader: nothing here waits
for them, and one that falls behind is let go.
"""

import errno
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from device.errors import MirrorError
from device.unix_socket import Door, open_door
from drivers.painter.raster import paint_screen
from drivers.ports import Picture
from sesame_core.screens import Screen

MODE: Final = 0o660
"""The umask of a service would leave the group nothing."""

MOST_LISTENERS: Final = 8
NO_SIGNAL: Final = getattr(socket, "MSG_NOSIGNAL", 0)
"""Not on macOS; Python ignores SIGPIPE in any case."""

LEFT: Final = (errno.ECONNABORTED, errno.EINTR)
"""accept(2): that one went away again; the next is welcome."""


def encode_pixels(picture: Picture) -> dict[str, object]:
    """A picture as JSON takes it: each row a hexadecimal number, its most significant bit leftmost."""
    digits = picture.width // 4
    rows = [f"{row:0{digits}x}" for row in picture.rows]
    return {"width": picture.width, "height": picture.height, "rows": rows}


class Mirror:
    """An `Observer` of the loop. `size`: the glass's width and height in pixels."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._listeners: set[socket.socket] = set()
        self._frame = _frame(Picture.dark(*size))

    def __call__(self, _state: object, screen: Screen) -> None:
        """Hand the picture of `screen` on. Never waits and never raises for a listener's sake."""
        frame = _frame(Picture.dark(*self._size) if screen.dark else paint_screen(screen, self._size))
        with self._lock:
            self._frame = frame
            for listener in tuple(self._listeners):
                self._send_frame(listener)

    @contextmanager
    def listening(self, path: Path) -> Iterator[None]:
        """Take listeners at `path` while the context lasts. Raises MirrorError."""
        door = _open_mirror(path)
        thread = threading.Thread(target=self._accept_listeners, args=(door.socket,), name="mirror", daemon=True)
        thread.start()
        try:
            yield
        finally:
            door.shut()
            thread.join()
            door.close()
            self._let_all_go()

    def _accept_listeners(self, door: socket.socket) -> None:
        """Until the socket is shut down: then accept() fails with EINVAL."""
        while True:
            try:
                listener, _ = door.accept()
            except OSError as error:
                if error.errno in LEFT:
                    continue
                return
            self._welcome_listener(listener)

    def _welcome_listener(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        with self._lock:
            if len(self._listeners) >= MOST_LISTENERS:
                listener.close()
                return
            self._listeners.add(listener)
            self._send_frame(listener)

    def _send_frame(self, listener: socket.socket) -> None:
        """The newest frame, whole or not at all: after half a line nothing else can be understood."""
        with suppress(OSError):
            if listener.send(self._frame, NO_SIGNAL) == len(self._frame):
                return
        self._listeners.discard(listener)
        listener.close()

    def _let_all_go(self) -> None:
        with self._lock:
            while self._listeners:
                self._listeners.pop().close()


def _frame(picture: Picture) -> bytes:
    return json.dumps(encode_pixels(picture), separators=(",", ":")).encode() + b"\n"


def _open_mirror(path: Path) -> Door:
    try:
        return open_door(path, MODE, MOST_LISTENERS)
    except OSError as error:
        raise MirrorError(
            f"{path}: the mirror cannot listen there ({error.strerror}); set mirror.socket to another path"
        ) from error
