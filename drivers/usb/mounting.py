"""FunctionFS mounted for one user (mount(2), umount2(2))."""

import ctypes
import os
from pathlib import Path
from typing import Final

from drivers.usb.errors import UsbDeviceError
from drivers.usb.gadget import NAME

PASSABLE: Final = 0o711
LAZILY: Final = 2
"""MNT_DETACH: a program that still has it open keeps it until it ends."""


def mount_functions(place: Path, user: int) -> None:
    """Where the user's program opens its endpoints; what is mounted there already stays. Raises UsbDeviceError."""
    try:
        make_passage(place)
        if place.is_mount():
            return
        options = f"uid={user},rmode=0500,fmode=0600".encode()
        _check(_libc().mount(NAME.encode(), os.fsencode(place), b"functionfs", 0, options))
    except OSError as cause:
        raise UsbDeviceError(f"cannot mount FunctionFS on {place}: {os.strerror(cause.errno or 0)}") from cause


def make_passage(place: Path) -> None:
    """The folder; through it and those above that are made for it every user may pass, whatever the umask is: that of a
    service that keeps its files to itself would shut its own user out of what root makes. Raises OSError."""
    for folder in (*reversed(place.parents), place):
        if not folder.exists():
            folder.mkdir()
            folder.chmod(PASSABLE)


def unmount_functions(place: Path) -> None:
    """No more; nothing where it is not. Raises UsbDeviceError."""
    try:
        if place.is_mount():
            _check(_libc().umount2(os.fsencode(place), LAZILY))
    except OSError as cause:
        raise UsbDeviceError(f"cannot unmount {place}: {os.strerror(cause.errno or 0)}") from cause


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
