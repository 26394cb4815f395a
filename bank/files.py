"""Small private files that survive a power cut and two processes: locked, written beside, synced, renamed."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bank.errors import StateError


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock that goes with `path` (a file beside it, never removed). Waits. Raises StateError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as cause:
        raise StateError(f"cannot lock {path}: {cause.strerror}; check that the directory can be written") from cause
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read_private(path: Path) -> bytes | None:
    """The file's bytes, None when there is no such file. Raises StateError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise StateError(f"cannot read {path}: {cause.strerror}") from cause


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
    """A rename is on the disk only once its directory is."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
