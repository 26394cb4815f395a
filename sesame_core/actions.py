"""What is done in the cells of the reader's table. Each action is pure: (state, event) -> (state, effects)."""

from dataclasses import replace
from typing import Final, TypeAlias

from sesame_core import events as ev
from sesame_core.cap import MAX_CHALLENGE_DIGITS, MAX_NUMBER_DIGITS, MAX_NUMBERS, Function
from sesame_core.effects import (
    Chime,
    CloseCard,
    Confirm,
    Effect,
    EraseDigit,
    Forget,
    MixData,
    Prepare,
    ReadCard,
    Release,
    Sleep,
    Sound,
    TypeDigit,
    Wake,
    WipePin,
)
from sesame_core.state import DARK_AFTER, Notice, Phase, Progress, State

Moves: TypeAlias = tuple[State, tuple[Effect, ...]]

FLOW: Final = {
    Function.CODE: (Phase.PIN,),
    Function.CHALLENGE: (Phase.CHALLENGE, Phase.PIN),
    Function.SIGN: (Phase.AMOUNT, Phase.ACCOUNT, Phase.PIN),
    Function.DATA: (Phase.PIN,),
}
"""What is typed for a function, in order. (For DATA the numbers follow the card's answer.)"""

KEY_FUNCTIONS: Final = {
    ev.Key.CODE: Function.CODE,
    ev.Key.CHALLENGE: Function.CHALLENGE,
    ev.Key.SIGN: Function.SIGN,
}

AMOUNT_DIGITS = 10
"""What a person can type and the screen can show; the card would take 12."""

ROOM: Final = {Phase.CHALLENGE: MAX_CHALLENGE_DIGITS, Phase.AMOUNT: AMOUNT_DIGITS, Phase.ACCOUNT: MAX_CHALLENGE_DIGITS}
FIELD_NAME: Final = {Phase.CHALLENGE: "challenge", Phase.AMOUNT: "amount", Phase.ACCOUNT: "account"}

UNDER_WAY: Final = (Progress.PREPARING, Progress.PREPARED)


def stay(state: State, event: ev.Event) -> Moves:
    """Nothing changes."""
    return state, ()


# Asleep and awake


def sleep(state: State, event: ev.Event) -> Moves:
    """Dark at once; nothing typed, read or shown is left."""
    asleep = replace(state.enter(Phase.ASLEEP, event.at).without_session(), dark_at=None)
    return asleep, (Release(), Sound(Chime.OFF), Sleep())


def halt(state: State, event: ev.Event) -> Moves:
    """Dark for good."""
    asleep, _ = sleep(state, event)
    return replace(asleep, phase=Phase.HALTED), (Release(), Sound(Chime.OFF))


def wake(state: State, event: ev.Event) -> Moves:
    """Lit again. A function key is not lost: with a card in, it begins at once."""
    woken, effects = _look_around(state, event)
    if woken.phase is Phase.READING and _key(event) in KEY_FUNCTIONS:
        woken, more = begin_function(woken, event)
        effects += more
    return woken, (Wake(), *effects)


def card_in(state: State, event: ev.Event) -> Moves:
    """A card came in: it is read, asleep or not."""
    woken, effects = _look_around(replace(state, card_in=True, reader_there=True), event)
    return woken, (effects if state.awake else (Wake(), *effects))


def card_gone(state: State, event: ev.Event) -> Moves:
    """The card was pulled: dark."""
    return sleep(replace(state, card_in=False), event)


def reader_lost(state: State, event: ev.Event) -> Moves:
    """The smart-card reader went: said on the screen, nothing else is left on it."""
    known, _ = slot_known(state, event)
    return known.enter(Phase.NO_READER, event.at).without_session(), (Release(),)


def reader_found(state: State, event: ev.Event) -> Moves:
    """The smart-card reader is back."""
    known, _ = slot_known(state, event)
    return _look_around(known, event)


