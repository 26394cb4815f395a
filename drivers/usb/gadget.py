"""The composite device that the kernel is to be, by configfs: a CD-ROM and a FunctionFS instance.

Source: Documentation/usb/gadget_configfs.rst, ABI/testing/configfs-usb-gadget-mass-storage. Raising it is idempotent:
what is there already is left as it is, so that a run that was killed is no obstacle. Taken down in the only order that
the kernel allows: links, functions, gadget.
"""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from drivers.usb.errors import UsbDeviceError

NAME: Final = "esecure"
ROOT: Final = Path("/sys/kernel/config/usb_gadget")
CONTROLLERS: Final = Path("/sys/class/udc")

STRINGS: Final = "strings/0x409"
SERIAL_NUMBER: Final = f"{STRINGS}/serialnumber"
CONFIGURATION: Final = "configs/c.1"
SMART_CARD: Final = f"functions/ffs.{NAME}"
DRIVE: Final = "functions/mass_storage.0"
DRIVE_FILE: Final = f"{DRIVE}/lun.0/file"
CONTROLLER: Final = "UDC"

FOR_THE_SERVICE: Final = (CONTROLLER, SERIAL_NUMBER, DRIVE_FILE)
"""What the key's own program sets: the rest is root's, before."""

LEAST_SECTORS: Final = 300
"""The kernel takes no smaller CD-ROM, and says 525 (ETOOSMALL), which Python has no name for."""

TOO_SMALL: Final = 525


class ConfigTree(Protocol):
    """The folder of one gadget in configfs. Paths are relative to it; each method raises OSError as the kernel does."""

    def make_folder(self, path: str) -> None:
        """A folder, where there is none yet: the kernel fills it with attributes."""
        ...

    def read_value(self, path: str) -> str:
        """An attribute, without the line's end."""
        ...

    def write_value(self, path: str, value: str) -> None:
        """Set an attribute."""
        ...

    def make_link(self, path: str, target: str) -> None:
        """A link to another folder of the gadget, where there is none yet."""
        ...

    def remove_link(self, path: str) -> None:
        """Take a link away."""
        ...

    def remove_folder(self, path: str) -> None:
        """Take a folder away; "" is the gadget's own."""
        ...


class KernelTree:
    """The kernel's own."""

    def give_values(self, user: int) -> None:
        """Let this user set what the key's program has to. Raises UsbDeviceError."""
        try:
            for path in FOR_THE_SERVICE:
                if (self._root / path).exists():
                    os.chown(self._root / path, user, -1)
        except OSError as cause:
            raise _explained(cause, None) from cause

    def __init__(self, root: Path = ROOT / NAME) -> None:
        self._root = root

    def make_folder(self, path: str) -> None:
        """See ConfigTree."""
        (self._root / path).mkdir(parents=True, exist_ok=True)

    def read_value(self, path: str) -> str:
        """See ConfigTree."""
        return (self._root / path).read_text().rstrip("\n\0")

    def write_value(self, path: str, value: str) -> None:
        """See ConfigTree."""
        descriptor = os.open(self._root / path, os.O_WRONLY)
        try:
            os.write(descriptor, value.encode() + b"\n")
        finally:
            os.close(descriptor)

    def make_link(self, path: str, target: str) -> None:
        """See ConfigTree."""
        if not (self._root / path).is_symlink():
            (self._root / path).symlink_to(self._root / target)

    def remove_link(self, path: str) -> None:
        """See ConfigTree."""
        (self._root / path).unlink()

    def remove_folder(self, path: str) -> None:
        """See ConfigTree."""
        (self._root / path).rmdir()


@dataclass(frozen=True, slots=True)
class UsbIdentity:
    """Who the device says it is. `vendor`, `product`: its own numbers; `serial`: the key's."""

    vendor: int
    product: int
    serial: str
    maker: str = "Coop@net"
    name: str = "e-secure"
    release: int = 0x0100


def raise_gadget(tree: ConfigTree, identity: UsbIdentity, image: Path | None = None) -> None:
    """Make it, still without a controller; the smart card's descriptors come by FunctionFS. `image`: what is on the
    CD-ROM, None for a device without one. Raises UsbDeviceError."""
    try:
        tree.make_folder("")
        for path, value in _attributes(identity):
            folder = path.rpartition("/")[0]
            if folder:
                tree.make_folder(folder)
            _set(tree, path, value)
        if image is not None:
            _add_drive(tree, identity, image)
        tree.make_folder(SMART_CARD)
        tree.make_link(f"{CONFIGURATION}/ffs.{NAME}", SMART_CARD)
    except OSError as cause:
        raise _explained(cause, image) from cause


