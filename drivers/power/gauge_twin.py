"""Twins of the fuel gauges at register level, on a bus that fails as I2C does."""

import errno
import os
from collections.abc import Callable
from itertools import pairwise

from drivers.power.gauge import DISCHARGE, KINDS, Max17048
from sesame_core.errors import UsageError
from sesame_core.events import Millis


class GaugeBusTwin:
    """An I2C bus with a MAX17048 or an INA219 on it, whichever can have that address, and one battery of `percent`."""

    def __init__(
        self,
        address: int = Max17048.own_address,
        percent: int = 100,
        let_pass: Callable[[Millis], None] | None = None,
    ) -> None:
        """`let_pass`: what a transfer that hangs does to the time."""
        if not any(address in kind.addresses for kind in KINDS.values()):
            raise UsageError("a MAX17048 is at 0x36, an INA219 at 0x40 to 0x4F")
        self._address = address
        self.percent = percent
        self.failures = 0
        self.takes: Millis = 0
        self._let_pass = let_pass
        self.reads = 0
        self.closed = False

    @property
    def millivolts(self) -> int:
        """The cell's voltage at this charge."""
        for (low, less), (high, more) in pairwise(DISCHARGE):
            if self.percent <= more:
                return low + (high - low) * (self.percent - less) // (more - less)
        return DISCHARGE[-1][0]

    def read_word_data(self, i2c_addr: int, register: int) -> int:
        """As SMBus gives it: low byte first of a chip that sends the high byte first. Raises OSError: nobody there
        (EREMOTEIO), or one of the next `failures` transfers, each of which takes `takes` ms."""
        self.reads += 1
        if self.closed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if i2c_addr != self._address:
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        if self.failures:
            self.failures -= 1
            if self._let_pass is not None:
                self._let_pass(self.takes)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        word = self._max17048(register) if i2c_addr in Max17048.addresses else self._ina219(register)
        return int.from_bytes(word.to_bytes(2, "big"), "little")

    def close(self) -> None:
        """No transfer works afterwards."""
        self.closed = True

    def _max17048(self, register: int) -> int:
        vcell = self.millivolts * 1_000_000 // 78_125
        return {0x02: vcell, 0x04: self.percent << 8 | 0x80, 0x08: 0x0012}.get(register, 0)

    def _ina219(self, register: int) -> int:
        conversion_ready = 0x02
        # The 4 mV steps round down: half a step more keeps the charge that was set.
        return {0x00: 0x399F, 0x02: (self.millivolts + 3) // 4 << 3 | conversion_ready}.get(register, 0)
