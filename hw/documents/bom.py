"""The bill of materials as CSV and as a table."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hw.kicad.netlist import Netlist, Part, natural

COLUMNS: Final = (
    "References",
    "Quantity",
    "Value",
    "Maker",
    "Part number",
    "Footprint",
    "Fitted",
    "Price EUR",
    "Sold by",
    "Data sheet",
)


@dataclass(frozen=True, slots=True)
class Line:
    """Equal parts together."""

    parts: tuple[Part, ...]

    @property
    def references(self) -> str:
        """R1 R2 R3."""
        return " ".join(part.reference for part in self.parts)

    @property
    def part(self) -> Part:
        """One of them."""
        return self.parts[0]


def grouped(netlist: Netlist) -> list[Line]:
    """Equal maker's numbers together, in the order of their first reference."""
    groups: dict[tuple[str, str, bool], list[Part]] = {}
    for part in netlist.parts.values():
        groups.setdefault((part.fields["MPN"], part.value, part.fitted), []).append(part)
    lines = [Line(tuple(sorted(parts, key=lambda part: natural(part.reference)))) for parts in groups.values()]
    return sorted(lines, key=lambda line: natural(line.part.reference))


def as_csv(netlist: Netlist) -> str:
    """The list for a spreadsheet or a distributor's order form."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in grouped(netlist):
        part = line.part
        bought = [
            part.value,
            part.fields["Manufacturer"],
            part.fields["MPN"],
            part.footprint,
            "yes" if part.fitted else "no",
        ]
        shop = [part.fields["Price"], part.fields["Sold"], part.fields["Datasheet"]]
        writer.writerow([line.references, len(line.parts), *bought, *shop])
    return target.getvalue()


def total_euros(netlist: Netlist) -> float:
    """What the fitted parts cost together, order of magnitude."""
    return sum(float(part.fields["Price"]) for part in netlist.parts.values() if part.fitted)


def _row(line: Line) -> str:
    part = line.part
    name = f"{part.fields['Manufacturer']} {part.fields['MPN']}"
    if part.fields["Datasheet"].startswith("http"):
        name = f"[{name}]({part.fields['Datasheet']})"
    quantity = str(len(line.parts)) if part.fitted else f"({len(line.parts)})"
    price = f"{float(part.fields['Price']):.2f}"
    cells = (line.references, quantity, part.value, name, part.fields["Description"], price, part.fields["Sold"])
    return f"| {' | '.join(cells)} |"


def as_table(netlist: Netlist, title: str) -> Iterator[str]:
    """Lines of Markdown; a quantity in brackets is an option that stays empty by default."""
    yield f"## {title}"
    yield ""
    yield "| reference | number | value | part | what it is | about EUR each | sold by |"
    yield "|---|---|---|---|---|---|---|"
    yield from (_row(line) for line in grouped(netlist))
    yield ""
    yield f"Fitted parts together: about {total_euros(netlist):.0f} EUR, one of each, without shipping."
    yield ""
