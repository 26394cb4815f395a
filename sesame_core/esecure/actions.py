"""What is done in the cells of the key's table. Each action is pure: (state, event) -> (state, effects)."""

from dataclasses import replace
from typing import TypeAlias

from sesame_core import events as ev
from sesame_core.effects import Chime, PlayChime, Sleep, Wake
from sesame_core.esecure import events as own
from sesame_core.esecure.effects import (
    AddDigit,
    Agree,
    BeginField,
    DropDigit,
    Effect,
    EndEntry,
    PresentDigits,
    Refuse,
    WipeDigits,
)
from sesame_core.esecure.questions import FIELDS, PinEntry, covers
from sesame_core.esecure.state import (
    CONSENT_LASTS,
    DARK_AFTER,
    MANUAL_AFTER,
    MANUAL_LASTS,
    READING_LASTS,
    TOO_FAST,
    UPDATE_LASTS,
    Ending,
    KeyNotice,
    KeyPhase,
    KeyState,
)

Moves: TypeAlias = tuple[KeyState, tuple[Effect, ...]]

BACK, ON = ev.Key.DIGIT_7, ev.Key.DIGIT_9
"""Turn the pages of a question."""


def stay_put(state: KeyState, event: ev.Event) -> Moves:
    """Nothing changes."""
    return state, ()


# Asleep and awake


def leave_job(state: KeyState, *, in_time: bool = True) -> Moves:
    """Whatever is typed or asked ends here, and the computer is told."""
    effects: tuple[Effect, ...] = ()
    if state.phase is KeyPhase.PIN:
        effects = (EndEntry(in_time),)
    elif state.phase is KeyPhase.CONSENT:
        effects = (Refuse(),)
    elif state.phase is KeyPhase.WORKING:
        effects = (WipeDigits(),)
    return state.without_job(), effects


def fall_asleep(state: KeyState, event: ev.Event) -> Moves:
    """Dark at once; nothing typed or asked is left, and no consent lasts."""
    left, effects = leave_job(state, in_time=not isinstance(event, ev.TimeUp))
    asleep = replace(left.enter(KeyPhase.ASLEEP, event.at), dark_at=None, agreed=None)
    return asleep, (*effects, PlayChime(Chime.OFF), Sleep())


def halt_key(state: KeyState, event: ev.Event) -> Moves:
    """Dark for good."""
    asleep, effects = fall_asleep(state, event)
    return replace(asleep, phase=KeyPhase.HALTED), effects[:-1]


def wake_up(state: KeyState, event: ev.Event) -> Moves:
    """Lit again, where the key is."""
    return _to_rest(state, event, Wake())


def to_rest(state: KeyState, event: ev.Event) -> Moves:
    """Where the key is when nothing is under way."""
    return _to_rest(state, event)


def _to_rest(state: KeyState, event: ev.Event, *effects: Effect) -> Moves:
    rested = replace(state.without_job().enter(state.rest, event.at), dark_at=event.at + DARK_AFTER)
    return rested, effects


# The computer


def host_came(state: KeyState, event: ev.Event) -> Moves:
    """A computer, or another one: whatever was agreed to before was agreed to for the last one."""
    known = replace(state, host=True, alone=True, came_at=event.at, ending=None, agreed=None)
    rested, effects = _to_rest(known, event, WipeDigits(), *_waking(state))
    return replace(rested, dark_at=event.at + MANUAL_AFTER + MANUAL_LASTS), effects


def meet_launcher(state: KeyState, event: ev.Event) -> Moves:
    """The computer has launched what it should: it need not be done by hand."""
    met = replace(state, alone=False)
    return (replace(met, dark_at=event.at + DARK_AFTER) if state.phase is KeyPhase.READY else met), ()


def host_left(state: KeyState, event: ev.Event) -> Moves:
    """Pulled: dark, and nothing is left. There is nobody to tell."""
    left = replace(state, host=False, alone=False, ending=None, agreed=None, percent=0)
    asleep = replace(left.without_job().enter(KeyPhase.ASLEEP, event.at), dark_at=None)
    return asleep, (WipeDigits(), PlayChime(Chime.OFF), Sleep())


def host_left_asleep(state: KeyState, event: ev.Event) -> Moves:
    """Only remembered."""
    return replace(state, host=False, alone=False, ending=None, agreed=None, percent=0), ()


