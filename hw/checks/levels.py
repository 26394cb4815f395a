"""Voltages: no supply over 3.3 V on a GPIO, levels with margins, buses pulled up once, nothing floating at boot."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Final

from drivers.header import HEADER, Role, Signal
from hw.checks.circuit import GROUND, RAIL_VOLTS, SUPPLY_PINS, highest_volts, ohms_between, parallel, value_of
from hw.checks.figures import Figures
from hw.checks.wiring import BOARD, expected, is_battery
from hw.kicad.netlist import Netlist

LOGIC: Final = "+3V3"
SCHOTTKY: Final = ("1N5711", "BAS70")
"""Diodes of which `schottky_volts` and `schottky_leakage` hold."""

VIL_MARGIN: Final = 0.25
BOARD_PULLED_UP: Final = frozenset(range(9))
"""GPIOs the Pi itself pulls up from reset on; it pulls the others down (BCM2835 ARM peripherals, table 6-31)."""

DANGEROUS: Final = {"BUZZER": "Q1", "POWER_OFF": "U1"}
"""Outputs that act on the world, and on what: they need a pull-down of their own."""

BOOT_LEVEL: Final = {"OLED_CS": True, "OLED_RST": False}
"""SPI display: unselected and in reset until the driver starts, by the Pi's own pulls."""


def rails_joined(netlist: Netlist) -> list[str]:
    """Each supply pin is on its own supply: no two supplies are one net."""
    found: list[str] = []
    for net, pins in netlist.nets.items():
        for pin in pins:
            rail = SUPPLY_PINS.get((pin.part, pin.function))
            if rail is not None and rail != net:
                found.append(f"{pin.part} pin {pin.number} ({pin.function}) is on {net}, must be on {rail}")
    return found


def overvoltage(netlist: Netlist) -> list[str]:
    """No way leads from a supply over 3.3 V to a GPIO, resistors and closed contacts included."""
    reached = highest_volts(netlist)
    gpio_pins = {str(number) for number in HEADER.values()}
    found: list[str] = []
    for pin, net in netlist.pins_of(BOARD):
        volts, rail = reached.get(net, (0.0, ""))
        if pin.number in gpio_pins and volts > RAIL_VOLTS[LOGIC]:
            found.append(f"{net} (header pin {pin.number}) may be brought to {volts} V by {rail}")
    return found


def i2c_pull_ups(netlist: Netlist, net: str) -> list[tuple[str, float]]:
    """The pull-ups of a bus line by part, the modules' own included, the board's excluded."""
    return [(part, ohms) for part, ohms in ohms_between(netlist, net, LOGIC)]


def i2c(netlist: Netlist, figures: Figures) -> list[str]:
    """Each line is pulled up on purpose once, to 3.3 V; with the modules' own it stays within the bus's limits."""
    found: list[str] = []
    for pin in expected(netlist):
        if pin.role is Role.I2C:
            found += i2c_line(netlist, figures, pin)
    return found


def i2c_line(netlist: Netlist, figures: Figures, pin: Signal) -> Iterator[str]:
    """What is wrong with one line of the bus."""
    net = f"/{pin.signal}"
    pulls = i2c_pull_ups(netlist, net)
    on_purpose = [part for part, _ in pulls if part.startswith("R")]
    on_board = pin.gpio in (2, 3)
    if len(on_purpose) + on_board != 1:
        names = ", ".join([*on_purpose, *(["the board's own"] if on_board else [])]) or "none"
        yield f"{pin.signal} has {len(on_purpose) + on_board} pull-ups ({names}), must have 1"
    ohms = parallel([value for _, value in pulls] + ([figures.pi_i2c_pull_up] if on_board else []))
    amperes = (RAIL_VOLTS[LOGIC] - figures.i2c_low) / ohms
    if amperes > figures.i2c_sink_max:
        allowed = f"over the {figures.i2c_sink_max * 1e3:.0f} mA of the bus"
        yield f"{pin.signal}: {amperes * 1e3:.2f} mA through {ohms:.0f} ohm, {allowed}"
    # 0.8473 RC: from 30 % to 70 % of the supply (UM10204, 7.1).
    rise = 0.8473 * ohms * figures.i2c_farads
    if rise > figures.i2c_rise_max:
        yield f"{pin.signal}: rises in {rise * 1e9:.0f} ns, must in {figures.i2c_rise_max * 1e9:.0f} ns"
    for rail in RAIL_VOLTS:
        for part, _ in ohms_between(netlist, net, rail):
            if rail not in (LOGIC, GROUND):
                yield f"{part} pulls {pin.signal} to {rail}"


