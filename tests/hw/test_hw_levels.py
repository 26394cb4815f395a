"""Levels, currents and battery life against sums done by hand, and what happens when a figure changes."""

from collections import Counter
from pathlib import Path

import pytest

from drivers.board_twin import BoardTwin
from drivers.circuit import Drive
from drivers.clock import SteppedClock
from drivers.header import KEYPAD_COLUMNS as COLUMNS
from drivers.keypad.matrix import SURE_WITHOUT_DIODES, Layout, MatrixContacts
from hw import make
from hw.checks import budget, levels, wake
from hw.checks.circuit import parallel, value_of
from hw.checks.figures import Figures, load
from hw.documents.budget import as_markdown
from hw.kicad.netlist import Netlist


@pytest.mark.parametrize(
    ("text", "value"), [("470", 470), ("1k", 1e3), ("4.7k", 4.7e3), ("1M", 1e6), ("100n", 1e-7), ("1u", 1e-6)]
)
def test_values(text: str, value: float) -> None:
    assert value_of(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "k", "10 k", "10kk", "1R5"])
def test_no_values(text: str) -> None:
    with pytest.raises(ValueError, match="is no value"):
        value_of(text)


def test_side_by_side() -> None:
    assert parallel([1800, 4700]) == pytest.approx(1301.5, abs=0.1)
    assert parallel([]) == float("inf")


def test_a_pressed_key(desk: Netlist, figures: Figures) -> None:
    # Twice 470, 200 ohm of membrane, 75 ohm of output against 10 k beside 50 k: 3.3 x 1215 / (1215 + 8333).
    found = levels.key_levels(desk, figures, "KEY_ROW2", "KEY_COL3")
    assert found.pressed == pytest.approx(0.420, abs=0.001)
    # Two of a column share 545 ohm: 3.3 / (9003 / 2 + 545) = 0.654 mA, half of it through each 8333.
    assert found.pair == pytest.approx(0.575, abs=0.001)
    # 10 k up against 50 k down, less 5 microamperes through both.
    assert found.at_rest == pytest.approx(3.3 * 50 / 60 - 5e-6 * 8333, abs=0.001)
    assert found.fault_amperes == pytest.approx(3.3 / 1090, abs=1e-6)


def test_worse_membranes_are_caught(desk: Netlist, figures: Figures) -> None:
    assert levels.keypad(desk, figures.changed(keypad_contact=1000)) == []
    two = levels.keypad(desk, figures.changed(keypad_contact=1200))
    assert len(two) == 16
    assert all("beside another of its column" in line for line in two)
    assert len(levels.keypad(desk, figures.changed(keypad_contact=2000))) == 32


def test_the_worst_case_of_the_budget_is_the_worst_that_the_driver_reads(
    desk: Netlist, battery: Netlist, figures: Figures
) -> None:
    """Two keys at once are read (`SURE_WITHOUT_DIODES`), so two of one column are what must be low."""
    assert SURE_WITHOUT_DIODES == 2
    assert "| two keys of a column pressed (both rows low) | 0.58 V | VIL 0.80 V | 0.22 V |" in as_markdown(
        desk, battery, figures
    )


def test_the_note_on_the_keypads_sheet_is_what_the_driver_does() -> None:
    """Scanned: one column low, the others let go. At rest: all low. Never: a column driven high."""
    board = BoardTwin(SteppedClock())
    seen: list[dict[Drive, int]] = []
    contacts = MatrixContacts(
        board.pins, Layout(), lambda: seen.append(Counter(map(board.circuit.drive_wire, COLUMNS)))
    )
    contacts.start(lambda: None)
    contacts.scan_keys()
    assert seen == [{Drive.LOW: 1, Drive.FLOATING: 3}] * 4
    contacts.let_rest()
    assert seen[-1] == {Drive.LOW: 4}
    text = (make.REPOSITORY / make.SCHEMATICS / "desk" / "keypad.kicad_sch").read_text(encoding="utf-8")
    assert "one column at a time is low and the others are let go" in text
    assert "at rest all four columns are low" in text
    assert "No column is ever driven high" in text


