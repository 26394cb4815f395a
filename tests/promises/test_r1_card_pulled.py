"""R1: the card is pulled at every exchange: dark, the PIN wiped, not one command more, and the next card works."""

import pytest

from sesame_core.reader.state import Phase, Rules
from tests.promises.courses import CODE_CARDS, FUNCTIONS, keys_of
from tests.promises.rig import Rig

EVERY_PIN = Rules(4, 12)


def exchanges(card: str, function: str) -> int:
    """How many exchanges the whole course has; it must end in a code."""
    rig = Rig(EVERY_PIN)
    rig.insert(card)
    rig.press(keys_of(function, card))
    assert len(rig.code) >= 8
    return len(rig.record)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("card", CODE_CARDS)
def test_pulled_at_every_exchange(card: str, function: str) -> None:
    count = exchanges(card, function)
    assert count >= 7
    for pulled_at in range(count):
        rig = Rig(EVERY_PIN)
        rig.slot.tamper = lambda number, answer, last=pulled_at: None if number == last else answer
        rig.insert(card)
        for key in keys_of(function, card).split():
            if rig.slot.card is None:
                break
            rig.press(key)
        assert rig.slot.card is None
        assert len(rig.record) == pulled_at + 1
        assert (rig.phase, rig.dark, rig.secrets_left) == (Phase.ASLEEP, True, False)
        if pulled_at in (0, count - 1):
            assert rig.works()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_pulled_in_the_middle_of_every_exchange(function: str) -> None:
    """The card is slow, and gone before its answer: at whatever moment, what it had to say is never heard."""
    keys = keys_of(function, "bank-card").split()
    for moment in range(50, 100 * exchanges("bank-card", function), 100):
        rig = Rig(EVERY_PIN, latency=lambda _command: 100)
        rig.insert("bank-card")
        for key in keys:
            rig.press(key)
        rig.wait(moment)
        sent = len(rig.record)
        rig.pull()
        assert (rig.phase, rig.dark, rig.secrets_left) == (Phase.ASLEEP, True, False)
        rig.wait(1000)
        assert len(rig.record) == sent
    assert rig.works()


@pytest.mark.parametrize("keys", ["", "Code", "Code 1 2 3", "Défi 1", "Signer 1", "Signer 1 OK 1", "Code 9 9 9 9 OK"])
def test_pulled_while_something_is_typed(keys: str) -> None:
    rig = Rig()
    rig.insert("bank-card")
    rig.press(keys)
    rig.pull()
    assert (rig.phase, rig.dark, rig.secrets_left) == (Phase.ASLEEP, True, False)
    assert rig.works()
