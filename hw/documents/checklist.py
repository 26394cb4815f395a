"""The front board's checklist: one page with a box before every step, French or English, from netlist and figures."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from hw.checks.circuit import RAIL_VOLTS, ohms_between, value_of
from hw.checks.figures import Figures
from hw.checks.levels import LOGIC
from hw.kicad.netlist import Netlist, natural
from hw.svg import Picture

WORDS: Final = Path(__file__).parent.parent / "data" / "checklist.toml"
PAGE: Final = (210.0, 297.0)
LANGUAGES: Final = ("fr", "en")
KEYS: Final = tuple(f"SW{row}{column}" for row in range(1, 5) for column in range(1, 5))
CARD_SWITCH: Final = "/CARD_SWITCH"
WAKE: Final = "/POWER_BUTTON"
OFF: Final = "/POWER_OFF"
CONTACT: Final = "/Wake and latch/CONTACT_1"
"""The card switch's hot end, held up from the cell."""
CELL: Final = "VBAT"

METER_AMPERES: Final = 0.001
"""What a multimeter drives through a diode that it tests: about a milliampere."""
FULL_CELL: Final = 4.2
"""Volts of a lithium cell that is full."""
LEAST_OHMS: Final = 1000
"""Between a supply and ground of a board without modules and without the Pi: less is a bridge of solder."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a multimeter must show between two points."""

    between: str
    must: str


