"""The descriptors that FunctionFS is given (Documentation/usb/functionfs.rst; linux/usb/functionfs.h): one CCID
interface with a bulk endpoint each way, at full and at high speed.
"""

import struct
from typing import Final

from drivers.usb.ccid import PinSupport, describe_class

FULL_SPEED_PACKET: Final = 64
HIGH_SPEED_PACKET: Final = 512
"""Of bulk endpoints (USB 2.0, 5.8.3)."""

OUT_ADDRESS: Final = 0x01
IN_ADDRESS: Final = 0x82
"""As written in the descriptors; the kernel gives them the controller's own numbers."""

SMART_CARD_CLASS: Final = 0x0B
BULK: Final = 2

DESCRIPTORS_MAGIC: Final = 3
STRINGS_MAGIC: Final = 2
HAS_FULL_SPEED: Final = 1
HAS_HIGH_SPEED: Final = 2
ENGLISH: Final = 0x0409

INTERFACE_NAME: Final = "e-secure smart card"


def describe_interface(pin_support: PinSupport, packet: int) -> bytes:
    """Interface, smart-card class, both endpoints (USB 2.0, 9.6.5 and 9.6.6; CCID Rev 1.1, 5.1)."""
    interface = struct.pack("<9B", 9, 4, 0, 0, 2, SMART_CARD_CLASS, 0, 0, 1)
    endpoints = (struct.pack("<BBBBHB", 7, 5, address, BULK, packet, 0) for address in (OUT_ADDRESS, IN_ADDRESS))
    return interface + describe_class(pin_support) + b"".join(endpoints)


def write_descriptors(pin_support: PinSupport) -> bytes:
    """The first message to ep0: four descriptors a speed."""
    speeds = [describe_interface(pin_support, packet) for packet in (FULL_SPEED_PACKET, HIGH_SPEED_PACKET)]
    body = struct.pack("<II", 4, 4) + b"".join(speeds)
    return struct.pack("<III", DESCRIPTORS_MAGIC, 12 + len(body), HAS_FULL_SPEED | HAS_HIGH_SPEED) + body


def write_strings() -> bytes:
    """The second one: the interface's name."""
    name = struct.pack("<H", ENGLISH) + INTERFACE_NAME.encode() + b"\0"
    return struct.pack("<IIII", STRINGS_MAGIC, 16 + len(name), 1, 1) + name
