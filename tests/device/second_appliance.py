"""A second appliance on the reader's front, as small as shows the seam: a key that asks before it signs.

Asleep until a key is pressed or the computer asks; what it asks is read on pages (7 back, 9 on), OK shows a one-time
number, C refuses; a question that nobody answers is dropped after 15 s, and the number goes after 20 s. An update draws
a bar that grows. The number is kept and wiped by its own part, the port to the computer.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

from drivers.errors import DriverError
from drivers.ports import Notify, Source
from sesame_core.effects import Chime, PlayChime, SharedEffect, Sleep, Wake
from sesame_core.events import DisplayLost, Event, Halt, Key, KeyPressed, Millis, TimeUp
from sesame_core.screens import DARK, Bar, Screen
from sesame_core.secrets import SecretDigits

QUESTION_LASTS, NUMBER_LASTS, IDLE_LASTS = 15_000, 20_000, 35_000
STUCK_AFTER: Millis = 3_000
NUMBER = "90713826"


class KeyPhase(Enum):
    """One phase, one screen."""

    ASLEEP = "asleep"
    READY = "ready"
    QUESTION = "question"
    NUMBER = "number"
    UPDATE = "update"
    HALTED = "halted"


@dataclass(frozen=True, slots=True)
class KeyState:
    """`number`: the port's own digits, wiped by it."""

    phase: KeyPhase
    dark_at: Millis | None
    pages: tuple[str, ...] = ()
    page: int = 0
    percent: int = 0
    number: SecretDigits | None = None

    @property
    def awake(self) -> bool:
        """Lit."""
        return self.phase not in (KeyPhase.ASLEEP, KeyPhase.HALTED)

    @property
    def halted(self) -> bool:
        """For good."""
        return self.phase is KeyPhase.HALTED


@dataclass(frozen=True, slots=True)
class SignatureAsked(Event):
    """The computer wants something signed."""

    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UpdateMoved(Event):
    """So much of the update is here."""

    percent: int


@dataclass(frozen=True, slots=True)
class HostTaken(Event):
    """Only for the port: the computer has taken what was last sent."""


@dataclass(frozen=True, slots=True)
class NumberMade(Event):
    """The digits to show."""

    number: SecretDigits


@dataclass(frozen=True, slots=True)
class MakeNumber:
    """Own effect. Answered at once by NumberMade."""


@dataclass(frozen=True, slots=True)
class ForgetNumber:
    """Own effect: wipe it."""


@dataclass(frozen=True, slots=True)
class SendRefusal:
    """Own effect: the computer is told no, and has to take it."""


KeyEffect: TypeAlias = MakeNumber | ForgetNumber | SendRefusal
Moves: TypeAlias = tuple[KeyState, tuple[SharedEffect | KeyEffect, ...]]

REST: KeyState = KeyState(KeyPhase.ASLEEP, None)
SLEEPS = (ForgetNumber(), PlayChime(Chime.OFF), Sleep())


class HostPort:
    """The part of its own: a `Source` whose computer is the test."""

    def __init__(self) -> None:
        self.arrived: deque[Event] = deque()
        self.number = SecretDigits(8)
        self.sent_at: Millis | None = None
        self.taken = 0
        self.closed = False

    def start(self, notify: Notify) -> None:
        """Nothing to claim."""

    def next_due(self) -> Millis | None:
        """At once when something has come."""
        return self.arrived[0].at if self.arrived else None

    def poll_events(self, now: Millis) -> Sequence[Event]:
        """What has come."""
        ready = tuple(self.arrived)
        self.arrived.clear()
        return ready

    def close(self) -> None:
        """Gone."""
        self.closed = True


