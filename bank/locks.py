"""Locks on files between processes: flock(2), or where there is none (Windows) the ranges of bytes that its C library
locks (msvcrt.locking). A lock ends with its descriptor, however the process ends."""

import os
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

SLOTS: Final = 64
"""Windows' library knows exclusive locks alone: who shares takes one byte of so many, who wants to be alone all."""

AGAIN_S: Final = 0.02

LOCKS: Final = Path("/proc/locks")


def take_lock(descriptor: int, *, shared: bool = False) -> None:
    """Lock an open file, at once. Raises BlockingIOError when it is locked by somebody else, OSError."""
    take = _flock if find_spec("fcntl") else _lock_range
    take(descriptor, shared)


def wait_for_lock(descriptor: int, patience_s: float) -> bool:
    """Lock an open file for oneself; False where somebody else has had it all that time. Raises OSError."""
    until = time.monotonic() + patience_s
    while True:
        try:
            take_lock(descriptor)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(AGAIN_S)
        else:
            return True


def holder_of(descriptor: int) -> str:
    """Who has locked an open file, in words, as the kernel tells it (proc_locks(5)): "process 1234 (python3)"."""
    try:
        number = f":{os.fstat(descriptor).st_ino}"
        lines = [line.split() for line in LOCKS.read_text().splitlines()]
        pid = next(words[4] for words in lines if words[1] == "FLOCK" and words[5].endswith(number))
        return f"process {pid} ({Path('/proc', pid, 'comm').read_text().strip()})"
    except (OSError, StopIteration, IndexError):  # another system, another namespace, or it has just ended
        return "another program"


def _flock(descriptor: int, shared: bool) -> None:
    system: Any = import_module("fcntl")
    system.flock(descriptor, (system.LOCK_SH if shared else system.LOCK_EX) | system.LOCK_NB)


def _lock_range(descriptor: int, shared: bool) -> None:
    ranges = [(place, 1) for place in range(SLOTS)] if shared else [(0, SLOTS)]
    if not any(_taken(descriptor, place, size) for place, size in ranges):
        raise BlockingIOError("locked by another process")


def _taken(descriptor: int, place: int, size: int) -> bool:
    library: Any = import_module("msvcrt")
    os.lseek(descriptor, place, os.SEEK_SET)
    try:
        library.locking(descriptor, library.LK_NBLCK, size)
    except PermissionError:  # EACCES: somebody has a part of it
        return False
    return True
