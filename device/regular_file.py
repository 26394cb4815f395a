"""Files that somebody names: opened where they have an end."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Final

NO_FILE: Final = "it is a pipe or a device, which may have no end: name an ordinary file"

NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)
"""A pipe that nobody writes to would be waited for while it is opened."""

FLAGS: Final = os.O_RDONLY | NONBLOCK | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
"""O_BINARY: Windows turns line ends else."""

STANDARD_INPUT: Final = 0


def open_regular(path: Path) -> BufferedReader:
    """The file, for reading; never waits. /dev/null ends at once, and what is standard input as well (/dev/stdin) may
    be anything.

    Raises OSError, with words of our own for a pipe or a device, and ValueError for a name with a NUL.
    """
    descriptor = os.open(path, FLAGS)
    found = os.fstat(descriptor)
    try:
        if not stat.S_ISREG(found.st_mode):
            if not _may_be_read(found):
                raise _no_file(found, path)
            if NONBLOCK:
                os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _may_be_read(found: os.stat_result) -> bool:
    """/dev/null, or the same as standard input."""
    if os.path.samestat(found, Path(os.devnull).stat()):
        return True
    try:
        return os.path.samestat(found, os.fstat(STANDARD_INPUT))
    except OSError:  # it is closed
        return False


def _no_file(found: os.stat_result, path: Path) -> OSError:
    if stat.S_ISDIR(found.st_mode):
        return OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return OSError(errno.EINVAL, NO_FILE, str(path))
