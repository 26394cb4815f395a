"""From a program's folder, as the installer makes it, to the archive that keys take: the same bytes for the same files.

A tar within xz, written with the standard library: files, folders and links in the order of their names, no owner, no
time.
"""

import lzma
import os
import tarfile
from pathlib import Path
from typing import Final

from bank.errors import StateError

LEFT_OUT: Final = frozenset({"__pycache__"})
PRESET: Final = 6
"""Of xz: unpacked with 9 MiB of memory, which a board of 512 has."""


def pack_program(folder: Path, archive: Path) -> int:
    """Write the archive; how many bytes its files have. Raises StateError."""
    size = 0
    try:
        with lzma.open(archive, "wb", preset=PRESET) as squeezed, tarfile.open(fileobj=squeezed, mode="w") as tape:
            for path in _walk(folder):
                member = tape.gettarinfo(str(path), str(path.relative_to(folder)))
                _make_plain(member)
                if member.isreg():
                    with path.open("rb") as content:
                        tape.addfile(member, content)
                    size += member.size
                else:
                    tape.addfile(member)
    except OSError as cause:
        raise StateError(f"cannot pack {folder} into {archive}: {cause.strerror}") from cause
    return size


def _walk(folder: Path) -> list[Path]:
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in LEFT_OUT)
        found += [Path(place, each) for each in (*folders, *files)]
    return sorted(found)


def _make_plain(member: tarfile.TarInfo) -> None:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    if member.islnk():  # a hard link is a file like another
        member.type, member.linkname = tarfile.REGTYPE, ""
