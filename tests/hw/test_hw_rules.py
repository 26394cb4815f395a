"""The kept netlists pass every check, and each check catches a deliberate mistake of its kind; needs no KiCad."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from drivers.header import DESK, HEADER, Role, Signal
from hw.checks import wake, wiring
from hw.checks.all import CHECKS, findings
from hw.checks.figures import Figures
from hw.checks.levels import i2c_line
from hw.design import pi
from hw.kicad.netlist import Netlist, Part, make
from hw.kicad.netlist import Pin as Contact

Nets = dict[str, tuple[Contact, ...]]


def rebuilt(netlist: Netlist, nets: Mapping[str, tuple[Contact, ...]], parts: list[Part] | None = None) -> Netlist:
    return make(parts if parts is not None else netlist.parts.values(), dict(nets))


def moved(netlist: Netlist, part: str, number: str, target: str) -> Netlist:
    """The wire of one pin goes to another net."""
    contact = next(pin for pins in netlist.nets.values() for pin in pins if (pin.part, pin.number) == (part, number))
    nets: Nets = {name: tuple(pin for pin in pins if pin != contact) for name, pins in netlist.nets.items()}
    nets[target] = (*nets.get(target, ()), contact)
    return rebuilt(netlist, nets)


def swapped(netlist: Netlist, part: str, first: str, second: str) -> Netlist:
    one, other = netlist.net_of[part, first], netlist.net_of[part, second]
    return moved(moved(netlist, part, first, other), part, second, one)


def shorted(netlist: Netlist, kept: str, lost: str) -> Netlist:
    nets: Nets = {name: pins for name, pins in netlist.nets.items() if name != lost}
    nets[kept] = (*nets[kept], *netlist.nets[lost])
    return rebuilt(netlist, nets)


def without(netlist: Netlist, part: str) -> Netlist:
    nets: Nets = {name: tuple(pin for pin in pins if pin.part != part) for name, pins in netlist.nets.items()}
    return rebuilt(netlist, nets, [item for item in netlist.parts.values() if item.reference != part])


def changed(netlist: Netlist, part: str, **values: object) -> Netlist:
    parts = [replace(item, **values) if item.reference == part else item for item in netlist.parts.values()]  # type: ignore[arg-type]
    return rebuilt(netlist, netlist.nets, parts)


def with_field(netlist: Netlist, part: str, name: str, text: str) -> Netlist:
    return changed(netlist, part, fields={**netlist.parts[part].fields, name: text})


def turned(netlist: Netlist, part: str) -> Netlist:
    """A diode the wrong way round."""
    return swapped(netlist, part, "1", "2")


def with_contact(netlist: Netlist, net: str, contact: Contact) -> Netlist:
    return rebuilt(netlist, {**netlist.nets, net: (*netlist.nets[net], contact)})


def with_stray(netlist: Netlist) -> Netlist:
    """GPIO22, which no signal has, on the LED's far side."""
    return with_contact(netlist, netlist.at("R9", "2"), Contact("A1", "15", "GPIO22", "bidirectional"))


def with_resistor(netlist: Netlist, reference: str, value: str, first: str, second: str) -> Netlist:
    part = replace(netlist.parts["R1"], reference=reference, value=value)
    nets: Nets = dict(netlist.nets)
    for number, net in (("1", first), ("2", second)):
        nets[net] = (*nets[net], Contact(reference, number, number, "passive"))
    return rebuilt(netlist, nets, [*netlist.parts.values(), part])


def renumbered(netlist: Netlist) -> Netlist:
    nets = {
        name: tuple(replace(pin, number=str(9 - int(pin.number))) if pin.part == "KB1" else pin for pin in pins)
        for name, pins in netlist.nets.items()
    }
    return rebuilt(netlist, nets)


def on_the_system_rail(netlist: Netlist) -> Netlist:
    """The wake channels as they were drawn once: keepers, bleeders and emitters on VSYS."""
    for part, number in (("R13", "1"), ("R15", "1"), ("Q2", "3"), ("R17", "1"), ("R19", "1"), ("Q3", "3")):
        netlist = moved(netlist, part, number, "VSYS")
    return netlist


@dataclass(frozen=True)
class Mistake:
    text: str
    check: str
    make: Callable[[Netlist], Netlist]
    battery: bool = False


WIRED, KNOWN = "every signal of the pin file is wired", "every wired GPIO is in the pin file"
ENDS, RIBBON = "every signal ends at its contact", "the ribbon is the maker's"
CONFLICT, ORDER = "no conflict with boot, console or bus", "every part can be ordered"
APART, VOLTS, BUS = "supplies are apart", "no GPIO sees more than 3.3 V", "I2C is pulled up once"
KEYS, BOOT, CONTACTS = "keys read right", "everything is defined at boot", "closed contacts read low"
LOAD, WAKE = "no rail is overloaded", "a contact wakes once"
SPARKS, CHARGE = "fingers and cables meet a resistor first", "the buzzer has its own charge"
ARRAYS = "cables and windows meet a diode array"

