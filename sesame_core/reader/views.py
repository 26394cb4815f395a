"""From the state to the screen: what the person sees at a moment, and when it next changes by itself."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from sesame_core.errors import Fault
from sesame_core.events import Battery, Millis
from sesame_core.reader.state import DARK_AFTER, PATIENCE, Notice, Phase, State
from sesame_core.reader.words import LANGUAGES, Sentences
from sesame_core.screens import DARK, Bar, Masked, Screen, Typed, grouped_as_typed

BAR_STEP: Millis = 500
"""The bar under the code shrinks twice a second."""

UNREADABLE: Final = frozenset({Fault.MUTE, Fault.GARBAGE})


def view_state(state: State, now: Millis) -> Screen:
    """The screen of a state at the moment `now`."""
    screen = VIEWS[state.phase](state, LANGUAGES[state.language], now)
    free = not (screen.notice or screen.dark or screen.code) and state.phase is not Phase.FLAT
    if state.battery is not Battery.GOOD and free:
        return replace(screen, notice=LANGUAGES[state.language].flat_battery)
    return screen


def next_change(state: State, now: Millis) -> Millis | None:
    """The moment after `now` at which `view_state` changes though nothing happens; None when it does not."""
    if state.phase is Phase.CODE:
        return now + BAR_STEP - (now - state.since) % BAR_STEP
    patience_over = state.since + PATIENCE
    return patience_over if state.phase in (Phase.READING, Phase.WORKING) and now < patience_over else None


def _view_dark(state: State, words: Sentences, now: Millis) -> Screen:
    return DARK


def _no_card(state: State, words: Sentences, now: Millis) -> Screen:
    return Screen(lines=(words.insert_card,))


def _view_reading(state: State, words: Sentences, now: Millis) -> Screen:
    """PATIENTEZ is only said when the card is slow; until then the screen stays what it was. What came before a fault
    or a function is no longer true: there it is said at once, for a screen that goes black looks switched off."""
    if now - state.since >= PATIENCE:
        return Screen(lines=(words.wait,))
    if state.before is Phase.NO_CARD:
        return _no_card(state, words, now)
    return DARK if state.before is Phase.ASLEEP else Screen(lines=(words.wait,))


def _view_ready(state: State, words: Sentences, now: Millis) -> Screen:
    notice = words.press_function if state.notice is Notice.PRESS_FUNCTION else ""
    return Screen(lines=(words.choose_function,), notice=notice)


def _view_challenge(state: State, words: Sentences, now: Millis) -> Screen:
    return Screen(
        lines=(words.challenge,), field=Typed(grouped_as_typed(state.challenge)), notice=_write_hint(state, words)
    )


def _view_amount(state: State, words: Sentences, now: Millis) -> Screen:
    notice = _write_hint(state, words) or ("" if state.amount else words.sign_other)
    return Screen(lines=(words.amount,), field=Typed(_write_amount(state.amount, words)), notice=notice)


def _view_account(state: State, words: Sentences, now: Millis) -> Screen:
    return Screen(
        lines=(words.account,), field=Typed(grouped_as_typed(state.account)), notice=_write_hint(state, words)
    )


def _view_data(state: State, words: Sentences, now: Millis) -> Screen:
    notice = words.enough_ok if state.numbers and not state.number else _write_hint(state, words)
    title = words.number.format(n=len(state.numbers) + 1)
    return Screen(lines=(title,), field=Typed(grouped_as_typed(state.number)), notice=notice)


def _view_pin(state: State, words: Sentences, now: Millis) -> Screen:
    marks = Masked(state.typed, state.rules.pin_most)
    if state.notice is Notice.WRONG_PIN:
        return Screen(lines=(words.wrong_pin,), field=marks, notice=_write_tries(state, words))
    return Screen(lines=(words.pin,), field=marks, notice=_write_hint(state, words) or _write_tries(state, words))


def _view_working(state: State, words: Sentences, now: Millis) -> Screen:
    return Screen(lines=(words.wait,)) if now - state.since >= PATIENCE else _view_pin(state, words, now)


def _view_code(state: State, words: Sentences, now: Millis) -> Screen:
    steps = DARK_AFTER // BAR_STEP
    return Screen(code=state.code, bar=Bar(max(0, steps - (now - state.since) // BAR_STEP), steps))


def _view_fault(state: State, words: Sentences, now: Millis) -> Screen:
    assert state.fault is not None
    if state.fault is Fault.BLOCKED:
        return Screen(lines=(words.blocked, words.call_bank))
    if state.fault is Fault.APPLICATION_BLOCKED:
        return Screen(lines=(words.application_blocked, words.call_bank))
    if state.fault is Fault.UNSUPPORTED:
        return Screen(lines=(words.unsupported,))
    if state.fault is Fault.IN_USE:
        return Screen(lines=(words.in_use, words.other_program))
    first = (words.unreadable,) if state.fault in UNREADABLE else ()
    return Screen(lines=(*first, words.card_error.format(n=state.fault.value)))


def _no_reader(state: State, words: Sentences, now: Millis) -> Screen:
    return Screen(lines=(words.no_reader,))


def _view_flat(state: State, words: Sentences, now: Millis) -> Screen:
    return Screen(lines=(words.flat_battery,))


def _write_hint(state: State, words: Sentences) -> str:
    least, most = state.rules.pin_least, state.rules.pin_most
    sentences = {
        Notice.TOO_SHORT: (words.digits if least == most else words.at_least).format(n=least),
        Notice.TYPE_DIGITS: words.type_digits,
        Notice.PRESS_OK: words.last_try if state.tries == 1 else words.press_ok,
    }
    return sentences.get(state.notice, "") if state.notice else ""


def _write_tries(state: State, words: Sentences) -> str:
    """A last try is always said; how many are left, only after a wrong one."""
    if state.tries == 1:
        return words.last_try
    if state.notice is Notice.WRONG_PIN:
        return words.tries_left.format(n=state.tries)
    return ""


def _write_amount(cents: str, words: Sentences) -> str:
    """Cents as a person writes an amount: 123456 is 1 234,56; empty while nothing is typed."""
    if not cents:
        return ""
    units, rest = divmod(int(cents), 100)
    return f"{units:,}".replace(",", words.thousands_mark) + f"{words.decimal_mark}{rest:02}"


VIEWS: Final = MappingProxyType[Phase, Callable[[State, Sentences, Millis], Screen]](
    {
        Phase.ASLEEP: _view_dark,
        Phase.NO_CARD: _no_card,
        Phase.READING: _view_reading,
        Phase.READY: _view_ready,
        Phase.CHALLENGE: _view_challenge,
        Phase.AMOUNT: _view_amount,
        Phase.ACCOUNT: _view_account,
        Phase.PIN: _view_pin,
        Phase.WORKING: _view_working,
        Phase.DATA: _view_data,
        Phase.CODE: _view_code,
        Phase.FAULT: _view_fault,
        Phase.NO_READER: _no_reader,
        Phase.FLAT: _view_flat,
        Phase.HALTED: _view_dark,
    }
)
