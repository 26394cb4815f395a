"""The wake channels and the latch's inputs in ngspice, corner by corner, and for each a mistake that must show.

The deck is made from the kept netlist: a mistake is made there, as in the other checks' list. Without ngspice these
tests skip, but never in CI.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest

from hw.board.kept import kept_netlist
from hw.checks.figures import Figures
from hw.design.versions import FRONT
from hw.kicad.netlist import Netlist
from hw.spice import run
from hw.spice.deck import Corner, Stimulus, as_deck, channel_parts
from tests.hw.test_hw_rules import changed, moved, on_the_system_rail, shorted, without

pytestmark = pytest.mark.usefixtures("ngspice")

COLD, WARM = -10, 60
SILENT = 0.3
"""Volts at ON that no latch takes for a pulse: a third of the volt its maker names."""

CLOSED: Mapping[str, str] = {"SW1": "1", "SW2": "1"}
CLOSING = "PWL(0 0 900m 0 900.5m 1)"
MOST = "most MAX v({on}) from=880m to=1500m"
AREA = "area INTEG v({on}) from=880m to=1500m"
LATE = "late MAX v({on}) from=1300m to=1500m"


def asked(netlist: Netlist, corner: Corner, stimulus: Stimulus, *measures: str) -> Mapping[str, float]:
    return run.simulate(as_deck(netlist, corner, stimulus, measures))


@dataclass(frozen=True)
class Course:
    """What happens to the reader while it sleeps, and what must come of it."""

    stimulus: Callable[[float], Stimulus]
    measures: tuple[str, ...]
    holds: Callable[[Mapping[str, float], Figures], bool]
    corners: tuple[tuple[float, Corner], ...]
    """Volts of the cell, and the corner."""


def closes(switch: str) -> Callable[[float], Stimulus]:
    return lambda volts: Stimulus(cell=f"{volts}", system=f"{volts}", contacts={switch: CLOSING})


def wakes(found: Mapping[str, float], figures: Figures) -> bool:
    """High and long enough, bounces added up, and nothing afterwards."""
    high = found["most"] > figures.latch_pulse_volts + 0.5
    return high and found["area"] / found["most"] >= figures.wake_pulse_min and found["late"] < SILENT


def stays_dark(found: Mapping[str, float], _: Figures) -> bool:
    return found["most"] < SILENT


def left_in(volts: float) -> Stimulus:
    return Stimulus(cell=f"{volts}", system=f"{volts}", contacts=CLOSED)


def charger_in(volts: float) -> Stimulus:
    """VSYS to 4.45 V within 10 us, 1 A into the cell, a card left in."""
    system = f"PWL(0 {volts} 900m {volts} 900.01m 4.45)"
    return Stimulus(cell=f"{volts}", load="PWL(0 0 900m 0 900.01m -1)", system=system, contacts=CLOSED)


def charger_out(volts: float) -> Stimulus:
    """The same backwards, no card in, the Code key held."""
    system = f"PWL(0 4.45 900m 4.45 900.01m {volts})"
    return Stimulus(cell=f"{volts}", load="PWL(0 -1 900m -1 900.01m 0)", system=system, contacts={"SW2": "1"})


def load_let_go(volts: float) -> Stimulus:
    """The latch opens at 1.45 A: the cell jumps up, with a card left in."""
    return Stimulus(cell=f"{volts}", load="PWL(0 1.45 900m 1.45 900.01m 0)", system=f"{volts}", contacts=CLOSED)


def load_taken(volts: float) -> Stimulus:
    return Stimulus(cell=f"{volts}", load="PWL(0 0 900m 0 900.01m 1.45)", system=f"{volts}", contacts=CLOSED)


BOUNCES = (900, 902, 905, 909, 914)
"""Milliseconds at which the contact changes, for good at the last."""


def bouncing(volts: float) -> Stimulus:
    steps = ["0 0"]
    for index, at in enumerate(BOUNCES):
        steps += [f"{at}m {index % 2}", f"{at}.01m {(index + 1) % 2}"]
    return Stimulus(cell=f"{volts}", system=f"{volts}", contacts={"SW1": f"PWL({' '.join(steps)})"}, step_us=200)


def bouncing_out(volts: float) -> Stimulus:
    """The card is pulled while the Pi is on; the contact bounces as it opens."""
    steps = ["0 1"]
    for index, at in enumerate(BOUNCES):
        steps += [f"{at}m {(index + 1) % 2}", f"{at}.01m {index % 2}"]
    contacts = {"SW1": f"PWL({' '.join(steps)})"}
    return Stimulus(cell=f"{volts}", system=f"{volts}", logic="3.3", contacts=contacts, step_us=200)


def without_cell(contacts: Mapping[str, str]) -> Callable[[float], Stimulus]:
    """USB alone: the charger looks for a cell and drives its pin from 2.9 V to 4.2 V and back, five times a second."""
    pin = "PULSE(2.9 4.2 800m 30u 5m 60m 200m)"
    return lambda _: Stimulus(cell=pin, system="4.4", contacts=contacts, step_us=100)


def cut(volts: float) -> Stimulus:
    """GPIO26 goes high with a card left in: OFF is over a volt, and ON, which would win, is low."""
    rises = "PWL(0 0 900m 0 900.1m 3.3)"
    return Stimulus(cell=f"{volts}", system=f"{volts}", logic="3.3", cut=rises, contacts=CLOSED)


def spark(kilovolts: int) -> Callable[[float], Stimulus]:
    """IEC 61000-4-2 by contact: 150 pF through 330 ohm into the card switch's cable, the Pi on."""
    source = f"Vgun gun 0 PWL(0 0 10m 0 10.000001m {kilovolts}k)"
    gun = (source, "Cgun gun tip 150p", "Rgun tip {contact} 330")
    return lambda volts: Stimulus(cell=f"{volts}", system=f"{volts}", logic="3.3", stop_ms=12, step_us=2, more=gun)


