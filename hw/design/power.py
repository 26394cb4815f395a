"""The battery version's own sheets: what wakes and cuts, and what charges, measures and boosts."""

from dataclasses import dataclass
from typing import Final

from hw.design import library, parts
from hw.design.pen import Pen
from hw.kicad.sheet import Placed, Sheet, TitleBlock
from hw.kicad.symbols import Point, Symbol

BY_HAND: Final = ("under the Code key", "dtoverlay=gpio-poweroff,gpiopin=26")
ON_BOARD: Final = ("beside the light", "card image: a hook; Raspberry Pi OS: dtoverlay=gpio-poweroff")
"""Where the wake button is, and by what the Pi cuts: of the hand-wired reader, whose system is installed, and of the
front board, whose card is written; Debian's kernels have no gpio-poweroff."""


def latch(block: TitleBlock, *, is_board: bool) -> Sheet:
    """Card switch and wake button wake the latch by a pulse; the Pi's POWER_OFF opens it."""
    button, cut = ON_BOARD if is_board else BY_HAND
    pen = Pen(Sheet("latch", block, 6))
    sheet = pen.sheet
    sheet.frame((14, 14), (148, 62), "Wake by the card")
    sheet.frame((14, 66), (148, 114), f"Wake by the button {button}")
    on_card = _wake(pen, CARD)
    on_button = _wake(pen, BUTTON)
    module = _switch(pen)
    on = module.pin("ON")
    sheet.wire(on_card, (on_card[0], on[1]), on)
    sheet.label("WAKE", (136, on[1]))
    sheet.wire(on_button, (on_button[0], 104), (151, 104), (151, on[1]))
    _off(pen, module, cut)
    return sheet


@dataclass(frozen=True, slots=True)
class Channel:
    """One of the two contacts that wake: its parts are numbered from `number`, its resistors from `resistor`."""

    number: int
    resistor: int
    signal: str
    shape: Symbol
    contact: parts.Part
    y: float

    @property
    def node_name(self) -> str:
        """The net of the contact's hot end."""
        return f"CONTACT_{self.number}"


CARD: Final = Channel(1, 12, "CARD_SWITCH", library.LEVER, parts.CARD_SWITCH, 36)
BUTTON: Final = Channel(2, 16, "POWER_BUTTON", library.PUSH, parts.WAKE_BUTTON, 88)


def _contact(pen: Pen, channel: Channel) -> Point:
    """The contact, kept high from the cell, and the diode through which the Pi reads it. Returns its hot end.

    The capacitor that takes a spark is tied to the cell, not to ground: a rail that jumps lifts the contact with it.
    """
    sheet, y, number = pen.sheet, channel.y, channel.number
    node = (66.0, y)
    diode = pen.part(library.SCHOTTKY, f"D{number + 2}", parts.SCHOTTKY, (54, y), rotation=270)
    series = pen.part(library.RESISTOR, f"R{number + 26}", parts.resistor("470"), (36, y), rotation=90)
    pen.entry(channel.signal, (29, y), series.pin("1"), "output")
    sheet.wire(series.pin("2"), diode.pin("A"))
    pull = pen.part(library.RESISTOR, f"R{channel.resistor}", parts.resistor("10k"), (42, y - 7))
    sheet.wire(pull.pin("2"), (42, y))
    pen.supply(library.RAILS["+3V3"], pull.pin("1"))
    keeper = pen.part(library.RESISTOR, f"R{channel.resistor + 1}", parts.resistor("470k"), (66, y - 7))
    sheet.wire(keeper.pin("2"), node)
    pen.supply(library.RAILS["VBAT"], keeper.pin("1"))
    shunt = pen.part(library.CAPACITOR, f"C{number + 6}", parts.CAP_100N, (76, y - 7))
    sheet.wire(shunt.pin("2"), (76, y))
    pen.supply(library.RAILS["VBAT"], shunt.pin("1"))
    switch = pen.part(
        channel.shape, f"SW{number}", channel.contact, (66, y + 8), rotation=270, fields=((4.5, -1), (4.5, 1))
    )
    sheet.wire(diode.pin("K"), node, switch.pin("1"))
    pen.supply(library.GND, switch.pin("2"))
    sheet.label(channel.node_name, (node[0] + 1, y))
    return node


def _wake(pen: Pen, channel: Channel) -> Point:
    """One channel: a closing contact gives one pulse. Returns the transistor's collector."""
    sheet, y, number = pen.sheet, channel.y, channel.number
    node = _contact(pen, channel)
    edge = pen.part(
        library.CAPACITOR, f"C{number + 2}", parts.CAP_1U, (82, y), rotation=90, fields=((-3.4, -2.4), (0.6, -2.4))
    )
    # Equal resistors halve what a jump of the cell, at a load let go, puts between base and emitter.
    base = pen.part(library.RESISTOR, f"R{channel.resistor + 2}", parts.resistor("22k"), (96, y), rotation=90)
    sheet.wire(node, edge.pin("1"))
    sheet.wire(edge.pin("2"), base.pin("1"))
    transistor = pen.part(library.PNP, f"Q{number + 1}", parts.PNP, (120, y))
    sheet.wire(base.pin("2"), transistor.pin("B"))
    keep_off = pen.part(library.RESISTOR, f"R{channel.resistor + 3}", parts.resistor("22k"), (108, y - 7))
    sheet.wire(keep_off.pin("2"), (108, y))
    emitter = transistor.pin("E")
    sheet.wire(keep_off.pin("1"), (108, y - 12))
    pen.rail("VBAT", (108, y - 12), (emitter[0], y - 12), emitter)
    return transistor.pin("C")


