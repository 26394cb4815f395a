"""What states, events and effects are made of: their words, what they begin as, and what they never show."""

from dataclasses import replace
from enum import Enum

import pytest

from sesame_core import events as ev
from sesame_core.cap.codes import Function, Request
from sesame_core.effects import Chime
from sesame_core.errors import Fault
from sesame_core.events import Battery, Key
from sesame_core.pin import MAX_LENGTH, MIN_LENGTH
from sesame_core.reader import effects as ef
from sesame_core.reader.state import Notice, Phase, Progress, Rules, State, initial_state

WORDS: dict[type[Enum], str] = {
    Phase: (
        "asleep,no card,reading,ready,challenge,amount,account,pin,working,data,code,fault,"
        "no reader,flat battery,halted"
    ),
    Progress: "none,selecting,selected,preparing,prepared",
    Notice: "press function,too short,wrong pin,press ok,type digits",
    Chime: "key,right,wrong,off",
    Battery: "good,low,critical",
    Key: "0,1,2,3,4,5,6,7,8,9,Code,Challenge,Sign,Clear,OK,Off",
}
"""Logs, scripts, the web page's verbs and the documents say these."""


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: str(kind.__name__))
def test_the_words_of_what_is_counted_off(kind: type[Enum]) -> None:
    assert ",".join(each.value for each in kind) == WORDS[kind]


def test_keys_show_no_digit() -> None:
    assert [repr(key) for key in Key] == ["<Key: digit>"] * 10 + [f"<Key: {key.value}>" for key in list(Key)[10:]]
    assert [key.digit_value for key in Key] == [*range(10), *[None] * 6]


SECRET = "90713826"
TYPED = {"challenge": SECRET, "amount": SECRET, "account": SECRET, "numbers": (SECRET,), "number": SECRET}


@pytest.mark.parametrize("name", TYPED)
def test_a_state_shows_nothing_that_was_typed(name: str) -> None:
    known = replace(State(Phase.PIN, 0, 0), **TYPED)  # type: ignore[arg-type]
    assert getattr(known, name) == TYPED[name]
    assert SECRET not in repr(known)
    assert name not in repr(known)


def test_events_and_effects_show_nothing_that_was_typed_or_read() -> None:
    told = (
        ef.Prepare(Request(Function.SIGN, challenge=SECRET, amount=SECRET)),
        ef.MixData((SECRET,)),
        ef.TypeDigit(9),
        ev.CardAnswered(0, 1, SECRET.encode()),
        ev.KeyPressed(0, Key.DIGIT_9),
    )
    assert [repr(each) for each in told if "9" in repr(each)] == []
    assert "response" not in repr(told[3])


def test_a_state_begins_with_a_reader_and_without_a_card() -> None:
    begun = initial_state(1000)
    assert begun == State(
        Phase.NO_CARD,
        1000,
        36_000,
        Rules(),
        before=Phase.ASLEEP,
        card_in=False,
        blocked=False,
        reader_there=True,
        battery=Battery.GOOD,
        progress=Progress.NONE,
        function=None,
        typed=0,
        tries=None,
        notice=None,
        fault=None,
        code=None,
        card_language=None,
    )
    assert (begun.challenge, begun.amount, begun.account, begun.numbers, begun.number) == ("", "", "", (), "")
    assert initial_state(0, Rules(4, 12, "en")).rules == Rules(4, 12, "en")


@pytest.mark.parametrize(
    ("least", "most", "good"),
    [
        (MIN_LENGTH, MAX_LENGTH, True),
        (MIN_LENGTH, MIN_LENGTH, True),
        (MAX_LENGTH, MAX_LENGTH, True),
        (MIN_LENGTH - 1, MAX_LENGTH, False),
        (MIN_LENGTH, MAX_LENGTH + 1, False),
        (MIN_LENGTH + 1, MIN_LENGTH, False),
    ],
)
def test_rules_have_bounds(least: int, most: int, good: bool) -> None:
    if good:
        assert (Rules(least, most).pin_least, Rules(least, most).pin_most) == (least, most)
        return
    with pytest.raises(AssertionError):
        Rules(least, most)


def test_a_phase_begins_with_nothing_to_hint_at() -> None:
    told = State(Phase.PIN, 1, 36_000, before=Phase.READY, notice=Notice.TOO_SHORT, typed=3, fault=Fault.MUTE)
    entered = told.enter(Phase.WORKING, 500)
    assert (entered.phase, entered.before, entered.since, entered.notice) == (Phase.WORKING, Phase.PIN, 500, None)
    assert (entered.dark_at, entered.typed) == (36_000, 3), "it knows as much as before"


@pytest.mark.parametrize(("card_in", "blocked"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_blocked_card_is_remembered_as_long_as_it_is_in(card_in: bool, blocked: bool) -> None:
    known = State(Phase.FAULT, 0, 0, card_in=card_in, blocked=blocked, reader_there=False, battery=Battery.LOW)
    kept = known.without_session()
    assert kept.blocked is (card_in and blocked)
    assert (kept.card_in, kept.reader_there, kept.battery) == (card_in, False, Battery.LOW)


def test_the_language_is_the_configured_one_then_the_cards_then_french() -> None:
    def language(configured: str | None, cards: str | None) -> str:
        return State(Phase.READY, 0, 0, Rules(language=configured), card_language=cards).language

    assert language("en", "fr") == language("en", None) == language(None, "en") == "en"
    assert language(None, None) == language("fr", "en") == "fr"


def test_what_the_card_is_asked_for() -> None:
    typed = State(Phase.PIN, 0, 0, challenge="123", amount="4500", account="678")
    assert typed.request == Request(Function.CODE, challenge="123")

    def asked(function: Function) -> Request:
        return State(Phase.PIN, 0, 0, function=function, challenge="123", amount="4500", account="678").request

    assert asked(Function.SIGN) == Request(Function.SIGN, challenge="678", amount="4500")
    assert asked(Function.CHALLENGE) == Request(Function.CHALLENGE, challenge="123")
    assert asked(Function.DATA) == Request(Function.DATA, challenge="123")
