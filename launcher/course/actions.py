"""What is done in the cells of the table: state and event in, state and effects out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

from launcher.course import effects as fx
from launcher.course import events as ev
from launcher.course.state import LaunchPhase, LaunchState, RenewalState
from launcher.troubles import LaunchTrouble

P = LaunchPhase

Moves: TypeAlias = tuple[LaunchState, tuple[fx.LaunchEffect, ...]]
Action: TypeAlias = Callable[[LaunchState, Any], Moves]
"""The event is of the cell's own trigger."""

LATE_MS: Final = 30_000
"""The guide's half minute, after which one looks what is wrong."""

GREETING_MS: Final = 4_000
"""How long a sentence stands that nobody need answer."""

READING_MS: Final = 30_000
"""The same, with a cause and a cure below it."""


def stay_put(state: LaunchState, _event: object) -> Moves:
    """Nothing."""
    return state, ()


def key_plugged(state: LaunchState, _event: object) -> Moves:
    """Read it."""
    return replace(_begin_anew(state), phase=P.CUSTOMISING, inside=True), (fx.LookAtKey(),)


def key_pulled(state: LaunchState, _event: object) -> Moves:
    """While it was in use: say so, and leave nothing open."""
    after = replace(_in_trouble(state, LaunchTrouble.PULLED, ""), inside=False)
    return after, (fx.StopUpdate(), fx.CloseBrowser())


def key_taken(state: LaunchState, _event: object) -> Moves:
    """As it was meant to be: wait for the next."""
    return _begin_anew(state), (fx.CloseBrowser(), fx.WakeAfter(LATE_MS))


def key_out(state: LaunchState, _event: object) -> Moves:
    """The message stands on."""
    return replace(state, inside=False), ()


def key_looked(state: LaunchState, event: ev.KeyLooked) -> Moves:
    """A key that this computer has never seen is greeted."""
    after = replace(state, key=event.facts)
    if not event.facts.known:
        return replace(after, phase=P.GREETING), (fx.WakeAfter(READING_MS if state.by_hand else GREETING_MS),)
    return ask_for_update(after, event)


def ask_for_update(state: LaunchState, _event: object) -> Moves:
    """Before anything else is done with the key."""
    return replace(state, phase=P.CHECKING), (fx.AskForUpdate(),)


def offer_update(state: LaunchState, event: ev.UpdateOffered) -> Moves:
    """Update, or cancel to install it later."""
    return replace(state, phase=P.OFFERED, offer=event.version), ()


def go_on(state: LaunchState, _event: object) -> Moves:
    """To the site, or to the certificate that is missing, or near its end."""
    if state.key is not None and state.key.renewal is not RenewalState.NONE:
        return replace(state, phase=P.RENEWABLE, percent=0), ()
    if state.key is not None and state.key.certified:
        return connect(state, None)
    return replace(state, phase=P.ASKING, percent=0), ()


