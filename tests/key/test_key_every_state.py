"""Every state the key can get into x every key and event: a defined answer, and what must hold after it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from sesame_core import events as ev
from sesame_core.effects import Sleep, Wake
from sesame_core.esecure import effects as ef
from sesame_core.esecure import events as own
from sesame_core.esecure.state import CONSENT_LASTS, DARK_AFTER, READING_LASTS, TOO_FAST, UPDATE_LASTS, KeyPhase
from sesame_core.esecure.table import TRANSITIONS, KeyTrigger, trigger_of
from sesame_core.esecure.views import next_change, view_state
from sesame_core.esecure.words import LANGUAGES
from tests.key.explored_key import KeyArrow, explore

P = KeyPhase


def key_of(arrow: KeyArrow) -> ev.Key | None:
    return arrow.event.key if isinstance(arrow.event, ev.KeyPressed) else None


def did(arrow: KeyArrow, *kinds: type) -> bool:
    return any(isinstance(effect, kinds) for effect in arrow.effects)


def it_leads_where_the_table_says(arrow: KeyArrow) -> bool:
    rule = TRANSITIONS[arrow.before.phase][trigger_of(arrow.event)]
    return not arrow.possible or arrow.after.phase in rule.leads_to | {arrow.before.phase}


def whatever_is_lit_has_its_end(arrow: KeyArrow) -> bool:
    return arrow.after.awake is (arrow.after.dark_at is not None)


def no_end_is_further_away_than_a_minute(arrow: KeyArrow) -> bool:
    longest = max(DARK_AFTER, UPDATE_LASTS, READING_LASTS)
    return arrow.after.dark_at is None or arrow.after.dark_at <= arrow.event.at + longest


def off_is_dark(arrow: KeyArrow) -> bool:
    return key_of(arrow) is not ev.Key.OFF or not arrow.after.awake


def unseen_is_dark(arrow: KeyArrow) -> bool:
    return not isinstance(arrow.event, ev.DisplayLost) or not arrow.after.awake


def time_up_is_dark_but_for_a_question(arrow: KeyArrow) -> bool:
    return not isinstance(arrow.event, ev.TimeUp) or not arrow.after.awake or arrow.before.phase is P.CONSENT


def pulled_is_dark_and_nothing_lasts(arrow: KeyArrow) -> bool:
    if not isinstance(arrow.event, own.HostLeft) or arrow.before.halted:
        return True
    return not (
        arrow.after.awake or arrow.after.host or arrow.after.agreed or arrow.after.entry or arrow.after.question
    )


def halted_is_for_good(arrow: KeyArrow) -> bool:
    return arrow.before.phase is not P.HALTED or (arrow.after == arrow.before and not arrow.effects)


def halt_halts(arrow: KeyArrow) -> bool:
    return not isinstance(arrow.event, ev.Halt) or arrow.after.phase is P.HALTED


def broken_stays_broken(arrow: KeyArrow) -> bool:
    return not arrow.before.broken or arrow.after.broken


def marks_are_digits_held(arrow: KeyArrow) -> bool:
    """What the screen counts is what is held of the field: whatever empties the one empties the other."""
    held = arrow.before.typed
    for effect in arrow.effects:
        held += isinstance(effect, ef.AddDigit) - isinstance(effect, ef.DropDigit)
        held = 0 if isinstance(effect, ef.BeginField | ef.WipeDigits | ef.EndEntry) else held
    if arrow.before.phase is P.WORKING:  # wiped when they were presented
        return arrow.after.typed in {0, arrow.before.typed}
    return held == arrow.after.typed


def digits_do_not_outlive_their_phase(arrow: KeyArrow) -> bool:
    """Every way out of PIN wipes or presents; what is presented is wiped by that."""
    if arrow.before.phase is not P.PIN or arrow.after.phase is P.PIN:
        return True
    return did(arrow, ef.WipeDigits, ef.EndEntry, ef.PresentDigits)


def digits_are_presented_only_by_ok_on_enough(arrow: KeyArrow) -> bool:
    if not did(arrow, ef.PresentDigits):
        return True
    return key_of(arrow) is ev.Key.OK and arrow.before.typed >= arrow.before.bounds[0]


def a_field_keeps_its_bounds(arrow: KeyArrow) -> bool:
    return arrow.after.phase is not P.PIN or arrow.after.typed <= arrow.after.bounds[1]


def the_last_try_is_announced_before_it_is_spent(arrow: KeyArrow) -> bool:
    before = arrow.before
    compared = before.phase is P.PIN and before.step == 0 and before.tries == 1 and key_of(arrow) is ev.Key.OK
    if not compared or before.notice is not None or before.typed < before.bounds[0]:
        return True
    return LANGUAGES[before.language].last_try in view_state(before, arrow.event.at).text


def a_key_is_used_only_after_ok_on_the_last_page(arrow: KeyArrow) -> bool:
    if not did(arrow, ef.Agree):
        return True
    question, before = arrow.before.question, arrow.before
    if key_of(arrow) is ev.Key.OK:
        assert question is not None
        slowly = arrow.event.at - before.asked_at >= TOO_FAST
        return before.phase is P.CONSENT and slowly and before.page + 1 >= len(question.pages)
    lasts = before.agreed
    asked = isinstance(arrow.event, own.ConsentWanted) and arrow.event.question
    assert asked
    return lasts is not None and lasts[0].slot == asked.slot and arrow.event.at < lasts[1]


def every_question_is_answered_once(arrow: KeyArrow) -> bool:
    """By OK, or by no; or the computer is gone, or has given up, and there is nobody to tell."""
    if arrow.before.phase is not P.CONSENT or (arrow.after.question is not None and not did(arrow, ef.Refuse)):
        return True
    nobody = isinstance(arrow.event, own.HostLeft | own.JobDropped | own.HostCame)
    return nobody or did(arrow, ef.Agree) is not did(arrow, ef.Refuse)


def a_consent_lasts_15_s_at_most(arrow: KeyArrow) -> bool:
    lasts = arrow.after.agreed
    return lasts is None or (lasts[0].lasting and lasts[1] <= arrow.event.at + CONSENT_LASTS)


def no_consent_lasts_in_the_dark(arrow: KeyArrow) -> bool:
    return arrow.after.awake or arrow.after.agreed is None


def going_dark_is_told(arrow: KeyArrow) -> bool:
    goes = arrow.before.awake and not arrow.after.awake
    return not goes or did(arrow, Sleep) or arrow.after.phase is P.HALTED


def waking_is_told(arrow: KeyArrow) -> bool:
    return did(arrow, Wake) is (not arrow.before.awake and arrow.after.awake)


def what_is_not_awake_is_dark_and_the_rest_is_not(arrow: KeyArrow) -> bool:
    return arrow.after.awake is not view_state(arrow.after, arrow.event.at).dark


def nothing_is_kept_where_nothing_is_under_way(arrow: KeyArrow) -> bool:
    after = arrow.after
    typed = after.phase in (P.PIN, P.WORKING) or not (after.entry or after.typed or after.step)
    return typed and (after.phase is P.CONSENT) is (after.question is not None)


def the_screen_is_defined_now_and_when_it_changes(arrow: KeyArrow) -> bool:
    later = next_change(arrow.after, arrow.event.at)
    return later is None or (later > arrow.event.at and view_state(arrow.after, later) is not None)


PROMISES: dict[str, Callable[[KeyArrow], bool]] = {
    promise.__name__: promise
    for promise in (
        it_leads_where_the_table_says,
        whatever_is_lit_has_its_end,
        no_end_is_further_away_than_a_minute,
        off_is_dark,
        unseen_is_dark,
        time_up_is_dark_but_for_a_question,
        pulled_is_dark_and_nothing_lasts,
        halted_is_for_good,
        halt_halts,
        broken_stays_broken,
        marks_are_digits_held,
        digits_do_not_outlive_their_phase,
        digits_are_presented_only_by_ok_on_enough,
        a_field_keeps_its_bounds,
        the_last_try_is_announced_before_it_is_spent,
        a_key_is_used_only_after_ok_on_the_last_page,
        every_question_is_answered_once,
        a_consent_lasts_15_s_at_most,
        no_consent_lasts_in_the_dark,
        going_dark_is_told,
        waking_is_told,
        what_is_not_awake_is_dark_and_the_rest_is_not,
        nothing_is_kept_where_nothing_is_under_way,
        the_screen_is_defined_now_and_when_it_changes,
    )
}


@dataclass
class Findings:
    """What the exploration met."""

    arrows: int = 0
    phases: set[KeyPhase] = field(default_factory=set)
    led: dict[tuple[KeyPhase, KeyTrigger], set[KeyPhase]] = field(default_factory=lambda: defaultdict(set))
    broken: dict[str, KeyArrow] = field(default_factory=dict)

    def take(self, arrow: KeyArrow) -> None:
        """Judge one arrow by every promise."""
        self.arrows += 1
        self.phases.add(arrow.after.phase)
        if arrow.possible and arrow.after.phase is not arrow.before.phase:
            self.led[arrow.before.phase, trigger_of(arrow.event)].add(arrow.after.phase)
        for name, promise in PROMISES.items():
            if name not in self.broken and arrow.possible and not promise(arrow):
                self.broken[name] = arrow


@pytest.fixture(scope="module")
def findings() -> Findings:
    """The whole exploration, once."""
    found = Findings()
    for arrow in explore():
        found.take(arrow)
    return found


@pytest.mark.xdist_group("key-exploration")
@pytest.mark.parametrize("promise", PROMISES)
def test_everywhere(findings: Findings, promise: str) -> None:
    assert promise not in findings.broken, findings.broken[promise]


@pytest.mark.xdist_group("key-exploration")
def test_every_phase_is_reached_and_no_cell_promises_what_cannot_happen(findings: Findings) -> None:
    assert findings.phases == set(KeyPhase)
    assert findings.arrows > 10_000
    claimed = {
        (phase, trigger): rule.leads_to - {phase} for phase in KeyPhase for trigger, rule in TRANSITIONS[phase].items()
    }
    assert set(claimed) == {(phase, trigger) for phase in KeyPhase for trigger in KeyTrigger}
    claims = {cell: phases for cell, phases in claimed.items() if phases}
    assert {cell for cell in claims.keys() | findings.led.keys() if claims.get(cell) != findings.led.get(cell)} == set()
