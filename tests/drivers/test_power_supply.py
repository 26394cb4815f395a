"""The three ways to be off, on the board's twin; and the battery, on a gauge's registers."""

import errno
import logging
from collections.abc import Sequence

import pytest
from pytest_mock import MockerFixture

from drivers.board_twin import BoardTwin
from drivers.circuit import Drive
from drivers.clock import SteppedClock
from drivers.errors import PowerError
from drivers.header import gpio_of
from drivers.ports import Power
from drivers.power.gauge import (
    BatteryMonitor,
    Gauge,
    Ina219,
    LateBus,
    Max17048,
    Thresholds,
    charge_of,
    open_bus,
)
from drivers.power.gauge_twin import GaugeBusTwin
from drivers.power.supply import WAKES, Off, SoftLatch, StayAsleep, Supply, SystemOff, WakeSource
from sesame_core.events import Battery, BatteryChanged, Event, Millis

POWER_OFF = gpio_of("POWER_OFF")


def nobody() -> None:
    """Nobody listens."""


@pytest.fixture
def board() -> BoardTwin:
    return BoardTwin(SteppedClock())


def test_asleep_cuts_nothing(board: BoardTwin) -> None:
    power: Power = Supply(StayAsleep())
    power.start(nobody)
    power.fall_asleep()
    power.wake_up()
    assert board.powered
    assert power.next_due() is None
    assert power.poll_events(1) == ()
    power.close()


def test_the_latch_cuts_when_asleep_and_not_before(board: BoardTwin) -> None:
    power = Supply(SoftLatch(board.pins, POWER_OFF))
    power.start(nobody)
    power.wake_up()
    assert board.powered
    assert not board.circuit.level_of(POWER_OFF)
    power.fall_asleep()
    assert not board.powered
    assert board.circuit.level_of(POWER_OFF)


def test_where_the_latch_is_missing_the_reader_wakes_again_with_the_pin_low(board: BoardTwin) -> None:
    power = Supply(SoftLatch(board.pins, POWER_OFF))
    power.start(nobody)
    power.fall_asleep()
    power.wake_up()
    assert not board.circuit.level_of(POWER_OFF)


def test_closing_does_not_cut(board: BoardTwin) -> None:
    power = Supply(SoftLatch(board.pins, POWER_OFF))
    power.start(nobody)
    power.close()
    power.close()
    assert board.powered
    assert board.circuit.drive_wire(POWER_OFF) is Drive.FLOATING, "the latch's own resistor holds it low"


def test_a_latch_pin_that_is_taken_is_a_power_error(board: BoardTwin) -> None:
    board.pins.output(POWER_OFF, "buzzer")
    with pytest.raises(PowerError, match="power latch and buzzer are both on GPIO26"):
        Supply(SoftLatch(board.pins, POWER_OFF)).start(nobody)


def test_a_latch_that_was_not_started_is_a_power_error(board: BoardTwin) -> None:
    with pytest.raises(PowerError, match="not started"):
        Supply(SoftLatch(board.pins, POWER_OFF)).fall_asleep()


def test_the_system_is_asked_once() -> None:
    asked: list[str] = []
    power = Supply(SystemOff(lambda: asked.append("off")))
    power.start(nobody)
    power.fall_asleep()
    power.fall_asleep()
    assert asked == ["off"]


def test_a_system_that_refuses_is_a_power_error_and_can_be_asked_again() -> None:
    answers = [PermissionError(errno.EPERM, "Operation not permitted"), None]

    def power_off() -> None:
        answer = answers.pop(0)
        if answer:
            raise answer

    power = Supply(SystemOff(power_off))
    with pytest.raises(PowerError, match=r"does not power off.*rights") as caught:
        power.fall_asleep()
    assert isinstance(caught.value.__cause__, PermissionError)
    power.fall_asleep()
    assert answers == []


def test_each_way_says_what_wakes_it() -> None:
    assert set(WAKES) == set(Off)
    assert all(WAKES.values())
    assert WakeSource.KEY not in WAKES[Off.LATCH], "a matrix without current gives no edge"


# The battery


def gauge(percent: int = 100) -> tuple[GaugeBusTwin, Gauge]:
    bus = GaugeBusTwin(0x36, percent)
    return bus, Max17048(bus)