@dataclass(frozen=True, slots=True)
class KeyLevels:
    """A row of the keypad: volts when its key is pressed alone, and when another of that column is down as well, which
    lifts the column they share; volts at rest at the worst moment (boot), fault current."""

    pressed: float
    pair: float
    at_rest: float
    fault_amperes: float


def series_ohms(netlist: Netlist, signal: str, part: str) -> float:
    """Ohms of the one resistor between a signal and a part; 0 when joined directly, infinite when not at all."""
    pins = netlist.nets.get(f"/{signal}", ())
    if any(pin.part == part for pin in pins):
        return 0.0
    for pin in pins:
        if pin.part.startswith("R"):
            others = [other for other_pin, other in netlist.pins_of(pin.part) if other_pin.number != pin.number]
            if any(end.part == part for other in others for end in netlist.nets[other]):
                return value_of(netlist.parts[pin.part].value)
    return inf


def key_levels(netlist: Netlist, figures: Figures, row: str, column: str) -> KeyLevels:
    """Levels of one key. Raises ZeroDivisionError for a row without any pull-up and nothing else to hold it."""
    supply = RAIL_VOLTS[LOGIC]
    pulls = [ohms for _, ohms in ohms_between(netlist, f"/{row}", LOGIC)]
    series = series_ohms(netlist, column, "KB1")
    strongest = parallel([*pulls, figures.pi_pull_min])
    shared = series + figures.pi_output_ohms
    contact = figures.keypad_contact + series_ohms(netlist, row, "KB1")
    pressed, pair = (_pressed(supply, strongest, contact, shared, keys) for keys in (1, 2))
    external = parallel(pulls)
    # At boot the Pi may still pull the row down, and the pin leaks.
    held = 0.0 if external == inf else supply * figures.pi_pull_min / (figures.pi_pull_min + external)
    at_rest = held - (0.0 if external == inf else figures.pi_leakage * parallel([external, figures.pi_pull_min]))
    # Two keys of one row: two columns of opposite level meet over both series resistors.
    fault = supply / (2 * (series + figures.pi_output_ohms)) if series != inf else 0.0
    return KeyLevels(pressed, pair, at_rest, fault)


def _pressed(supply: float, pull: float, contact: float, column: float, keys: int) -> float:
    """Volts of a row, with so many keys of one column down: each row's pull-up feeds the ohms of their column."""
    if inf in (pull, contact, column):
        return 0.0 if pull == inf else supply
    together = supply / ((pull + contact) / keys + column)
    return supply - together / keys * pull


def keypad(netlist: Netlist, figures: Figures) -> list[str]:
    """Every key reads low when pressed and high at rest, with margins, and two keys at once harm nothing."""
    found: list[str] = []
    for row in range(1, 5):
        for column in range(1, 5):
            names = f"KEY_ROW{row}", f"KEY_COL{column}"
            levels = key_levels(netlist, figures, *names)
            key = f"key {names[0]} x {names[1]}"
            if levels.pressed > figures.pi_vil_max:
                found.append(f"{key}: {levels.pressed:.2f} V when pressed, over VIL {figures.pi_vil_max} V")
            if levels.pair > figures.pi_vil_max:
                found.append(
                    f"{key}: {levels.pair:.2f} V beside another of its column, over VIL {figures.pi_vil_max} V"
                )
            if levels.at_rest < figures.pi_vih_min:
                found.append(f"{key}: {levels.at_rest:.2f} V at rest, under VIH {figures.pi_vih_min} V")
            if levels.fault_amperes > figures.pi_gpio_max / 2:
                found.append(f"{key}: two keys of the row make {levels.fault_amperes * 1e3:.1f} mA")
            if levels.fault_amperes > figures.keypad_current_max:
                found.append(f"{key}: more than the membrane may carry")
    return found


