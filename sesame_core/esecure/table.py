"""The key's life as a table, in the reader's manner: in which phase, at which trigger, what is done, where it may lead.

    state, effects = step_key(state, event)

**Theory, before the table.** Beside the person and time, three parties have a life of their own. *The computer* asks
one thing at a time and goes when it likes: every question ends by an answer of the person, by TIME_UP, by JOB_DROPPED
(the computer gave up) or by HOST_LEFT (it is gone); in the last two there is nobody to tell. *The card* compares and
computes; its answers come only while it was asked. *The store* may break at any time, for good.

**WARNING to whoever edits.** The security of the key is in what is absent here:

- Agree is asked for in two actions only: `agree`, which is OK on the last page no sooner than half a second after the
  question came, and `ask_consent` where the very same question was agreed to within 15 s and may last.
- Every way out of PIN wipes the digits (EndEntry, WipeDigits, PresentDigits), and every way out of CONSENT but `agree`
  refuses, or is one where nobody waits.
- A consent does not last over Off, darkness, another computer or a refusal.
- HALTED leads nowhere.

A cell names every phase it may lead to; tests/key/test_key_every_state.py holds that to be exactly true.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias

from sesame_core import events as ev
from sesame_core.effects import Chime, PlayChime
from sesame_core.esecure import actions as do
from sesame_core.esecure import events as own
from sesame_core.esecure.effects import Effect
from sesame_core.esecure.state import DARK_AFTER, KeyPhase, KeyState


class KeyTrigger(Enum):
    """What can happen, as coarse as the table needs it."""

    DIGIT = "digit"
    FUNCTION = "Code, Challenge, Sign"
    CLEAR = "C"
    OK = "OK"
    OFF = "Off"
    HOST_CAME = "computer there"
    HOST_LEFT = "computer gone"
    LAUNCHER_MET = "launcher there"
    CERTIFICATE = "certificate known"
    PIN_WANTED = "PIN wanted"
    PIN_TAKEN = "PIN right"
    DIGITS_WRONG = "digits wrong"
    DIGITS_DIFFER = "digits differ"
    ENTRY_REFUSED = "entry refused"
    CONSENT_WANTED = "consent wanted"
    JOB_DROPPED = "job dropped"
    CARD_BUSY = "card busy"
    CARD_IDLE = "card idle"
    UPDATE_MOVED = "update moved"
    UPDATE_ENDED = "update ended"
    UPDATE_STOPPED = "update stopped"
    REMOVAL_ALLOWED = "removal allowed"
    STORE_BROKEN = "store broken"
    TIME_UP = "time over"
    BATTERY = "battery"
    DISPLAY_LOST = "display lost"
    HALT = "halt"


KEY_TRIGGERS: Final = MappingProxyType(
    {ev.Key.CLEAR: KeyTrigger.CLEAR, ev.Key.OK: KeyTrigger.OK, ev.Key.OFF: KeyTrigger.OFF}
    | {key: KeyTrigger.DIGIT for key in ev.Key if key.digit_value is not None}
    | dict.fromkeys((ev.Key.CODE, ev.Key.CHALLENGE, ev.Key.SIGN), KeyTrigger.FUNCTION)
)

EVENT_TRIGGERS: Final[Mapping[type[ev.Event], KeyTrigger]] = MappingProxyType(
    {
        own.HostCame: KeyTrigger.HOST_CAME,
        own.HostLeft: KeyTrigger.HOST_LEFT,
        own.LauncherMet: KeyTrigger.LAUNCHER_MET,
        own.CertificateKnown: KeyTrigger.CERTIFICATE,
        own.PinWanted: KeyTrigger.PIN_WANTED,
        own.PinTaken: KeyTrigger.PIN_TAKEN,
        own.DigitsWrong: KeyTrigger.DIGITS_WRONG,
        own.DigitsDiffer: KeyTrigger.DIGITS_DIFFER,
        own.EntryRefused: KeyTrigger.ENTRY_REFUSED,
        own.ConsentWanted: KeyTrigger.CONSENT_WANTED,
        own.JobDropped: KeyTrigger.JOB_DROPPED,
        own.CardBusy: KeyTrigger.CARD_BUSY,
        own.CardIdle: KeyTrigger.CARD_IDLE,
        own.UpdateMoved: KeyTrigger.UPDATE_MOVED,
        own.UpdateEnded: KeyTrigger.UPDATE_ENDED,
        own.UpdateStopped: KeyTrigger.UPDATE_STOPPED,
        own.RemovalAllowed: KeyTrigger.REMOVAL_ALLOWED,
        own.StoreBroken: KeyTrigger.STORE_BROKEN,
        ev.TimeUp: KeyTrigger.TIME_UP,
        ev.BatteryChanged: KeyTrigger.BATTERY,
        ev.DisplayLost: KeyTrigger.DISPLAY_LOST,
        ev.Halt: KeyTrigger.HALT,
    }
)

Action: TypeAlias = Callable[[KeyState, ev.Event], do.Moves]


@dataclass(frozen=True, slots=True)
class KeyCell:
    """One cell of the table: what is done, and every phase it may lead to (empty: it stays)."""

    action: Action
    leads_to: frozenset[KeyPhase] = frozenset()


def _make_cell(action: Action, *leads_to: KeyPhase) -> KeyCell:
    return KeyCell(action, frozenset(leads_to))


P, T = KeyPhase, KeyTrigger
STAY = _make_cell(do.stay_put)
SLEEP = _make_cell(do.fall_asleep, P.ASLEEP)
HERE = (P.READY, P.BLOCKED)
"""Where a key rests that has a computer and is in use."""
REST = (*HERE, P.STARTING, P.REPLUG, P.REMOVABLE, P.BROKEN)

EVERYWHERE: Final[Mapping[KeyTrigger, KeyCell]] = dict.fromkeys(KeyTrigger, STAY) | {
    T.OFF: SLEEP,
    T.TIME_UP: SLEEP,
    T.DISPLAY_LOST: SLEEP,
    T.HOST_CAME: _make_cell(do.host_came, *HERE),
    T.HOST_LEFT: _make_cell(do.host_left, P.ASLEEP),
    T.LAUNCHER_MET: _make_cell(do.meet_launcher),
    T.CERTIFICATE: _make_cell(do.note_certificate),
    T.PIN_WANTED: _make_cell(do.ask_digits, P.PIN),
    T.CONSENT_WANTED: _make_cell(do.ask_consent, P.CONSENT),
    T.DIGITS_WRONG: _make_cell(do.note_tries, P.BLOCKED),
    T.CARD_BUSY: _make_cell(do.begin_work, P.BUSY),
    T.UPDATE_MOVED: _make_cell(do.update_moved, P.UPDATE),
    T.UPDATE_ENDED: _make_cell(do.update_ended, P.REPLUG),
    T.REMOVAL_ALLOWED: _make_cell(do.allow_removal, P.REMOVABLE),
    T.STORE_BROKEN: _make_cell(do.show_broken, P.BROKEN),
    T.BATTERY: _make_cell(do.note_battery),
    T.HALT: _make_cell(do.halt_key, P.HALTED),
}
"""What holds in every phase whose own row does not say otherwise."""

BY_A_COMPUTER: Final = (
    T.PIN_WANTED,
    T.DIGITS_WRONG,
    T.CONSENT_WANTED,
    T.CARD_BUSY,
    T.UPDATE_MOVED,
    T.UPDATE_ENDED,
    T.REMOVAL_ALLOWED,
)
"""What a key without a computer, or one that is broken, does not go along with: its link answers for it."""

WAKE: Final = _make_cell(do.wake_up, *REST)

ROWS: Final[Mapping[KeyPhase, Mapping[KeyTrigger, KeyCell]]] = {
    P.ASLEEP: {
        T.DIGIT: WAKE,
        T.FUNCTION: WAKE,
        T.CLEAR: WAKE,
        T.OK: WAKE,
        T.HOST_CAME: _make_cell(do.host_came, *HERE, P.BROKEN),
        T.HOST_LEFT: _make_cell(do.host_left_asleep),
        T.DIGITS_WRONG: _make_cell(do.note_tries, P.BLOCKED, P.REPLUG, P.REMOVABLE),
        T.REMOVAL_ALLOWED: _make_cell(do.allow_removal, P.REMOVABLE, P.BROKEN),
        T.OFF: STAY,
        T.TIME_UP: STAY,
        T.DISPLAY_LOST: STAY,
    },
    P.STARTING: dict.fromkeys(BY_A_COMPUTER, STAY),
    P.READY: {T.HOST_CAME: _make_cell(do.host_came)},
    P.PIN: {
        T.DIGIT: _make_cell(do.type_digit),
        T.CLEAR: _make_cell(do.clear_digit, *HERE),
        T.OK: _make_cell(do.confirm_digits, P.WORKING),
        T.JOB_DROPPED: _make_cell(do.drop_job, *HERE),
        T.DIGITS_WRONG: STAY,
        T.CARD_BUSY: STAY,
    },
    P.WORKING: {
        T.PIN_TAKEN: _make_cell(do.digits_taken, P.READY),
        T.DIGITS_WRONG: _make_cell(do.digits_wrong, P.WRONG, P.BLOCKED),
        T.DIGITS_DIFFER: _make_cell(do.digits_differ, P.PIN),
        T.ENTRY_REFUSED: _make_cell(do.entry_refused, *HERE),
        T.JOB_DROPPED: _make_cell(do.drop_job, *HERE),
        T.CARD_BUSY: STAY,
    },
    P.BUSY: {
        T.DIGITS_WRONG: STAY,
        T.JOB_DROPPED: _make_cell(do.drop_job, *HERE, P.REPLUG, P.REMOVABLE),
        T.CARD_IDLE: _make_cell(do.to_rest, *HERE, P.REPLUG, P.REMOVABLE),
    },
    P.WRONG: {
        T.OK: _make_cell(do.to_rest, *HERE),
        T.CLEAR: _make_cell(do.to_rest, *HERE),
    },
    P.CONSENT: {
        T.DIGIT: _make_cell(do.turn_page),
        T.OK: _make_cell(do.agree, *HERE),
        T.CLEAR: _make_cell(do.refuse, *HERE),
        T.TIME_UP: _make_cell(do.refuse, *HERE),
        T.JOB_DROPPED: _make_cell(do.drop_job, *HERE),
        T.DIGITS_WRONG: STAY,
        T.CARD_BUSY: STAY,
    },
    P.BLOCKED: {T.HOST_CAME: _make_cell(do.host_came)},
    P.UPDATE: {
        T.UPDATE_STOPPED: _make_cell(do.to_rest, *HERE, P.REPLUG, P.REMOVABLE),
        T.DIGITS_WRONG: STAY,
        T.CARD_BUSY: STAY,
    },
    P.REPLUG: {T.DIGITS_WRONG: _make_cell(do.note_tries)},
    P.REMOVABLE: {T.DIGITS_WRONG: _make_cell(do.note_tries)},
    P.BROKEN: dict.fromkeys((*BY_A_COMPUTER, T.STORE_BROKEN), STAY)
    | {
        T.HOST_CAME: _make_cell(do.host_came),
        T.REMOVAL_ALLOWED: _make_cell(do.allow_removal),
    },
    P.HALTED: dict.fromkeys(KeyTrigger, STAY),
}

TRANSITIONS: Final[Mapping[KeyPhase, Mapping[KeyTrigger, KeyCell]]] = MappingProxyType(
    {phase: MappingProxyType({**EVERYWHERE, **ROWS[phase]}) for phase in KeyPhase}
)

OWN_TIME: Final = (P.PIN, P.WORKING, P.BUSY, P.CONSENT, P.UPDATE)
"""Phases whose end a key does not put off by itself."""


def trigger_of(event: ev.Event) -> KeyTrigger:
    """The trigger of an event. Raises KeyError for an event that is not for the key."""
    if isinstance(event, ev.KeyPressed):
        return KEY_TRIGGERS[event.key]
    return EVENT_TRIGGERS[type(event)]


def step_key(state: KeyState, event: ev.Event) -> tuple[KeyState, tuple[Effect, ...]]:
    """One event: the state after it, and what is to be done, in order."""
    after, effects = TRANSITIONS[state.phase][trigger_of(event)].action(state, event)
    if not isinstance(event, ev.KeyPressed):
        return after, effects
    if after != state and after.awake:
        effects = (PlayChime(Chime.KEY), *effects)
    if after.awake and after.phase not in OWN_TIME:
        after = replace(after, dark_at=event.at + DARK_AFTER)
    return after, effects