@pytest.mark.parametrize("percent", range(101))
def test_the_fuel_gauge_reads_every_percent(percent: int) -> None:
    assert Max17048(GaugeBusTwin(0x36, percent)).read_charge() == percent


def test_a_fuel_gauge_beyond_full_is_full() -> None:
    """MAX17048 data sheet, SOC: the register may pass 100 %."""
    assert Max17048(GaugeBusTwin(0x36, 104)).read_charge() == 100


@pytest.mark.parametrize("percent", range(0, 101, 7))
def test_the_twin_of_the_monitor_has_the_cells_voltage_in_its_register(percent: int) -> None:
    """INA219, 8.6.3.2: bits 15 to 3, 4 mV each, rounded up; the bytes of a word are swapped on SMBus."""
    bus = GaugeBusTwin(0x40, percent)
    word = bus.read_word_data(0x40, 0x02)
    assert 0 <= (((word & 0xFF) << 8 | word >> 8) >> 3) * 4 - bus.millivolts < 4


@pytest.mark.parametrize("percent", range(0, 101, 4))
def test_the_voltage_monitor_reads_within_two_percent_of_the_curve(percent: int) -> None:
    assert abs(Ina219(GaugeBusTwin(0x40, percent)).read_charge() - percent) <= 2


@pytest.mark.parametrize(
    ("millivolts", "percent"),
    [(0, 0), (3_299, 0), (3_300, 0), (3_339, 0), (3_340, 1), (3_400, 2), (3_500, 5), (3_600, 12), (3_650, 21),
     (3_700, 30), (3_750, 42), (3_800, 55), (3_900, 72), (3_950, 78), (4_000, 84), (4_150, 100), (4_151, 100)],
)  # fmt: skip
def test_the_curve_of_a_resting_lithium_cell(millivolts: int, percent: int) -> None:
    """Full at 4.15 V, half at 3.8 V, all but empty at 3.5 V; straight lines between."""
    assert charge_of(millivolts) == percent


def test_the_curve_ends_are_flat_and_it_never_falls() -> None:
    values = [charge_of(millivolts) for millivolts in range(2_500, 4_500)]
    assert (values[0], values[-1]) == (0, 100)
    assert values == sorted(values)


def test_two_failed_transfers_are_tried_again_three_are_an_error() -> None:
    bus, meter = gauge(50)
    bus.failures = 2
    assert meter.read_charge() == 50
    bus.failures = 3
    with pytest.raises(PowerError, match=r"MAX17048 at 0x36 does not answer.*i2cdetect") as caught:
        meter.read_charge()
    assert isinstance(caught.value.__cause__, OSError)
    assert bus.reads == 6


def test_a_wrong_address_says_so() -> None:
    with pytest.raises(PowerError, match="0x37"):
        Max17048(GaugeBusTwin(0x36), 0x37).read_charge()


def test_a_bus_that_is_not_there_says_what_to_switch_on() -> None:
    with pytest.raises(PowerError, match=r"/dev/i2c-250 cannot be opened.*dtparam=i2c_arm=on"):
        open_bus(250)


def told(events: Sequence[Event]) -> list[Battery]:
    assert all(isinstance(event, BatteryChanged) for event in events)
    return [event.battery for event in events if isinstance(event, BatteryChanged)]


def polled(monitor: BatteryMonitor, bus: GaugeBusTwin, charges: Sequence[int]) -> list[Battery]:
    """What is told while the battery has these charges, one a minute."""
    heard: list[Battery] = []
    for charge in charges:
        bus.percent = charge
        due = monitor.next_due()
        assert due is not None
        heard += told(monitor.poll_events(max(due, 1)))
    return heard


def test_each_threshold_is_told_once_on_the_way_down() -> None:
    bus, meter = gauge()
    monitor = BatteryMonitor(meter)
    monitor.wake_up()
    assert polled(monitor, bus, range(100, -1, -1)) == [Battery.LOW, Battery.CRITICAL]


