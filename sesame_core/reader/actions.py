"""What is done in the cells of the reader's table: waking, sleeping, the card's answers. What is typed is in `entry`.

Each action is pure: (state, event) -> (state, effects).
"""

from dataclasses import replace

from sesame_core import events as ev
from sesame_core.effects import Chime, PlayChime, Sleep, Wake
from sesame_core.errors import Fault
from sesame_core.reader.effects import CloseCard, Confirm, ReadCard, Release, WipePin
from sesame_core.reader.entry import (
    KEY_FUNCTIONS,
    Moves,
    begin_function,
    begin_reading,
    key_of,
    pressed_key,
    refuse_battery,
    say_fault,
)
from sesame_core.reader.state import DARK_AFTER, Notice, Phase, Progress, State
from sesame_core.reader.words import LANGUAGES


def stay_put(state: State, event: ev.Event) -> Moves:
    """Nothing changes."""
    return state, ()


# Asleep and awake


def fall_asleep(state: State, event: ev.Event) -> Moves:
    """Dark at once; nothing typed, read or shown is left."""
    asleep = replace(state.enter(Phase.ASLEEP, event.at).without_session(), dark_at=None)
    return asleep, (Release(), PlayChime(Chime.OFF), Sleep())


def halt_reader(state: State, event: ev.Event) -> Moves:
    """Dark for good."""
    asleep, _ = fall_asleep(state, event)
    return replace(asleep, phase=Phase.HALTED), (Release(), PlayChime(Chime.OFF))


def wake_up(state: State, event: ev.Event) -> Moves:
    """Lit again. A function key is not lost: with a card in, it begins at once."""
    woken, effects = _look_around(state, event)
    if woken.phase is Phase.READING and key_of(event) in KEY_FUNCTIONS:
        woken, more = begin_function(woken, event)
        effects += more
    return woken, (Wake(), *effects)


def card_in(state: State, event: ev.Event) -> Moves:
    """A card came in: it is read, asleep or not."""
    woken, effects = _look_around(replace(state, card_in=True, blocked=False, reader_there=True), event)
    return woken, (effects if state.awake else (Wake(), *effects))


def card_gone(state: State, event: ev.Event) -> Moves:
    """The card was pulled: dark."""
    return fall_asleep(replace(state, card_in=False, blocked=False), event)


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
            return replace(state, card_in=False, blocked=False, reader_there=True), ()
        case ev.SlotLost():
            return replace(state, card_in=False, blocked=False, reader_there=False), ()
        case _:
            return replace(state, reader_there=True), ()


def note_battery(state: State, event: ev.Event) -> Moves:
    """Remembered; a reader that waited for a better battery looks around again."""
    assert isinstance(event, ev.BatteryChanged)
    known = replace(state, battery=event.battery)
    if state.phase is Phase.FLAT and event.battery is not ev.Battery.CRITICAL:
        return _look_around(known, event)
    return known, ()


def battery_before_session(state: State, event: ev.Event) -> Moves:
    """Remembered; a session that could not be ended is not begun."""
    known, effects = note_battery(state, event)
    return refuse_battery(known, event) if known.battery is ev.Battery.CRITICAL else (known, effects)


def _look_around(state: State, event: ev.Event) -> Moves:
    """Where the course begins, by what is there."""
    fresh = state.without_session()
    if state.battery is ev.Battery.CRITICAL:
        return refuse_battery(state, event)
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
    language = next((code for code in event.languages if code in LANGUAGES), None)
    found = replace(state, progress=Progress.SELECTED, card_language=language)
    return (found.enter(Phase.READY, event.at) if state.phase is Phase.READING else found), ()


def wants_preparing(state: State, event: ev.Event) -> Moves:
    """The application is found and everything before the PIN is typed: the card is read on."""
    found, _ = application_found(state, event)
    return begin_reading(found)


def card_prepared(state: State, event: ev.Event) -> Moves:
    """Everything is read; the screen says if it is the last try. A card that does not tell is known by its last no."""
    assert isinstance(event, ev.CardPrepared)
    return replace(state, progress=Progress.PREPARED, tries=event.tries or state.tries), ()


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
    return again_, (WipePin(), PlayChime(Chime.WRONG))


def confirm_again(state: State, event: ev.Event) -> Moves:
    """The card had to be selected anew: the PIN is still there, one more OK sends it."""
    return replace(state.enter(Phase.PIN, event.at), notice=Notice.PRESS_OK), ()


def wants_data(state: State, event: ev.Event) -> Moves:
    """The PIN was right; now the transaction's numbers."""
    return replace(state.enter(Phase.DATA, event.at), typed=0), (WipePin(),)


def code_ready(state: State, event: ev.Event) -> Moves:
    """The code, for 35 s from now, and then the card's farewell."""
    assert isinstance(event, ev.CodeReady)
    shown = replace(
        state.enter(Phase.CODE, event.at), typed=0, tries=None, code=event.code, dark_at=event.at + DARK_AFTER
    )
    return shown, (WipePin(), PlayChime(Chime.RIGHT), CloseCard())


def show_fault(state: State, event: ev.Event) -> Moves:
    """The conversation is over; the screen says why."""
    assert isinstance(event, ev.CardFaulty)
    return say_fault(state, event, event.fault)


def power_again(state: State, event: ev.Event) -> Moves:
    """After a fault: the card is powered anew, and a function key begins its function. A card without a PIN try left
    has none to begin, and a critical battery powers none."""
    if state.battery is ev.Battery.CRITICAL:
        return refuse_battery(state, event)
    reading, effects = read_card(state.without_session(), event)
    if pressed_key(event) not in KEY_FUNCTIONS:
        return reading, effects
    if state.blocked:
        return say_fault(state, event, Fault.BLOCKED)
    begun, more = begin_function(reading, event)
    return begun, effects + more
