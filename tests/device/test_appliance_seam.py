"""One loop for any appliance: what must not be written twice is the loop's, shown with the reader and a second one."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

import pytest

from device.appliance import FittedAppliance
from device.loop import Board, Loop
from device.pace import Stepper
from device.reader.appliance import ReaderAppliance
from drivers.clock import SteppedClock
from drivers.errors import DisplayError, DriverError
from drivers.ports import Picture
from drivers.slot.twin import TwinSlot
from sesame_core.appliance import ApplianceState
from sesame_core.effects import Chime
from sesame_core.events import DisplayLost, Event, Halt, Key, KeyPressed, Millis, TimeUp
from sesame_core.screens import Bar
from sesame_core.secrets import SecretDigits
from tests.device.second_appliance import (
    NUMBER_LASTS,
    QUESTION_LASTS,
    STUCK_AFTER,
    HostTaken,
    KeyPhase,
    KeyState,
    Moves,
    SecondAppliance,
    SignatureAsked,
    UpdateMoved,
)
from tests.promises.rig import Fingers, Glass, Quiet, Rig

S = TypeVar("S", bound=ApplianceState)
PAGES = ("VIREMENT 1 234,56", "À DUPONT SA", "FR76 3000 4000")


class FragileGlass(Glass):
    """A display whose bus can be cut: what is on it stays on it."""

    cut = False

    def show_picture(self, picture: Picture) -> None:
        """Raises DisplayError while it is cut."""
        if self.cut:
            raise DisplayError("no answer")
        super().show_picture(picture)

    def switch_off(self) -> None:
        """Raises DisplayError while it is cut."""
        if self.cut:
            raise DisplayError("no answer")
        super().switch_off()

    @property
    def dark(self) -> bool:
        """Not one pixel is lit."""
        return not any(self.picture.rows)


class Heard(Quiet):
    """Supply and sound that note what the loop asks of them."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def play(self, chime: Chime) -> None:
        """Noted."""
        self.asked.append(chime)

    def fall_asleep(self) -> None:
        """Noted."""
        self.asked.append("sleep")

    def wake_up(self) -> None:
        """Noted."""
        self.asked.append("wake")


@dataclass
class Running:
    """An appliance at work, and the digits that it must not leave behind."""

    loop: Loop[Any, Any]
    stepper: Stepper
    glass: FragileGlass
    front: Heard
    secret: Callable[[], SecretDigits]

    def press(self, *keys: Key) -> None:
        """Press keys."""
        for key in keys:
            self.tell(KeyPressed(self.loop.board.clock.now(), key))

    def tell(self, event: Event) -> None:
        """An event from any part."""
        self.loop.handle_event(event)
        self.stepper.settle()

    @property
    def left(self) -> Millis:
        """Until the secret is to go."""
        assert self.loop.state.dark_at is not None
        return int(self.loop.state.dark_at) - self.loop.board.clock.now()

    @property
    def wiped(self) -> bool:
        """No digit is left."""
        return not any(self.secret()._digits) and self.loop.screen.code is None


def run_on_front(
    appliance: FittedAppliance[S, Any], clock: SteppedClock, secret: Callable[[], SecretDigits]
) -> Running:
    """The same front for both."""
    glass, front = FragileGlass(), Heard()
    loop: Loop[Any, Any] = Loop(Board(clock, Fingers(), glass, front, front), appliance)
    loop.start(lambda: None)
    running = Running(loop, Stepper(loop, clock), glass, front, secret)
    running.stepper.settle()
    return running


def reader_with_a_code() -> Running:
    """The reader, its code on the glass."""
    from bank.cards import gallery  # noqa: PLC0415 - the reader's card; the second appliance has none

    clock, slot = SteppedClock(), TwinSlot()
    running = run_on_front(ReaderAppliance(slot, clock), clock, lambda: held[0])
    slot.insert_card(gallery.open_card("bank-card"), clock.now())
    running.stepper.settle()
    running.press(Key.CODE, Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_3, Key.DIGIT_4, Key.OK)
    assert running.loop.screen.code is not None
    held = [running.loop.screen.code]
    return running