def test_longer_wires_are_caught(desk: Netlist, figures: Figures) -> None:
    assert levels.i2c(desk, figures.changed(i2c_farads=200e-12)) == []
    assert any("rises in" in line for line in levels.i2c(desk, figures.changed(i2c_farads=400e-12)))


def test_a_stronger_pull_up_on_the_board_is_caught(battery: Netlist, figures: Figures) -> None:
    assert any("over the 3 mA" in line for line in levels.i2c(battery, figures.changed(pi_i2c_pull_up=1000)))


def test_currents(desk: Netlist, figures: Figures) -> None:
    assert budget.led_amperes(desk, figures) == pytest.approx(1.3 / 470)
    assert budget.total(budget.loads_3v3(desk, figures)) == pytest.approx(0.0777, abs=1e-4)


def test_the_cells_current(figures: Figures) -> None:
    # 0.8 A at 5.2 V from 3.2 V at 90 %, and 5 mA.
    assert budget.cell_amperes(figures, 0.8, 3.2) == pytest.approx(1.4494, abs=1e-4)


def test_a_bigger_pi_is_too_much_for_the_battery_version(desk: Netlist, battery: Netlist, figures: Figures) -> None:
    bigger = figures.changed(pi_peak_amperes=1.2)
    assert budget.overloads(desk, bigger) == []
    assert {line.split(":")[0] for line in budget.overloads(battery, bigger)} == {
        "step-up converter, output", "step-up converter, switch", "charger's power path",
    }  # fmt: skip


def test_battery_life(battery: Netlist, figures: Figures) -> None:
    life = budget.life(battery, figures)
    assert life.session_ah * 1e3 == pytest.approx(2 * 80 / 3600 * 590.6, rel=0.001)
    assert life.days == pytest.approx(72.8, abs=0.1)
    assert budget.life(battery, figures.changed(sessions_a_day=4)).days < life.days / 1.8
    assert budget.life(battery, figures.changed(sessions_a_day=0)).days == pytest.approx(life.shelf_days)


def test_the_wake_pulse(battery: Netlist, figures: Figures) -> None:
    # 22 k and 1 u: 22 ms times ln(1.73 V / 0.7 V), 0.77 V leaked away; ready again after three times 492 k and 1 u.
    for transistor in ("Q2", "Q3"):
        found = wake.pulse(battery, figures, transistor)
        assert found is not None
        assert found.seconds == pytest.approx(0.0199, abs=0.0001)
        assert found.volts == pytest.approx(2.9)
        assert found.rest == pytest.approx(1.476)


def test_a_latch_for_higher_voltages_is_caught(battery: Netlist, figures: Figures) -> None:
    assert any("the latch wants 4.5 V" in line for line in wake.wake(battery, figures.changed(latch_volts_min=4.5)))


def test_sleep_with_and_without_a_card(battery: Netlist, figures: Figures) -> None:
    alone = budget.total(budget.sleep_loads(battery, figures))
    with_card = budget.total(budget.sleep_loads(battery, figures, card_left_in=True))
    assert alone == pytest.approx(10.5e-6)
    assert with_card - alone == pytest.approx(4.2 / 470e3)


def test_every_figure_has_a_source_and_is_used() -> None:
    entries = load().entries
    code = "".join(path.read_text(encoding="utf-8") for path in (Path(levels.__file__).parent.parent).rglob("*.py"))
    unused = [name for name in entries if f"figures.{name}" not in code]
    assert [name for name in unused if name not in FOR_THE_READER] == []
    assert all(len(figure.source) > 10 for figure in entries.values())


FOR_THE_READER = {"gauge_active", "pi_idle_amperes"}
"""Figures that back a choice in the drawing and enter no sum."""


@pytest.mark.parametrize(
    ("old", "new"), [('basis = "standard"', 'basis = "hearsay"'), ('source = "Membrane', 'source = ""  # ')]
)
def test_a_figure_without_a_source_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = (Path(levels.__file__).parent.parent / "data" / "figures.toml").read_text(encoding="utf-8")
    path = tmp_path / "figures.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match="basis"):
        load(path)


def test_an_unknown_figure_is_named(figures: Figures) -> None:
    with pytest.raises(AttributeError, match="no figure pi_colour"):
        _ = figures.pi_colour
