"""What a power cut may leave of the writes to a disk, for every beginning of them.

A file system may have written less than it was told, and only keeps the order that was asked for by fsync. Three kinds
of disk are made of a beginning: one that was quick (`ALL`: everything is there), one that was slow (`SYNCED`: only what
an fsync of its file or folder waited for), and one that wrote names before bytes (`NAMES`: every name, and of the bytes
only those that were waited for; of the others the file is empty).
"""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Final

from drivers.updates.disk import UpdateDisk


class Left(Enum):
    """What is left of what was not waited for."""

    ALL = auto()
    SYNCED = auto()
    NAMES = auto()


@dataclass(frozen=True, slots=True)
class DiskOp:
    """One call: its name, the paths below the folder, its content."""

    kind: str
    path: Path
    to: Path = Path()
    content: bytes = b""
    number: int = 0
    target: str = ""


DATA = frozenset({"write", "cut"})
SYNCS = frozenset({"sync_file", "sync_folder"})


@dataclass
class JournalDisk(UpdateDisk):
    """A disk that keeps account of all that touches it. Below `base`."""

    base: Path
    ops: list[DiskOp] = field(default_factory=list)

    def _note(self, kind: str, path: Path, to: Path | None = None, *, content: bytes = b"", number: int = 0) -> None:
        moved = to.relative_to(self.base) if to is not None else Path()
        self.ops.append(DiskOp(kind, path.relative_to(self.base), moved, content, number))

    def _make_folder(self, path: Path, mode: int) -> None:
        self._note("mkdir", path, number=mode)
        super()._make_folder(path, mode)

    def _create(self, path: Path, mode: int) -> None:
        self._note("create", path, number=mode)
        super()._create(path, mode)

    def _write(self, path: Path, offset: int, content: bytes) -> None:
        if not path.exists():
            self._note("create", path, number=0o600)
        self._note("write", path, content=content, number=offset)
        super()._write(path, offset, content)

    def _cut(self, path: Path, size: int) -> None:
        self._note("cut", path, number=size)
        super()._cut(path, size)

    def _sync_file(self, path: Path) -> None:
        self._note("sync_file", path)

    def _sync_folder(self, path: Path) -> None:
        self._note("sync_folder", path)

    def _rename(self, path: Path, to: Path) -> None:
        self._note("rename", path, to)
        super()._rename(path, to)

    def _link(self, path: Path, target: str) -> None:
        self.ops.append(DiskOp("link", path.relative_to(self.base), target=target))
        super()._link(path, target)

    def _remove(self, path: Path) -> None:
        self._note("remove", path)
        super()._remove(path)

    def _remove_tree(self, path: Path) -> None:
        self._note("remove_tree", path)
        super()._remove_tree(path)


def rebuild(before: Path, ops: Sequence[DiskOp], left: Left, folder: Path) -> None:
    """The disk as a cut after these calls leaves it: `before` is what was on it at their beginning."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(before, folder, symlinks=True)
    for at, op in enumerate(ops):
        if op.kind not in SYNCS and _lasts(op, ops[at + 1 :], left):
            _apply(op, folder)


def _lasts(op: DiskOp, later: Sequence[DiskOp], left: Left) -> bool:
    if left is Left.ALL:
        return True
    if op.kind in DATA:
        return DiskOp("sync_file", op.path) in later
    return left is Left.NAMES or DiskOp("sync_folder", (op.to if op.kind == "rename" else op.path).parent) in later


def _apply(op: DiskOp, folder: Path) -> None:
    path = folder / op.path
    if not path.parent.is_dir() or (op.kind in DATA and not path.exists()):
        return  # its folder or its name is not there
    APPLIED[op.kind](op, folder)


def _create(op: DiskOp, folder: Path) -> None:
    (folder / op.path).write_bytes(b"")
    (folder / op.path).chmod(op.number)


def _write(op: DiskOp, folder: Path) -> None:
    with (folder / op.path).open("r+b") as file:
        file.seek(op.number)
        file.write(op.content)


APPLIED: Final[dict[str, Callable[[DiskOp, Path], object]]] = {
    "mkdir": lambda op, folder: (folder / op.path).mkdir(op.number),
    "create": _create,
    "write": _write,
    "cut": lambda op, folder: os.truncate(folder / op.path, op.number),
    "rename": lambda op, folder: (folder / op.path).replace(folder / op.to),
    "link": lambda op, folder: (folder / op.path).symlink_to(op.target),
    "remove": lambda op, folder: (folder / op.path).unlink(),
    "remove_tree": lambda op, folder: shutil.rmtree(folder / op.path),
}
