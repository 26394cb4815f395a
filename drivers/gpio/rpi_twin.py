"""The twin of the module RPi.GPIO 0.7.1 on a `Circuit`: the same calls, values, errors and warnings.

Its words are those of the C module, so that what a user reports can be looked up. It is an object to be passed where
the module would be; `faults` switches on what real machines do.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

from drivers.circuit import STIFF, Circuit, Drive
from drivers.header import HEADER

BY_HEADER_PIN = {pin: gpio for gpio, pin in HEADER.items()}
NO_BOUNCETIME = -666
FIXED_PULL_UPS = (2, 3)


@dataclass(frozen=True, slots=True)
class RpiFaults:
    """`no_edges`: kernels from 6.6 on refuse edge detection."""

    no_edges: bool = False


class RpiGpioTwin:
    """RPi.GPIO as an object. Callbacks run at the edge itself; the module's run in a thread of its own."""

    LOW, HIGH = 0, 1
    OUT, IN = 0, 1
    BOARD, BCM = 10, 11
    PUD_OFF, PUD_DOWN, PUD_UP = 20, 21, 22
    RISING, FALLING, BOTH = 31, 32, 33
    VERSION = "0.7.1"

    def __init__(self, circuit: Circuit, faults: RpiFaults | None = None) -> None:
        self._circuit = circuit
        self._faults = faults or RpiFaults()
        self._mode: int | None = None
        self._warn = True
        self._directions: dict[int, int] = {}
        self._watches: dict[int, tuple[int, int, Callable[[int], object] | None]] = {}
        circuit.listen_to(self._heard)

    def setmode(self, mode: int, /) -> None:
        """Choose BOARD or BCM numbers, once. Raises ValueError for another value or a change of mind."""
        if self._mode is not None and mode != self._mode:
            raise ValueError("A different mode has already been set!")
        if mode not in (self.BOARD, self.BCM):
            raise ValueError("An invalid mode was passed to setmode()")
        self._mode = mode

    def getmode(self) -> int | None:
        """The mode, None before `setmode`."""
        return self._mode

    def setwarnings(self, on: bool, /) -> None:
        """Whether RuntimeWarning is given."""
        self._warn = bool(on)

    def setup(self, channel: int, direction: int, pull_up_down: int | None = None, initial: int | None = None) -> None:
        """Claim a channel. Raises RuntimeError before `setmode`, ValueError for what cannot be."""
        gpio = self._gpio(channel)
        pull = self.PUD_OFF if pull_up_down is None else pull_up_down
        self._check_setup(direction, pull, initial)
        if gpio not in self._directions and self._circuit.drive_wire(gpio) in STIFF:
            self._warning(
                "This channel is already in use, continuing anyway.  Use GPIO.setwarnings(False) to disable warnings."
            )
        if direction == self.IN and pull != self.PUD_OFF and gpio in FIXED_PULL_UPS:
            self._warning("A physical pull up resistor is fitted on this channel!")
        self._directions[gpio] = direction
        self._apply(gpio, direction, pull, initial)

    def input(self, channel: int, /) -> int:
        """Read a channel. Raises RuntimeError for one that was not set up."""
        gpio = self._gpio(channel)
        if gpio not in self._directions:
            raise RuntimeError("You must setup() the GPIO channel first")
        return int(self._circuit.level_of(gpio))

    def output(self, channel: int, value: int, /) -> None:
        """Drive a channel. Raises RuntimeError for one that is not an output."""
        gpio = self._gpio(channel)
        if self._directions.get(gpio) != self.OUT:
            raise RuntimeError("The GPIO channel has not been set up as an OUTPUT")
        self._circuit.apply_levels(gpio, Drive.HIGH if value else Drive.LOW)

    def gpio_function(self, channel: int, /) -> int:
        """IN or OUT."""
        return self.OUT if self._circuit.drive_wire(self._gpio(channel)) in STIFF else self.IN

    def add_event_detect(
        self,
        channel: int,
        edge: int,
        callback: Callable[[int], object] | None = None,
        bouncetime: int = NO_BOUNCETIME,
    ) -> None:
        """Watch an input, once. Raises RuntimeError, ValueError, TypeError as the module does."""
        gpio = self._gpio(channel)
        self._check_watch(gpio, edge, callback, bouncetime)
        if gpio in self._watches:
            raise RuntimeError("Conflicting edge detection already enabled for this GPIO channel")
        if self._faults.no_edges:
            raise RuntimeError("Failed to add edge detection")
        self._watches[gpio] = (channel, edge, callback)

    def remove_event_detect(self, channel: int, /) -> None:
        """End watching; nothing happens for a channel that is not watched."""
        self._watches.pop(self._gpio(channel), None)

    def cleanup(self, channel: int | None = None) -> None:
        """Make one channel an input, or all that were set up here and forget the mode too."""
        if not self._directions:
            self._warning(
                "No channels have been set up yet - nothing to clean up!  "
                "Try cleaning up at the end of your program instead!"
            )
            return
        for gpio in list(self._directions) if channel is None else [self._gpio(channel)]:
            self._reset(gpio)
        if channel is None:
            self._mode = None

    def _reset(self, gpio: int) -> None:
        if self._directions.pop(gpio, None) is not None:
            self._watches.pop(gpio, None)
            self._circuit.apply_levels(gpio, Drive.FLOATING)

    def _gpio(self, channel: int) -> int:
        if self._mode is None:
            raise RuntimeError("Please set pin numbering mode using GPIO.setmode(GPIO.BOARD) or GPIO.setmode(GPIO.BCM)")
        numbers = BY_HEADER_PIN if self._mode == self.BOARD else {gpio: gpio for gpio in HEADER}
        if channel not in numbers:
            raise ValueError("The channel sent is invalid on a Raspberry Pi")
        return numbers[channel]

    def _check_setup(self, direction: int, pull: int, initial: int | None) -> None:
        if direction not in (self.IN, self.OUT):
            raise ValueError("An invalid direction was passed to setup()")
        if direction == self.OUT and pull != self.PUD_OFF:
            raise ValueError("pull_up_down parameter is not valid for outputs")
        if direction == self.IN and initial is not None:
            raise ValueError("initial parameter is not valid for inputs")
        if pull not in (self.PUD_OFF, self.PUD_UP, self.PUD_DOWN):
            raise ValueError("Invalid value for pull_up_down - should be either PUD_OFF, PUD_UP or PUD_DOWN")

    def _check_watch(self, gpio: int, edge: int, callback: object, bouncetime: int) -> None:
        if callback is not None and not callable(callback):
            raise TypeError("Parameter must be callable")
        if self._directions.get(gpio) != self.IN:
            raise RuntimeError("You must setup() the GPIO channel as an input first")
        if edge not in (self.RISING, self.FALLING, self.BOTH):
            raise ValueError("The edge must be set to RISING, FALLING or BOTH")
        if bouncetime <= 0 and bouncetime != NO_BOUNCETIME:
            raise ValueError("Bouncetime must be greater than 0")

    def _apply(self, gpio: int, direction: int, pull: int, initial: int | None) -> None:
        """An output set up without `initial` goes on with what its latch held: low until it was driven."""
        pulls = {self.PUD_OFF: Drive.FLOATING, self.PUD_UP: Drive.PULL_UP, self.PUD_DOWN: Drive.PULL_DOWN}
        if direction == self.IN:
            self._circuit.apply_levels(gpio, pulls[pull])
        elif initial is not None or self._circuit.drive_wire(gpio) not in STIFF:
            self._circuit.apply_levels(gpio, Drive.HIGH if initial else Drive.LOW)

    def _heard(self, wire: int, level: bool) -> None:
        channel, edge, callback = self._watches.get(wire, (wire, 0, None))
        wanted = (self.RISING, self.BOTH) if level else (self.FALLING, self.BOTH)
        if callback is not None and edge in wanted:
            callback(channel)

    def _warning(self, words: str) -> None:
        if self._warn:
            warnings.warn(words, RuntimeWarning, stacklevel=3)
