"""Where the parts of a reader are chosen, by its configuration. `device.simulated` chooses the twins.

Hardware libraries are imported by the parts that use them, so that a reader pays only for its own.
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
from drivers.ports import CardSlot, Source
from drivers.power.gauge import KINDS, BatteryMonitor, LateBus, Thresholds
from drivers.power.supply import Off, OffMode, SoftLatch, StayAsleep, Supply, SystemOff
from drivers.slot.card_switch import card_switch
from drivers.sound import GpioSound
from sesame_core.events import Event, Key, KeyPressed, Millis
from sesame_core.reader.state import Rules


def rules_of(config: Config) -> Rules:
    """The reader's rules."""
    least, most = config.reader.pin_digits
    language = None if config.reader.language == "auto" else config.reader.language
    return Rules(pin_least=least, pin_most=most, language=language)


def compose_board(config: Config, power_off: Callable[[], None], others: Sequence[Source] = ()) -> Board:
    """The configured reader on this machine's hardware. Parts are claimed by the loop's start, not here.

    `power_off` asks the system to power off, where that is what off means.

    Raises DriverError for what cannot be had on this machine at all.
    """
    from drivers.gpio.factory import Backend, look_at_machine, open_pins  # noqa: PLC0415 - only where there are pins
    from drivers.slot.pcsc import PcscSlot  # noqa: PLC0415 - PC/SC, only where there is a slot

    pins = open_pins(Backend(config.gpio.library), look_at_machine())
    slot = PcscSlot(reader_of(config), exclusive=config.slot.exclusive)
    return Board(
        MonotonicClock(),
        keypad_of(config, pins),
        slot,
        real_display(config, pins),
        Supply(way_of(config, pins, power_off), _monitor(config)),
        sound_of(config, pins),
        others=(*others, *switches_of(config, pins, slot)),
    )


def keypad_of(config: Config, pins: Pins, settle: Settle = settle_briefly) -> ScannedKeypad:
    """The matrix, or the buttons where the configuration lists any."""
    if config.keypad.buttons:
        return button_keypad(pins, dict(config.keypad.buttons))
    return matrix_keypad(pins, config.layout, settle=settle)


def switches_of(config: Config, pins: Pins, slot: CardSlot) -> Sequence[Source]:
    """The slot's switch tells a pulled card sooner than PC/SC does; the supply's button is one more Off key."""
    switches = []
    if config.slot.card_switch:
        switches.append(card_switch(pins, config.slot.card_switch_gpio, slot))
    if config.power.button:
        switches.append(GpioSwitch(pins, config.power.button_gpio, "power button", closed=_off_pressed))
    return switches


def _off_pressed(at: Millis) -> Event:
    return KeyPressed(at, Key.OFF)


def sound_of(config: Config, pins: Pins) -> GpioSound:
    """Buzzer and light, as far as they are wanted."""
    wanted = config.sound
    return GpioSound(pins, wanted.buzzer_gpio if wanted.buzzer else None, wanted.light_gpio if wanted.light else None)


def reader_of(config: Config) -> str | int | None:
    """Which smart-card reader: a number, a part of a name, or None for any."""
    from drivers.slot.pcsc_card import reader_named  # noqa: PLC0415 - PC/SC, only where there is a slot

    return reader_named(config.slot.reader)


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


def _monitor(config: Config) -> BatteryMonitor | None:
    wanted = config.power
    if wanted.gauge == "none":
        return None
    gauge = KINDS[wanted.gauge](LateBus(config.i2c.bus), wanted.gauge_address)
    return BatteryMonitor(gauge, thresholds_of(config))


def thresholds_of(config: Config) -> Thresholds:
    """When the battery is low, and when too low to begin."""
    return Thresholds(low=config.power.low, critical=config.power.critical)
