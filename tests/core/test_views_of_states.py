"""What is on the screen in every state, in both languages, on both heights of glass; nothing overflows (R18)."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

import pytest

from drivers.painter.raster import paint_screen
from drivers.ports import Picture
from sesame_core.cap.codes import MAX_CODE_DIGITS, Function
from sesame_core.errors import Fault
from sesame_core.events import Battery
from sesame_core.reader.state import Notice, Phase, Progress, Rules, State
from sesame_core.reader.views import next_change, view_state
from sesame_core.reader.words import LANGUAGES, Sentences
from sesame_core.screens import DARK, Bar, Masked, Screen, Typed, group_digits
from sesame_core.secrets import SecretDigits
from tests.core.explored import code

SIZES = ((128, 64), (128, 32))
TEN = tuple("1234567890" for _ in range(9))


def state(phase: Phase, **known: object) -> State:
    return replace(State(phase, 1000, 36_000), **known)  # type: ignore[arg-type]


PIN = {"function": Function.CODE, "progress": Progress.PREPARED}

STATES: dict[str, State] = {
    "no-card": state(Phase.NO_CARD),
    "reading": state(Phase.READING, since=0),
    "ready": state(Phase.READY),
    "ready-hint": state(Phase.READY, notice=Notice.PRESS_FUNCTION),
    "challenge": state(Phase.CHALLENGE, challenge="12345678"),
    "challenge-empty": state(Phase.CHALLENGE, notice=Notice.TYPE_DIGITS),
    "amount-empty": state(Phase.AMOUNT),
    "amount": state(Phase.AMOUNT, amount="1234567890"),
    "account": state(Phase.ACCOUNT, account="12345678"),
    "pin": state(Phase.PIN, **PIN),
    "pin-typed": state(Phase.PIN, **PIN, typed=3),
    "pin-too-short": state(Phase.PIN, **PIN, typed=3, notice=Notice.TOO_SHORT),
    "pin-last-try": state(Phase.PIN, **PIN, tries=1),
    "pin-wrong": state(Phase.PIN, **PIN, tries=2, notice=Notice.WRONG_PIN),
    "pin-wrong-last": state(Phase.PIN, **PIN, tries=1, notice=Notice.WRONG_PIN),
    "pin-again": state(Phase.PIN, **PIN, typed=4, notice=Notice.PRESS_OK),
    "pin-long": state(Phase.PIN, rules=Rules(4, 12), typed=12, notice=Notice.TOO_SHORT),
    "working": state(Phase.WORKING, since=0, typed=4),
    "data": state(Phase.DATA, numbers=TEN, number="1234567890"),
    "data-next": state(Phase.DATA, numbers=TEN[:1]),
    "code": state(Phase.CODE, code=code()),
    "fault-mute": state(Phase.FAULT, fault=Fault.MUTE),
    "fault-declined": state(Phase.FAULT, fault=Fault.DECLINED),
    "fault-unsupported": state(Phase.FAULT, fault=Fault.UNSUPPORTED),
    "fault-blocked": state(Phase.FAULT, fault=Fault.BLOCKED),
    "fault-application-blocked": state(Phase.FAULT, fault=Fault.APPLICATION_BLOCKED),
    "no-reader": state(Phase.NO_READER),
    "flat": state(Phase.FLAT, battery=Battery.CRITICAL),
    "low-battery": state(Phase.NO_CARD, battery=Battery.LOW),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", STATES)
def test_the_screen_as_somebody_looked_at_it(
    golden: Callable[[Picture, str], None], name: str, size: tuple[int, int], language: str
) -> None:
    rules = replace(STATES[name].rules, language=language)
    screen = view_state(replace(STATES[name], rules=rules), 1000)
    golden(paint_screen(screen, size), f"course/{size[0]}x{size[1]}/{language}/{name}")


def every_state() -> Iterator[State]:
    """Every phase with every notice, fault, battery and the longest that can be typed."""
    for phase in Phase:
        for notice in (None, *Notice):
            for battery in Battery:
                full = state(phase, notice=notice, battery=battery, since=0, fault=Fault.MUTE, tries=2)
                yield from _with_fields(full)


def _with_fields(full: State) -> Iterator[State]:
    match full.phase:
        case Phase.FAULT:
            yield from (replace(full, fault=fault) for fault in Fault)
        case Phase.CODE:
            yield from (replace(full, code=of_length(length)) for length in range(8, MAX_CODE_DIGITS + 1))
        case Phase.PIN | Phase.WORKING:
            yield from _with_pins(full)
        case Phase.DATA:
            yield from (replace(full, numbers=TEN[:count], number="8" * count) for count in range(10))
        case _:
            counts = (*range(9), 10)
            yield from (replace(full, challenge="8" * n, account="8" * n, amount="8" * n) for n in counts)


def _with_pins(full: State) -> Iterator[State]:
    for rules in (Rules(4, 4), Rules(4, 12), Rules(12, 12)):
        for typed in range(rules.pin_most + 1):
            yield from (replace(full, rules=rules, typed=typed, tries=tries) for tries in (1, 2, 15))


def of_length(length: int) -> SecretDigits:
    digits = SecretDigits(length)
    for _ in range(length):
        digits.append(8)
    return digits


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_nothing_overflows(size: tuple[int, int], language: str) -> None:
    drawn: set[tuple[object, ...]] = set()
    for each in every_state():
        screen = view_state(replace(each, rules=replace(each.rules, language=language)), 1000)
        look = (screen.lines, screen.field, screen.notice, screen.bar, screen.code and len(screen.code))
        if look not in drawn:
            drawn.add(look)
            paint_screen(screen, size)  # raises where something does not fit
    assert len(drawn) > 100


# What is said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there(language: str) -> None:
    words = LANGUAGES[language]
    for each in fields(Sentences):
        assert getattr(words, each.name), each.name
    for numbered in ("number", "digits", "at_least", "tries_left", "card_error"):
        assert getattr(words, numbered).format(n=7).count("7") == 1


def test_languages_differ() -> None:
    french, english = LANGUAGES["fr"], LANGUAGES["en"]
    same = [each.name for each in fields(Sentences) if getattr(french, each.name) == getattr(english, each.name)]
    assert same == []


def test_the_guides_french() -> None:
    words = LANGUAGES["fr"]
    said = (words.insert_card, words.choose_function, words.pin, words.wrong_pin, words.last_try, words.blocked)
    assert said == (
        "INSÉREZ VOTRE CARTE",
        "CHOISISSEZ FONCTION",
        "CODE SECRET ?",
        "CODE FAUX",
        "DERNIER ESSAI",
        "CARTE BLOQUÉE",
    )


# What is on which screen


def shown(phase: Phase, **known: object) -> Screen:
    return view_state(state(phase, **known), 1000)


@pytest.mark.parametrize("phase", [Phase.ASLEEP, Phase.HALTED])
def test_dark(phase: Phase) -> None:
    assert shown(phase, dark_at=None) is DARK
    assert shown(phase, battery=Battery.LOW).dark, "a flat battery does not light it"


def test_patience() -> None:
    """PATIENTEZ only where the card takes longer than 0.3 s."""
    reading = state(Phase.READING, before=Phase.NO_CARD)
    assert view_state(reading, 1299) == Screen(lines=("INSÉREZ VOTRE CARTE",))
    assert view_state(reading, 1300) == Screen(lines=("PATIENTEZ",))
    woken = state(Phase.READING, before=Phase.ASLEEP)
    assert view_state(woken, 1299).dark
    assert view_state(woken, 1300) == Screen(lines=("PATIENTEZ",))
    for before in (Phase.FAULT, Phase.FLAT, Phase.NO_READER, Phase.PIN, Phase.CHALLENGE):
        assert view_state(state(Phase.READING, before=before), 1001) == Screen(lines=("PATIENTEZ",)), (
            "no black between two"
        )
    working = state(Phase.WORKING, **PIN, typed=4)
    assert view_state(working, 1299) == Screen(lines=("CODE SECRET ?",), field=Masked(4, 4))
    assert view_state(working, 1300) == Screen(lines=("PATIENTEZ",))


def test_moments_at_which_the_screen_changes_by_itself() -> None:
    assert next_change(state(Phase.READY), 1000) is None
    for phase in (Phase.READING, Phase.WORKING):
        assert next_change(state(phase), 1000) == 1300
        assert next_change(state(phase), 1299) == 1300
        assert next_change(state(phase), 1300) is None
    assert next_change(state(Phase.CODE), 1000) == 1500
    assert next_change(state(Phase.CODE), 1499) == 1500
    assert next_change(state(Phase.CODE), 1500) == 2000


@pytest.mark.parametrize(("now", "left"), [(1000, 70), (1499, 70), (1500, 69), (35_999, 1), (36_000, 0)])
def test_the_bar(now: int, left: int) -> None:
    digits = code()
    assert view_state(state(Phase.CODE, code=digits), now) == Screen(code=digits, bar=Bar(left, 70))


def test_the_code_stands_alone() -> None:
    digits = code()
    low = view_state(state(Phase.CODE, code=digits, battery=Battery.LOW), 1000)
    assert (low.lines, low.field, low.notice, low.text) == ((), None, "", "")


def test_ready() -> None:
    assert shown(Phase.READY) == Screen(lines=("CHOISISSEZ FONCTION",))
    assert shown(Phase.READY, notice=Notice.PRESS_FUNCTION).notice == "APPUYEZ SUR CODE"


def test_fields_in_sight() -> None:
    assert shown(Phase.CHALLENGE, challenge="12345") == Screen(lines=("DÉFI ?",), field=Typed("1234 5"))
    assert shown(Phase.ACCOUNT, account="12345678") == Screen(lines=("COMPTE ?",), field=Typed("1234 5678"))
    for phase in (Phase.CHALLENGE, Phase.ACCOUNT, Phase.AMOUNT, Phase.DATA):
        assert shown(phase, notice=Notice.TYPE_DIGITS).notice == "TAPEZ LES CHIFFRES"


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        ("", "", ""),
        ("1", "0,01", "0.01"),
        ("12", "0,12", "0.12"),
        ("123456", "1 234,56", "1,234.56"),
        ("1234567890", "12 345 678,90", "12,345,678.90"),
    ],
)
def test_amounts(cents: str, french: str, english: str) -> None:
    assert shown(Phase.AMOUNT, amount=cents).field == Typed(french)
    assert shown(Phase.AMOUNT, amount=cents, rules=Rules(language="en")).field == Typed(english)
    assert shown(Phase.AMOUNT, amount=cents).notice == ("" if cents else "SIGNER : DONNÉES")


def test_transaction_data() -> None:
    assert shown(Phase.DATA) == Screen(lines=("DONNÉE 1 ?",), field=Typed(""))
    assert shown(Phase.DATA, numbers=("1",)) == Screen(lines=("DONNÉE 2 ?",), field=Typed(""), notice="OK : TERMINÉ")
    assert shown(Phase.DATA, numbers=("1",), number="12") == Screen(lines=("DONNÉE 2 ?",), field=Typed("12"))


@pytest.mark.parametrize(
    ("known", "line", "notice"),
    [
        ({}, "CODE SECRET ?", ""),
        ({"tries": 3}, "CODE SECRET ?", ""),
        ({"tries": 2}, "CODE SECRET ?", ""),
        ({"tries": 1}, "CODE SECRET ?", "DERNIER ESSAI"),
        ({"tries": 2, "notice": Notice.WRONG_PIN}, "CODE FAUX", "RESTE 2 ESSAIS"),
        ({"tries": 1, "notice": Notice.WRONG_PIN}, "CODE FAUX", "DERNIER ESSAI"),
        ({"notice": Notice.TOO_SHORT}, "CODE SECRET ?", "4 CHIFFRES"),
        ({"notice": Notice.TOO_SHORT, "tries": 1}, "CODE SECRET ?", "4 CHIFFRES"),
        ({"notice": Notice.TOO_SHORT, "rules": Rules(6, 8)}, "CODE SECRET ?", "6 CHIFFRES AU MOINS"),
        ({"notice": Notice.PRESS_OK}, "CODE SECRET ?", "APPUYEZ SUR OK"),
        ({"notice": Notice.PRESS_OK, "tries": 1}, "CODE SECRET ?", "DERNIER ESSAI"),
        ({"battery": Battery.LOW}, "CODE SECRET ?", "PILE FAIBLE"),
        ({"battery": Battery.LOW, "tries": 1}, "CODE SECRET ?", "DERNIER ESSAI"),
        ({"battery": Battery.CRITICAL}, "CODE SECRET ?", "PILE FAIBLE"),
    ],
)
def test_the_pin(known: dict[str, object], line: str, notice: str) -> None:
    screen = shown(Phase.PIN, typed=2, **known)
    most = 8 if "rules" in known else 4
    assert screen == Screen(lines=(line,), field=Masked(2, most), notice=notice)


@pytest.mark.parametrize(
    ("fault", "lines"),
    [
        (Fault.MUTE, ("CARTE ILLISIBLE", "ERREUR CARTE 1")),
        (Fault.GARBAGE, ("CARTE ILLISIBLE", "ERREUR CARTE 2")),
        (Fault.REFUSED, ("ERREUR CARTE 3",)),
        (Fault.DECLINED, ("ERREUR CARTE 4",)),
        (Fault.ENDLESS, ("ERREUR CARTE 5",)),
        (Fault.INCOMPLETE, ("ERREUR CARTE 6",)),
        (Fault.UNSUPPORTED, ("CARTE NON GÉRÉE",)),
        (Fault.BLOCKED, ("CARTE BLOQUÉE", "CONTACTEZ LA BANQUE")),
        (Fault.APPLICATION_BLOCKED, ("SERVICE BLOQUÉ", "CONTACTEZ LA BANQUE")),
        (Fault.IN_USE, ("CARTE OCCUPÉE", "AUTRE PROGRAMME")),
    ],
)
def test_faults(fault: Fault, lines: tuple[str, ...]) -> None:
    assert shown(Phase.FAULT, fault=fault).lines == lines


def test_a_card_that_another_program_holds_in_english() -> None:
    assert shown(Phase.FAULT, fault=Fault.IN_USE, rules=Rules(language="en")).lines == (
        "CARD IN USE",
        "BY ANOTHER PROGRAM",
    )


def test_the_reader_and_its_battery() -> None:
    assert shown(Phase.NO_READER) == Screen(lines=("LECTEUR ABSENT",))
    assert shown(Phase.FLAT, battery=Battery.CRITICAL) == Screen(lines=("PILE FAIBLE",))
    assert shown(Phase.NO_CARD, battery=Battery.LOW) == Screen(lines=("INSÉREZ VOTRE CARTE",), notice="PILE FAIBLE")


# Screens as values


@pytest.mark.parametrize(
    ("digits", "groups"),
    [
        ("", ""),
        ("1", "1"),
        ("1234", "1234"),
        ("12345", "1 2345"),
        ("34656023", "3465 6023"),
        ("1234567890", "12 3456 7890"),
    ],
)
def test_groups_of_four_from_the_right(digits: str, groups: str) -> None:
    assert group_digits(digits) == groups


def test_the_text_of_a_screen() -> None:
    assert Screen(lines=("A", "B"), field=Typed("1 2"), notice="C").text == "A B 1 2 C"
    assert Screen(lines=("A",), field=Masked(2, 4), code=code()).text == "A"
    assert Screen().dark
    assert not Screen(notice="A").dark
    assert "34656023" not in repr(Screen(code=code()))