def slot_known(state: State, event: ev.Event) -> Moves:
    """Only remembered: whether there is a reader, and a card in it."""
    match event:
        case ev.CardPresent():
            return replace(state, card_in=True, reader_there=True), ()
        case ev.CardAbsent():
            return replace(state, card_in=False, reader_there=True), ()
        case ev.SlotLost():
            return replace(state, card_in=False, reader_there=False), ()
        case _:
            return replace(state, reader_there=True), ()


def battery(state: State, event: ev.Event) -> Moves:
    """Remembered; a reader that waited for a better battery looks around again."""
    assert isinstance(event, ev.BatteryChanged)
    known = replace(state, battery=event.battery)
    if state.phase is Phase.FLAT and event.battery is not ev.Battery.CRITICAL:
        return _look_around(known, event)
    return known, ()


def battery_before_session(state: State, event: ev.Event) -> Moves:
    """Remembered; a session that could not be ended is not begun."""
    known, effects = battery(state, event)
    return _flat(known, event) if known.battery is ev.Battery.CRITICAL else (known, effects)


def _flat(state: State, event: ev.Event) -> Moves:
    return state.enter(Phase.FLAT, event.at).without_session(), (Release(),)


def _look_around(state: State, event: ev.Event) -> Moves:
    """Where the course begins, by what is there."""
    fresh = state.without_session()
    if state.battery is ev.Battery.CRITICAL:
        return _flat(state, event)
    if not state.reader_there:
        return fresh.enter(Phase.NO_READER, event.at), ()
    if not state.card_in:
        return fresh.enter(Phase.NO_CARD, event.at), ()
    return read_card(fresh, event)


def read_card(state: State, event: ev.Event) -> Moves:
    """Power the card and look for its application."""
    return replace(state.enter(Phase.READING, event.at), progress=Progress.SELECTING), (ReadCard(),)


# The card answers


def application_found(state: State, event: ev.Event) -> Moves:
    """The card can make codes; while a field is typed, that is only remembered."""
    assert isinstance(event, ev.ApplicationFound)
    language = next((code for code in event.languages if code in ("fr", "en")), None)
    found = replace(state, progress=Progress.SELECTED, card_language=language)
    return (found.enter(Phase.READY, event.at) if state.phase is Phase.READING else found), ()


def wants_preparing(state: State, event: ev.Event) -> Moves:
    """The application is found and everything before the PIN is typed: the card is read on."""
    found, _ = application_found(state, event)
    return _prepare(found)


def card_prepared(state: State, event: ev.Event) -> Moves:
    """Everything is read; the screen says if it is the last try."""
    assert isinstance(event, ev.CardPrepared)
    return replace(state, progress=Progress.PREPARED, tries=event.tries), ()


def card_prepared_working(state: State, event: ev.Event) -> Moves:
    """OK was pressed before the card was ready. A last try is announced before it is spent, not after."""
    prepared, _ = card_prepared(state, event)
    if prepared.tries == 1:
        return replace(prepared.enter(Phase.PIN, event.at), notice=Notice.PRESS_OK), ()
    return prepared, (Confirm(),)


def pin_wrong(state: State, event: ev.Event) -> Moves:
    """Back to the PIN; what was typed before it stays."""
    assert isinstance(event, ev.PinWrong)
    again_ = replace(state.enter(Phase.PIN, event.at), typed=0, tries=event.tries, notice=Notice.WRONG_PIN)
    return again_, (WipePin(), Sound(Chime.WRONG))


def again(state: State, event: ev.Event) -> Moves:
    """The card had to be selected anew: the PIN is still there, one more OK sends it."""
    return replace(state.enter(Phase.PIN, event.at), notice=Notice.PRESS_OK), ()


def wants_data(state: State, event: ev.Event) -> Moves:
    """The PIN was right; now the transaction's numbers."""
    return replace(state.enter(Phase.DATA, event.at), typed=0), (WipePin(),)


