"""The page's key as a bench of the cable's contract: whoever sends messages does it in place of the simulated PC."""

import struct
import time
from contextlib import suppress
from queue import Empty
from typing import Final

from drivers.usb.ccid import PinSupport
from drivers.usb.descriptors import HIGH_SPEED_PACKET, describe_interface
from sesame_core.events import Key
from simulator.key.desk import KeyDesk

LIMIT_S: Final = 30.0
"""Reached only by a key that does not do what it should."""

NAMED: Final = {"O": Key.OK, "C": Key.CLEAR, "A": Key.OFF}


class PageBench:
    """See CableBench. Key, cable and drive are the page's own."""

    def __init__(self, desk: KeyDesk) -> None:
        self.desk = desk
        self.key = desk.key
        self.drive = desk.computer._drive
        self.replug()

    def send(self, raw: bytes) -> None:
        self.key.submit(lambda: self.key.cable.send(raw)).result(LIMIT_S)

    def take(self) -> bytes:
        return self.key.cable.arrived.get(timeout=LIMIT_S)

    def abort(self, sequence: int) -> None:
        self.key.submit(lambda: self.key.cable.abort(0, sequence)).result(LIMIT_S)

    def replug(self) -> None:
        self.key.submit(self.key.unplug).result(LIMIT_S)
        with suppress(Empty):
            while True:  # what was on its way, and that the cable is out
                self.key.cable.arrived.get_nowait()
        self.key.submit(self.key.plug).result(LIMIT_S)

    def eject(self) -> None:
        self.key.submit(self.key.cable.eject).result(LIMIT_S)
        self.until_shown("RETIRER LA CLÉ")

    def descriptors(self) -> bytes:
        return describe_interface(PinSupport.VERIFY_AND_MODIFY, HIGH_SPEED_PACKET)

    def read_disc(self, first: int, count: int) -> bytes:
        data = self.drive.do(struct.pack(">BBIBHB", 0x28, 0, first, 0, count, 0))
        assert data is not None
        return data

    def write_disc(self) -> bool:
        return self.drive.do(struct.pack(">BBIBHB", 0x2A, 0, 0, 0, 1, 0)) is not None

    def type_keys(self, keys: str) -> None:
        self.desk.press(tuple(NAMED.get(key) or Key(key) for key in keys))

    def until_shown(self, words: str) -> None:
        until = time.monotonic() + LIMIT_S
        while words not in self.key.submit(self.key.look_now).result(LIMIT_S).says:
            assert time.monotonic() < until, words
            time.sleep(0.01)
