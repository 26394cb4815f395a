"""The slot in process: its moments, its faults, what a person does to it."""

from collections.abc import Sequence

import pytest

from drivers.errors import SlotError
from drivers.ports import CardSlot
from drivers.slot.twin import Exchange, SlotCard, TwinSlot
from sesame_core.events import (
    CardAbsent,
    CardAnswered,
    CardPowered,
    CardPresent,
    CardSilent,
    Event,
    SlotFound,
    SlotLost,
)
from sesame_core.smartcard.apdu import Protocol

SELECT = bytearray.fromhex("00A4040007A0000000038002")
VERIFY = bytearray.fromhex("0020008008241234FFFFFFFFFF")


class EchoCard:
    """Answers every command with its own first bytes, and remembers what was done to it."""

    def __init__(self, atr: bytes = b"\x3b\x00", warm_atr: bytes = b"\x3b\x01", protocol: int = 0) -> None:
        self.atr, self.warm_atr, self.protocol = atr, warm_atr, protocol
        self.seen: list[str] = []

    def power_on(self) -> bytes:
        self.seen.append("on")
        return self.atr

    def reset_card(self) -> bytes:
        self.seen.append("reset")
        return self.warm_atr

    def power_off(self) -> None:
        self.seen.append("off")

    def transmit(self, apdu: bytes) -> bytes:
        self.seen.append(apdu[:2].hex())
        return apdu[:2] + b"\x90\x00"


class Keeping:
    """Keeps hold of the commands that a slot takes."""

    def __init__(self, slot: TwinSlot) -> None:
        self.copies: list[bytearray] = []
        take = slot._take_request

        def kept(request: object) -> None:
            self.copies.append(request.apdu)  # type: ignore[attr-defined]
            take(request)  # type: ignore[arg-type]

        slot._take_request = kept  # type: ignore[method-assign]


def started(slot: TwinSlot, card: SlotCard | None = None, *, powered: bool = True) -> TwinSlot:
    if card is not None:
        slot.insert_card(card, 0)
    slot.start(lambda: None)
    slot.poll_events(0)
    if card is not None and powered:
        slot.power_on(1)
        slot.poll_events(0)
    return slot


def run(slot: CardSlot, until: int) -> Sequence[Event]:
    """What a loop does: poll at the moments that the slot names, up to `until`."""
    seen: list[Event] = []
    now = 0
    while (due := slot.next_due()) is not None and due <= until:
        now = max(now, due)
        seen += slot.poll_events(now)
    return seen


@pytest.mark.parametrize(
    ("plugged", "inserted", "first"),
    [(True, True, CardPresent(7)), (True, False, CardAbsent(7)), (False, True, SlotLost(7))],
)
def test_the_first_poll_says_how_things_are(plugged: bool, inserted: bool, first: Event) -> None:
    slot = TwinSlot()
    if inserted:
        slot.insert_card(EchoCard(), 0)
    if not plugged:
        slot.unplug_reader(0)
    slot.start(lambda: None)
    assert slot.next_due() is not None
    assert slot.poll_events(7) == [first]
    assert slot.next_due() is None
    assert slot.poll_events(8) == []


def test_an_exchange_takes_its_time_and_the_next_follows_it() -> None:
    slot = started(TwinSlot(latency=lambda command: 100 if command[1] == 0xA4 else 40), EchoCard())
    slot.transmit(2, SELECT)
    slot.transmit(3, VERIFY)
    assert slot.poll_events(1000) == []
    assert slot.next_due() == 1100
    assert slot.poll_events(1099) == []
    assert slot.poll_events(1100) == [CardAnswered(1100, 2, b"\x00\xa4\x90\x00")]
    assert slot.next_due() == 1140
    assert slot.poll_events(2000) == [CardAnswered(1140, 3, b"\x00\x20\x90\x00")]
    assert slot.next_due() is None


def test_a_late_poll_tells_both_answers_at_their_own_moments() -> None:
    slot = started(TwinSlot(latency=lambda _: 50), EchoCard())
    slot.transmit(2, SELECT)
    slot.transmit(3, SELECT)
    slot.poll_events(10)
    assert [event.at for event in slot.poll_events(500)] == [60, 110]


