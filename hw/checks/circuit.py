"""Currents' ways through a netlist: which parts conduct, from where to where, and how many ohms."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import inf
from types import MappingProxyType
from typing import Final

from hw.kicad.netlist import Netlist

GROUND: Final = "GND"
RAIL_VOLTS: Final = MappingProxyType(
    {GROUND: 0.0, "+3V3": 3.3, "VBAT": 4.2, "VSYS": 4.4, "VSW": 4.4, "+5V": 5.25, "/USB_VBUS": 5.25}
)
"""The most each supply net is meant to have, volts (VSYS: bq24074 output limit; 5 V: the Pi's upper limit)."""

SUPPLY_PINS: Final = MappingProxyType(
    {
        ("A1", "3V3"): "+3V3", ("A1", "5V"): "+5V", ("BT1", "+"): "VBAT", ("BT1", "-"): GROUND, ("U2", "OUT"): "VSYS",
        ("U1", "VOUT"): "VSW", ("U3", "5V"): "+5V", ("A1", "GND"): GROUND, ("A1", "USB_VBUS"): "/USB_VBUS",
    }
)  # fmt: skip
"""Where each supply net must come from."""

_SCALE: Final = {"": 1.0, "k": 1e3, "M": 1e6, "n": 1e-9, "u": 1e-6}
_VALUE: Final = re.compile(r"^(\d+(?:\.\d+)?)([kMnu]?)$")


def value_of(text: str) -> float:
    """Ohms or farads of a value as drawn: 470, 1k, 4.7k, 1M, 100n. Raises ValueError."""
    match = _VALUE.match(text)
    if not match:
        raise ValueError(f"{text!r} is no value of a resistor or capacitor")
    return float(match[1]) * _SCALE[match[2]]


@dataclass(frozen=True, slots=True)
class Way:
    """Current may flow from net `start` to net `end` through `part`."""

    start: str
    end: str
    part: str
    ohms: float = 0.0


MODULE_WAYS: Final = MappingProxyType(
    {
        "SBC-OLED01": (("VCC", "SDA", 4700.0), ("VCC", "SCL", 4700.0)),
        "5580": (("VIN", "SDA", 10000.0), ("VIN", "SCL", 10000.0)),
        "61300411121": (("VCC", "TXD", 0.0),),
        "SSQ-107-01-G-S": (),
    }
)
"""Maker's number -> ways inside a module (pin, pin, ohms): its own pull-ups, and outputs as high as its supply."""


def _passive(netlist: Netlist, part: str, ohms: float) -> Iterator[Way]:
    nets = [net for _, net in netlist.pins_of(part)]
    for start, end in product(nets, nets):
        if start != end:
            yield Way(start, end, part, ohms)


def _directed(netlist: Netlist, part: str, start: str, end: str) -> Iterator[Way]:
    if (first := netlist.at(part, start)) and (second := netlist.at(part, end)):
        yield Way(first, second, part)


def _keypad(netlist: Netlist, part: str) -> Iterator[Way]:
    for row, column in product(range(1, 5), range(1, 5)):
        yield from _directed(netlist, part, f"R{row}", f"C{column}")
        yield from _directed(netlist, part, f"C{column}", f"R{row}")


def _transistor(netlist: Netlist, part: str) -> Iterator[Way]:
    pnp = netlist.parts[part].value.startswith(("BC55", "BC85"))
    ways = (("E", "B"), ("E", "C")) if pnp else (("B", "E"), ("C", "E"))
    for start, end in ways:
        yield from _directed(netlist, part, start, end)


def _module(netlist: Netlist, part: str) -> Iterator[Way]:
    for start, end, ohms in MODULE_WAYS.get(netlist.parts[part].fields["MPN"], ()):
        for way in _directed(netlist, part, start, end):
            yield Way(way.start, way.end, part, ohms)


def ways(netlist: Netlist) -> list[Way]:
    """Every way a direct current may take, switches and keys taken as closed. Capacitors block it."""
    found: list[Way] = []
    for reference, part in netlist.parts.items():
        match reference.rstrip("0123456789"):
            case "R":
                found += _passive(netlist, reference, value_of(part.value))
            case "SW" | "BZ":
                found += _passive(netlist, reference, 0.0)
            case "D":
                found += _directed(netlist, reference, "A", "K")
            case "KB":
                found += _keypad(netlist, reference)
            case "Q":
                found += _transistor(netlist, reference)
            case _:
                found += _module(netlist, reference)
    return found


def highest_volts(netlist: Netlist) -> Mapping[str, tuple[float, str]]:
    """Net -> the highest voltage a supply may bring there, and that supply. Currents do not pass through a supply."""
    reached: dict[str, tuple[float, str]] = {}
    every = ways(netlist)
    for rail, volts in sorted(RAIL_VOLTS.items(), key=lambda item: -item[1]):
        waiting = [rail] if rail in netlist.nets else []
        while waiting:
            net = waiting.pop()
            if net not in reached:
                reached[net] = (volts, rail)
                waiting += [way.end for way in every if way.start == net and way.end not in RAIL_VOLTS]
    return reached


def ohms_between(netlist: Netlist, net: str, rail: str) -> list[tuple[str, float]]:
    """The resistors straight from a net to a rail: (part, ohms)."""
    return [(way.part, way.ohms) for way in ways(netlist) if way.start == rail and way.end == net and way.ohms]


def parallel(values: list[float]) -> float:
    """Ohms of resistors side by side; infinite for none."""
    return 1 / sum(1 / value for value in values) if values else inf
