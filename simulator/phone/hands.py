"""Hands and eyes on the simulated telephone, for scripts: what its holder does, and what its screen says.

The screen's sentences are the app's own. A method may be called from any thread; the next customer's telephone is a new
one, whatever the last one's is doing.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from starlette.types import ASGIApp

from bank.demo.customers import HOLDERS
from bank.demo.passwords import PASSWORD
from bank.operations.octets import read_octets
from bank.securpass.proofs.octets import PhoneAct
from bank.web.app.words import AppWords
from bank.web.coopanet.space.moments import Moments
from sesame_core.errors import SesameError
from simulator.phone.app import ForgedError, PhoneApp, SignedAct, UnansweredError
from simulator.phone.bank_side import BankSide
from simulator.phone.keys import CODE
from simulator.phone.line import AppLine, AppRefusedError, Json, UnreachedError

USER: Final = HOLDERS[0].customer.user
"""Whose telephone it is where a script names nobody."""
CODE_DIGITS: Final = 4
NOT_HERE: Final = frozenset({401, 403})
TOO_MANY: Final = 429


class TelephoneError(SesameError):
    """A hand cannot do that with this telephone, and what helps."""


@dataclass(frozen=True, slots=True)
class ShownOperation:
    """What the screen asks to decide. `octets`: what is signed about; `match`: whether a number must be typed."""

    operation_id: str
    octets: bytes = field(repr=False)
    lines: tuple[str, ...]
    match: bool


@dataclass
class _Kept:
    """One customer's telephone. `note`: what the screen says of the last act; `act`: which one that was."""

    line: AppLine
    lock: threading.Lock = field(default_factory=threading.Lock)
    app: PhoneApp | None = None
    customer_id: int = 0
    code: str = field(default=CODE, repr=False)
    note: tuple[str, ...] = ()
    act: PhoneAct | None = None
    shown: ShownOperation | None = None


@dataclass(frozen=True, slots=True)
class PhoneLook:
    """What is to be seen of the telephone. `waiting`: how many operations wait for it."""

    activated: bool
    online: bool
    waiting: int
    says: str


