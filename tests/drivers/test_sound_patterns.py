"""Patterns on the board's twin: what the buzzer and the light do, to the millisecond of simulated time."""

import logging
from collections.abc import Callable

import pytest

from drivers.board_twin import BoardTwin
from drivers.circuit import Circuit
from drivers.clock import SteppedClock
from drivers.errors import DriverError
from drivers.gpio.mock import TwinFactory
from drivers.gpio.pins import InputLine, OutputLine, Pins
from drivers.gpio.zero import GpiozeroPins
from drivers.header import gpio_of
from drivers.ports import Sound
from drivers.sound import PATTERNS, Beat, GpioSound, SilentSound
from sesame_core.effects import Chime
from sesame_core.events import Millis

LED, BUZZER = gpio_of("LED"), gpio_of("BUZZER")
Trace = tuple[tuple[Millis, bool], ...]


class Room:
    """A board, its sound and time."""

    def __init__(self, buzzer: int | None = BUZZER, light: int | None = LED) -> None:
        self.clock = SteppedClock(1_000)
        self.board = BoardTwin(self.clock)
        self.sound = GpioSound(self.board.pins, buzzer, light)
        self.sound.start(lambda: None)

    def pass_time(self, ms: Millis) -> None:
        end = self.clock.now() + ms
        while (due := self.sound.next_due()) is not None and due <= end:
            self.clock.advance(max(0, due - self.clock.now()))
            self.board.advance(self.clock.now())
            assert self.sound.poll_events(self.clock.now()) == ()
        self.clock.advance(end - self.clock.now())
        self.board.advance(self.clock.now())


def drawn(cue: Chime, part: Callable[[Beat], bool], start: Millis) -> Trace:
    """The changes that a pattern's data promise."""
    changes, level, at = [], False, start
    for beat in (*PATTERNS[cue], Beat(0)):
        if part(beat) is not level:
            level = part(beat)
            changes.append((at, level))
        at += beat.ms
    return tuple(changes)


PLAYED = (Chime.KEY, Chime.RIGHT, Chime.WRONG)


@pytest.mark.parametrize("cue", PLAYED)
def test_each_pattern_is_played_as_its_data_say(cue: Chime) -> None:
    room = Room()
    room.sound.play(cue)
    room.pass_time(5_000)
    assert room.board.beeps == drawn(cue, lambda beat: beat.buzzer, 1_000)
    assert room.board.flashes == drawn(cue, lambda beat: beat.light, 1_000)
    assert room.sound.next_due() is None


HEARD: dict[Chime, tuple[Trace, Trace]] = {
    Chime.KEY: (((0, True), (12, False)), ((0, True), (12, False))),
    Chime.RIGHT: (
        ((0, True), (60, False), (120, True), (240, False)),
        ((0, True), (60, False), (120, True), (840, False)),
    ),
    Chime.WRONG: (((0, True), (250, False), (350, True), (600, False)),) * 2,
}
"""Buzzer and light: a tick for a key; short and long, then a light for 0.6 s, for right; twice long for wrong."""


@pytest.mark.parametrize("cue", PLAYED)
def test_each_cue_is_heard_and_seen(cue: Chime) -> None:
    """Who does not hear the buzzer sees the light, and with a muted one it is all there is."""
    room = Room()
    room.sound.play(cue)
    room.pass_time(5_000)
    assert tuple((at - 1_000, on) for at, on in room.board.beeps) == HEARD[cue][0]
    assert tuple((at - 1_000, on) for at, on in room.board.flashes) == HEARD[cue][1]


def test_the_cues_differ() -> None:
    assert len(set(PATTERNS.values())) == len(Chime)
    assert set(PATTERNS) == set(Chime)


def test_a_pattern_begins_at_the_next_poll_and_replaces_the_one_before() -> None:
    room = Room()
    room.sound.play(Chime.WRONG)
    assert not room.board.buzzing
    room.pass_time(100)
    assert room.board.buzzing
    room.sound.play(Chime.KEY)
    room.pass_time(12)
    assert not room.board.buzzing
    room.pass_time(5_000)
    assert room.board.beeps[-1] == (1_112, False), "nothing of the first pattern is left"


def test_off_is_silent_and_dark_at_once() -> None:
    room = Room()
    room.sound.play(Chime.RIGHT)
    room.pass_time(10)
    assert room.board.buzzing
    assert room.board.lit
    room.sound.play(Chime.OFF)
    assert not room.board.buzzing
    assert not room.board.lit
    assert room.sound.next_due() is None


@pytest.mark.parametrize(("buzzer", "light"), [(None, LED), (BUZZER, None), (None, None)])
def test_what_is_muted_stays_still(buzzer: int | None, light: int | None) -> None:
    room = Room(buzzer, light)
    for chime in PLAYED:
        room.sound.play(chime)
        room.pass_time(2_000)
    assert (room.board.beeps != ()) is (buzzer is not None)
    assert (room.board.flashes != ()) is (light is not None)


def test_a_late_loop_skips_to_where_the_pattern_is() -> None:
    room = Room()
    room.sound.play(Chime.WRONG)
    room.sound.poll_events(1_000)
    room.sound.poll_events(9_000)
    assert not room.board.buzzing
    assert room.sound.next_due() is None


def test_asleep_means_no_due() -> None:
    room = Room()
    assert room.sound.next_due() is None
    assert room.sound.poll_events(5) == ()
    assert room.board.flashes == ()


def test_close_lets_go_and_may_be_repeated() -> None:
    room = Room()
    room.sound.play(Chime.WRONG)
    room.pass_time(10)
    room.sound.close()
    room.sound.close()
    assert not room.board.lit
    room.board.pins.output(BUZZER, "another").close()


class _Dying(OutputLine):
    def drive(self, high: bool) -> None:
        raise DriverError("the chip went away")

    def release(self) -> None:
        raise DriverError("the chip went away")

    def close(self) -> None:
        """Nothing."""


class _DyingPins(Pins):
    """A header whose outputs stop answering."""

    def close(self) -> None:
        """Nothing."""

    def _open_input(self, gpio: int, name: str) -> InputLine:
        return GpiozeroPins(TwinFactory(Circuit())).input(gpio, name)

    def _open_output(self, gpio: int, name: str, high: bool) -> OutputLine:
        return _Dying()


def test_a_pin_that_fails_is_given_up_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    sound = GpioSound(_DyingPins(), BUZZER, LED)
    sound.start(lambda: None)
    sound.play(Chime.KEY)
    with caplog.at_level(logging.WARNING):
        for moment in (0, 20, 40):
            sound.poll_events(moment)
    assert [record.getMessage() for record in caplog.records] == [
        "buzzer given up: the chip went away",
        "light given up: the chip went away",
    ]


def test_the_null_twin_is_a_sound() -> None:
    sound: Sound = SilentSound()
    sound.start(lambda: None)
    for chime in PLAYED:
        sound.play(chime)
    sound.play(Chime.OFF)
    assert sound.next_due() is None
    assert sound.poll_events(1) == ()
    sound.close()
