"""The netlist's own wake channels as a deck for ngspice: a part that is lost, turned or moved there is so here.

The models are ours, from the figures of the parts' data sheets: no maker's file is used. Temperature follows from the
barrier (`EG`), 0.69 to 0.72 eV for Schottky diodes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from hw.checks.circuit import GROUND, RAIL_VOLTS, value_of
from hw.kicad.netlist import Netlist

MODELS: Final = MappingProxyType(
    {
        # 200 nA at 50 V and 25 degrees on the sheet; saturation current for 410 mV at 1 mA, leakage beside it.
        "1N5711": "D(IS=1e-8 N=1.35 RS=15 EG=0.72 XTI=2 BV=70)",
        "BAS70": "D(IS=1e-8 N=1.35 RS=15 EG=0.72 XTI=2 BV=70)",
        "BAT85": "D(IS=2e-6 N=1.04 RS=2 EG=0.69 XTI=2 BV=30)",
        "1N4148": "D(IS=2.5e-9 N=1.75 RS=0.6 EG=1.11 BV=100)",
        "BAT54": "D(IS=1e-7 N=1.02 RS=2 EG=0.69 XTI=2 BV=30)",
    }
)
"""Value as drawn -> diode model. BAT85 with its sheet's maximum; the others typical."""

STARTS: Final = ("Q2", "Q3", "U1")
PARTS: Final = frozenset({"R", "C", "D", "Q", "SW"})


@dataclass(frozen=True, slots=True)
class Corner:
    """What varies from one build and day to the next. `beta`: the transistors'; `capacitors`: of their value."""

    celsius: float = 25
    beta: float = 250
    capacitors: float = 1.0
    cell_ohms: float = 0.25


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Sources as ngspice writes them: `PWL(...)` or volts. `contacts`: switch -> 0 (open) to 1 (closed) over time."""

    cell: str = "3.7"
    load: str = "0"
    system: str = "3.7"
    logic: str = "0"
    cut: str = "0"
    contacts: Mapping[str, str] = field(default_factory=dict)
    stop_ms: float = 1500
    step_us: float = 500
    more: tuple[str, ...] = ()


def node(net: str) -> str:
    """A net's name as ngspice takes it."""
    return "0" if net == GROUND else re.sub(r"\W", "_", net.lower()).replace("+", "p")


def channel_parts(netlist: Netlist) -> list[str]:
    """The small parts that hang together with the wake transistors and the latch's inputs, supplies not crossed."""
    nets = {netlist.at("U1", "ON"), netlist.at("U1", "OFF")}
    nets |= {net for start in STARTS[:2] for _, net in netlist.pins_of(start)}
    found: set[str] = set()
    waiting = sorted(nets - set(RAIL_VOLTS))
    while waiting:
        for pin in netlist.nets[waiting.pop()]:
            if pin.part.rstrip("0123456789") in PARTS and pin.part not in found:
                found.add(pin.part)
                waiting += [net for _, net in netlist.pins_of(pin.part) if net not in RAIL_VOLTS]
    return sorted(found)


def _two(netlist: Netlist, part: str, first: str, second: str) -> str:
    return f"{node(netlist.at(part, first))} {node(netlist.at(part, second))}"


def _element(netlist: Netlist, part: str, corner: Corner) -> Iterator[str]:
    value = netlist.parts[part].value
    match part.rstrip("0123456789"):
        case "R":
            yield f"{part} {_two(netlist, part, '1', '2')} {value_of(value):g}"
        case "C":
            # A ceramic capacitor's leads and plates: a tenth of an ohm damps what a spark would ring.
            yield f"{part} {node(netlist.at(part, '1'))} {part}x {value_of(value) * corner.capacitors:g}"
            yield f"R{part}x {part}x {node(netlist.at(part, '2'))} 0.1"
        case "D":
            yield f"{part} {_two(netlist, part, 'A', 'K')} {_model_name(value)}"
        case "Q":
            yield f"{part} {_two(netlist, part, 'C', 'B')} {node(netlist.at(part, 'E'))} MPNP"
        case _:
            yield f"S{part} {_two(netlist, part, '1', '2')} ctl_{part} 0 MSWITCH"


def _model_name(value: str) -> str:
    return "M" + re.sub(r"\W", "_", value)


