"""Small private files that survive a power cut and two processes: locked, written beside, synced, renamed."""

import os
import shlex
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bank.errors import StateError
from bank.locks import holder_of, wait_for_lock

LONGEST = 65536
"""No file of ours has more bytes."""

PATIENCE_S = 30.0
"""Nobody who is well holds a lock for so long: a card's memory is written in milliseconds, new books in seconds."""


@contextmanager
def lock_file(path: Path, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold the lock that goes with `path` (a file beside it, never removed). Waits so many seconds. Raises StateError,
    which names who holds it, where the system tells that."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as cause:
        raise StateError(f"cannot lock {path}: {cause.strerror}; check that the directory can be written") from cause
    try:
        if not wait_for_lock(descriptor, patience_s):
            message = f"{holder_of(descriptor)} has kept {path} locked for {patience_s:.0f} s: end it, or try again"
            raise StateError(message)
        yield
    finally:
        os.close(descriptor)


def read_private(path: Path) -> bytes | None:
    """The file's bytes, None when there is no such file. Raises StateError: also for what could have no end."""
    try:
        refuse_unless_file(path)
        with path.open("rb") as file:
            content = file.read(LONGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise StateError(f"cannot read {path}: {cause.strerror}") from cause
    if len(content) > LONGEST:
        raise StateError(f"{path} is none of this program's: it has more than {LONGEST} bytes; move it away")
    return content


def refuse_unless_file(path: Path) -> None:
    """Raises StateError for a pipe or a device, which may have no end, and OSError when nothing is there."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise StateError(f"{path} is no file: move it away")


def refuse_if_shared(path: Path) -> None:
    """Raises StateError where others than the owner have a right to a file that only its owner may read."""
    if os.name != "posix":  # elsewhere these bits say nothing
        return
    rights = path.stat().st_mode & 0o777
    if rights & 0o077:
        raise StateError(
            f"{path} is open to other users (rights {rights:03o}); close it: chmod 600 {shlex.quote(str(path))}"
        )


def write_private(path: Path, content: bytes) -> None:
    """Replace the file at once or not at all, readable by its owner only. Raises StateError."""
    try:
        descriptor, scratch = tempfile.mkstemp(prefix=path.name, suffix=".new", dir=path.parent)
        try:
            _fill(descriptor, content)
            Path(scratch).replace(path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
        _sync_directory(path.parent)
    except OSError as cause:
        raise StateError(f"cannot write {path}: {cause.strerror}; check the directory's rights and space") from cause


def _fill(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(directory: Path) -> None:
    """A rename is on the disk only once its directory is; Windows has no way to say so, and opens no directory."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
