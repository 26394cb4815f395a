"""The cable's twin, with a computer at its other end: it configures the device, speaks CCID and reads the CD-ROM.

Nothing here waits. `HostTwin` sends what it is told and keeps what comes back; whoever drives it lets the device's loop
run in between. A reply is taken only while the computer is there, as a controller does.
"""

import struct
from collections import deque
from collections.abc import Sequence
from typing import Final

from drivers.ports import Clock, Notify
from drivers.usb.cable import AbortCame, CableDown, CableUp, DriveEjected, PacketCame
from drivers.usb.descriptors import HIGH_SPEED_PACKET
from sesame_core.events import Event, Millis

SECTOR: Final = 2048


class HostTwin:
    """A `UsbCable` whose computer is whoever holds it. `packet`: the bulk endpoints' packets, in bytes."""

    def __init__(self, clock: Clock, packet: int = HIGH_SPEED_PACKET) -> None:
        self._clock = clock
        self._packet = packet
        self._coming: deque[Event] = deque()
        self._notify: Notify | None = None
        self.there = False
        self.replies: deque[bytes] = deque()
        self.lost = 0

    # As the device sees it

    def start(self, notify: Notify) -> None:
        """See Source."""
        self._notify = notify

    def next_due(self) -> Millis | None:
        """At once when something has come."""
        return self._coming[0].at if self._coming else None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """What has come."""
        come = tuple(self._coming)
        self._coming.clear()
        return come

    def close(self) -> None:
        """See Source."""
        self._notify = None

    def send_reply(self, raw: bytes) -> None:
        """See UsbCable."""
        if self.there:
            self.replies.append(raw)
        else:
            self.lost += 1

    # As the computer does it

    def plug(self) -> None:
        """Power, enumeration, configuration."""
        self.there = True
        self._tell(CableUp(self._clock.now()))

    def pull(self) -> None:
        """The cable is out: what was on its way is nobody's."""
        self.there = False
        self.replies.clear()
        self._tell(CableDown(self._clock.now()))

    def send(self, raw: bytes) -> None:
        """A message in packets, as a host's controller sends them: no empty one after a full last one."""
        for at in range(0, len(raw), self._packet):
            self._tell(PacketCame(self._clock.now(), raw[at : at + self._packet], self._packet))

    def abort(self, slot: int, sequence: int) -> None:
        """The class request ABORT."""
        self._tell(AbortCame(self._clock.now(), slot, sequence))

    def eject(self) -> None:
        """START STOP UNIT for the CD-ROM."""
        self._tell(DriveEjected(self._clock.now()))

    def _tell(self, event: Event) -> None:
        self._coming.append(event)
        if self._notify is not None:
            self._notify()


class DriveTwin:
    """The CD-ROM as a computer sees it: the SCSI commands that mounting needs (SPC-3, MMC-5), on an image."""

    def __init__(self, image: bytes, name: str) -> None:
        self._image = image
        self._name = name
        self.ejected = False

    def insert(self) -> None:
        """The key puts the disc in for each computer."""
        self.ejected = False

    def do(self, command: bytes) -> bytes | None:
        """The data of a command; None where it fails (CHECK CONDITION)."""
        match command[0]:
            case 0x00:  # TEST UNIT READY
                return None if self.ejected else b""
            case 0x12:  # INQUIRY: CD-ROM, removable, and who made it
                return bytes((0x05, 0x80, 0, 2, 31, 0, 0, 0)) + self._name.encode().ljust(28)[:28]
            case 0x1B:
                return self._start_or_stop(bool(command[4] & 1), bool(command[4] & 2))
            case 0x25 if not self.ejected:  # READ CAPACITY
                return struct.pack(">II", len(self._image) // SECTOR - 1, SECTOR)
            case 0x28 if not self.ejected:  # READ(10)
                return self._read(*struct.unpack(">I", command[2:6]), *struct.unpack(">H", command[7:9]))
        return None  # WRITE(10) too: it is a CD-ROM

    def _start_or_stop(self, start: bool, loej: bool) -> bytes | None:
        """START STOP UNIT: the kernel's function ejects by it, and loads nothing."""
        if not start:
            self.ejected = self.ejected or loej
            return b""
        return None if self.ejected else b""

    def _read(self, first: int, count: int) -> bytes | None:
        end = (first + count) * SECTOR
        return self._image[first * SECTOR : end] if end <= len(self._image) else None
