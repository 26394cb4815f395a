"""Wiring against the software's pin file, both ways, and to the right contact at the far end."""

from types import MappingProxyType
from typing import Final

from drivers.header import DESK, HEADER, Role, Signal
from hw.checks.circuit import RAIL_VOLTS
from hw.kicad.netlist import Netlist

BOARD: Final = "A1"

FAR_ENDS: Final = MappingProxyType(
    {
        "OLED_SDA": ("DS1", "SDA"), "OLED_SCL": ("DS1", "SCL"), "OLED_MOSI": ("J1", "D1/MOSI"),
        "OLED_SCLK": ("J1", "D0/CLK"), "OLED_CS": ("J1", "CS"), "OLED_DC": ("J1", "DC"), "OLED_RST": ("J1", "RES"),
        "KEY_ROW1": ("KB1", "R1"), "KEY_ROW2": ("KB1", "R2"), "KEY_ROW3": ("KB1", "R3"), "KEY_ROW4": ("KB1", "R4"),
        "KEY_COL1": ("KB1", "C1"), "KEY_COL2": ("KB1", "C2"), "KEY_COL3": ("KB1", "C3"), "KEY_COL4": ("KB1", "C4"),
        "LED": ("D1", "A"), "BUZZER": ("Q1", "B"), "SLOT_TXD": ("J2", "RXD"), "SLOT_RXD": ("J2", "TXD"),
        "CARD_SWITCH": ("SW1", "1"), "POWER_BUTTON": ("SW2", "1"), "POWER_OFF": ("U1", "OFF"),
    }
)  # fmt: skip
"""Signal -> the contact it must reach, directly or through at most `IN_SERIES` parts."""

RIBBON: Final = MappingProxyType(
    {f"R{i}": str(9 - i) for i in range(1, 5)} | {f"C{i}": str(5 - i) for i in range(1, 5)}
)
"""The keypad's contacts on its ribbon: Parallax 27899 numbers columns 4 to 1 as pins 1 to 4, rows 4 to 1 as 5 to 8."""


def is_battery(netlist: Netlist) -> bool:
    """True for the version with a cell."""
    return "BT1" in netlist.parts


def expected(netlist: Netlist) -> list[Signal]:
    """The pin file's entries this version must have."""
    return [pin for pin in DESK if is_battery(netlist) or not pin.battery_only]


def has_ribbon(netlist: Netlist) -> bool:
    """True for a keypad on a ribbon; False for switches on the board itself."""
    return "KB1" in netlist.parts


def is_key_of_board(netlist: Netlist, signal: str) -> bool:
    """True for a row or column that ends at switches on the board, each judged by `hw.checks.keys`."""
    return signal.startswith("KEY_") and not has_ribbon(netlist)


def missing_signals(netlist: Netlist) -> list[str]:
    """From the pin file to the drawing: every signal's net is on its header pin."""
    found: list[str] = []
    for pin in expected(netlist):
        net = netlist.net_of.get((BOARD, str(HEADER[pin.gpio])), "nothing")
        if net != f"/{pin.signal}":
            found.append(
                f"{pin.signal}: drivers/header.py has header pin {HEADER[pin.gpio]}, where the drawing has {net}"
            )
    return found


def unknown_wires(netlist: Netlist) -> list[str]:
    """From the drawing to the pin file: no GPIO is wired that the software does not know."""
    known = {str(HEADER[pin.gpio]): pin.signal for pin in expected(netlist)}
    gpio_pins = {str(number) for number in HEADER.values()}
    wired = {pin.number: net for pin, net in netlist.pins_of(BOARD) if pin.number in gpio_pins}
    return [
        f"header pin {number} carries {net}, of which drivers/header.py knows nothing"
        for number, net in wired.items()
        if net != f"/{known.get(number)}" and not _is_memory(netlist, net)
    ]


IN_SERIES: Final = 2
"""So many parts stand between a signal and its contact at the most: a resistor, and the diode of a wake channel."""


