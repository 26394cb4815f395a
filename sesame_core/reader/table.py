"""The reader's life as a table: in which phase, at which trigger, what is done and where it may lead.

    state, effects = step(state, event)

Time is data: events bear their moment, `state.dark_at` says when a TimeUp is due. The table is complete: every phase
has a rule for every trigger, and the diagram and the table in docs/reader.md are made from it.

**Theory, before the table.** The reader is a state machine of the Mealy kind: what is to be done depends on state and
event. A *phase* is what a person would call where the reader is ("PIN entry"); a *state* is a phase with what belongs
to it (how many digits, since when, whose card). The table knows phases only and stays small enough to be read;
actions look at the rest. A *trigger* is an event as coarse as the table needs it: ten digits are one trigger.

A cell names its action *and every phase it may lead to*. The second half is a claim about the first: it draws the
diagram, and tests/promises/test_r14_every_state_and_key.py holds it to be exactly true by getting into every state
there is and letting everything happen there. An action that leads elsewhere fails it, and so does a phase that is
claimed and never reached.

Beside the reader, three other parties have a life of their own, and most rows are about their being out of step:

- *the card* answers late, or after the person has moved on. Its answers are events like any other, and a phase that
  does not expect one ignores it (`stay_put`). Which answers are still meant for us is not decided here: the link
  drops the others by their tickets (`device.reader.link`).
- *the person* may press anything at any time. While the card is read, a function may be chosen and digits typed: how
  far the card is stands in the state (`Progress`), and no event is put back into a queue.
- *time* may run out in any phase. TIME_UP is not a phase's business but everybody's (`EVERYWHERE`), and so are Off, a
  lost display and a pulled card: a row says something about them only where it means something else.

**WARNING to whoever edits.** The security of the reader is in what is *absent* here:

- No rule but `code_ready`'s row shows a code, and none leads back to it: a code that was left cannot be looked at
  again.
- No key prolongs a code's time. `code_ready` sets it, and `_begins_waiting` leaves Phase.CODE out; a rule there that
  says "any key" without it looks harmless and breaks the promise of 35 s.
- Every way out of a phase with a PIN or a code must wipe (WipePin, Forget, Release). `fall_asleep`, `card_gone` and
  `halt_reader` do; a new way out has to as well.
- A wrong PIN is sent once. PIN_AGAIN asks the person, it never sends the same digits anew: that would take a try.
- HALTED leads nowhere.

Change the table, then run `python -m pytest tests/promises tests/core` and `python -m docs.tools`, and look at the
diagram.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias

from sesame_core import events as ev
from sesame_core.effects import Chime, PlayChime
from sesame_core.reader.actions import (
    application_found,
    battery_before_session,
    card_gone,
    card_in,
    card_prepared,
    card_prepared_working,
    code_ready,
    confirm_again,
    fall_asleep,
    halt_reader,
    note_battery,
    pin_wrong,
    power_again,
    reader_found,
    reader_lost,
    show_fault,
    slot_known,
    stay_put,
    wake_up,
    wants_data,
    wants_preparing,
)
from sesame_core.reader.effects import Effect
from sesame_core.reader.entry import (
    Moves,
    back_from_code,
    begin_function,
    clear_data,
    clear_digit,
    clear_pin,
    digit_data,
    digit_pin,
    function_in_amount,
    function_in_pin,
    hint_key,
    next_field,
    ok_data,
    ok_pin,
    type_digit,
)
from sesame_core.reader.state import DARK_AFTER, Phase, State


class Trigger(Enum):
    """What can happen, as coarse as the table needs it."""

    DIGIT = "digit"
    FUNCTION = "Code, Challenge, Sign"
    CLEAR = "C"
    OK = "OK"
    OFF = "Off"
    CARD_PRESENT = "card in"
    CARD_ABSENT = "card out"
    SLOT_LOST = "reader lost"
    SLOT_FOUND = "reader found"
    APPLICATION_FOUND = "application found"
    CARD_PREPARED = "card prepared"
    PIN_WRONG = "PIN wrong"
    PIN_AGAIN = "PIN again"
    CARD_WANTS_DATA = "card wants data"
    CODE_READY = "code ready"
    CARD_FAULTY = "card faulty"
    TIME_UP = "35 s over"
    BATTERY = "battery"
    DISPLAY_LOST = "display lost"
    HALT = "halt"


KEY_TRIGGERS: Final = MappingProxyType(
    {ev.Key.CLEAR: Trigger.CLEAR, ev.Key.OK: Trigger.OK, ev.Key.OFF: Trigger.OFF}
    | {key: Trigger.DIGIT for key in ev.Key if key.digit_value is not None}
    | dict.fromkeys((ev.Key.CODE, ev.Key.CHALLENGE, ev.Key.SIGN), Trigger.FUNCTION)
)

EVENT_TRIGGERS: Final[Mapping[type[ev.Event], Trigger]] = MappingProxyType(
    {
        ev.CardPresent: Trigger.CARD_PRESENT,
        ev.CardAbsent: Trigger.CARD_ABSENT,
        ev.SlotLost: Trigger.SLOT_LOST,
        ev.SlotFound: Trigger.SLOT_FOUND,
        ev.ApplicationFound: Trigger.APPLICATION_FOUND,
        ev.CardPrepared: Trigger.CARD_PREPARED,
        ev.PinWrong: Trigger.PIN_WRONG,
        ev.PinAgain: Trigger.PIN_AGAIN,
        ev.CardWantsData: Trigger.CARD_WANTS_DATA,
        ev.CodeReady: Trigger.CODE_READY,
        ev.CardFaulty: Trigger.CARD_FAULTY,
        ev.TimeUp: Trigger.TIME_UP,
        ev.BatteryChanged: Trigger.BATTERY,
        ev.DisplayLost: Trigger.DISPLAY_LOST,
        ev.Halt: Trigger.HALT,
    }
)

Action: TypeAlias = Callable[[State, ev.Event], Moves]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table: what is done, and every phase it may lead to (empty: it stays)."""

    action: Action
    leads_to: frozenset[Phase] = frozenset()


