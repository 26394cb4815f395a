"""What is on the key's glass in every state, in both languages, on both heights; and its course, event by event."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

import pytest

from drivers.painter.raster import paint_screen
from drivers.ports import Picture
from sesame_core import events as ev
from sesame_core.effects import Chime, PlayChime, Sleep, Wake
from sesame_core.esecure import effects as ef
from sesame_core.esecure import events as own
from sesame_core.esecure.questions import FIELDS, KeyUse, PinEntry, Question
from sesame_core.esecure.state import (
    DARK_AFTER,
    MANUAL_AFTER,
    MANUAL_LASTS,
    GlassRules,
    KeyNotice,
    KeyPhase,
    KeyState,
    initial_state,
)
from sesame_core.esecure.table import step_key
from sesame_core.esecure.views import next_change, view_state
from sesame_core.esecure.words import LANGUAGES, KeySentences
from sesame_core.events import Battery, Key
from sesame_core.screens import DARK, Bar, Masked, Screen

SIZES = ((128, 64), (128, 32))
PAGES = ("VIREMENT 1\u00a0234,56\u00a0€", "À DUPONT SA", "FR76 3000 4000 0112 3456 7890 189")
PAYMENT = Question(KeyUse.PAYMENT, 0x9C, pages=PAGES)
SIGN = Question(KeyUse.SIGN, 0x9A, lasting=True)
P = KeyPhase


def state(phase: KeyPhase, **known: object) -> KeyState:
    return replace(KeyState(phase, 1000, 36_000, host=True, certified=True), **known)  # type: ignore[arg-type]


VERIFYING = {"entry": PinEntry.VERIFY, "tries": 3}
CHANGING = {"entry": PinEntry.CHANGE_PIN, "tries": 3}

STATES: dict[str, KeyState] = {
    "starting": state(P.STARTING, host=False),
    "not-activated": state(P.READY, certified=False),
    "ready": state(P.READY),
    "not-launched": state(P.READY, alone=True, came_at=1000 - MANUAL_AFTER),
    "ready-changed": state(P.READY, notice=KeyNotice.CHANGED),
    "pin": state(P.PIN, **VERIFYING),
    "pin-typed": state(P.PIN, **VERIFYING, typed=6),
    "pin-too-short": state(P.PIN, **VERIFYING, typed=3, notice=KeyNotice.TOO_SHORT),
    "pin-wrong-before": state(P.PIN, entry=PinEntry.VERIFY, tries=2, notice=KeyNotice.WRONG),
    "pin-last-try": state(P.PIN, entry=PinEntry.VERIFY, tries=1),
    "puk": state(P.PIN, entry=PinEntry.UNBLOCK, tries=3, typed=4),
    "puk-too-short": state(P.PIN, entry=PinEntry.UNBLOCK, tries=3, typed=4, notice=KeyNotice.TOO_SHORT),
    "new-pin": state(P.PIN, **CHANGING, step=1),
    "new-pin-different": state(P.PIN, **CHANGING, step=1, notice=KeyNotice.DIFFERENT),
    "new-puk": state(P.PIN, entry=PinEntry.CHANGE_PUK, step=1),
    "again": state(P.PIN, **CHANGING, step=2, typed=8),
    "working": state(P.BUSY),
    "wrong": state(P.WRONG, tries=2),
    "wrong-last": state(P.WRONG, tries=1),
    "sign": state(P.CONSENT, question=SIGN),
    "decrypt": state(P.CONSENT, question=Question(KeyUse.AGREE, 0x9D)),
    "manage": state(P.CONSENT, question=Question(KeyUse.MANAGE, 0x9B)),
    "log-on": state(P.CONSENT, question=Question(KeyUse.LOG_ON, 0x9A)),
    "payment": state(P.CONSENT, question=PAYMENT),
    "payment-last": state(P.CONSENT, question=PAYMENT, page=2),
    "blocked": state(P.BLOCKED, spent=True),
    "update": state(P.UPDATE, percent=42),
    "replug": state(P.REPLUG),
    "removable": state(P.REMOVABLE),
    "broken": state(P.BROKEN, broken=True),
    "low-battery": state(P.READY, battery=Battery.LOW),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", STATES)
def test_the_screen_as_somebody_looked_at_it(
    golden: Callable[[Picture, str], None], name: str, size: tuple[int, int], language: str
) -> None:
    screen = view_state(replace(STATES[name], rules=GlassRules(language)), 1000)
    golden(paint_screen(screen, size), f"key/{size[0]}x{size[1]}/{language}/{name}")


def every_state() -> Iterator[KeyState]:
    """Every phase with every notice, battery, entry, question and the most that can be typed."""
    for phase in KeyPhase:
        for battery in Battery:
            for notice in (None, *KeyNotice):
                full = state(phase, battery=battery, notice=notice, percent=100, since=0, tries=2)
                yield from _with_jobs(full)


def _with_jobs(full: KeyState) -> Iterator[KeyState]:
    match full.phase:
        case KeyPhase.PIN | KeyPhase.WORKING:
            for entry in PinEntry:
                for step in range(len(FIELDS[entry])):
                    fits = replace(full, entry=entry, step=step)
                    for tries in (1, 2, 15):
                        yield from (replace(fits, typed=n, tries=tries) for n in range(fits.bounds[1] + 1))
        case KeyPhase.CONSENT:
            yield from (replace(full, question=Question(use, 0x9A)) for use in KeyUse)
            yield from (replace(full, question=PAYMENT, page=page) for page in range(3))
        case _:
            yield from (replace(full, certified=certified) for certified in (False, True))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_overflows(size: tuple[int, int], language: str) -> None:
    drawn = set()
    for each in every_state():
        screen = view_state(replace(each, rules=GlassRules(language)), 1000)
        if screen not in drawn:
            drawn.add(screen)
            paint_screen(screen, size)  # raises where something does not fit
    assert len(drawn) > 100


# What is said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there(language: str) -> None:
    words = LANGUAGES[language]
    for each in fields(KeySentences):
        assert getattr(words, each.name), each.name
    for numbered in ("digits", "at_least", "tries_left", "update"):
        assert getattr(words, numbered).format(n=7).count("7") == 1


def test_languages_differ() -> None:
    french, english = LANGUAGES["fr"], LANGUAGES["en"]
    same = [each.name for each in fields(KeySentences) if getattr(french, each.name) == getattr(english, each.name)]
    assert same == []


def test_a_language_that_the_key_does_not_speak_is_french() -> None:
    for wished in (None, "xx"):
        assert view_state(state(P.READY, rules=GlassRules(wished)), 0).lines == ("PRÊTE",)


def shown(phase: KeyPhase, **known: object) -> Screen:
    return view_state(state(phase, **known), 1000)


@pytest.mark.parametrize("phase", [P.ASLEEP, P.HALTED])
def test_dark(phase: KeyPhase) -> None:
    assert shown(phase, dark_at=None) is DARK
    assert shown(phase, battery=Battery.LOW).dark


def test_what_the_glass_cannot_know_it_does_not_claim() -> None:
    """Only the bank's own sentence says Sogecash Net; whatever else is signed, the computer has asked for."""
    for use in KeyUse:
        said = shown(P.CONSENT, question=Question(use, 0x9A)).text
        assert ("SOGECASH NET" in said) is (use is KeyUse.LOG_ON)
        assert ("L'ORDINATEUR" in said) is (use is not KeyUse.LOG_ON)