def choose_update(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """Yes or later."""
    if event.choice is ev.LaunchChoice.UPDATE:
        return replace(state, phase=P.UPDATING, percent=0), (fx.FetchUpdate(),)
    return go_on(state, event) if event.choice is ev.LaunchChoice.CANCEL else (state, ())


def advance_update(state: LaunchState, event: ev.UpdateAdvanced) -> Moves:
    """Progress never goes back."""
    return replace(state, percent=max(state.percent, min(100, event.percent))), ()


def cancel_update(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """Later: the key keeps what it has of it."""
    if event.choice is not ev.LaunchChoice.CANCEL:
        return state, ()
    after, effects = go_on(state, event)
    return after, (fx.StopUpdate(), *effects)


def end_update(state: LaunchState, _event: object) -> Moves:
    """All of it is in the key."""
    return replace(state, phase=P.UPDATED, percent=100), ()


def ask_to_replug(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """End, then remove and reinsert."""
    return (replace(state, phase=P.REPLUG), ()) if event.choice is ev.LaunchChoice.END else (state, ())


def enrol_key(state: LaunchState, event: ev.FormSent) -> Moves:
    """What was typed goes through, and is kept nowhere."""
    after = replace(state, phase=P.ENROLLING, trouble=None, detail="", failed_in=None)
    return after, (fx.EnrolKey(event.user, event.code, event.pin),)


def certificate_stored(state: LaunchState, _event: object) -> Moves:
    """When the download is complete, click on OK."""
    key = replace(state.key, certified=True) if state.key is not None else None
    return replace(state, phase=P.DOWNLOADED, key=key), ()


def choose_renewal(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """Renew, or later; what was begun has to be ended."""
    assert state.key is not None
    if event.choice is ev.LaunchChoice.RENEW:
        if state.key.pad:
            return renew_key(state, ev.FormSent("", ""))
        return replace(state, phase=P.UNLOCKING), ()
    later = event.choice is ev.LaunchChoice.CANCEL and state.key.renewal is RenewalState.DUE
    return connect(state, event) if later else (state, ())


def renew_key(state: LaunchState, event: ev.FormSent) -> Moves:
    """With the PIN, which is kept nowhere."""
    after = replace(state, phase=P.RENEWING, trouble=None, detail="", failed_in=None)
    return after, (fx.RenewKey(event.pin),)


def certificate_renewed(state: LaunchState, _event: object) -> Moves:
    """The new one is in its place."""
    key = replace(state.key, renewal=RenewalState.NONE, days=0) if state.key is not None else None
    return replace(state, phase=P.RENEWED, key=key), ()


def renewal_failed(state: LaunchState, event: ev.StepFailed) -> Moves:
    """A PIN that was typed here is asked for again; whatever else it was, the key is looked at anew."""
    typed_here = state.key is not None and not state.key.pad
    if event.trouble is LaunchTrouble.PIN_WRONG and typed_here:
        return replace(_in_trouble(state, event.trouble, event.detail), phase=P.UNLOCKING), ()
    return step_failed(state, event)


def confirm_download(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """OK."""
    return connect(state, event) if event.choice is ev.LaunchChoice.OK else (state, ())


def confirm_greeting(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """OK, without waiting for the time."""
    return ask_for_update(state, event) if event.choice is ev.LaunchChoice.OK else (state, ())


def connect(state: LaunchState, _event: object) -> Moves:
    """The browser comes up by itself."""
    return replace(_at_peace(state), phase=P.CONNECTING, percent=0), (fx.OpenBrowser(),)


def connected(state: LaunchState, _event: object) -> Moves:
    """The window goes into the tray."""
    return replace(_at_peace(state), phase=P.CONNECTED), ()


def take_order(state: LaunchState, event: ev.OrderCame) -> Moves:
    """A transfer of the site's: at once where the PIN is typed on the key."""
    return _begin_order(state, event.order)


def confirm_order(state: LaunchState, event: ev.FormSent) -> Moves:
    """With the PIN, which is kept nowhere."""
    after = replace(state, phase=P.CONFIRMING, trouble=None, detail="", failed_in=None)
    return after, (fx.ConfirmOrder(state.order, event.pin),)


def order_confirmed(state: LaunchState, event: ev.OrderConfirmed) -> Moves:
    """A sentence that nobody need answer, and the site's own page."""
    return replace(state, phase=P.CONFIRMED, order=b""), (fx.ShowPage(event.page), fx.WakeAfter(GREETING_MS))


def order_failed(state: LaunchState, event: ev.StepFailed) -> Moves:
    """The transfer waits on the site, and the browser stays where it is; not without a key, nor by a launcher that is
    not what it was."""
    if event.trouble in {LaunchTrouble.PULLED, LaunchTrouble.THREAT}:
        return step_failed(state, event)
    return replace(_in_trouble(state, event.trouble, event.detail), phase=P.UNCONFIRMED), ()


def answer_order(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """Once more, after a new PIN where it is blocked, or leave it."""
    if event.choice is ev.LaunchChoice.UNBLOCK:
        return _unblock(state)
    if event.choice is ev.LaunchChoice.RETRY and state.phase is P.UNCONFIRMED:
        return _begin_order(state, state.order)
    return connected(state, event) if event.choice is ev.LaunchChoice.CANCEL else (state, ())


def leave_confirmed(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """OK, without waiting for the time."""
    return connected(state, event) if event.choice is ev.LaunchChoice.OK else (state, ())


def browser_closed(state: LaunchState, _event: object) -> Moves:
    """The key may stay in: the next time goes faster."""
    return replace(_at_peace(state), phase=P.LEFT_IN), (fx.TellSite(),)


def choose_tray(state: LaunchState, event: ev.TrayChosen) -> Moves:
    """Sogecash Net, or remove."""
    if event.item is ev.TrayItem.CONNECT:
        return connect(state, event)
    if event.item is ev.TrayItem.REMOVE:
        return replace(_at_peace(state), phase=P.REMOVING), (fx.ReleaseKey(),)
    return quit_launcher(state, event)


def choose_quit(state: LaunchState, event: ev.TrayChosen) -> Moves:
    """Where a key is not yet in use, the tray has the way out alone."""
    return quit_launcher(state, event) if event.item is ev.TrayItem.QUIT else (state, ())


def quit_launcher(state: LaunchState, _event: object) -> Moves:
    """The end."""
    return replace(state, phase=P.ENDED), (fx.StopUpdate(), fx.CloseBrowser(), fx.QuitLauncher())


def key_released(state: LaunchState, _event: object) -> Moves:
    """It may be taken out."""
    return replace(state, phase=P.REMOVABLE), ()


def note_late(state: LaunchState, _event: object) -> Moves:
    """Nobody has put a key in, or it cannot be seen."""
    return replace(state, late=True), ()


def step_failed(state: LaunchState, event: ev.StepFailed) -> Moves:
    """The message, its cause and its cure."""
    return _in_trouble(state, event.trouble, event.detail), (fx.StopUpdate(), fx.CloseBrowser())


def enrolment_failed(state: LaunchState, event: ev.StepFailed) -> Moves:
    """What can be typed better is asked for again, with what was wrong above."""
    if event.trouble in {LaunchTrouble.CODE, LaunchTrouble.PIN_WRONG}:
        again = replace(_in_trouble(state, event.trouble, event.detail), phase=P.ASKING)
        return again, ()
    return step_failed(state, event)


def answer_trouble(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """Copy the details, unblock the key, or begin anew."""
    if event.choice is ev.LaunchChoice.COPY:
        return state, (fx.CopyDetails(),)
    if event.choice is ev.LaunchChoice.UNBLOCK:
        return _unblock(state)
    if event.choice is not ev.LaunchChoice.RETRY:
        return state, ()
    if not state.inside:
        return _begin_anew(state), (fx.WakeAfter(LATE_MS),)
    return key_plugged(state, event)


def copy_details(state: LaunchState, event: ev.ChoiceMade) -> Moves:
    """Where something was wrong without ending anything."""
    return state, ((fx.CopyDetails(),) if event.choice is ev.LaunchChoice.COPY else ())


def _begin_anew(state: LaunchState) -> LaunchState:
    """Nothing is known of any key."""
    return LaunchState(by_hand=state.by_hand)


def _begin_order(state: LaunchState, order: bytes) -> Moves:
    after = replace(state, order=order, trouble=None, detail="", failed_in=None)
    if state.key is not None and state.key.pad:
        return confirm_order(after, ev.FormSent("", ""))
    return replace(after, phase=P.ORDERED), ()


def _unblock(state: LaunchState) -> Moves:
    if not can_unblock(state):
        return state, ()
    return replace(_at_peace(state), phase=P.UNBLOCKING), (fx.UnblockKey(),)


def can_unblock(state: LaunchState) -> bool:
    """A key that is in, with a pad to type the PUK on, and a PIN that is blocked."""
    pad = state.inside and state.key is not None and state.key.pad
    return pad and state.trouble in {LaunchTrouble.PIN_BLOCKED, LaunchTrouble.PUK_WRONG}


def _at_peace(state: LaunchState) -> LaunchState:
    """Nothing is to be confirmed, and nothing was wrong."""
    return replace(state, order=b"", trouble=None, detail="", failed_in=None)


def _in_trouble(state: LaunchState, trouble: LaunchTrouble, detail: str) -> LaunchState:
    return replace(state, phase=P.TROUBLE, trouble=trouble, detail=detail, failed_in=state.phase, percent=0)
