"""A simulated machine for the self-test: the simulated board, in a Raspberry Pi that can have any fault."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from bank.cards import gallery
from device import compose
from device.config import SYSTEM_FILE, Config, PowerConfig, merge_config
from device.displays import panel_of
from device.selftest.keys import wiring
from device.selftest.ports import Connection, DeviceAccess
from device.simulated import simulate_board
from drivers.clock import SteppedClock
from drivers.display.twin import ADDRESS, DisplayTwin
from drivers.errors import NoCardError
from drivers.gpio.factory import Backend, Libraries, Machine, load_gpiod, load_mock, open_pins
from drivers.gpio.pins import Pins
from drivers.gpio.rpi import RpiGpio
from drivers.keypad.matrix import Layout
from drivers.keypad.scan import ScannedKeypad
from drivers.ports import Clock, Display
from drivers.ports import Sound as SoundPort
from drivers.power.gauge import KINDS, TRIES, Max17048
from drivers.slot.pcsc_errors import CardMuteError, error_for
from drivers.slot.twin import SlotCard
from drivers.vault.twin import MemoryMedium
from sesame_core.events import Key, Millis
from sesame_core.smartcard.apdu import Protocol
from simulator.troubles import (
    ABSENT,
    CARDS,
    CONFIGS,
    HURT,
    LOWEST,
    MACHINES,
    MODULES,
    PCSC,
    SERVICES,
    SHUT,
    TURNED,
    VERSIONS,
    ZERO,
    Trouble,
)

if TYPE_CHECKING:
    from drivers.vault.tpm_sealer import TpmChip

READER: Final = "Simulated CCID reader 00 00"
PRESS: Final[Millis] = 100
WITH_GAUGE: Final = Config(power=PowerConfig(gauge="max17048"))

T = TypeVar("T")


class SimulatedWorld:
    """A `World` (device.selftest.ports) whose hands press every key that they are asked for."""

    def __init__(self, *troubles: Trouble, config: Config | None = None) -> None:
        self._troubles = frozenset(troubles)
        self._config = config or self._as(CONFIGS, WITH_GAUGE)
        self._clock = SteppedClock()
        self.parts = simulate_board(self._config, self._clock, ribbon=self._ribbon())
        if self._has(Trouble.DIODE_REVERSED):
            self.parts.hardware.reverse_diode(TURNED)
        self._to_press: list[Key] = []
        self.files: dict[str, str] = {}
        self.tpm: TpmChip | None = None
        self._released_at: Millis = 0

    def describe_system(self) -> str:
        """Said to be simulated."""
        return f"a simulated Raspberry Pi OS, Python {'.'.join(map(str, self.python_version()))}"

    def look_at_machine(self) -> Machine:
        """A Zero 2 W with lgpio, when all is well."""
        return self._as(MACHINES, ZERO)

    def python_version(self) -> tuple[int, int]:
        """bookworm's, or trixie's."""
        return (3, 13) if self._has(Trouble.NO_GPIO_LIBRARY_3_13) else (3, 11)

    def sees_system_packages(self) -> bool:
        """Yes, when all is well."""
        return not self._has(Trouble.NO_GPIO_LIBRARY_3_13)

    def has_module(self, module: str) -> bool:
        """All of them, when all is well."""
        return module not in {MODULES[each] for each in self._troubles if each in MODULES}

    def find_version(self, distribution: str) -> str | None:
        """The lowest that will do, when all is well."""
        return self._as(VERSIONS, {}).get(distribution, LOWEST.get(distribution))

    def install_extra(self, extra: str) -> str:
        """As one would type it in the project's folder."""
        return f"pip install '.[{extra}]' in the project's folder"

    def list_groups(self) -> frozenset[str]:
        """All that are needed, when all is well."""
        return frozenset() if self._has(*SHUT) else self.known_groups()

    def known_groups(self) -> frozenset[str]:
        """Raspberry Pi OS's; none on plain Debian."""
        return frozenset() if self._has(Trouble.NO_GROUPS) else frozenset({"gpio", "i2c", "spi"})

    def access(self, device: str) -> DeviceAccess:
        """Granted, when all is well."""
        chips = (
            {"/dev/gpiochip0"}
            if self._has(*SHUT)
            else {f"/dev/gpiochip{n}" for n in self.look_at_machine().chips or ()}
        )
        if device in self._as(ABSENT, ()) or (device.startswith("/dev/gpiochip") and device not in chips):
            return DeviceAccess.ABSENT
        return DeviceAccess.DENIED if self._has(*SHUT) else DeviceAccess.GRANTED

    def load_config(self) -> Config:
        """The one given."""
        if self._has(Trouble.BAD_CONFIGURATION):
            return merge_config({"display": {"height": 63}}, str(SYSTEM_FILE))
        return self._config

    def open_clock(self) -> Clock:
        """Simulated time."""
        return self._clock

    def let_rest(self, ms: Millis) -> None:
        """Time passes, the hands go on."""
        if self._has(Trouble.CLOCK_STANDS):
            return
        self._clock.advance(ms)
        self._use_hands()
        self.parts.hardware.advance(self._clock.now())

    def list_folder(self, path: str) -> Sequence[str]:
        """What stands in `files`."""
        below = f"{path}/"
        return sorted({each.removeprefix(below).partition("/")[0] for each in self.files if each.startswith(below)})

    def open_store(self, path: str) -> MemoryMedium:
        """The same, a letter a byte."""
        below = f"{path}/"
        kept = {each.removeprefix(below): text for each, text in self.files.items() if each.startswith(below)}
        return MemoryMedium({name: text.encode("latin-1") for name, text in kept.items()})

    def read_value(self, path: str) -> str:
        """The same."""
        return self.files.get(path, "")

    def ask_service(self) -> str:
        """Not running, when all is well: its board is to be tested."""
        return self._as(SERVICES, "inactive")

    def pcscd_options(self) -> Sequence[str]:
        """As Debian's unit starts it, when all is well."""
        return ["--foreground", "--auto-exit", *(["--apdu"] if self._has(Trouble.APDU_LOG) else [])]

    def open_pins(self, config: Config) -> Pins:
        """The twin's header, opened as the real one is."""
        libraries = Libraries(lambda _: self.parts.hardware.factory, load_gpiod, _no_rpi_gpio, load_mock)
        pins = open_pins(Backend(config.gpio.library), self.look_at_machine(), libraries)
        if self._has(Trouble.CARD_SWITCH_SHORT, Trouble.CARD_SWITCH_INVERTED):
            self.parts.hardware.card_switch(True)
        if self._has(Trouble.GPIO_TAKEN):
            pins.input(config.keypad.rows[0], "somebody else's")
        return pins

    def open_display(self, config: Config, pins: Pins | None) -> Display:
        """The twin, on its decoding bus."""
        if self._has(Trouble.DISPLAY_ADDRESS):
            return DisplayTwin(panel_of(config), address=ADDRESS + 1)
        if self._has(Trouble.DISPLAY_DEAD, Trouble.BUS_SILENT):
            self.parts.display.traffic.die()
        return self.parts.display

    def i2c_answers(self, port: int, addresses: Sequence[int]) -> list[int]:
        """The display's and the gauge's, unless they are dead."""
        if self._has(Trouble.BUS_SILENT):
            return []
        shown = ADDRESS + 1 if self._has(Trouble.DISPLAY_ADDRESS) else ADDRESS
        gauge = compose.gauge_address(self._config) or Max17048.own_address
        there = {gauge} if self._has(Trouble.DISPLAY_DEAD) else {gauge, shown}
        return [each for each in addresses if each in there]

    def open_keypad(self, config: Config, pins: Pins) -> ScannedKeypad:
        """The real driver on the twin's pins."""
        if self._has(Trouble.KEY_STUCK):
            self.parts.hardware.stick_key(HURT[Trouble.KEY_STUCK])
        return compose.keypad_of(config, pins, lambda: None)

    def ask(self, key: Key) -> None:
        """The finger goes to that key; a dead one tells nothing."""
        if key not in self._dead(self._config):
            self._to_press.append(key)

    def move_card(self, card_in: bool) -> None:
        """The hand does it, and the switch follows, if it is well."""
        if not self._has(Trouble.CARD_SWITCH_DEAD, Trouble.CARD_SWITCH_SHORT):
            self.parts.hardware.card_switch(card_in is not self._has(Trouble.CARD_SWITCH_INVERTED))

    def open_sound(self, config: Config, pins: Pins) -> SoundPort:
        """The real driver on the twin's pins."""
        return compose.sound_of(config, pins)

    def read_charge(self, config: Config) -> int | None:
        """A gauge at register level."""
        if config.power.gauge == "none":
            return None
        bus = self.parts.battery
        bus.percent = 7 if self._has(Trouble.BATTERY_LOW) else 100
        bus.failures = TRIES if self._has(Trouble.BATTERY_SILENT, Trouble.BUS_SILENT) else 0
        return KINDS[config.power.gauge](bus, config.power.gauge_address).read_charge()

    def open_tpm(self, config: Config) -> "TpmChip":
        """One that a test has fitted, or a fresh one."""
        from drivers.vault.tpm_twin import TpmTwin  # noqa: PLC0415 - few machines have one

        self.tpm = self.tpm or TpmTwin()
        return self.tpm

    def list_readers(self) -> list[str]:
        """One, when all is well."""
        for trouble in self._troubles & set(PCSC):
            raise error_for(PCSC[trouble], "SCardEstablishContext")
        return [] if self._has(Trouble.NO_READER) else [READER]

    def connect_card(self, config: Config) -> AbstractContextManager[Connection]:
        """A card of the gallery."""
        if self._has(Trouble.NO_CARD):
            raise NoCardError("no card is in the reader: insert one")
        return _connected(gallery.open_card(self._as(CARDS, "bank-card")))

    def _has(self, *troubles: Trouble) -> bool:
        return not self._troubles.isdisjoint(troubles)

    def _as(self, by_trouble: Mapping[Trouble, T], well: T) -> T:
        """What the first of its troubles makes of something that is `well` otherwise."""
        return next((value for trouble, value in by_trouble.items() if trouble in self._troubles), well)

    def _ribbon(self) -> Layout | None:
        """The pad's lines where the ribbon is not put in as drawn."""
        layout = self._config.layout
        rows, columns = layout.rows, layout.columns
        if self._has(Trouble.RIBBON_TURNED):
            return replace(layout, rows=columns[::-1], columns=rows[::-1])
        if self._has(Trouble.RIBBON_MIRRORED):
            return replace(layout, columns=columns[::-1])
        return None

    def _dead(self, config: Config) -> set[Key]:
        if self._has(Trouble.ROW_DEAD):
            return {key for key, lines in wiring(config).items() if config.keypad.rows[1] in lines}
        return {each for trouble, each in HURT.items() if self._has(trouble)}

    def _use_hands(self) -> None:
        if self._to_press and self._clock.now() >= self._released_at + PRESS:
            self.parts.hardware.tap_key(self._to_press.pop(0), PRESS)
            self._released_at = self._clock.now() + PRESS


def _no_rpi_gpio() -> RpiGpio:
    raise RuntimeError("This module can only be run on a Raspberry Pi!")


@dataclass
class _InProcess:
    """A virtual card as a `Connection`."""

    card: SlotCard
    atr: bytes
    reader: str = READER

    @property
    def protocol(self) -> Protocol:
        return Protocol(self.card.protocol)

    def exchange(self, apdu: bytearray) -> bytes:
        return self.card.transmit(bytes(apdu))


@contextmanager
def _connected(card: SlotCard) -> Iterator[Connection]:
    atr = card.power_on()
    if not atr:
        raise CardMuteError("the card does not answer: clean its contacts, check that the chip is inside the reader")
    yield _InProcess(card, atr)
    card.power_off()
