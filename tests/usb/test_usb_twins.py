"""The cable's and the drive's twins against the commands of a PC, and every value that configfs is given."""

import errno
import struct
from pathlib import Path

import pytest

from drivers.clock import SteppedClock
from drivers.usb import gadget
from drivers.usb.cable import AbortCame, CableDown, CableUp, DriveEjected, PacketCame
from drivers.usb.config_twin import ConfigTreeTwin
from drivers.usb.errors import UsbDeviceError
from drivers.usb.gadget import (
    LEAST_SECTORS,
    KernelTree,
    UsbIdentity,
    bind_gadget,
    lower_gadget,
    name_gadget,
    raise_gadget,
)
from drivers.usb.twin import SECTOR, DriveTwin, HostTwin

IDENTITY = UsbIdentity(0x1209, 0x00AB, "588923487", release=0x0203)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "disc.iso"
    path.write_bytes(bytes(LEAST_SECTORS * SECTOR))
    return path


# configfs (Documentation/usb/gadget_configfs.rst)


def test_every_attribute_of_the_gadget(image: Path) -> None:
    tree = ConfigTreeTwin("udc.0")
    raise_gadget(tree, IDENTITY, image)
    bind_gadget(tree, "udc.0")
    assert tree.values == {
        "idVendor": "0x1209",
        "idProduct": "0x00ab",
        "bcdUSB": "0x0200",
        "bcdDevice": "0x0203",
        "UDC": "udc.0",
        "strings/0x409/manufacturer": "Coop@net",
        "strings/0x409/product": "e-secure",
        "strings/0x409/serialnumber": "588923487",
        "configs/c.1/MaxPower": "500",
        "configs/c.1/bmAttributes": "0x80",
        "configs/c.1/strings/0x409/configuration": "e-secure",
        "functions/mass_storage.0/stall": "1",
        "functions/mass_storage.0/lun.0/cdrom": "1",
        "functions/mass_storage.0/lun.0/ro": "1",
        "functions/mass_storage.0/lun.0/removable": "1",
        "functions/mass_storage.0/lun.0/inquiry_string": "Coop@nete-secure        2.03",
        "functions/mass_storage.0/lun.0/file": str(image),
    }
    assert tree.links == {
        "configs/c.1/mass_storage.0": "functions/mass_storage.0",
        "configs/c.1/ffs.esecure": "functions/ffs.esecure",
    }
    assert str(gadget.ROOT) == "/sys/kernel/config/usb_gadget"
    assert str(gadget.CONTROLLERS) == "/sys/class/udc"


def test_the_key_says_its_own_number() -> None:
    tree = ConfigTreeTwin("udc.0")
    raise_gadget(tree, IDENTITY)
    name_gadget(tree, 77)
    assert tree.values["strings/0x409/serialnumber"] == "77"
    with pytest.raises(UsbDeviceError, match="modprobe libcomposite"):
        name_gadget(ConfigTreeTwin(), 77)
    lower_gadget(tree)
    assert (tree.values, tree.folders, tree.links) == ({}, set(), {})


def test_what_the_kernel_refuses_the_twin_refuses(image: Path) -> None:
    tree = ConfigTreeTwin("one", "other")

    def number_of(act: object, *given: str) -> int:
        assert callable(act)
        with pytest.raises(OSError, match="Errno") as refused:
            act(*given)
        return refused.value.errno or 0

    assert number_of(tree.make_folder, "functions/ffs.x") == errno.ENOENT
    assert number_of(tree.read_value, "UDC") == errno.ENOENT
    raise_gadget(tree, IDENTITY, image)
    lun = "functions/mass_storage.0/lun.0"
    for name in ("cdrom", "ro"):
        assert number_of(tree.write_value, f"{lun}/{name}", "0") == errno.EBUSY
    tree.write_value(f"{lun}/removable", "0")
    assert number_of(tree.write_value, "unknown", "0") == errno.ENOENT
    assert number_of(tree.write_value, "UDC", "none") == errno.ENODEV
    assert number_of(tree.make_link, "configs/c.1/x", "functions/none") == errno.ENOENT
    assert number_of(tree.remove_link, "configs/c.1/x") == errno.ENOENT
    assert number_of(tree.remove_folder, "functions/none") == errno.ENOENT
    assert number_of(tree.remove_folder, "functions/ffs.esecure") == errno.EBUSY, "it is linked to"
    assert number_of(tree.remove_folder, "") == errno.ENOTEMPTY
    tree.write_value("UDC", "one")
    assert tree.controllers == {"one": "mine", "other": ""}
    assert number_of(tree.make_link, "configs/c.1/x", "functions/ffs.esecure") == errno.EBUSY
    assert number_of(tree.remove_link, "configs/c.1/ffs.esecure") == errno.EBUSY
    tree.write_value("UDC", "")
    assert tree.controllers == {"one": "", "other": ""}
    tree.controllers["other"] = "another gadget"
    assert number_of(tree.write_value, "UDC", "other") == errno.EBUSY
    assert number_of(tree.write_value, f"{lun}/file", str(image.parent / "none")) == errno.ENOENT
    image.write_bytes(bytes(LEAST_SECTORS * SECTOR - 1))
    assert number_of(tree.write_value, f"{lun}/file", str(image)) == 525


