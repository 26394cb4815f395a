"""Each key is asked for by its name: a turned or mirrored ribbon is recognised, and the offered lines mend it."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest

from device.config import Config, KeypadConfig, merge_config
from device.selftest.findings import Finding, Verdict
from device.selftest.keys import PAD_SHOWN, PATIENCE, SHORT_PATIENCE, wiring
from device.selftest.pad import legend
from device.selftest.places import map_holes, spell_gpios
from device.selftest.probes import ProbeOptions, run_probes
from device.selftest.ribbon import explain_ribbon
from device.simulated import simulate_board
from drivers.header import HOLES, KEYPAD_COLUMNS, KEYPAD_ROWS
from drivers.keypad.matrix import LEGENDS, Layout
from sesame_core.events import Key
from simulator.surroundings import SimulatedWorld
from simulator.troubles import Trouble

KEYS = list(Layout().keys.values())
LINES = re.compile(r"rows = (\[[^]]*\]) and columns = (\[[^]]*\]) below \[keypad\]")

RIBBONS: dict[str, Callable[[Layout], Layout]] = {
    "turned round": lambda pad: replace(pad, rows=pad.columns[::-1], columns=pad.rows[::-1]),
    "columns and rows exchanged": lambda pad: replace(pad, rows=pad.columns, columns=pad.rows),
    "its columns in reverse": lambda pad: replace(pad, columns=pad.columns[::-1]),
    "its rows in reverse": lambda pad: replace(pad, rows=pad.rows[::-1]),
    "rows and columns in reverse": lambda pad: replace(pad, rows=pad.rows[::-1], columns=pad.columns[::-1]),
    "in another order": lambda pad: replace(pad, rows=(6, 5, 13, 19), columns=(12, 20, 16, 21)),
}


class Desk(SimulatedWorld):
    """A simulated machine whose pad hangs on this ribbon, with a configuration of its own."""

    def __init__(self, lies: Layout | None, config: Config | None = None, *troubles: Trouble) -> None:
        self._lies = lies
        super().__init__(*troubles, config=config or Config())

    def _ribbon(self) -> Layout | None:
        return self._lies


def keypad_of(world: SimulatedWorld, told: list[str] | None = None) -> Finding:
    heard: list[str] = [] if told is None else told
    return next(each for each in run_probes(world, ProbeOptions(tell=heard.append)) if each.probe == "keypad")


@pytest.mark.parametrize("name", RIBBONS)
def test_a_ribbon_that_lies_otherwise_is_recognised_and_the_offered_lines_mend_it(name: str) -> None:
    lies = RIBBONS[name](Layout())
    found = keypad_of(Desk(lies))
    assert found.verdict is Verdict.FAILED
    assert name in found.said
    offered = LINES.search(found.cure)
    assert offered is not None, found.cure
    lines = merge_config(tomllib.loads(f"[keypad]\nrows = {offered[1]}\ncolumns = {offered[2]}"), "offered")
    assert (lines.keypad.rows, lines.keypad.columns) == (lies.rows, lies.columns)
    assert keypad_of(Desk(lies, lines)).verdict is Verdict.GOOD


def test_the_ribbon_turned_round_does_not_pass() -> None:
    told: list[str] = []
    found = keypad_of(SimulatedWorld(Trouble.RIBBON_TURNED), told)
    assert found.verdict is Verdict.FAILED
    assert "that was read as Arrêt; press 1 once more (1 of 16)" in told
    assert sum("once more" in each for each in told) == 1, "after that it is no slip of the finger"


@pytest.mark.parametrize("name", RIBBONS)
def test_a_dead_key_hides_no_ribbon(name: str) -> None:
    found = keypad_of(Desk(RIBBONS[name](Layout()), None, Trouble.KEY_DEAD))
    assert name in found.said
    assert "not pressed, or dead: 5" in found.said
    assert LINES.search(found.cure)


class Clumsy(SimulatedWorld):
    """A finger that slips the first time it is sent to 5."""

    slipped = False

    def ask(self, key: Key) -> None:
        slips = key is Key.DIGIT_5 and not self.slipped
        self.slipped = self.slipped or slips
        super().ask(Key.DIGIT_6 if slips else key)


def test_a_slip_of_the_finger_is_asked_for_once_more_and_is_no_fault() -> None:
    told: list[str] = []
    world = Clumsy()
    assert keypad_of(world, told).verdict is Verdict.GOOD
    assert world.slipped
    assert "that was read as 6; press 5 once more (6 of 16)" in told


def test_two_wires_that_touch_are_no_ribbon() -> None:
    """Rows 1 and 2 joined: their keys show together, and nothing is offered."""
    world = SimulatedWorld()
    world.parts.hardware.short_keys(KEYPAD_ROWS[0], KEYPAD_ROWS[1])
    found = keypad_of(world)
    assert found.verdict is Verdict.FAILED
    assert not LINES.search(found.cure)
    assert "GPIO5 (header pin 29, hole h46)" in found.cure
    assert "ground" not in found.cure, "a matrix joins its lines, and none to ground"


def test_every_order_of_the_rows_is_told_from_every_other() -> None:
    pad = Layout()
    for order in permutations(range(4)):
        lies = replace(pad, rows=tuple(pad.rows[at] for at in order))
        seen = {key: read_as(pad, lies, key) for key in KEYS}
        found = explain_ribbon(pad, seen)
        assert found is not None
        assert (found.rows, found.columns) == (lies.rows, lies.columns)


def read_as(pad: Layout, lies: Layout, key: Key) -> Key:
    lines = set(lies.lines(key))
    return next(each for each in KEYS if set(pad.lines(each)) == lines)


def test_too_few_readings_are_no_proof() -> None:
    lies = RIBBONS["turned round"](Layout())
    seen: dict[Key, Key | None] = dict.fromkeys(KEYS)
    assert explain_ribbon(Layout(), seen) is None
    seen[Key.DIGIT_1] = read_as(Layout(), lies, Key.DIGIT_1)
    assert explain_ribbon(Layout(), seen) is None


def test_a_dead_pad_does_not_take_minutes_for_each_key() -> None:
    world = SimulatedWorld(config=Config())
    world._dead = lambda config: set(wiring(config))  # type: ignore[method-assign]
    before = world.open_clock().now()
    assert keypad_of(world).said == f"not pressed, or dead: {' '.join(legend(Config(), key) for key in KEYS)}"
    assert world.open_clock().now() - before < PATIENCE + 16 * SHORT_PATIENCE + PAD_SHOWN


# Where a GPIO is


def test_the_hole_is_told_where_the_configuration_is_the_drawings() -> None:
    assert spell_gpios("the wires of GPIO6", Config()) == "the wires of GPIO6 (header pin 31, hole h47)"
    assert (
        spell_gpios("GPIO17 and GPIO18", Config())
        == "GPIO17 (header pin 11, hole j14) and GPIO18 (header pin 12, hole j23)"
    )
    assert spell_gpios("GPIO22, GPIO99", Config()) == "GPIO22 (header pin 15), GPIO99"
    assert spell_gpios("GPIO6 (header pin 31)", Config()) == "GPIO6 (header pin 31)", "not twice"
    assert set(map_holes(Config()).values()) == {hole for signal, hole in HOLES.items() if signal != "CARD_SWITCH"}


def test_no_hole_is_told_of_a_pin_that_does_other_work() -> None:
    keys = (*(Key(str(digit)) for digit in range(10)), Key.CODE, Key.OK)
    single = Config(
        keypad=KeypadConfig(buttons=tuple(zip(keys, (5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 19, 20), strict=True)))
    )
    assert spell_gpios("GPIO6", single) == "GPIO6 (header pin 31)"
    turned = Config(keypad=KeypadConfig(rows=KEYPAD_COLUMNS[::-1], columns=KEYPAD_ROWS[::-1]))
    assert spell_gpios("GPIO6", turned) == "GPIO6 (header pin 31, hole h47)", "the wire is where it was"


def test_the_twins_pad_is_as_configured_unless_its_ribbon_says_otherwise() -> None:
    world = SimulatedWorld()
    assert world._ribbon() is None
    assert Config().layout.legends == LEGENDS
    assert simulate_board(Config(), world.open_clock()).hardware.circuit is not None