def survives(found: Mapping[str, float], _: Figures) -> bool:
    """The diode keeps under its 70 V, and the Pi's clamp passes less than 50 mA."""
    volts, amperes = (max(abs(found[f"low{what}"]), abs(found[f"high{what}"])) for what in ("volts", "amperes"))
    return volts < 70 and amperes < 0.05


def opens(found: Mapping[str, float], figures: Figures) -> bool:
    return found["off"] > figures.latch_pulse_volts + 1 and found["before"] < SILENT and found["most"] < SILENT


WEAK = Corner(beta=125, capacitors=0.9)
EAGER = Corner(beta=800, capacitors=1.1)
WARM_CORNER = replace(EAGER, celsius=WARM)


def corners(
    *volts: float, celsius: tuple[float, ...] = (COLD, WARM), of: Corner = EAGER
) -> tuple[tuple[float, Corner], ...]:
    return tuple((cell, replace(of, celsius=temperature)) for cell in volts for temperature in celsius)


PULSE = (MOST, AREA, LATE)
SPARK = (
    "lowvolts MIN v({contact})", "highvolts MAX v({contact})", "lowamperes MIN i(Vpad0)", "highamperes MAX i(Vpad0)",
)  # fmt: skip
OFF = ("off FIND v({off}) AT=950m", "before MAX v({off}) from=800m to=899m", MOST)

COURSES: Mapping[str, Course] = {
    "card in": Course(closes("SW1"), PULSE, wakes, corners(3.0, 4.2, of=WEAK) + corners(3.2, celsius=(25, 50))),
    "key": Course(closes("SW2"), PULSE, wakes, corners(3.0, 4.2, of=WEAK)),
    "card left in": Course(left_in, (MOST,), stays_dark, corners(3.0, 4.2)),
    "charger in": Course(charger_in, (MOST,), stays_dark, corners(3.0, 3.2, 3.7, celsius=(COLD, 25, WARM))),
    "charger out": Course(charger_out, (MOST,), stays_dark, corners(3.0, 4.2)),
    "load let go": Course(load_let_go, (MOST,), stays_dark, corners(3.0, 4.2)),
    "load taken": Course(load_taken, (MOST,), stays_dark, corners(3.0, 4.2)),
    "bounce in": Course(bouncing, PULSE, wakes, corners(3.0, 4.2, of=WEAK)),
    "bounce out": Course(bouncing_out, (MOST,), stays_dark, corners(3.0, 4.2)),
    "USB without a cell": Course(without_cell({}), (MOST,), stays_dark, corners(3.7)),
    "spark": Course(spark(-8), SPARK, survives, corners(3.0, 4.2, celsius=(25,))),
    "spark the other way": Course(spark(8), SPARK, survives, corners(3.0, 4.2, celsius=(25,))),
    "cut": Course(cut, OFF, opens, corners(3.0, 4.2)),
}


@pytest.mark.parametrize("name", COURSES)
def test_the_course_ends_as_it_must(name: str, battery: Netlist, figures: Figures) -> None:
    course = COURSES[name]
    for volts, corner in course.corners:
        found = asked(battery, corner, course.stimulus(volts), *course.measures)
        assert course.holds(found, figures), (volts, corner, found)