def _held_high(netlist: Netlist, figures: Figures, net: str) -> float:
    """Volts of a net the Pi pulls down, held up by resistors straight at it or behind one in series."""
    names = _beyond_series(netlist, net)
    external = parallel(
        [ohms for name in names for part, ohms in ohms_between(netlist, name, LOGIC) if part.startswith("R")]
    )
    return 0.0 if external == inf else RAIL_VOLTS[LOGIC] * figures.pi_pull_min / (figures.pi_pull_min + external)


def _beyond_series(netlist: Netlist, net: str) -> list[str]:
    nets = [net]
    for pin in netlist.nets.get(net, ()):
        if pin.part.startswith("R"):
            nets += [other for other_pin, other in netlist.pins_of(pin.part) if other_pin.number != pin.number]
    return [name for name in nets if name not in RAIL_VOLTS]


def boot(netlist: Netlist, figures: Figures) -> list[str]:
    """From reset to the program's start: inputs are held high, outputs that act are held low by resistors."""
    found: list[str] = []
    for pin in expected(netlist):
        net = f"/{pin.signal}"
        if pin.role is Role.INPUT_PULL_UP and (volts := _held_high(netlist, figures, net)) < figures.pi_vih_min:
            found.append(f"{pin.signal} is at {volts:.2f} V at boot: no resistor of its own holds it high")
        if pin.signal in DANGEROUS:
            downs = [part for name in _beyond_series(netlist, net) for part, _ in ohms_between(netlist, name, GROUND)]
            if not any(part.startswith("R") for part in downs):
                found.append(f"{pin.signal} floats at boot: nothing holds {DANGEROUS[pin.signal]} off")
        if pin.signal in BOOT_LEVEL and (pin.gpio in BOARD_PULLED_UP) != BOOT_LEVEL[pin.signal]:
            found.append(f"{pin.signal} on GPIO{pin.gpio} has the wrong level at boot")
    return found


def closed_volts(netlist: Netlist, figures: Figures, signal: str) -> float:
    """Volts at the GPIO of a wake contact that is closed: its diode, and what the Pi's pull-up puts on its resistor."""
    ohms = [value_of(netlist.parts[part].value) for part in _series_parts(netlist, f"/{signal}")]
    amperes = (RAIL_VOLTS[LOGIC] - figures.schottky_volts) / figures.pi_pull_min
    return figures.schottky_volts + amperes * sum(ohms)


def _series_parts(netlist: Netlist, net: str) -> list[str]:
    """The resistors at a net that do not lead to a supply."""
    parts = [pin.part for pin in netlist.nets.get(net, ()) if pin.part.startswith("R")]
    return [part for part in parts if not {name for _, name in netlist.pins_of(part)} & set(RAIL_VOLTS)]


def closed_contacts(netlist: Netlist, figures: Figures) -> list[str]:
    """The contacts that wake the latch reach the GPIO through a diode: closed, they still must read low."""
    if not is_battery(netlist):
        return []
    found: list[str] = []
    for signal in ("CARD_SWITCH", "POWER_BUTTON"):
        nets = _beyond_series(netlist, f"/{signal}")
        diodes = sorted({pin.part for net in nets for pin in netlist.nets[net] if pin.part.startswith("D")})
        if not diodes or any(netlist.parts[part].value not in SCHOTTKY for part in diodes):
            found.append(f"{signal}: {diodes or 'no diode'}; only {' or '.join(SCHOTTKY)} leaves a margin under VIL")
        if (volts := closed_volts(netlist, figures, signal)) > figures.pi_vil_max - VIL_MARGIN:
            found.append(f"{signal}: {volts:.2f} V when closed, less than {VIL_MARGIN} V under VIL")
    return found
