"""Every state the reader can get into, found by pressing everything everywhere from power-on.

States that differ only in moments, or in which digits were typed, count as one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sesame_core import events as ev
from sesame_core.errors import Fault
from sesame_core.reader.effects import Effect
from sesame_core.reader.state import Phase, Progress, Rules, State, initial_state
from sesame_core.reader.table import step_reader
from sesame_core.secrets import SecretDigits

LATER = 1000
"""Milliseconds between two events."""

Signature: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """One event in one state, and what came of it. `possible`: a card can really say that at this point."""

    before: State
    event: ev.Event
    after: State
    effects: tuple[Effect, ...]
    possible: bool


def code() -> SecretDigits:
    """A code to show."""
    digits = SecretDigits(8)
    for digit in (3, 4, 6, 5, 6, 0, 2, 3):
        digits.append(digit)
    return digits


def every_event(at: ev.Millis) -> Iterator[ev.Event]:
    """One of each kind, with each value that makes a difference."""
    yield from (ev.KeyPressed(at, key) for key in ev.Key)
    yield from (kind(at) for kind in (ev.CardPresent, ev.CardAbsent, ev.SlotLost, ev.SlotFound, ev.TimeUp, ev.Halt))
    yield from (ev.ApplicationFound(at, languages) for languages in ((), ("nl", "en")))
    yield from (ev.CardPrepared(at, tries) for tries in (None, 1, 3))
    yield from (ev.PinWrong(at, tries) for tries in (1, 2))
    yield from (kind(at) for kind in (ev.PinAgain, ev.CardWantsData, ev.DisplayLost))
    yield ev.CodeReady(at, code())
    yield from (ev.CardFaulty(at, fault) for fault in Fault)
    yield from (ev.BatteryChanged(at, battery) for battery in ev.Battery)


def possible(state: State, event: ev.Event) -> bool:
    """False for what no card says now: the link drops answers to what is no longer asked."""
    confirmed = state.phase is Phase.WORKING and state.progress is Progress.PREPARED
    mixed = state.phase is Phase.DATA and bool(state.numbers or state.number)
    match event:
        case ev.ApplicationFound():
            return state.progress is Progress.SELECTING
        case ev.CardPrepared():
            return state.progress is Progress.PREPARING
        case ev.PinWrong() | ev.PinAgain() | ev.CardWantsData():
            return confirmed
        case ev.CodeReady():
            return confirmed or mixed
        case ev.CardFaulty():
            return confirmed or mixed or state.progress in (Progress.SELECTING, Progress.PREPARING)
        case _:
            return True


def signature(state: State) -> Signature:
    """What makes a state a different one."""
    texts = (state.challenge, state.amount, state.account, state.number, state.numbers)
    return (
        (state.phase, state.dark_at is None, state.card_in, state.reader_there, state.battery, state.progress),
        state.blocked,
        (state.function, tuple(map(bool, texts)), state.typed),
        (state.tries, state.notice, state.fault, state.code is None, state.card_language),
    )


def explore(rules: Rules) -> Iterator[Arrow]:
    """Every event, impossible ones too, in every state that can be reached, each state once."""
    start = initial_state(0, rules)
    seen = {signature(start)}
    to_do = deque([start])
    while to_do:
        before = to_do.popleft()
        for event in every_event(before.since + LATER):
            after, effects = step_reader(before, event)
            really = possible(before, event)
            yield Arrow(before, event, after, effects, really)
            if really and signature(after) not in seen:
                seen.add(signature(after))
                to_do.append(after)
