"""Sparks and beats: a finger or a cable meets a resistor before it meets the Pi, and the buzzer has its own charge."""

from collections.abc import Iterator
from typing import Final

from hw.checks.circuit import GROUND, value_of
from hw.checks.figures import Figures
from hw.checks.levels import LOGIC, series_ohms
from hw.checks.wiring import FAR_ENDS, expected, is_battery
from hw.kicad.netlist import Netlist

REACHED: Final = ("KEY_ROW", "KEY_COL", "CARD_SWITCH", "POWER_BUTTON")
"""Beginnings of the signals whose far ends a finger or a cable reaches."""

SWITCHES: Final = ("SW1", "SW2")
STEADY: Final = (GROUND, "VBAT")
"""Nets that swallow a spark: ground, and the cell."""


def _ohms_to(netlist: Netlist, signal: str) -> float:
    """Ohms before a signal's contact; the diode of a wake channel stands behind the resistor."""
    part = FAR_ENDS[signal][0]
    ends = {part} | {
        pin.part for _, net in netlist.pins_of(part) for pin in netlist.nets[net] if pin.part.startswith("D")
    }
    return min(series_ohms(netlist, signal, end) for end in ends)


def _shunted(netlist: Netlist, switch: str) -> float:
    """Farads between a switch's hot contact and a steady net."""
    hot = {net for _, net in netlist.pins_of(switch)} - {GROUND}
    parts = {pin.part for net in hot for pin in netlist.nets[net] if pin.part.startswith("C")}
    steady = [part for part in parts if {net for _, net in netlist.pins_of(part)} & set(STEADY)]
    return sum(value_of(netlist.parts[part].value) for part in steady)


def sparks(netlist: Netlist, figures: Figures) -> list[str]:
    """Every signal that ends where fingers or cables reach has its resistor; the switches have a capacitor too."""
    return [*_resistors(netlist, figures), *_capacitors(netlist, figures)]


def _resistors(netlist: Netlist, figures: Figures) -> Iterator[str]:
    for pin in expected(netlist):
        if pin.signal.startswith(REACHED) and (ohms := _ohms_to(netlist, pin.signal)) < figures.finger_ohms:
            yield f"{pin.signal}: {ohms:.0f} ohm before its contact, must be {figures.finger_ohms:.0f}: sparks"


def _capacitors(netlist: Netlist, figures: Figures) -> Iterator[str]:
    for switch in SWITCHES[: 2 if is_battery(netlist) else 1]:
        if (farads := _shunted(netlist, switch)) < figures.spark_farads:
            yield f"{switch}: {farads * 1e9:.0f} nF take a spark, must be {figures.spark_farads * 1e9:.0f} nF"


def buffered(netlist: Netlist, figures: Figures) -> list[str]:
    """The capacitors at 3.3 V give half a beat of the buzzer by themselves: the wires to the Pi are long."""
    parts = {pin.part for pin in netlist.nets[LOGIC]} & {pin.part for pin in netlist.nets[GROUND]}
    farads = sum(value_of(netlist.parts[part].value) for part in parts if part.startswith("C"))
    wanted = figures.buzzer_amperes / (2 * figures.buzzer_hertz) / figures.supply_dip
    if farads >= wanted:
        return []
    return [f"{farads * 1e6:.0f} uF at {LOGIC}, the buzzer wants {wanted * 1e6:.0f} uF"]
