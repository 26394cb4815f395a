"""A Unix socket to be reached at: for whom it is meant from its first moment on, and nobody's who is still there."""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from errno import EADDRINUSE, ENAMETOOLONG, ENOTSUP
from pathlib import Path
from typing import Final

from device.settings import LONGEST_SOCKET_PATH, is_socket_path

PATIENCE_S: Final = 1.0
"""Who does not take a call within this time is busy, not gone."""

ALL_RIGHTS: Final = 0o777


@dataclass(frozen=True, slots=True)
class Door:
    """A socket that listens at `path`. `identity`: the file's device and inode when it was made."""

    socket: socket.socket
    path: Path
    identity: tuple[int, int]

    def shut(self) -> None:
        """Nobody comes in any more. It ends an accept() that is under way; closing alone would not."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take it away, unless the path is another's by now."""
        self.shut()
        self.socket.close()
        with suppress(OSError):
            if _identify_file(self.path) == self.identity:
                self.path.unlink()


def open_door(path: Path, mode: int, backlog: int) -> Door:
    """A socket that listens at `path`, with the rights `mode` whatever the umask is.

    What a program left behind that was killed is replaced. Raises OSError: EADDRINUSE when somebody listens there.
    """
    bound = _bind_socket(path, mode)
    try:
        bound.listen(backlog)
        return Door(bound, path, _identify_file(path))
    except OSError:
        bound.close()
        raise


def _bind_socket(path: Path, mode: int) -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise OSError(ENOTSUP, "this system has no Unix sockets")
    # bind() says this one without an errno, and takes a name as far as its NUL.
    if not is_socket_path(str(path)):
        raise OSError(ENAMETOOLONG, f"a socket's path has at most {LONGEST_SOCKET_PATH} bytes, none of them NUL")
    if path.is_socket():
        _replace_dead(path)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(ALL_RIGHTS & ~mode)
    try:
        door.bind(str(path))
    except OSError:
        door.close()
        raise
    finally:
        os.umask(before)
    return door


def _replace_dead(path: Path) -> None:
    """Take away what nobody listens at. Raises OSError when somebody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(PATIENCE_S)
        try:
            caller.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except TimeoutError:
            pass
    raise OSError(EADDRINUSE, "another program listens there")


def _identify_file(path: Path) -> tuple[int, int]:
    there = path.lstat()
    return there.st_dev, there.st_ino
