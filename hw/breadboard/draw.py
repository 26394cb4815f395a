"""The wiring diagram: one A4 page, every wire from its header pin to its hole in its own colour, and a list of them."""

from collections.abc import Iterator
from typing import Any, Final

from hw.breadboard.model import COLUMNS, LOWER, UPPER, Hole, Leg, Wire, bridges, legs, pi_wires
from hw.design.library import LEGENDS
from hw.design.parts import OLED
from hw.kicad.netlist import Netlist
from hw.svg import Picture

PITCH: Final = 4.1
LEFT: Final = 17.0
ROW_Y: Final = {"-": 84.0, "+": 88.1} | {row: 95 + i * PITCH for i, row in enumerate("jihgf")} | {
    row: 121.6 + i * PITCH for i, row in enumerate("edcba")
}  # fmt: skip
BOARD: Final = (12.0, 79.0, 273.0, 64.0)
PIN_X: Final = 40.0
PIN_STEP: Final = 11.4
PIN_Y: Final = (30.0, 38.0)
"""Height of the header's even pins, and of its odd ones."""

HALO: Final[dict[str, Any]] = {"paint_order": "stroke", "stroke": "#f7f5ee", "stroke_width": 1.0}
"""Keeps a label readable over holes."""

HEADER_NAMES: Final = {
    1: "3V3", 17: "3V3", 2: "5V", 4: "5V", 27: "ID", 28: "ID", **dict.fromkeys((6, 9, 14, 20, 25, 30, 34, 39), "GND"),
}  # fmt: skip


def place(hole: Hole) -> tuple[float, float]:
    """A hole's centre on the page."""
    return LEFT + (hole.column - 1) * PITCH, ROW_Y[hole.row]


def pin_place(pin: int) -> tuple[float, float]:
    """A header pin's centre on the page."""
    return PIN_X + (pin - 1) // 2 * PIN_STEP, PIN_Y[pin % 2]


def _board(page: Picture) -> None:
    x, y, width, height = BOARD
    page.rect(x, y, width, height, rx=2, fill="#f7f5ee", stroke="#b8b4a6", stroke_width=0.3)
    page.rect(x, 114.3, width, 4.4, fill="#e4e0d4")
    for row, colour in (("-", "#222222"), ("+", "#d62728")):
        offset = -2.2 if row == "-" else 2.2
        page.line(x + 3, ROW_Y[row] + offset, x + width - 3, ROW_Y[row] + offset, stroke=colour, stroke_width=0.3)
        page.text(x + 1, ROW_Y[row] + 1, row, 3.4, fill=colour, font_weight="bold")
    for row in LOWER + UPPER + "+-":
        for column in range(1, COLUMNS + 1):
            cx, cy = place(Hole(row, column))
            page.circle(cx, cy, 0.55, fill="#8f8b80")
    for row in LOWER + UPPER:
        page.text(x + 1.2, ROW_Y[row] + 0.8, row, 2.2, fill="#777777")
    for column in (1, *range(5, COLUMNS + 1, 5)):
        for row_y in (ROW_Y["j"] - 2.1, ROW_Y["a"] + 3.4):
            page.text(LEFT + (column - 1) * PITCH, row_y, str(column), 1.9, "middle", fill="#777777")


def _pin_name(pin: int, used: dict[int, str]) -> str:
    return (
        used.get(pin, HEADER_NAMES.get(pin, ""))
        .removeprefix("OLED_")
        .removeprefix("KEY_")
        .replace("CARD_SWITCH", "CARD")
    )


def _header_board(page: Picture) -> None:
    page.rect(PIN_X - 8, 20.5, PIN_STEP * 19 + 16, 27, rx=2, fill="#e5f2e5", stroke="#4a8a4a", stroke_width=0.4)


def _header(page: Picture, wires: list[Wire]) -> None:
    used = {wire.start: wire.signal for wire in wires if isinstance(wire.start, int)}
    colours = {wire.start: wire.colour for wire in wires}
    page.text(PIN_X - 13, 30.8, "even", 2.4, "middle", fill="#4a8a4a")
    page.text(PIN_X - 13, 38.8, "odd", 2.4, "middle", fill="#4a8a4a")
    for pin in range(1, 41):
        x, y = pin_place(pin)
        shape = {"rx": 0.3} if pin == 1 else {"rx": 1.7}
        page.rect(
            x - 1.9, y - 1.9, 3.8, 3.8, fill=colours.get(pin, "#ffffff"), stroke="#333333", stroke_width=0.25, **shape
        )
        page.text(x, y + 0.8, str(pin), 2.2, "middle", fill="#ffffff" if pin in colours else "#666666")
        above = y - 3 if pin % 2 == 0 else y + 4.6
        page.text(x, above, _pin_name(pin, used), 2.3, "middle", fill="#111111" if pin in colours else "#999999")