def _make_cell(action: Action, *leads_to: Phase) -> Cell:
    return Cell(action, frozenset(leads_to))


P, T = Phase, Trigger
STAY = _make_cell(stay_put)
SLEEP = _make_cell(fall_asleep, P.ASLEEP)
FIRST_FIELDS = (P.CHALLENGE, P.AMOUNT, P.PIN, P.FLAT)
WOKEN = (P.NO_CARD, P.READING, P.NO_READER, P.FLAT)

EVERYWHERE: Final[Mapping[Trigger, Cell]] = dict.fromkeys(Trigger, STAY) | {
    T.OFF: SLEEP,
    T.TIME_UP: SLEEP,
    T.DISPLAY_LOST: SLEEP,
    T.CARD_ABSENT: _make_cell(card_gone, P.ASLEEP),
    T.CARD_PRESENT: _make_cell(slot_known),
    T.SLOT_LOST: _make_cell(reader_lost, P.NO_READER),
    T.SLOT_FOUND: _make_cell(slot_known),
    T.BATTERY: _make_cell(note_battery),
    T.HALT: _make_cell(halt_reader, P.HALTED),
}
"""What holds in every phase whose own row does not say otherwise."""

CARD_AT_WORK: Final = {
    T.APPLICATION_FOUND: _make_cell(application_found),
    T.CARD_FAULTY: _make_cell(show_fault, P.FAULT),
}
FIELD: Final = CARD_AT_WORK | {
    T.DIGIT: _make_cell(type_digit),
    T.FUNCTION: _make_cell(begin_function, *FIRST_FIELDS),
}

