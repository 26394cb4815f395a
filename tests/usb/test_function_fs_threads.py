"""The cable's three threads against ends that we hold: ep0, OUT and IN as datagrams, each of which is one packet.

Documentation/usb/functionfs.rst and linux/usb/functionfs.h; on a real kernel: tests/uml.
"""

import errno
import os
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from types import SimpleNamespace

import pytest

from drivers.clock import SteppedClock
from drivers.usb import function_fs
from drivers.usb.cable import AbortCame, CableDown, CableUp, DriveEjected, PacketCame
from drivers.usb.ccid import PinSupport
from drivers.usb.config_twin import ConfigTreeTwin
from drivers.usb.descriptors import write_descriptors, write_strings
from drivers.usb.disc import DiscWatch
from drivers.usb.function_fs import FunctionFsCable
from drivers.usb.gadget import DRIVE_FILE, LEAST_SECTORS, UsbIdentity, raise_gadget
from drivers.usb.twin import SECTOR
from sesame_core.events import Event

BIND, UNBIND, ENABLE, DISABLE, SETUP, SUSPEND, RESUME = range(7)
"""usb_functionfs_event_type."""

LIMIT_S = 30.0
"""Reached only by a thread that does not do what it should."""

NOW = 1_234


class Kernel:
    """The other ends, and what else the driver asks the system: `moved` are transfers of nothing on ep0."""

    def __init__(self) -> None:
        self._pairs = {name: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for name in ("ep0", "ep1", "ep2")}
        for ours, _ in self._pairs.values():
            ours.settimeout(LIMIT_S)
        self.opened: list[tuple[str, bool]] = []
        self.moved: SimpleQueue[str] = SimpleQueue()
        self.size = 64
        self.trouble = 0
        self.asked = 0

    def open(self, path: Path, flags: int) -> int:
        assert flags & os.O_ACCMODE == os.O_RDWR
        self.opened.append((path.name, bool(flags & os.O_NONBLOCK)))
        descriptor = os.dup(self._pairs[path.name][1].fileno())
        os.set_blocking(descriptor, not flags & os.O_NONBLOCK)
        return descriptor

    def read(self, descriptor: int, size: int) -> bytes:
        if not size:
            self.moved.put("read")
        return os.read(descriptor, size)

    def write(self, descriptor: int, raw: bytes) -> int:
        if raw or os.get_blocking(descriptor):
            return os.write(descriptor, raw)
        self.moved.put("written")
        return 0

    def ioctl(self, descriptor: int, request: int, room: bytes) -> bytes:
        assert (request, len(room)) == (0x80096782, 9), "FUNCTIONFS_ENDPOINT_DESC"
        self.asked += 1
        if self.trouble:
            raise OSError(self.trouble, "")
        return struct.pack("<BBBBHBBB", 7, 5, 0x81, 2, self.size, 0, 0, 0)

    def tell(self, *kinds: int, setup: bytes = bytes(8)) -> None:
        self._pairs["ep0"][0].send(b"".join(setup + bytes((kind, 0, 0, 0)) for kind in kinds))

    def send(self, packet: bytes) -> None:
        self._pairs["ep1"][0].send(packet)

    def hear(self, endpoint: str = "ep2") -> bytes:
        return self._pairs[endpoint][0].recv(4096)

    def close(self) -> None:
        for pair in self._pairs.values():
            for end in pair:
                end.close()


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    kernel = Kernel()
    own = {"open": kernel.open, "read": kernel.read, "write": kernel.write}
    monkeypatch.setattr(function_fs, "os", SimpleNamespace(**{**vars(os), **own}))
    monkeypatch.setattr(function_fs, "fcntl", SimpleNamespace(ioctl=kernel.ioctl))
    yield kernel
    kernel.close()


class Device:
    """The cable as the loop has it: it waits until it is told, and looks."""

    def __init__(self, disc: DiscWatch | None = None) -> None:
        self.news: SimpleQueue[None] = SimpleQueue()
        self.bound: list[bool] = []
        clock = SteppedClock()
        clock.advance(NOW - clock.now())
        self.cable = FunctionFsCable(Path("ffs"), PinSupport.NONE, clock, lambda: self.bound.append(True), disc)

    def start(self) -> None:
        self.cable.start(lambda: self.news.put(None))

    def wait(self) -> list[Event]:
        self.news.get(timeout=LIMIT_S)
        return list(self.cable.poll_events(NOW))

    def hears_nothing_more(self) -> bool:
        with pytest.raises(Empty):
            self.news.get_nowait()
        return True


@pytest.fixture
def device(kernel: Kernel) -> Iterator[Device]:
    device = Device()
    device.start()
    assert kernel.hear("ep0") == write_descriptors(PinSupport.NONE)
    assert kernel.hear("ep0") == write_strings()
    yield device
    device.cable.close()


def test_the_kernel_is_told_first_and_bound_last(kernel: Kernel, device: Device) -> None:
    assert kernel.opened == [("ep0", True), ("ep1", False), ("ep2", False)]
    assert device.bound == [True]
    assert device.cable.next_due() is None
    device.cable.close()
    device.cable.close()


@pytest.mark.parametrize("comes", [ENABLE, RESUME])
@pytest.mark.parametrize("goes", [DISABLE, SUSPEND, UNBIND])
def test_a_computer_comes_and_goes_once(kernel: Kernel, device: Device, comes: int, goes: int) -> None:
    kernel.tell(BIND, comes)
    assert device.wait() == [CableUp(NOW)]
    kernel.tell(comes, ENABLE, goes)
    assert device.wait() == [CableDown(NOW)]
    kernel.tell(goes, UNBIND, BIND, comes)
    assert device.wait() == [CableUp(NOW)]
    assert device.hears_nothing_more()


