"""The simulated PC's side of the access key: CCID, PIV, the CD-ROM and the pages, each against its specification."""

import struct

import pytest

from drivers.usb.ccid import CommandState, HostMessageType
from drivers.usb.errors import UsbDeviceError
from drivers.usb.twin import SECTOR, DriveTwin
from simulator.key.ccid_host import read_reply, write_message, write_pin_entry
from simulator.key.hypertext import PageForm, read_page
from simulator.key.piv_host import (
    SELECT_PIV,
    STATUS_NO_PIN,
    STATUS_OK,
    STATUS_REFUSED,
    HostStatusError,
    chain_command,
    read_signature,
    write_signing,
)
from simulator.key.scsi import MOST_SECTORS, SectorFile, name_drive

# CCID


def test_a_message_is_ten_octets_and_its_data() -> None:
    """CCID Rev 1.1, 6.1: type, dwLength, slot, sequence, three octets of its own."""
    assert write_message(HostMessageType.ICC_POWER_ON, 7).hex() == "62" + "00000000" + "00" + "07" + "000000"
    assert write_message(HostMessageType.XFR_BLOCK, 255, b"\x00\xa4").hex() == "6f020000000" + "0ff00000000a4"


def test_an_answer_is_taken_apart() -> None:
    """6.2: bStatus has the command's state in its two highest bits."""
    reply = read_reply(bytes.fromhex("80" + "02000000" + "00" + "07" + "40" + "fe" + "00" + "9000"))
    assert (reply.sequence, reply.command, reply.error, reply.data) == (7, CommandState.FAILED, 0xFE, b"\x90\x00")
    assert read_reply(bytes.fromhex("8000000000" + "00" + "07" + "80" + "0100")).command is CommandState.TIME_EXTENSION
    assert "9000" not in repr(reply)


def test_a_pin_entry_asks_for_a_verify_with_six_to_eight_digits() -> None:
    """CCID Rev 1.1, 6.1.11; SP 800-73-5 part 2, 3.2.1."""
    assert struct.unpack("<BBBBBHBBHB3x5s8s", write_pin_entry()) == (
        0,  # verification
        30,  # seconds
        0x82,  # in bytes, ASCII, to the left
        8,  # the block's length
        0,
        0x0608,
        2,  # the OK key
        0xFF,
        0x040C,  # French
        0,
        bytes.fromhex("0020008008"),
        b"\xff" * 8,
    )


# PIV


def test_the_application_is_selected_by_its_name() -> None:
    """SP 800-73-5 part 1, 2.2: A0 00 00 03 08 00 00 10 00 01 00."""
    assert SELECT_PIV.hex().upper() == "00A404000B" + "A000000308000010000100" + "00"
    assert (STATUS_OK, STATUS_NO_PIN, STATUS_REFUSED) == (b"\x90\x00", b"\x69\x82", b"\x69\x85")


def test_a_long_answer_is_fetched_part_by_part() -> None:
    asked: list[str] = []
    answers = iter((b"ab\x61\x02", b"cd\x61\x00", b"e\x90\x00"))

    def transmit(command: bytes) -> bytes:
        asked.append(command.hex())
        return next(answers)

    assert chain_command(transmit, b"\x00\xcb") == b"abcde\x90\x00"
    assert asked == ["00cb", "00c0000002", "00c0000000"]
    assert chain_command(lambda _: b"\x69\x82", b"") == b"\x69\x82"
    assert chain_command(lambda _: b"\x61", b"") == b"\x61"


def test_a_digest_is_signed_by_general_authenticate() -> None:
    """SP 800-73-5 part 2, 3.2.4: 7C with an empty 82 and the digest in 81; algorithm 11 is ECC P-256."""
    digest = bytes(range(32))
    assert write_signing(0x9A, digest) == bytes.fromhex("0087119A26" + "7C24" + "8200" + "8120") + digest + b"\0"