ROWS: Final[Mapping[Phase, Mapping[Trigger, Cell]]] = {
    P.ASLEEP: {
        T.DIGIT: _make_cell(wake_up, *WOKEN),
        T.FUNCTION: _make_cell(wake_up, P.NO_CARD, P.NO_READER, P.FAULT, *FIRST_FIELDS),
        T.CLEAR: _make_cell(wake_up, *WOKEN),
        T.OK: _make_cell(wake_up, *WOKEN),
        T.CARD_PRESENT: _make_cell(card_in, P.READING, P.FLAT),
        T.CARD_ABSENT: _make_cell(slot_known),
        T.SLOT_LOST: _make_cell(slot_known),
        T.OFF: STAY,
        T.TIME_UP: STAY,
        T.DISPLAY_LOST: STAY,
    },
    P.NO_CARD: {
        T.BATTERY: _make_cell(battery_before_session, P.FLAT),
        T.CARD_PRESENT: _make_cell(card_in, P.READING),
        T.CARD_ABSENT: _make_cell(slot_known),
    },
    P.READING: {
        T.BATTERY: _make_cell(battery_before_session, P.FLAT),
        T.FUNCTION: _make_cell(begin_function, P.FAULT, *FIRST_FIELDS),
        T.APPLICATION_FOUND: _make_cell(application_found, P.READY),
        T.CARD_FAULTY: _make_cell(show_fault, P.FAULT),
    },
    P.READY: {
        T.BATTERY: _make_cell(battery_before_session, P.FLAT),
        T.DIGIT: _make_cell(hint_key),
        T.OK: _make_cell(hint_key),
        T.FUNCTION: _make_cell(begin_function, P.FAULT, *FIRST_FIELDS),
    },
    P.CHALLENGE: FIELD | {T.OK: _make_cell(next_field, P.PIN), T.CLEAR: _make_cell(clear_digit, P.READY, P.READING)},
    P.AMOUNT: FIELD
    | {
        T.FUNCTION: _make_cell(function_in_amount, *FIRST_FIELDS),
        T.OK: _make_cell(next_field, P.ACCOUNT),
        T.CLEAR: _make_cell(clear_digit, P.READY, P.READING),
    },
    P.ACCOUNT: FIELD | {T.OK: _make_cell(next_field, P.PIN), T.CLEAR: _make_cell(clear_digit, P.AMOUNT)},
    P.PIN: CARD_AT_WORK
    | {
        T.DIGIT: _make_cell(digit_pin),
        T.CLEAR: _make_cell(clear_pin, P.READY, P.READING, P.CHALLENGE, P.ACCOUNT),
        T.OK: _make_cell(ok_pin, P.WORKING),
        T.FUNCTION: _make_cell(function_in_pin, *FIRST_FIELDS),
        T.APPLICATION_FOUND: _make_cell(wants_preparing),
        T.CARD_PREPARED: _make_cell(card_prepared),
    },
    P.WORKING: {
        T.APPLICATION_FOUND: _make_cell(wants_preparing),
        T.CARD_PREPARED: _make_cell(card_prepared_working, P.PIN),
        T.PIN_WRONG: _make_cell(pin_wrong, P.PIN),
        T.PIN_AGAIN: _make_cell(confirm_again, P.PIN),
        T.CARD_WANTS_DATA: _make_cell(wants_data, P.DATA),
        T.CODE_READY: _make_cell(code_ready, P.CODE),
        T.CARD_FAULTY: _make_cell(show_fault, P.FAULT),
    },
    P.DATA: {
        T.DIGIT: _make_cell(digit_data),
        T.CLEAR: _make_cell(clear_data, P.READY),
        T.OK: _make_cell(ok_data),
        T.FUNCTION: _make_cell(begin_function, *FIRST_FIELDS),
        T.CODE_READY: _make_cell(code_ready, P.CODE),
        T.CARD_FAULTY: _make_cell(show_fault, P.FAULT),
    },
    P.CODE: {
        T.CLEAR: _make_cell(back_from_code, P.READY),
        T.FUNCTION: _make_cell(begin_function, *FIRST_FIELDS),
    },
    P.FAULT: {
        T.CLEAR: _make_cell(power_again, P.READING, P.FLAT),
        T.FUNCTION: _make_cell(power_again, *FIRST_FIELDS),
    },
    P.NO_READER: {
        T.SLOT_FOUND: _make_cell(reader_found, P.NO_CARD, P.FLAT),
        T.CARD_PRESENT: _make_cell(card_in, P.READING, P.FLAT),
        T.SLOT_LOST: _make_cell(slot_known),
        T.CARD_ABSENT: _make_cell(slot_known),
    },
    P.FLAT: {
        T.BATTERY: _make_cell(note_battery, *WOKEN),
        T.CARD_ABSENT: _make_cell(slot_known),
        T.SLOT_LOST: _make_cell(slot_known),
    },
    P.HALTED: dict.fromkeys(Trigger, STAY),
}

TRANSITIONS: Final[Mapping[Phase, Mapping[Trigger, Cell]]] = MappingProxyType(
    {phase: MappingProxyType({**EVERYWHERE, **ROWS[phase]}) for phase in Phase}
)


def trigger_of(event: ev.Event) -> Trigger:
    """The trigger of an event. Raises KeyError for an event that is not for the reader (a slot's own answers)."""
    if isinstance(event, ev.KeyPressed):
        return KEY_TRIGGERS[event.key]
    return EVENT_TRIGGERS[type(event)]


def step_reader(state: State, event: ev.Event) -> tuple[State, tuple[Effect, ...]]:
    """One event: the state after it, and what is to be done, in order."""
    after, effects = TRANSITIONS[state.phase][trigger_of(event)].action(state, event)
    if isinstance(event, ev.KeyPressed) and after != state and after.awake:
        effects = (PlayChime(Chime.KEY), *effects)
    if _begins_waiting(after, event):
        after = replace(after, dark_at=event.at + DARK_AFTER)
    return after, effects


def _begins_waiting(after: State, event: ev.Event) -> bool:
    """A key or a card gives the person 35 s more, but for a code: nothing prolongs that."""
    if not after.awake or after.phase is P.CODE:
        return False
    return isinstance(event, ev.KeyPressed | ev.CardPresent | ev.SlotLost | ev.SlotFound)
