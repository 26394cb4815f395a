"""From the key's state to its screen: what the person sees at a moment, and when it next changes by itself."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from sesame_core.esecure.questions import KeyUse, PinField
from sesame_core.esecure.state import MANUAL_AFTER, PATIENCE, KeyNotice, KeyPhase, KeyState
from sesame_core.esecure.words import LANGUAGES, KeySentences
from sesame_core.events import Battery, Millis
from sesame_core.screens import DARK, Bar, Masked, Screen


def view_state(state: KeyState, now: Millis) -> Screen:
    """The screen of a state at the moment `now`."""
    words = LANGUAGES[state.language]
    screen = VIEWS[state.phase](state, words, now)
    free = not (screen.notice or screen.dark or screen.bar) and len(screen.lines) == 1
    if state.battery is not Battery.GOOD and free:
        return replace(screen, notice=words.flat_battery)
    return screen


def next_change(state: KeyState, now: Millis) -> Millis | None:
    """The moment after `now` at which `view_state` changes though nothing happens; None when it does not."""
    if state.phase is KeyPhase.READY and state.alone:
        manual_at = state.came_at + MANUAL_AFTER
        return manual_at if now < manual_at else None
    patience_over = state.since + PATIENCE
    return patience_over if state.phase is KeyPhase.WORKING and now < patience_over else None


def _view_dark(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    return DARK


def _view_starting(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    return Screen(lines=(words.name, words.wait))


def _view_ready(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    notice = words.changed if state.notice is KeyNotice.CHANGED else ""
    if state.alone and now >= state.came_at + MANUAL_AFTER:
        return Screen(lines=(words.open_drive, words.on_the_computer), notice=notice)
    if not state.certified:
        return Screen(lines=(words.activate, words.on_the_computer), notice=notice)
    return Screen(lines=(words.ready,), notice=notice)


def _view_pin(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    titles = {
        PinField.PIN: words.pin,
        PinField.PUK: words.puk,
        PinField.NEW_PIN: words.new_pin,
        PinField.NEW_PUK: words.new_puk,
        PinField.AGAIN: words.again,
    }
    return Screen(
        lines=(titles[state.field],), field=Masked(state.typed, state.bounds[1]), notice=_write_hint(state, words)
    )


def _view_working(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    """PATIENTEZ is only said when the card is slow: until then what was typed stays."""
    return _view_pin(state, words, now) if now - state.since < PATIENCE else _view_busy(state, words, now)


def _view_busy(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    return Screen(lines=(words.wait,))


def _view_wrong(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    return Screen(lines=(words.wrong_digits,), notice=_write_tries(state, words))


def _view_consent(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    question = state.question
    assert question is not None
    if question.pages:
        last = state.page + 1 == len(question.pages)
        return Screen(lines=(question.pages[state.page],), notice=words.ok_or_clear if last else words.next_page)
    sentences = {
        KeyUse.SIGN: words.sign,
        KeyUse.AGREE: words.agree,
        KeyUse.MANAGE: words.manage,
        KeyUse.LOG_ON: words.log_on,
        KeyUse.PAYMENT: words.sign,
    }
    return Screen(lines=(sentences[question.use],), notice=words.ok_or_clear)


def _view_blocked(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    return Screen(lines=(words.blocked, words.call_bank))


def _view_update(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    said = words.update.format(n=state.percent)
    return Screen(lines=(said,), notice=words.keep_in, bar=Bar(state.percent, 100))


def _view_replug(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    return Screen(lines=(words.remove, words.reinsert))


def _view_removable(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    return Screen(lines=(words.you_may, words.remove_the_key))


def _view_broken(state: KeyState, words: KeySentences, now: Millis) -> Screen:
    return Screen(lines=(words.faulty, words.ask_for_another))


def _write_hint(state: KeyState, words: KeySentences) -> str:
    """What is amiss with what was typed; a last try is always said, of what is compared."""
    least, most = state.bounds
    if state.notice is KeyNotice.TOO_SHORT:
        return (words.digits if least == most else words.at_least).format(n=least)
    if state.notice is KeyNotice.DIFFERENT:
        return words.different
    if state.step == 0 and (state.tries == 1 or state.notice is KeyNotice.WRONG):
        return _write_tries(state, words)
    return ""


def _write_tries(state: KeyState, words: KeySentences) -> str:
    return words.last_try if state.tries == 1 else words.tries_left.format(n=state.tries)


VIEWS: Final = MappingProxyType[KeyPhase, Callable[[KeyState, KeySentences, Millis], Screen]](
    {
        KeyPhase.ASLEEP: _view_dark,
        KeyPhase.STARTING: _view_starting,
        KeyPhase.READY: _view_ready,
        KeyPhase.PIN: _view_pin,
        KeyPhase.WORKING: _view_working,
        KeyPhase.BUSY: _view_busy,
        KeyPhase.WRONG: _view_wrong,
        KeyPhase.CONSENT: _view_consent,
        KeyPhase.BLOCKED: _view_blocked,
        KeyPhase.UPDATE: _view_update,
        KeyPhase.REPLUG: _view_replug,
        KeyPhase.REMOVABLE: _view_removable,
        KeyPhase.BROKEN: _view_broken,
        KeyPhase.HALTED: _view_dark,
    }
)
