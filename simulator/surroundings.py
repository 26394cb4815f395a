"""A simulated machine for the self-test: the simulated board, in a Raspberry Pi that can have any fault."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bank import gallery
from device import compose
from device.config import Config, ConfigError
from device.selftest.world import Access, Connection
from drivers.battery_gauge import Max17048
from drivers.clock import SteppedClock
from drivers.display_twin import ADDRESS, DisplayTwin
from drivers.errors import DriverError, NoCardError
from drivers.gpio_factory import Machine
from drivers.gpio_pins import Pins
from drivers.pcsc_errors import CardMuteError, Code, failure
from drivers.ports import Clock, Display, Keypad
from drivers.ports import Sound as SoundPort
from drivers.slot_twin import Card
from sesame_core.apdu import Protocol
from sesame_core.events import Key, Millis

OTHER_ADDRESS: Final = ADDRESS + 1
PRESS: Final[Millis] = 100
ZERO: Final = Machine(
    model="Raspberry Pi Zero 2 W Rev 1.0",
    chips={0: "pinctrl-bcm2835"},
    modules=frozenset({"lgpio"}),
)
PI_5: Final = Machine(model="Raspberry Pi 5 Model B Rev 1.0", chips={4: "pinctrl-rp1"})


class Trouble(Enum):
    """What can be wrong with the simulated machine. The value is the name on the command line."""

    NOT_A_PI = "not-a-pi"
    RPIGPIO_ON_PI_5 = "rpigpio-on-pi-5"
    GPIO_CLASH = "gpio-clash"
    NO_GPIO_LIBRARY = "no-gpio-library"
    I2C_OFF = "i2c-off"
    NO_PERMISSION = "no-permission"
    BAD_CONFIGURATION = "bad-configuration"
    CLOCK_STANDS = "clock-stands"
    SERVICE_FAILED = "service-failed"
    SERVICE_RUNS = "service-runs"
    DISPLAY_ADDRESS = "display-address"
    DISPLAY_DEAD = "display-dead"
    KEY_DEAD = "key-dead"
    ROW_DEAD = "row-dead"
    PIN_TAKEN = "pin-taken"
    BATTERY_LOW = "battery-low"
    BATTERY_SILENT = "battery-silent"
    NO_PCSC = "no-pcsc"
    POLKIT = "polkit"
    NO_READER = "no-reader"
    NO_CARD = "no-card"
    MUTE_CARD = "mute-card"
    NO_APPLICATION = "no-application"


MACHINES: Final = {
    Trouble.NOT_A_PI: Machine(),
    Trouble.RPIGPIO_ON_PI_5: Machine(PI_5.model, PI_5.chips, frozenset({"RPi"}), distributions=frozenset({"rpi.gpio"})),
    Trouble.GPIO_CLASH: Machine(
        ZERO.model, ZERO.chips, frozenset({"RPi", "lgpio"}), distributions=frozenset({"rpi.gpio", "rpi-lgpio"})
    ),
    Trouble.NO_GPIO_LIBRARY: Machine(ZERO.model, ZERO.chips),
}
PCSC: Final = {Trouble.NO_PCSC: Code.NO_SERVICE, Trouble.POLKIT: Code.SECURITY_VIOLATION}
CARDS: Final = {Trouble.MUTE_CARD: "mute", Trouble.NO_APPLICATION: "no-cap"}


class SimulatedWorld:
    """A `World` (device.selftest.world) whose hands press every key that works, one after the other."""

    def __init__(self, trouble: Trouble | None = None, config: Config | None = None) -> None:
        self._trouble = trouble
        self._config = config or Config()
        self._clock = SteppedClock()
        self._parts = compose.simulated(self._config, self._clock)
        self._to_press: list[Key] = []
        self._released_at: Millis = 0

    def system(self) -> str:
        """Said to be simulated."""
        return "a simulated Raspberry Pi"

    def machine(self) -> Machine:
        """A Zero 2 W with lgpio, when all is well."""
        return MACHINES.get(self._trouble, ZERO) if self._trouble else ZERO

    def groups(self) -> frozenset[str]:
        """All that are needed, when all is well."""
        return frozenset() if self._trouble is Trouble.NO_PERMISSION else self.known_groups()

    def known_groups(self) -> frozenset[str]:
        """Raspberry Pi OS's."""
        return frozenset({"gpio", "i2c", "spi"})

    def access(self, device: str) -> Access:
        """Granted, when all is well."""
        if self._trouble is Trouble.I2C_OFF and "i2c" in device:
            return Access.ABSENT
        return Access.DENIED if self._trouble is Trouble.NO_PERMISSION else Access.GRANTED

    def config(self) -> Config:
        """The one given."""
        if self._trouble is Trouble.BAD_CONFIGURATION:
            raise ConfigError("/etc/sesame/reader.toml: display.height is 63; allowed is one of 64, 32")
        return self._config

    def clock(self) -> Clock:
        """Simulated time."""
        return self._clock

    def rest(self, ms: Millis) -> None:
        """Time passes, the hands go on."""
        if self._trouble is Trouble.CLOCK_STANDS:
            return
        self._clock.advance(ms)
        self._use_hands()
        self._parts.hardware.advance(self._clock.now())

    def service(self) -> str:
        """Not running, when all is well: its board is to be tested."""
        states = {Trouble.SERVICE_FAILED: "failed", Trouble.SERVICE_RUNS: "active"}
        return states.get(self._trouble, "inactive") if self._trouble else "inactive"

    def pins(self, config: Config) -> Pins:
        """The twin's header."""
        pins = self._parts.hardware.pins
        if self._trouble in (Trouble.NOT_A_PI, Trouble.NO_GPIO_LIBRARY):
            raise DriverError("the header cannot be reached: install lgpio (pip install 'sesame-reader[lgpio]')")
        if self._trouble is Trouble.PIN_TAKEN:
            pins.input(config.keypad.rows[0], "somebody else's")
        return pins

    def display(self, config: Config, pins: Pins | None) -> Display:
        """The twin, on its decoding bus."""
        if self._trouble is Trouble.DISPLAY_ADDRESS:
            return DisplayTwin(compose.panel_of(config), address=OTHER_ADDRESS)
        if self._trouble is Trouble.DISPLAY_DEAD:
            self._parts.display.traffic.die()
        return self._parts.display

    def i2c_answers(self, port: int) -> list[int]:
        """The display's own address, unless it is dead."""
        if self._trouble is Trouble.DISPLAY_ADDRESS:
            return [OTHER_ADDRESS]
        return [] if self._trouble is Trouble.DISPLAY_DEAD else [ADDRESS]

    def keypad(self, config: Config, pins: Pins) -> Keypad:
        """The real driver on the twin's pins; the hands begin to press."""
        self._to_press = [key for key in config.layout.keys.values() if key not in self._dead(config)]
        return compose.keypad_of(config, pins, lambda: None)

    def sound(self, config: Config, pins: Pins) -> SoundPort:
        """The real driver on the twin's pins."""
        return compose.sound_of(config, pins)

    def charge(self, config: Config) -> int | None:
        """A gauge at register level."""
        bus = self._parts.battery
        if self._trouble is Trouble.BATTERY_LOW:
            bus.percent = 7
        if self._trouble is Trouble.BATTERY_SILENT:
            bus.close()
        return Max17048(bus).charge()

    def readers(self) -> list[str]:
        """One, when all is well."""
        if self._trouble in PCSC:
            raise failure(PCSC[self._trouble], "SCardEstablishContext")
        return [] if self._trouble is Trouble.NO_READER else ["Simulated CCID reader 00 00"]

    def connect(self, config: Config) -> AbstractContextManager[Connection]:
        """A card of the gallery."""
        if self._trouble is Trouble.NO_CARD:
            raise NoCardError("no card is in the reader: insert one")
        name = CARDS.get(self._trouble, "bank-card") if self._trouble else "bank-card"
        return _connected(gallery.open_card(name))

    def _dead(self, config: Config) -> set[Key]:
        if self._trouble is Trouble.KEY_DEAD:
            return {Key.DIGIT_5}
        if self._trouble is Trouble.ROW_DEAD:
            row = config.keypad.rows[1]
            return {key for key in config.layout.keys.values() if row in config.layout.lines(key)}
        return set()

    def _use_hands(self) -> None:
        if self._to_press and self._clock.now() >= self._released_at + PRESS:
            self._parts.hardware.tap(self._to_press.pop(0), PRESS)
            self._released_at = self._clock.now() + PRESS


@dataclass
class _InProcess:
    """A virtual card as a `Connection`."""

    card: Card
    atr: bytes
    reader: str = "Simulated CCID reader 00 00"

    @property
    def protocol(self) -> Protocol:
        return Protocol(self.card.protocol)

    def exchange(self, apdu: bytearray) -> bytes:
        return self.card.transmit(bytes(apdu))


@contextmanager
def _connected(card: Card) -> Iterator[Connection]:
    atr = card.power_on()
    if not atr:
        raise CardMuteError("the card does not answer: clean its contacts, check that the chip is inside the reader")
    yield _InProcess(card, atr)
    card.power_off()
