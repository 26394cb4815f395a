"""Keys with a diode each, built into the desk's netlist for the ribbon: the sums, and ngspice from cold to warm."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hw.checks.all import CHECKS
from hw.checks.figures import Figures
from hw.checks.keys import diode_keys, pressed_volts
from hw.kicad.netlist import Netlist, make
from hw.kicad.netlist import Pin as Contact
from hw.spice import run
from hw.spice.deck import as_key_deck
from tests.hw.test_hw_rules import Nets, changed, turned, without

NAME = "keys read right"


def with_diodes(desk: Netlist, diode: str = "BAT54", column: str = "100") -> Netlist:
    """Sixteen switches SW11 to SW44, each between its row and the anode of D11 to D44; `column`: R5 to R8."""
    parts = {reference: part for reference, part in desk.parts.items() if reference != "KB1"}
    parts |= {f"R{each}": replace(desk.parts[f"R{each}"], value=column) for each in range(5, 9)}
    nets: Nets = {name: tuple(pin for pin in pins if pin.part != "KB1") for name, pins in desk.nets.items()}
    for row in range(1, 5):
        for each in range(1, 5):
            switch, model, between = f"SW{row}{each}", f"D{row}{each}", f"/KEY_{row}{each}"
            parts[switch] = replace(desk.parts["SW1"], reference=switch)
            parts[model] = replace(desk.parts["D2"], reference=model, value=diode)
            nets[desk.at("KB1", f"R{row}")] += (Contact(switch, "1", "1", "passive"),)
            nets[between] = (Contact(switch, "2", "2", "passive"), Contact(model, "2", "A", "passive"))
            nets[desk.at("KB1", f"C{each}")] += (Contact(model, "1", "K", "passive"),)
    return make(parts.values(), nets)


def test_bat54_and_a_hundred_ohm_read_right(desk: Netlist, figures: Figures) -> None:
    built = with_diodes(desk)
    assert CHECKS[NAME](built, figures) == []
    (key,) = diode_keys(built, "KEY_ROW2", "KEY_COL3")
    assert (key.switch, key.diode, key.row_ohms, key.column_ohms, key.conducts) == ("SW23", "D23", 470, 100, True)
    # 2.97 V over 8333 + 470 + 175 ohm; four of a column share the 175: 2.97 V over 8333 + 470 + 700.
    assert pressed_volts(built, figures, key, "KEY_ROW2", 1) == pytest.approx(0.543, abs=0.001)
    assert pressed_volts(built, figures, key, "KEY_ROW2", 4) == pytest.approx(0.695, abs=0.001)


MISTAKES: dict[str, tuple[Callable[[Netlist], Netlist], str]] = {
    "1N4148 behind 1 k": (lambda desk: with_diodes(desk, "1N4148", "1k"), "V when pressed, over VIL"),
    "BAT54 behind 1 k, all four down": (lambda desk: with_diodes(desk, column="1k"), "with its whole column down"),
    "rows through 1 k": (
        lambda desk: changed(with_diodes(desk), "R24", value="1k"), "KEY_ROW2 x KEY_COL1: 0.83 V with its whole column",
    ),
    "a diode the wrong way round": (lambda desk: turned(with_diodes(desk), "D31"), "D31 is the wrong way round"),
    "a diode forgotten": (lambda desk: without(with_diodes(desk), "D12"), "KEY_ROW1 x KEY_COL2: 0 switches"),
    "no pull-up": (lambda desk: without(with_diodes(desk), "R4"), "KEY_ROW4 x KEY_COL1: 0.00 V at rest"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_caught(name: str, desk: Netlist, figures: Figures) -> None:
    build, told = MISTAKES[name]
    assert any(told in line for line in CHECKS[NAME](build(desk), figures)), CHECKS[NAME](build(desk), figures)


LOW = ("low FIND v(row) AT=0.9m",)


@pytest.mark.usefixtures("ngspice")
@pytest.mark.parametrize("celsius", [-10, 25, 60])
def test_ngspice_agrees(celsius: int, figures: Figures) -> None:
    """What the sums say at -10 °C is not passed at any temperature; what they refuse is over VIL there."""
    right = run.simulate(as_key_deck("BAT54", 470, 100, 4, celsius, LOW))["low"]
    wrong = run.simulate(as_key_deck("1N4148", 470, 1000, 1, celsius, LOW))["low"]
    assert right < 0.695 < figures.pi_vil_max < wrong
