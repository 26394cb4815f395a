"""The real keypad driver on the electrical twin: every key, bounce, ghosts, stuck keys, rollover, silence at rest."""

from dataclasses import dataclass
from itertools import combinations

import pytest

from drivers.board_twin import BoardTwin, Bounce
from drivers.circuit import Drive
from drivers.clock import SteppedClock
from drivers.debounce import TIMING
from drivers.errors import KeypadError
from drivers.keypad.matrix import LEGENDS, Layout, matrix_keypad
from drivers.keypad.scan import ScannedKeypad
from drivers.ports import Keypad
from sesame_core.events import Key, KeyPressed, Millis

KEYS = tuple(key for row in LEGENDS for key in row if key is not None)
QUIET = TIMING.patience + TIMING.stuck_watch + 1_000


class Desk:
    """A board, its keypad and a loop that does what the reader's does: sleep until due or notified, then poll."""

    def __init__(self, board: BoardTwin, keypad: ScannedKeypad, clock: SteppedClock) -> None:
        self.board, self.keypad, self.clock = board, keypad, clock
        self.pressed: list[KeyPressed] = []
        self.polls = 0
        self.nudges = 0

    def start(self) -> None:
        self.keypad.start(self._nudge)
        self.pass_time(0)

    def pass_time(self, ms: Millis) -> None:
        end = self.clock.now() + ms
        self._settle()
        while (moment := self._next(end)) is not None:
            self.clock.advance(max(0, moment - self.clock.now()))
            self.board.advance(self.clock.now())
            self._settle()
        self.clock.advance(end - self.clock.now())

    def keys(self) -> list[Key]:
        return [event.key for event in self.pressed]

    def tap(self, key: Key, down: Millis = 80, up: Millis = 70) -> None:
        self.board.press_key(key)
        self.pass_time(down)
        self.board.release_key(key)
        self.pass_time(up)

    def _nudge(self) -> None:
        self.nudges += 1

    def _settle(self) -> None:
        due = self.keypad.next_due()
        while self.nudges or (due is not None and due <= self.clock.now()):
            self.nudges = 0
            self.polls += 1
            for event in self.keypad.poll_events(self.clock.now()):
                assert isinstance(event, KeyPressed)
                assert event.at == self.clock.now()
                self.pressed.append(event)
            due = self.keypad.next_due()

    def _next(self, end: Millis) -> Millis | None:
        moments = [at for at in (self.board.next_due(), self.keypad.next_due()) if at is not None and at <= end]
        return min(moments) if moments else None


def nowait() -> None:
    """The twin's rows follow at once."""


def desk(layout: Layout | None = None, bounce: Bounce | None = None, pull_ups: bool = True) -> Desk:
    clock = SteppedClock(1_000)
    board = BoardTwin(clock, layout, bounce=bounce, pull_ups=pull_ups)
    return Desk(board, matrix_keypad(board.pins, layout, settle=nowait), clock)


def started(layout: Layout | None = None, bounce: Bounce | None = None) -> Desk:
    made = desk(layout, bounce)
    made.start()
    return made


def size(rows: int, columns: int, empty: tuple[int, ...] = ()) -> Layout:
    names = iter(Key)
    flat = [None if place in empty else next(names, None) for place in range(rows * columns)]
    legends = tuple(tuple(flat[row * columns : (row + 1) * columns]) for row in range(rows))
    return Layout((5, 6, 13, 19, 22)[:rows], (12, 16, 20, 21, 23)[:columns], legends)


def rectangle(layout: Layout, corners: tuple[Key, ...]) -> bool:
    lines = [layout.lines(key) for key in corners]
    return len({row for row, _ in lines}) == 2 and len({column for _, column in lines}) == 2


def rotations(triple: tuple[Key, Key, Key]) -> list[tuple[Key, Key, Key]]:
    """Each of the three is the last one once."""
    one, two, three = triple
    return [(one, two, three), (two, three, one), (three, one, two)]


TRIPLES = list(combinations(KEYS, 3))
RECTANGLES = [triple for triple in TRIPLES if rectangle(Layout(), triple)]