def test_a_signature_is_what_stands_in_82_and_nothing_else() -> None:
    signature = bytes(range(70))
    assert read_signature(b"\x7c\x48\x82\x46" + signature) == signature
    assert read_signature(b"\x7c\x04\x82\x02ab") == b"ab"
    for broken in (
        b"",
        b"\x7c\x03\x82\x01a",
        b"\x7d\x48\x82\x46" + signature,
        b"\x7c\x48\x81\x46" + signature,
        b"\x7c\x48\x82\x46" + signature[:-1],
        b"\x7c\x48\x82\x46" + signature + b"\0",
    ):
        with pytest.raises(HostStatusError, match="the key's card answers 0000"):
            read_signature(broken)
    assert str(HostStatusError(b"secret\x69\x82")) == "the key's card answers 6982"


# The CD-ROM


def make_drive(sectors: int) -> DriveTwin:
    return DriveTwin(b"".join(bytes([each % 251]) * SECTOR for each in range(sectors)), "Coop@net e-secure")


def test_a_disc_is_a_file_of_sectors() -> None:
    disc = SectorFile(make_drive(100))
    assert (disc.readable(), disc.seekable(), disc.tell()) == (True, True, 0)
    assert disc.seek(0, 2) == 100 * SECTOR
    assert disc.read(1) == b""
    assert disc.seek(-2, 2) == 100 * SECTOR - 2
    assert disc.read(5) == b"\x63\x63", "to its end and no further"
    assert disc.tell() == 100 * SECTOR
    assert disc.seek(SECTOR - 1) == SECTOR - 1
    assert disc.read(3) == b"\x00\x01\x01", "over a sector's end"
    assert disc.seek(-2, 1) == SECTOR
    assert disc.seek(-5, 0) == 0, "before the beginning there is nothing"


def test_so_many_sectors_are_read_at_once_as_a_pc_does() -> None:
    drive = make_drive(100)
    asked: list[tuple[int, ...]] = []
    do = drive.do

    def watch(command: bytes) -> bytes | None:
        if command[0] == 0x28:
            asked.append(struct.unpack(">BBIBHB", command))
        return do(command)

    drive.do = watch  # type: ignore[method-assign]
    disc = SectorFile(drive)
    assert len(disc.readall()) == 100 * SECTOR
    assert asked[0][0] == 0x28
    assert max(each[4] for each in asked) <= MOST_SECTORS == 64
    asked.clear()
    disc.seek(SECTOR * 3 + 1)
    disc.read(SECTOR)
    assert asked == [(0x28, 0, 3, 0, 2, 0)]


def test_a_disc_that_is_gone_cannot_be_read() -> None:
    drive = make_drive(2)
    disc = SectorFile(drive)
    drive.ejected = True
    with pytest.raises(OSError, match="cannot be read"):
        disc.read(1)
    with pytest.raises(UsbDeviceError, match="no disc in the key's drive"):
        SectorFile(drive)


def test_a_drive_says_who_made_it() -> None:
    """SPC-3, 6.4.2: vendor and product are octets 8 to 35 of the standard answer."""
    assert name_drive(make_drive(1)) == "Coop@net e-secure"
    assert name_drive(DriveTwin(b"", "x" * 40)) == "x" * 28


# Pages


def test_a_form_is_sent_with_the_button_that_was_pressed() -> None:
    page = read_page(
        "<form action='/first'><input name='a' value='1'><input type='submit' name='x' value='y'>"
        "<select name='s'><option value='o1'>O</option><option value='o2' selected>P</option></select>"
        "<button>Send</button></form><form><button name='n' value='v'>Other</button></form>"
    )
    first = page.find_button("Send")
    assert first is not None
    form, name, value = first
    assert (form.method, form.action) == ("GET", "/first")
    assert form.fields["a"] == "1"
    assert b"n=" not in form.encode_pressed(name, value)
    other = page.find_button("Other")
    assert other is not None
    assert other[0].encode_pressed(*other[1:]) == b"n=v"
    assert page.find_button("None of them") is None
    assert page.find_link("None of them") is None
    assert "'1'" not in repr(form), "what was typed is nobody's"
    assert isinstance(form, PageForm)


def test_what_nobody_sees_is_not_said() -> None:
    page = read_page(
        "<head><title>T</title></head><style>a{}</style><script>x()</script><p>one</p><p>two</p>"
        "<ul><li>three<li>four</li></ul>five<br>six <span>se</span>ven"
    )
    assert page.says == "one two three four five six seven"
