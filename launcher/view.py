"""What a window shows: one sentence, one picture of the key, one bar, at most two buttons, and what the tray offers."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from launcher.course.actions import can_unblock
from launcher.course.events import LaunchChoice, TrayItem
from launcher.course.state import LaunchPhase, LaunchState, RenewalState
from launcher.troubles import LaunchTrouble
from launcher.words.sentences import LauncherSentences

P: Final = LaunchPhase


class KeyPicture(Enum):
    """The key, as it is drawn: beside its port, in it, at work, coming out, struck through."""

    OUT = "out"
    IN = "in"
    BUSY = "busy"
    LEAVING = "leaving"
    WRONG = "wrong"


class FormField(Enum):
    """What is typed. All but the user ID are hidden as they are typed."""

    USER = "user"
    CODE = "code"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class LaunchView:
    """`percent`: of the bar; None where none is known, and the bar moves if `busy`. `cause`, `cure`: below a message of
    the error table. `hidden`: only the tray is seen."""

    sentence: str
    picture: KeyPicture
    percent: int | None = None
    busy: bool = False
    hint: str = ""
    cause: str = ""
    cure: str = ""
    fields: tuple[tuple[FormField, str], ...] = ()
    buttons: tuple[tuple[LaunchChoice, str], ...] = ()
    tray: tuple[tuple[TrayItem, str], ...] = ()
    hidden: bool = False


BUTTONS: Final = {
    P.GREETING: (LaunchChoice.OK,),
    P.OFFERED: (LaunchChoice.UPDATE, LaunchChoice.CANCEL),
    P.UPDATING: (LaunchChoice.CANCEL,),
    P.UPDATED: (LaunchChoice.END,),
    P.DOWNLOADED: (LaunchChoice.OK,),
    P.RENEWABLE: (LaunchChoice.RENEW, LaunchChoice.CANCEL),
    P.RENEWED: (LaunchChoice.OK,),
    P.ORDERED: (LaunchChoice.CANCEL,),
    P.CONFIRMED: (LaunchChoice.OK,),
    P.UNCONFIRMED: (LaunchChoice.RETRY, LaunchChoice.CANCEL),
    P.TROUBLE: (LaunchChoice.RETRY, LaunchChoice.COPY),
}

PICTURES: Final = {
    P.WAITING: KeyPicture.OUT,
    P.REPLUG: KeyPicture.LEAVING,
    P.REMOVABLE: KeyPicture.LEAVING,
    P.UNCONFIRMED: KeyPicture.WRONG,
    P.TROUBLE: KeyPicture.WRONG,
    P.ENDED: KeyPicture.OUT,
}
"""Where it is not IN, or BUSY."""

AT_WORK: Final = frozenset(
    {P.CUSTOMISING, P.CHECKING, P.ENROLLING, P.RENEWING, P.CONNECTING, P.CONFIRMING, P.UNBLOCKING, P.REMOVING}
)
BESIDE: Final = frozenset({P.WAITING, P.GREETING})
"""Where a row of the error table stands below the phase's own sentence."""
TYPED: Final = frozenset({P.ASKING, P.UNLOCKING, P.ORDERED})
IN_THE_TRAY: Final = frozenset({P.CONNECTED, P.LEFT_IN})
AT_THE_SITE: Final = frozenset({P.CONFIRMED, P.UNCONFIRMED, *IN_THE_TRAY})
WITH_KEY_IN_USE: Final = (TrayItem.CONNECT, TrayItem.REMOVE, TrayItem.QUIT)


def make_view(state: LaunchState, words: LauncherSentences) -> LaunchView:
    """Of this state, in this language."""
    phase = state.phase
    told = _told(state)
    row = words.troubles[told] if told is not None else None
    busy = phase in AT_WORK
    at_rest = KeyPicture.BUSY if busy or phase is P.UPDATING else KeyPicture.IN
    choices = BUTTONS.get(phase, (LaunchChoice.COPY,) if told is not None else ())
    if _is_half_done(state):
        choices = (LaunchChoice.RENEW,)
    if phase in {P.TROUBLE, P.UNCONFIRMED} and can_unblock(state):
        choices = (LaunchChoice.UNBLOCK, choices[1])
    items = WITH_KEY_IN_USE if phase in AT_THE_SITE else (TrayItem.QUIT,)
    return LaunchView(
        sentence=row.message if row is not None and phase not in BESIDE else _write_phase(state, words),
        picture=PICTURES.get(phase, at_rest),
        percent=state.percent if phase in {P.UPDATING, P.UPDATED} else None,
        busy=busy,
        hint=_hint(state, words),
        cause=row.cause if row is not None else "",
        cure=row.cure if row is not None else "",
        fields=_list_fields(state, words) if phase in TYPED else (),
        buttons=tuple((choice, words.buttons[choice]) for choice in choices),
        tray=tuple((item, words.tray[item]) for item in items),
        hidden=phase in IN_THE_TRAY,
    )


def _is_half_done(state: LaunchState) -> bool:
    """A renewal that has to be ended before the key can be used."""
    begun = state.key is not None and state.key.renewal is RenewalState.BEGUN
    return begun and state.phase is P.RENEWABLE


def _write_phase(state: LaunchState, words: LauncherSentences) -> str:
    return words.half_renewed if _is_half_done(state) else words.phases[state.phase]


def _told(state: LaunchState) -> LaunchTrouble | None:
    """The row that is shown: a trouble, why the form is shown again, why no key is seen, or why nothing began the
    launcher on a computer that it is new to."""
    if state.phase is P.WAITING:
        return LaunchTrouble.LIGHT if state.late else None
    if state.phase is P.GREETING:
        return LaunchTrouble.AUTOPLAY if state.by_hand else None
    return state.trouble if state.phase in {P.TROUBLE, P.UNCONFIRMED, *TYPED} else None


def _hint(state: LaunchState, words: LauncherSentences) -> str:
    """A second line, where somebody has to know what comes."""
    pad = state.key is not None and state.key.pad
    hints = {
        P.WAITING: words.troubles[LaunchTrouble.LIGHT].message if state.late else "",
        P.GREETING: words.troubles[LaunchTrouble.AUTOPLAY].message if state.by_hand else "",
        P.OFFERED: words.offer.format(version=state.offer),
        P.UPDATING: words.fetching.format(percent=state.percent),
        P.ENROLLING: words.on_the_pad if pad else words.press_ok,
        P.RENEWABLE: "" if _is_half_done(state) else words.renewal.format(days=state.key.days if state.key else 0),
        P.RENEWING: words.on_the_pad if pad else words.press_ok,
        P.CONNECTING: words.browser_hint,
        P.UNBLOCKING: words.type_puk,
        P.ORDERED: words.read_transfer,
        P.CONFIRMING: f"{words.type_on_key} {words.read_transfer}" if pad else words.read_transfer,
        P.UNCONFIRMED: words.transfer_waits,
    }
    return hints.get(state.phase, "")


def _list_fields(state: LaunchState, words: LauncherSentences) -> tuple[tuple[FormField, str], ...]:
    fields = [(FormField.USER, words.user), (FormField.CODE, words.code)] if state.phase is P.ASKING else []
    if state.key is None or not state.key.pad:
        fields.append((FormField.PIN, words.pin))
    return tuple(fields)
