"""Every state the key can get into, found by letting everything happen everywhere from power-on.

States that differ only in moments count as one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from sesame_core import events as ev
from sesame_core.esecure import events as own
from sesame_core.esecure.effects import Effect
from sesame_core.esecure.questions import KeyUse, PinEntry, Question
from sesame_core.esecure.state import KeyPhase, KeyState, initial_state
from sesame_core.esecure.table import step_key

LATER = 1000
"""Milliseconds between two events."""

LASTING = Question(KeyUse.SIGN, 0x9A, lasting=True)
PAYMENT = Question(KeyUse.PAYMENT, 0x9C, pages=("VIREMENT 1 234,56 €", "À DUPONT SA", "FR76 3000 4000"))
QUESTIONS = (LASTING, PAYMENT)

Signature: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class KeyArrow:
    """One event in one state, and what came of it. `possible`: it can really come at this point."""

    before: KeyState
    event: ev.Event
    after: KeyState
    effects: tuple[Effect, ...]
    possible: bool


def every_event(at: ev.Millis) -> Iterator[ev.Event]:
    """One of each kind, with each value that makes a difference."""
    keys = (ev.Key.DIGIT_1, ev.Key.DIGIT_7, ev.Key.DIGIT_9, ev.Key.CODE, ev.Key.CLEAR, ev.Key.OK, ev.Key.OFF)
    yield from (ev.KeyPressed(at, key) for key in keys)
    bare = (own.HostCame, own.HostLeft, own.DigitsDiffer, own.EntryRefused, own.JobDropped, own.CardBusy, own.CardIdle)
    yield from (kind(at) for kind in (*bare, own.LauncherMet))
    yield from (kind(at) for kind in (own.UpdateEnded, own.UpdateStopped, own.RemovalAllowed, own.StoreBroken))
    yield from (kind(at) for kind in (ev.TimeUp, ev.DisplayLost, ev.Halt))
    yield from (own.CertificateKnown(at, there) for there in (False, True))
    yield from (own.PinWanted(at, entry, 1 + (entry is PinEntry.VERIFY), 30_000) for entry in PinEntry)
    yield from (own.PinTaken(at, changed) for changed in (False, True))
    yield from (own.DigitsWrong(at, tries) for tries in (0, 1, 2))
    yield from (own.ConsentWanted(at, question) for question in QUESTIONS)
    yield own.UpdateMoved(at, 42)
    yield ev.BatteryChanged(at, ev.Battery.LOW)


ASKED: Final = (own.PinWanted, own.ConsentWanted, own.CardBusy, own.UpdateMoved, own.UpdateEnded)
ANSWERS: Final = (own.PinTaken, own.DigitsWrong, own.DigitsDiffer, own.EntryRefused)
BY_A_COMPUTER: Final = (own.LauncherMet, own.JobDropped, own.RemovalAllowed)


def possible(state: KeyState, event: ev.Event) -> bool:
    """False for what nobody says now: only a computer asks, and the card answers only what it was asked."""
    if isinstance(event, ASKED):
        return state.host and not state.broken
    if isinstance(event, BY_A_COMPUTER):
        return state.host
    if isinstance(event, own.CardIdle):
        return state.phase is KeyPhase.BUSY
    if isinstance(event, own.UpdateStopped):
        return state.host and not state.broken
    return not isinstance(event, ANSWERS) or _may_answer(state, event)


def _may_answer(state: KeyState, event: ev.Event) -> bool:
    if isinstance(event, own.DigitsWrong) and not event.tries and state.host and not state.broken:
        return True  # none was left to begin with
    return state.phase is KeyPhase.WORKING and not (
        isinstance(event, own.DigitsDiffer) and state.entry is PinEntry.VERIFY
    )


def signature(state: KeyState) -> Signature:
    """What makes a state a different one."""
    return (
        (
            state.phase,
            state.dark_at is None,
            state.host,
            state.alone,
            state.certified,
            state.spent,
            state.broken,
            state.ending,
        ),
        (state.battery, state.entry, state.step, state.typed, state.tries, state.notice),
        (state.question, state.page, state.agreed is None),
    )


def explore() -> Iterator[KeyArrow]:
    """Every event, impossible ones too, in every state that can be reached, each state once."""
    start = initial_state(0)
    seen = {signature(start)}
    to_do = deque([start])
    while to_do:
        before = to_do.popleft()
        for event in every_event(before.since + LATER):
            after, effects = step_key(before, event)
            really = possible(before, event)
            yield KeyArrow(before, event, after, effects, really)
            if really and signature(after) not in seen:
                seen.add(signature(after))
                to_do.append(after)
