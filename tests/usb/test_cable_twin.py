"""The contract of the cable on its twin: the key's own loop and card, no kernel and no time."""

from collections.abc import Callable

import pytest

from drivers.usb.ccid import PinSupport
from drivers.usb.descriptors import FULL_SPEED_PACKET, HIGH_SPEED_PACKET, describe_interface
from drivers.usb.drive import build_image
from drivers.usb.twin import DriveTwin, HostTwin
from tests.key.desk import Desk
from tests.usb.contract import CONTRACT, CableBench

MASS_STORAGE = bytes((9, 4, 1, 0, 2, 8, 6, 80, 0))
"""The interface that the kernel's own function has."""


class TwinBench:
    """See CableBench."""

    def __init__(self, packet: int) -> None:
        self.desk = Desk(twin=lambda clock: HostTwin(clock, packet))
        self.desk.vault.check_pin(b"123456")
        self.drive = DriveTwin(build_image({"autorun.inf": b"[autorun]\r\n"}), "Coop@net e-secure")
        self.plug()

    def plug(self) -> None:
        """In."""
        self.drive.insert()
        self.desk.cable.plug()
        self.desk.stepper.settle()

    def send(self, raw: bytes) -> None:
        """See CableBench."""
        self.desk.cable.send(raw)
        self.desk.stepper.settle()

    def take(self) -> bytes:
        """See CableBench."""
        return self.desk.cable.replies.popleft()

    def abort(self, sequence: int) -> None:
        """See CableBench."""
        self.desk.cable.abort(0, sequence)
        self.desk.stepper.settle()

    def replug(self) -> None:
        """See CableBench."""
        self.desk.pull()
        self.desk.pass_time(1_000)
        self.plug()

    def eject(self) -> None:
        """See CableBench."""
        self.drive.do(b"\x1b\0\0\0\2\0")
        self.desk.cable.eject()
        self.desk.stepper.settle()
        self.until_shown("RETIRER LA CLÉ")

    def descriptors(self) -> bytes:
        """See CableBench."""
        return MASS_STORAGE + describe_interface(PinSupport.VERIFY_AND_MODIFY, HIGH_SPEED_PACKET)

    def read_disc(self, first: int, count: int) -> bytes:
        """See CableBench."""
        command = b"\x28\0" + first.to_bytes(4, "big") + b"\0" + count.to_bytes(2, "big") + b"\0"
        data = self.drive.do(command)
        assert data is not None
        return data

    def write_disc(self) -> bool:
        """See CableBench."""
        return self.drive.do(b"\x2a\0" + bytes(4) + b"\0\0\1\0") is not None

    def type_keys(self, keys: str) -> None:
        """See CableBench."""
        self.desk.press(keys)

    def until_shown(self, words: str) -> None:
        """See CableBench."""
        assert words in self.desk.shown


@pytest.fixture(scope="module", params=[HIGH_SPEED_PACKET, FULL_SPEED_PACKET])
def bench(request: pytest.FixtureRequest) -> TwinBench:
    return TwinBench(request.param)


@pytest.mark.xdist_group("cable-twin")
@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
def test_the_contract(bench: TwinBench, check: Callable[[CableBench], None]) -> None:
    check(bench)
    bench.replug()


def test_the_drive_answers_what_mounting_asks() -> None:
    drive = DriveTwin(build_image({}), "Coop@net e-secure")
    inquiry = drive.do(b"\x12\0\0\0\x24\0")
    assert inquiry is not None
    assert (inquiry[0], inquiry[1], inquiry[8:25]) == (5, 0x80, b"Coop@net e-secure")
    assert drive.do(b"\0" * 6) == b""
    capacity = drive.do(b"\x25" + bytes(9))
    assert capacity is not None
    assert int.from_bytes(capacity[:4], "big") + 1 >= 300
    assert drive.do(b"\x28\0" + (1 << 20).to_bytes(4, "big") + b"\0\0\1\0") is None
    assert drive.do(b"\x1b\0\0\0\2\0") == b""
    assert [drive.do(bytes((first,)) + bytes(9)) for first in (0x00, 0x25, 0x28)] == [None] * 3