class SecondAppliance:
    """A `FittedAppliance` with no line of the loop's in it."""

    def __init__(self) -> None:
        self.port = HostPort()

    def initial_state(self, at: Millis) -> KeyState:
        """Ready."""
        return KeyState(KeyPhase.READY, at + IDLE_LASTS)

    def step_state(self, state: KeyState, event: Event) -> Moves:
        """The whole course."""
        if isinstance(event, Halt):
            return replace(REST, phase=KeyPhase.HALTED), SLEEPS[:-1]
        return (state, ()) if state.halted else self._live_on(state, event)

    def _live_on(self, state: KeyState, event: Event) -> Moves:
        if isinstance(event, KeyPressed):
            return _press(state, event.at, event.key)
        moves: Moves = state, ()
        match event:
            case DisplayLost() if state.awake:
                moves = REST, SLEEPS
            case TimeUp(at):
                moves = _end_wait(state, at)
            case SignatureAsked(at, pages):
                moves = KeyState(KeyPhase.QUESTION, at + QUESTION_LASTS, pages), (ForgetNumber(), Wake())
            case UpdateMoved(_, percent):
                moves = KeyState(KeyPhase.UPDATE, None, percent=percent), (ForgetNumber(), Wake())
            case NumberMade(at, number):
                moves = KeyState(KeyPhase.NUMBER, at + NUMBER_LASTS, number=number), (PlayChime(Chime.RIGHT),)
        return moves

    def view_state(self, state: KeyState, now: Millis) -> Screen:
        """What is seen."""
        match state.phase:
            case KeyPhase.READY:
                return Screen(lines=("PRÊTE",))
            case KeyPhase.QUESTION:
                return Screen(lines=(state.pages[state.page],), notice="OK OU C")
            case KeyPhase.NUMBER:
                assert state.dark_at is not None
                return Screen(code=state.number, bar=Bar((state.dark_at - now + 999) // 1000, NUMBER_LASTS // 1000))
            case KeyPhase.UPDATE:
                return Screen(lines=("MISE À JOUR",), bar=Bar(state.percent, 100))
        return DARK

    def next_change(self, state: KeyState, now: Millis) -> Millis | None:
        """The number's bar moves every second."""
        if state.phase is not KeyPhase.NUMBER or state.dark_at is None:
            return None
        return state.dark_at - (state.dark_at - now - 1) // 1000 * 1000

    @property
    def sources(self) -> Sequence[Source]:
        """The port."""
        return (self.port,)

    def hear_event(self, event: Event) -> Event | None:
        """What was taken concerns only the port."""
        if isinstance(event, HostTaken):
            self.port.sent_at = None
            self.port.taken += 1
            return None
        return event

    def carry_out(self, effect: KeyEffect, at: Millis) -> Event | None:
        """Its own effects."""
        match effect:
            case MakeNumber():
                for digit in NUMBER:
                    self.port.number.append(int(digit))
                return NumberMade(at, self.port.number)
            case ForgetNumber():
                self.port.number.wipe()
            case SendRefusal():
                self.port.sent_at = at
        return None

    def next_check(self) -> Millis | None:
        """When the computer has had long enough."""
        return None if self.port.sent_at is None else self.port.sent_at + STUCK_AFTER

    def check_parts(self, now: Millis) -> None:
        """A computer that takes nothing."""
        due = self.next_check()
        if due is not None and now >= due:
            raise DriverError("the port is stuck: unplug the key")

    def release(self) -> None:
        """The number goes."""
        self.port.number.wipe()


def _end_wait(state: KeyState, at: Millis) -> Moves:
    """A question is dropped, and the key stays ready; everything else goes dark."""
    if state.phase is KeyPhase.QUESTION:
        return KeyState(KeyPhase.READY, at + IDLE_LASTS), (SendRefusal(), PlayChime(Chime.WRONG))
    return REST, SLEEPS


def _press(state: KeyState, at: Millis, key: Key) -> Moves:
    ready = KeyState(KeyPhase.READY, at + IDLE_LASTS)
    moves: Moves = state, ()
    match state.phase, key:
        case KeyPhase.UPDATE, _:
            pass
        case _, Key.OFF:
            moves = REST, SLEEPS
        case KeyPhase.QUESTION, Key.DIGIT_7 | Key.DIGIT_9:
            page = state.page + (1 if key is Key.DIGIT_9 else -1)
            page = min(max(page, 0), len(state.pages) - 1)
            moves = replace(state, page=page, dark_at=at + QUESTION_LASTS), (PlayChime(Chime.KEY),)
        case KeyPhase.QUESTION, Key.OK:
            moves = state, (MakeNumber(),)
        case KeyPhase.QUESTION, Key.CLEAR:
            moves = ready, (SendRefusal(),)
        case KeyPhase.ASLEEP, _:
            moves = ready, (Wake(),)
    return moves
