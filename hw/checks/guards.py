"""Sparks and beats: a finger or a cable meets a resistor before it meets the Pi, and the buzzer has its own charge."""

from collections.abc import Iterator
from math import inf
from typing import Final

from hw.checks.circuit import GROUND, value_of
from hw.checks.figures import Figures
from hw.checks.levels import LOGIC, series_ohms
from hw.checks.wiring import BOARD, FAR_ENDS, expected, is_battery, is_key_of_board
from hw.kicad.netlist import Netlist

REACHED: Final = ("KEY_ROW", "KEY_COL", "CARD_SWITCH", "POWER_BUTTON")
"""Beginnings of the signals whose far ends a finger or a cable reaches."""

SWITCHES: Final = ("SW1", "SW2")
STEADY: Final = (GROUND, "VBAT")
"""Nets that swallow a spark: ground, and the cell."""


def _ohms_to(netlist: Netlist, signal: str) -> float:
    """Ohms before a signal's contact; the diode of a wake channel stands behind the resistor."""
    if is_key_of_board(netlist, signal):
        return _ohms_to_key(netlist, signal)
    part = FAR_ENDS[signal][0]
    ends = {part} | {
        pin.part for _, net in netlist.pins_of(part) for pin in netlist.nets[net] if pin.part.startswith("D")
    }
    return min(series_ohms(netlist, signal, end) for end in ends)


def _ohms_to_key(netlist: Netlist, signal: str) -> float:
    """Ohms before the switches of a row; a column's switches stand behind a diode each, under caps of plastic."""
    switches = {pin.part for _, pins in netlist.nets.items() for pin in pins if pin.part.startswith("SW")}
    found = [ohms for part in switches if (ohms := series_ohms(netlist, signal, part)) < inf]
    return min(found, default=inf)


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


ARRAYS: Final = ("USBLC6-2",)
SOCKETED: Final = "Connector_PinSocket"
"""How the footprint of a Pi on a printed board begins."""
CABLES: Final = ("J2", "DS1")
"""What hangs on a lead or stands at a window of a printed board, whose lines want a diode array each."""


def arrayed(netlist: Netlist) -> list[str]:
    """On a printed board every line to a cable or a window passes a diode array with its supply and its ground."""
    if not netlist.parts[BOARD].footprint.startswith(SOCKETED):
        return []
    arrays = [part.reference for part in netlist.parts.values() if part.value in ARRAYS]
    guarded = {net for part in arrays for pin, net in netlist.pins_of(part) if pin.function.startswith("IO")}
    found = [f"{part} is not between {LOGIC} and {GROUND}" for part in arrays
             if (netlist.at(part, "VBUS"), netlist.at(part, "GND")) != (LOGIC, GROUND)]  # fmt: skip
    for part in CABLES:
        nets = {net for _, net in netlist.pins_of(part)} - {LOGIC, GROUND}
        found += [f"{net} reaches {part} past no diode array" for net in sorted(nets - guarded)]
    return found


def buffered(netlist: Netlist, figures: Figures) -> list[str]:
    """The capacitors at 3.3 V give half a beat of the buzzer by themselves: the wires to the Pi are long."""
    parts = {pin.part for pin in netlist.nets[LOGIC]} & {pin.part for pin in netlist.nets[GROUND]}
    farads = sum(value_of(netlist.parts[part].value) for part in parts if part.startswith("C"))
    wanted = figures.buzzer_amperes / (2 * figures.buzzer_hertz) / figures.supply_dip
    if farads >= wanted:
        return []
    return [f"{farads * 1e6:.0f} uF at {LOGIC}, the buzzer wants {wanted * 1e6:.0f} uF"]
