"""A twin of Windows' C library as Python has it (msvcrt): locks on ranges of bytes, and the console's keys.

Sources: Python's documentation of msvcrt; Microsoft's of _locking and _getwch. Linux's open-file-description locks
(fcntl(2), F_OFD_SETLK) belong to a descriptor as Windows' do. Keys come from standard input.
"""

import fcntl
import os
import select
import struct

LK_UNLCK, LK_LOCK, LK_NBLCK, LK_RLCK, LK_NBRLCK = range(5)


def locking(descriptor: int, mode: int, nbytes: int) -> None:
    """Lock `nbytes` bytes from where the file is positioned. Raises OSError (EACCES) when a part is locked."""
    kind = fcntl.F_UNLCK if mode == LK_UNLCK else fcntl.F_WRLCK
    place = os.lseek(descriptor, 0, os.SEEK_CUR)
    wanted = struct.pack("hhqqi4x", kind, os.SEEK_SET, place, nbytes, 0)
    try:
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, wanted)
    except BlockingIOError:
        raise PermissionError(13, "Permission denied") from None


def get_osfhandle(descriptor: int) -> int:
    """The system's own number of an open file."""
    return descriptor


def kbhit() -> bool:
    """True when a key waits."""
    return bool(select.select([0], [], [], 0)[0])


def getwch() -> str:
    """The next character of a key."""
    return os.read(0, 1).decode("latin-1") or "\x03"
