"""The course as a table: in which phase, at which event, what is done, where it may lead.

    state, effects = step_launcher(state, event)

Three rules are in what is absent. A browser is opened by one action alone, `connect`, which is reached with a
certificate in the key, and not while a renewal is half done. Whatever was under way when the key went is not gone on
with: KEY_PULLED closes the browser in every phase that could have one. And an event of a step that is over (a browser
that opens after the key was pulled) changes nothing. A cell names every phase that it may lead to; the tests hold that
to be exactly true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from launcher.course import actions as do
from launcher.course import events as ev
from launcher.course.effects import LaunchEffect
from launcher.course.state import LaunchPhase, LaunchState

P: Final = LaunchPhase


@dataclass(frozen=True, slots=True)
class LaunchCell:
    """What is done, and every phase that it may lead to (empty: it stays)."""

    action: do.Action
    leads_to: frozenset[LaunchPhase] = frozenset()


def _make_cell(action: do.Action, *leads_to: LaunchPhase) -> LaunchCell:
    return LaunchCell(action, frozenset(leads_to))


STAY: Final = _make_cell(do.stay_put)
ONWARD: Final = (P.ASKING, P.CONNECTING, P.RENEWABLE)

LAUNCH_EVENTS: Final = (
    ev.KeyPlugged,
    ev.KeyPulled,
    ev.KeyLooked,
    ev.UpdateOffered,
    ev.NothingNewer,
    ev.UpdateAdvanced,
    ev.UpdateCompleted,
    ev.FormSent,
    ev.CertificateStored,
    ev.BrowserOpened,
    ev.BrowserClosed,
    ev.OrderCame,
    ev.OrderConfirmed,
    ev.KeyUnblocked,
    ev.KeyReleased,
    ev.StepFailed,
    ev.ChoiceMade,
    ev.TrayChosen,
    ev.TimePassed,
)

Row = Mapping[type[object], LaunchCell]

EVERYWHERE: Final[Row] = dict.fromkeys(LAUNCH_EVENTS, STAY) | {
    ev.KeyPulled: _make_cell(do.key_pulled, P.TROUBLE),
    ev.TrayChosen: _make_cell(do.choose_quit, P.ENDED),
}
"""What holds in every phase whose own row does not say otherwise."""

FAILS: Final[Row] = {ev.StepFailed: _make_cell(do.step_failed, P.TROUBLE)}
TRAY: Final[Row] = {ev.TrayChosen: _make_cell(do.choose_tray, P.CONNECTING, P.REMOVING, P.ENDED)}
OPEN: Final[Row] = {
    ev.OrderCame: _make_cell(do.take_order, P.ORDERED, P.CONFIRMING),
    ev.BrowserClosed: _make_cell(do.browser_closed, P.LEFT_IN),
}
"""With the site's page in the browser."""
TAKEN: Final = _make_cell(do.key_taken, P.WAITING)

