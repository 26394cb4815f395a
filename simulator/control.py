"""A running simulated reader, driven from outside: one statement of the script language a line, over a Unix socket.

    $ printf 'insert bank-card\npress Code 1 2 3 4 OK\nwait 1 s\nexpect code\n' | socat - UNIX:/run/user/1000/sesame

Each line is answered by `ok` or `error: what is wrong`, when what it asked for is over. `text` is answered by what the
screen says (never a code). The socket is for its owner only (mode 0600).
"""

import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from sesame_core.errors import SesameError
from simulator.live import LiveBench
from simulator.script import Player, ScriptError, parse

LONGEST_LINE: Final = 4096
MOST_CLIENTS: Final = 8
WHERE: Final = Path("control")


class ControlError(SesameError):
    """The socket cannot be made."""


class Control:
    """Takes statements for `bench` until closed. Pictures go below `folder`."""

    def __init__(self, bench: LiveBench, folder: Path) -> None:
        self._bench = bench
        self._player = Player(bench, folder)

    @contextmanager
    def listening(self, path: Path) -> Iterator[None]:
        """Listen at `path` while the context lasts. Raises ControlError."""
        listener = _bound(path)
        try:
            threading.Thread(target=self._accept, args=(listener,), name="control", daemon=True).start()
            yield
        finally:
            # A blocked accept() is only ended by shutting the socket down.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            path.unlink(missing_ok=True)

    def answer(self, line: str) -> str:
        """What to say to one line, when it is over. Called from a client's thread."""
        if line.strip() == "text":
            return self._bench.submit(self._bench.text).result()
        try:
            for statement in parse(line, WHERE):
                self._bench.submit(lambda statement=statement: self._player.perform(statement)).result()  # type: ignore[misc]
                self._over().get()
        except ScriptError as error:
            return f"error: {error}"
        return "ok"

    def _over(self) -> SimpleQueue[None]:
        """Filled when the hands have done all that they were asked for."""
        over: SimpleQueue[None] = SimpleQueue()
        self._bench.submit(lambda: self._bench.time_line.at(self._bench.busy_until, lambda: over.put(None))).result()
        return over

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=(client,), name="control client", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        # One stream each way: a text stream for both would drop lines that were sent ahead of an answer.
        asked = client.makefile("r", encoding="utf-8", errors="replace", newline="\n")
        with suppress(OSError, CancelledError), client, asked:
            while line := asked.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE and not line.endswith("\n"):
                    client.sendall(b"error: a line is too long\n")
                    return
                client.sendall(f"{self.answer(line)}\n".encode())


def _bound(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            path.unlink()
        with _for_the_owner_only():
            listener.bind(str(path))
        listener.listen(MOST_CLIENTS)
    except OSError as error:
        listener.close()
        raise ControlError(f"{path}: cannot be listened at ({error.strerror}); give another path") from None
    return listener


@contextmanager
def _for_the_owner_only() -> Iterator[None]:
    before = os.umask(0o177)
    try:
        yield
    finally:
        os.umask(before)
