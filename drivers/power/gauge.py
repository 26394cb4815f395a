"""How full the battery is: fuel gauges on I2C, and what the reader is told of it.

A gauge's `charge` is in whole percent. `BatteryMonitor` asks rarely, only while the reader is awake, and speaks only
when a threshold is crossed; on the way up it wants `hysteresis` more, so that a resting battery does not flicker.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from drivers.errors import PowerError
from drivers.patience import Patience
from drivers.ports import Clock
from sesame_core.events import Battery, BatteryChanged, Event, Millis

log = logging.getLogger(__name__)

TRIES = 3
"""Transfers tried before a gauge counts as silent, as long as patience lasts."""


class WordBus(Protocol):
    """What is used of `smbus2.SMBus`."""

    def read_word_data(self, i2c_addr: int, register: int) -> int:
        """A register of two bytes, low byte first (SMBus 3.2, 6.5.5). Raises OSError."""
        ...

    def close(self) -> None:
        """Close the bus."""
        ...


class Gauge(Protocol):
    """Tells how full the battery is."""

    def read_charge(self) -> int:
        """0 to 100 %. Raises PowerError."""
        ...

    def close(self) -> None:
        """Let go of the bus. Never raises."""
        ...


class _OnBus:
    """A gauge's registers, which send the high byte first where SMBus has the low one."""

    name = "the gauge"
    own_address = 0
    addresses: tuple[int, ...] = ()
    """Where such a chip can be, by how its address pins are wired."""

    def __init__(self, bus: WordBus, address: int = 0, clock: Clock | None = None) -> None:
        """`address`: 0 for the chip's own. `clock`: on which patience runs; the system's own where none is given."""
        self._bus = bus
        self._patience = Patience(clock)
        self._address = address or self.own_address

    def close(self) -> None:
        """Close the bus."""
        try:
            self._bus.close()
        except OSError:
            return

    def _read_register(self, number: int) -> int:
        word = self._try_transfer(lambda: self._bus.read_word_data(self._address, number))
        return int.from_bytes(word.to_bytes(2, "little"), "big")

    def _try_transfer(self, transfer: Callable[[], int]) -> int:
        self._patience.begin()
        causes: list[OSError] = []
        while len(causes) < TRIES and not (causes and self._patience.over):
            try:
                return transfer()
            except OSError as cause:
                causes.append(cause)
        raise PowerError(
            f"{self.name} at 0x{self._address:02X} does not answer on I2C: check its wiring and address (i2cdetect)"
        ) from causes[-1]


class Max17048(_OnBus):
    """Maxim MAX17048 (data sheet 19-6171, "Registers"): SOC at 0x04, high byte in percent; one address."""

    name = "the battery gauge MAX17048"
    own_address = 0x36
    addresses = (0x36,)

    def read_charge(self) -> int:
        """0 to 100 %; the gauge itself may say a little more. Raises PowerError."""
        return min(100, self._read_register(0x04) >> 8)


class Ina219(_OnBus):
    """Texas Instruments INA219 (data sheet SBOS448, 8.6.3.2): bus voltage at 0x02, bits 15 to 3, 4 mV each; sixteen
    addresses (8.5.5.1).

    It knows only the voltage of one lithium cell, so the charge is read off a usual discharge curve.
    """

    name = "the battery monitor INA219"
    own_address = 0x40
    addresses = tuple(range(0x40, 0x50))

    def read_charge(self) -> int:
        """0 to 100 %, within about ten. Raises PowerError."""
        return charge_of((self._read_register(0x02) >> 3) * 4)


KINDS: Mapping[str, type[Max17048 | Ina219]] = {"max17048": Max17048, "ina219": Ina219}
"""The word in the configuration -> the gauge. What each is and where it can be is said there, and nowhere else."""


DISCHARGE = ((3_300, 0), (3_500, 5), (3_600, 12), (3_700, 30), (3_800, 55), (3_900, 72), (4_000, 84), (4_150, 100))
"""Millivolts of a resting lithium-ion cell -> percent."""


def charge_of(millivolts: int) -> int:
    """Percent by straight lines between the points of `DISCHARGE`."""
    if millivolts <= DISCHARGE[0][0]:
        return 0
    for (low, less), (high, more) in pairwise(DISCHARGE):
        if millivolts <= high:
            return less + (more - less) * (millivolts - low) // (high - low)
    return 100


class LateBus:
    """The header's I2C bus `number`, opened when first asked: a gauge that is not there must not stop a reader."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._bus: WordBus | None = None

    def read_word_data(self, i2c_addr: int, register: int) -> int:
        """Raises OSError, and PowerError while there is no such bus."""
        if self._bus is None:
            self._bus = open_bus(self._number)
        return self._bus.read_word_data(i2c_addr, register)

    def close(self) -> None:
        """Close it, if it was opened."""
        if self._bus is not None:
            self._bus.close()
            self._bus = None


def open_bus(number: int = 1) -> WordBus:
    """The header's I2C bus. Raises PowerError when it is not there."""
    from smbus2 import SMBus  # noqa: PLC0415 -- only readers with a gauge pay for it

    try:
        bus: WordBus = SMBus(number)
    except OSError as cause:
        raise PowerError(
            f"/dev/i2c-{number} cannot be opened: {cause}. "
            "Switch I2C on (dtparam=i2c_arm=on) and put the user in the group i2c"
        ) from cause
    return bus


@dataclass(frozen=True, slots=True)
class Thresholds:
    """In percent; `every` in milliseconds."""

    low: int = 20
    critical: int = 5
    hysteresis: int = 3
    every: Millis = 60_000

    def judge_charge(self, charge: int, before: Battery) -> Battery:
        """What `charge` means to a reader that was told `before`."""
        if charge <= self.critical + self._more(before, {Battery.CRITICAL}):
            return Battery.CRITICAL
        if charge <= self.low + self._more(before, {Battery.CRITICAL, Battery.LOW}):
            return Battery.LOW
        return Battery.GOOD

    def _more(self, before: Battery, below: set[Battery]) -> int:
        return self.hysteresis if before in below else 0


class BatteryMonitor:
    """Asks a gauge while the reader is awake. A gauge that fails is asked again later, never an error to the user."""

    def __init__(self, gauge: Gauge, thresholds: Thresholds | None = None) -> None:
        self._gauge = gauge
        self._thresholds = thresholds or Thresholds()
        self._told = Battery.GOOD
        self._next: Millis | None = None

    def wake_up(self) -> None:
        """Ask at the next poll, then every `every` ms."""
        if self._next is None:
            self._next = 0

    def fall_asleep(self) -> None:
        """Ask no more."""
        self._next = None

    def next_due(self) -> Millis | None:
        """When to ask next."""
        return self._next

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """BatteryChanged when a threshold was crossed since it was last told; it begins as GOOD."""
        if self._next is None or now < self._next:
            return ()
        self._next = now + self._thresholds.every
        battery = self._read_gauge()
        if battery is self._told:
            return ()
        self._told = battery
        return (BatteryChanged(now, battery),)

    def close(self) -> None:
        """Let go of the gauge."""
        self._next = None
        self._gauge.close()

    def _read_gauge(self) -> Battery:
        try:
            return self._thresholds.judge_charge(self._gauge.read_charge(), self._told)
        except PowerError as error:
            log.warning("battery: %s", error)
            return self._told
