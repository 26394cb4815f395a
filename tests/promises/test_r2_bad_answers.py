"""R2: every exchange x every kind of bad answer, on T=0, chained T=0 and T=1: the reader's own errors and no others."""

import pytest

from sesame_core.reader.state import Phase
from sesame_core.smartcard.apdu import MAX_COMMANDS
from tests.promises.bad_answers import BENDS
from tests.promises.courses import keys_of
from tests.promises.fuzz import Plan, judge
from tests.promises.rig import Rig
from tests.promises.test_r1_card_pulled import exchanges

DEFINED = {Phase.READY, Phase.PIN, Phase.DATA, Phase.CODE, Phase.FAULT}


@pytest.mark.parametrize("stays_bad", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize("card", ["bank-card", "chained", "t1"])
def test_a_bad_answer_at_every_exchange(card: str, bend: str, stays_bad: bool) -> None:
    keys = keys_of("Code", card)
    for bad_from in range(exchanges(card, "Code")):
        rig = Rig()
        rig.slot.tamper = lambda number, answer, first=bad_from: (
            BENDS[bend](answer) if number == first or (stays_bad and number > first) else answer
        )
        rig.insert(card)
        rig.press(keys)
        assert rig.phase in DEFINED
        assert rig.commands <= MAX_COMMANDS
        assert rig.verifies <= 1
        assert (rig.phase is Phase.CODE) is bool(rig.code)
        if rig.phase is Phase.FAULT:
            assert not rig.secrets_left
            assert rig.loop.screen.text.startswith(("CARTE", "ERREUR CARTE", "SERVICE BLOQUÉ"))
    assert rig.works()


@pytest.mark.parametrize("part", range(10))
def test_fuzzed_sessions(part: int) -> None:
    """The first thousand; `python -m tests.promises.fuzz` goes on."""
    for number in range(100 * part, 100 * (part + 1)):
        judge(Plan(number))