def test_it_is_a_keypad() -> None:
    keypad: Keypad = desk().keypad
    assert keypad.next_due() is None


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_every_key_gives_itself_once(key: Key) -> None:
    reader = started()
    reader.tap(key)
    assert reader.keys() == [key]
    assert reader.keypad.next_due() is None


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (4, 4), (4, 5), (5, 4), (5, 5)], ids=str)
def test_every_size_of_matrix(shape: tuple[int, int]) -> None:
    layout = size(*shape)
    reader = started(layout)
    for key in layout.keys.values():
        reader.tap(key)
    assert reader.keys() == list(layout.keys.values())


def test_a_place_may_be_empty() -> None:
    layout = size(4, 4, empty=(0, 5, 15))
    reader = started(layout)
    for key in layout.keys.values():
        reader.tap(key)
    assert reader.keys() == list(layout.keys.values())
    assert len(reader.keys()) == 13


@pytest.mark.parametrize("seed", range(24))
def test_bounce_up_to_20_ms_gives_one_event_a_press(seed: int) -> None:
    reader = started(bounce=Bounce(20, seed))
    for key in KEYS:
        reader.tap(key, down=60, up=60)
    assert reader.keys() == list(KEYS)


@dataclass(frozen=True, slots=True)
class Exact(Bounce):
    """Every motion bounces by the same pattern."""

    pattern: tuple[Millis, ...] = ()

    def offsets(self, motion: int) -> tuple[Millis, ...]:
        return self.pattern


@pytest.mark.parametrize("back", range(1, 20))
def test_one_long_gap_anywhere_in_the_bounce_is_no_second_press(back: Millis) -> None:
    """The worst a bounce of 20 ms can do: it looks settled, and then is not."""
    for again in range(back + 1, 21):
        reader = started(bounce=Exact(pattern=(back, again)))
        for _ in range(3):
            reader.tap(Key.DIGIT_5, down=60, up=60)
        assert reader.keys() == [Key.DIGIT_5] * 3, (back, again)
        assert reader.keypad.next_due() is None


@pytest.mark.parametrize("ms", range(1, 8))
def test_a_spark_on_the_line_is_no_press(ms: Millis) -> None:
    reader = started()
    reader.tap(Key.OK, down=ms)
    assert reader.keys() == []
    assert reader.keypad.next_due() is None


def test_a_loop_that_asks_twice_still_sleeps_beside_a_stuck_key() -> None:
    """Polls that follow our own scans are echoes, not signs of use."""
    reader = started()
    reader.board.stick_key(Key.OK)
    reader.pass_time(0)
    end = reader.clock.now() + 2 * QUIET
    while (due := reader.keypad.next_due()) is not None and due < end:
        for echo in (0, 0, 3):
            reader.keypad.poll_events(max(due, reader.clock.now()) + echo)
    assert reader.keypad.next_due() is None


@pytest.mark.parametrize("seed", range(20))
def test_the_same_key_again_and_again_with_bounce(seed: int) -> None:
    reader = started(bounce=Bounce(20, seed))
    for _ in range(12):
        reader.tap(Key.DIGIT_5, down=60, up=60)
    assert reader.keys() == [Key.DIGIT_5] * 12


def test_bounces_happen_and_are_edges() -> None:
    """The twin is worth its name: a bouncing contact really opens and closes between polls."""
    clock = SteppedClock()
    board = BoardTwin(clock, bounce=Bounce(20, 3))
    heard: list[bool] = []
    row = board.pins.input(5, "row")
    column = board.pins.output(12, "column")
    row.watch(lambda: heard.append(row.low()))
    for _ in range(5):
        board.tap_key(Key.DIGIT_1)
        board.advance(clock.now() + 200)
        clock.advance(200)
    assert len(heard) > 20
    assert heard == [index % 2 == 0 for index in range(len(heard))]
    column.close()


@pytest.mark.parametrize("at", range(1, 60))
def test_a_press_of_60_ms_is_never_lost_wherever_the_scan_falls(at: Millis) -> None:
    reader = started()
    reader.board.press_key(Key.DIGIT_1)
    reader.pass_time(at)
    reader.tap(Key.OK, down=60)
    reader.board.release_key(Key.DIGIT_1)
    reader.pass_time(100)
    assert sorted(reader.keys(), key=str) == sorted([Key.OK, *([Key.DIGIT_1])], key=str)


def test_a_late_loop_still_reads_one_press() -> None:
    reader = started()
    reader.board.press_key(Key.OK)
    for late in (0, 23, 61, 95):
        reader.pressed += [event for event in reader.keypad.poll_events(1_000 + late) if isinstance(event, KeyPressed)]
    assert reader.keys() == [Key.OK]


