"""R14: every state the reader can get into x every key and event: a defined answer, and what must hold after it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from sesame_core import events as ev
from sesame_core.effects import Sleep, Wake
from sesame_core.reader import effects as ef
from sesame_core.reader.state import DARK_AFTER, Phase, Progress, Rules, State
from sesame_core.reader.table import TRANSITIONS, Trigger, trigger_of
from sesame_core.reader.views import next_change, view_state
from sesame_core.reader.words import LANGUAGES
from tests.core.explored import Arrow, explore

P = Phase
FORGETTING = (ef.WipePin, ef.Forget, ef.Release, ef.ReadCard)
EMPTY = (P.ASLEEP, P.NO_CARD, P.READING, P.NO_READER, P.FLAT, P.FAULT, P.HALTED)


def key_of(arrow: Arrow) -> ev.Key | None:
    return arrow.event.key if isinstance(arrow.event, ev.KeyPressed) else None


def did(arrow: Arrow, *kinds: type) -> bool:
    return any(isinstance(effect, kinds) for effect in arrow.effects)


def typed_in_sight(state: State) -> tuple[object, ...]:
    return state.challenge, state.amount, state.account, state.number, state.numbers


# What must hold after every event


def it_leads_where_the_table_says(arrow: Arrow) -> bool:
    rule = TRANSITIONS[arrow.before.phase][trigger_of(arrow.event)]
    return not arrow.possible or arrow.after.phase in rule.leads_to | {arrow.before.phase}


def a_code_is_held_only_while_it_is_shown(arrow: Arrow) -> bool:
    return (arrow.after.code is not None) is (arrow.after.phase is P.CODE)


def whatever_is_lit_has_its_end(arrow: Arrow) -> bool:
    return arrow.after.awake is (arrow.after.dark_at is not None)


def no_end_is_further_away_than_35_s(arrow: Arrow) -> bool:
    return arrow.after.dark_at is None or arrow.after.dark_at <= arrow.event.at + DARK_AFTER


def nothing_prolongs_a_code(arrow: Arrow) -> bool:
    stays = arrow.before.phase is arrow.after.phase is P.CODE
    return not stays or arrow.after.dark_at == arrow.before.dark_at


def off_is_dark(arrow: Arrow) -> bool:
    return key_of(arrow) is not ev.Key.OFF or not arrow.after.awake


def time_up_is_dark(arrow: Arrow) -> bool:
    return not isinstance(arrow.event, ev.TimeUp | ev.DisplayLost) or not arrow.after.awake


def a_pulled_card_leaves_nothing(arrow: Arrow) -> bool:
    return not isinstance(arrow.event, ev.CardAbsent) or arrow.after.phase in EMPTY


def halted_is_for_good(arrow: Arrow) -> bool:
    return arrow.before.phase is not P.HALTED or (arrow.after == arrow.before and not arrow.effects)


def halt_halts(arrow: Arrow) -> bool:
    return not isinstance(arrow.event, ev.Halt) or arrow.after.phase is P.HALTED


def nothing_is_kept_where_nothing_is_under_way(arrow: Arrow) -> bool:
    after = arrow.after
    return after.phase not in EMPTY or not (after.typed or any(typed_in_sight(after)) or after.code or after.tries)


def marks_are_digits_of_the_pin(arrow: Arrow) -> bool:
    """What the screen counts is what the PIN holds: whatever empties the one empties the other."""
    held = arrow.before.typed
    for effect in arrow.effects:
        held += isinstance(effect, ef.TypeDigit) - isinstance(effect, ef.EraseDigit)
        held = 0 if isinstance(effect, FORGETTING) else held
    return held == arrow.after.typed


def fields_keep_their_bounds(arrow: Arrow) -> bool:
    after = arrow.after
    lengths = (after.typed, len(after.challenge), len(after.amount), len(after.account), len(after.number))
    bounds = (after.rules.pin_most, 8, 10, 8, 10)
    return all(length <= bound for length, bound in zip(lengths, bounds, strict=True)) and len(after.numbers) <= 10


def the_pin_is_sent_only_by_ok_on_a_complete_one(arrow: Arrow) -> bool:
    if not did(arrow, ef.Confirm):
        return True
    by_ok = arrow.before.phase is P.PIN and key_of(arrow) is ev.Key.OK
    waited = arrow.before.phase is P.WORKING and isinstance(arrow.event, ev.CardPrepared)
    return (by_ok or waited) and arrow.before.typed >= arrow.before.rules.pin_least


def the_last_try_is_announced_before_it_is_spent(arrow: Arrow) -> bool:
    if not did(arrow, ef.Confirm) or arrow.after.tries != 1:
        return True
    return LANGUAGES[arrow.before.language].last_try in view_state(arrow.before, arrow.event.at).text


def a_card_is_asked_only_what_it_is_ready_for(arrow: Arrow) -> bool:
    found = arrow.before.progress is Progress.SELECTED or isinstance(arrow.event, ev.ApplicationFound)
    begun_before = arrow.before.progress in (Progress.PREPARING, Progress.PREPARED) and did(arrow, ef.Forget)
    prepared = arrow.after.progress is Progress.PREPARED
    return (found or begun_before or not did(arrow, ef.Prepare)) and (prepared or not did(arrow, ef.Confirm))


def going_dark_releases_the_card(arrow: Arrow) -> bool:
    goes = arrow.before.awake and not arrow.after.awake
    return not goes or (did(arrow, ef.Release) and (did(arrow, Sleep) or arrow.after.phase is P.HALTED))


def waking_is_told(arrow: Arrow) -> bool:
    return did(arrow, Wake) is (not arrow.before.awake and arrow.after.awake)


def what_is_not_awake_is_dark(arrow: Arrow) -> bool:
    return arrow.after.awake or view_state(arrow.after, arrow.event.at).dark


def nothing_goes_black_between_two_screens(arrow: Arrow) -> bool:
    was_dark = view_state(arrow.before, arrow.event.at).dark
    return was_dark or not arrow.after.awake or not view_state(arrow.after, arrow.event.at).dark


def the_screen_is_defined_now_and_when_it_changes(arrow: Arrow) -> bool:
    later = next_change(arrow.after, arrow.event.at)
    view_state(arrow.after, arrow.event.at)
    return later is None or (later > arrow.event.at and view_state(arrow.after, later) is not None)


PROMISES: dict[str, Callable[[Arrow], bool]] = {
    promise.__name__: promise
    for promise in (
        it_leads_where_the_table_says,
        a_code_is_held_only_while_it_is_shown,
        whatever_is_lit_has_its_end,
        no_end_is_further_away_than_35_s,
        nothing_prolongs_a_code,
        off_is_dark,
        time_up_is_dark,
        a_pulled_card_leaves_nothing,
        halted_is_for_good,
        halt_halts,
        nothing_is_kept_where_nothing_is_under_way,
        marks_are_digits_of_the_pin,
        fields_keep_their_bounds,
        the_pin_is_sent_only_by_ok_on_a_complete_one,
        the_last_try_is_announced_before_it_is_spent,
        a_card_is_asked_only_what_it_is_ready_for,
        going_dark_releases_the_card,
        waking_is_told,
        what_is_not_awake_is_dark,
        nothing_goes_black_between_two_screens,
        the_screen_is_defined_now_and_when_it_changes,
    )
}


@dataclass
class Findings:
    """What the exploration met."""

    arrows: int = 0
    phases: set[Phase] = field(default_factory=set)
    led: dict[tuple[Phase, Trigger], set[Phase]] = field(default_factory=lambda: defaultdict(set))
    broken: dict[str, Arrow] = field(default_factory=dict)

    def take(self, arrow: Arrow) -> None:
        """Judge one arrow by every promise."""
        self.arrows += 1
        self.phases.add(arrow.after.phase)
        if arrow.possible and arrow.after.phase is not arrow.before.phase:
            self.led[arrow.before.phase, trigger_of(arrow.event)].add(arrow.after.phase)
        for name, promise in PROMISES.items():
            if name not in self.broken and not promise(arrow):
                self.broken[name] = arrow


@pytest.fixture(scope="module")
def findings() -> Findings:
    """The whole exploration, once."""
    found = Findings()
    for arrow in explore(Rules()):
        found.take(arrow)
    return found


@pytest.mark.xdist_group("exploration")
@pytest.mark.parametrize("promise", PROMISES)
def test_everywhere(findings: Findings, promise: str) -> None:
    assert promise not in findings.broken, findings.broken[promise]


@pytest.mark.xdist_group("exploration")
def test_every_phase_is_reached_and_no_cell_promises_what_cannot_happen(findings: Findings) -> None:
    assert findings.phases == set(Phase)
    assert findings.arrows > 50_000
    claimed = {
        (phase, trigger): rule.leads_to - {phase} for phase in Phase for trigger, rule in TRANSITIONS[phase].items()
    }
    assert set(claimed) == {(phase, trigger) for phase in Phase for trigger in Trigger}
    assert {cell: phases for cell, phases in claimed.items() if phases} == findings.led
