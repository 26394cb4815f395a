"""Keys read right, on a ribbon or each as a switch with a diode: when pressed, at rest, with a column's four down.

A diode lets keys be held in any number without a ghost, and adds its drop to the level of a pressed key: 1N4148 behind
1 k is over VIL in the cold.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hw.checks import levels
from hw.checks.circuit import RAIL_VOLTS, ohms_between, parallel, value_of
from hw.checks.figures import Figures
from hw.kicad.netlist import Netlist

ROWS: Final = 4


@dataclass(frozen=True, slots=True)
class DiodeKey:
    """One switch and its diode between a row and a column: ohms on either side, and whether the diode conducts."""

    switch: str
    diode: str
    row_ohms: float
    column_ohms: float
    conducts: bool


def _reached(netlist: Netlist, signal: str) -> dict[str, float]:
    """The nets at a signal, directly or behind one resistor that is no pull-up: net -> ohms."""
    net = f"/{signal}"
    found = {net: 0.0}
    for pin in netlist.nets.get(net, ()):
        if pin.part.startswith("R"):
            others = {name for _, name in netlist.pins_of(pin.part)} - {net, *RAIL_VOLTS}
            found |= dict.fromkeys(others, value_of(netlist.parts[pin.part].value))
    return found


def _ends(netlist: Netlist, part: str) -> tuple[str, str]:
    """The nets at the two ends of a switch (whose contacts come in pairs) or a diode."""
    nets = list(dict.fromkeys(net for _, net in netlist.pins_of(part)))
    return (nets[0], nets[1]) if len(nets) > 1 else (nets[0], nets[0])


def _pairs(netlist: Netlist) -> Iterator[tuple[str, str, str, str]]:
    """Switches with a diode behind them: switch, its own net, diode, the diode's far net."""
    for switch in (part for part in netlist.parts if part.startswith("SW")):
        first, second = _ends(netlist, switch)
        for near, far in ((first, second), (second, first)):
            for pin in netlist.nets.get(far, ()):
                if pin.part.startswith("D") and far not in RAIL_VOLTS:
                    yield switch, near, pin.part, next(net for net in _ends(netlist, pin.part) if net != far)


def diode_keys(netlist: Netlist, row: str, column: str) -> list[DiodeKey]:
    """The switches with diodes between a row's signal and a column's; one where it is built right."""
    rows, columns = _reached(netlist, row), _reached(netlist, column)
    found: list[DiodeKey] = []
    for switch, near, diode, far in _pairs(netlist):
        for start, end, row_side in ((near, far, "switch"), (far, near, "diode")):
            if start in rows and end in columns:
                cathode = netlist.at(diode, "K")
                conducts = (cathode == far) if row_side == "switch" else (cathode != far)
                found.append(DiodeKey(switch, diode, rows[start], columns[end], conducts))
    return found


def drop(value: str, figures: Figures) -> float:
    """Volts over a key's diode at a third of a milliampere and -10 °C; a diode we know nothing of drops like 1N4148."""
    return figures.key_drop_bat54 if value == "BAT54" else figures.key_drop_1n4148


def pressed_volts(netlist: Netlist, figures: Figures, key: DiodeKey, row: str, keys: int) -> float:
    """Volts of a row whose key is down together with others of its column, `keys` in all."""
    supply = RAIL_VOLTS[levels.LOGIC]
    pulls = [ohms for _, ohms in ohms_between(netlist, f"/{row}", levels.LOGIC)]
    pull = parallel([*pulls, figures.pi_pull_min])
    shared = keys * (key.column_ohms + figures.pi_output_ohms)
    amperes = (supply - drop(netlist.parts[key.diode].value, figures)) / (pull + key.row_ohms + shared)
    return supply - amperes * pull


def _faults(netlist: Netlist, figures: Figures, row: str, column: str) -> Iterator[str]:
    found = diode_keys(netlist, row, column)
    name = f"key {row} x {column}"
    if len(found) != 1:
        yield f"{name}: {len(found)} switches with a diode, must be 1"
        return
    key = found[0]
    if not key.conducts:
        yield f"{name}: {key.diode} is the wrong way round, its ring belongs to the column"
        return
    for keys, text in ((1, "when pressed"), (ROWS, "with its whole column down")):
        volts = pressed_volts(netlist, figures, key, row, keys)
        if volts > figures.pi_vil_max:
            yield f"{name}: {volts:.2f} V {text}, over VIL {figures.pi_vil_max} V"
    at_rest = levels.key_levels(netlist, figures, row, column).at_rest
    if at_rest < figures.pi_vih_min:
        yield f"{name}: {at_rest:.2f} V at rest, under VIH {figures.pi_vih_min} V"


def keys_read_right(netlist: Netlist, figures: Figures) -> list[str]:
    """A ribbon's keys by `levels.keypad`; without a ribbon, sixteen switches with a diode each."""
    if "KB1" in netlist.parts:
        return levels.keypad(netlist, figures)
    names = [(f"KEY_ROW{row}", f"KEY_COL{column}") for row in range(1, 5) for column in range(1, 5)]
    return [line for row, column in names for line in _faults(netlist, figures, row, column)]
