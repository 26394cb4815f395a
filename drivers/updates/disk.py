"""The disk under an update: each change is on it when its method returns, and is written by the few calls below.

Those with an underscore are all that ever touches the file system; the tests keep a journal of them, and begin anew
from what every beginning of it could have left behind.
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from drivers.errors import DriverError

SCRATCH: Final = ".new"
BLOCK: Final = 1 << 16


class UpdateDiskError(DriverError):
    """The disk is full, or cannot be read or written. The message names the file and what to do."""


class UpdateDisk:
    """Each method raises UpdateDiskError."""

    def make_folder(self, path: Path, mode: int = 0o755) -> None:
        """One whose parent is there; no fault where it is there already."""
        with name_errors(path):
            if not path.is_dir():
                self._make_folder(path, mode)
                self._sync_folder(path.parent)

    def append_bytes(self, path: Path, offset: int, content: bytes) -> None:
        """Write at this offset, which is the file's end. What was there of a write that failed is cut off."""
        with name_errors(path):
            fresh = not path.exists()
            try:
                self._write(path, offset, content)
                self._sync_file(path)
            except OSError:
                self._cut(path, offset)
                raise
            if fresh:
                self._sync_folder(path.parent)

    def write_file(self, path: Path, content: Iterator[bytes], mode: int = 0o644) -> None:
        """A new file, synced; its folder's entry is the caller's to sync."""
        with name_errors(path):
            offset = 0
            self._create(path, mode)
            for block in content:
                self._write(path, offset, block)
                offset += len(block)
            self._sync_file(path)

    def replace_file(self, path: Path, content: bytes, mode: int = 0o644) -> None:
        """The old file or the new one, whole, whatever happens to the power."""
        scratch = path.with_name(path.name + SCRATCH)
        self.write_file(scratch, iter((content,)), mode)
        self.move(scratch, path)

    def make_link(self, path: Path, target: str) -> None:
        """A new symbolic link; its folder's entry is the caller's to sync."""
        with name_errors(path):
            self._link(path, target)

    def replace_link(self, path: Path, target: str) -> None:
        """The old link or the new one."""
        scratch = path.with_name(path.name + SCRATCH)
        with name_errors(path):
            if scratch.is_symlink():
                self._remove(scratch)
            self._link(scratch, target)
        self.move(scratch, path)

    def move(self, path: Path, to: Path) -> None:
        """In one step, within a folder."""
        with name_errors(to):
            self._rename(path, to)
            self._sync_folder(to.parent)

    def sync_folder(self, path: Path) -> None:
        """Its entries."""
        with name_errors(path):
            self._sync_folder(path)

    def remove(self, path: Path) -> None:
        """A file, a link or a whole folder; no fault where it is not there."""
        with name_errors(path):
            if path.is_symlink() or path.is_file():
                self._remove(path)
            elif path.is_dir():
                self._remove_tree(path)
            else:
                return
            self._sync_folder(path.parent)

    def find_room(self, path: Path) -> int:
        """Free bytes for us on the disk of `path`."""
        with name_errors(path):
            return shutil.disk_usage(path).free

    # All that touches the file system

    def _make_folder(self, path: Path, mode: int) -> None:
        path.mkdir(mode=mode)
        path.chmod(mode)  # whatever the umask: root unpacks, under that of a unit that keeps its files to itself

    def _create(self, path: Path, mode: int) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        try:
            os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)

    def _write(self, path: Path, offset: int, content: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            while content:
                written = os.pwrite(descriptor, content, offset)
                offset, content = offset + written, content[written:]
        finally:
            os.close(descriptor)

    def _cut(self, path: Path, size: int) -> None:
        if path.exists():
            os.truncate(path, size)

    def _sync_file(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _sync_folder(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _rename(self, path: Path, to: Path) -> None:
        path.replace(to)

    def _link(self, path: Path, target: str) -> None:
        path.symlink_to(target)

    def _remove(self, path: Path) -> None:
        path.unlink()

    def _remove_tree(self, path: Path) -> None:
        shutil.rmtree(path)


@contextmanager
def name_errors(path: Path) -> Iterator[None]:
    """An error of the system becomes one that names the file: UpdateDiskError."""
    try:
        yield
    except OSError as cause:
        raise UpdateDiskError(f"{path}: {cause.strerror}; check rights and space") from cause


def list_folder(path: Path) -> list[Path]:
    """What is in it, in order; nothing where it is not there. Raises UpdateDiskError."""
    with name_errors(path):
        try:
            return sorted(path.iterdir())
        except FileNotFoundError:
            return []


def find_size(path: Path) -> int | None:
    """Of a file, in bytes; None where there is none. Raises UpdateDiskError."""
    with name_errors(path):
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def read_link(path: Path) -> Path | None:
    """Where a symbolic link leads; None where there is none. Raises UpdateDiskError."""
    with name_errors(path):
        try:
            return path.readlink()
        except OSError as cause:
            if cause.errno in {errno.ENOENT, errno.EINVAL}:  # EINVAL: no link (readlink(2))
                return None
            raise


def is_folder(path: Path) -> bool:
    """Whether a folder is there. Raises UpdateDiskError: a disk that cannot say so has not said that there is none."""
    with name_errors(path):
        try:
            return stat.S_ISDIR(path.stat().st_mode)
        except FileNotFoundError:
            return False


def read_blocks(path: Path) -> Iterator[bytes]:
    """A file's bytes. Raises UpdateDiskError."""
    with name_errors(path), path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def read_small(path: Path, most: int) -> bytes | None:
    """All of a file of that many bytes at most; None where there is none. Raises UpdateDiskError."""
    with name_errors(path):
        try:
            with path.open("rb") as file:
                content = file.read(most + 1)
        except FileNotFoundError:
            return None
    if len(content) > most:
        raise UpdateDiskError(f"{path} is none of ours: it has more than {most} bytes; move it away")
    return content
