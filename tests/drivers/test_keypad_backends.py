"""The same keypad driver, matrix and buttons, over every backend's twin: the contract every header must serve."""

from collections.abc import Callable
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.board_twin import BoardTwin, Bounce
from drivers.circuit import GROUND
from drivers.clock import SteppedClock
from drivers.debounce import TIMING
from drivers.errors import DriverError, KeypadError
from drivers.gpio.pins import Pins
from drivers.gpio.rpi import RpiGpioPins
from drivers.gpio.rpi_twin import RpiFaults, RpiGpioTwin
from drivers.header import KEYPAD_ROWS
from drivers.keypad.buttons import button_keypad
from drivers.keypad.matrix import LEGENDS, Layout, matrix_keypad
from drivers.keypad.scan import ScannedKeypad
from sesame_core.events import Key, KeyPressed, Millis
from tests.drivers.test_gpio_pins import gpiod_pins

KEYS = tuple(key for row in LEGENDS for key in row if key is not None)
BUTTONS = dict(zip((*(Key(str(digit)) for digit in range(10)), Key.CODE, Key.CLEAR, Key.OK), range(4, 17), strict=True))
HEADERS: dict[str, Callable[[BoardTwin], Pins]] = {
    "gpiozero": lambda board: board.pins,
    "gpiod": lambda board: gpiod_pins(board.circuit),
    "RPi.GPIO": lambda board: RpiGpioPins(RpiGpioTwin(board.circuit)),
}


class Bench:
    """A board, a keypad on one of its headers, and time in steps of a millisecond.

    After each poll the loop is busy with other things for up to `latest` ms.
    """

    def __init__(
        self, header: str, bounce: Bounce | None = None, buttons: dict[Key, int] | None = None, latest: Millis = 0
    ) -> None:
        self.latest = latest
        self.lateness = Random(latest)
        self.busy_until: Millis = 0
        self.clock = SteppedClock(100)
        self.board = BoardTwin(self.clock, buttons=buttons, bounce=bounce)
        self.pins = HEADERS[header](self.board)
        self.keypad: ScannedKeypad = (
            button_keypad(self.pins, buttons) if buttons else matrix_keypad(self.pins, settle=lambda: None)
        )
        self.nudged = False
        self.keys: list[Key] = []
        self.keypad.start(self._nudge)

    def pass_time(self, ms: Millis) -> None:
        for _ in range(ms):
            self.clock.advance(1)
            self.board.advance(self.clock.now())
            due = self.keypad.next_due()
            if self.clock.now() < self.busy_until:
                continue
            if self.nudged or (due is not None and due <= self.clock.now()):
                self.nudged = False
                self.busy_until = self.clock.now() + self.lateness.randint(0, self.latest)
                events = self.keypad.poll_events(self.clock.now())
                self.keys += [event.key for event in events if isinstance(event, KeyPressed)]

    def tap(self, key: Key) -> None:
        self.board.press_key(key)
        self.pass_time(60)
        self.board.release_key(key)
        self.pass_time(60)

    def _nudge(self) -> None:
        self.nudged = True


