"""The composite device in configfs, on its twin; the image on its CD-ROM."""

import errno
import os
import re
import stat
import struct
import sys
from io import BytesIO
from pathlib import Path

import pycdlib
import pytest

from drivers.clock import SteppedClock
from drivers.usb import drive, gadget
from drivers.usb.ccid import PinSupport
from drivers.usb.config_twin import ConfigTreeTwin
from drivers.usb.descriptors import describe_interface, write_descriptors, write_strings
from drivers.usb.drive import build_image, read_files
from drivers.usb.errors import UsbDeviceError
from drivers.usb.function_fs import FunctionFsCable
from drivers.usb.gadget import (
    KernelTree,
    UsbIdentity,
    bind_gadget,
    find_controller,
    insert_disc,
    lower_gadget,
    raise_gadget,
)
from drivers.usb.mounting import make_passage
from drivers.usb.usbguard import write_rules
from sesame.cli import main

IDENTITY = UsbIdentity(0x1209, 0x0001, "588923487")


@pytest.fixture
def tree() -> ConfigTreeTwin:
    return ConfigTreeTwin("dummy_udc.0")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "e-secure.iso"
    path.write_bytes(build_image({"autorun.inf": b"[autorun]\r\n"}))
    return path


def test_what_a_computer_will_find(tree: ConfigTreeTwin, image: Path) -> None:
    raise_gadget(tree, IDENTITY, image)
    bind_gadget(tree, "dummy_udc.0")
    told = {name: tree.values[name] for name in ("idVendor", "idProduct", "UDC", "strings/0x409/serialnumber")}
    assert told == {
        "idVendor": "0x1209",
        "idProduct": "0x0001",
        "UDC": "dummy_udc.0",
        "strings/0x409/serialnumber": "588923487",
    }
    lun = "functions/mass_storage.0/lun.0"
    assert [tree.values[f"{lun}/{name}"] for name in ("cdrom", "ro", "removable")] == ["1"] * 3
    assert tree.values[f"{lun}/inquiry_string"] == "Coop@nete-secure        1.00"
    assert tree.values[f"{lun}/file"] == str(image)
    assert set(tree.links.values()) == {"functions/mass_storage.0", "functions/ffs.esecure"}


def test_raising_it_again_writes_nothing(tree: ConfigTreeTwin, image: Path) -> None:
    """After a run that was killed: the image is in, the controller is taken, and nothing may be written."""
    raise_gadget(tree, IDENTITY, image)
    bind_gadget(tree, "dummy_udc.0")
    lun = "functions/mass_storage.0/lun.0"
    assert len(tree.written) == len(set(tree.written)) >= 10, "each value once"
    assert tree.written.index(f"{lun}/file") > max(tree.written.index(f"{lun}/{name}") for name in ("cdrom", "ro"))
    assert tree.written[-1] == "UDC"
    tree.written.clear()
    raise_gadget(tree, IDENTITY, image)
    bind_gadget(tree, "dummy_udc.0")
    assert tree.written == []


@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize("disc", [False, True])
def test_lowering_leaves_nothing(tree: ConfigTreeTwin, image: Path, bound: bool, disc: bool) -> None:
    raise_gadget(tree, IDENTITY, image if disc else None)
    if bound:
        bind_gadget(tree, "dummy_udc.0")
    lower_gadget(tree)
    assert (tree.folders, tree.links, tree.controllers) == (set(), {}, {"dummy_udc.0": ""})
    lower_gadget(tree)
    raise_gadget(tree, IDENTITY, image)


def test_lowering_what_was_half_raised(tree: ConfigTreeTwin) -> None:
    tree.make_folder("")
    tree.make_folder("strings/0x409")
    lower_gadget(tree)
    assert tree.folders == set()


def test_a_disc_that_was_ejected_is_put_in_again(tree: ConfigTreeTwin, image: Path) -> None:
    raise_gadget(tree, IDENTITY, image)
    tree.values[gadget.DRIVE_FILE] = ""
    insert_disc(tree, image)
    assert tree.values[gadget.DRIVE_FILE] == str(image)