def _switch(pen: Pen) -> Placed:
    sheet = pen.sheet
    sheet.frame((158, 14), (220, 114), "Latch")
    module = pen.part(library.LATCH, "U1", parts.LATCH, (194, 52))
    vin, ground, vout = module.pin("VIN"), module.pin("GND"), module.pin("VOUT")
    pen.rail("VSYS", (180, 40), (180, vin[1]), vin)
    pen.ground(ground, (182, ground[1]), (182, 64))
    pen.rail("VSW", (208, 40), (208, vout[1]), vout)
    sheet.leave_open(module.pin("CTRL"), module.pin("A"), module.pin("B"))
    sheet.note(
        "A pulse over 1 V on ON closes it,\n"
        "one on OFF opens it. ON held high\n"
        "would win over OFF: hence C3, C4.\n"
        "A card left in, or a key held, does\n"
        "not keep the reader awake. Both\n"
        "channels hang on the cell: VSYS\n"
        "jumps when a charger is plugged in.\n"
        "A and B stay free: the button on\n"
        "the module itself forces it off.",
        (166, 84),
    )
    return module


def _off(pen: Pen, module: Placed, cut: str) -> None:
    sheet = pen.sheet
    sheet.frame((14, 118), (136, 146), f"Cut by the Pi ({cut})")
    series = pen.part(library.RESISTOR, "R21", parts.resistor("1k"), (66, 130), rotation=90)
    pen.entry("POWER_OFF", (30, 130), series.pin("1"), "input")
    down = pen.part(library.RESISTOR, "R22", parts.resistor("100k"), (84, 136))
    sheet.wire(down.pin("1"), (84, 130))
    pen.supply(library.GND, down.pin("2"))
    pull_on = pen.part(library.RESISTOR, "R20", parts.resistor("100k"), (166, 64))
    on, off = module.pin("ON"), module.pin("OFF")
    sheet.wire((166, on[1]), pull_on.pin("1"))
    pen.supply(library.GND, pull_on.pin("2"))
    sheet.wire(series.pin("2"), (155, 130), (155, off[1]), off)
    sheet.label("CUT", (110, 130))


def supply(block: TitleBlock) -> Sheet:
    """Cell, charger with power path, gauge and step-up converter."""
    pen = Pen(Sheet("supply", block, 7))
    sheet = pen.sheet
    sheet.frame((14, 14), (112, 66), "Cell and charger")
    charger = pen.part(library.CHARGER, "U2", parts.CHARGER, (78, 40))
    cell = pen.part(library.CELL, "BT1", parts.CELL, (28, 48))
    lipo, out = charger.pin("LIPO"), charger.pin("OUT")
    sheet.wire(cell.pin("+"), (28, lipo[1]), lipo)
    pen.supply(library.RAILS["VBAT"], (28, lipo[1]))
    pen.supply(library.GND, cell.pin("-"))
    ground = charger.pin("GND")
    pen.ground(ground, (66, ground[1]), (66, 50))
    pen.rail("VSYS", (98, 32), (98, out[1]), out)
    sheet.note(
        "USB-C on the module. While it charges, the reader runs\nfrom USB (power path). VSYS: 3.0 to 4.4 V, always on.",
        (46, 56),
    )
    _boost(pen)
    _gauge(pen)
    return sheet


def _boost(pen: Pen) -> None:
    sheet = pen.sheet
    sheet.frame((122, 14), (220, 66), "5 V for the Pi")
    boost = pen.part(library.BOOST, "U3", parts.BOOST, (176, 40))
    source, ground, out = boost.pin("BAT"), boost.pin("GND"), boost.pin("5V")
    pen.rail("VSW", (150, 30), (150, source[1]), source)
    cap = pen.part(library.CAPACITOR_POLARISED, "C5", parts.CAP_10U, (136, 42))
    sheet.wire(cap.pin("1"), (136, source[1]), (150, source[1]))
    pen.supply(library.GND, cap.pin("2"))
    pen.ground(ground, (164, ground[1]), (164, 50))
    pen.rail("+5V", (200, 30), (200, out[1]), out)
    sheet.leave_open(boost.pin("EN"), boost.pin("LBO"))
    sheet.note(
        "Enabled by the pull-up on the module; without VSW all behind is off.\nShort, thick wires here: up to 2 A.",
        (126, 58),
    )


def _gauge(pen: Pen) -> None:
    sheet = pen.sheet
    sheet.frame((14, 70), (112, 118), "Fuel gauge")
    gauge = pen.part(library.GAUGE, "U4", parts.GAUGE, (60, 92))
    battery, ground, logic = gauge.pin("BAT"), gauge.pin("GND"), gauge.pin("VIN")
    pen.rail("VBAT", (40, 84), (40, battery[1]), battery)
    pen.ground(ground, (46, ground[1]), (46, 102))
    pen.rail("+3V3", (80, 84), (80, logic[1]), logic)
    pen.leaving("OLED_SCL", gauge.pin("SCL"), (92, gauge.pin("SCL")[1]), "input")
    pen.leaving("OLED_SDA", gauge.pin("SDA"), (92, gauge.pin("SDA")[1]), "bidirectional")
    sheet.note(
        "Measures at the cell, speaks on the display's bus at 0x36.\n"
        "Its 10 k pull-ups go to VIN, hence the Pi's 3.3 V and never the cell.",
        (18, 108),
    )