@pytest.mark.parametrize("triple", RECTANGLES, ids=str)
def test_three_corners_of_a_rectangle_never_give_the_fourth(triple: tuple[Key, Key, Key]) -> None:
    for order in rotations(triple):
        reader = started()
        for key in order:
            reader.board.press_key(key)
            reader.pass_time(60)
        for key in order:
            reader.board.release_key(key)
            reader.pass_time(60)
        assert reader.keys() == list(order[:2]), "the third is refused, the fourth is nobody's"
        assert reader.keypad.next_due() is None


def test_144_of_560_triples_are_rectangles() -> None:
    assert (len(RECTANGLES), len(TRIPLES)) == (144, 560)


@pytest.mark.parametrize("seed", range(20))
def test_three_keys_slapped_at_once_give_nothing_false(seed: int) -> None:
    for triple in RECTANGLES[seed::20]:
        reader = started(bounce=Bounce(20, seed))
        for key in triple:
            reader.board.press_key(key)
        reader.pass_time(100)
        for key in triple:
            reader.board.release_key(key)
        reader.pass_time(100)
        assert reader.keys() == []


def test_with_a_diode_a_key_three_and_more_are_read() -> None:
    reader = started(Layout(diodes=True))
    for key in KEYS:
        reader.board.press_key(key)
        reader.pass_time(30)
    assert reader.keys() == list(KEYS)


def test_a_key_whose_diode_is_turned_round_is_never_read_and_spoils_no_other() -> None:
    reader = started(Layout(diodes=True))
    reader.board.reverse_diode(Key.DIGIT_9)
    for key in KEYS:
        reader.board.press_key(key)
        reader.pass_time(30)
    assert reader.keys() == [key for key in KEYS if key is not Key.DIGIT_9]


@pytest.mark.parametrize("pair", list(combinations(KEYS, 2))[::3], ids=str)
def test_two_keys_rolled_over_are_both_read(pair: tuple[Key, Key]) -> None:
    first, second = pair
    reader = started(bounce=Bounce(20, 7))
    reader.board.press_key(first)
    reader.pass_time(50)
    reader.board.press_key(second)
    reader.pass_time(50)
    reader.board.release_key(first)
    reader.pass_time(60)
    reader.board.release_key(second)
    reader.pass_time(60)
    assert reader.keys() == [first, second]


def test_no_output_ever_works_against_another() -> None:
    reader = started(bounce=Bounce(20, 1))
    for first, second in combinations(KEYS, 2):
        reader.board.press_key(first)
        reader.board.press_key(second)
        reader.pass_time(40)
        reader.board.release_key(first)
        reader.board.release_key(second)
        reader.pass_time(60)
    assert reader.board.circuit.conflicts == 0


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_a_stuck_key_is_reported_once_and_keeps_nothing_awake(key: Key) -> None:
    reader = started()
    reader.board.stick_key(key)
    reader.pass_time(QUIET)
    assert reader.keys() == [key]
    assert reader.keypad.next_due() is None
    polls = reader.polls
    reader.pass_time(3_600_000)
    assert reader.polls == polls


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_other_keys_work_beside_a_stuck_one_while_the_reader_is_in_use(key: Key) -> None:
    reader = started()
    reader.board.stick_key(key)
    reader.pass_time(QUIET)
    reader.keypad.poll_events(reader.clock.now())  # the reader wakes for another reason: a card
    for other in KEYS:
        if other is not key:
            reader.tap(other, down=60)
    assert reader.keys() == [key, *(other for other in KEYS if other is not key)]


def test_a_key_of_another_row_wakes_a_reader_that_sleeps_beside_a_stuck_one() -> None:
    reader = started()
    reader.board.stick_key(Key.DIGIT_1)
    reader.pass_time(QUIET)
    reader.tap(Key.DIGIT_5, down=60)
    assert reader.keys() == [Key.DIGIT_1, Key.DIGIT_5]


def test_a_stuck_key_that_comes_free_works_again() -> None:
    reader = started()
    reader.board.stick_key(Key.OK)
    reader.pass_time(QUIET)
    reader.board.free_key(Key.OK)
    reader.pass_time(100)
    assert reader.keypad.held == ()
    reader.tap(Key.OK)
    assert reader.keys() == [Key.OK, Key.OK]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_a_key_held_at_power_on_gives_no_event_until_pressed_anew(key: Key) -> None:
    reader = desk()
    reader.board.press_key(key)
    reader.start()
    reader.pass_time(QUIET)
    assert reader.keys() == []
    assert reader.keypad.next_due() is None
    assert reader.keypad.held == (key,)
    reader.board.release_key(key)
    reader.pass_time(100)
    reader.tap(key)
    assert reader.keys() == [key]


