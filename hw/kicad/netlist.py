"""The netlist: what is joined to what, read from KiCad's export or from the compact text the project keeps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from hw.kicad.sexp import Node as Expression
from hw.kicad.sexp import children, loads, text_of


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """A part's pin: `function` is its name in the symbol, `kind` its electrical type."""

    part: str
    number: str
    function: str
    kind: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bill of materials."""

    reference: str
    value: str
    footprint: str
    fields: Mapping[str, str]
    fitted: bool


@dataclass(frozen=True)
class Netlist:
    """Parts by reference, and nets by name with their pins."""

    parts: Mapping[str, Part]
    nets: Mapping[str, tuple[Pin, ...]]

    @cached_property
    def net_of(self) -> Mapping[tuple[str, str], str]:
        """(part, pin number) -> net."""
        return MappingProxyType({(pin.part, pin.number): net for net, pins in self.nets.items() for pin in pins})

    def at(self, part: str, function: str) -> str:
        """The net at a pin by its name or number; empty when there is none."""
        for net, pins in self.nets.items():
            if any(pin.part == part and function in (pin.function, pin.number) for pin in pins):
                return net
        return ""

    def pins_of(self, part: str) -> list[tuple[Pin, str]]:
        """A part's pins with their nets."""
        return [(pin, net) for net, pins in self.nets.items() for pin in pins if pin.part == part]


def natural(text: str) -> tuple[str, int, str]:
    """Sort key that puts R2 before R10."""
    letters = text.rstrip("0123456789")
    digits = text[len(letters) :]
    return letters, int(digits or 0), text


def _part(node: list[Expression]) -> Part:
    properties = children(node, "property")
    flags = {text_of(item, "name") for item in properties}
    found = children(node, "fields")
    fields = {text_of(item, "name"): _field_value(item) for item in (children(found[0], "field") if found else [])}
    footprint = text_of(node, "footprint") if children(node, "footprint") else ""
    return Part(text_of(node, "ref"), text_of(node, "value"), footprint, fields, "dnp" not in flags)


def _field_value(node: list[Expression]) -> str:
    last = node[-1]
    return "" if isinstance(last, list) else str(last)


def _pin(node: list[Expression]) -> Pin:
    function = text_of(node, "pinfunction") if children(node, "pinfunction") else ""
    # KiCad appends the state of a pin that is left open on purpose.
    kind = text_of(node, "pintype").removesuffix("+no_connect")
    return Pin(text_of(node, "ref"), text_of(node, "pin"), function, kind)


def from_kicad(text: str) -> Netlist:
    """Read KiCad's own format (`kicad-cli sch export netlist --format kicadsexpr`)."""
    root = loads(text)
    parts = [_part(item) for item in children(children(root, "components")[0], "comp")]
    nets = children(children(root, "nets")[0], "net")
    joined = {text_of(net, "name"): tuple(sorted(_pin(item) for item in children(net, "node"))) for net in nets}
    return make(parts, joined)


def make(parts: Iterable[Part], nets: Mapping[str, tuple[Pin, ...]]) -> Netlist:
    """A netlist in its own order, whatever order the pieces came in."""
    by_reference = {part.reference: part for part in sorted(parts, key=lambda part: natural(part.reference))}
    by_name = {name: nets[name] for name in sorted(nets) if len(nets[name]) > 1}
    return Netlist(MappingProxyType(by_reference), MappingProxyType(by_name))


KEPT_FIELDS = ("Manufacturer", "MPN", "Datasheet", "Price", "Sold", "Description")


def dumps(netlist: Netlist) -> Iterator[str]:
    """The compact text, line by line: a part or a pin a line, fields between tabs."""
    yield "# Made by hw/make.py from the schematic; parts, then nets with their pins"
    for part in netlist.parts.values():
        kept = [part.fields.get(name, "") for name in KEPT_FIELDS]
        yield "\t".join(["part", part.reference, part.value, part.footprint, "yes" if part.fitted else "no", *kept])
    for name, pins in netlist.nets.items():
        for pin in pins:
            yield "\t".join(["pin", name, pin.part, pin.number, pin.function, pin.kind])


def from_text(text: str) -> Netlist:
    """Read the compact text. Raises ValueError for a line it does not know."""
    parts: list[Part] = []
    nets: dict[str, tuple[Pin, ...]] = {}
    for line in text.splitlines():
        match line.split("\t"):
            case ["part", reference, value, footprint, fitted, *kept]:
                fields = dict(zip(KEPT_FIELDS, kept, strict=True))
                parts.append(Part(reference, value, footprint, fields, fitted == "yes"))
            case ["pin", net, part, number, function, kind]:
                nets[net] = (*nets.get(net, ()), Pin(part, number, function, kind))
            case [comment] if comment.startswith("#"):
                pass
            case _:
                raise ValueError(f"not a line of a netlist: {line!r}")
    return make(parts, nets)