def test_pages_say_that_there_are_more() -> None:
    first, last = shown(P.CONSENT, question=PAYMENT), shown(P.CONSENT, question=PAYMENT, page=2)
    assert (first.lines, first.notice) == (PAGES[:1], "9 : SUITE")
    assert last.notice == "OK OU C"


def test_an_update_is_a_bar_that_grows() -> None:
    assert shown(P.UPDATE, percent=42) == Screen(lines=("MISE À JOUR 42 %",), notice="NE RETIREZ PAS", bar=Bar(42, 100))


def test_patience() -> None:
    working = state(P.WORKING, **VERIFYING, typed=6)
    assert view_state(working, 1299) == Screen(lines=("CODE DE LA CLÉ ?",), field=Masked(6, 8))
    assert view_state(working, 1300) == Screen(lines=("PATIENTEZ",))
    assert (next_change(working, 1000), next_change(working, 1300)) == (1300, None)
    assert next_change(state(P.READY), 1000) is None


# Its course


class Course:
    """A key, event by event, a second apart."""

    def __init__(self) -> None:
        self.state = initial_state(0)
        self.done: tuple[ef.Effect, ...] = ()
        self.at = 0
        self.tell(own.HostCame(0), own.CertificateKnown(0, there=True))

    def tell(self, *events: ev.Event) -> Screen:
        """These happen; the screen after the last."""
        for event in events:
            self.at += 1000
            self.state, self.done = step_key(self.state, replace(event, at=self.at))
        return view_state(self.state, self.at)

    def press(self, keys: str) -> Screen:
        """Digits, O for OK, C, A for Off."""
        named = {"O": Key.OK, "C": Key.CLEAR, "A": Key.OFF}
        return self.tell(*(ev.KeyPressed(0, named.get(key) or Key(key)) for key in keys))

    def did(self, *kinds: type) -> bool:
        """The last event did all these."""
        return all(any(isinstance(effect, kind) for effect in self.done) for kind in kinds)