class PhoneHands:
    """One telephone at a time. `app`: the bank's application for telephones; `words`: the app's, in its language."""

    def __init__(self, bank: BankSide, app: ASGIApp, words: AppWords) -> None:
        self.bank = bank
        self._app = app
        self._words = words
        self._kept = self._fresh()

    def forget(self) -> None:
        """The next customer's telephone, which nobody knows yet. At once, whatever the last one waits for."""
        self._kept = self._fresh()

    @property
    def customer_id(self) -> int:
        """Whose telephone it is, or would be."""
        return self._kept.customer_id or self.bank.find_number(USER)

    @property
    def language(self) -> str:
        """The app's."""
        return self._words.language

    # What a hand does

    def activate(self, user: str = USER) -> None:
        """Log on by password and text message, and activate Sécur'Pass. Raises TelephoneError."""
        with self._holding() as kept:
            number = self.bank.find_number(user)
            inbox, app = self.bank.open_inbox(number), PhoneApp(kept.line)
            app.log_on(user, PASSWORD, inbox)
            status = app.activate(inbox, kept.code)
            kept.app, kept.customer_id = app, number
            said = self._words.usable_now if status["usable"] else self._words.usable_from
            moment = Moments(self.language).full(status["usable_from"])
            kept.note = (self._words.activated, said.format(moment=moment))

    def approve(self, number: str = "") -> None:
        """Approve what is shown. `number`: what is typed as the terminal's; "" for the one that stands there."""
        with self._holding() as kept:
            shown = self._find_shown(kept)
            if shown.match and not number:
                number = self.bank.find_match(kept.customer_id, shown.operation_id)
            self._decide(kept, shown.operation_id, SignedAct(PhoneAct.APPROVE, shown.octets, kept.code, number))

    def refuse(self) -> None:
        """Refuse what is shown."""
        with self._holding() as kept:
            shown = self._find_shown(kept)
            self._decide(kept, shown.operation_id, SignedAct(PhoneAct.REFUSE, shown.octets))

    def declare_fraud(self) -> None:
        """« Je refuse ce paiement »: what is shown, else what was decided last, was not the holder's."""
        with self._holding() as kept:
            app = self._activated(kept)
            self._look(kept)
            shown = kept.shown
            if shown is None:
                decided = app.list_operations()
                if not decided:
                    raise TelephoneError("there is no operation that could be a fraud")
                shown = self._read(app, decided[-1])
            self._decide(kept, shown.operation_id, SignedAct(PhoneAct.FRAUD, shown.octets))

    def set_code(self, code: str) -> None:
        """What is typed from now on: chosen by `activate`, afterwards right or wrong. Raises TelephoneError."""
        if not (len(code) == CODE_DIGITS and code.isascii() and code.isdecimal()):
            raise TelephoneError(f"a code of Sécur'Pass has {CODE_DIGITS} digits")
        self._kept.code = code

    def go_offline(self) -> None:
        """The telephone has no network."""
        with self._holding() as kept:
            kept.line.online = False

    def go_online(self) -> None:
        """It has again: what was not answered is sent again, unchanged."""
        with self._holding() as kept:
            kept.line.online = True
            if kept.app is not None and kept.app.unanswered is not None:
                self._note(kept, kept.app.settle)

    # What an eye sees

    def look(self) -> PhoneLook:
        """How it is now."""
        with self._holding() as kept:
            waiting = self._look(kept) if kept.app else 0
            return PhoneLook(kept.app is not None, kept.line.online, waiting, "\n".join(self._lines(kept)))

    def _lines(self, kept: _Kept) -> tuple[str, ...]:
        if kept.app is None:
            return (*kept.note, self._words.log_on)
        head = () if kept.line.online else (self._words.offline,)
        return (*head, *kept.note, *(kept.shown.lines if kept.shown else (self._words.nothing_waits,)))

    # How it is done

    def _fresh(self) -> _Kept:
        return _Kept(AppLine(self._app, self._words.language))

    @contextmanager
    def _holding(self) -> Iterator[_Kept]:
        """The telephone, in one hand at a time."""
        kept = self._kept
        with kept.lock:
            yield kept

    def _activated(self, kept: _Kept) -> PhoneApp:
        if kept.app is None:
            raise TelephoneError("Sécur'Pass is not on this telephone: phone activate")
        return kept.app

    def _find_shown(self, kept: _Kept) -> ShownOperation:
        self._activated(kept)
        self._look(kept)
        if kept.shown is None:
            raise TelephoneError(f"nothing waits on the telephone: it says {' / '.join(self._lines(kept))!r}")
        return kept.shown

    def _look(self, kept: _Kept) -> int:
        """How many wait; the first is shown. Without a network what was shown stays."""
        app = self._activated(kept)
        try:
            waiting = app.list_waiting()
            kept.shown = self._read(app, waiting[0]) if waiting else None
        except (UnreachedError, UnansweredError):
            return int(kept.shown is not None)
        except ForgedError:
            kept.shown, kept.note = None, (self._words.forged, self._words.forged_note)
            return 0
        except AppRefusedError as error:
            if error.status not in NOT_HERE:
                raise
            kept.shown, kept.note = None, (self._words.blocked, self._words.blocked_note)
            return 0
        return len(waiting)

    def _read(self, app: PhoneApp, told: Json) -> ShownOperation:
        octets = app.read_octets(told["id"])
        lines = tuple(f"{label} : {value}" for label, value in read_octets(octets).shown)
        return ShownOperation(told["id"], octets, lines, bool(told["match"]))

    def _decide(self, kept: _Kept, operation_id: str, wanted: SignedAct) -> None:
        app = self._activated(kept)
        kept.act = wanted.act
        self._note(kept, lambda: app.decide(operation_id, wanted))

    def _note(self, kept: _Kept, send: Callable[[], Json]) -> None:
        """What the screen says of the bank's answer."""
        try:
            answer = send()
        except UnansweredError:
            kept.note = (self._words.sent_unanswered,)
            return
        except AppRefusedError as error:
            kept.note = (self._words.trouble, self._words.too_many if error.status == TOO_MANY else "")
            return
        kept.shown = None
        state = answer.get("operation", {}).get("state", "")
        kept.note = self._sentences(str(answer["outcome"]), kept.act, str(state))

    def _sentences(self, outcome: str, act: PhoneAct | None, state: str) -> tuple[str, ...]:
        words = self._words
        if outcome == "done" and act is not None:
            return self._done[act]
        told: Mapping[str, tuple[str, ...]] = {
            "wrong": (words.wrong,),
            "wrong-last": (words.wrong_last,),
            "blocked": (words.blocked, words.blocked_note),
            "settled": (words.states.get(state, words.not_possible),),
        }
        return told.get(outcome, (words.not_possible, words.not_possible_note))

    @property
    def _done(self) -> Mapping[PhoneAct, tuple[str, ...]]:
        words = self._words
        return MappingProxyType(
            {
                PhoneAct.APPROVE: (words.approved, words.approved_note),
                PhoneAct.REFUSE: (words.cancelled, words.refused),
                PhoneAct.FRAUD: (words.fraud_done, words.fraud_note),
            }
        )