def test_the_kernels_tree_gives_its_values_to_the_services_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, int, int]] = []
    monkeypatch.setattr("os.chown", lambda path, user, group: given.append((str(path), user, group)))
    tree = KernelTree(tmp_path)
    for path in ("UDC", "strings/0x409/serialnumber"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    tree.give_values(1_005)
    assert given == [(str(tmp_path / path), 1_005, -1) for path in ("UDC", "strings/0x409/serialnumber")]
    monkeypatch.setattr("os.chown", lambda *_: (_ for _ in ()).throw(PermissionError(errno.EPERM, "no")))
    with pytest.raises(UsbDeviceError, match="only root"):
        tree.give_values(1_005)


# The drive (SPC-3, MMC-5, SBC-3)


def test_the_drive_says_what_it_is() -> None:
    drive = DriveTwin(bytes(3 * SECTOR), "Coop@net e-secure")
    told = drive.do(bytes((0x12, 0, 0, 0, 36, 0)))
    assert told is not None
    assert (len(told), told[0], told[1], told[3], told[4]) == (36, 0x05, 0x80, 2, 31), "a removable CD-ROM"
    assert told[8:] == b"Coop@net e-secure           "
    assert drive.do(bytes((0x25, *bytes(9)))) == struct.pack(">II", 2, 2048)
    assert drive.do(bytes(6)) == b""
    assert drive.do(bytes((0x2A, *bytes(9)))) is None, "nobody writes to it"


def test_sectors_are_read_within_the_disc() -> None:
    drive = DriveTwin(bytes(SECTOR) + b"\1" * SECTOR + b"\2" * SECTOR, "x")

    def read(first: int, count: int) -> bytes | None:
        return drive.do(struct.pack(">BBIBHB", 0x28, 0, first, 0, count, 0))

    assert read(1, 1) == b"\1" * SECTOR
    assert read(1, 2) == b"\1" * SECTOR + b"\2" * SECTOR
    assert read(0, 0) == b""
    assert read(2, 2) is None
    assert read(3, 1) is None


def test_a_disc_that_is_ejected_is_not_there_until_the_key_puts_it_in() -> None:
    """The computer cannot load it: START finds nothing in the kernel's drive (f_mass_storage, do_start_stop)."""
    drive = DriveTwin(bytes(SECTOR), "x")
    steps = ((0, False, b""), (1, False, b""), (3, False, b""), (2, True, b""), (3, True, None), (1, True, None))
    for start, ejected, answer in (*steps, (0, True, b""), (-1, False, b"")):
        if start < 0:
            drive.insert()
        else:
            assert drive.do(bytes((0x1B, 0, 0, 0, start, 0))) == answer, start
        assert drive.ejected is ejected
        for asked in (bytes(6), bytes((0x25, *bytes(9))), struct.pack(">BBIBHB", 0x28, 0, 0, 0, 1, 0)):
            assert (drive.do(asked) is None) is ejected


# The cable


def test_a_computer_sends_packets_and_no_empty_one() -> None:
    clock, woken = SteppedClock(), list[int]()
    host = HostTwin(clock, packet=64)
    host.start(lambda: woken.append(1))
    assert host.next_due() is None
    host.plug()
    assert host.there
    clock.advance(5)
    host.send(bytes(64) + b"\1" * 64)
    host.send(bytes(65))
    host.abort(0, 9)
    host.eject()
    at = clock.now()
    assert host.next_due() == at - 5
    assert list(host.poll_events(at)) == [
        CableUp(at - 5),
        PacketCame(at, bytes(64), 64),
        PacketCame(at, b"\1" * 64, 64),
        PacketCame(at, bytes(64), 64),
        PacketCame(at, bytes(1), 64),
        AbortCame(at, 0, 9),
        DriveEjected(at),
    ]
    assert len(woken) == 7
    assert list(host.poll_events(at)) == []


def test_replies_are_taken_while_the_computer_is_there() -> None:
    host = HostTwin(SteppedClock())
    host.send_reply(b"before")
    host.plug()
    host.send_reply(b"while")
    assert (list(host.replies), host.lost) == ([b"while"], 1)
    host.pull()
    host.send_reply(b"after")
    assert (list(host.replies), host.lost, host.there) == ([], 2, False)
    assert [type(each) for each in host.poll_events(0)] == [CableUp, CableDown]
    host.close()
    host.eject()