@pytest.fixture
def course() -> Course:
    return Course()


# No program of the computer asks for it: by hand (the guide, 1.3 c)


def test_what_was_not_launched_in_half_a_minute_is_opened_by_hand(course: Course) -> None:
    came = course.at - 1000
    at = came + MANUAL_AFTER
    assert view_state(course.state, at - 1).lines == ("PRÊTE",)
    assert next_change(course.state, course.at) == at
    assert view_state(course.state, at).lines == ("OUVREZ E-SECURE", "SUR L'ORDINATEUR")
    assert next_change(course.state, at) is None
    assert course.state.dark_at == at + MANUAL_LASTS, "long enough to be read"
    course.at = at
    assert course.tell(ev.TimeUp(0)) == DARK
    assert course.press("O").lines == ("OUVREZ E-SECURE", "SUR L'ORDINATEUR"), "as long as it is so"
    assert course.tell(own.LauncherMet(0)).lines == ("PRÊTE",)
    assert course.state.dark_at == course.at + DARK_AFTER
    course.tell(own.HostLeft(0), own.HostCame(0))
    assert course.state.alone, "another computer"


def test_a_key_that_was_not_activated_says_it_too() -> None:
    left = shown(P.READY, certified=False, alone=True, came_at=1000 - MANUAL_AFTER)
    assert left.lines == ("OUVREZ E-SECURE", "SUR L'ORDINATEUR")


def verify(tries: int = 3, patience: int = 30_000) -> own.PinWanted:
    return own.PinWanted(0, PinEntry.VERIFY, tries, patience)


def test_a_right_pin(course: Course) -> None:
    course.tell(verify())
    course.press("12345")
    assert course.press("O").notice == "6 CHIFFRES AU MOINS"
    course.press("6O")
    assert course.did(ef.PresentDigits)
    assert course.tell(own.PinTaken(0, changed=False)).lines == ("PRÊTE",)
    assert PlayChime(Chime.RIGHT) in course.done


def test_a_wrong_pin_is_said_before_and_when_it_is_asked_again(course: Course) -> None:
    course.tell(verify())
    course.press("123456O")
    assert course.tell(own.DigitsWrong(0, 2)) == Screen(lines=("CODE FAUX",), notice="RESTE 2 ESSAIS")
    again = course.tell(verify(2))
    assert (again.lines, again.notice) == (("CODE DE LA CLÉ ?",), "RESTE 2 ESSAIS")
    course.press("123456O")
    assert course.tell(own.DigitsWrong(0, 1)).notice == "DERNIER ESSAI"
    assert course.tell(verify(1)).notice == "DERNIER ESSAI"
    course.press("123456O")
    assert course.tell(own.DigitsWrong(0, 0)).lines == ("CLÉ BLOQUÉE", "CONTACTEZ LA BANQUE")
    course.tell(own.PinWanted(0, PinEntry.UNBLOCK, 3, 30_000))
    assert course.press("12345678O").lines == ("NOUVEAU CODE ?",)
    course.press("654321O")
    course.press("654321O")
    assert course.tell(own.PinTaken(0, changed=True)) == Screen(lines=("PRÊTE",), notice="CODE CHANGÉ")


def test_what_is_repeated_must_be_the_same(course: Course) -> None:
    course.tell(own.PinWanted(0, PinEntry.CHANGE_PIN, 3, 30_000))
    course.press("123456O111111O222222O")
    assert course.tell(own.DigitsDiffer(0)).notice == "PAS LE MÊME"
    assert course.state.step == 1


def test_a_pad_left_alone_is_dark_and_wiped(course: Course) -> None:
    course.tell(verify(patience=20_000))
    course.press("123")
    assert course.state.dark_at == course.at + 20_000
    assert course.tell(ev.TimeUp(0)).dark
    assert course.done == (ef.EndEntry(in_time=False), PlayChime(Chime.OFF), Sleep())


