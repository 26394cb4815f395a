"""Where the parts of a reader are chosen: the only place that knows real parts and twins by name.

Hardware libraries are imported by the parts that use them, so that a reader pays only for its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from device.config import Config
from device.loop import Board
from drivers.battery_gauge import BatteryMonitor, Ina219, Max17048, Thresholds, open_bus
from drivers.battery_twin import GaugeBusTwin
from drivers.board_twin import BoardTwin, Bounce
from drivers.clock import MonotonicClock
from drivers.display_twin import DisplayTwin
from drivers.gpio_pins import Pins
from drivers.gpio_switch import GpioSwitch
from drivers.gpio_zero import GpiozeroPins
from drivers.keypad_buttons import button_keypad
from drivers.keypad_matrix import Settle, matrix_keypad, settle_briefly
from drivers.keypad_scan import ScannedKeypad
from drivers.oled_panels import Panel, panel
from drivers.ports import Clock, Display, Notify, Source
from drivers.power_supply import Off, SoftLatch, StayAsleep, Supply, SystemOff, Way
from drivers.slot_twin import Latency, TwinSlot, instant
from drivers.sound_patterns import GpioSound
from sesame_core.events import CardAbsent, Event, Key, KeyPressed, Millis
from sesame_core.state import Rules

SIMULATED_GAUGE_EVERY: Millis = 1000
"""A simulated battery is looked at more often than a real one, so that who changes it sees what comes of it."""


HEADER_I2C = 1
"""/dev/i2c-1: GPIO2 and 3 on every Pi with 40 pins."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A board of twins: the real drivers on simulated pins and bytes, and the hands and eyes to use it."""

    board: Board
    hardware: BoardTwin
    slot: TwinSlot
    display: DisplayTwin
    battery: GaugeBusTwin


class Physics:
    """The board twin's contacts move by themselves: a `Source` that lets them, and has no events of its own."""

    def __init__(self, hardware: BoardTwin) -> None:
        self._hardware = hardware

    def start(self, notify: Notify) -> None:
        """Nothing to claim."""

    def due(self) -> Millis | None:
        """When a contact moves next."""
        return self._hardware.due()

    def poll(self, now: Millis) -> Sequence[Event]:
        """Let contacts move up to `now`."""
        self._hardware.advance(now)
        return ()

    def close(self) -> None:
        """Nothing to let go of."""


def rules_of(config: Config) -> Rules:
    """The reader's rules."""
    least, most = config.reader.pin_digits
    language = None if config.reader.language == "auto" else config.reader.language
    return Rules(pin_least=least, pin_most=most, language=language)


def panel_of(config: Config) -> Panel:
    """The panel that is configured. Raises DisplayError for one that does not exist."""
    return panel(config.display.controller, 128, config.display.height)


def simulated(  # noqa: PLR0913 - each is a property of the simulated world, and has its usual value
    config: Config,
    clock: Clock,
    latency: Latency = instant,
    *,
    power_on_time: Millis = 0,
    bounce: Bounce | None = None,
    others: Sequence[Source] = (),
) -> Simulated:
    """The configured reader on a simulated board. `others`: hands that act on it, polled with its physics."""
    hardware = BoardTwin(clock, config.layout, buttons=dict(config.keypad.buttons) or None, bounce=bounce)
    slot = TwinSlot(latency=latency, power_on_time=power_on_time)
    spi = hardware.factory if config.display.bus == "spi" else None
    wired = config.display
    display = DisplayTwin(panel_of(config), rotation=wired.rotation, contrast=wired.contrast, spi=spi)
    gauge, monitor = _simulated_battery(config)
    board = Board(
        clock,
        keypad_of(config, hardware.pins, _at_once),
        slot,
        display,
        Supply(_way(config, hardware.pins, _ignored), monitor),
        sound_of(config, hardware.pins),
        others=(*others, Physics(hardware), *switches_of(config, hardware.pins)),
    )
    return Simulated(board, hardware, slot, display, gauge)


def real(config: Config, power_off: Callable[[], None], others: Sequence[Source] = ()) -> Board:
    """The configured reader on this machine's hardware. Parts are claimed by the loop's start, not here.

    `power_off` asks the system to power off, where that is what off means.

    Raises DriverError for what cannot be had on this machine at all.
    """
    from drivers.gpio_factory import Backend, look, open_pins  # noqa: PLC0415 - only where there are pins
    from drivers.slot_pcsc import PcscSlot  # noqa: PLC0415 - PC/SC, only where there is a slot

    pins = open_pins(Backend(config.keypad.pins), look())
    return Board(
        MonotonicClock(),
        keypad_of(config, pins),
        PcscSlot(reader_of(config), exclusive=config.slot.exclusive),
        real_display(config, pins),
        Supply(_way(config, pins, power_off), _monitor(config)),
        sound_of(config, pins),
        others=(*others, *switches_of(config, pins)),
    )


