"""The cable to a real computer: FunctionFS (Documentation/usb/functionfs.rst; linux/usb/functionfs.h).

Three threads, since its endpoints know neither poll(2) nor time. *Control* polls ep0, which is open without blocking: a
thread that sits in a read of ep0 keeps the kernel from taking the device away (seen with 6.1: the one who unbinds it
hangs). *Out* reads one packet at a time, only while a computer is there. *In* writes; what was for a computer that is
gone is dropped, known by its generation. Out and In end with the program: nothing but its end lets go of an endpoint.
"""

import errno
import fcntl
import os
import select
import struct
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from drivers.ports import Clock, Notify
from drivers.usb.cable import AbortCame, CableDown, CableUp, PacketCame
from drivers.usb.ccid import PinSupport
from drivers.usb.descriptors import HIGH_SPEED_PACKET, write_descriptors, write_strings
from drivers.usb.disc import DiscWatch
from drivers.usb.errors import UsbDeviceError
from sesame_core.events import Event, Millis

EVENT: Final = struct.Struct("<8sB3x")
"""usb_functionfs_event: the setup packet of a SETUP, the type."""

MOST_EVENTS: Final = 4

SETUP: Final = struct.Struct("<BBHHH")
CLASS_TO_INTERFACE: Final = 0x21
TO_HOST: Final = 0x80
ABORT: Final = 0x01
"""bRequest (CCID Rev 1.1, 5.3.1). The two others are for clocks and rates to choose from, and there are none."""

GET_DESCRIPTOR: Final = 0x80096782
"""FUNCTIONFS_ENDPOINT_DESC: _IOR('g', 130, struct usb_endpoint_descriptor), nine bytes of it."""
ENDPOINT: Final = struct.Struct("<BBBBHBxx")

PAUSE_S: Final = 0.05
TOLD_S: Final = 5.0
"""How long what ep0 has to tell may take to be told, on a machine that has much else to do."""


class BusEvent(IntEnum):
    """usb_functionfs_event_type."""

    BIND = 0
    UNBIND = 1
    ENABLE = 2
    DISABLE = 3
    SETUP = 4
    SUSPEND = 5
    RESUME = 6


GONE: Final = (BusEvent.UNBIND, BusEvent.DISABLE, BusEvent.SUSPEND)
THERE: Final = (BusEvent.ENABLE, BusEvent.RESUME)


def _leave_unbound() -> None:
    """Whoever raised the gadget binds it."""


