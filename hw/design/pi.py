"""The Raspberry Pi's symbol, made from the software's pin file: every signal of `drivers.header` on its header pin."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drivers.header import DESK, HEADER, Role, Signal
from hw.kicad.symbols import Box, Kind, Side, Symbol, SymbolPin, Words

GROUNDS: Final = (6, 9, 14, 20, 25, 30, 34, 39)
SUPPLY_3V3: Final = (1, 17)
SUPPLY_5V: Final = (2, 4)
ID_PINS: Final = (27, 28)
"""GPIO0 and GPIO1 belong to the identification of a HAT."""

USB: Final = (("U1", "VBUS"), ("U2", "D-"), ("U3", "D+"))
"""The USB port's contacts, which are not on the header; its ground is with the grounds."""
USB_GROUND: Final = "U4"

_KINDS: Final = {
    Role.I2C: Kind.BIDIRECTIONAL,
    Role.SPI: Kind.OUTPUT,
    Role.INPUT_PULL_UP: Kind.INPUT,
    Role.OUTPUT: Kind.OUTPUT,
    Role.LOW_OR_OPEN: Kind.OUTPUT,
}


@dataclass(frozen=True, slots=True)
class Block:
    """Signals that go to the same sub-sheet, in the order they are drawn."""

    title: str
    sheet: str
    signals: tuple[str, ...]


BLOCKS: Final = (
    Block("Display", "display", ("OLED_SDA", "OLED_SCL", "OLED_SCLK", "OLED_MOSI", "OLED_RST", "OLED_DC", "OLED_CS")),
    Block("Keypad", "keypad", tuple(f"KEY_{kind}{i}" for kind in ("ROW", "COL") for i in range(1, 5))),
    Block("Light and sound", "signals", ("LED", "BUZZER")),
    Block("Card slot", "slot", ("SLOT_TXD", "SLOT_RXD", "USB")),
    Block("Card switch", "slot", ("CARD_SWITCH",)),
    Block("Power control", "latch", ("POWER_BUTTON", "POWER_OFF")),
)
"""Every signal of the pin file is in one block (checked by a test)."""

GAP: Final = 6
STEP: Final = 2


def pin_of(signal: str) -> Signal:
    """The pin file's entry. Raises KeyError for an unknown signal."""
    return {pin.signal: pin for pin in DESK}[signal]


def kind_of(pin: Signal) -> Kind:
    """The electrical type the rules check shall assume."""
    if pin.role is Role.UART:
        return Kind.OUTPUT if pin.signal.endswith("TXD") else Kind.INPUT
    return _KINDS[pin.role]


def rows(usb: bool = True) -> Iterator[tuple[str, float]]:
    """Each signal (USB contacts one by one) and its height from the first one, downwards, in grid steps.

    `usb` False leaves the room of the USB contacts, which a printed board does not meet, empty.
    """
    y = 0.0
    for block in BLOCKS:
        for signal in block.signals:
            for name in [f"USB_{text}" for _, text in USB] if signal == "USB" else [signal]:
                if usb or signal != "USB":
                    yield name, y
                y += STEP
        y += GAP


def _signal_pins(x: float, top: float, on_usb: bool) -> Iterator[SymbolPin]:
    usb = {f"USB_{text}": (number, text) for number, text in USB}
    usb_kinds = {"VBUS": Kind.POWER_OUT, "D-": Kind.BIDIRECTIONAL, "D+": Kind.BIDIRECTIONAL}
    for name, offset in rows(on_usb):
        at = (x, top - offset)
        if name in usb:
            number, text = usb[name]
            yield SymbolPin(number, f"USB {text}", usb_kinds[text], at, Side.RIGHT, 3)
        else:
            pin = pin_of(name)
            yield SymbolPin(str(HEADER[pin.gpio]), f"GPIO{pin.gpio}", kind_of(pin), at, Side.RIGHT, 3)


def spare_gpios() -> list[int]:
    """The header's GPIOs that no signal uses."""
    used = {pin.gpio for pin in DESK}
    return [gpio for gpio in sorted(HEADER) if gpio not in used]


def _other_pins(x: float, top: float, source: bool, usb: bool) -> Iterator[SymbolPin]:
    y = top
    supply = Kind.POWER_OUT if source else Kind.POWER_IN
    ground = Kind.POWER_OUT if source else Kind.POWER_IN
    # The first pin of a rail speaks for it; the others are the same copper.
    grounds = (*map(str, GROUNDS), *([USB_GROUND] if usb else []))
    rails = ((SUPPLY_5V, "5V", supply), (SUPPLY_3V3, "3V3", Kind.POWER_OUT), (grounds, "GND", ground))
    for group, text, first in rails:
        for number in map(str, group):
            kind = first if number == str(group[0]) else Kind.PASSIVE
            yield SymbolPin(number, f"USB {text}" if number == USB_GROUND else text, kind, (x, y), Side.LEFT, 3)
            y -= STEP
        y -= GAP
    for gpio in spare_gpios():
        name = {0: "ID_SD", 1: "ID_SC"}.get(gpio, f"GPIO{gpio}")
        yield SymbolPin(str(HEADER[gpio]), name, Kind.BIDIRECTIONAL, (x, y), Side.LEFT, 3)
        y -= STEP


def symbol(name: str, source: bool, usb: bool = True) -> Symbol:
    """The Pi. `source` True: it feeds the 5 V rail from its own socket; False: it is fed at pins 2 and 4.

    `usb` False: the header alone, for a printed board that the USB contacts do not meet.
    """
    height = max(offset for _, offset in rows()) + 2 * STEP
    half = 12
    top = height / 2 - STEP
    pins = (*_other_pins(-half - 3, top, source, usb), *_signal_pins(half + 3, top, usb))
    graphics = (
        Box((-half, height / 2), (half, -height / 2)),
        Words("40-pin header", (-3, -height / 2 + 13), 1.5),
        Words("pin numbers are", (-3, -height / 2 + 10.5), 1.1),
        Words("the header's, 1 to 40", (-3, -height / 2 + 9), 1.1),
    )
    fields = (-half, height / 2 + 2.4), (-half, height / 2 + 0.9)
    description = "Raspberry Pi, any model with the 40-pin header"
    return Symbol(name, "A", description, pins, graphics, *fields, show_pin_numbers=True, show_pin_names=True)


PI_SOURCE: Final = symbol("Raspberry_Pi_fed_by_USB", source=True)
PI_SINK: Final = symbol("Raspberry_Pi_fed_by_header", source=False)
HEADER_SOURCE: Final = symbol("Raspberry_Pi_header_that_feeds", source=True, usb=False)
HEADER_SINK: Final = symbol("Raspberry_Pi_header_that_is_fed", source=False, usb=False)