def test_a_packet_comes_with_the_size_that_the_endpoint_has_now(kernel: Kernel, device: Device) -> None:
    kernel.tell(ENABLE)
    assert device.wait() == [CableUp(NOW)]
    kernel.send(b"\x62" + bytes(9))
    assert device.wait() == [PacketCame(NOW, b"\x62" + bytes(9), 64)]
    kernel.send(bytes(64))
    assert device.wait() == [PacketCame(NOW, bytes(64), 64)]


def test_a_reply_that_fills_its_last_packet_is_ended_by_an_empty_one(kernel: Kernel, device: Device) -> None:
    """USB 2.0, 5.8.3: else the computer waits for more."""
    kernel.tell(ENABLE)
    device.wait()
    for raw in (b"short", bytes(64), bytes(128), bytes(65)):
        device.cable.send_reply(raw)
        assert kernel.hear() == raw
        if not len(raw) % 64:
            assert kernel.hear() == b""
    device.cable.send_reply(b"the last")
    assert kernel.hear() == b"the last"


def test_a_reply_for_a_computer_that_has_gone_is_for_nobody(kernel: Kernel, device: Device) -> None:
    kernel.tell(ENABLE)
    device.wait()
    kernel.tell(DISABLE, ENABLE)
    device.news.get(timeout=LIMIT_S)
    device.news.get(timeout=LIMIT_S)
    device.cable.send_reply(b"for the first")
    assert list(device.cable.poll_events(NOW)) == [CableDown(NOW), CableUp(NOW)]
    device.cable.send_reply(b"for the second")
    assert kernel.hear() == b"for the second"


def request(kind: int, number: int, value: int = 0) -> bytes:
    return struct.pack("<BBHHH", kind, number, value, 0, 0)


def test_abort_is_acknowledged_and_told_with_slot_and_sequence(kernel: Kernel, device: Device) -> None:
    """CCID Rev 1.1, 5.3.1: bSlot is the low octet of wValue, bSeq the high one."""
    kernel.tell(SETUP, setup=request(0x21, 0x01, 0x0702))
    assert device.wait() == [AbortCame(NOW, 2, 7)]
    assert kernel.moved.get(timeout=LIMIT_S) == "read"


@pytest.mark.parametrize(
    ("kind", "number", "moved"),
    [
        (0xA1, 0x02, "read"),
        (0xA1, 0x03, "read"),
        (0x80, 0x06, "read"),
        (0x21, 0x02, "written"),
        (0x22, 0x01, "written"),
    ],
)
def test_what_else_is_asked_is_stalled_by_moving_data_the_wrong_way(
    kernel: Kernel, device: Device, kind: int, number: int, moved: str
) -> None:
    kernel.tell(SETUP, setup=request(kind, number))
    assert kernel.moved.get(timeout=LIMIT_S) == moved
    assert device.hears_nothing_more()


def test_the_size_of_packets_is_high_speeds_where_nobody_says(kernel: Kernel) -> None:
    assert function_fs._packet_size(0) == 64
    kernel.size = 0
    assert function_fs._packet_size(0) == 512
    kernel.size = 64
    for kernel.trouble in (errno.ENODEV, errno.EAGAIN, errno.ESHUTDOWN):
        assert function_fs._packet_size(0) == 512
    kernel.trouble = errno.EIO
    with pytest.raises(OSError, match=rf"Errno {errno.EIO}"):
        function_fs._packet_size(0)


def test_the_disc_is_in_for_each_computer_and_looked_at_while_one_is_there(kernel: Kernel, tmp_path: Path) -> None:
    image = tmp_path / "disc.iso"
    image.write_bytes(bytes(LEAST_SECTORS * SECTOR))
    tree = ConfigTreeTwin("udc")
    raise_gadget(tree, UsbIdentity(1, 2, "3"), image)
    device = Device(DiscWatch(tree, image))
    device.start()
    try:
        assert device.cable.next_due() is None
        tree.write_value(DRIVE_FILE, "")
        kernel.tell(ENABLE)
        assert device.wait() == [CableUp(NOW)]
        assert tree.read_value(DRIVE_FILE) == str(image)
        assert device.cable.next_due() == NOW + 1_000
        tree.write_value(DRIVE_FILE, "")
        assert list(device.cable.poll_events(NOW + 999)) == []
        assert list(device.cable.poll_events(NOW + 1_000)) == [DriveEjected(NOW + 1_000)]
        assert list(device.cable.poll_events(NOW + 2_000)) == [], "once"
        assert device.cable.next_due() == NOW + 3_000
        kernel.tell(SUSPEND, RESUME, SETUP, setup=struct.pack("<BBHHH", 0x21, 1, 9 << 8, 0, 0))
        assert device.wait() == [AbortCame(NOW, 0, 9)], "who sleeps after letting go has not put the key in again"
        kernel.tell(DISABLE)
        assert device.wait() == [CableDown(NOW)]
        assert device.cable.next_due() is None
        assert tree.read_value(DRIVE_FILE) == ""
        kernel.tell(ENABLE, SUSPEND)
        assert [*device.wait(), *device.wait()] == [CableUp(NOW), CableDown(NOW)], "with the disc in, it goes"
    finally:
        device.cable.close()


def test_an_endpoint_that_answers_strangely_is_asked_again(kernel: Kernel, device: Device) -> None:
    kernel.trouble = errno.ENOTTY
    kernel.tell(ENABLE)
    assert device.wait() == [CableUp(NOW)]
    while not kernel.asked:
        assert "sesame-usb-out" in {thread.name for thread in threading.enumerate()}
    kernel.trouble = 0
    kernel.send(b"\x62" + bytes(9))
    assert device.wait() == [PacketCame(NOW, b"\x62" + bytes(9), 64)]