MISTAKES = [
    Mistake("a wire lost at the Pi", WIRED, lambda n: moved(n, "A1", "29", "nowhere")),
    Mistake("a wire on the next pin", WIRED, lambda n: moved(n, "A1", "11", "/BUZZER")),
    Mistake("a wire the software does not know", KNOWN, with_stray),
    Mistake("two keypad rows swapped at the keypad", ENDS, lambda n: swapped(n, "KB1", "8", "7")),
    Mistake("a row and a column swapped", ENDS, lambda n: swapped(n, "KB1", "5", "4")),
    Mistake("SDA and SCL swapped at the display", ENDS, lambda n: swapped(n, "DS1", "3", "4")),
    Mistake("transmit to transmit at the bare slot", ENDS, lambda n: swapped(n, "J2", "3", "4")),
    Mistake("power off to the latch's ON", ENDS, lambda n: swapped(n, "U1", "4", "5"), battery=True),
    Mistake("ribbon numbered from the left", RIBBON, renumbered),
    Mistake(
        "a wire on the HAT's identification",
        CONFLICT,
        lambda n: with_contact(n, "/LED", Contact("A1", "27", "ID_SD", "bidirectional")),
    ),
    Mistake("no maker's part number", ORDER, lambda n: with_field(n, "R1", "MPN", "")),
    Mistake("no footprint", ORDER, lambda n: changed(n, "C1", footprint="")),
    Mistake("no value", ORDER, lambda n: changed(n, "Q1", value=" ")),
    Mistake("3.3 V and 5 V joined", APART, lambda n: shorted(n, "+3V3", "+5V")),
    Mistake("cell and ground joined", APART, lambda n: shorted(n, "GND", "VBAT"), battery=True),
    Mistake("latch bridged", APART, lambda n: shorted(n, "VSYS", "VSW"), battery=True),
    Mistake("display fed with 5 V", VOLTS, lambda n: moved(n, "DS1", "2", "+5V")),
    Mistake("keypad pulled up to 5 V", VOLTS, lambda n: moved(n, "R2", "1", "+5V")),
    Mistake("gauge's logic fed from the cell", VOLTS, lambda n: moved(n, "U4", "3", "VBAT"), battery=True),
    Mistake("wake diode the wrong way round", VOLTS, lambda n: turned(n, "D3"), battery=True),
    Mistake("wake diode bridged", VOLTS, lambda n: shorted(n, "/CARD_SWITCH", n.at("D3", "K")), battery=True),
    Mistake("a second pull-up on SDA", BUS, lambda n: with_resistor(n, "R99", "4.7k", "/OLED_SDA", "+3V3")),
    Mistake("a pull-up of a row forgotten", KEYS, lambda n: without(n, "R3")),
    Mistake("rows through 10 k", KEYS, lambda n: changed(n, "R24", value="10k")),
    Mistake("columns through 10 k", KEYS, lambda n: changed(n, "R5", value="10k")),
    Mistake("rows pulled up by 470 ohm", KEYS, lambda n: changed(n, "R1", value="470")),
    Mistake("columns without resistors", KEYS, lambda n: changed(n, "R6", value="47")),
    Mistake("card switch without a pull-up", BOOT, lambda n: without(n, "R12")),
    Mistake("buzzer's transistor without a pull-down", BOOT, lambda n: without(n, "R11")),
    Mistake("latch's OFF without a pull-down", BOOT, lambda n: without(n, "R22"), battery=True),
    Mistake("a silicon diode in the wake circuit", CONTACTS, lambda n: changed(n, "D4", value="1N4148"), battery=True),
    Mistake("wake capacitor bridged", WAKE, lambda n: shorted(n, n.at("C3", "1"), n.at("C3", "2")), battery=True),
    Mistake("wake capacitor of 1 nF", WAKE, lambda n: changed(n, "C4", value="1n"), battery=True),
    Mistake("contact's resistor to the cell forgotten", WAKE, lambda n: without(n, "R13"), battery=True),
    Mistake("wake transistor to OFF", WAKE, lambda n: moved(n, "Q3", "1", n.at("U1", "OFF")), battery=True),
    Mistake("latch's ON without a pull-down", WAKE, lambda n: without(n, "R20"), battery=True),
    Mistake("wake channel on VSYS", WAKE, on_the_system_rail, battery=True),
    Mistake("wake transistor on VSYS", WAKE, lambda n: moved(n, "Q3", "3", "VSYS"), battery=True),
    Mistake("contact's capacitor on VSYS", WAKE, lambda n: moved(n, "C8", "1", "VSYS"), battery=True),
    Mistake("BAT85 in the wake circuit", WAKE, lambda n: changed(n, "D3", value="BAT85"), battery=True),
    Mistake("BAT85 at the Pi's pin", CONTACTS, lambda n: changed(n, "D3", value="BAT85"), battery=True),
    Mistake("10 k before the GPIO of a wake contact", CONTACTS, lambda n: changed(n, "R27", value="10k"), battery=True),
    Mistake("a row straight to its pin", SPARKS, lambda n: shorted(n, "/KEY_ROW2", n.at("R24", "2"))),
    Mistake("a column through 47 ohm", SPARKS, lambda n: changed(n, "R7", value="47")),
    Mistake("the card switch straight to its pin", SPARKS, lambda n: shorted(n, "/CARD_SWITCH", n.at("R27", "2"))),
    Mistake(
        "no resistor before a wake diode",
        SPARKS,
        lambda n: shorted(n, "/POWER_BUTTON", n.at("R28", "2")),
        battery=True,
    ),
    Mistake("no capacitor at the card switch", SPARKS, lambda n: without(n, "C7")),
    Mistake("a small capacitor under the Code key", SPARKS, lambda n: changed(n, "C8", value="1n"), battery=True),
    Mistake(
        "a printed board without diode arrays",
        ARRAYS,
        lambda n: changed(n, "A1", footprint="Connector_PinSocket_2.54mm:PinSocket_2x20_P2.54mm_Vertical"),
    ),
    Mistake("no capacitor at the buzzer", CHARGE, lambda n: without(n, "C6")),
    Mistake("LED without a useful resistor", LOAD, lambda n: changed(n, "R9", value="47")),
    Mistake("buzzer's base starved", LOAD, lambda n: changed(n, "R10", value="100k")),
]


