"""What is on the CD-ROM: an ISO 9660 image with Joliet names, no smaller than the kernel takes, the same for the same
files.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from drivers.install_hints import install_extra
from drivers.usb.errors import UsbDeviceError
from drivers.usb.gadget import LEAST_SECTORS
from drivers.usb.twin import SECTOR

LABEL: Final = "E-SECURE"
LARGEST_IMAGE: Final = 512 << 20

FIRST_DESCRIPTOR: Final = 16
DESCRIPTORS: Final = (1, 2)
END: Final = 255
"""Of volume descriptors: primary, supplementary (Joliet), the set's end (ECMA-119, 8.1)."""

ROOT_RECORD: Final = 156
RECORD_DATE: Final = slice(18, 25)
VOLUME_DATES: Final = range(813, 881, 17)
"""Where dates stand: in a directory's record (9.1), and in a volume descriptor (8.4)."""

NO_DATE: Final = b"0" * 16 + b"\0"
FIRST_OF_2000: Final = bytes((100, 1, 1, 0, 0, 0, 0))


def build_image(files: Mapping[str, bytes]) -> bytes:
    """The image with these files in its root: name -> content. Names are kept by Joliet; ISO 9660's own are numbered.

    Raises UsbDeviceError: pycdlib is missing, or there is more than a CD holds.
    """
    pycdlib = _load_library()
    if sum(map(len, files.values())) > LARGEST_IMAGE:
        raise UsbDeviceError("this is more than the key's CD-ROM holds: take files out")
    disc = pycdlib.PyCdlib()
    disc.new(interchange_level=3, joliet=3, vol_ident=LABEL)
    for number, (name, content) in enumerate(sorted(files.items()), 1):
        disc.add_fp(BytesIO(content), len(content), iso_path=f"/FILE{number:04}.;1", joliet_path=f"/{name}")
    written = BytesIO()
    disc.write_fp(written)
    disc.close()
    image = bytearray(written.getvalue())
    _take_dates(image)
    return bytes(image) + bytes(max(0, LEAST_SECTORS * SECTOR - len(image)))


def read_files(folder: Path) -> dict[str, bytes]:
    """The files of a folder, none below it. Raises UsbDeviceError."""
    try:
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    except OSError as cause:
        raise UsbDeviceError(f"cannot read {folder}: {cause.strerror}") from cause


def _take_dates(image: bytearray) -> None:
    """Every moment at which it was made: two images of the same files are the same."""
    for start in _descriptors(image):
        for at in VOLUME_DATES:
            image[start + at : start + at + len(NO_DATE)] = NO_DATE
        root = start + ROOT_RECORD
        image[root + RECORD_DATE.start : root + RECORD_DATE.stop] = FIRST_OF_2000
        first, size = (int.from_bytes(image[root + at : root + at + 4], "little") for at in (2, 10))
        for record in _records(image, first * SECTOR, size):
            image[record + RECORD_DATE.start : record + RECORD_DATE.stop] = FIRST_OF_2000


def _descriptors(image: bytearray) -> Iterator[int]:
    start = FIRST_DESCRIPTOR * SECTOR
    while image[start] != END:
        if image[start] in DESCRIPTORS:
            yield start
        start += SECTOR


def _records(image: bytearray, start: int, size: int) -> Iterator[int]:
    """Of one directory. None goes over a sector's end: the rest of it is zero."""
    at = start
    while at < start + size:
        if image[at]:
            yield at
            at += image[at]
        else:
            at += SECTOR - at % SECTOR


def _load_library() -> Any:  # noqa: ANN401 - it has no types
    try:
        return import_module("pycdlib")
    except ImportError as missing:
        raise UsbDeviceError(f"pycdlib is needed to make a CD-ROM; type: {install_extra('key')}") from missing
