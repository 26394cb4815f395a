"""What is typed: functions, their fields, PIN and transaction numbers, and the way back. Pure, as `actions`."""

from dataclasses import replace
from typing import Final, TypeAlias

from sesame_core import events as ev
from sesame_core.cap.codes import MAX_CHALLENGE_DIGITS, MAX_NUMBER_DIGITS, MAX_NUMBERS, Function
from sesame_core.effects import Chime, PlayChime
from sesame_core.errors import Fault
from sesame_core.reader.effects import (
    Confirm,
    Effect,
    EraseDigit,
    Forget,
    MixData,
    Prepare,
    Release,
    TypeDigit,
    WipePin,
)
from sesame_core.reader.state import Notice, Phase, Progress, State

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


# Functions and their fields


def begin_function(state: State, event: ev.Event) -> Moves:
    """A function key: the function's first field, whatever was under way before."""
    return _begin_function(state, event, KEY_FUNCTIONS[pressed_key(event)])


def function_in_amount(state: State, event: ev.Event) -> Moves:
    """Sign pressed a second time, before any digit, asks for signing with transaction data."""
    if pressed_key(event) is ev.Key.SIGN and not state.amount:
        return _begin_function(state, event, Function.DATA)
    return begin_function(state, event)


def function_in_pin(state: State, event: ev.Event) -> Moves:
    """The key of the function under way clears the PIN; another key begins another function."""
    if state.function is KEY_FUNCTIONS[pressed_key(event)] is Function.CODE:
        return replace(state, typed=0, notice=None), (WipePin(),)
    return begin_function(state, event)


def back_from_code(state: State, event: ev.Event) -> Moves:
    """The code is no longer wanted: gone, and ready for the next."""
    return _to_ready(state, event)


def hint_key(state: State, event: ev.Event) -> Moves:
    """A key that does nothing here says which one does."""
    return replace(state, notice=Notice.PRESS_FUNCTION), ()


def type_digit(state: State, event: ev.Event) -> Moves:
    """One more digit in the field in sight; an amount does not begin with 0."""
    text: str = getattr(state, FIELD_NAME[state.phase])
    longer = text + pressed_key(event).value
    if len(text) == ROOM[state.phase] or (state.phase is Phase.AMOUNT and longer == "0"):
        return state, ()
    return _with_field(state, longer), ()


def clear_digit(state: State, event: ev.Event) -> Moves:
    """The last digit goes; where there is none, back to the field before."""
    text: str = getattr(state, FIELD_NAME[state.phase])
    return (_with_field(state, text[:-1]), ()) if text else _go_back(state, event)


def next_field(state: State, event: ev.Event) -> Moves:
    """OK on a field in sight."""
    if not getattr(state, FIELD_NAME[state.phase]):
        return replace(state, notice=Notice.TYPE_DIGITS), ()
    flow = _flow_of(state)
    return _enter_field(state, event, flow[flow.index(state.phase) + 1])


def digit_pin(state: State, event: ev.Event) -> Moves:
    """One more mark."""
    value = pressed_key(event).digit_value
    if value is None or state.typed == state.rules.pin_most:
        return state, ()
    return replace(state, typed=state.typed + 1, notice=None), (TypeDigit(value),)


def clear_pin(state: State, event: ev.Event) -> Moves:
    """The last mark goes; where there is none, back."""
    if state.typed:
        return replace(state, typed=state.typed - 1, notice=None), (EraseDigit(),)
    return _go_back(state, event)


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
    return replace(state, number=state.number + pressed_key(event).value, notice=None), ()


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
    if not state.number or len(numbers) == MAX_NUMBERS:
        return replace(state, notice=None), (MixData(numbers),)  # the last one stays on the screen: none follows
    return replace(state, numbers=numbers, number="", notice=None), ()


# What the actions share


def key_of(event: ev.Event) -> ev.Key | None:
    """The key of an event, None for one that is no key."""
    return event.key if isinstance(event, ev.KeyPressed) else None


def pressed_key(event: ev.Event) -> ev.Key:
    """The key of an event that is one."""
    assert isinstance(event, ev.KeyPressed)
    return event.key


def _flow_of(state: State) -> tuple[Phase, ...]:
    assert state.function is not None
    return FLOW[state.function]


def _begin_function(state: State, event: ev.Event, function: Function) -> Moves:
    if state.battery is ev.Battery.CRITICAL:
        return refuse_battery(state, event)
    if state.blocked:
        return say_fault(state, event, Fault.BLOCKED)
    left, effects = _leave_function(state)
    begun = replace(left, function=function)
    entered, more = _enter_field(begun, event, FLOW[function][0])
    return entered, effects + more


def _leave_function(state: State) -> Moves:
    """Away from the function under way; the card stays powered and its application found."""
    kept = replace(
        state.without_session(),
        progress=Progress.SELECTED if state.progress in UNDER_WAY else state.progress,
        tries=state.tries,
        card_language=state.card_language,
    )
    return kept, ((Forget(),) if state.progress in UNDER_WAY else (WipePin(),))


def _to_ready(state: State, event: ev.Event) -> Moves:
    left, effects = _leave_function(state)
    ready = Phase.READING if left.progress is Progress.SELECTING else Phase.READY
    return left.enter(ready, event.at), effects


def _go_back(state: State, event: ev.Event) -> Moves:
    """To the field before, with what was typed in it; from the first one out of the function."""
    at = _flow_of(state).index(state.phase)
    if at == 0:
        return _to_ready(state, event)
    left, effects = _leave_function(state)
    kept = replace(left, function=state.function, challenge=state.challenge, amount=state.amount, account=state.account)
    return kept.enter(_flow_of(state)[at - 1], event.at), effects


def _enter_field(state: State, event: ev.Event, phase: Phase) -> Moves:
    entered = state.enter(phase, event.at)
    return begin_reading(entered) if phase is Phase.PIN else (entered, ())


def begin_reading(state: State) -> Moves:
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


def say_fault(state: State, event: ev.Event, fault: Fault) -> Moves:
    """The conversation is over; the screen says why. That no PIN try is left is remembered while the card is in."""
    said = replace(state.enter(Phase.FAULT, event.at).without_session(), fault=fault)
    blocked = state.blocked or fault is Fault.BLOCKED
    return replace(said, card_language=state.card_language, blocked=blocked), (Release(), PlayChime(Chime.WRONG))


def refuse_battery(state: State, event: ev.Event) -> Moves:
    """No session is begun that the battery could not end."""
    return state.enter(Phase.FLAT, event.at).without_session(), (Release(),)