def test_what_is_wrong_says_what_to_do(tree: ConfigTreeTwin, tmp_path: Path) -> None:
    small = tmp_path / "small.iso"
    small.write_bytes(bytes(299 * 2048))
    with pytest.raises(UsbDeviceError, match="too small for a CD-ROM"):
        raise_gadget(tree, IDENTITY, small)
    with pytest.raises(UsbDeviceError, match=r"set key\.drive"):
        raise_gadget(tree, IDENTITY, tmp_path / "absent.iso")
    with pytest.raises(UsbDeviceError, match="modprobe"):
        bind_gadget(tree, "another")
    tree.controllers["dummy_udc.0"] = "another gadget"
    with pytest.raises(UsbDeviceError, match="another gadget's"):
        bind_gadget(tree, "dummy_udc.0")
    with pytest.raises(UsbDeviceError, match="dtoverlay=dwc2"):
        find_controller(tmp_path / "none")
    (tmp_path / "udc" / "fe980000.usb").mkdir(parents=True)
    assert find_controller(tmp_path / "udc") == "fe980000.usb"


@pytest.mark.parametrize(("number", "says"), [(errno.EACCES, "only root"), (errno.EIO, "the kernel refuses")])
def test_what_the_kernel_says_is_told(tree: ConfigTreeTwin, number: int, says: str) -> None:
    def refuse(path: str) -> None:
        raise OSError(number, path)

    tree.make_folder = refuse  # type: ignore[method-assign]
    with pytest.raises(UsbDeviceError, match=says):
        raise_gadget(tree, IDENTITY)
    tree.read_value = refuse  # type: ignore[method-assign, assignment]
    with pytest.raises(UsbDeviceError, match=says):
        lower_gadget(tree)


def test_the_kernels_own_tree_is_a_folder(tmp_path: Path) -> None:
    """Without the kernel behind it, what can be shown is that its paths and its line's end are right."""
    tree = KernelTree(tmp_path / "g")
    tree.make_folder("")
    (tmp_path / "g/UDC").write_text("old\n")
    tree.write_value("UDC", "new")
    assert tree.read_value("UDC") == "new"
    tree.make_folder("functions/a")
    for _ in range(2):
        tree.make_link("a", "functions/a")
    tree.remove_link("a")
    tree.remove_folder("functions/a")
    assert sorted(path.name for path in (tmp_path / "g").iterdir()) == ["UDC", "functions"]


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o777])
def test_the_way_to_the_endpoints_is_open_to_their_user_whatever_the_umask_is(tmp_path: Path, umask: int) -> None:
    """The unit's is 0077: on a booted machine root made /run/sesame-key for itself alone, and the key was shut out."""
    place = tmp_path / "sesame-key" / "usb"
    tmp_path.chmod(0o700)
    former = os.umask(umask)
    try:
        make_passage(place)
        make_passage(place)
    finally:
        os.umask(former)
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (tmp_path, place.parent, place)] == [0o700, 0o711, 0o711]


def test_no_functionfs_says_what_to_do(tmp_path: Path) -> None:
    cable = FunctionFsCable(tmp_path, PinSupport.NONE, SteppedClock())
    with pytest.raises(UsbDeviceError, match="sesame key gadget up"):
        cable.start(lambda: None)
    cable.close()


def test_each_speed_has_its_own_packets() -> None:
    """64 bytes at full speed, 512 at high speed, and no polling interval (USB 2.0, 5.8.3 and 9.6.6)."""
    told = write_descriptors(PinSupport.NONE)
    endpoints = [struct.unpack("<BBBBHB", told[at : at + 7]) for at in range(len(told)) if told[at : at + 2] == b"\7\5"]
    assert [each[2:] for each in endpoints] == [
        (address, 2, packet, 0) for packet in (64, 512) for address in (0x01, 0x82)
    ]


def test_what_functionfs_is_told() -> None:
    """linux/usb/functionfs.h: magic 3, its own length, full and high speed, four descriptors each; then the strings."""
    told = write_descriptors(PinSupport.VERIFY_AND_MODIFY)
    assert (told[:4], int.from_bytes(told[4:8], "little"), told[8]) == (b"\3\0\0\0", len(told), 3)
    assert [int.from_bytes(told[at : at + 4], "little") for at in (12, 16)] == [4, 4]
    assert write_strings()[16:18] == b"\x09\x04"