def keypad_of(config: Config, pins: Pins, settle: Settle = settle_briefly) -> ScannedKeypad:
    """The matrix, or the buttons where the configuration lists any."""
    if config.keypad.buttons:
        return button_keypad(pins, dict(config.keypad.buttons))
    return matrix_keypad(pins, config.layout, settle=settle)


def switches_of(config: Config, pins: Pins) -> Sequence[Source]:
    """The slot's switch tells a pulled card sooner than PC/SC does; the supply's button is one more Off key."""
    switches = []
    if config.slot.card_switch:
        switches.append(GpioSwitch(pins, config.slot.card_switch_pin, "card switch", opened=CardAbsent))
    if config.power.button:
        switches.append(GpioSwitch(pins, config.power.button_pin, "power button", closed=_off_pressed))
    return switches


def _off_pressed(at: Millis) -> Event:
    return KeyPressed(at, Key.OFF)


def sound_of(config: Config, pins: Pins) -> GpioSound:
    """Buzzer and light, as far as they are wanted."""
    wanted = config.sound
    return GpioSound(pins, wanted.buzzer_pin if wanted.buzzer else None, wanted.light_pin if wanted.light else None)


def real_display(config: Config, pins: Pins | None = None) -> Display:
    """The configured display; alone, without the header's `pins`, for who only has to make it dark."""
    from drivers.display_luma import LumaDisplay  # noqa: PLC0415 - luma, only where there is a display
    from drivers.oled_bus import I2cBus, SpiBus  # noqa: PLC0415

    wired = config.display
    bus = (
        I2cBus(wired.port, wired.address)
        if wired.bus == "i2c"
        else SpiBus(wired.port, wired.spi_device, wired.dc, wired.reset, pins=_gpiozero(pins))
    )
    return LumaDisplay(bus, panel_of(config), rotation=wired.rotation, contrast=wired.contrast)


def _gpiozero(pins: Pins | None) -> Any:  # noqa: ANN401 - gpiozero has no types
    """The factory that luma shares with the keypad; None lets it find one itself."""
    return pins.factory if isinstance(pins, GpiozeroPins) else None


def reader_of(config: Config) -> str | int | None:
    """Which smart-card reader: a number, a part of a name, or None for any."""
    name = config.slot.reader
    return int(name) if name.isdigit() else name or None


def gauge_port(config: Config) -> int:
    """The I2C bus of the gauge: the display's, or the header's where the display is on SPI."""
    return config.display.port if config.display.bus == "i2c" else HEADER_I2C


def _way(config: Config, pins: Pins, power_off: Callable[[], None]) -> Way:
    match Off(config.power.off):
        case Off.LATCH:
            return SoftLatch(pins, config.power.latch)
        case Off.SYSTEM:
            return SystemOff(power_off)
        case Off.ASLEEP:
            return StayAsleep()


def _monitor(config: Config) -> BatteryMonitor | None:
    wanted = config.power
    if wanted.gauge == "none":
        return None
    bus = open_bus(gauge_port(config))
    gauge = (Max17048 if wanted.gauge == "max17048" else Ina219)(bus, wanted.gauge_address)
    return BatteryMonitor(gauge, _thresholds(config))


def _simulated_battery(config: Config) -> tuple[GaugeBusTwin, BatteryMonitor]:
    """A simulated reader always has a battery that can be used up: the configured gauge's, else a MAX17048's."""
    every = replace(_thresholds(config), every=SIMULATED_GAUGE_EVERY)
    if config.power.gauge == "ina219":
        bus = GaugeBusTwin(0x40)
        return bus, BatteryMonitor(Ina219(bus), every)
    bus = GaugeBusTwin()
    return bus, BatteryMonitor(Max17048(bus), every)


def _thresholds(config: Config) -> Thresholds:
    return Thresholds(low=config.power.low, critical=config.power.critical)


def _ignored() -> None:
    """A simulated system stays on."""


def _at_once() -> None:
    """Simulated wires follow at once."""
