"""Where a vault's sealed parts lie: a folder of small private files, each replaced at once or not at all."""

import os
import stat
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

from sesame_core.piv.vault import VaultError

LONGEST_PART: Final = 1 << 20
"""No part has more bytes: sixty objects of 3 KiB, written in hexadecimal digits, are 360 KiB."""

SCRATCH: Final = ".new"


class Medium(Protocol):
    """Named parts that survive a power cut. Each method raises VaultError."""

    def read_part(self, name: str) -> bytes | None:
        """Its bytes, None where there is none."""
        ...

    def replace_part(self, name: str, content: bytes) -> None:
        """When it returns, the part is the new one whatever happens to the power; before, it is the old one or the new
        one, whole."""
        ...


class KeyHeldError(VaultError):
    """Another program has the key."""


class Folder:
    """A folder of one user, which one process at a time uses: written beside, synced, renamed, the folder synced."""

    def __init__(self, path: Path) -> None:
        """Raises VaultError: it cannot be made or read; KeyHeldError: another program has it."""
        self._path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as cause:
            raise VaultError(f"cannot use {path}: {cause.strerror}; check that the folder can be written") from cause
        try:
            _lock_file(self._lock)
        except OSError as cause:
            os.close(self._lock)
            raise KeyHeldError(f"another program has the key in {path}: end that one first") from cause
        try:
            for left_behind in path.glob("*" + SCRATCH):  # by a power cut
                left_behind.unlink(missing_ok=True)
        except OSError as cause:
            os.close(self._lock)
            raise VaultError(f"cannot use {path}: {cause.strerror}; check rights, then the disk it lies on") from cause

    def close(self) -> None:
        """Let another program have it."""
        os.close(self._lock)

    def read_part(self, name: str) -> bytes | None:
        """See Medium."""
        return _read_file(self._path / name)

    def replace_part(self, name: str, content: bytes) -> None:
        """See Medium."""
        try:
            descriptor, scratch = tempfile.mkstemp(prefix=name, suffix=SCRATCH, dir=self._path)
            try:
                _fill_file(descriptor, content)
                os.replace(scratch, self._path / name)  # noqa: PTH105 - named in the tests of a cut
            except OSError:
                Path(scratch).unlink(missing_ok=True)
                raise
            _sync_folder(self._path)
        except OSError as cause:
            raise VaultError(f"cannot write {self._path / name}: {cause.strerror}; check rights and space") from cause


class FolderView:
    """The same folder, only looked into, whoever has it: nothing is made, held or tidied up there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read_part(self, name: str) -> bytes | None:
        """See Medium."""
        return _read_file(self._path / name)

    def replace_part(self, name: str, content: bytes) -> None:
        """Raises VaultError."""
        raise VaultError(f"{self._path} is only looked into here: nothing is written")


def _read_file(path: Path) -> bytes | None:
    """All of a private file; None where there is none. Raises VaultError."""
    try:
        _refuse_shared(path)
        with path.open("rb") as file:
            content = file.read(LONGEST_PART + 1)
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise VaultError(f"cannot read {path} ({cause.strerror}): check rights, then the disk it lies on") from cause
    if len(content) > LONGEST_PART:
        raise VaultError(f"{path} is none of the key's: it has more than {LONGEST_PART} bytes; move it away")
    return content


def _fill_file(descriptor: int, content: bytes) -> None:
    try:
        written = 0
        while written < len(content):
            written += os.write(descriptor, content[written:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    """A rename is on the disk only once its folder is (fsync(2)); Windows has no way to say so."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_shared(path: Path) -> None:
    """Raises VaultError for what is no file, or where others than the owner have a right to it."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise VaultError(f"{path} is no file: move it away")
    if os.name == "posix" and mode & 0o077:
        raise VaultError(f"{path} is open to other users (rights {mode & 0o777:03o}); close it: chmod 600 {path}")


def _lock_file(descriptor: int) -> None:
    """Lock it until its descriptor is closed (flock(2); msvcrt.locking on Windows). Raises OSError."""
    if find_spec("fcntl"):
        posix: Any = import_module("fcntl")
        posix.flock(descriptor, posix.LOCK_EX | posix.LOCK_NB)
    else:
        windows: Any = import_module("msvcrt")
        windows.locking(descriptor, windows.LK_NBLCK, 1)