def code_ready(state: State, event: ev.Event) -> Moves:
    """The code, for 35 s from now, and then the card's farewell."""
    assert isinstance(event, ev.CodeReady)
    shown = replace(state.enter(Phase.CODE, event.at), typed=0, code=event.code, dark_at=event.at + DARK_AFTER)
    return shown, (WipePin(), Sound(Chime.RIGHT), CloseCard())


def faulty(state: State, event: ev.Event) -> Moves:
    """The conversation is over; the screen says why."""
    assert isinstance(event, ev.CardFaulty)
    said = replace(state.enter(Phase.FAULT, event.at).without_session(), fault=event.fault)
    return replace(said, card_language=state.card_language), (Release(), Sound(Chime.WRONG))


# Functions and their fields


def begin_function(state: State, event: ev.Event) -> Moves:
    """A function key: the function's first field, whatever was under way before."""
    return _begin(state, event, KEY_FUNCTIONS[_pressed(event)])


def function_in_amount(state: State, event: ev.Event) -> Moves:
    """Sign pressed a second time, before any digit, asks for signing with transaction data."""
    if _pressed(event) is ev.Key.SIGN and not state.amount:
        return _begin(state, event, Function.DATA)
    return begin_function(state, event)


def function_in_pin(state: State, event: ev.Event) -> Moves:
    """The key of the function under way clears the PIN; another key begins another function."""
    if state.function is KEY_FUNCTIONS[_pressed(event)] is Function.CODE:
        return replace(state, typed=0, notice=None), (WipePin(),)
    return begin_function(state, event)


def restart(state: State, event: ev.Event) -> Moves:
    """After a fault: the card is powered anew, and a function key begins its function."""
    reading, effects = read_card(state.without_session(), event)
    if _pressed(event) in KEY_FUNCTIONS:
        begun, more = begin_function(reading, event)
        return begun, effects + more
    return reading, effects


def back_from_code(state: State, event: ev.Event) -> Moves:
    """The code is no longer wanted: gone, and ready for the next."""
    return _to_ready(state, event)


def hint(state: State, event: ev.Event) -> Moves:
    """A key that does nothing here says which one does."""
    return replace(state, notice=Notice.PRESS_FUNCTION), ()


def digit(state: State, event: ev.Event) -> Moves:
    """One more digit in the field in sight; an amount does not begin with 0."""
    text: str = getattr(state, FIELD_NAME[state.phase])
    pressed = _pressed(event).value
    if len(text) == ROOM[state.phase] or (state.phase is Phase.AMOUNT and text + pressed == "0"):
        return state, ()
    return _with_field(state, text + pressed), ()


def clear(state: State, event: ev.Event) -> Moves:
    """The last digit goes; where there is none, back to the field before."""
    text: str = getattr(state, FIELD_NAME[state.phase])
    return (_with_field(state, text[:-1]), ()) if text else _back(state, event)


def next_field(state: State, event: ev.Event) -> Moves:
    """OK on a field in sight."""
    if not getattr(state, FIELD_NAME[state.phase]):
        return replace(state, notice=Notice.TYPE_DIGITS), ()
    flow = _flow(state)
    return _enter_field(state, event, flow[flow.index(state.phase) + 1])


def digit_pin(state: State, event: ev.Event) -> Moves:
    """One more mark."""
    value = _pressed(event).digit
    if value is None or state.typed == state.rules.pin_most:
        return state, ()
    return replace(state, typed=state.typed + 1, notice=None), (TypeDigit(value),)


def clear_pin(state: State, event: ev.Event) -> Moves:
    """The last mark goes; where there is none, back."""
    if state.typed:
        return replace(state, typed=state.typed - 1, notice=None), (EraseDigit(),)
    return _back(state, event)