class FunctionFsCable:
    """See UsbCable. `folder`: where the instance is mounted; `bind`: gives the device its controller, once the kernel
    knows what it is; `disc`: the CD-ROM's, where it has one."""

    def __init__(
        self,
        folder: Path,
        pin_support: PinSupport,
        clock: Clock,
        bind: Callable[[], None] = _leave_unbound,
        disc: DiscWatch | None = None,
    ) -> None:
        self._bind = bind
        self._disc = disc
        self._folder = folder
        self._pin_support = pin_support
        self._clock = clock
        self._lock = threading.Lock()
        self._come: deque[tuple[int, Event]] = deque()
        self._notify: Notify | None = None
        self._there = threading.Event()
        self._generation = 0
        self._served = 0
        self._owed: SimpleQueue[tuple[int, bytes]] = SimpleQueue()
        self._closed = False
        self._control = -1
        self._bell: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None

    def start(self, notify: Notify) -> None:
        """Tell the kernel what this device is; a controller may be bound from now on. Raises UsbDeviceError."""
        self._notify = notify
        try:
            self._control = os.open(self._folder / "ep0", os.O_RDWR | os.O_NONBLOCK)
            os.write(self._control, write_descriptors(self._pin_support))
            os.write(self._control, write_strings())
            out, into = (os.open(self._folder / name, os.O_RDWR) for name in ("ep1", "ep2"))
        except OSError as cause:
            self.close()
            why = os.strerror(cause.errno or 0)
            raise UsbDeviceError(
                f"cannot be the smart card in {self._folder} ({why}): sudo sesame key gadget up, for one program alone"
            ) from cause
        self._bell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = _begin("control", self._watch_control, self._control, self._bell[0])
        _begin("out", self._read_packets, out)
        _begin("in", self._write_replies, into)
        self._bind()

    def next_due(self) -> Millis | None:
        """When the disc is to be looked at; else only when notified."""
        return None if self._disc is None else self._disc.next_due()

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """What has come."""
        with self._lock:
            come = tuple(self._come)
            self._come.clear()
        if come:
            self._served = come[-1][0]
        events = [event for _, event in come]
        return events if self._disc is None else [*events, *self._watch_disc(self._disc, events, now)]

    def send_reply(self, raw: bytes) -> None:
        """See UsbCable. It is for the computer that was last told of: where that one has gone since, for nobody."""
        self._owed.put((self._served, raw))

    def close(self) -> None:
        """Watch no more. The device itself goes with the program, or when it is unbound."""
        self._there.clear()
        thread, self._thread = self._thread, None
        if thread is not None and self._bell is not None:
            os.write(self._bell[1], b"!")
            thread.join()
            for descriptor in self._bell:
                os.close(descriptor)
        self._closed = True
        self._there.set()
        control, self._control = self._control, -1
        if control >= 0:
            os.close(control)

    def _watch_disc(self, disc: DiscWatch, events: Sequence[Event], now: Millis) -> Sequence[Event]:
        for event in events:
            if isinstance(event, CableUp):
                disc.host_came(now)
            elif isinstance(event, CableDown):
                disc.host_left()
        return disc.poll_events(now)

    # Control

    def _watch_control(self, control: int, bell: int) -> None:
        """Until the bell rings."""
        poll = select.poll()
        poll.register(control, select.POLLIN)
        poll.register(bell, select.POLLIN)
        while not any(descriptor == bell for descriptor, _ in poll.poll()):
            with suppress(BlockingIOError):
                raw = os.read(control, EVENT.size * MOST_EVENTS)
                for setup, kind in EVENT.iter_unpack(raw):
                    self._take_bus_event(control, setup, kind)

    def _take_bus_event(self, control: int, setup: bytes, kind: int) -> None:
        if kind == BusEvent.SETUP:
            self._answer_request(control, setup)
        elif kind in THERE and not self._there.is_set():
            self._generation += 1
            self._tell(CableUp(self._clock.now()))
            self._there.set()
        elif kind in GONE and self._there.is_set() and not (kind == BusEvent.SUSPEND and self._is_let_go()):
            self._there.clear()
            self._generation += 1
            self._tell(CableDown(self._clock.now()))

    def _is_let_go(self) -> bool:
        """A computer that has ejected the disc may sleep and wake: that is no plug, and brings nothing back."""
        return self._disc is not None and self._disc.is_out

    def _answer_request(self, control: int, setup: bytes) -> None:
        """ABORT is acknowledged; whatever else is asked is stalled, by moving data the wrong way."""
        kind, request, value, _, _ = SETUP.unpack(setup)
        with suppress(OSError):
            if (kind, request) == (CLASS_TO_INTERFACE, ABORT):
                os.read(control, 0)
                self._tell(AbortCame(self._clock.now(), value & 0xFF, value >> 8))
            elif kind & TO_HOST:
                os.read(control, 0)
            else:
                os.write(control, b"")

    # Bulk

    def _read_packets(self, endpoint: int) -> None:
        """Until it is closed. Whatever the kernel says against it, it is asked again: a thread that ended would leave a
        key that hears nothing, and says nothing of it."""
        while self._there.wait() and not self._closed:
            try:
                size = _packet_size(endpoint)
                packet = os.read(endpoint, size)
            except OSError:
                self._rest_a_moment()
                continue
            if self._is_of_now():
                self._tell(PacketCame(self._clock.now(), packet, size))

    def _is_of_now(self) -> bool:
        """Whether a packet that was just read is of the computer that is there. A read waits while the endpoint is away
        and ends with the next computer's first packet, which may be read before ep0 has told of that computer: it has
        something to tell then. Where it has not, the packet's computer has gone since."""
        return self._there.is_set() or (_has_news(self._control) and self._there.wait(TOLD_S))

    def _write_replies(self, endpoint: int) -> None:
        """A reply that fills its last packet is ended by an empty one (USB 2.0, 5.8.3)."""
        while True:
            generation, raw = self._owed.get()
            if generation != self._generation:
                continue
            with suppress(OSError):
                os.write(endpoint, raw)
                if len(raw) % _packet_size(endpoint) == 0:
                    os.write(endpoint, b"")

    def _rest_a_moment(self) -> None:
        """The endpoint is not there (ESHUTDOWN): whoever says so comes by ep0 in a moment."""
        threading.Event().wait(PAUSE_S)

    def _tell(self, event: Event) -> None:
        with self._lock:
            self._come.append((self._generation, event))
        if self._notify is not None:
            self._notify()


def _has_news(control: int) -> bool:
    """Whether something waits to be read; never for a descriptor that is closed."""
    poll = select.poll()
    with suppress(OSError, ValueError):
        poll.register(control, select.POLLIN)
        return any(event & select.POLLIN for _, event in poll.poll(0))
    return False


def _packet_size(endpoint: int) -> int:
    """Of this endpoint at the speed it now has, in bytes; at high speed where nobody says."""
    try:
        raw = fcntl.ioctl(endpoint, GET_DESCRIPTOR, bytes(ENDPOINT.size))
    except OSError as gone:
        if gone.errno not in {errno.ENODEV, errno.EAGAIN, errno.ESHUTDOWN}:
            raise
        return HIGH_SPEED_PACKET
    size: int = ENDPOINT.unpack(raw)[4]
    return size or HIGH_SPEED_PACKET


def _begin(name: str, work: object, *arguments: int) -> threading.Thread:
    assert callable(work)
    thread = threading.Thread(target=work, args=arguments, name=f"sesame-usb-{name}", daemon=True)
    thread.start()
    return thread