@dataclass(frozen=True)
class Broken:
    """A mistake, and the course that shows it, at a corner."""

    text: str
    course: str
    make: Callable[[Netlist], Netlist] = lambda netlist: netlist
    volts: float = 3.2
    corner: Corner = field(default_factory=Corner)


BROKEN = [
    Broken("the capacitor of 1 nF", "card in", lambda n: changed(n, "C3", value="1n")),
    Broken("a diode that leaks, on a warm day", "card in", lambda n: changed(n, "D3", value="BAT85"),
           corner=WARM_CORNER),
    Broken("the contact's resistor to the cell forgotten", "key", lambda n: without(n, "R17")),
    Broken("the capacitor bridged", "card left in", lambda n: shorted(n, n.at("C3", "1"), n.at("C3", "2"))),
    Broken("the channel on VSYS", "charger in", on_the_system_rail),
    Broken("the capacitor for sparks at VSYS, 1 uF", "charger out",
           lambda n: changed(moved(n, "C7", "1", "VSYS"), "C7", value="1u"), corner=WARM_CORNER),
    Broken("a cell of 1 ohm", "load let go", corner=replace(WARM_CORNER, cell_ohms=1.0)),
    Broken("wake transistor on VSYS, a cell of 1 ohm", "load taken", lambda n: moved(n, "Q2", "3", "VSYS"),
           corner=replace(WARM_CORNER, cell_ohms=1.0)),
    Broken("the capacitor of 10 nF, card out", "bounce out", lambda n: changed(n, "C3", value="10n")),
    Broken("the capacitor of 10 nF", "bounce in", lambda n: changed(n, "C3", value="10n")),
    Broken("USB without a cell: the capacitor for sparks to ground", "USB without a cell",
           lambda n: moved(n, "C7", "1", "GND"), corner=WARM_CORNER),
    Broken("no capacitor for sparks", "spark", lambda n: without(n, "C7")),
    Broken("no capacitor, the other way", "spark the other way", lambda n: without(n, "C7")),
    Broken("no resistor before the GPIO", "spark", lambda n: shorted(n, "/CARD_SWITCH", n.at("D3", "A"))),
    Broken("the way to OFF through 1 M", "cut", lambda n: changed(n, "R21", value="1M")),
]  # fmt: skip


@pytest.mark.parametrize("mistake", BROKEN, ids=lambda mistake: mistake.text)
def test_a_mistake_shows(mistake: Broken, battery: Netlist, figures: Figures) -> None:
    course = COURSES[mistake.course]
    stimulus = course.stimulus(mistake.volts)
    found = asked(mistake.make(battery), mistake.corner, stimulus, *course.measures)
    assert not course.holds(found, figures), found
    right = asked(battery, replace(mistake.corner, cell_ohms=0.25), stimulus, *course.measures)
    assert course.holds(right, figures), right


def test_usb_without_a_cell_wakes_a_reader_that_has_a_card_in(battery: Netlist, figures: Figures) -> None:
    """What the guide warns of: the charger's search for a cell looks like a card that goes in."""
    found = asked(battery, WARM_CORNER, without_cell(CLOSED)(3.7), MOST)
    assert found["most"] > figures.latch_pulse_volts


def test_the_deck_has_the_whole_channels_and_nothing_else(battery: Netlist) -> None:
    mine = {"C3", "C4", "C7", "C8", "D3", "D4", "Q2", "Q3", "SW1", "SW2", "R27", "R28"}
    assert set(channel_parts(battery)) == mine | {f"R{number}" for number in range(12, 23)}


def test_the_front_boards_channels_are_the_same_deck(battery: Netlist) -> None:
    """What is simulated of the battery version holds of the board to order."""
    for course in COURSES.values():
        volts, corner = course.corners[0]
        asked_of = (corner, course.stimulus(volts), course.measures)
        deck = as_deck(kept_netlist(FRONT), *asked_of)
        assert deck == as_deck(battery, *asked_of)
        assert deck != as_deck(changed(battery, "C3", value="10n"), *asked_of)


def test_a_deck_that_ngspice_cannot_run_is_no_answer() -> None:
    with pytest.raises(run.SpiceError, match="could not simulate"):
        run.simulate("* no model\nD1 a 0 MNONE\nV1 a 0 1\n.tran 1u 1m\n.control\nrun\nquit\n.endc\n.end\n")


def test_every_course_has_a_mistake_that_shows() -> None:
    assert {mistake.course for mistake in BROKEN} == set(COURSES)
