"""Currents rail by rail, what the cell must give, what sleep costs, and the battery life that follows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hw.checks.circuit import RAIL_VOLTS, ohms_between, value_of
from hw.checks.figures import Figures
from hw.checks.wiring import is_battery
from hw.kicad.netlist import Netlist

HOURS_A_MONTH: Final = 730.0


@dataclass(frozen=True, slots=True)
class Load:
    """One consumer of a rail, amperes at the worst moment."""

    name: str
    amperes: float


@dataclass(frozen=True, slots=True)
class Limit:
    """What something carries at the worst moment, and what it may."""

    name: str
    amperes: float
    allowed: float


@dataclass(frozen=True, slots=True)
class Life:
    """Days on one charge, and what a day takes from the cell, ampere-hours."""

    days: float
    shelf_days: float
    session_ah: float
    sleep_ah: float
    self_discharge_ah: float
    sleep_amperes: float


def _ohms(netlist: Netlist, part: str) -> float:
    return value_of(netlist.parts[part].value)


def led_amperes(netlist: Netlist, figures: Figures) -> float:
    """Through the status light."""
    return (RAIL_VOLTS["+3V3"] - figures.led_volts) / _ohms(netlist, "R9")


def base_amperes(netlist: Netlist, figures: Figures) -> float:
    """From GPIO18 into the buzzer's transistor, its pull-down included."""
    over = RAIL_VOLTS["+3V3"] - figures.base_emitter_volts
    return over / _ohms(netlist, "R10")


def loads_3v3(netlist: Netlist, figures: Figures) -> list[Load]:
    """Everything on the Pi's 3.3 V pins; GPIO currents count too, for they come from the same regulator."""
    rows = sum(
        RAIL_VOLTS["+3V3"] / ohms for i in range(1, 5) for _, ohms in ohms_between(netlist, f"/KEY_ROW{i}", "+3V3")
    )
    return [
        Load("display", figures.oled_amperes),
        Load("buzzer", figures.buzzer_amperes),
        Load("status light", led_amperes(netlist, figures)),
        Load("buzzer's transistor", base_amperes(netlist, figures)),
        Load("keypad pull-ups, four keys held", rows),
        Load("I2C pull-ups, both lines low", 2 * figures.i2c_sink_max),
    ]


def loads_5v(figures: Figures) -> list[Load]:
    """Everything on 5 V."""
    return [
        Load("Pi at full load, with what its 3.3 V feeds", figures.pi_peak_amperes),
        Load("USB card reader", figures.reader_amperes),
    ]


def total(loads: list[Load]) -> float:
    """Amperes in all."""
    return sum(load.amperes for load in loads)


def cell_amperes(figures: Figures, amperes_5v: float, volts: float) -> float:
    """What the cell gives for a current at 5 V."""
    return amperes_5v * figures.boost_volts / (figures.boost_efficiency * volts) + figures.boost_quiescent


def limits(netlist: Netlist, figures: Figures) -> Iterator[Limit]:
    """Every limit that applies."""
    yield Limit("3.3 V pins of the Pi", total(loads_3v3(netlist, figures)), figures.pi_3v3_max)
    gpio = {"GPIO17 (status light)": led_amperes(netlist, figures), "GPIO18 (buzzer)": base_amperes(netlist, figures)}
    for name, amperes in gpio.items():
        yield Limit(name, amperes, figures.pi_gpio_max)
    yield Limit("all GPIOs together", sum(gpio.values()) + 4 * RAIL_VOLTS["+3V3"] / 10e3, figures.pi_gpio_total_max)
    yield Limit("buzzer's transistor, collector", figures.buzzer_amperes, figures.transistor_max)
    base_gives = base_amperes(netlist, figures) * figures.buzzer_transistor_gain
    yield Limit("buzzer, of what the base current allows", figures.buzzer_amperes, base_gives)
    if is_battery(netlist):
        peak = total(loads_5v(figures))
        from_cell = cell_amperes(figures, peak, figures.cell_low_volts)
        yield Limit("step-up converter, output", peak, figures.boost_max)
        yield Limit("step-up converter, switch", from_cell, figures.boost_switch_max)
        yield Limit("latch", from_cell, figures.latch_max)
        yield Limit("charger's power path", from_cell, figures.charger_path_max)


def overloads(netlist: Netlist, figures: Figures) -> list[str]:
    """The limits that are passed."""
    return [
        f"{limit.name}: {limit.amperes * 1e3:.1f} mA, allowed {limit.allowed * 1e3:.1f} mA"
        for limit in limits(netlist, figures)
        if limit.amperes > limit.allowed
    ]


def sleep_loads(netlist: Netlist, figures: Figures, *, card_left_in: bool = False) -> list[Load]:
    """What stays on the cell while the reader is dark."""
    loads = [
        Load("charger", figures.charger_sleep),
        Load("latch, open", figures.latch_sleep),
        Load("fuel gauge, hibernating", figures.gauge_sleep),
    ]
    if card_left_in:
        loads.append(Load("card switch held closed (R13)", RAIL_VOLTS["VBAT"] / _ohms(netlist, "R13")))
    return loads


def life(netlist: Netlist, figures: Figures) -> Life:
    """Battery life with the sessions a day of the table, card left in (the worse case)."""
    awake = figures.pi_session_amperes + figures.reader_amperes + figures.oled_amperes
    session = cell_amperes(figures, awake, figures.cell_mean_volts) * figures.session_seconds / 3600
    sleeping = total(sleep_loads(netlist, figures, card_left_in=True))
    own = figures.cell_capacity * figures.cell_self_discharge * 24 / HOURS_A_MONTH
    usable = figures.cell_capacity * figures.cell_usable
    daily = session * figures.sessions_a_day
    days = usable / (daily + sleeping * 24 + own)
    return Life(days, usable / (sleeping * 24 + own), daily, sleeping * 24, own, sleeping)