def note_certificate(state: KeyState, event: ev.Event) -> Moves:
    """Only remembered; READY says it."""
    assert isinstance(event, own.CertificateKnown)
    return replace(state, certified=event.there), ()


def allow_removal(state: KeyState, event: ev.Event) -> Moves:
    """The computer has let go of the key."""
    left, effects = leave_job(state)
    return _to_rest(replace(left, ending=Ending.REMOVABLE, agreed=None), event, *effects, *_waking(state))


def show_broken(state: KeyState, event: ev.Event) -> Moves:
    """What the key keeps is not to be had: said, for good."""
    left, effects = leave_job(state)
    moved, more = _to_rest(replace(left, broken=True), event, *_waking(state))
    return moved, (*effects, *more, PlayChime(Chime.WRONG))


def begin_work(state: KeyState, event: ev.Event) -> Moves:
    """The card takes long."""
    busy = state.without_job().enter(KeyPhase.BUSY, event.at)
    return replace(busy, dark_at=event.at + UPDATE_LASTS), _waking(state)


def note_battery(state: KeyState, event: ev.Event) -> Moves:
    """Only remembered; a free screen says it."""
    assert isinstance(event, ev.BatteryChanged)
    return replace(state, battery=event.battery), ()


def _waking(state: KeyState) -> tuple[Effect, ...]:
    return () if state.awake else (Wake(),)


# Digits


def ask_digits(state: KeyState, event: ev.Event) -> Moves:
    """The computer wants them typed here."""
    assert isinstance(event, own.PinWanted)
    left, effects = leave_job(state)
    wanted = replace(
        left.enter(KeyPhase.PIN, event.at),
        entry=event.entry,
        tries=event.tries,
        patience=event.patience,
        alone=False,
        dark_at=event.at + event.patience,
        ending=None,
        notice=KeyNotice.WRONG if state.phase is KeyPhase.WRONG else None,
    )
    return wanted, (*effects, *_waking(state), BeginField(wanted.field))


def type_digit(state: KeyState, event: ev.Event) -> Moves:
    """One more mark."""
    value = pressed_key(event).digit_value
    waits = _prolong(state, event)
    if value is None or state.typed == state.bounds[1]:
        return waits, ()
    return replace(waits, typed=state.typed + 1, notice=None), (AddDigit(value),)


def clear_digit(state: KeyState, event: ev.Event) -> Moves:
    """The last mark goes; where there is none, the entry is called off."""
    if state.typed:
        return replace(_prolong(state, event), typed=state.typed - 1, notice=None), (DropDigit(),)
    left, effects = leave_job(state)
    moved, _ = _to_rest(left, event)
    return moved, (*effects, PlayChime(Chime.WRONG))


def confirm_digits(state: KeyState, event: ev.Event) -> Moves:
    """OK on enough digits: the next field, or all of them to the card."""
    assert state.entry is not None
    if state.typed < state.bounds[0]:
        return replace(_prolong(state, event), notice=KeyNotice.TOO_SHORT), ()
    if state.step + 1 == len(FIELDS[state.entry]):
        working = replace(state.enter(KeyPhase.WORKING, event.at), dark_at=event.at + UPDATE_LASTS)
        return working, (PresentDigits(),)
    following = replace(_prolong(state, event), step=state.step + 1, typed=0, notice=None)
    return following, (BeginField(following.field),)


def _prolong(state: KeyState, event: ev.Event) -> KeyState:
    return replace(state, dark_at=event.at + state.patience)


def digits_taken(state: KeyState, event: ev.Event) -> Moves:
    """Right."""
    assert isinstance(event, own.PinTaken)
    moved, _ = _to_rest(replace(state, spent=False), event)
    notice = KeyNotice.CHANGED if event.changed and moved.phase is KeyPhase.READY else None
    return replace(moved, notice=notice), (PlayChime(Chime.RIGHT),)


def digits_wrong(state: KeyState, event: ev.Event) -> Moves:
    """Wrong, and how many tries are left of it; without one the key is blocked."""
    assert isinstance(event, own.DigitsWrong)
    left = state.without_job()
    if not event.tries:
        moved, _ = _to_rest(replace(left, spent=True), event)
        return moved, (PlayChime(Chime.WRONG),)
    wrong = replace(left.enter(KeyPhase.WRONG, event.at), tries=event.tries, dark_at=event.at + DARK_AFTER)
    return wrong, (PlayChime(Chime.WRONG),)