def ok_pin(state: State, event: ev.Event) -> Moves:
    """OK on a complete PIN sends it, at once or as soon as the card is ready; on a shorter one nothing is sent."""
    if state.typed < state.rules.pin_least:
        return replace(state, notice=Notice.TOO_SHORT), ()
    working = state.enter(Phase.WORKING, event.at)
    return working, ((Confirm(),) if state.progress is Progress.PREPARED else ())


def digit_data(state: State, event: ev.Event) -> Moves:
    """One more digit of the transaction number being typed."""
    if len(state.number) == MAX_NUMBER_DIGITS:
        return state, ()
    return replace(state, number=state.number + _pressed(event).value, notice=None), ()


def clear_data(state: State, event: ev.Event) -> Moves:
    """The last digit goes; then the number before comes back; then the function is left."""
    if state.number:
        return replace(state, number=state.number[:-1], notice=None), ()
    if state.numbers:
        return replace(state, number=state.numbers[-1], numbers=state.numbers[:-1], notice=None), ()
    return _to_ready(state, event)


def ok_data(state: State, event: ev.Event) -> Moves:
    """OK takes a number; OK on an empty one, or the tenth, makes the code."""
    numbers = (*state.numbers, state.number) if state.number else state.numbers
    if not numbers:
        return replace(state, notice=Notice.TYPE_DIGITS), ()
    taken = replace(state, numbers=numbers, number="", notice=None)
    complete = not state.number or len(numbers) == MAX_NUMBERS
    return taken, ((MixData(numbers),) if complete else ())


# What the actions share


def _key(event: ev.Event) -> ev.Key | None:
    return event.key if isinstance(event, ev.KeyPressed) else None


def _pressed(event: ev.Event) -> ev.Key:
    assert isinstance(event, ev.KeyPressed)
    return event.key


def _flow(state: State) -> tuple[Phase, ...]:
    assert state.function is not None
    return FLOW[state.function]


def _begin(state: State, event: ev.Event, function: Function) -> Moves:
    if state.battery is ev.Battery.CRITICAL:
        return _flat(state, event)
    left, effects = _leave(state)
    begun = replace(left, function=function)
    entered, more = _enter_field(begun, event, FLOW[function][0])
    return entered, effects + more


def _leave(state: State) -> Moves:
    """Away from the function under way; the card stays powered and its application found."""
    kept = replace(
        state.without_session(),
        progress=Progress.SELECTED if state.progress in UNDER_WAY else state.progress,
        card_language=state.card_language,
    )
    return kept, ((Forget(),) if state.progress in UNDER_WAY else (WipePin(),))


def _to_ready(state: State, event: ev.Event) -> Moves:
    left, effects = _leave(state)
    ready = Phase.READING if left.progress is Progress.SELECTING else Phase.READY
    return left.enter(ready, event.at), effects


def _back(state: State, event: ev.Event) -> Moves:
    """To the field before, with what was typed in it; from the first one out of the function."""
    at = _flow(state).index(state.phase)
    if at == 0:
        return _to_ready(state, event)
    left, effects = _leave(state)
    kept = replace(left, function=state.function, challenge=state.challenge, amount=state.amount, account=state.account)
    return kept.enter(_flow(state)[at - 1], event.at), effects


def _enter_field(state: State, event: ev.Event, phase: Phase) -> Moves:
    entered = state.enter(phase, event.at)
    return _prepare(entered) if phase is Phase.PIN else (entered, ())


def _prepare(state: State) -> Moves:
    """Have the card read as soon as its application is found."""
    if state.progress is not Progress.SELECTED:
        return state, ()
    return replace(state, progress=Progress.PREPARING), (Prepare(state.request),)


def _with_field(state: State, text: str) -> State:
    match state.phase:
        case Phase.CHALLENGE:
            return replace(state, challenge=text, notice=None)
        case Phase.AMOUNT:
            return replace(state, amount=text, notice=None)
        case _:
            return replace(state, account=text, notice=None)