@pytest.mark.parametrize("name", CHECKS)
def test_desk_passes(name: str, desk: Netlist, figures: Figures) -> None:
    assert CHECKS[name](desk, figures) == []


@pytest.mark.parametrize("name", CHECKS)
def test_battery_passes(name: str, battery: Netlist, figures: Figures) -> None:
    assert CHECKS[name](battery, figures) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.text)
def test_a_mistake_is_caught(mistake: Mistake, desk: Netlist, battery: Netlist, figures: Figures) -> None:
    original = battery if mistake.battery else desk
    assert findings(original, figures) == {}
    assert mistake.check in findings(mistake.make(original), figures)


def test_every_check_has_a_mistake_that_it_catches() -> None:
    assert {mistake.check for mistake in MISTAKES} == set(CHECKS)


def test_an_i2c_bus_away_from_the_boards_pull_ups_is_caught(desk: Netlist, figures: Figures) -> None:
    elsewhere = Signal("OLED_SDA", 22, Role.I2C, "")
    assert any("has 0 pull-ups" in line for line in i2c_line(desk, figures, elsewhere))


def test_a_pull_up_to_five_volts_is_named(desk: Netlist, figures: Figures) -> None:
    wrong = with_resistor(desk, "R99", "10k", "/OLED_SCL", "+5V")
    found = findings(wrong, figures)
    assert "R99 pulls OLED_SCL to +5V" in found[BUS]
    assert any(line.startswith("/OLED_SCL (header pin 5)") for line in found[VOLTS])


@pytest.mark.parametrize(
    ("signal", "gpio", "reason"),
    [
        ("LED", 0, "HAT identification"),
        ("KEY_ROW1", 3, "I2C bus"),
        ("BUZZER", 8, "SPI bus"),
        ("CARD_SWITCH", 15, "serial console"),
        ("LED", 18, "share GPIO18"),
    ],
)
def test_a_pin_with_a_life_of_its_own_is_refused(desk: Netlist, signal: str, gpio: int, reason: str) -> None:
    pins = tuple(replace(pin, gpio=gpio) if pin.signal == signal else pin for pin in DESK)
    assert any(reason in line for line in wiring.conflicts(desk, pins))
    assert wiring.conflicts(desk, DESK) == []


def test_every_signal_is_drawn_once_and_has_an_end() -> None:
    drawn = [signal for block in pi.BLOCKS for signal in block.signals if signal != "USB"]
    assert sorted(drawn) == sorted(pin.signal for pin in DESK)
    assert set(wiring.FAR_ENDS) == {pin.signal for pin in DESK}


def test_the_pis_symbol_has_the_whole_header() -> None:
    numbers = [pin.number for pin in pi.PI_SOURCE.pins if pin.number.isdigit()]
    assert sorted(map(int, numbers)) == list(range(1, 41))
    assert {pin.number: pin.name for pin in pi.PI_SINK.pins}[str(HEADER[26])] == "GPIO26"


def test_a_diode_that_leaks_as_much_as_is_allowed_still_makes_a_pulse(battery: Netlist, figures: Figures) -> None:
    """The limit is over what the sheet's worst diode takes, and under what a pulse can spare."""
    counted = wake.lost_volts(battery, figures, "Q2")
    leaky = figures.changed(schottky_leakage=figures.schottky_leakage * wake.LOST / counted)
    found = wake.pulse(battery, leaky, "Q2")
    assert counted < wake.LOST
    assert found is not None
    assert found.seconds > 3 * figures.wake_pulse_min
