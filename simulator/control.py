"""A running simulated reader, driven from outside: one statement of the script language a line, over a Unix socket.

    $ printf 'insert bank-card\npress Code 1 2 3 4 OK\nwait 1 s\nexpect code\n' | socat - UNIX:/run/user/1000/sesame

Each line is answered by `ok` or `error: what is wrong`, when what it asked for is over. `text` is answered by what the
screen says (never a code). The socket is for its owner only (mode 0600).
"""

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from device.unix_socket import Door, open_door
from sesame_core.errors import SesameError
from simulator.live import LiveBench
from simulator.script import Player, Statement, statements_in

if TYPE_CHECKING:
    from simulator.key.desk import KeyDesk
    from simulator.phone.hands import PhoneHands

LONGEST_LINE: Final = 4096
MOST_CLIENTS: Final = 8
MODE: Final = 0o600
WHERE: Final = Path("control")
LEFT: Final = (errno.ECONNABORTED, errno.EINTR)
"""accept(2): that one went away again; the next is welcome."""


class ControlError(SesameError):
    """The socket cannot be made."""


class Control:
    """Takes statements for `bench` until closed. Pictures go below `folder`. `telephone`, `access_key`: see
    `Player`."""

    def __init__(
        self,
        bench: LiveBench,
        folder: Path,
        telephone: "Callable[[], PhoneHands] | None" = None,
        access_key: "Callable[[], KeyDesk] | None" = None,
    ) -> None:
        self._bench = bench
        self._player = Player(bench, folder, telephone=telephone, access_key=access_key)
        self._places = threading.Semaphore(MOST_CLIENTS)

    @contextmanager
    def listening(self, path: Path) -> Iterator[None]:
        """Listen at `path` while the context lasts. Raises ControlError."""
        door = _open_control(path)
        try:
            threading.Thread(target=self._accept_clients, args=(door.socket,), name="control", daemon=True).start()
            yield
        finally:
            door.close()

    def answer(self, line: str) -> str:
        """What to say to one line, when it is over. Called from a client's thread; never raises for the line's sake."""
        try:
            if line.strip() == "text":
                return self._bench.submit(self._bench.shown_text).result()
            for statement in statements_in(line, WHERE):
                self._play_line(statement)
        except SesameError as error:
            return f"error: {_in_one_line(str(error))}"
        except Exception as error:  # whatever it was, who asked waits for an answer; its text might quote anything
            return f"error: this should not have happened ({type(error).__name__}); please report it"
        return "ok"

    def _play_line(self, statement: Statement) -> None:
        """One statement, until the hands have done all that it asks for. The reader's thread, which has 35 seconds to
        keep, does not wait for the bank."""
        if statement.is_apart:
            self._player.perform(statement)
            return

        def act() -> Future[None]:
            self._player.perform(statement)
            return self._bench.over()

        self._bench.submit(act).result().result()

    def _accept_clients(self, listener: socket.socket) -> None:
        """Until the socket is shut down."""
        while True:
            try:
                client, _ = listener.accept()
            except OSError as error:
                if error.errno in LEFT:
                    continue
                return
            self._welcome_client(client)

    def _welcome_client(self, client: socket.socket) -> None:
        if self._places.acquire(blocking=False):
            threading.Thread(target=self._serve_client, args=(client,), name="control client", daemon=True).start()
            return
        with suppress(OSError), client:
            client.settimeout(0)
            client.sendall(b"error: too many are connected: close another connection first\n")

    def _serve_client(self, client: socket.socket) -> None:
        try:
            with suppress(OSError), client:
                self._converse_with(client)
        finally:
            self._places.release()

    def _converse_with(self, client: socket.socket) -> None:
        # One stream each way: a text stream for both would drop lines that were sent ahead of an answer.
        with client.makefile("r", encoding="utf-8", errors="replace", newline="\n") as asked:
            while line := asked.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE and not line.endswith("\n"):
                    while line and not line.endswith("\n"):
                        line = asked.readline(LONGEST_LINE)
                    client.sendall(b"error: a line is too long\n")
                    continue
                client.sendall(f"{self.answer(line)}\n".encode(errors="replace"))


def _in_one_line(text: str) -> str:
    """As an answer: what would end the line, or act on a terminal, is made visible."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _open_control(path: Path) -> Door:
    try:
        return open_door(path, MODE, MOST_CLIENTS)
    except OSError as error:
        raise ControlError(f"{path}: cannot be listened at ({error.strerror}); give another path") from None
