"""configfs' twin: the attributes a gadget's folders have, and what the kernel refuses.

As seen with Linux 6.1: attributes appear with their folder; a folder goes only when it is empty and not linked to; what
a drive is cannot change while an image is in it, which must be large enough; a controller is one gadget's.
"""

import errno
from pathlib import Path
from typing import Final

from drivers.usb.gadget import CONTROLLER, LEAST_SECTORS, TOO_SMALL
from drivers.usb.twin import SECTOR

STRINGS_HAVE: Final = ("manufacturer", "product", "serialnumber")
ATTRIBUTES: Final = {
    "": {"idVendor": "0x0000", "idProduct": "0x0000", "bcdUSB": "0x0200", "bcdDevice": "0x0601", "UDC": ""},
    "strings/0x409": dict.fromkeys(STRINGS_HAVE, ""),
    "configs/c.1": {"MaxPower": "500", "bmAttributes": "0x80"},
    "configs/c.1/strings/0x409": {"configuration": ""},
    "functions/mass_storage.0": {"stall": "1"},
    "functions/mass_storage.0/lun.0": {"cdrom": "0", "ro": "0", "removable": "1", "inquiry_string": "", "file": ""},
}
FIXED_WITH_IMAGE: Final = ("cdrom", "ro")


class ConfigTreeTwin:
    """See ConfigTree. `controllers`: those the machine has -> whose they are."""

    def __init__(self, *controllers: str) -> None:
        self.values: dict[str, str] = {}
        self.folders: set[str] = set()
        self.links: dict[str, str] = {}
        self.controllers = dict.fromkeys(controllers, "")
        self.written: list[str] = []

    def make_folder(self, path: str) -> None:
        """See ConfigTree."""
        if path in self.folders:
            return
        if path and "" not in self.folders:
            raise OSError(errno.ENOENT, path)
        self.folders.add(path)
        own = {path, f"{path}/lun.0"} if path.startswith("functions/mass_storage") else {path}
        for folder in own & ATTRIBUTES.keys():
            for name, value in ATTRIBUTES[folder].items():
                self.values[f"{folder}/{name}".lstrip("/")] = value

    def read_value(self, path: str) -> str:
        """See ConfigTree."""
        if path not in self.values:
            raise OSError(errno.ENOENT, path)
        return self.values[path]

    def write_value(self, path: str, value: str) -> None:
        """See ConfigTree."""
        folder, _, name = path.rpartition("/")
        self.read_value(path)
        if name in FIXED_WITH_IMAGE and self.values[f"{folder}/file"]:
            raise OSError(errno.EBUSY, path)
        if name == "file":
            _check_image(value)
        if path == CONTROLLER:
            self._take_controller(value)
        self.values[path] = value
        self.written.append(path)

    def make_link(self, path: str, target: str) -> None:
        """See ConfigTree."""
        if path in self.links:
            return
        if self.values[CONTROLLER]:
            raise OSError(errno.EBUSY, path)
        if target not in self.folders:
            raise OSError(errno.ENOENT, target)
        self.links[path] = target

    def remove_link(self, path: str) -> None:
        """See ConfigTree."""
        if path not in self.links:
            raise FileNotFoundError(errno.ENOENT, path)
        if self.values[CONTROLLER]:
            raise OSError(errno.EBUSY, path)
        del self.links[path]

    def remove_folder(self, path: str) -> None:
        """See ConfigTree."""
        if path not in self.folders:
            raise FileNotFoundError(errno.ENOENT, path)
        inside = [other for other in (*self.folders, *self.links) if other != path and _is_in(other, path)]
        if inside or path in self.links.values():
            raise OSError(errno.EBUSY if path in self.links.values() else errno.ENOTEMPTY, path)
        self.folders.remove(path)
        self.values = {name: value for name, value in self.values.items() if not _is_in(name, path)}

    def _take_controller(self, name: str) -> None:
        mine = next((each for each, whose in self.controllers.items() if whose == "mine"), "")
        if mine:
            self.controllers[mine] = ""
        if name and name not in self.controllers:
            raise OSError(errno.ENODEV, name)
        if name and self.controllers[name]:
            raise OSError(errno.EBUSY, name)
        if name:
            self.controllers[name] = "mine"


def _is_in(name: str, folder: str) -> bool:
    return not folder or name.startswith(f"{folder}/")


def _check_image(value: str) -> None:
    """Raises OSError: it is not there, or too small for a CD-ROM."""
    if value and Path(value).stat().st_size < LEAST_SECTORS * SECTOR:
        raise OSError(TOO_SMALL, f"Unknown error {TOO_SMALL}")
