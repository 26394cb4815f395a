"""Locks on files between processes: flock(2), or where there is none (Windows) the ranges of bytes that its C library
locks (msvcrt.locking). A lock ends with its descriptor, however the process ends."""

import os
import time
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

SLOTS: Final = 64
"""Windows' library knows exclusive locks alone: who shares takes one byte of so many, who wants to be alone all."""

AGAIN_S: Final = 0.02


def take_lock(descriptor: int, *, shared: bool = False, wait: bool = True) -> None:
    """Lock an open file. Raises BlockingIOError when it is locked by somebody else and we do not wait, OSError."""
    take = _flock if find_spec("fcntl") else _lock_range
    take(descriptor, shared, wait)


def _flock(descriptor: int, shared: bool, wait: bool) -> None:
    system: Any = import_module("fcntl")
    system.flock(descriptor, (system.LOCK_SH if shared else system.LOCK_EX) | (0 if wait else system.LOCK_NB))


def _lock_range(descriptor: int, shared: bool, wait: bool) -> None:
    ranges = [(place, 1) for place in range(SLOTS)] if shared else [(0, SLOTS)]
    while not any(_taken(descriptor, place, size) for place, size in ranges):
        if not wait:
            raise BlockingIOError("locked by another process")
        time.sleep(AGAIN_S)


def _taken(descriptor: int, place: int, size: int) -> bool:
    library: Any = import_module("msvcrt")
    os.lseek(descriptor, place, os.SEEK_SET)
    try:
        library.locking(descriptor, library.LK_NBLCK, size)
    except PermissionError:  # EACCES: somebody has a part of it
        return False
    return True
