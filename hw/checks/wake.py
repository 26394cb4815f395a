"""The battery version wakes by a pulse: long and high enough for the latch, and one only, however long it is pressed.

The maker says of the latch that ON and OFF want short pulses, and that ON held high wins over OFF: a contact that held
ON would keep a forgotten card's reader awake for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, log
from typing import Final

from hw.checks.circuit import GROUND, RAIL_VOLTS, ohms_between, parallel, value_of, ways
from hw.checks.figures import Figures
from hw.checks.levels import SCHOTTKY
from hw.checks.wiring import is_battery
from hw.kicad.netlist import Netlist

ALWAYS_ON = "VBAT"
"""The cell itself: VSYS jumps by more than a volt when a charger is plugged in."""

LOST: Final = 1.0
"""Volts that a warm diode's leakage may take from a contact at rest. A typical 1N5711 or BAS70 (10 nA) takes 0.04 V at
50 °C. Counted with is the sheet's most, at 50 V where the cell has 4: 0.77 V, and a pulse of 20 ms is left. At 1.0 V it
is still 17 ms, at 1.5 V 8 ms, at 1.8 V none; 5 ms are asked for. BAT85 takes all."""


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
    swing = figures.cell_low_volts - _leaked(netlist, figures, chain[2], keeper[0])
    start = (swing - figures.base_emitter_volts) / ohms
    end = figures.base_emitter_volts / bleeder[0]
    seconds = ohms * farads * log(start / end) if start > end else 0.0
    return Pulse(seconds, figures.cell_low_volts - figures.saturation_volts, 3 * (keeper[0] + bleeder[0]) * farads)


def _leakage(netlist: Netlist, figures: Figures, diode: str) -> float:
    """Amperes backwards through a diode at 50 °C; a diode we know nothing of leaks like BAT85."""
    cold = figures.schottky_leakage if netlist.parts[diode].value in SCHOTTKY else figures.bat85_leakage
    return cold * figures.schottky_warm


def _leaked(netlist: Netlist, figures: Figures, contact: str, keeper: float) -> float:
    """Volts a contact at rest falls short of the cell while the Pi is off: its diode leaks through the keeper."""
    diodes = {pin.part for pin in netlist.nets.get(contact, ()) if pin.part.startswith("D")}
    return sum(_leakage(netlist, figures, diode) for diode in diodes) * keeper


def lost_volts(netlist: Netlist, figures: Figures, transistor: str) -> float:
    """The same for a channel by its transistor; 0 where the channel is not whole."""
    chain = _chain(netlist, transistor)
    keeper = ohms_between(netlist, chain[2], ALWAYS_ON) if chain else []
    return _leaked(netlist, figures, chain[2], keeper[0][1]) if chain and keeper else 0.0


def charger_step(netlist: Netlist, figures: Figures, transistor: str) -> float:
    """Volts between emitter and base at the moment a charger is plugged in, with the contact closed: the capacitor
    holds the base resistor where it was, and the rail jumps.
    """
    rail = netlist.at(transistor, "E")
    if rail == ALWAYS_ON:
        jump = figures.charge_amperes * figures.cell_ohms
    else:
        jump = RAIL_VOLTS["VSYS"] - figures.cell_low_volts
    chain = _chain(netlist, transistor)
    series = chain[0] if chain else ""
    ohms = {
        part: value_of(netlist.parts[part].value) for part, _ in _between(netlist, "R", netlist.at(transistor, "B"))
    }
    down, up = ohms.pop(series, 0.0), parallel(list(ohms.values()))
    return jump if up == inf else jump * up / (up + down)


def _rails(netlist: Netlist, transistor: str) -> Iterator[str]:
    """What of a channel does not hang on the cell."""
    chain = _chain(netlist, transistor)
    nets = [netlist.at(transistor, "B"), chain[2] if chain else ""]
    ends = {rail for net in nets for _, rail in _between(netlist, "R", net) + _between(netlist, "C", net)}
    for rail in ({netlist.at(transistor, "E")} | ends) & set(RAIL_VOLTS) - {ALWAYS_ON}:
        yield f"{transistor}: its channel hangs on {rail} too, must on {ALWAYS_ON} alone"


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
    if (step := charger_step(netlist, figures, transistor)) > figures.base_silent_volts:
        yield f"{transistor}: a charger that is plugged in moves its base by {step:.2f} V: it wakes with a card left in"
    if (volts := lost_volts(netlist, figures, transistor)) > LOST:
        yield f"{transistor}: its diode leaks {volts:.1f} V off the contact at 50 °C: a warm reader does not wake"
    yield from _rails(netlist, transistor)
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
