"""The moments at which a keypad could miss a key or read one that is none: before the edges count, between the last
scan and rest, in the middle of a held key, and before the rows have followed the columns."""

import pytest

from drivers.board_twin import BoardTwin
from drivers.clock import SteppedClock
from drivers.debounce import TIMING, Debouncer
from drivers.gpio.pins import Changed, InputLine, OutputLine, Pins
from drivers.keypad.matrix import Layout, MatrixContacts
from drivers.keypad.scan import ScannedKeypad
from sesame_core.events import Key, KeyPressed, Millis
from tests.drivers.test_keypad_backends import KEYS, WetPad
from tests.drivers.test_keypad_matrix import started

PLACES = (0, 5, 10, 15)


class QuickPad(WetPad):
    """A pad on which somebody presses a key just as its contacts are made ready for rest."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: int | None = None

    def let_rest(self) -> None:
        if self.meanwhile is not None:
            place, self.meanwhile = self.meanwhile, None
            self.move({place}, wet=False)


def passed(keypad: ScannedKeypad, start: Millis, ms: Millis) -> list[Key]:
    """What a loop is told that asks every millisecond."""
    events = [event for now in range(start, start + ms) for event in keypad.poll_events(now)]
    return [event.key for event in events if isinstance(event, KeyPressed)]


@pytest.mark.parametrize("place", PLACES)
def test_a_key_that_moves_before_the_edges_count_is_looked_for_after_the_start(place: int) -> None:
    pad = QuickPad()
    keypad = ScannedKeypad(pad, dict(enumerate(KEYS)))
    pad.meanwhile = place
    keypad.start(lambda: None)
    assert passed(keypad, 0, 100) == [KEYS[place]]


@pytest.mark.parametrize("place", PLACES)
def test_a_key_that_moves_between_the_last_scan_and_rest_is_read(place: int) -> None:
    pad = QuickPad()
    keypad = ScannedKeypad(pad, dict(enumerate(KEYS)))
    keypad.start(lambda: None)
    pad.move({7}, wet=False)
    assert passed(keypad, 0, 100) == [KEYS[7]]
    pad.meanwhile = place
    pad.move(set(), wet=False)
    assert passed(keypad, 100, 100) == [KEYS[place]]


@pytest.mark.parametrize("place", PLACES)
def test_a_key_that_moves_before_rest_beside_a_stuck_one_is_read(place: int) -> None:
    pad = QuickPad()
    keypad = ScannedKeypad(pad, dict(enumerate(KEYS)))
    keypad.start(lambda: None)
    pad.move({7}, wet=False)
    assert passed(keypad, 0, TIMING.patience + 100) == [KEYS[7]]
    pad.meanwhile = place
    assert passed(keypad, TIMING.patience + 100, 200) == [KEYS[place]], (
        "the slow scan beside the stuck key ends at rest"
    )


@pytest.mark.parametrize("gap", range(1, 20))
def test_a_held_key_that_opens_for_less_than_a_release_is_one_press(gap: Millis) -> None:
    """A jolt: the contact of a held key parts for less than the 20 ms that a contact may bounce."""
    reader = started()
    reader.board.press_key(Key.DIGIT_5)
    reader.pass_time(100)
    reader.board.release_key(Key.DIGIT_5)
    reader.pass_time(gap)
    reader.board.press_key(Key.DIGIT_5)
    reader.pass_time(100)
    assert reader.keys() == [Key.DIGIT_5]
    reader.board.release_key(Key.DIGIT_5)
    reader.pass_time(100)
    assert reader.keypad.next_due() is None


def test_a_contact_that_parts_for_longer_was_let_go() -> None:
    reader = started()
    reader.tap(Key.DIGIT_5, down=60, up=TIMING.release + TIMING.scan)
    reader.tap(Key.DIGIT_5, down=60, up=TIMING.release + TIMING.scan)
    assert reader.keys() == [Key.DIGIT_5, Key.DIGIT_5]


def test_press_and_release_together_outlast_a_bounce_and_a_release_is_as_long_as_one() -> None:
    """The figures are chosen together (drivers.debounce): 20 ms of bounce when a contact closes and opens."""
    bounce: Millis = 20
    assert TIMING.release >= bounce
    assert TIMING.press + TIMING.release > bounce
    counted = Debouncer(TIMING, sure=2)
    counted.adopt_contacts({3})
    assert counted.read(set(), 0) == ()
    counted.read(set(), bounce - 1)
    assert counted.keys_down == {3}
    counted.read(set(), bounce)
    assert counted.keys_down == frozenset()


class SlowLine:
    """A row at the end of a long cable: it shows what it was when the driver last let it settle."""

    def __init__(self, line: InputLine) -> None:
        self._line = line
        self._seen = line.low()

    def settle(self) -> None:
        self._seen = self._line.low()

    def low(self) -> bool:
        return self._seen

    def watch(self, changed: Changed) -> None:
        self._line.watch(changed)

    def close(self) -> None:
        self._line.close()


class SlowPins(Pins):
    """A header whose inputs follow only while the driver waits."""

    def __init__(self, pins: Pins) -> None:
        super().__init__()
        self._pins = pins
        self._slow: list[SlowLine] = []

    def settle(self) -> None:
        """Time passes."""
        for line in self._slow:
            line.settle()

    def close(self) -> None:
        self._pins.close()

    def _open_input(self, gpio: int, name: str) -> InputLine:
        line = SlowLine(self._pins.input(gpio, name))
        self._slow.append(line)
        return line

    def _open_output(self, gpio: int, name: str, high: bool) -> OutputLine:
        return self._pins.output(gpio, name, high)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.value)
def test_the_rows_have_followed_when_a_matrix_is_at_rest(key: Key) -> None:
    """Who looks at the lines right after `rest` must see the held key, not the last column that was let go."""
    board = BoardTwin(SteppedClock())
    pins = SlowPins(board.pins)
    contacts = MatrixContacts(pins, Layout(), pins.settle)
    contacts.start(lambda: None)
    board.press_key(key)
    closed = contacts.scan_keys()
    contacts.let_rest()
    assert len(closed) == 1
    assert contacts.edge_lines() == contacts.expect_edges(closed)
    board.release_key(key)
    opened = contacts.scan_keys()
    contacts.let_rest()
    assert (opened, contacts.edge_lines()) == (frozenset(), frozenset())