@cache
def _all_words() -> dict[str, dict[str, str | list[str]] | list[list[str]]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def _words(language: str, name: str) -> list[str]:
    """A line, or several. Raises KeyError for one that is not there."""
    spoken = _all_words()[language]
    assert isinstance(spoken, dict)
    found = spoken[name]
    return [found] if isinstance(found, str) else found


def soldering() -> list[tuple[str, ...]]:
    """The parts that a person solders, step by step: from behind first, the tall last."""
    steps = _all_words()["parts"]
    assert isinstance(steps, list)
    return [KEYS if step == ["keys"] else tuple(step) for step in steps]


def told_ohms(ohms: float) -> str:
    """470 ohm, 10 kohm."""
    return f"{ohms / 1000:g} kohm" if ohms >= 1000 else f"{ohms:g} ohm"


def _pin(netlist: Netlist, net: str) -> str:
    """The pin of the Pi's header on a net. Raises StopIteration when there is none."""
    return next(pin.number for pin in netlist.nets[net] if pin.part == "A1")


def _series(netlist: Netlist, net: str) -> float:
    """Ohms of the one resistor at a net that is no pull-up. Raises ValueError when there are more or none."""
    (found,) = [
        value_of(netlist.parts[pin.part].value)
        for pin in netlist.nets[net]
        if pin.part.startswith("R") and not any(name in RAIL_VOLTS for _, name in netlist.pins_of(pin.part))
    ]
    return found


def key_volts(netlist: Netlist, figures: Figures) -> float:
    """The most a diode tester shows over a pressed key: its diode and the two resistors."""
    return figures.key_drop_bat54 + METER_AMPERES * (_series(netlist, "/KEY_ROW1") + _series(netlist, "/KEY_COL1"))


def switch_volts(netlist: Netlist, figures: Figures) -> float:
    """The most it shows over the card switch: the diode that keeps the cell off the Pi, and the resistor."""
    return figures.schottky_volts + METER_AMPERES * _series(netlist, CARD_SWITCH)


def _facts(netlist: Netlist, figures: Figures, language: str) -> dict[str, str]:
    """What the words leave open: pins, and what figures give."""

    def one_place(value: float) -> str:
        return f"{value:.1f}".replace(".", "," if language == "fr" else ".")

    nets = {"row": "/KEY_ROW1", "column": "/KEY_COL1", "card": CARD_SWITCH, "wake": WAKE, "off": OFF, "rail": LOGIC}
    (_, hold) = ohms_between(netlist, CONTACT, CELL)[0]
    return {name: _pin(netlist, net) for name, net in nets.items()} | {
        "least": told_ohms(LEAST_OHMS),
        "key": one_place(key_volts(netlist, figures)),
        "switch": one_place(switch_volts(netlist, figures)),
        "low": one_place(figures.boost_volts - 0.1),
        "high": one_place(figures.boost_volts + 0.1),
        "more": f"{FULL_CELL / hold * 1e6:.0f}",
    }


def _reading(text: str, **facts: str) -> Reading:
    between, must = text.format(**facts).split(" | ")
    return Reading(between, must)


def _pulls(netlist: Netlist, language: str, facts: dict[str, str]) -> Iterator[Reading]:
    """The rows' resistors, equal ones in one line."""
    alike: dict[float, list[tuple[str, str]]] = {}
    for number in range(1, 5):
        net = f"/KEY_ROW{number}"
        ((part, ohms),) = ohms_between(netlist, net, LOGIC)
        alike.setdefault(ohms, []).append((_pin(netlist, net), part))
    for ohms, found in alike.items():
        text = _words(language, "pulls" if len(found) > 1 else "pull")[0]
        pins, parts = ", ".join(pin for pin, _ in found), " ".join(part for _, part in found)
        yield _reading(text, pins=pins, rail=facts["rail"], ohms=told_ohms(ohms), parts=parts)


def readings(netlist: Netlist, figures: Figures, language: str) -> Iterator[Reading]:
    """What is measured before anything is plugged in but, at the end, the Pi; and what must show."""
    facts = _facts(netlist, figures, language)
    yield _reading(_words(language, "supplies")[0], **facts)
    yield from _pulls(netlist, language, facts)
    yield from (_reading(text, **facts) for text in _words(language, "readings"))


def battery_readings(netlist: Netlist, figures: Figures, language: str) -> Iterator[Reading]:
    """What is measured with cell and modules, before the Pi is connected to them."""
    facts = _facts(netlist, figures, language)
    yield from (_reading(text, **facts) for text in _words(language, "battery_readings"))


def by_hand(netlist: Netlist) -> list[str]:
    """The references of every fitted part that stands on pins."""
    small = ("_SMD", "Package_", "TestPoint")
    found = [part for part in netlist.parts.values() if part.fitted]
    return sorted((part.reference for part in found if not any(name in part.footprint for name in small)), key=natural)


def _boxes(language: str, part: str) -> Iterator[tuple[str, str, str]]:
    yield "head", _words(language, f"{part}_head")[0], ""
    yield from (("box", text, "") for text in _words(language, part))


def lines(netlist: Netlist, figures: Figures, language: str) -> Iterator[tuple[str, str, str]]:
    """Each line: title, head or box; what; and at its right what must show or is meant."""
    fitted = sum(part.fitted for part in netlist.parts.values())
    yield "title", _words(language, "title")[0], ""
    yield from _boxes(language, "order")
    yield "head", _words(language, "solder_head")[0], ""
    yield "box", _words(language, "small")[0].format(count=fitted - len(by_hand(netlist))), ""
    for text, parts in zip(_words(language, "solder"), soldering(), strict=True):
        yield "box", text, f"{parts[0]} ... {parts[-1]}" if len(parts) > 4 else " ".join(parts)
    yield "head", _words(language, "measure_head")[0], ""
    yield from (("box", each.between, each.must) for each in readings(netlist, figures, language))
    yield from _boxes(language, "battery")
    yield from (("box", each.between, each.must) for each in battery_readings(netlist, figures, language))
    for part in ("write", "test", "close"):
        yield from _boxes(language, part)


def as_svg(netlist: Netlist, figures: Figures, language: str) -> str:
    """The page, A4."""
    page = Picture(*PAGE)
    page.rect(0, 0, *PAGE, fill="#ffffff")
    y = 14.0
    for kind, text, more in lines(netlist, figures, language):
        y += 2.6 if kind == "head" else 0
        if kind == "box":
            page.rect(18, y - 2.8, 3.1, 3.1, fill="none", stroke="#000000", stroke_width=0.3)
            page.text(24, y, text, 3.4)
            page.text(PAGE[0] - 18, y, more, 3.4, "end")
        else:
            page.text(18, y, text, 5.6 if kind == "title" else 4.0, font_weight="bold")
        y += 4.95
    return page.document()
