"""The steps of a plan, and the writing and deleting that they do: durable, readable by all, and said before."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: what it says to a person, whether it is done already, and how it is done.

    `done` is None where only root may look: /etc/polkit-1/rules.d is the user polkitd's alone on Debian 12.
    """

    says: str
    done: bool | None
    do: Callable[[], object]


WORDS = {True: "already", False: "will", None: "perhaps"}


def show(steps: Sequence[Step]) -> None:
    """The plan, one line a step."""
    for step in steps:
        sys.stdout.write(f"{WORDS[step.done]:8} {step.says}\n")
    if any(step.done is None for step in steps):
        sys.stdout.write("perhaps: only root can see whether that is done. To know: sudo ./install --dry-run\n")
    sys.stdout.flush()


def perform(steps: Sequence[Step]) -> None:
    """Do what is not done yet."""
    for step in steps:
        if not step.done:
            sys.stdout.write(f"... {step.says}\n")
            sys.stdout.flush()
            step.do()


def seen(look: Callable[[], bool]) -> bool | None:
    """What a look says; None where only root may look."""
    try:
        return look()
    except PermissionError:
        return None


def holds(target: Path, content: bytes) -> bool:
    """Whether a file is there, holds this and can be read by all. Raises PermissionError where only root may look."""
    try:
        return target.read_bytes() == content and target.stat().st_mode & 0o444 == 0o444
    except FileNotFoundError:
        return False


def write(target: Path, content: bytes) -> None:
    """Put a file in its place, in one step, readable by all and on the disk before it is named."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # a Pi whose config.txt is empty after a power cut does not boot
    fresh.chmod(0o644)
    fresh.replace(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    """A new name is on the disk only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def gone(path: Path) -> Step:
    """The step that deletes a file, a link or a folder."""
    return Step(f"delete {path}", seen(partial(_absent, path)), partial(_delete, path))


def _absent(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    return False


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
