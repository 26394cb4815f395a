"""Between session and slot: what counts as an answer, and which card is asked next."""

from collections.abc import Sequence

import pytest

from device.reader.link import HANGS_AFTER, CardLink
from device.several_cards import choose_fault
from sesame_core.errors import Fault
from sesame_core.events import (
    CardAbsent,
    CardAnswered,
    CardFaulty,
    CardPowered,
    CardPresent,
    CardSilent,
    Event,
    SlotLost,
)
from sesame_core.smartcard.apdu import Protocol


class Stopped:
    """A clock that stands at the moment that a test says."""

    at = 0

    def now(self) -> int:
        return self.at


class Asked:
    """A slot that only notes what it is asked; `others` more cards are in other readers."""

    def __init__(self, others: int = 0) -> None:
        self.others = others
        self.tickets: list[int] = []

    def start(self, _notify: object) -> None: ...

    def next_due(self) -> None:
        return None

    def poll_events(self, _now: int) -> Sequence[Event]:
        return []

    def close(self) -> None: ...

    @property
    def card_in(self) -> bool:
        return True

    def power_on(self, ticket: int) -> None:
        self.tickets.append(ticket)

    def power_next(self, ticket: int) -> bool:
        self.others -= 1
        if self.others >= 0:
            self.tickets.append(ticket)
        return self.others >= 0

    def transmit(self, ticket: int, apdu: bytearray) -> None:
        self.tickets.append(ticket)

    def power_off(self) -> None: ...


def test_a_stale_answer_does_not_clear_the_hang_watch() -> None:
    """The reader may be stuck in the second request while it still brings the answer to the first."""
    slot = Asked()
    clock = Stopped()
    link = CardLink(slot, clock)
    link.read_card(0)
    link.forget()
    clock.at = 500
    link.read_card(500)
    first, second = slot.tickets

    assert link.hear_slot(CardSilent(600, first)) is None
    assert link.hangs_at == 500 + HANGS_AFTER
    assert link.hear_slot(CardSilent(700, second)) == CardFaulty(700, Fault.MUTE)
    assert link.hangs_at is None


def test_an_answer_that_comes_after_all_was_forgotten_begins_nothing() -> None:
    """Nobody waits for the card any more: it would be sent commands, and its code would be read."""
    slot = Asked()
    link = CardLink(slot, Stopped())
    link.read_card(0)
    link.forget()
    assert link.hear_slot(CardPowered(1, slot.tickets[-1], b"\x3b", Protocol.T0)) is None
    assert len(slot.tickets) == 1, "no SELECT"


@pytest.mark.parametrize("gone", [CardAbsent(600), SlotLost(600)], ids=lambda event: type(event).__name__)
def test_a_card_or_a_reader_that_is_gone_owes_no_answer(gone: Event) -> None:
    """Else the reader counts as stuck 5 s later, and LECTEUR ABSENT or an empty slot becomes a fault of the card."""
    link = CardLink(Asked(), Stopped())
    link.read_card(0)
    link.slot_said(CardPresent(500))
    assert link.hangs_at == HANGS_AFTER
    link.slot_said(gone)
    assert link.hangs_at is None


def test_the_next_card_is_asked_under_the_hang_watch() -> None:
    slot, clock = Asked(others=1), Stopped()
    link = CardLink(slot, clock)
    link.read_card(0)

    clock.at = 600
    assert link.hear_slot(CardSilent(600, slot.tickets[-1], Fault.IN_USE)) is None
    assert link.hangs_at == 600 + HANGS_AFTER
    assert link.hear_slot(CardSilent(700, slot.tickets[-1], Fault.UNSUPPORTED)) == CardFaulty(700, Fault.IN_USE)
    assert link.hangs_at is None


def test_the_next_card_begins_with_its_own_select() -> None:
    slot = Asked(others=1)
    link = CardLink(slot, Stopped())
    link.read_card(0)
    link.hear_slot(CardPowered(1, slot.tickets[-1], b"\x3b", Protocol.T0))
    while len(slot.tickets) < 200 and slot.others:
        assert link.hear_slot(CardAnswered(2, slot.tickets[-1], b"\x6a\x82")) is None

    before = len(slot.tickets)
    assert link.hear_slot(CardPowered(3, slot.tickets[-1], b"\x3b", Protocol.T1)) is None
    assert len(slot.tickets) == before + 1


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (None, Fault.UNSUPPORTED, Fault.UNSUPPORTED),
        (Fault.UNSUPPORTED, Fault.MUTE, Fault.MUTE),
        (Fault.MUTE, Fault.UNSUPPORTED, Fault.MUTE),
        (Fault.UNSUPPORTED, Fault.IN_USE, Fault.IN_USE),
        (Fault.IN_USE, Fault.MUTE, Fault.MUTE),
        (Fault.MUTE, Fault.REFUSED, Fault.REFUSED),
        (Fault.REFUSED, Fault.INCOMPLETE, Fault.REFUSED),
        (Fault.BLOCKED, Fault.MUTE, Fault.BLOCKED),
    ],
)
def test_the_fault_of_the_card_that_comes_nearest_is_told(one: Fault | None, other: Fault, told: Fault) -> None:
    assert choose_fault(one, other) is told
