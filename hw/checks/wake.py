"""The battery version wakes by a pulse: long and high enough for the latch, and one only, however long it is pressed.

The maker says of the latch that ON and OFF want short pulses, and that ON held high wins over OFF: a contact that held
ON would keep a forgotten card's reader awake for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log

from hw.checks.circuit import GROUND, ohms_between, value_of, ways
from hw.checks.figures import Figures
from hw.checks.wiring import is_battery
from hw.kicad.netlist import Netlist

ALWAYS_ON = "VSYS"


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a closing contact makes: seconds, volts at ON, and seconds until the next one works again."""

    seconds: float
    volts: float
    rest: float


def _between(netlist: Netlist, kind: str, net: str) -> list[tuple[str, str]]:
    """Parts of a kind at a net, with the net at their other end."""
    found = []
    for pin in netlist.nets.get(net, ()):
        if pin.part.rstrip("0123456789") == kind:
            found += [
                (pin.part, other) for other_pin, other in netlist.pins_of(pin.part) if other_pin.number != pin.number
            ]
    return found


def _chain(netlist: Netlist, transistor: str) -> tuple[str, str, str] | None:
    """Base resistor, capacitor and the contact's net behind them; None where they are not in that order."""
    for resistor, middle in _between(netlist, "R", netlist.at(transistor, "B")):
        for capacitor, contact in _between(netlist, "C", middle):
            if _between(netlist, "SW", contact):
                return resistor, capacitor, contact
    return None


def pulse(netlist: Netlist, figures: Figures, transistor: str) -> Pulse | None:
    """The pulse of one wake transistor at the lowest voltage of the cell; None where its parts are not all there."""
    chain = _chain(netlist, transistor)
    base = netlist.at(transistor, "B")
    if chain is None:
        return None
    ohms, farads = (value_of(netlist.parts[part].value) for part in chain[:2])
    keeper = [value for _, value in ohms_between(netlist, chain[2], ALWAYS_ON)]
    bleeder = [value for _, value in ohms_between(netlist, base, ALWAYS_ON)]
    if not keeper or not bleeder:
        return None
    # The base takes current until the capacitor leaves it less than its own resistor drains away.
    start = (figures.cell_low_volts - figures.base_emitter_volts) / ohms
    end = figures.base_emitter_volts / bleeder[0]
    seconds = ohms * farads * log(start / end) if start > end else 0.0
    return Pulse(seconds, figures.cell_low_volts - figures.saturation_volts, 3 * (keeper[0] + bleeder[0]) * farads)


def _held(netlist: Netlist, transistor: str) -> bool:
    """True when a closed contact draws a direct current from the base."""
    reached, waiting = set[str](), [netlist.at(transistor, "B")]
    every = ways(netlist)
    while waiting:
        net = waiting.pop()
        if net not in reached and net != ALWAYS_ON:
            reached.add(net)
            waiting += [way.end for way in every if way.start == net and way.part != transistor]
    return GROUND in reached


def _channel(netlist: Netlist, figures: Figures, transistor: str) -> Iterator[str]:
    if _held(netlist, transistor):
        yield f"{transistor}: a closed contact holds ON high for as long as it stays closed"
    found = pulse(netlist, figures, transistor)
    if found is None:
        yield f"{transistor}: no contact, capacitor and resistors that make a pulse"
        return
    if found.seconds < figures.wake_pulse_min:
        yield f"{transistor}: pulse of {found.seconds * 1e3:.2f} ms, must be {figures.wake_pulse_min * 1e3:.0f} ms"
    if found.volts < figures.latch_pulse_volts:
        yield f"{transistor}: pulse of {found.volts:.1f} V, must be {figures.latch_pulse_volts:.1f} V"
    if netlist.at(transistor, "C") != netlist.at("U1", "ON"):
        yield f"{transistor}: its collector is not at the latch's ON"


def wake(netlist: Netlist, figures: Figures) -> list[str]:
    """Both contacts wake the reader, and neither holds it awake."""
    if not is_battery(netlist):
        return []
    found = [line for transistor in ("Q2", "Q3") for line in _channel(netlist, figures, transistor)]
    on = netlist.at("U1", "ON")
    if not ohms_between(netlist, on, GROUND):
        found.append("nothing holds the latch's ON low between two pulses")
    if figures.cell_low_volts < figures.latch_volts_min:
        found.append(f"the latch wants {figures.latch_volts_min} V, an empty cell gives {figures.cell_low_volts} V")
    return found
