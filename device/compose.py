"""Where the parts of the front are chosen, by the configuration: what every appliance has. `device.reader.compose` adds
what is the reader's own, `device.simulated` chooses the twins.

Hardware libraries are imported by the parts that use them, so that an appliance pays only for its own.
"""

from collections.abc import Callable, Sequence

from device.config import Config
from device.displays import real_display
from device.loop import Board
from drivers.clock import MonotonicClock
from drivers.gpio.pins import Pins
from drivers.gpio.switch import GpioSwitch
from drivers.keypad.buttons import button_keypad
from drivers.keypad.matrix import Settle, matrix_keypad, settle_briefly
from drivers.keypad.scan import ScannedKeypad
from drivers.ports import Source
from drivers.power.gauge import KINDS, BatteryMonitor, LateBus, Thresholds
from drivers.power.supply import Off, OffMode, SoftLatch, StayAsleep, Supply, SystemOff
from drivers.sound import GpioSound
from sesame_core.events import Event, Key, KeyPressed, Millis


def open_header(config: Config) -> Pins:
    """The pins of this machine's header, by the configured library. Raises DriverError where there is none."""
    from drivers.gpio.factory import Backend, look_at_machine, open_pins  # noqa: PLC0415 - only where there are pins

    return open_pins(Backend(config.gpio.library), look_at_machine())


def compose_board(config: Config, pins: Pins, power_off: Callable[[], None], others: Sequence[Source] = ()) -> Board:
    """The configured front on this machine's hardware, the same for every appliance. Claimed by the loop's start.

    Raises DriverError for what cannot be had on this machine at all.
    """
    return Board(
        MonotonicClock(),
        keypad_of(config, pins),
        real_display(config, pins),
        Supply(way_of(config, pins, power_off), _fit_monitor(config)),
        sound_of(config, pins),
        others=(*others, *power_button(config, pins)),
    )


def keypad_of(config: Config, pins: Pins, settle: Settle = settle_briefly) -> ScannedKeypad:
    """The matrix, or the buttons where the configuration lists any."""
    if config.keypad.buttons:
        return button_keypad(pins, dict(config.keypad.buttons))
    return matrix_keypad(pins, config.layout, settle=settle)


def power_button(config: Config, pins: Pins) -> Sequence[Source]:
    """The supply's button is one more Off key."""
    wanted = config.power
    return (GpioSwitch(pins, wanted.button_gpio, "power button", closed=_off_pressed),) if wanted.button else ()


def _off_pressed(at: Millis) -> Event:
    return KeyPressed(at, Key.OFF)


def sound_of(config: Config, pins: Pins) -> GpioSound:
    """Buzzer and light, as far as they are wanted."""
    wanted = config.sound
    return GpioSound(pins, wanted.buzzer_gpio if wanted.buzzer else None, wanted.light_gpio if wanted.light else None)


def way_of(config: Config, pins: Pins, power_off: Callable[[], None]) -> OffMode:
    """What off means."""
    match Off(config.power.off):
        case Off.LATCH:
            return SoftLatch(pins, config.power.latch)
        case Off.SYSTEM:
            return SystemOff(power_off)
        case Off.ASLEEP:
            return StayAsleep()


def gauge_address(config: Config) -> int:
    """The I2C address of the configured gauge; 0 where there is none."""
    kind = KINDS.get(config.power.gauge)
    return 0 if kind is None else config.power.gauge_address or kind.own_address


def _fit_monitor(config: Config) -> BatteryMonitor | None:
    wanted = config.power
    if wanted.gauge == "none":
        return None
    gauge = KINDS[wanted.gauge](LateBus(config.i2c.bus), wanted.gauge_address)
    return BatteryMonitor(gauge, thresholds_of(config))


def thresholds_of(config: Config) -> Thresholds:
    """When the battery is low, and when too low to begin."""
    return Thresholds(low=config.power.low, critical=config.power.critical)
