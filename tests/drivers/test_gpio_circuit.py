"""The board's physics, against hand-worked cases and an independent account of which keys a matrix shows."""

from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.circuit import GROUND, Circuit, CircuitContact, Drive
from drivers.gpio.mock import TwinFactory
from drivers.header import HEADER

ROWS, COLUMNS = (5, 6, 13, 19), (12, 16, 20, 21)
PLACES = tuple(product(ROWS, COLUMNS))


def shown(pressed: frozenset[tuple[int, int]], diodes: bool) -> set[tuple[int, int]]:
    """What a scan of the model shows: one column low after the other, the rest let go."""
    circuit = Circuit(pull_ups=ROWS)
    for row, column in pressed:
        circuit.close(CircuitContact(row, column, diodes))
    return scanned(circuit)


def scanned(circuit: Circuit) -> set[tuple[int, int]]:
    seen = set()
    for column in COLUMNS:
        circuit.apply_levels(column, Drive.LOW)
        seen |= {(row, column) for row in ROWS if not circuit.level_of(row)}
        circuit.apply_levels(column, Drive.FLOATING)
    assert circuit.conflicts == 0
    return seen


def grown(pressed: frozenset[tuple[int, int]]) -> set[tuple[int, int]]:
    """Without diodes, three corners of a rectangle show the fourth, until nothing is added any more."""
    seen = set(pressed)
    while True:
        more = {
            (one[0], other[1])
            for one, other in product(seen, repeat=2)
            if (other[0], one[1]) in seen and (one[0], other[1]) not in seen
        }
        if not more:
            return seen
        seen |= more


@given(st.frozensets(st.sampled_from(PLACES), max_size=8))
def test_without_diodes_a_matrix_shows_its_ghosts(pressed: frozenset[tuple[int, int]]) -> None:
    assert shown(pressed, diodes=False) == grown(pressed)


@given(st.frozensets(st.sampled_from(PLACES), max_size=16))
def test_with_diodes_a_matrix_shows_what_is_pressed(pressed: frozenset[tuple[int, int]]) -> None:
    assert shown(pressed, diodes=True) == pressed


@pytest.mark.parametrize("count", [3, 16])
def test_with_diodes_three_and_sixteen_keys_at_once_show_as_themselves(count: int) -> None:
    assert all(shown(frozenset(keys), diodes=True) == set(keys) for keys in combinations(PLACES, count))
    assert any(shown(frozenset(keys), diodes=False) != set(keys) for keys in combinations(PLACES, 3))


def test_a_diode_turned_round_keeps_its_key_silent_and_no_other() -> None:
    for turned in PLACES:
        circuit = Circuit(pull_ups=ROWS)
        for row, column in PLACES:
            ends = (column, row) if (row, column) == turned else (row, column)
            circuit.close(CircuitContact(*ends, diode=True))
        assert scanned(circuit) == set(PLACES) - {turned}


@pytest.mark.parametrize("count", [1, 2])
def test_one_and_two_keys_always_show_as_themselves(count: int) -> None:
    assert all(shown(frozenset(keys), diodes=False) == set(keys) for keys in combinations(PLACES, count))


def test_columns_that_were_driven_high_would_fight_over_two_keys_of_a_row() -> None:
    """Why the driver lets the other columns go: the row would stand at half the supply."""
    circuit = Circuit(pull_ups=ROWS)
    circuit.close(CircuitContact(5, 12))
    circuit.close(CircuitContact(5, 16))
    circuit.apply_levels(12, Drive.LOW)
    circuit.apply_levels(16, Drive.HIGH)
    assert circuit.conflicts > 0
    assert circuit.level_of(5), "the key on column 12 is not seen"


@pytest.mark.parametrize(
    ("drive", "level"), [(Drive.LOW, False), (Drive.HIGH, True), (Drive.PULL_UP, True), (Drive.PULL_DOWN, False)]
)
def test_a_wire_alone_follows_its_drive(drive: Drive, level: bool) -> None:
    circuit = Circuit()
    circuit.apply_levels(5, drive)
    assert circuit.level_of(5) is level


def test_a_floating_wire_keeps_its_level_and_a_resistor_on_the_board_lifts_it() -> None:
    circuit = Circuit(pull_ups=[6])
    for wire in (5, 6):
        circuit.apply_levels(wire, Drive.LOW)
        circuit.apply_levels(wire, Drive.FLOATING)
    assert (circuit.level_of(5), circuit.level_of(6)) == (False, True)
    circuit.apply_levels(5, Drive.HIGH)
    circuit.apply_levels(5, Drive.FLOATING)
    assert circuit.level_of(5)


def test_ground_wins_over_a_pull_up_and_every_change_is_told_once() -> None:
    circuit = Circuit()
    told: list[tuple[int, bool]] = []
    circuit.listen_to(lambda wire, level: told.append((wire, level)))
    circuit.apply_levels(5, Drive.PULL_UP)
    circuit.close(CircuitContact(5, GROUND))
    circuit.close(CircuitContact(5, GROUND))
    circuit.open(CircuitContact(5, GROUND))
    assert told == [(5, True), (5, False), (5, True)]


def test_two_switches_to_ground_do_not_see_each_other() -> None:
    circuit = Circuit()
    for wire in (4, 27):
        circuit.apply_levels(wire, Drive.PULL_UP)
    circuit.close(CircuitContact(4, GROUND))
    assert (circuit.level_of(4), circuit.level_of(27)) == (False, True)
    circuit.close(CircuitContact(27, GROUND))
    circuit.open(CircuitContact(4, GROUND))
    assert (circuit.level_of(4), circuit.level_of(27)) == (True, False)


@pytest.mark.parametrize("gpio", sorted(HEADER))
def test_ground_is_none_of_the_headers_wires(gpio: int) -> None:
    """Pulled up, each is high, and takes nothing of ground away; joined to ground it is low, and high again."""
    circuit = Circuit()
    other = next(each for each in HEADER if each != gpio)
    for wire in (gpio, other):
        circuit.apply_levels(wire, Drive.PULL_UP)
    contact = CircuitContact(other, GROUND)
    circuit.close(contact)
    assert (circuit.level_of(gpio), circuit.level_of(other), circuit.level_of(GROUND)) == (True, False, False)
    circuit.open(contact)
    assert (circuit.level_of(gpio), circuit.level_of(other), circuit.level_of(GROUND)) == (True, True, False)


def test_a_mock_pin_that_was_closed_hears_no_edge() -> None:
    """As lgpio's: whoever listened has let go, whatever happens on the wire."""
    circuit = Circuit()
    pin: Any = TwinFactory(circuit).pin(5)
    heard: list[object] = []

    def listen(ticks: float, level: int) -> None:
        heard.append((ticks, level))

    pin.pull = "up"
    pin.edges = "both"
    pin.when_changed = listen  # kept weakly (gpiozero, PiPin)
    contact = CircuitContact(5, GROUND)
    circuit.close(contact)
    assert len(heard) == 1
    pin.close()
    circuit.open(contact)
    circuit.apply_levels(5, Drive.PULL_UP)
    assert len(heard) == 1
