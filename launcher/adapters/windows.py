"""What Windows has in place of Linux's calls, by Microsoft's documents and Python's: on a real one nothing was tried.

Sources: Python's documentation of msvcrt; Microsoft's of _locking, GetDriveTypeW, GetConsoleMode and SetConsoleMode.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

LOCKED_BYTE: Final = 1 << 20
"""Far behind what is written: others cannot read a byte that is locked, and are to read who holds the file."""

DRIVE_CDROM: Final = 5
ENABLE_ECHO_INPUT: Final = 0x0004


def lock_file(descriptor: int) -> None:
    """Until it is closed. Raises OSError: another process holds it."""
    library: Any = import_module("msvcrt")
    os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
    library.locking(descriptor, library.LK_NBLCK, 1)


def is_on_disc(path: Path) -> bool:
    """Whether its drive is one for discs, which nobody writes in passing."""
    system: Any = import_module("ctypes").windll.kernel32
    return bool(system.GetDriveTypeW(path.absolute().anchor) == DRIVE_CDROM)


@contextmanager
def hide_typing(descriptor: int) -> Iterator[None]:
    """Lines that are typed into this console meanwhile are not seen."""
    types: Any = import_module("ctypes")
    library: Any = import_module("msvcrt")
    system = types.windll.kernel32
    console, mode = types.c_void_p(library.get_osfhandle(descriptor)), types.c_ulong()
    system.GetConsoleMode(console, types.byref(mode))
    system.SetConsoleMode(console, mode.value & ~ENABLE_ECHO_INPUT)
    try:
        yield
    finally:
        system.SetConsoleMode(console, mode.value)
