"""The same reader on a board of twins: the real drivers on simulated pins and bus bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from device.compose import gauge_address, keypad_of, power_button, sound_of, thresholds_of, way_of
from device.config import Config, gpios_in_use
from device.displays import needs_pins, panel_of, spi_bus
from device.loop import Board
from device.reader.compose import slot_switch
from drivers.board_twin import BoardTwin, Bounce, Wires
from drivers.clock import pass_time
from drivers.display.twin import DisplayTwin, Soldered
from drivers.keypad.matrix import Layout
from drivers.ports import Clock, Notify, Source
from drivers.power.gauge import KINDS, BatteryMonitor, Max17048
from drivers.power.gauge_twin import GaugeBusTwin
from drivers.power.supply import Off, Supply
from drivers.slot.twin import Latency, TwinSlot, answer_at_once
from sesame_core.events import Event, Millis

SIMULATED_GAUGE_EVERY: Millis = 1000
"""A simulated battery is looked at more often than a real one, so that who changes it sees what comes of it."""


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

    def next_due(self) -> Millis | None:
        """When a contact moves next."""
        return self._hardware.next_due()

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """Let contacts move up to `now`."""
        self._hardware.advance(now)
        return ()

    def close(self) -> None:
        """Nothing to let go of."""


def simulate_board(  # noqa: PLR0913 - each is a property of the simulated world, and has its usual value
    config: Config,
    clock: Clock,
    latency: Latency = answer_at_once,
    *,
    power_on_time: Millis = 0,
    bounce: Bounce | None = None,
    ribbon: Layout | None = None,
    others: Sequence[Source] = (),
) -> Simulated:
    """The configured reader on a simulated board. `others`: hands that act on it, polled with its physics. `ribbon`:
    the pad's lines as they really are, where that is not as configured."""
    buttons = dict(config.keypad.buttons) or None
    hardware = BoardTwin(clock, config.layout, ribbon=ribbon, buttons=buttons, wires=_lay_wires(config), bounce=bounce)
    pins = hardware.pins
    slot = TwinSlot(latency=latency, power_on_time=power_on_time)
    spi = Soldered(spi_bus(config, pins), hardware.circuit) if needs_pins(config) else None
    wired = config.display
    display = DisplayTwin(panel_of(config), rotation=wired.rotation, contrast=wired.contrast, spi=spi, clock=clock)
    gauge, monitor = _simulated_battery(config, clock)
    board = Board(
        clock,
        keypad_of(config, pins, _at_once),
        display,
        Supply(way_of(config, pins, _ignore_off), monitor),
        sound_of(config, pins),
        others=(*others, Physics(hardware), *slot_switch(config, pins, slot), *power_button(config, pins)),
    )
    return Simulated(board, hardware, slot, display, gauge)


def _lay_wires(config: Config) -> Wires:
    """Where the configuration says. A part that is not wanted is there as well, unless its GPIO has other work."""
    slot, power, sound = config.slot, config.power, config.sound
    taken = {gpio for _, gpio in gpios_in_use(config)}

    def soldered(gpio: int, wanted: bool) -> int | None:
        return gpio if wanted or gpio not in taken else None

    return Wires(
        light=soldered(sound.light_gpio, sound.light),
        buzzer=soldered(sound.buzzer_gpio, sound.buzzer),
        card_switch=soldered(slot.card_switch_gpio, slot.card_switch),
        power_button=soldered(power.button_gpio, power.button),
        power_off=soldered(power.latch, power.off == Off.LATCH.value),
    )


def _simulated_battery(config: Config, clock: Clock) -> tuple[GaugeBusTwin, BatteryMonitor]:
    """A simulated reader always has a battery that can be used up: the configured gauge's, else a MAX17048's."""
    every = replace(thresholds_of(config), every=SIMULATED_GAUGE_EVERY)
    kind = KINDS.get(config.power.gauge, Max17048)
    address = gauge_address(config) or kind.own_address
    bus = GaugeBusTwin(address, let_pass=pass_time(clock))
    return bus, BatteryMonitor(kind(bus, address, clock), every)


def _ignore_off() -> None:
    """A simulated system stays on."""


def _at_once() -> None:
    """Simulated wires follow at once."""
