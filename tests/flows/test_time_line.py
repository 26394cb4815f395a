"""Acts at their moments and fingers on keys, with a clock that the test moves: nothing here waits."""

from collections.abc import Callable
from typing import cast

import pytest

from drivers.board_twin import BoardTwin, NoSuchKeyError
from sesame_core.events import Key, Millis
from simulator.finger import Finger, Stroke, tell_nobody
from simulator.live import EndedError, TimeLine


class Calendar:
    """Acts, done when the clock comes to them."""

    def __init__(self) -> None:
        self.now: Millis = 1_000
        self._acts: list[tuple[Millis, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, moment: Millis, act: Callable[[], None]) -> None:
        self._count += 1
        self._acts.append((moment, self._count, act))

    def advance(self, until: Millis) -> None:
        while due := sorted(each for each in self._acts if each[0] <= until):
            self._acts.remove(due[0])
            self.now = max(self.now, due[0][0])
            due[0][2]()
        self.now = max(self.now, until)


class Pad:
    """Keys that note when a finger is on them."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self.moves: list[tuple[Millis, Key, bool]] = []

    def check_key(self, key: Key) -> None:
        if key is Key.SIGN:
            raise NoSuchKeyError("this pad has no key Sign")

    def press_key(self, key: Key) -> None:
        self.moves.append((self._calendar.now, key, True))

    def release_key(self, key: Key) -> None:
        self.moves.append((self._calendar.now, key, False))


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def pad(calendar: Calendar) -> Pad:
    return Pad(calendar)


@pytest.fixture
def finger(calendar: Calendar, pad: Pad) -> Finger:
    return Finger(cast("BoardTwin", pad), lambda: calendar.now, calendar)


def test_strokes_follow_each_other_with_a_pause_between(calendar: Calendar, pad: Pad, finger: Finger) -> None:
    over: list[str] = []
    assert finger.busy_until == 1_000
    finger.strike_key(Stroke(Key.CODE, 100, lambda: over.append("code")))
    assert finger.busy_until == 1_180
    finger.strike_key(Stroke(Key.DIGIT_1, 50, lambda: over.append("1")))
    assert finger.busy_until == 1_310
    calendar.advance(1_179)
    assert over == []
    calendar.advance(1_180)
    assert over == ["code"]
    calendar.advance(2_000)
    assert over == ["code", "1"]
    assert pad.moves == [
        (1_000, Key.CODE, True),
        (1_100, Key.CODE, False),
        (1_180, Key.DIGIT_1, True),
        (1_230, Key.DIGIT_1, False),
    ]
    assert finger.busy_until == 2_000


def test_a_key_that_is_not_there_is_refused_at_once(calendar: Calendar, pad: Pad, finger: Finger) -> None:
    with pytest.raises(NoSuchKeyError):
        finger.strike_key(Stroke(Key.SIGN, 100))
    calendar.advance(9_000)
    assert pad.moves == []
    assert Stroke(Key.OK, 1).over is tell_nobody


def test_rest_is_told_when_all_is_over_that_was_asked_for_until_then(calendar: Calendar, finger: Finger) -> None:
    told: list[tuple[str, Millis]] = []
    finger.tell_at_rest(lambda: told.append(("at rest", calendar.now)))
    finger.strike_key(Stroke(Key.OK, 100, lambda: told.append(("stroke", calendar.now))))
    finger.tell_at_rest(lambda: told.append(("after it", calendar.now)))
    finger.tell_at_rest(lambda: told.append(("as well", calendar.now)))
    finger.strike_key(Stroke(Key.OK, 100))
    calendar.advance(5_000)
    assert told == [("at rest", 1_000), ("stroke", 1_180), ("after it", 1_180), ("as well", 1_180)]


def test_strokes_that_wait_are_dropped_and_over_and_the_one_under_way_is_finished(
    calendar: Calendar, pad: Pad, finger: Finger
) -> None:
    over: list[Key] = []
    for key in (Key.CODE, Key.DIGIT_1, Key.DIGIT_2):
        finger.strike_key(Stroke(key, 100, lambda key=key: over.append(key)))  # type: ignore[misc]
    calendar.advance(1_050)
    finger.drop_waiting()
    assert over == [Key.DIGIT_2, Key.DIGIT_1]
    assert finger.busy_until == 1_050 + 160
    calendar.advance(5_000)
    assert over == [Key.DIGIT_2, Key.DIGIT_1, Key.CODE]
    assert [key for _, key, _ in pad.moves] == [Key.CODE, Key.CODE]


def test_a_finger_stays_on_its_key_however_late_the_machine_is(calendar: Calendar, pad: Pad, finger: Finger) -> None:
    """Ten looks of 10 ms each: a machine that looks every 30 ms holds the key for 300 ms."""
    finger.strike_key(Stroke(Key.OK, 100))
    for moment in range(1_000, 1_000 + 30 * 9, 30):
        calendar.advance(moment)
        calendar.now = moment + 29
    assert [down for _, _, down in pad.moves] == [True]
    calendar.advance(1_600)
    assert [down for _, _, down in pad.moves] == [True, False]


# The time line


def test_acts_are_done_at_their_moments_in_order() -> None:
    line, done = TimeLine(), list[str]()
    line.at(20, lambda: done.append("b"))
    line.at(10, lambda: done.append("a"))
    line.at(20, lambda: done.append("c"))
    assert line.next_due() == 10
    assert line.poll_events(19) == ()
    assert done == ["a"]
    assert line.next_due() == 20
    line.poll_events(20)
    assert done == ["a", "b", "c"]
    assert line.next_due() is None


def test_what_is_submitted_is_done_at_the_next_look_and_wakes_the_loop() -> None:
    line, woken = TimeLine(), list[int]()
    before = line.submit(lambda: "before")
    line.start(lambda: woken.append(1))
    assert line.next_due() == 0
    future = line.submit(lambda: "done")
    failed = line.submit(lambda: 1 // 0)
    gone = line.submit(lambda: woken.append(2))
    assert gone.cancel()
    assert woken == [1, 1, 1]
    line.poll_events(0)
    assert (before.result(0), future.result(0)) == ("before", "done")
    with pytest.raises(ZeroDivisionError):
        failed.result(0)
    assert woken == [1, 1, 1], "nobody is there to be told"
    assert line.next_due() is None


def test_one_look_does_a_bounded_part_and_an_end_overtakes_the_rest() -> None:
    line, done = TimeLine(), list[int]()
    for number in range(70):
        line.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    line.at(5, lambda: done.append(-5))
    line.poll_events(5)
    assert done == [*range(64), -5]
    line.overtake(lambda: done.append(-1))
    assert line.next_due() == 0
    line.poll_events(5)
    assert done[-1] == -1
    assert len(done) == 66
    line.poll_events(5)
    assert done[-6:] == [*range(64, 70)]


def test_whoever_waits_when_the_readers_life_ends_is_told() -> None:
    line = TimeLine()
    waiting, first, promised, kept = line.submit(int), line.overtake(int), line.promise(), line.promise()
    line.keep(kept)
    line.close()
    late = line.submit(int)
    assert kept.result(0) is None
    for future in (waiting, first, promised, late):
        with pytest.raises(EndedError):
            future.result(0)
    assert line.next_due() is None