def key_with_a_number() -> Running:
    """The second appliance, its number on the glass."""
    running = idle_key()
    running.tell(SignatureAsked(running.loop.board.clock.now(), PAGES))
    running.press(Key.OK)
    return running


def idle_key() -> Running:
    """The second appliance, ready."""
    appliance = SecondAppliance()
    return run_on_front(appliance, SteppedClock(), lambda: appliance.port.number)


BOTH = pytest.mark.parametrize("begin", [reader_with_a_code, key_with_a_number], ids=["reader", "key"])


@BOTH
def test_the_secret_is_there_to_begin_with(begin: Callable[[], Running]) -> None:
    running = begin()
    assert any(running.secret()._digits)
    assert not running.wiped
    assert not running.glass.dark


@BOTH
def test_dark_and_wiped_at_the_deadline_to_the_millisecond(begin: Callable[[], Running]) -> None:
    running = begin()
    running.stepper.advance(running.left - 1)
    assert not running.glass.dark
    assert not running.wiped
    running.stepper.advance(1)
    assert (running.glass.dark, running.wiped, running.loop.state.awake) == (True, True, False)


@BOTH
def test_a_lost_display_ends_the_session_and_is_darkened_without_a_key(begin: Callable[[], Running]) -> None:
    running = begin()
    running.glass.cut = True
    running.stepper.advance(1_000)  # the bar moves, and cannot be shown
    assert (running.loop.state.awake, running.wiped) == (False, True)
    assert not running.glass.dark, "the last picture is still on it"
    running.stepper.advance(5_000)
    running.glass.cut = False
    running.stepper.advance(1_000)
    assert running.glass.dark


@BOTH
def test_halt_is_dark_for_good(begin: Callable[[], Running]) -> None:
    running = begin()
    running.loop.halt()
    assert (running.glass.dark, running.wiped, running.loop.halted) == (True, True, True)
    running.press(Key.OK, Key.CODE, Key.DIGIT_9)
    assert (running.glass.dark, running.loop.halted) == (True, True)


@BOTH
def test_close_leaves_neither_light_nor_digit(begin: Callable[[], Running]) -> None:
    running = begin()
    running.loop.close()
    assert running.glass.dark
    assert not any(running.secret()._digits)


@BOTH
def test_shared_effects_reach_the_front(begin: Callable[[], Running]) -> None:
    running = begin()
    assert Chime.RIGHT in running.front.asked
    running.front.asked.clear()
    running.press(Key.OFF)
    assert running.front.asked == [Chime.OFF, "sleep"]
    running.press(Key.OK)
    assert "wake" in running.front.asked


# The duties of an appliance (sesame_core.appliance), in whatever state it is


def test_every_state_of_the_second_appliance_keeps_its_duties() -> None:
    appliance = SecondAppliance()
    events = (
        SignatureAsked(0, PAGES),
        UpdateMoved(0, 42),
        TimeUp(0),
        *(KeyPressed(0, key) for key in (Key.OK, Key.CLEAR, Key.OFF, Key.DIGIT_7, Key.DIGIT_9)),
    )
    states = {appliance.initial_state(0)}
    while more := {appliance.step_state(state, event)[0] for state in states for event in events} - states:
        states |= more
    assert {state.phase for state in states} == set(KeyPhase) - {KeyPhase.NUMBER, KeyPhase.HALTED}
    assert list(chain.from_iterable(broken_duties(appliance, state) for state in states)) == []


def test_the_reader_keeps_its_duties_in_every_phase() -> None:
    rig = Rig()
    broken = [*broken_duties(rig.appliance, rig.loop.state)]
    rig.insert("bank-card")
    for key in ["Code", "1", "2", "3", "4", "OK"]:
        rig.press(key)
        broken += broken_duties(rig.appliance, rig.loop.state)
    rig.pull()
    assert [*broken, *broken_duties(rig.appliance, rig.loop.state)] == []