def test_pulled_during_a_command_the_answer_never_comes() -> None:
    card = EchoCard()
    slot = started(TwinSlot(latency=lambda _: 100), card)
    slot.transmit(2, SELECT)
    slot.transmit(3, SELECT)
    slot.poll_events(10)
    slot.pull_card(50)
    assert run(slot, 1000) == [CardAbsent(50)]
    assert card.seen == ["on", "00a4", "off"], "the card had acted on the first and never saw the second"


def test_an_answer_that_was_due_before_the_pull_is_told_before_it() -> None:
    slot = started(TwinSlot(latency=lambda _: 100), EchoCard())
    slot.transmit(2, SELECT)
    slot.poll_events(10)
    slot.pull_card(200)
    assert slot.poll_events(200) == [CardAnswered(110, 2, b"\x00\xa4\x90\x00"), CardAbsent(200)]


def test_the_next_card_works() -> None:
    slot = started(TwinSlot(latency=lambda _: 100), EchoCard())
    slot.transmit(2, SELECT)
    slot.poll_events(10)
    slot.pull_card(20)
    slot.insert_card(EchoCard(atr=b"\x3b\x02", protocol=1), 30)
    assert slot.poll_events(30) == [CardAbsent(20), CardPresent(30)]
    slot.power_on(3)
    assert slot.poll_events(30) == [CardPowered(30, 3, b"\x3b\x02", Protocol.T1)]


def test_power_on_takes_its_time() -> None:
    slot = started(TwinSlot(power_on_time=250), EchoCard(), powered=False)
    slot.power_on(1)
    assert slot.poll_events(10) == []
    assert slot.poll_events(260) == [CardPowered(260, 1, b"\x3b\x00", Protocol.T0)]


@pytest.mark.parametrize(
    ("cold", "warm", "told"), [("3f00", "3b01", "3b01"), ("3f00", "3f01", "3f01"), ("3b00", "3b01", "3b00")]
)
def test_inverse_convention_is_reset_warm_once(cold: str, warm: str, told: str) -> None:
    card = EchoCard(bytes.fromhex(cold), bytes.fromhex(warm))
    slot = started(TwinSlot(), card, powered=False)
    slot.power_on(1)
    assert slot.poll_events(0) == [CardPowered(0, 1, bytes.fromhex(told), Protocol.T0)]
    assert card.seen == (["on", "reset"] if cold == "3f00" else ["on"])


@pytest.mark.parametrize(("cold", "warm"), [(b"", b"\x3b"), (b"\x3f\x00", b"")])
def test_a_mute_card_is_silent(cold: bytes, warm: bytes) -> None:
    slot = started(TwinSlot(), EchoCard(cold, warm), powered=False)
    slot.power_on(1)
    slot.transmit(2, SELECT)
    assert slot.poll_events(0) == [CardSilent(0, 1), CardSilent(0, 2)]


def test_power_off_comes_after_what_is_under_way_and_then_nothing_answers() -> None:
    card = EchoCard()
    slot = started(TwinSlot(latency=lambda _: 100), card)
    slot.transmit(2, SELECT)
    slot.power_off()
    slot.transmit(3, SELECT)
    slot.poll_events(0)
    assert slot.poll_events(100) == [CardAnswered(100, 2, b"\x00\xa4\x90\x00"), CardSilent(100, 3)]
    assert card.seen == ["on", "00a4", "off"]


def test_power_off_of_an_empty_slot_is_harmless() -> None:
    slot = started(TwinSlot())
    slot.power_off()
    assert slot.poll_events(5) == []


def test_a_request_to_an_empty_slot_is_answered_by_absent_once() -> None:
    slot = started(TwinSlot())
    slot.power_on(1)
    slot.transmit(2, SELECT)
    assert [type(event) for event in slot.poll_events(5)] == [CardAbsent]


def test_a_request_that_crosses_the_pull_gets_no_answer_of_its_own() -> None:
    slot = started(TwinSlot(), EchoCard())
    slot.pull_card(5)
    slot.transmit(2, SELECT)
    assert slot.poll_events(5) == [CardAbsent(5)]


def test_unplugged_and_plugged_with_the_card_in_it() -> None:
    card = EchoCard()
    slot = started(TwinSlot(latency=lambda _: 100), card)
    slot.transmit(2, SELECT)
    slot.poll_events(10)
    slot.unplug_reader(20)
    slot.power_on(3)
    assert slot.poll_events(20) == [SlotLost(20)]
    slot.plug_reader(30)
    assert slot.poll_events(30) == [SlotFound(30), CardPresent(30)]
    assert card.seen[-1] == "off"
    slot.power_on(4)
    assert slot.poll_events(40) == [CardPowered(40, 4, b"\x3b\x00", Protocol.T0)]


