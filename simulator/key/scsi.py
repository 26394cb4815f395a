"""The files of the key's CD-ROM as a PC mounts it: sector by sector, by the SCSI commands of `DriveTwin`."""

import io
import struct
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

from drivers.usb.errors import UsbDeviceError
from drivers.usb.twin import SECTOR, DriveTwin

INQUIRY: Final = bytes((0x12, 0, 0, 0, 36, 0))
READ_CAPACITY: Final = bytes((0x25, *bytes(9)))
MOST_SECTORS: Final = 64
"""In one READ(10), as a PC's driver asks for it."""


class SectorFile(io.RawIOBase):
    """A disc as a file: whatever is read of it comes by READ(10)."""

    def __init__(self, drive: DriveTwin) -> None:
        """Raises UsbDeviceError: there is no disc."""
        self._drive = drive
        capacity = drive.do(READ_CAPACITY)
        if capacity is None:
            raise UsbDeviceError("there is no disc in the key's drive")
        last, size = struct.unpack(">II", capacity)
        self._size = (last + 1) * size
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """See io."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer (io.RawIOBase)
        """See io."""
        count = min(len(buffer), self._size - self._at)
        if count <= 0:
            return 0
        first, into = divmod(self._at, SECTOR)
        sectors = min(MOST_SECTORS, (into + count + SECTOR - 1) // SECTOR)
        found = self._drive.do(struct.pack(">BBIBHB", 0x28, 0, first, 0, sectors, 0))
        if found is None:
            raise OSError("the disc cannot be read")
        taken = found[into : into + count]
        buffer[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)


def name_drive(drive: DriveTwin) -> str:
    """What INQUIRY says: maker and product."""
    return (drive.do(INQUIRY) or b"")[8:36].decode("ascii", "replace").rstrip()


def read_disc(drive: DriveTwin) -> Mapping[str, bytes]:
    """The files in its root by their Joliet names. Raises UsbDeviceError."""
    pycdlib = import_module("pycdlib")  # it has no types
    disc = pycdlib.PyCdlib()
    found: dict[str, bytes] = {}
    disc.open_fp(io.BufferedReader(SectorFile(drive)))
    try:
        for child in disc.list_children(joliet_path="/"):
            name = child.file_identifier().decode("utf-16-be", "replace")
            if child.is_file():
                content = io.BytesIO()
                disc.get_file_from_iso_fp(content, joliet_path=f"/{name}")
                found[name] = content.getvalue()
    finally:
        disc.close()
    return MappingProxyType(found)