def digits_differ(state: KeyState, event: ev.Event) -> Moves:
    """The new ones are typed again, both times; what is right before them stays."""
    if state.entry is PinEntry.VERIFY:  # has nothing that could differ
        return state, ()
    again = replace(state.enter(KeyPhase.PIN, event.at), step=1, typed=0, dark_at=event.at + state.patience)
    return replace(again, notice=KeyNotice.DIFFERENT), (BeginField(again.field), PlayChime(Chime.WRONG))


def entry_refused(state: KeyState, event: ev.Event) -> Moves:
    """Nothing was compared."""
    moved, _ = _to_rest(state, event)
    return moved, (PlayChime(Chime.WRONG),)


def drop_job(state: KeyState, event: ev.Event) -> Moves:
    """Nobody waits for it any more: there is nobody to tell."""
    moved, _ = _to_rest(state, event)
    return moved, (WipeDigits(),)


def note_tries(state: KeyState, event: ev.Event) -> Moves:
    """A blocked key that its computer asks again says so, lit or not."""
    assert isinstance(event, own.DigitsWrong)
    if event.tries:
        return state, ()
    return _to_rest(replace(state, spent=True), event, *_waking(state))


# Consent


def ask_consent(state: KeyState, event: ev.Event) -> Moves:
    """A key is to be used: asked, unless the same was agreed to a moment ago and may last."""
    assert isinstance(event, own.ConsentWanted)
    question = event.question
    if state.agreed is not None and event.at < state.agreed[1] and covers(state.agreed[0], question):
        return state, (Agree(),)
    left, effects = leave_job(state)
    asked = replace(
        left.enter(KeyPhase.CONSENT, event.at),
        question=question,
        asked_at=event.at,
        alone=False,
        dark_at=event.at + CONSENT_LASTS,
        ending=None,
    )
    return asked, (*effects, *_waking(state))


def turn_page(state: KeyState, event: ev.Event) -> Moves:
    """7 back, 9 on."""
    return _turn(state, event, {BACK: -1, ON: 1}.get(pressed_key(event), 0))


def _turn(state: KeyState, event: ev.Event, by: int) -> Moves:
    assert state.question is not None
    page = min(max(state.page + by, 0), max(len(state.question.pages) - 1, 0))
    if page == state.page:
        return state, ()
    return replace(state, page=page, dark_at=min(event.at + CONSENT_LASTS, state.asked_at + READING_LASTS)), ()


def agree(state: KeyState, event: ev.Event) -> Moves:
    """OK on the last page; on another one it turns to the next: what was not shown was not agreed to."""
    question = state.question
    assert question is not None
    if event.at - state.asked_at < TOO_FAST:
        return state, ()
    if state.page + 1 < len(question.pages):
        return _turn(state, event, 1)
    lasts = (question, event.at + CONSENT_LASTS) if question.lasting else None
    moved, _ = _to_rest(replace(state, agreed=lasts), event)
    return moved, (Agree(), PlayChime(Chime.RIGHT))


def refuse(state: KeyState, event: ev.Event) -> Moves:
    """C, or nobody answered: not used, the computer is told, and nothing that was agreed to lasts."""
    left, effects = leave_job(state)
    moved, _ = _to_rest(replace(left, agreed=None), event)
    return moved, (*effects, PlayChime(Chime.WRONG))


# Update


def update_moved(state: KeyState, event: ev.Event) -> Moves:
    """So much of it is here."""
    assert isinstance(event, own.UpdateMoved)
    left, effects = leave_job(state)
    moved = replace(
        left.enter(KeyPhase.UPDATE, event.at), percent=event.percent, alone=False, dark_at=event.at + UPDATE_LASTS
    )
    return moved, (*effects, *_waking(state))


def update_ended(state: KeyState, event: ev.Event) -> Moves:
    """All of it: to be pulled and put in again."""
    left, effects = leave_job(state)
    moved, more = _to_rest(replace(left, ending=Ending.REPLUG, agreed=None), event, *_waking(state))
    return moved, (*effects, *more, PlayChime(Chime.RIGHT))


def pressed_key(event: ev.Event) -> ev.Key:
    """The key of an event that is one."""
    assert isinstance(event, ev.KeyPressed)
    return event.key
