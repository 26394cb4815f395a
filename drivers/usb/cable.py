"""The port to the computer: what comes down the cable, and the way back."""

from dataclasses import dataclass, field
from typing import Protocol

from drivers.ports import Source
from sesame_core.events import Event


class CableUp(Event):
    """A computer has configured the device (USB 2.0, 9.4.7)."""

    __slots__ = ()


class CableDown(Event):
    """It is gone: pulled, reset, suspended, or the device was taken away from it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PacketCame(Event):
    """One packet of the bulk-OUT endpoint, whose packets have `size` bytes."""

    packet: bytes = field(repr=False)
    size: int


@dataclass(frozen=True, slots=True)
class AbortCame(Event):
    """The class request ABORT (CCID Rev 1.1, 5.3.1)."""

    slot: int
    sequence: int


class DriveEjected(Event):
    """The computer has ejected the CD-ROM (SCSI START STOP UNIT)."""

    __slots__ = ()


class UsbCable(Source, Protocol):
    """A computer at the other end. Its events: CableUp, CableDown, PacketCame, AbortCame, DriveEjected."""

    def send_reply(self, raw: bytes) -> None:
        """Give a message to the bulk-IN endpoint. Returns at once; where nobody takes it, it is dropped with the
        computer."""
        ...