def test_on_the_way_up_it_takes_the_hysteresis_more() -> None:
    bus, meter = gauge()
    monitor = BatteryMonitor(meter, Thresholds(low=20, critical=5, hysteresis=3))
    monitor.wake_up()
    assert polled(monitor, bus, [5, 6, 8, 7, 8]) == [Battery.CRITICAL]
    assert polled(monitor, bus, [9, 20, 21, 23]) == [Battery.LOW]
    assert polled(monitor, bus, [24, 21]) == [Battery.GOOD]
    assert polled(monitor, bus, [20]) == [Battery.LOW]


@pytest.mark.parametrize(
    ("before", "charge", "told"),
    [
        (Battery.GOOD, 21, Battery.GOOD),
        (Battery.GOOD, 20, Battery.LOW),
        (Battery.GOOD, 6, Battery.LOW),
        (Battery.GOOD, 5, Battery.CRITICAL),
        (Battery.CRITICAL, 8, Battery.CRITICAL),
        (Battery.CRITICAL, 9, Battery.LOW),
        (Battery.CRITICAL, 23, Battery.LOW),
        (Battery.LOW, 23, Battery.LOW),
        (Battery.LOW, 24, Battery.GOOD),
        (Battery.CRITICAL, 24, Battery.GOOD),
    ],
)
def test_what_is_low_and_what_is_critical_unless_somebody_says_otherwise(
    before: Battery, charge: int, told: Battery
) -> None:
    """As docs/configuration.md has it: 20 % and 5 %, and three more on the way up."""
    assert Thresholds().judge_charge(charge, before) is told


def test_a_battery_that_flickers_at_a_threshold_is_told_once() -> None:
    bus, meter = gauge()
    monitor = BatteryMonitor(meter)
    monitor.wake_up()
    assert polled(monitor, bus, [20, 21] * 50) == [Battery.LOW]


def test_it_is_asked_only_while_awake_and_once_a_minute() -> None:
    bus, meter = gauge()
    power = Supply(StayAsleep(), BatteryMonitor(meter))
    power.start(nobody)
    assert power.next_due() is None
    power.wake_up()
    for now in range(1_000, 121_000, 100):
        power.poll_events(now)
        power.wake_up()
    assert bus.reads == 2
    power.fall_asleep()
    assert power.next_due() is None
    power.poll_events(10_000_000)
    assert bus.reads == 2


def test_a_silent_gauge_is_logged_and_asked_again_later(caplog: pytest.LogCaptureFixture) -> None:
    bus, meter = gauge(3)
    bus.failures = 3
    monitor = BatteryMonitor(meter)
    monitor.wake_up()
    now: Millis = 1_000
    with caplog.at_level(logging.WARNING):
        assert monitor.poll_events(now) == ()
    assert "does not answer" in caplog.text
    assert monitor.next_due() == now + Thresholds().every
    assert told(monitor.poll_events(now + Thresholds().every)) == [Battery.CRITICAL]


def test_close_closes_the_bus_and_asks_no_more() -> None:
    bus, meter = gauge()
    power = Supply(StayAsleep(), BatteryMonitor(meter))
    power.wake_up()
    power.close()
    power.close()
    assert bus.closed
    assert power.next_due() is None


def test_a_bus_that_was_opened_late_is_closed_and_may_be_opened_again(mocker: MockerFixture) -> None:
    buses = [GaugeBusTwin(0x36, 50), GaugeBusTwin(0x36, 40)]
    opened = mocker.patch("smbus2.SMBus", side_effect=list(buses))
    bus = LateBus(7)
    bus.close()
    gauge = Max17048(bus)
    assert [gauge.read_charge(), gauge.read_charge()] == [50, 50]
    bus.close()
    assert [each.closed for each in buses] == [True, False]
    assert gauge.read_charge() == 40
    assert [call.args for call in opened.call_args_list] == [(7,), (7,)]


def test_a_bus_that_is_not_there_is_a_gauge_that_fails_and_no_more() -> None:
    """A reader with an SPI display may have no I2C bus at all."""
    gauge = Max17048(LateBus(99))
    with pytest.raises(PowerError, match="/dev/i2c-99 cannot be opened"):
        gauge.read_charge()
    monitor = BatteryMonitor(gauge)
    monitor.wake_up()
    assert monitor.poll_events(0) == ()
    monitor.close()