def insert_disc(tree: ConfigTree, image: Path) -> None:
    """Put the image in, where the computer has ejected it. Raises UsbDeviceError."""
    try:
        _set(tree, DRIVE_FILE, str(image))
    except OSError as cause:
        raise _explained(cause, image) from cause


def name_gadget(tree: ConfigTree, serial: int) -> None:
    """Say whose it is: the key's own number. Raises UsbDeviceError."""
    try:
        _set(tree, SERIAL_NUMBER, str(serial))
    except OSError as cause:
        raise _explained(cause, None) from cause


def bind_gadget(tree: ConfigTree, controller: str) -> None:
    """Give it the controller: from now on a computer finds it. Raises UsbDeviceError."""
    try:
        _set(tree, CONTROLLER, controller)
    except OSError as cause:
        if cause.errno == errno.EBUSY:
            raise UsbDeviceError(f"the USB controller {controller} is another gadget's: end that one first") from cause
        raise _explained(cause, None) from cause


def lower_gadget(tree: ConfigTree) -> None:
    """Take it away, as far as it is there: links, functions, gadget. Raises UsbDeviceError."""
    try:
        with _absent_is_fine():
            if tree.read_value(CONTROLLER):
                tree.write_value(CONTROLLER, "")
        for link in (f"{CONFIGURATION}/mass_storage.0", f"{CONFIGURATION}/ffs.{NAME}"):
            with _absent_is_fine():
                tree.remove_link(link)
        for folder in (f"{CONFIGURATION}/{STRINGS}", CONFIGURATION, DRIVE, SMART_CARD, STRINGS, ""):
            with _absent_is_fine():
                tree.remove_folder(folder)
    except OSError as cause:
        raise _explained(cause, None) from cause


def find_controller(folder: Path = CONTROLLERS) -> str:
    """The machine's USB device controller. Raises UsbDeviceError where there is none."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if not names:
        raise UsbDeviceError(
            "this machine has no USB device controller: on a Pi Zero 2 W, 4 or 5 add dtoverlay=dwc2,dr_mode=peripheral"
            " to config.txt, and start it again"
        )
    return names[0]


def _attributes(identity: UsbIdentity) -> Iterator[tuple[str, str]]:
    yield "idVendor", f"0x{identity.vendor:04x}"
    yield "idProduct", f"0x{identity.product:04x}"
    yield "bcdUSB", "0x0200"
    yield "bcdDevice", f"0x{identity.release:04x}"
    yield f"{STRINGS}/manufacturer", identity.maker
    yield f"{STRINGS}/product", identity.name
    yield SERIAL_NUMBER, identity.serial
    yield f"{CONFIGURATION}/{STRINGS}/configuration", identity.name
    yield f"{CONFIGURATION}/MaxPower", "500"


def _add_drive(tree: ConfigTree, identity: UsbIdentity, image: Path) -> None:
    """A CD-ROM that nobody can write to: what it is must stand before the image is in it."""
    tree.make_folder(DRIVE)
    inquiry = f"{identity.maker:<8.8}{identity.name:<16.16}{identity.release >> 8:x}.{identity.release & 0xFF:02x}"
    settings: Mapping[str, str] = {"cdrom": "1", "ro": "1", "removable": "1", "inquiry_string": inquiry}
    for name, value in settings.items():
        _set(tree, f"{DRIVE}/lun.0/{name}", value)
    _set(tree, DRIVE_FILE, str(image))
    tree.make_link(f"{CONFIGURATION}/mass_storage.0", DRIVE)


def _set(tree: ConfigTree, path: str, value: str) -> None:
    """Nothing is written that is so already: much of it cannot be while the device is in use."""
    if tree.read_value(path).strip() != value.strip():
        tree.write_value(path, value)


def _absent_is_fine() -> suppress:
    return suppress(FileNotFoundError)


def _explained(cause: OSError, image: Path | None) -> UsbDeviceError:
    if cause.errno == TOO_SMALL:
        return UsbDeviceError(f"{image} is too small for a CD-ROM: make it with sesame key image")
    if cause.errno == errno.ENOENT and image is not None and not image.exists():
        return UsbDeviceError(f"there is no {image} for the CD-ROM: set key.drive to its file, or to nothing")
    if cause.errno in {errno.ENOENT, errno.ENODEV}:
        return UsbDeviceError("the kernel has no USB gadgets here: modprobe libcomposite, and mount configfs")
    if cause.errno in {errno.EACCES, errno.EPERM}:
        return UsbDeviceError("only root can make this machine a USB device: sudo sesame key gadget up")
    return UsbDeviceError(f"the kernel refuses the USB device: {os.strerror(cause.errno or 0)}")
