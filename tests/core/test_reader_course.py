"""The reader's course, step by step: the phase, the effects in their order, and what is kept."""

from dataclasses import replace

import pytest

from sesame_core import events as ev
from sesame_core.cap.codes import Function, Request
from sesame_core.effects import Chime, PlayChime, Sleep, Wake
from sesame_core.errors import Fault
from sesame_core.events import Battery, Key
from sesame_core.reader import effects as ef
from sesame_core.reader.effects import Effect
from sesame_core.reader.state import DARK_AFTER, PATIENCE, Notice, Phase, Progress, Rules, State, initial_state
from sesame_core.reader.table import step_reader, trigger_of
from sesame_core.reader.views import view_state
from sesame_core.secrets import SecretDigits
from tests.core.explored import code

NAMES = {key.value: key for key in Key}
KEY = PlayChime(Chime.KEY)
OFF = (ef.Release(), PlayChime(Chime.OFF), Sleep())


class Course:
    """A reader in the middle of its course. `did`: the effects since last asked."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.at = 1000
        self.state = initial_state(self.at, rules)
        self._did: list[Effect] = []

    def hear(self, *events: ev.Event) -> "Course":
        for event in events:
            self.state, effects = step_reader(self.state, replace(event, at=self.at))
            self._did += effects
        return self

    def press(self, keys: str) -> "Course":
        return self.hear(*(ev.KeyPressed(0, NAMES[name]) for name in keys.split()))

    def later(self, ms: int) -> "Course":
        self.at += ms
        return self

    def ready(self) -> "Course":
        return self.hear(ev.CardPresent(0), ev.ApplicationFound(0)).forget()

    def prepared(self, keys: str = "Code", tries: int | None = 3) -> "Course":
        return self.ready().press(keys).hear(ev.CardPrepared(0, tries)).forget()

    def showing(self) -> "Course":
        return self.prepared().press("1 2 3 4 OK").hear(ev.CodeReady(0, code())).forget()

    def forget(self) -> "Course":
        self._did.clear()
        return self

    def did(self) -> tuple[Effect, ...]:
        done = tuple(self._did)
        self._did.clear()
        return done

    @property
    def phase(self) -> Phase:
        return self.state.phase


# Power-on, cards, sleep


def test_it_begins_awake_and_waits_35_s() -> None:
    assert initial_state(1000) == State(Phase.NO_CARD, 1000, 36_000, Rules(4, 4, None))
    assert (DARK_AFTER, PATIENCE) == (35_000, 300)
    assert initial_state(5, Rules(6, 8)).rules == Rules(6, 8)


def test_a_card_is_read_when_it_comes() -> None:
    course = Course().later(10_000).hear(ev.CardPresent(0))
    assert (course.phase, course.state.progress, course.did()) == (
        Phase.READING,
        Progress.SELECTING,
        (ef.ReadCard(),),
    )
    assert (course.state.card_in, course.state.since, course.state.dark_at) == (True, 11_000, 46_000)
    course.later(500).hear(ev.ApplicationFound(0))
    assert (course.phase, course.state.progress, course.did()) == (Phase.READY, Progress.SELECTED, ())
    assert (course.state.since, course.state.dark_at) == (11_500, 46_000), "the card's answer gives no more time"


def test_a_card_wakes_it() -> None:
    course = Course().press("Off")
    assert (course.phase, course.state.dark_at, course.did()) == (Phase.ASLEEP, None, OFF)
    course.hear(ev.CardPresent(0))
    assert (course.phase, course.did()) == (Phase.READING, (Wake(), ef.ReadCard()))


def test_a_pulled_card_is_dark_at_once() -> None:
    course = Course().prepared().press("1 2").forget().hear(ev.CardAbsent(0))
    assert (course.phase, course.state.card_in, course.state.typed, course.did()) == (Phase.ASLEEP, False, 0, OFF)
    assert course.press("Code").phase is Phase.NO_CARD


@pytest.mark.parametrize("key", ["1", "OK", "Clear", "Code", "Challenge", "Sign"])
def test_any_key_but_off_wakes_it(key: str) -> None:
    course = Course().press("Off").forget().press(key)
    assert (course.phase, course.did()) == (Phase.NO_CARD, (KEY, Wake()))
    assert course.state.dark_at == course.at + 35_000


@pytest.mark.parametrize(
    ("key", "phase", "function"),
    [
        ("Code", Phase.PIN, Function.CODE),
        ("Challenge", Phase.CHALLENGE, Function.CHALLENGE),
        ("Sign", Phase.AMOUNT, Function.SIGN),
        ("1", Phase.READING, None),
        ("OK", Phase.READING, None),
        ("Clear", Phase.READING, None),
    ],
)
def test_a_function_key_that_wakes_it_is_not_lost(key: str, phase: Phase, function: Function | None) -> None:
    course = Course().ready().press("Off").forget().press(key)
    assert (course.phase, course.state.function, course.state.progress) == (phase, function, Progress.SELECTING)
    forgets = (ef.WipePin(),) if function else ()
    assert course.did() == (KEY, Wake(), ef.ReadCard(), *forgets)


def test_time_is_up() -> None:
    course = Course().ready().later(35_000).hear(ev.TimeUp(0))
    assert (course.phase, course.did()) == (Phase.ASLEEP, OFF)


def test_halt_is_for_good() -> None:
    course = Course().prepared().hear(ev.Halt(0))
    assert (course.phase, course.state.dark_at, course.state.card_in) == (Phase.HALTED, None, True)
    assert course.did() == (ef.Release(), PlayChime(Chime.OFF))
    assert course.press("Code 1").hear(ev.CardPresent(0), ev.CardAbsent(0), ev.TimeUp(0)).did() == ()
    assert course.phase is Phase.HALTED


def test_a_lost_display_ends_everything() -> None:
    course = Course().showing().hear(ev.DisplayLost(0))
    assert (course.phase, course.state.code, course.did()) == (Phase.ASLEEP, None, OFF)


def test_keys_without_a_card() -> None:
    course = Course().press("1 OK Clear Code Sign")
    assert (course.phase, course.did()) == (Phase.NO_CARD, ())
    assert course.later(10).press("1").state.dark_at == course.at + 35_000, "but somebody is there"


def test_events_that_are_not_for_the_reader() -> None:
    with pytest.raises(KeyError):
        trigger_of(ev.CardSilent(0, 1))


# The smart-card reader


def test_the_reader_goes_and_comes_back() -> None:
    course = Course().prepared().press("1").forget().later(1000).hear(ev.SlotLost(0))
    assert (course.phase, course.state.reader_there, course.state.card_in) == (Phase.NO_READER, False, False)
    assert (course.state.typed, course.state.dark_at, course.did()) == (0, course.at + 35_000, (ef.Release(),))
    course.later(1000).hear(ev.SlotFound(0))
    assert (course.phase, course.state.reader_there, course.did()) == (Phase.NO_CARD, True, ())
    assert course.state.dark_at == course.at + 35_000
    assert course.hear(ev.CardPresent(0)).phase is Phase.READING


def test_the_reader_comes_back_with_a_card_in_it() -> None:
    course = Course().hear(ev.SlotLost(0)).forget().hear(ev.CardPresent(0))
    assert (course.phase, course.state.reader_there, course.did()) == (Phase.READING, True, (ef.ReadCard(),))


def test_what_the_slot_says_is_all_that_is_known_of_it() -> None:
    course = Course().press("Off").hear(ev.SlotLost(0))
    assert (course.state.card_in, course.state.reader_there) == (False, False)
    course.hear(ev.CardAbsent(0))
    assert (course.state.card_in, course.state.reader_there) == (False, True)
    flat = Course().hear(ev.BatteryChanged(0, Battery.CRITICAL), ev.SlotLost(0), ev.CardPresent(0))
    assert (flat.phase, flat.state.card_in, flat.state.reader_there) == (Phase.FLAT, True, True)
    flat.hear(ev.CardAbsent(0))
    assert (flat.state.card_in, flat.state.reader_there) == (False, True)


def test_what_happens_in_the_night_is_known_in_the_morning() -> None:
    course = Course().press("Off").hear(ev.SlotLost(0)).forget()
    assert course.phase is Phase.ASLEEP
    assert course.press("1").phase is Phase.NO_READER
    assert course.press("Off").hear(ev.SlotFound(0)).press("1").phase is Phase.NO_CARD
    assert course.press("Off").hear(ev.CardAbsent(0)).press("1").phase is Phase.NO_CARD


# Functions and what is typed


def test_code() -> None:
    course = Course().ready().press("Code")
    assert (course.phase, course.state.function, course.state.progress) == (
        Phase.PIN,
        Function.CODE,
        Progress.PREPARING,
    )
    assert course.did() == (KEY, ef.WipePin(), ef.Prepare(Request(Function.CODE)))
    assert course.press("1 2 3 4").did() == (
        KEY,
        ef.TypeDigit(1),
        KEY,
        ef.TypeDigit(2),
        KEY,
        ef.TypeDigit(3),
        KEY,
        ef.TypeDigit(4),
    )
    assert course.hear(ev.CardPrepared(0, 2)).did() == ()
    assert (course.state.tries, course.state.progress) == (2, Progress.PREPARED)
    assert course.press("OK").did() == (KEY, ef.Confirm())
    assert course.phase is Phase.WORKING
    shown = code()
    course.later(100).hear(ev.CodeReady(0, shown))
    assert (course.phase, course.state.code, course.state.typed) == (Phase.CODE, shown, 0)
    assert course.did() == (ef.WipePin(), PlayChime(Chime.RIGHT), ef.CloseCard())
    assert (course.state.since, course.state.dark_at) == (course.at, course.at + 35_000)


@pytest.mark.parametrize("keys", ["1", "OK", "1 2 3 OK"])
def test_no_key_prolongs_the_code(keys: str) -> None:
    course = Course().showing().later(20_000)
    before = course.state
    assert course.press(keys).state == before
    assert course.did() == ()
    for event in (ev.CardPresent(0), ev.SlotFound(0), ev.BatteryChanged(0, Battery.LOW)):
        assert course.hear(event).state.dark_at == before.dark_at


@pytest.mark.parametrize(
    ("key", "phase", "effects"),
    [
        ("Clear", Phase.READY, (KEY, ef.Forget())),
        ("Off", Phase.ASLEEP, OFF),
        ("Code", Phase.PIN, (KEY, ef.Forget(), ef.Prepare(Request()))),
        ("Challenge", Phase.CHALLENGE, (KEY, ef.Forget())),
        ("Sign", Phase.AMOUNT, (KEY, ef.Forget())),
    ],
)
def test_keys_that_end_the_code(key: str, phase: Phase, effects: tuple[Effect, ...]) -> None:
    course = Course().showing().press(key)
    assert (course.phase, course.state.code, course.did()) == (phase, None, effects)


def test_too_few_digits() -> None:
    course = Course().prepared().press("1 2 3 OK")
    assert (course.phase, course.state.notice, course.state.typed) == (Phase.PIN, Notice.TOO_SHORT, 3)
    assert ef.Confirm() not in course.did()
    assert course.press("4").state.notice is None
    assert course.press("OK").did()[-1] == ef.Confirm()


def test_a_digit_too_many_is_not_taken_and_not_heard() -> None:
    course = Course().prepared().press("1 2 3 4").forget().press("5")
    assert (course.state.typed, course.did()) == (4, ())


def test_longer_pins_where_they_are_configured() -> None:
    course = Course(Rules(6, 8)).prepared().press("1 2 3 4 5 OK")
    assert course.state.notice is Notice.TOO_SHORT
    assert course.press("6 7 8 9").state.typed == 8
    assert course.press("OK").phase is Phase.WORKING


@pytest.mark.parametrize(("least", "most"), [(3, 4), (4, 13), (6, 5)])
def test_rules_out_of_bounds(least: int, most: int) -> None:
    with pytest.raises(AssertionError):
        Rules(least, most)


def test_clear_in_the_pin() -> None:
    course = Course().prepared().press("1 2 OK").forget().press("Clear")
    assert (course.state.typed, course.state.notice, course.did()) == (1, None, (KEY, ef.EraseDigit()))
    course.press("Clear").forget()
    assert course.press("Clear").phase is Phase.READY
    assert (course.state.progress, course.state.function, course.did()) == (
        Progress.SELECTED,
        None,
        (KEY, ef.Forget()),
    )


def test_code_pressed_again_clears_the_pin_and_keeps_the_card() -> None:
    course = Course().prepared(tries=1).press("1 2 OK").forget().press("Code")
    assert (course.phase, course.state.typed, course.state.notice) == (Phase.PIN, 0, None)
    assert (course.state.tries, course.state.progress, course.did()) == (1, Progress.PREPARED, (KEY, ef.WipePin()))


@pytest.mark.parametrize(("keys", "again"), [("Challenge 1 OK", "Challenge"), ("Sign 1 OK 1 OK", "Sign")])
def test_another_function_key_in_the_pin_begins_that_function(keys: str, again: str) -> None:
    course = Course().prepared(keys).press("1").forget().press(again)
    assert course.phase in (Phase.CHALLENGE, Phase.AMOUNT)
    assert (course.state.typed, course.state.challenge, course.did()) == (0, "", (KEY, ef.Forget()))
    assert Course().prepared("Challenge 1 OK").press("Code").state.function is Function.CODE
    assert Course().prepared("Code").press("Sign").phase is Phase.AMOUNT


def test_challenge() -> None:
    course = Course().ready().press("Challenge")
    assert (course.phase, course.did()) == (Phase.CHALLENGE, (KEY, ef.WipePin()))
    assert course.press("OK").state.notice is Notice.TYPE_DIGITS
    course.press("0 1 2 3 4 5 6 7 8").forget()
    assert (course.state.challenge, course.state.notice) == ("01234567", None)
    assert course.press("Clear").state.challenge == "0123456"
    assert course.did() == (KEY,)
    assert course.press("OK").did() == (KEY, ef.Prepare(Request(Function.CHALLENGE, "0123456")))
    assert course.phase is Phase.PIN
    course.hear(ev.CardPrepared(0, 3)).forget()
    assert course.press("Clear").phase is Phase.CHALLENGE
    assert (course.state.challenge, course.did()) == ("0123456", (KEY, ef.Forget()))
    assert course.press(" ".join(["Clear"] * 7)).phase is Phase.CHALLENGE
    assert course.press("Clear").phase is Phase.READY
    assert course.state.challenge == ""


def test_the_notice_goes_with_the_next_digit() -> None:
    assert Course().ready().press("Challenge OK 1").state.notice is None
    assert Course().ready().press("Sign OK 1").state.notice is None
    assert Course().ready().press("Sign 1 OK OK 1").state.notice is None
    assert Course().ready().press("Challenge 1 Clear OK 1 2").state.challenge == "12"


def test_sign() -> None:
    course = Course().ready().press("Sign")
    assert course.phase is Phase.AMOUNT
    assert course.press("0").state.amount == "", "an amount does not begin with 0"
    assert course.press("1 0 2 3 4 5 6 7 8 9 9").state.amount == "1023456789"
    assert course.press("OK").phase is Phase.ACCOUNT
    assert course.press("OK").state.notice is Notice.TYPE_DIGITS
    course.press("0 8 7 6 5 4 3 2 1").forget()
    assert course.state.account == "08765432"
    request = Request(Function.SIGN, challenge="08765432", amount="1023456789")
    assert course.press("OK").did() == (KEY, ef.Prepare(request))
    course.hear(ev.CardPrepared(0, 3)).forget()
    assert course.press("Clear").phase is Phase.ACCOUNT
    assert (course.state.amount, course.state.account, course.state.function) == (
        "1023456789",
        "08765432",
        Function.SIGN,
    )
    assert course.press(" ".join(["Clear"] * 9)).phase is Phase.AMOUNT
    assert (course.state.amount, course.state.account) == ("1023456789", "")
    assert course.press(" ".join(["Clear"] * 11)).phase is Phase.READY


def test_sign_pressed_twice_signs_with_transaction_data() -> None:
    course = Course().ready().press("Sign").forget().press("Sign")
    assert (course.phase, course.state.function) == (Phase.PIN, Function.DATA)
    assert course.did() == (KEY, ef.WipePin(), ef.Prepare(Request(Function.DATA)))
    assert Course().ready().press("Sign 1 Sign").phase is Phase.AMOUNT, "but not over an amount"
    assert Course().ready().press("Sign 1 Sign").state.amount == ""
    assert Course().ready().press("Sign Code").state.function is Function.CODE
    assert Course().ready().press("Sign Challenge").phase is Phase.CHALLENGE


def wanting_data() -> Course:
    course = Course().prepared("Sign Sign").press("1 2 3 4 OK").forget()
    return course.hear(ev.CardWantsData(0))


def test_transaction_data() -> None:
    course = wanting_data()
    assert (course.phase, course.state.typed, course.did()) == (Phase.DATA, 0, (ef.WipePin(),))
    assert course.press("OK").state.notice is Notice.TYPE_DIGITS
    course.press("1 2 3 4 5 6 7 8 9 0 1")
    assert (course.state.number, course.state.notice) == ("1234567890", None)
    assert course.press("OK").state.numbers == ("1234567890",)
    assert course.state.number == ""
    course.forget().press("5 OK").forget()
    assert course.press("OK").did() == (ef.MixData(("1234567890", "5")),)
    assert course.phase is Phase.DATA
    assert course.hear(ev.CodeReady(0, code())).phase is Phase.CODE


def test_transaction_data_are_mixed_once_they_are_complete() -> None:
    course = wanting_data().press("1 OK").forget().press("OK")
    assert course.did() == (ef.MixData(("1",)),)
    course = wanting_data()
    for _ in range(9):
        course.press("7 OK")
    assert not any(isinstance(effect, ef.MixData) for effect in course.did())
    assert course.press("7 OK").did()[-1] == ef.MixData(("7",) * 10)


def test_no_eleventh_number_is_asked_for() -> None:
    course = wanting_data().press("7 OK " * 9 + "4 2")
    before = view_state(course.state, course.at)
    assert before.lines == ("DONNÉE 10 ?",)
    assert view_state(course.press("OK").state, course.at) == before, "it stays until the code is there"


def test_transaction_data_can_be_corrected() -> None:
    course = wanting_data().press("1 2 OK 3 OK Clear")
    assert (course.state.numbers, course.state.number, course.state.notice) == (("12",), "3", None)
    assert course.press("Clear").state.number == ""
    assert course.press("Clear").state.number == "12"
    assert course.press("Clear Clear").forget().phase is Phase.DATA
    assert course.press("OK").state.notice is Notice.TYPE_DIGITS
    assert course.press("Clear").phase is Phase.READY
    assert ef.Forget() in course.did()


def test_another_function_in_the_middle_of_the_data() -> None:
    course = wanting_data().press("1 OK").forget().press("Code")
    assert (course.phase, course.state.numbers, course.did()) == (
        Phase.PIN,
        (),
        (KEY, ef.Forget(), ef.Prepare(Request())),
    )


# Typing faster than the card


@pytest.mark.parametrize("typed", ["1", "1 2 OK", "1 2 OK 3 OK"])
def test_a_card_that_fails_while_numbers_are_typed_is_a_fault(typed: str) -> None:
    """It may be pulled by the edge of its contacts, or mute: numbers that nobody can mix are not asked for."""
    course = wanting_data().press(typed).hear(ev.CardFaulty(0, Fault.MUTE))
    assert (course.phase, course.state.typed) == (Phase.FAULT, 0)


def test_everything_typed_before_the_application_is_found() -> None:
    course = Course().hear(ev.CardPresent(0)).press("Code 1 2 3 4 OK").forget()
    assert (course.phase, course.state.progress) == (Phase.WORKING, Progress.SELECTING)
    assert course.hear(ev.ApplicationFound(0)).did() == (ef.Prepare(Request()),)
    assert course.hear(ev.CardPrepared(0, 3)).did() == (ef.Confirm(),)
    assert course.phase is Phase.WORKING


def test_the_pin_typed_while_the_card_is_read() -> None:
    course = Course().hear(ev.CardPresent(0)).press("Code 1").forget().hear(ev.ApplicationFound(0))
    assert (course.phase, course.did()) == (Phase.PIN, (ef.Prepare(Request()),))


@pytest.mark.parametrize("keys", ["Challenge 1", "Sign 1", "Sign 1 OK 2"])
def test_a_field_is_not_left_when_the_application_is_found(keys: str) -> None:
    course = Course().hear(ev.CardPresent(0)).press(keys)
    phase = course.phase
    course.forget().hear(ev.ApplicationFound(0))
    assert (course.phase, course.state.progress, course.did()) == (phase, Progress.SELECTED, ())


@pytest.mark.parametrize("keys", ["Code Clear", "Challenge Clear", "Sign Clear"])
def test_leaving_a_function_while_the_card_is_still_read(keys: str) -> None:
    course = Course().hear(ev.CardPresent(0)).press(keys)
    assert (course.phase, course.state.progress) == (Phase.READING, Progress.SELECTING)


def test_a_last_try_is_announced_before_it_is_spent() -> None:
    course = Course().ready().press("Code 1 2 3 4 OK").forget().hear(ev.CardPrepared(0, 1))
    assert (course.phase, course.state.notice, course.state.typed, course.did()) == (
        Phase.PIN,
        Notice.PRESS_OK,
        4,
        (),
    )
    assert course.press("OK").did() == (KEY, ef.Confirm())


# What the card answers


def test_a_wrong_pin() -> None:
    course = Course().prepared("Challenge 4 2 OK").press("1 2 3 4 OK").forget().hear(ev.PinWrong(0, 2))
    assert (course.phase, course.state.typed, course.state.tries) == (Phase.PIN, 0, 2)
    assert (course.state.notice, course.state.challenge) == (Notice.WRONG_PIN, "42")
    assert course.did() == (ef.WipePin(), PlayChime(Chime.WRONG))
    assert course.press("1").state.notice is None
    assert course.press("2 3 4 OK").did()[-1] == ef.Confirm()


def test_a_card_that_wants_ok_once_more() -> None:
    course = Course().prepared().press("1 2 3 4 OK").forget().hear(ev.PinAgain(0))
    assert (course.phase, course.state.typed, course.state.notice, course.did()) == (
        Phase.PIN,
        4,
        Notice.PRESS_OK,
        (),
    )
    assert course.press("OK").did() == (KEY, ef.Confirm())


@pytest.mark.parametrize("fault", Fault)
def test_faults(fault: Fault) -> None:
    course = Course().prepared().press("1 2 3 4 OK").forget().hear(ev.CardFaulty(0, fault))
    assert (course.phase, course.state.fault, course.state.typed) == (Phase.FAULT, fault, 0)
    assert (course.state.progress, course.did()) == (Progress.NONE, (ef.Release(), PlayChime(Chime.WRONG)))


@pytest.mark.parametrize(
    ("key", "phase", "more"),
    [
        ("Clear", Phase.READING, ()),
        ("Code", Phase.PIN, (ef.WipePin(),)),
        ("Challenge", Phase.CHALLENGE, (ef.WipePin(),)),
        ("Sign", Phase.AMOUNT, (ef.WipePin(),)),
    ],
)
def test_after_a_fault_the_card_is_powered_anew(key: str, phase: Phase, more: tuple[Effect, ...]) -> None:
    course = Course().ready().press("Code").hear(ev.CardFaulty(0, Fault.MUTE)).forget().press(key)
    assert (course.phase, course.state.progress, course.state.fault) == (phase, Progress.SELECTING, None)
    assert course.did() == (KEY, ef.ReadCard(), *more)
    assert Course().ready().press("Code").hear(ev.CardFaulty(0, Fault.MUTE)).press("1 OK").phase is Phase.FAULT


@pytest.mark.parametrize("keys", ["", "Code 1", "Challenge 1", "Sign", "Sign 1 OK"])
def test_a_fault_while_the_application_is_looked_for(keys: str) -> None:
    assert Course().hear(ev.CardPresent(0)).press(keys).hear(ev.CardFaulty(0, Fault.UNSUPPORTED)).phase is Phase.FAULT


def blocked() -> Course:
    """After the third wrong PIN."""
    course = Course().prepared(tries=1).press("1 2 3 4 OK").hear(ev.CardFaulty(0, Fault.BLOCKED))
    return course.forget()


@pytest.mark.parametrize("keys", ["Code", "Challenge", "Sign", "Code Code", "Clear Code", "Off Code", "Off 5 Code"])
def test_a_blocked_card_says_so_at_once(keys: str) -> None:
    """Not after one more PIN, whether the card tells its tries or not."""
    course = blocked().press(keys)
    assert (course.phase, course.state.fault, course.state.progress) == (Phase.FAULT, Fault.BLOCKED, Progress.NONE)
    assert course.did()[-2:] == (ef.Release(), PlayChime(Chime.WRONG))
    assert view_state(course.state, course.at).lines == ("CARTE BLOQUÉE", "CONTACTEZ LA BANQUE")


def test_a_blocked_card_that_is_ready_again_says_so_at_once() -> None:
    course = blocked().press("Clear").hear(ev.ApplicationFound(0))
    assert course.phase is Phase.READY
    assert course.press("Code").state.fault is Fault.BLOCKED


@pytest.mark.parametrize("gone", [ev.CardAbsent(0), ev.SlotLost(0)])
def test_another_card_is_not_blocked(gone: ev.Event) -> None:
    course = blocked().hear(gone, ev.CardPresent(0), ev.ApplicationFound(0)).press("Code")
    assert (course.phase, course.state.progress) == (Phase.PIN, Progress.PREPARING)


def test_another_fault_is_not_remembered() -> None:
    course = Course().ready().press("Code").hear(ev.CardFaulty(0, Fault.APPLICATION_BLOCKED)).press("Code")
    assert (course.phase, course.state.progress) == (Phase.PIN, Progress.SELECTING)


@pytest.mark.parametrize("key", ["Clear", "Code"])
def test_a_critical_battery_powers_no_card_after_a_fault(key: str) -> None:
    course = (
        Course().ready().press("Code").hear(ev.CardFaulty(0, Fault.REFUSED), ev.BatteryChanged(0, Battery.CRITICAL))
    )
    course.forget().press(key)
    assert course.phase is Phase.FLAT
    assert ef.ReadCard() not in course.did()


@pytest.mark.parametrize(
    ("languages", "language"),
    [(("nl", "en", "fr"), "en"), (("fr", "en"), "fr"), (("de",), "fr"), ((), "fr"), (("en",), "en")],
)
def test_the_cards_language(languages: tuple[str, ...], language: str) -> None:
    course = Course().hear(ev.CardPresent(0), ev.ApplicationFound(0, languages))
    assert course.state.language == language
    assert course.press("Code Clear Challenge").state.language == language
    assert course.press("Code").hear(ev.CardFaulty(0, Fault.REFUSED)).state.language == language
    assert course.hear(ev.CardAbsent(0)).state.language == "fr"


def test_the_configured_language_comes_first() -> None:
    course = Course(Rules(language="en"))
    assert course.state.language == "en"
    assert course.hear(ev.CardPresent(0), ev.ApplicationFound(0, ("fr",))).state.language == "en"


def test_hints() -> None:
    for keys in ("1", "OK"):
        course = Course().ready().press(keys)
        assert (course.phase, course.state.notice, course.did()) == (Phase.READY, Notice.PRESS_FUNCTION, (KEY,))
    assert course.press("Code Clear").state.notice is None


# Batteries


@pytest.mark.parametrize("level", [Battery.LOW, Battery.CRITICAL])
def test_a_session_under_way_is_not_broken_off(level: Battery) -> None:
    course = Course().prepared().press("1 2").forget().hear(ev.BatteryChanged(0, level))
    assert (course.phase, course.state.battery, course.state.typed, course.did()) == (Phase.PIN, level, 2, ())


@pytest.mark.parametrize("where", ["", "Off 1"])
def test_none_is_begun_on_a_flat_battery(where: str) -> None:
    course = Course().ready().press(where).hear(ev.BatteryChanged(0, Battery.CRITICAL))
    assert (course.phase, course.state.progress) == (Phase.FLAT, Progress.NONE)
    assert course.did()[-1:] == (ef.Release(),)
    assert course.press("Code 1").phase is Phase.FLAT
    assert course.press("Off 1").phase is Phase.FLAT
    assert course.press("Off").hear(ev.CardPresent(0)).phase is Phase.FLAT
    assert course.hear(ev.BatteryChanged(0, Battery.LOW)).phase is Phase.READING


def test_a_better_battery_looks_around() -> None:
    course = Course().hear(ev.BatteryChanged(0, Battery.CRITICAL)).forget()
    assert course.hear(ev.BatteryChanged(0, Battery.CRITICAL)).phase is Phase.FLAT
    assert course.hear(ev.BatteryChanged(0, Battery.GOOD)).phase is Phase.NO_CARD
    assert course.did() == ()


# Secrets


def test_no_secret_in_the_repr_of_a_state_or_an_effect() -> None:
    course = Course().prepared("Sign 7 7 7 7 OK 8 8 8 8 OK").press("1 2 3 4")
    assert not any(digits in repr(course.state) for digits in ("7777", "8888", "1234"))
    request = Request(Function.SIGN, "8888", "7777")
    for effect in (ef.TypeDigit(7), ef.Prepare(request), ef.MixData(("7777",))):
        assert "7" not in repr(effect)
    shown = Course().showing()
    assert isinstance(shown.state.code, SecretDigits)
    assert "34656023" not in repr(shown.state)
    assert repr(ev.KeyPressed(0, Key.DIGIT_7)) == "KeyPressed(at=0, key=<Key: digit>)"
    assert repr(Key.OK) == "<Key: OK>"


def test_keys_know_their_digits() -> None:
    assert [key.digit_value for key in Key] == [*range(10), None, None, None, None, None, None]