def _next_nets(netlist: Netlist, net: str) -> set[str]:
    """The net and what lies behind at most `IN_SERIES` resistors and diodes, supplies left out."""
    reached, edge = {net}, {net}
    for _ in range(IN_SERIES):
        parts = {pin.part for name in edge for pin in netlist.nets.get(name, ())}
        passed = [part for part in parts if part[0] in "RD" and part[1:].isdigit()]
        edge = {other for part in passed for _, other in netlist.pins_of(part)} - reached - set(RAIL_VOLTS)
        reached |= edge
    return reached


def wrong_far_ends(netlist: Netlist) -> list[str]:
    """Every signal reaches its contact, and no other signal's contact."""
    found: list[str] = []
    for pin in expected(netlist):
        reached = {
            (end.part, name)
            for net in _next_nets(netlist, f"/{pin.signal}")
            for end in netlist.nets.get(net, ())
            for name in (end.function, end.number)
        }
        if is_key_of_board(netlist, pin.signal):
            continue
        known = {FAR_ENDS[other.signal] for other in expected(netlist)}
        ends = known & reached
        if ends != {FAR_ENDS[pin.signal]}:
            found.append(f"{pin.signal} must end at {FAR_ENDS[pin.signal]}, ends at {sorted(ends) or 'nothing'}")
    return found


def wrong_ribbon(netlist: Netlist) -> list[str]:
    """The keypad's contacts are on the maker's pins; a board with keys of its own has no ribbon."""
    if not has_ribbon(netlist):
        return []
    drawn = {pin.function: pin.number for pin, _ in netlist.pins_of("KB1")}
    return [
        f"keypad {name} is on pin {drawn.get(name)}, must be on {RIBBON[name]}"
        for name in RIBBON
        if drawn.get(name) != RIBBON[name]
    ]


GROUPS: Final = MappingProxyType(
    {
        "HAT identification": (frozenset({0, 1}), frozenset[Role]()),
        "I2C bus": (frozenset({2, 3}), frozenset({Role.I2C})),
        "SPI bus": (frozenset({7, 8, 9, 10, 11}), frozenset({Role.SPI})),
        "serial console": (frozenset({14, 15}), frozenset({Role.UART})),
    }
)
"""GPIOs with a life of their own at boot, and the only roles that may use them."""


def conflicts(netlist: Netlist, pins: tuple[Signal, ...] = DESK) -> list[str]:
    """No signal on a pin that boot, console or a bus uses, no pin twice, nothing on the HAT identification."""
    found: list[str] = []
    for name, (gpios, roles) in GROUPS.items():
        found += [
            f"{pin.signal} is on GPIO{pin.gpio}: {name}" for pin in pins if pin.gpio in gpios and pin.role not in roles
        ]
    for number in ("27", "28"):
        net = netlist.net_of.get((BOARD, number))
        if net and not _is_memory(netlist, net):
            found.append(f"header pin {number} is reserved for a HAT's identification and carries {net}")
    seen: dict[int, str] = {}
    for pin in pins:
        if pin.gpio in seen:
            found.append(f"{pin.signal} and {seen[pin.gpio]} share GPIO{pin.gpio}")
        seen[pin.gpio] = pin.signal
    return found


def _is_memory(netlist: Netlist, net: str) -> bool:
    """True for a net that joins only the HAT's memory and its pull-up."""
    others = [pin.part for pin in netlist.nets[net] if pin.part != BOARD]
    memories = [part for part in others if netlist.parts[part].value == "24LC32"]
    return len(memories) == 1 and all(part in memories or part.startswith("R") for part in others)


def incomplete_parts(netlist: Netlist) -> list[str]:
    """Every part has value, maker, maker's number, footprint, description and a data sheet or a dash."""
    found: list[str] = []
    for part in netlist.parts.values():
        values = {"value": part.value, "footprint": part.footprint}
        values |= {name: part.fields.get(name, "") for name in ("Manufacturer", "MPN", "Description", "Datasheet")}
        found += [f"{part.reference} has no {name}" for name, text in values.items() if not text.strip()]
    return found
