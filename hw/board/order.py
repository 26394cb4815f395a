"""The list a board's parts are ordered by: who solders what, and what is plugged into what was soldered."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hw.design import parts, surface
from hw.kicad.netlist import Netlist, Part, natural

COLUMNS: Final = ("Designator", "Quantity", "Value", "Maker", "Part number", "Footprint", "Fitted by", "Price EUR")
BY_HAND: Final = ("_THT:", "PinSocket", "PinHeader", "JST", "LED_THT", "Buzzer", "Button_Switch")
"""Parts of footprints that a person solders; the house fits the rest."""
CONNECTOR: Final = "Connector_"
NO_NUMBER: Final = ("", "none", "~")


@dataclass(frozen=True, slots=True)
class Line:
    """What is ordered under one number. `place`: its references, or what it is plugged into."""

    place: tuple[str, ...]
    value: str
    maker: str
    number: str
    footprint: str
    by: str
    euros: float


def is_bought(part: Part) -> bool:
    """False for a pad that is only copper."""
    return not part.footprint.startswith("TestPoint:")


def _by(part: Part) -> str:
    if not part.fitted:
        return "nobody"
    return "hand" if any(name in part.footprint for name in BY_HAND) else "house"


def _lines_of(part: Part, carriers: Mapping[str, parts.Part]) -> Iterator[Line]:
    """What is soldered at a part's place, then what is plugged in there."""
    fields, price = part.fields, float(part.fields["Price"])
    maker, number = fields["Manufacturer"], fields["MPN"]
    carrier = carriers.get(number)
    if carrier is None:
        yield Line((part.reference,), part.value, maker, number, part.footprint, _by(part), price)
        return
    by, euros = _by(part), carrier.euros
    yield Line((part.reference,), carrier.value, carrier.maker, carrier.mpn, part.footprint, by, euros)
    yield Line((f"on {part.reference}",), part.value, maker, number, "", "plug", price)


def grouped(netlist: Netlist, carriers: Mapping[str, parts.Part] = surface.CARRIERS) -> list[Line]:
    """Equal numbers together, in the order of their first reference; what is plugged in behind all that is soldered."""
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for part in sorted(filter(is_bought, netlist.parts.values()), key=lambda part: natural(part.reference)):
        for line in _lines_of(part, carriers):
            groups.setdefault((line.number, line.value, line.by), []).append(line)
    found = [Line(tuple(name for line in lines for name in line.place), *_rest(lines[0])) for lines in groups.values()]
    return sorted(found, key=lambda line: line.by == "plug")


def _rest(line: Line) -> tuple[str, str, str, str, str, float]:
    return line.value, line.maker, line.number, line.footprint, line.by, line.euros


def parts_csv(netlist: Netlist) -> str:
    """The list to order by, for a distributor and for the house."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in grouped(netlist):
        row = [line.value, line.maker, line.number, line.footprint, line.by, f"{line.euros:.2f}"]
        writer.writerow([",".join(line.place), len(line.place), *row])
    return target.getvalue()


def unordered(netlist: Netlist, carriers: Mapping[str, parts.Part] = surface.CARRIERS) -> list[str]:
    """What a builder would lack: lines without a number, and connectors with no other number than their module's."""
    found = [
        f"{', '.join(line.place)}: no order number for {line.value}"
        for line in grouped(netlist, carriers)
        if line.number in NO_NUMBER
    ]
    for part in netlist.parts.values():
        if part.footprint.startswith(CONNECTOR) and part.fields["MPN"] not in (*carriers, *surface.SOLDERED_CONNECTORS):
            found.append(f"{part.reference}: {part.value} has a number, what is soldered there has none")
    return found