def test_a_hand_on_the_pad_is_nothing_and_ends_asleep() -> None:
    reader = started()
    for key in KEYS[:6]:
        reader.board.press_key(key)
    reader.pass_time(QUIET)
    assert reader.keys() == []
    assert reader.keypad.next_due() is None
    for key in KEYS[:6]:
        reader.board.release_key(key)
    reader.pass_time(100)
    reader.tap(Key.OK)
    assert reader.keys() == [Key.OK]


def test_asleep_means_no_due_and_no_poll() -> None:
    reader = started()
    polls = reader.polls
    reader.pass_time(24 * 3_600_000)
    assert reader.keypad.next_due() is None
    assert reader.polls == polls


def test_a_stray_nudge_with_nothing_down_touches_no_pin() -> None:
    reader = started()
    touched: list[tuple[int, bool]] = []
    reader.board.circuit.listen_to(lambda wire, level: touched.append((wire, level)))
    assert list(reader.keypad.poll_events(reader.clock.now() + 5)) == []
    assert touched == []
    assert reader.keypad.next_due() is None


def test_all_columns_are_low_at_rest_and_free_after_close() -> None:
    reader = started()
    reader.tap(Key.OK)
    drives = [reader.board.circuit.drive_wire(column) for column in Layout().columns]
    assert drives == [Drive.LOW] * 4
    reader.keypad.close()
    reader.keypad.close()
    assert [reader.board.circuit.drive_wire(line) for line in (*Layout().columns, *Layout().rows)] == [
        Drive.FLOATING
    ] * 8


def test_it_can_be_started_again_after_close() -> None:
    reader = started()
    reader.keypad.close()
    reader.start()
    reader.tap(Key.CODE)
    assert reader.keys() == [Key.CODE]


def test_the_pis_own_pull_ups_do_when_the_boards_are_missing() -> None:
    reader = desk(pull_ups=False)
    reader.start()
    for key in KEYS:
        reader.tap(key)
    assert reader.keys() == list(KEYS)


def test_rows_shorted_together_give_nothing_false() -> None:
    """One key then closes two places: two presses, or none, but never a third place and never an endless scan."""
    reader = started()
    reader.board.short_keys(5, 6)
    reader.tap(Key.DIGIT_1)
    reader.pass_time(QUIET)
    assert set(reader.keys()) <= {Key.DIGIT_1, Key.DIGIT_4}
    assert reader.keypad.next_due() is None


def test_a_row_shorted_to_ground_is_stuck_keys_not_presses() -> None:
    reader = desk()
    reader.board.short_keys(5, -1)
    reader.start()
    reader.pass_time(QUIET)
    assert reader.keys() == []
    assert reader.keypad.next_due() is None


def test_a_taken_pin_is_a_keypad_error_that_names_both() -> None:
    reader = desk()
    reader.board.pins.output(12, "buzzer")
    with pytest.raises(KeypadError, match=r"keypad column 1 and buzzer are both on GPIO12"):
        reader.keypad.start(nowait)
    assert reader.board.circuit.drive_wire(5) is Drive.FLOATING


@pytest.mark.parametrize(
    ("rows", "columns", "legends", "words"),
    [
        ((), (1,), (), "1 to 8 rows"),
        ((5, 6), (12,), ((Key.OK,),), "2 rows of 1 legends"),
        ((5, 5), (12,), ((Key.OK,), (Key.OFF,)), "same GPIO"),
        ((5, 6), (12,), ((Key.OK,), (Key.OK,)), "two places"),
    ],
)
def test_a_layout_that_cannot_be_says_why(
    rows: tuple[int, ...], columns: tuple[int, ...], legends: tuple[tuple[Key | None, ...], ...], words: str
) -> None:
    with pytest.raises(KeypadError, match=words):
        Layout(rows, columns, legends)


def test_no_error_names_a_digit() -> None:
    with pytest.raises(KeypadError) as caught:
        Layout((5,), (12,), ((Key.OK,),)).lines(Key.DIGIT_7)
    assert "7" not in str(caught.value)
