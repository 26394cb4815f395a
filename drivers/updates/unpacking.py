"""From a program's archive to its folder. The archive is signed; that it stays within its folder and its size is held
all the same, since root unpacks it."""

import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

from drivers.updates.disk import BLOCK, UpdateDisk, name_errors
from drivers.updates.offers import UpdateRefusedError
from sesame_core.esecure.updating import UpdateStatus

MOST_MEMBERS: Final = 50_000
SYSTEM_PYTHON: Final = "/usr/bin/python3"
"""The only thing outside its folder that a release leads to: its environment is made with the system's Python."""


class Unpacker:
    """Unpacks one archive into a new folder. `most`: bytes that all files may have together."""

    def __init__(self, disk: UpdateDisk, folder: Path, most: int) -> None:
        self._disk, self._folder, self._left = disk, folder, most
        self._folders = {PurePosixPath()}

    def unpack(self, archive: Path) -> None:
        """All of it is on the disk when it returns. Raises UpdateRefusedError for what is no such archive,
        UpdateDiskError."""
        self._disk.make_folder(self._folder)
        try:
            with name_errors(archive), tarfile.open(archive, "r|xz") as tape:
                for count, member in enumerate(tape):
                    _refuse_unless(count < MOST_MEMBERS, "too many files")
                    self._unpack_member(tape, member)
        except (tarfile.TarError, lzma.LZMAError, EOFError) as cause:
            raise UpdateRefusedError(UpdateStatus.WRONG_CONTENT, "the program is no archive of ours") from cause
        for each in sorted(self._folders, reverse=True):
            self._disk.sync_folder(self._folder / each)

    def _unpack_member(self, tape: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        name = PurePosixPath(member.name)
        within = bool(name.parts) and not name.is_absolute() and ".." not in name.parts
        path = self._folder / name
        _refuse_unless(within and name.parent in self._folders, f"{member.name!r} is not within its folder")
        _refuse_unless(not path.exists() and not path.is_symlink(), f"{member.name!r} is there twice")
        if member.isdir():
            self._disk.make_folder(path)
            self._folders.add(name)
        elif member.issym():
            _refuse_unless(_leads_within(name, member.linkname), f"{member.name!r} leads out of its folder")
            self._disk.make_link(path, member.linkname)
        else:
            content = tape.extractfile(member) if member.isreg() else None
            if content is None or member.size > self._left:
                raise UpdateRefusedError(UpdateStatus.WRONG_CONTENT, f"{member.name!r} is no file, or too long")
            self._left -= member.size
            self._disk.write_file(path, _blocks_of(content), 0o755 if member.mode & 0o100 else 0o644)


def _leads_within(name: PurePosixPath, target: str) -> bool:
    """A link to the system's Python, or to what is below the same folder."""
    if target.startswith("/"):
        return target.startswith(SYSTEM_PYTHON) and target.removeprefix(SYSTEM_PYTHON).strip(".0123456789") == ""
    depth = len(name.parent.parts)
    for part in PurePosixPath(target).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return False
    return True


def _blocks_of(content: IO[bytes]) -> Iterator[bytes]:
    while block := content.read(BLOCK):
        yield block


def _refuse_unless(holds: bool, said: str) -> None:
    if not holds:
        raise UpdateRefusedError(UpdateStatus.WRONG_CONTENT, said)