ROWS: Final[Mapping[LaunchPhase, Row]] = {
    P.WAITING: {
        **FAILS,
        ev.KeyPlugged: _make_cell(do.key_plugged, P.CUSTOMISING),
        ev.KeyPulled: STAY,
        ev.TimePassed: _make_cell(do.note_late),
        ev.ChoiceMade: _make_cell(do.copy_details),
    },
    P.CUSTOMISING: {**FAILS, ev.KeyLooked: _make_cell(do.key_looked, P.GREETING, P.CHECKING)},
    P.GREETING: {
        ev.ChoiceMade: _make_cell(do.confirm_greeting, P.CHECKING),
        ev.TimePassed: _make_cell(do.ask_for_update, P.CHECKING),
    },
    P.CHECKING: {
        **FAILS,
        ev.UpdateOffered: _make_cell(do.offer_update, P.OFFERED),
        ev.NothingNewer: _make_cell(do.go_on, *ONWARD),
    },
    P.OFFERED: {ev.ChoiceMade: _make_cell(do.choose_update, P.UPDATING, *ONWARD)},
    P.UPDATING: {
        **FAILS,
        ev.UpdateAdvanced: _make_cell(do.advance_update),
        ev.UpdateCompleted: _make_cell(do.end_update, P.UPDATED),
        ev.ChoiceMade: _make_cell(do.cancel_update, *ONWARD),
    },
    P.UPDATED: {ev.ChoiceMade: _make_cell(do.ask_to_replug, P.REPLUG), ev.KeyPulled: TAKEN},
    P.REPLUG: {ev.KeyPulled: TAKEN},
    P.ASKING: {ev.FormSent: _make_cell(do.enrol_key, P.ENROLLING), ev.ChoiceMade: _make_cell(do.copy_details)},
    P.ENROLLING: {
        ev.CertificateStored: _make_cell(do.certificate_stored, P.DOWNLOADED),
        ev.StepFailed: _make_cell(do.enrolment_failed, P.ASKING, P.TROUBLE),
    },
    P.DOWNLOADED: {ev.ChoiceMade: _make_cell(do.confirm_download, P.CONNECTING)},
    P.RENEWABLE: {ev.ChoiceMade: _make_cell(do.choose_renewal, P.UNLOCKING, P.RENEWING, P.CONNECTING)},
    P.UNLOCKING: {ev.FormSent: _make_cell(do.renew_key, P.RENEWING), ev.ChoiceMade: _make_cell(do.copy_details)},
    P.RENEWING: {
        ev.CertificateStored: _make_cell(do.certificate_renewed, P.RENEWED),
        ev.StepFailed: _make_cell(do.renewal_failed, P.UNLOCKING, P.TROUBLE),
    },
    P.RENEWED: {ev.ChoiceMade: _make_cell(do.confirm_download, P.CONNECTING)},
    P.CONNECTING: {
        **FAILS,
        ev.BrowserOpened: _make_cell(do.connected, P.CONNECTED),
        ev.BrowserClosed: _make_cell(do.browser_closed, P.LEFT_IN),
    },
    P.CONNECTED: {**FAILS, **TRAY, **OPEN},
    P.ORDERED: {
        ev.FormSent: _make_cell(do.confirm_order, P.CONFIRMING),
        ev.ChoiceMade: _make_cell(do.answer_order, P.CONNECTED),
        ev.BrowserClosed: OPEN[ev.BrowserClosed],
    },
    P.CONFIRMING: {
        ev.OrderConfirmed: _make_cell(do.order_confirmed, P.CONFIRMED),
        ev.StepFailed: _make_cell(do.order_failed, P.UNCONFIRMED, P.TROUBLE),
        ev.BrowserClosed: OPEN[ev.BrowserClosed],
    },
    P.CONFIRMED: {
        **TRAY,
        **OPEN,
        ev.ChoiceMade: _make_cell(do.leave_confirmed, P.CONNECTED),
        ev.TimePassed: _make_cell(do.connected, P.CONNECTED),
    },
    P.UNCONFIRMED: {
        **TRAY,
        **OPEN,
        ev.ChoiceMade: _make_cell(do.answer_order, P.ORDERED, P.CONFIRMING, P.CONNECTED, P.UNBLOCKING),
    },
    P.UNBLOCKING: {**FAILS, ev.KeyUnblocked: _make_cell(do.key_plugged, P.CUSTOMISING)},
    P.LEFT_IN: {**TRAY, ev.KeyPulled: TAKEN},
    P.REMOVING: {**FAILS, ev.KeyReleased: _make_cell(do.key_released, P.REMOVABLE), ev.KeyPulled: TAKEN},
    P.REMOVABLE: {ev.KeyPulled: TAKEN},
    P.TROUBLE: {
        ev.KeyPlugged: _make_cell(do.key_plugged, P.CUSTOMISING),
        ev.KeyPulled: _make_cell(do.key_out),
        ev.ChoiceMade: _make_cell(do.answer_trouble, P.WAITING, P.CUSTOMISING, P.UNBLOCKING),
    },
    P.ENDED: dict.fromkeys(LAUNCH_EVENTS, STAY),
}

COURSE: Final[Mapping[LaunchPhase, Row]] = MappingProxyType(
    {phase: MappingProxyType({**EVERYWHERE, **ROWS[phase]}) for phase in LaunchPhase}
)


def step_launcher(state: LaunchState, event: ev.LaunchEvent) -> tuple[LaunchState, tuple[LaunchEffect, ...]]:
    """One event: the state after it, and what is to be done, in order."""
    return COURSE[state.phase][type(event)].action(state, event)
