"""The rule by which USBGuard lets this key in, and nothing else of its number.

Source: usbguard-rules.conf(5), *Rule Language*. `equals` takes exactly these interfaces, in whatever order: with
`all-of` a device that is a keyboard as well would pass. `hash` is left out, since it covers what the board's controller
puts into the descriptors; the port, since a key is carried about.
"""

from collections.abc import Iterator
from typing import Final

from drivers.usb.descriptors import SMART_CARD_CLASS
from drivers.usb.gadget import UsbIdentity

MASS_STORAGE: Final = (0x08, 0x06, 0x50)
"""SCSI commands, bulk-only (USB Mass Storage Class Overview 1.4, 2 and 3): the kernel's f_mass_storage."""

SMART_CARD: Final = (SMART_CARD_CLASS, 0, 0)
"""CCID Rev 1.1, 4.1: bulk endpoints."""


def write_rules(identity: UsbIdentity, *, with_disc: bool) -> tuple[str, str]:
    """Two lines for rules.conf, in this order: this device, and no other that says it has this number. A serial of "0"
    is not known yet, and left out."""
    number = f"{identity.vendor:04x}:{identity.product:04x}"
    serial = f"serial {_quote(identity.serial)} " if identity.serial != "0" else ""
    interfaces = " ".join(_list_interfaces(with_disc))
    allowed = f"allow id {number} {serial}name {_quote(identity.name)} with-interface equals {{ {interfaces} }}"
    return allowed, f"reject id {number}"


def _list_interfaces(with_disc: bool) -> Iterator[str]:
    """In the order of the descriptors."""
    for each in (MASS_STORAGE, SMART_CARD) if with_disc else (SMART_CARD,):
        yield ":".join(f"{part:02x}" for part in each)


def _quote(text: str) -> str:
    """As a string of the language: a backslash before what would end it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