def broken_duties(appliance: FittedAppliance[S, Any], state: S) -> list[str]:
    """What an appliance does not keep in this state."""
    broken = []
    unseen, _ = appliance.step_state(state, DisplayLost(0))
    if unseen.awake:
        broken.append(f"{state.phase}: goes on unseen")
    halted, _ = appliance.step_state(state, Halt(0))
    if not halted.halted:
        broken.append(f"{state.phase}: does not halt")
    for after in (unseen, halted):
        if not after.awake and not appliance.view_state(after, 0).dark:
            broken.append(f"{after.phase}: lit though not awake")
    return broken


def test_a_broken_duty_is_seen() -> None:
    """An appliance that forgets the lost display, and one that halts lit."""

    class Careless(SecondAppliance):
        def step_state(self, state: KeyState, event: Event) -> Moves:
            return (state, ()) if isinstance(event, DisplayLost | Halt) else super().step_state(state, event)

    careless = Careless()
    assert broken_duties(careless, careless.initial_state(0)) == [
        "KeyPhase.READY: goes on unseen",
        "KeyPhase.READY: does not halt",
    ]


# What is the second one's own


def test_pages_turn_with_7_and_9_and_stop_at_their_ends() -> None:
    running = idle_key()
    running.tell(SignatureAsked(0, PAGES))
    seen = []
    for key in (Key.DIGIT_7, Key.DIGIT_9, Key.DIGIT_9, Key.DIGIT_9, Key.DIGIT_7):
        running.press(key)
        seen.append(running.loop.screen.lines[0])
    assert seen == [PAGES[0], PAGES[1], PAGES[2], PAGES[2], PAGES[1]]


def test_a_question_that_nobody_answers_goes_back_and_not_dark() -> None:
    running = idle_key()
    running.tell(SignatureAsked(0, PAGES))
    running.stepper.advance(QUESTION_LASTS - 1)
    assert running.loop.state.phase is KeyPhase.QUESTION
    running.stepper.advance(1)
    assert running.loop.screen.lines == ("PRÊTE",)
    running.tell(HostTaken(running.loop.board.clock.now()))
    running.stepper.advance(35_000)
    assert running.glass.dark


def test_a_bar_grows_with_the_update() -> None:
    running = idle_key()
    lit = []
    for percent in (10, 42, 90):
        running.tell(UpdateMoved(0, percent))
        assert running.loop.screen.bar == Bar(percent, 100)
        lit.append(running.glass.picture.rows[-1].bit_count())
    assert lit == sorted(lit)
    assert lit[0] < lit[-1]


def test_its_number_is_drawn_as_it_runs_out() -> None:
    running = key_with_a_number()
    bars = set()
    for _ in range(NUMBER_LASTS // 1000):
        bars.add(running.loop.screen.bar)
        running.stepper.advance(1_000)
    assert bars == {Bar(left, 20) for left in range(1, 21)}


def test_a_part_of_its_own_that_is_stuck_ends_the_process_dark() -> None:
    running = idle_key()
    running.tell(SignatureAsked(0, PAGES))
    running.press(Key.CLEAR)
    running.stepper.advance(STUCK_AFTER - 1)
    with pytest.raises(DriverError, match="stuck"):
        running.stepper.advance(1)
    running.loop.close()
    assert running.glass.dark


def test_its_part_is_polled_and_hears_what_is_only_for_it() -> None:
    running = idle_key()
    appliance = running.loop.appliance
    assert isinstance(appliance, SecondAppliance)
    before = running.loop.state
    appliance.port.arrived.append(HostTaken(0))
    running.stepper.settle()
    assert (appliance.port.taken, running.loop.state) == (1, before)
    appliance.port.arrived.append(UpdateMoved(0, 5))
    running.stepper.settle()
    assert running.loop.state.phase is KeyPhase.UPDATE
    running.loop.close()
    assert appliance.port.closed
