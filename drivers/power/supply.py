"""What "off" means for this reader, and what can wake it: three ways, chosen by configuration.

`Supply` is the `Power` port over one way and, where there is one, a battery. The display is dark before `asleep` is
called: that is the loop's duty.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Final, Protocol

from drivers.errors import DriverError, PowerError
from drivers.gpio.pins import OutputLine, Pins
from drivers.ports import Notify
from drivers.power.gauge import BatteryMonitor
from sesame_core.events import Event, Millis


class Off(Enum):
    """The ways to be off; the value is the word in the configuration."""

    ASLEEP = "asleep"
    LATCH = "latch"
    SYSTEM = "system"


class WakeSource(Enum):
    """What can wake a reader."""

    KEY = "any key"
    CARD = "a card in the slot"
    CODE_KEY = "the Code key's second contact, on the latch"
    CARD_SWITCH = "the slot's switch, on the latch"
    POWER_BUTTON = "the power button"


WAKES: Final = MappingProxyType(
    {
        Off.ASLEEP: frozenset({WakeSource.KEY, WakeSource.CARD}),
        Off.LATCH: frozenset({WakeSource.CODE_KEY, WakeSource.CARD_SWITCH, WakeSource.POWER_BUTTON}),
        Off.SYSTEM: frozenset({WakeSource.CODE_KEY, WakeSource.CARD_SWITCH, WakeSource.POWER_BUTTON}),
    }
)
"""A halted Pi wakes by its own button (Pi 5, J2) or by GPIO3, which here is the display's SCL: so the button alone.
Where the kernel has let a latch cut the supply, its contacts wake it."""


class OffMode(Protocol):
    """One way to be off. Every method but `close` raises PowerError."""

    def start(self) -> None:
        """Claim what is needed; change nothing."""
        ...

    def fall_asleep(self) -> None:
        """The reader is dark: be off."""
        ...

    def wake_up(self) -> None:
        """The reader is used again."""
        ...

    def close(self) -> None:
        """Let go, without switching anything off. Never raises."""
        ...


class StayAsleep:
    """Nothing is cut: everything waits for an edge. Also the null twin."""

    def start(self) -> None:
        """Nothing to claim."""

    def fall_asleep(self) -> None:
        """Nothing to cut."""

    def wake_up(self) -> None:
        """Nothing to give back."""

    def close(self) -> None:
        """Nothing to let go."""


class SoftLatch:
    """A latch (Pololu pushbutton power switch, PiPower 3, ...) that cuts the supply when its OFF input goes high."""

    def __init__(self, pins: Pins, gpio: int) -> None:
        self._pins = pins
        self._gpio = gpio
        self._line: OutputLine | None = None

    def start(self) -> None:
        """Claim the pin, low."""
        try:
            self._line = self._pins.output(self._gpio, "power latch")
        except DriverError as cause:
            raise PowerError(
                f"the power latch cannot be used: {cause}. Where config.txt has dtoverlay=gpio-poweroff, the kernel "
                'holds this pin and cuts the supply itself: set off = "system" below [power]'
            ) from cause

    def fall_asleep(self) -> None:
        """High: the latch takes the supply away, and with it this program."""
        self._drive(True)

    def wake_up(self) -> None:
        """Low again: the latch is not fitted, or something else feeds the board."""
        self._drive(False)

    def close(self) -> None:
        """Leave the pin as an input: the latch's own resistor holds it low."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _drive(self, high: bool) -> None:
        if self._line is None:
            raise PowerError("the power latch was not started")
        try:
            self._line.drive(high)
        except DriverError as cause:
            raise PowerError(f"the power latch does not answer: {cause}") from cause


class SystemOff:
    """A clean power-off by the system. `power_off` asks for it and returns (exit status 10 under the unit)."""

    def __init__(self, power_off: Callable[[], None]) -> None:
        self._power_off = power_off
        self._asked = False

    def start(self) -> None:
        """Nothing to claim."""

    def fall_asleep(self) -> None:
        """Ask once."""
        if self._asked:
            return
        try:
            self._power_off()
        except OSError as cause:
            raise PowerError(f"the system does not power off: {cause}. Check the unit's rights") from cause
        self._asked = True

    def wake_up(self) -> None:
        """What was asked cannot be taken back; a refusal can be tried again."""
        self._asked = False

    def close(self) -> None:
        """Nothing to let go."""


class Supply:
    """The `Power` port (drivers.ports): BatteryChanged; raises PowerError."""

    def __init__(self, way: OffMode, battery: BatteryMonitor | None = None) -> None:
        self._way = way
        self._battery = battery

    def start(self, notify: Notify) -> None:
        """Claim what the way needs. Raises PowerError."""
        self._way.start()

    def next_due(self) -> Millis | None:
        """When the gauge is asked next; None while asleep."""
        return self._battery.next_due() if self._battery else None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """BatteryChanged when a threshold was crossed."""
        return self._battery.poll_events(now) if self._battery else ()

    def fall_asleep(self) -> None:
        """The reader has gone dark: be off in the configured way."""
        if self._battery:
            self._battery.fall_asleep()
        self._way.fall_asleep()

    def wake_up(self) -> None:
        """The reader is about to be used."""
        if self._battery:
            self._battery.wake_up()
        self._way.wake_up()

    def close(self) -> None:
        """Let go of everything; the supply stays as it is."""
        self._way.close()
        if self._battery:
            self._battery.close()