@pytest.mark.parametrize(("keys", "dark"), [("C", False), ("12CCC", False), ("A", True), ("12A", True)])
def test_an_entry_is_called_off(course: Course, keys: str, dark: bool) -> None:
    course.tell(verify())
    assert course.press(keys).dark is dark
    assert ef.EndEntry(in_time=True) in course.done


def test_nobody_agrees_by_an_ok_that_was_for_the_pin(course: Course) -> None:
    course.tell(own.ConsentWanted(0, SIGN))
    course.state, course.done = step_key(course.state, ev.KeyPressed(course.at + 499, Key.OK))
    assert (course.done, course.state.phase) == ((), P.CONSENT)
    course.press("O")
    assert course.did(ef.Agree)


def test_a_browsers_connections_are_agreed_to_once_in_15_s(course: Course) -> None:
    course.tell(own.ConsentWanted(0, SIGN))
    course.press("O")
    agreed_at = course.at
    course.tell(own.ConsentWanted(0, SIGN))
    assert course.done == (ef.Agree(),)
    course.tell(own.ConsentWanted(0, replace(SIGN, slot=0x9D)))
    assert course.state.phase is P.CONSENT, "another key"
    course.tell(own.JobDropped(0))
    course.at = agreed_at + 14_000
    course.tell(own.ConsentWanted(0, SIGN))
    assert course.state.phase is P.CONSENT, "15 s are over"


@pytest.mark.parametrize(
    "between", [own.HostLeft(0), own.HostCame(0), ev.KeyPressed(0, Key.OFF), own.RemovalAllowed(0)]
)
def test_a_consent_does_not_last_over(course: Course, between: ev.Event) -> None:
    course.tell(own.ConsentWanted(0, SIGN))
    course.press("O")
    course.tell(between, own.HostCame(0), own.ConsentWanted(0, SIGN))
    assert course.state.phase is P.CONSENT


def test_a_refusal_and_silence(course: Course) -> None:
    course.tell(own.ConsentWanted(0, SIGN))
    assert course.press("C").lines == ("PRÊTE",)
    assert course.did(ef.Refuse)
    course.tell(own.ConsentWanted(0, SIGN))
    assert course.state.dark_at == course.at + 15_000
    assert course.tell(ev.TimeUp(0)).lines == ("PRÊTE",)
    assert course.did(ef.Refuse)


def test_a_payment_is_read_to_its_end(course: Course) -> None:
    course.tell(own.ConsentWanted(0, PAYMENT))
    assert [course.press(key).lines[0] for key in "97"] == [PAYMENT.pages[1], PAYMENT.pages[0]]
    course.press("OO")
    assert not course.did(ef.Agree)
    course.press("O")
    assert course.did(ef.Agree)


def test_reading_has_an_end(course: Course) -> None:
    course.tell(own.ConsentWanted(0, PAYMENT))
    begun = course.at
    for _ in range(58):
        course.press("9" if course.state.page == 0 else "7")
    assert course.state.dark_at == begun + 60_000


def test_pulled_in_the_middle(course: Course) -> None:
    course.tell(verify())
    course.press("123")
    assert course.tell(own.HostLeft(0)).dark
    assert course.did(ef.WipeDigits, Sleep)
    assert course.press("O").lines == ("CLÉ E-SECURE", "PATIENTEZ")
    assert course.did(Wake)


def test_update_and_removal(course: Course) -> None:
    course.tell(own.UpdateMoved(0, 42))
    assert course.press("OC").notice == "NE RETIREZ PAS"
    assert course.tell(own.UpdateEnded(0)).lines == ("RETIREZ LA CLÉ", "PUIS REMETTEZ-LA")
    course.tell(own.HostLeft(0), own.HostCame(0))
    assert course.tell(own.RemovalAllowed(0)).lines == ("VOUS POUVEZ", "RETIRER LA CLÉ")


def test_a_broken_key_says_so_whatever_comes(course: Course) -> None:
    course.tell(own.StoreBroken(0))
    for event in (verify(), own.ConsentWanted(0, SIGN), own.RemovalAllowed(0), own.UpdateMoved(0, 3), own.HostCame(0)):
        assert course.tell(event).lines == ("CLÉ DÉFECTUEUSE", "DEMANDEZ-EN UNE AUTRE")