def _models(corner: Corner) -> Iterator[str]:
    yield f".model MPNP PNP(BF={corner.beta:g} IS=1.8e-14 VAF=50 XTB=1.5 EG=1.11)"
    yield ".model MSWITCH SW(VT=0.5 VH=0.1 RON=1 ROFF=1e11)"
    yield ".model MPAD D(IS=1e-14 RS=5)"
    yield from (f".model {_model_name(name)} {model}" for name, model in MODELS.items())


def _pads(netlist: Netlist) -> Iterator[str]:
    """The Pi's pins: pull-ups of 50 k to its own 3.3 V, clamps to both rails, each behind a meter of its current."""
    logic = node("+3V3")
    for index, signal in enumerate(("/CARD_SWITCH", "/POWER_BUTTON")):
        if signal in netlist.nets:
            yield f"Vpad{index} {node(signal)} pad{index} 0"
            yield f"Rpad{index} pad{index} {logic} 50k"
            yield f"Dhigh{index} pad{index} {logic} MPAD"
            yield f"Dlow{index} 0 pad{index} MPAD"


def _sources(netlist: Netlist, corner: Corner, stimulus: Stimulus) -> Iterator[str]:
    cell = node("VBAT")
    yield f"Vcell inner 0 {stimulus.cell}"
    yield f"Rcell inner {cell} {corner.cell_ohms:g}"
    yield f"Iload {cell} 0 {stimulus.load}"
    yield f"Vsystem {node('VSYS')} 0 {stimulus.system}"
    yield f"Vlogic {node('+3V3')} 0 {stimulus.logic}"
    yield f"Vcut {node('/POWER_OFF')} 0 {stimulus.cut}"
    yield f"Con {node(netlist.at('U1', 'ON'))} 0 100p"
    for switch in ("SW1", "SW2"):
        yield f"Vctl{switch} ctl_{switch} 0 {stimulus.contacts.get(switch, '0')}"


def as_deck(netlist: Netlist, corner: Corner, stimulus: Stimulus, measures: tuple[str, ...]) -> str:
    """The whole deck. `measures`: ngspice's own lines without `meas tran`; `{on}`, `{off}` stand for the
    latch's inputs, `{contact}` for the card switch; in `more` of the stimulus, too."""
    lines = ["* wake channels and latch", *_sources(netlist, corner, stimulus), *_pads(netlist)]
    for part in channel_parts(netlist):
        lines += _element(netlist, part, corner)
    names = {"on": node(netlist.at("U1", "ON")), "off": node(netlist.at("U1", "OFF"))}
    names["contact"] = node(netlist.at("SW1", "1"))
    lines += [line.format(**names) for line in stimulus.more]
    lines += [*_models(corner), f".temp {corner.celsius:g}", ".options reltol=1e-4 method=gear"]
    lines += [f".tran {stimulus.step_us:g}u {stimulus.stop_ms:g}m 0 {stimulus.step_us:g}u", ".control", "run"]
    lines += [f"meas tran {line.format(**names)}" for line in measures]
    return "\n".join([*lines, "quit", ".endc", ".end", ""])


def as_key_deck(  # noqa: PLR0913, PLR0917 - a key's way has that many parts
    diode: str, row_ohms: float, column_ohms: float, keys: int, celsius: float, measures: tuple[str, ...]
) -> str:
    """Keys of one column, each with its diode, all held down: `row` is the GPIO of one of them.

    10 k and the Pi's own 50 k pull each row up, 75 ohm are the column's output (`hw/data/figures.toml`).
    """
    lines = ["* keys with diodes", "V33 up 0 3.3", f"Rcolumn column pin {column_ohms:g}", "Rpin pin 0 75"]
    for key in range(keys):
        row = f"row{key or ''}"
        lines += [f"Rup{key} up {row} 10k", f"Rpi{key} up {row} 50k", f"Rrow{key} {row} pad{key} {row_ohms:g}"]
        lines += [f"Rkey{key} pad{key} key{key} 1", f"Dkey{key} key{key} column {_model_name(diode)}"]
    lines += [*_models(Corner()), f".temp {celsius:g}", ".tran 10u 1m", ".control", "run"]
    return "\n".join([*lines, *(f"meas tran {line}" for line in measures), "quit", ".endc", ".end", ""])
