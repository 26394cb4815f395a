"""The board's twin moves its contacts as it says: bounces after a motion and never before, sticks, latches, notes."""

import pytest
from gpiozero.exc import PinInvalidFunction, PinSetInput  # type: ignore[import-untyped]

from drivers.board_twin import BoardTwin, Bounce, NoSuchKeyError, Wires
from drivers.circuit import Drive
from drivers.clock import SteppedClock
from drivers.gpio.mock import TwinFactory
from sesame_core.events import Key

WIRE = 5


def make_board(bounce: Bounce | None = None) -> tuple[BoardTwin, SteppedClock, list[tuple[int, bool]]]:
    """A board with one button, and each change of its wire: when, and to what."""
    clock = SteppedClock()
    clock.advance(1_000)
    board = BoardTwin(clock, buttons={Key.OK: WIRE}, bounce=bounce)
    board.circuit.apply_levels(WIRE, Drive.PULL_UP)
    changes: list[tuple[int, bool]] = []
    board.circuit.listen_to(lambda wire, level: changes.append((clock.now(), level)) if wire == WIRE else None)
    return board, clock, changes


def let_pass(board: BoardTwin, clock: SteppedClock, ms: int) -> None:
    for _ in range(ms):
        clock.advance(1)
        board.advance(clock.now())


def test_a_perfect_contact_moves_once() -> None:
    board, clock, changes = make_board()
    begun = clock.now()
    board.tap_key(Key.OK)
    assert board.next_due() == begun + 80
    let_pass(board, clock, 200)
    assert changes == [(begun, False), (begun + 80, True)]
    assert board.next_due() is None


@pytest.mark.parametrize("seed", range(5))
def test_a_contact_bounces_after_its_motion_for_so_long_at_most_and_then_stays(seed: int) -> None:
    board, clock, changes = make_board(Bounce(20, seed))
    begun = clock.now()
    board.press_key(Key.OK)
    let_pass(board, clock, 100)
    assert changes[0] == (begun, False), "it closes first"
    assert [level for _, level in changes] == [bool(number % 2) for number in range(len(changes))]
    assert len(changes) % 2 == 1, "and is closed in the end"
    assert all(begun <= at <= begun + 20 for at, _ in changes)
    again, its_clock, others = make_board(Bounce(20, seed))
    again.press_key(Key.OK)
    let_pass(again, its_clock, 100)
    assert others == changes, "the same seed bounces in the same way"


def test_bounces_differ_from_motion_to_motion() -> None:
    patterns = [Bounce(20, 1).offsets(motion) for motion in range(20)]
    assert len(set(patterns)) > 5
    assert all(len(each) % 2 == 0 and list(each) == sorted(set(each)) for each in patterns)
    assert all(1 <= offset <= 20 for each in patterns for offset in each)
    assert max(map(len, patterns)) == 20
    assert Bounce().offsets(0) == ()


def test_a_key_that_sticks_comes_up_when_it_is_freed() -> None:
    board, clock, changes = make_board()
    board.stick_key(Key.OK)
    board.release_key(Key.OK)
    let_pass(board, clock, 10)
    assert [level for _, level in changes] == [False]
    board.free_key(Key.OK)
    assert [level for _, level in changes] == [False, True]
    with pytest.raises(NoSuchKeyError, match="this pad has no key Code"):
        board.press_key(Key.CODE)
    with pytest.raises(NoSuchKeyError, match="this pad has no key for that digit"):
        board.press_key(Key.DIGIT_5)


def test_light_and_buzzer_are_seen_and_noted() -> None:
    board, clock, _ = make_board()
    assert (board.lit, board.buzzing, board.flashes, board.beeps) == (False, False, (), ())
    board.circuit.apply_levels(17, Drive.HIGH)
    let_pass(board, clock, 5)
    board.circuit.apply_levels(18, Drive.HIGH)
    board.circuit.apply_levels(17, Drive.LOW)
    assert (board.lit, board.buzzing) == (False, True)
    assert board.flashes == ((1_000, True), (1_005, False))
    assert board.beeps == ((1_005, True),)
    bare = BoardTwin(SteppedClock(), wires=Wires(None, None, None, None, None))
    bare.card_switch(True)
    assert (bare.lit, bare.buzzing, bare.flashes, bare.beeps) == (False, False, (), ())


def test_the_supplys_latch_lets_go_and_is_closed_by_its_button() -> None:
    board, _, _ = make_board()
    wires = Wires()
    assert wires.power_off is not None
    assert board.powered
    board.circuit.apply_levels(wires.power_off, Drive.LOW)
    assert board.powered
    board.circuit.apply_levels(wires.power_off, Drive.HIGH)
    assert not board.powered
    board.power_button(False)
    assert not board.powered
    board.power_button(True)
    assert board.powered


def test_a_pin_of_the_mock_is_at_its_wires_level_from_the_first() -> None:
    """And says no function that it has not, drives nothing as an input, and has a short history."""
    clock = SteppedClock()
    board = BoardTwin(clock)
    board.circuit.apply_levels(23, Drive.HIGH)
    pin = TwinFactory(board.circuit).pin(23)
    assert pin.state
    with pytest.raises(PinInvalidFunction):
        pin.function = "alt5"
    with pytest.raises(PinSetInput):
        pin.state = True
    pin.function = "output"
    for level in (True, False) * 5:
        pin.state = level
        assert board.circuit.level_of(23) is level
    assert len(pin.states) == 4  # type: ignore[attr-defined]
    pin.close()  # type: ignore[attr-defined]
    assert pin.function == "input"
    assert board.circuit.drive_wire(23) is Drive.FLOATING