def _curve(page: Picture, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    (x1, y1), (x2, y2) = start, end
    bend = (y2 - y1) * 0.45
    path = f"M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"
    page.path(path, fill="none", stroke="#ffffff", stroke_width=2.0)
    page.path(path, fill="none", stroke=colour, stroke_width=1.15, stroke_linecap="round")


def _pi_wire(page: Picture, wire: Wire) -> None:
    assert isinstance(wire.start, int)
    x, y = pin_place(wire.start)
    even = wire.start % 2 == 0
    # An even pin's wire passes between the odd pins.
    start = (x + PIN_STEP / 2, PIN_Y[1] + 8) if even else (x, y + 6)
    if even:
        path = f"M{x:.1f} {y:.1f}L{start[0]:.1f} {y + 3.5:.1f}L{start[0]:.1f} {start[1]:.1f}"
        page.path(path, fill="none", stroke=wire.colour, stroke_width=1.15, stroke_linejoin="round")
    _curve(page, start, place(wire.end), wire.colour)


def _wire_end(page: Picture, wire: Wire) -> None:
    page.circle(*place(wire.end), 1.0, fill=wire.colour, stroke="#ffffff", stroke_width=0.25)


def _bridge(page: Picture, wire: Wire) -> None:
    assert isinstance(wire.start, Hole)
    (x1, y1), (x2, y2) = place(wire.start), place(wire.end)
    page.line(x1, y1, x2, y2, stroke="#ffffff", stroke_width=1.8)
    page.line(x1, y1, x2, y2, stroke=wire.colour, stroke_width=1.1, stroke_linecap="round")
    for x, y in ((x1, y1), (x2, y2)):
        page.circle(x, y, 0.85, fill=wire.colour)


def _two_legs(page: Picture, part: str, value: str, ends: list[tuple[float, float]], fill: str) -> None:
    (x1, y1), (x2, y2) = ends
    page.line(x1, y1, x2, y2, stroke="#666666", stroke_width=0.5)
    cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
    if abs(x2 - x1) > abs(y2 - y1):
        page.rect(cx - 4.5, cy - 1.6, 9, 3.2, rx=1, fill=fill, stroke="#333333", stroke_width=0.2)
        page.text(cx, cy + 0.7, f"{part} {value}".strip(), 2.0, "middle")
        return
    page.rect(cx - 1.5, cy - 4, 3, 8, rx=1, fill=fill, stroke="#333333", stroke_width=0.2)
    upright = f"rotate(-90 {cx + 0.7:.2f} {cy:.2f})"
    page.text(cx + 0.7, cy, f"{part} {value}".strip(), 1.9, "middle", transform=upright)


def _band(page: Picture, ends: dict[str, tuple[float, float]]) -> None:
    """The cathode's ring on a diode."""
    (kx, ky), (ax, ay) = ends["1"], ends["2"]
    if kx == ax:
        side = 1 if ky > ay else -1
        page.rect(kx - 1.5, (ky + ay) / 2 + side * 3.2 - 0.4, 3, 0.8, fill="#222222")
        return
    side = 1 if kx > ax else -1
    page.rect((kx + ax) / 2 + side * 3.2 - 0.4, ky - 1.6, 0.8, 3.2, fill="#222222")


def _oled(page: Picture, ends: dict[str, tuple[float, float]]) -> None:
    x, y = ends["1"]
    page.rect(x - 7, y - 1.8, 27, 29, rx=1, fill="#1c3f72", stroke="#0d2547", stroke_width=0.3)
    page.rect(x - 5, y + 6, 23, 14, fill="#0a0a0a")
    page.text(x + 6.5, y + 14.5, "3465 6023", 4, "middle", fill="#bfe3ff", font_weight="bold")
    page.text(x + 6.5, y + 24.5, "DS1 OLED, glass up", 2.2, "middle", fill="#ffffff")
    for pin, name in (("1", "GND"), ("2", "VCC"), ("3", "SCL"), ("4", "SDA")):
        page.circle(*ends[pin], 0.9, fill="#d9c46b")
        page.text(ends[pin][0], ends[pin][1] + 4.2, name, 1.75, "middle", fill="#ffffff")


PAD: Final = (44.0, 36.0)
"""Width and height of the keypad on the page: smaller than it is."""

FOLD: Final = 5.0
"""How far its ribbon stands out at the lower edge, where it leaves."""


def _keypad(page: Picture, ends: dict[str, tuple[float, float]]) -> None:
    """The pad upright below the board. Its ribbon leaves at the lower edge, and runs back under the pad to row a."""
    (x, y), (right, _) = ends["8"], ends["1"]
    width, height = PAD
    left, top = (x + right) / 2 - width / 2, y + 10
    fold = top + height + FOLD
    page.rect(x - 2, y, right - x + 4, fold - y, rx=0.8, fill="#d7d7d7", stroke="#8a8a8a", stroke_width=0.25)
    for name, pin in zip(RIBBON, range(8, 0, -1), strict=True):
        px = ends[str(pin)][0]
        page.line(px, y, px, fold - 1, stroke="#a5a5a5", stroke_width=1.2)
        page.circle(px, y, 0.9, fill="#d9c46b")
        page.text(px, y + 8.6, WIRE_NAMES[name[0]] + name[1], 1.45, "middle", fill="#222222")
    page.rect(left, top, width, height, rx=1.5, fill="#333842", stroke="#111111", stroke_width=0.3)
    page.rect(x - 2, top, right - x + 4, height, fill="#565d6a")
    for edge in (x - 2, right + 2):
        page.line(edge, top, edge, top + height, stroke="#d7d7d7", stroke_width=0.35, stroke_dasharray="1.4 1")
    for r, row in enumerate(LEGENDS):
        for c, legend in enumerate(row):
            page.rect(left + 2 + c * 10.4, top + 2 + r * 8.4, 8.8, 6.8, rx=0.8, fill="#c0392b" if c == 3 else "#2d6cb5")
            page.text(left + 6.4 + c * 10.4, top + 6.3 + r * 8.4, legend, 2.5, "middle", fill="#ffffff")
    page.text(right + 4, fold + 0.8, "fold", 2.4, fill="#c0392b")
    page.line(x - 2, fold, right + 2, fold, stroke="#c0392b", stroke_width=0.6)
    page.text(left - 2, top + 5, "KB1 keypad,", 2.4, "end")
    page.text(left - 2, top + 8.4, "keys up", 2.4, "end")
    told = [
        "Its ribbon leaves at the",
        "lower edge, under C 0 OK.",
        "Fold it back under the pad,",
        "without a twist, to row a:",
    ]
    told += ["row 1 stays at the left.", "Too short: eight wires", "pin to pin, same order."]
    page.lines(left + width + 2, top + 4, told, 2.4)


WIRE_NAMES: Final = {"R": "row", "C": "col"}
"""How a wire of the ribbon is called beside resistors R1 to R8 and capacitor C1."""

RIBBON: Final = ("R1", "R2", "R3", "R4", "C1", "C2", "C3", "C4")
"""The ribbon's wires from the left, keys up and seen from above, at the lower edge and, folded back, at row a."""


def _transistor(page: Picture, ends: dict[str, tuple[float, float]]) -> None:
    x, y = ends["2"]
    page.path(f"M{x - 4.8:.1f} {y + 2.6:.1f}A4.8 4.8 0 0 1 {x + 4.8:.1f} {y + 2.6:.1f}Z", fill="#3a3a3a")
    page.text(x, y + 1.9, "C   B   E", 1.9, "middle", fill="#ffffff")
    page.text(x + 5.4, y + 2.2, "Q1 BC547B, flat side down", 2.0, **HALO)


BUZZER_RADIUS: Final = 12.0 / 2.54 * PITCH / 2
"""Of 12 mm: it covers rows a to e."""


def _buzzer(page: Picture, ends: dict[str, tuple[float, float]]) -> None:
    (x1, y), (x2, _) = ends["2"], ends["1"]
    page.circle((x1 + x2) / 2, y, BUZZER_RADIUS, fill="#4a4a4a", fill_opacity=0.92, stroke="#111111", stroke_width=0.3)
    page.circle((x1 + x2) / 2, y, 1.2, fill="#111111")
    page.text((x1 + x2) / 2, y - 3.2, "BZ1", 2.2, "middle", fill="#ffffff")
    page.text(x1 - 0.4, y + 3, "-", 3, "middle", fill="#ffffff")
    page.text(x2 + 0.4, y + 3, "+", 3, "middle", fill="#ffffff")


def _led(page: Picture, ends: dict[str, tuple[float, float]]) -> None:
    (ax, y), (kx, _) = ends["2"], ends["1"]
    page.circle((ax + kx) / 2, y + 0.2, 3.4, fill="#5fd35f", stroke="#2a7a2a", stroke_width=0.3)
    page.line(kx + 1.1, y - 1.6, kx + 1.1, y + 2, stroke="#2a7a2a", stroke_width=0.5)
    page.text((ax + kx) / 2, y + 0.9, "D1", 2.0, "middle")
    page.text(kx + 2.2, y + 3.4, "flat side: right", 1.9, **HALO)


def _lever_switch(page: Picture, ends: dict[str, tuple[float, float]]) -> None:
    (x1, y1), (x2, _) = ends["1"], ends["2"]
    for x, out in ((x1, -2.0), (x2, 6.0)):
        page.path(f"M{x:.1f} {y1:.1f}L{x + out:.1f} 150", fill="none", stroke="#777777", stroke_width=0.8)
    page.rect(x1 - 6, 150, 22, 9, rx=0.8, fill="#222222")
    page.line(x1 - 3, 149.4, x1 + 14, 146.6, stroke="#888888", stroke_width=0.7)
    page.text(x1 + 5, 155.6, "SW1 C / NO", 2.3, "middle", fill="#ffffff")


def _capacitor(page: Picture, netlist: Netlist, part: str, ends: dict[str, tuple[float, float]]) -> None:
    """A plain one lies between two columns; one that has a + leg stands across the rails."""
    value = netlist.parts[part].value
    polarised = any(pin.function == "+" for pin, _ in netlist.pins_of(part))
    (x1, y1), (x2, y2) = ends["1"], ends["2"]
    across, down = abs(x2 - x1), abs(y2 - y1)
    fill = "#7fb2e5" if polarised else "#e5a34a"
    corner = (min(x1, x2) - (0.9 if across else 1.3), min(y1, y2) - (1.3 if across else 0.9))
    size = (across + 1.8, 2.6) if across else (2.6, down + 1.8)
    page.rect(*corner, *size, rx=1.2, fill=fill, stroke="#333333", stroke_width=0.2)
    if polarised:
        page.text(x1, y1 + 0.7, "+", 2.2, "middle", font_weight="bold")
    page.text(max(x1, x2) + 2, (y1 + y2) / 2 + 0.7, f"{part} {value}", 1.9, **HALO)


def _part(page: Picture, netlist: Netlist, part: str, own: list[Leg]) -> None:
    ends = {leg.pin: place(leg.at) for leg in own}
    special = {"DS1": _oled, "KB1": _keypad, "Q1": _transistor, "BZ1": _buzzer, "D1": _led, "SW1": _lever_switch}
    if part in special:
        special[part](page, ends)
    elif part.startswith("C"):
        _capacitor(page, netlist, part, ends)
    else:
        value = netlist.parts[part].value
        fill = "#e8cfa2" if part.startswith("R") else "#d98c6a"
        _two_legs(page, part, value if part.startswith("R") else "", list(ends.values()), fill)
        if part.startswith("D"):
            _band(page, ends)


ORDER: Final = ("KB1", "R", "C", "Q", "D2", "BZ1", "D1", "SW1", "DS1")


def _sorted_parts() -> Iterator[tuple[str, list[Leg]]]:
    groups: dict[str, list[Leg]] = {}
    for leg in legs():
        groups.setdefault(leg.part, []).append(leg)

    def rank(name: str) -> int:
        return next((i for i, start in enumerate(ORDER) if name.startswith(start)), 0)

    for part in sorted(groups, key=lambda name: (rank(name), name)):
        yield part, groups[part]


def _table(page: Picture, wires: list[Wire]) -> None:
    x, y = 92.0, 170.0
    page.text(x, y - 5, "Wires from the Pi: header pin, signal, hole", 3, font_weight="bold")
    for index, wire in enumerate(wires):
        column, row = divmod(index, 8)
        tx, ty = x + column * 50, y + row * 4.3
        page.rect(tx, ty - 2.4, 4, 2.8, fill=wire.colour)
        page.text(tx + 14, ty, f"pin {wire.start}", 2.7, "end")
        page.text(tx + 16, ty, wire.signal, 2.7)
        page.text(tx + 46, ty, str(wire.end), 2.7, "end")


def wiring_diagram(netlist: Netlist) -> str:
    """The page as SVG."""
    page = Picture(297, 210)
    page.rect(0, 0, 297, 210, fill="#ffffff")
    page.text(12, 12, "Sésame reader, desk prototype: wiring on a breadboard", 5, font_weight="bold")
    page.text(285, 12, "Made by hw/make.py from drivers/header.py and the schematic", 2.4, "end", fill="#777777")
    page.text(PIN_X - 8, 18.5, "Raspberry Pi, 40-pin header seen from above, pin 1 (square) at the left", 2.8)
    wires = pi_wires()
    _board(page)
    for wire in bridges():
        _bridge(page, wire)
    _header_board(page)
    for wire in wires:
        _pi_wire(page, wire)
    for part, own in _sorted_parts():
        _part(page, netlist, part, own)
    for wire in wires:
        _wire_end(page, wire)
    _header(page, wires)
    _table(page, wires)
    page.lines(
        12,
        186,
        [
            "Unplug the Pi while you wire.",
            "OLED: compare the order of its pins with",
            f"its print ({OLED.mpn}: GND VCC SCL SDA).",
            "Rails cut in the middle of your board?",
            "Bridge them there with two wires.",
        ],
        2.6,
    )
    page.text(
        285, 205, "Print on A4, landscape. The card reader plugs into the Pi's USB socket.", 2.4, "end", fill="#777777"
    )
    return page.document()
