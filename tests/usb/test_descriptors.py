"""The descriptors that FunctionFS is given, taken apart field by field as the specifications count them.

USB 2.0, tables 9-12 and 9-13; CCID Rev 1.1, 4.1 and 5.1; linux/usb/functionfs.h, usb_functionfs_descs_head_v2 and
usb_functionfs_strings_head.
"""

import struct
from collections.abc import Iterator

import pytest

from drivers.usb.ccid import PinSupport
from drivers.usb.descriptors import describe_interface, write_descriptors, write_strings

FULL_SPEED, HIGH_SPEED = 64, 512
"""The largest packets of bulk endpoints (USB 2.0, 5.8.3)."""


def split_descriptors(raw: bytes) -> Iterator[bytes]:
    """Each begins with its own length."""
    while raw:
        yield raw[: raw[0]]
        raw = raw[raw[0] :]


@pytest.mark.parametrize("packet", [FULL_SPEED, HIGH_SPEED])
def test_an_interface_has_the_smart_card_class_and_a_bulk_endpoint_each_way(packet: int) -> None:
    interface, reader, outwards, inwards = split_descriptors(describe_interface(PinSupport.VERIFY_AND_MODIFY, packet))
    names = ("length", "type", "number", "alternate", "endpoints", "class", "subclass", "protocol", "name")
    assert dict(zip(names, interface, strict=True)) == {
        "length": 9,
        "type": 4,  # INTERFACE
        "number": 0,
        "alternate": 0,
        "endpoints": 2,
        "class": 0x0B,  # smart card
        "subclass": 0,
        "protocol": 0,  # CCID, bulk transfers
        "name": 1,  # the first string
    }
    assert struct.unpack("<BBBBHB", outwards) == (7, 5, 0x01, 2, packet, 0)
    assert struct.unpack("<BBBBHB", inwards) == (7, 5, 0x82, 2, packet, 0)
    assert len(reader) == 54


@pytest.mark.parametrize("pin_support", list(PinSupport))
def test_the_class_descriptor_says_what_this_reader_is(pin_support: PinSupport) -> None:
    reader = list(split_descriptors(describe_interface(pin_support, FULL_SPEED)))[1]
    assert struct.unpack("<BBHBBIIIBIIBIIIIIBBHBB", reader) == (
        54,
        0x21,
        0x0110,  # Rev 1.1
        0,  # the highest slot's number
        7,  # 5 V, 3 V, 1.8 V
        2,  # T=1
        4000,  # kHz
        4000,
        0,
        307_200,  # bps
        307_200,
        0,
        254,  # the largest IFSD of T=1
        0,
        0,
        0x000400FE,  # all that is automatic, short and extended APDUs
        10 + 4 + 3 + 4096 + 2,  # a header, and the longest command
        0xFF,
        0xFF,
        0,
        pin_support,
        1,
    )
    assert (PinSupport.NONE, PinSupport.VERIFY_AND_MODIFY) == (0, 1 | 2)


def test_the_kernel_is_given_four_descriptors_for_each_of_two_speeds() -> None:
    raw = write_descriptors(PinSupport.NONE)
    magic, length, flags, full, high = struct.unpack_from("<5I", raw)
    assert (magic, length, full, high) == (3, len(raw), 4, 4)
    assert flags == 1 | 2, "FUNCTIONFS_HAS_FS_DESC, FUNCTIONFS_HAS_HS_DESC"
    wanted = [describe_interface(PinSupport.NONE, packet) for packet in (FULL_SPEED, HIGH_SPEED)]
    assert raw[20:] == b"".join(wanted)
    assert len(list(split_descriptors(raw[20:]))) == full + high


def test_the_kernel_is_given_the_interfaces_name_in_english() -> None:
    raw = write_strings()
    magic, length, strings, languages, language = struct.unpack_from("<IIIIH", raw)
    assert (magic, length, strings, languages, language) == (2, len(raw), 1, 1, 0x0409)
    assert raw[18:] == b"e-secure smart card\0"