def test_cards_change_hands_while_the_reader_is_away() -> None:
    slot = started(TwinSlot(), EchoCard())
    slot.unplug_reader(10)
    slot.pull_card(11)
    slot.plug_reader(12)
    assert slot.poll_events(12) == [SlotLost(10), SlotFound(12), CardAbsent(12)]


def test_one_card_at_a_time() -> None:
    slot = started(TwinSlot(), EchoCard())
    with pytest.raises(SlotError, match="pull it first"):
        slot.insert_card(EchoCard(), 1)


def test_the_record_hides_the_pin() -> None:
    record: list[Exchange] = []
    slot = started(TwinSlot(record=record), EchoCard())
    slot.transmit(2, SELECT)
    slot.transmit(3, VERIFY)
    slot.poll_events(0)
    assert record == [
        Exchange(bytes(SELECT), b"\x00\xa4\x90\x00"),
        Exchange(bytes.fromhex("0020008008") + bytes(8), b"\x00\x20\x90\x00"),
    ]


def test_the_requests_never_print_the_pin() -> None:
    slot = started(TwinSlot(), EchoCard())
    slot.transmit(3, VERIFY)
    assert "1234" not in repr(vars(slot)).lower()
    assert "\\x12" not in repr(vars(slot))


def test_the_caller_keeps_its_own_bytes_and_the_copy_is_taken_at_once() -> None:
    slot = started(TwinSlot(), EchoCard())
    command = bytearray(SELECT)
    slot.transmit(2, command)
    command[:] = bytes(len(command))
    assert slot.poll_events(0) == [CardAnswered(0, 2, b"\x00\xa4\x90\x00")]


def test_answers_can_be_replaced_silenced_or_cut_by_a_pull() -> None:
    changed: dict[int, bytes | None] = {1: b"\x6a\x82", 2: b"", 3: None}

    def tamper(number: int, answer: bytes) -> bytes | None:
        return changed.get(number, answer)

    slot = started(TwinSlot(latency=lambda _: 10, tamper=tamper), EchoCard())
    for ticket in range(5):
        slot.transmit(ticket, SELECT)
    slot.poll_events(0)
    assert run(slot, 1000) == [
        CardAnswered(10, 0, b"\x00\xa4\x90\x00"),
        CardAnswered(20, 1, b"\x6a\x82"),
        CardSilent(30, 2),
        CardAbsent(40),
    ]
    assert slot.card is None


def test_closed_it_is_dark_and_may_be_closed_again_and_started_again() -> None:
    card = EchoCard()
    slot = started(TwinSlot(), card)
    slot.transmit(2, SELECT)
    slot.close()
    slot.close()
    assert slot.next_due() is None
    assert slot.poll_events(5) == []
    assert card.seen == ["on", "off"]
    slot.start(lambda: None)
    assert slot.poll_events(6) == [CardPresent(6)]


def test_what_a_person_does_wakes_the_loop() -> None:
    woken: list[str] = []
    slot = TwinSlot()
    slot.start(lambda: woken.append("woken"))
    slot.poll_events(0)
    slot.insert_card(EchoCard(), 1)
    slot.pull_card(2)
    assert woken == ["woken", "woken"]


@pytest.mark.parametrize("ends", ["answered", "without power", "pulled", "unplugged", "closed", "asked too late"])
def test_the_slots_own_copy_of_a_command_is_wiped(ends: str) -> None:
    """It may be a PIN's, and it would wait in memory for whatever is allocated next."""
    slot = started(TwinSlot(), EchoCard(), powered=ends != "without power")
    if ends == "asked too late":
        slot.pull_card(0)
    kept = Keeping(slot)
    slot.transmit(2, VERIFY)
    {
        "pulled": lambda: slot.pull_card(0),
        "unplugged": lambda: slot.unplug_reader(0),
        "closed": slot.close,
    }.get(ends, lambda: slot.poll_events(0))()
    (copy,) = kept.copies
    assert copy == bytes(len(VERIFY)), ends
    assert VERIFY[5:9] == bytes.fromhex("241234FF"), "the caller's own is the caller's"