@pytest.fixture(params=HEADERS)
def header(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("seed", range(8))
def test_every_key_of_a_matrix_with_bounce(header: str, seed: int) -> None:
    bench = Bench(header, Bounce(20, seed))
    for key in KEYS:
        bench.tap(key)
    assert bench.keys == list(KEYS)
    assert bench.keypad.next_due() is None


@pytest.mark.parametrize("seed", range(8))
def test_every_button_with_bounce(header: str, seed: int) -> None:
    bench = Bench(header, Bounce(20, seed), BUTTONS)
    for key in BUTTONS:
        bench.tap(key)
    assert bench.keys == list(BUTTONS)
    assert bench.keypad.next_due() is None


def test_any_number_of_buttons_at_once(header: str) -> None:
    bench = Bench(header, buttons=BUTTONS)
    for key in BUTTONS:
        bench.board.press_key(key)
        bench.pass_time(30)
    assert bench.keys == list(BUTTONS)


def test_a_matrix_refuses_the_third_corner(header: str) -> None:
    for corners in combinations((Key.DIGIT_1, Key.DIGIT_3, Key.DIGIT_7, Key.DIGIT_9), 3):
        bench = Bench(header)
        for key in corners:
            bench.board.press_key(key)
            bench.pass_time(40)
        assert bench.keys == list(corners[:2])


@pytest.mark.parametrize("buttons", [None, BUTTONS], ids=["matrix", "buttons"])
def test_a_stuck_key_sleeps_and_a_key_held_at_power_on_is_none(header: str, buttons: dict[Key, int] | None) -> None:
    bench = Bench(header, buttons=buttons)
    bench.board.stick_key(Key.OK)
    bench.pass_time(TIMING.patience + TIMING.stuck_watch + 100)
    assert bench.keys == [Key.OK]
    assert bench.keypad.next_due() is None
    bench.keypad.close()
    bench.keypad.start(lambda: None)
    assert bench.keypad.poll_events(bench.clock.now()) == ()
    assert bench.keypad.held == (Key.OK,)


@pytest.mark.parametrize("seed", range(12))
def test_a_loop_that_is_late_loses_no_press_of_60_ms(header: str, seed: int) -> None:
    """30 ms to the end of the bounce and the accepting scan leave room for two delays of 12 ms: the changed part of a
    screen takes 3 ms on the bus."""
    bench = Bench(header, Bounce(20, seed), latest=12)
    for key in KEYS:
        bench.tap(key)
    bench.pass_time(50)
    assert bench.keys == list(KEYS)


def test_two_readers_in_one_process_share_nothing(header: str) -> None:
    one, other = Bench(header), Bench(header)
    one.tap(Key.DIGIT_1)
    other.tap(Key.DIGIT_2)
    assert (one.keys, other.keys) == ([Key.DIGIT_1], [Key.DIGIT_2])


def test_a_kernel_that_gives_no_edges_is_a_keypad_error_with_the_cure() -> None:
    board = BoardTwin(SteppedClock())
    pins = RpiGpioPins(RpiGpioTwin(board.circuit, RpiFaults(no_edges=True)))
    with pytest.raises(KeypadError, match=r"keypad cannot start.*choose lgpio") as caught:
        matrix_keypad(pins).start(lambda: None)
    assert isinstance(caught.value.__cause__, DriverError)


def test_pins_that_stop_answering_are_a_keypad_error(header: str) -> None:
    """Somebody else resets the channels under the driver, as a second program with RPi.GPIO does."""
    bench = Bench(header)
    bench.board.press_key(Key.OK)
    bench.pins.close()
    if header in {"RPi.GPIO", "gpiod"}:
        with pytest.raises(KeypadError, match=r"cannot be read.*GPIO\d+"):
            bench.pass_time(20)
    else:
        bench.pass_time(20)
        assert bench.keys == []


class WetPad:
    """A wet matrix: all columns low together pull row 1 down by leaking, one column alone does not."""

    max_trusted = 2

    def __init__(self) -> None:
        self.pressed: frozenset[int] = frozenset()
        self.wet = False
        self.scans = 0
        self._changed: Callable[[], None] = lambda: None

    def move(self, pressed: set[int], wet: bool) -> None:
        self.pressed, self.wet = frozenset(pressed), wet
        self._changed()

    def start(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    def scan_keys(self) -> frozenset[int]:
        self.scans += 1
        return self.pressed

    def let_rest(self) -> None:
        """Nothing to drive."""

    def edge_lines(self) -> frozenset[int]:
        return self.expect_edges(self.pressed) | ({1} if self.wet else set())

    def expect_edges(self, closed: frozenset[int]) -> frozenset[int]:
        return frozenset(place // 4 for place in closed)

    def close(self) -> None:
        """Nothing to let go of."""


def test_a_wet_pad_is_given_up_as_stuck_and_its_dry_rows_still_wake() -> None:
    pad, keys = WetPad(), dict(enumerate(KEYS))
    keypad = ScannedKeypad(pad, keys)
    events: list[KeyPressed] = []

    def pass_time(start: Millis, ms: Millis) -> None:
        for now in range(start, start + ms):
            events.extend(event for event in keypad.poll_events(now) if isinstance(event, KeyPressed))

    keypad.start(lambda: None)
    pad.move(set(), wet=True)
    pass_time(0, TIMING.patience + 100)
    assert keypad.next_due() is None
    assert 0 < pad.scans <= TIMING.patience // TIMING.scan + 5
    pad.move({9}, wet=True)
    pass_time(10_000, 100)
    pad.move(set(), wet=True)
    pass_time(11_000, 100)
    assert [event.key for event in events] == [KEYS[9]]
    assert keypad.next_due() is None
    pad.move(set(), wet=False)
    pass_time(12_000, TIMING.patience + 100)
    assert keypad.next_due() is None


def test_a_key_released_while_closed_is_not_held_after_a_new_start(header: str) -> None:
    bench = Bench(header)
    bench.board.press_key(Key.OK)
    bench.pass_time(100)
    bench.keypad.close()
    bench.board.release_key(Key.OK)
    bench.keypad.start(bench._nudge)
    assert bench.keypad.held == ()
    bench.tap(Key.OK)
    assert bench.keys == [Key.OK, Key.OK]


def test_two_buttons_on_one_pin_are_refused() -> None:
    with pytest.raises(KeypadError, match="two buttons are on the same GPIO"):
        button_keypad(BoardTwin(SteppedClock()).pins, {Key.OK: 5, Key.CODE: 5})


def test_a_shorted_button_is_a_stuck_one(header: str) -> None:
    bench = Bench(header, buttons=BUTTONS)
    bench.board.short_keys(BUTTONS[Key.CLEAR], GROUND)
    bench.pass_time(5_000)
    bench.tap(Key.OK)
    assert bench.keys == [Key.CLEAR, Key.OK]


def test_the_layout_knows_where_its_keys_are() -> None:
    assert Layout().lines(Key.DIGIT_1) == (KEYPAD_ROWS[0], 12)
    with pytest.raises(KeypadError, match="no such key"):
        Layout((5,), (12,), ((Key.OK,),)).lines(Key.CODE)


PRESSES = st.lists(
    st.tuples(st.sampled_from(KEYS), st.integers(60, 400), st.integers(60, 300), st.booleans()), min_size=1, max_size=12
)


@settings(max_examples=60, deadline=None)
@given(PRESSES, st.integers(0, 2**32), st.integers(0, 20))
def test_whatever_is_typed_however_it_bounces_is_what_is_read(
    presses: list[tuple[Key, Millis, Millis, bool]], seed: int, limit: Millis
) -> None:
    """Presses of 60 ms and more, one after the other or rolled over into the next one, never three at once."""
    bench = Bench("gpiozero", Bounce(limit, seed))
    typed: list[Key] = []
    held: Key | None = None
    for key, down, up, rolls in presses:
        if key is held:
            continue
        bench.board.press_key(key)
        typed.append(key)
        bench.pass_time(down)
        if held is not None:
            bench.board.release_key(held)
            bench.pass_time(up)
        held = key if rolls else None
        if not rolls:
            bench.board.release_key(key)
            bench.pass_time(up)
    assert bench.keys == typed