# The image


def test_an_image_has_its_files_by_their_names() -> None:
    files = {"e-secure.exe": bytes(5000), "autorun.inf": b"[autorun]\r\nopen=e-secure.exe\r\n", "Lisez-moi.txt": b"x"}
    image = build_image(files)
    disc = pycdlib.PyCdlib()
    disc.open_fp(BytesIO(image))
    for name, content in files.items():
        out = BytesIO()
        disc.get_file_from_iso_fp(out, joliet_path=f"/{name}")
        assert out.getvalue() == content
    disc.close()
    assert (len(image) % 2048, len(image) >= 300 * 2048) == (0, True)


def test_the_same_files_are_the_same_image(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"file {number}": bytes((number,)) for number in range(90)}
    images = []
    for moment in (1_000_000_000.0, 1_700_000_000.0):
        monkeypatch.setattr("time.time", lambda moment=moment: moment)
        images.append(build_image(files))
    assert images[0] == images[1]


def test_without_pycdlib_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycdlib", None)
    with pytest.raises(UsbDeviceError, match=r"pycdlib is needed .*\[key\]"):
        build_image({})


def test_files_that_cannot_be_read_or_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "below").mkdir()
    assert read_files(tmp_path) == {"a": b"a"}
    with pytest.raises(UsbDeviceError, match="cannot read"):
        read_files(tmp_path / "absent")
    monkeypatch.setattr(drive, "LARGEST_IMAGE", 1)
    with pytest.raises(UsbDeviceError, match="more than"):
        build_image({"a": b"ab"})


# What USBGuard is told of it

RULE = re.compile(
    r'allow id [0-9a-f]{4}:[0-9a-f]{4} (?:serial "[^"]*" )?name "[^"]*" with-interface equals '
    r"\{(?: [0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2})+ \}"
)
"""usbguard-rules.conf(5); usbguard-rule-parser 1.1.2 of Debian takes the lines below, and says them again."""


def test_usbguard_lets_this_device_in_and_none_that_has_another_interface(tree: ConfigTreeTwin, image: Path) -> None:
    allowed, refused = write_rules(IDENTITY, with_disc=True)
    assert allowed == (
        'allow id 1209:0001 serial "588923487" name "e-secure" with-interface equals { 08:06:50 0b:00:00 }'
    )
    assert refused == "reject id 1209:0001"
    raise_gadget(tree, IDENTITY, image)
    assert list(tree.links.values()) == ["functions/mass_storage.0", "functions/ffs.esecure"], "in this order"
    assert tree.values["strings/0x409/product"] == "e-secure"
    own = describe_interface(PinSupport.VERIFY_AND_MODIFY, 64)[5:8]
    assert own.hex(":") == "0b:00:00"
    for identity, with_disc in ((UsbIdentity(0x1209, 1, "0"), False), (IDENTITY, True)):
        assert RULE.fullmatch(write_rules(identity, with_disc=with_disc)[0])
    bare = write_rules(UsbIdentity(0x1209, 1, "0", name='a "b" \\'), with_disc=False)[0]
    assert bare == 'allow id 1209:0001 name "a \\"b\\" \\\\" with-interface equals { 0b:00:00 }'


def test_the_rule_is_printed_by_the_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "key.toml"
    config.write_text('[key]\nusb_vendor = 0x1209\nusb_product = 0x0001\ndrive = "/var/lib/sesame/e-secure.iso"\n')
    assert main(["key", "usbguard", "--serial", "588923487", "--config", str(config)]) == 0
    said = capsys.readouterr()
    assert (tuple(said.out.splitlines()), said.err) == (write_rules(IDENTITY, with_disc=True), "")
    assert main(["key", "usbguard", "--config", str(config)]) == 0
    said = capsys.readouterr()
    assert "serial" not in said.out
    assert said.err == "Without --serial every key with this number passes.\n"
