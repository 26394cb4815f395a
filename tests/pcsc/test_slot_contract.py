"""What `CardSlot` promises, shown on the twin and on a real pcscd by the same tests."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

import pytest

from bank.cards.vpcd import VirtualReader
from drivers.ports import CardSlot
from drivers.slot.twin import TwinSlot
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
from tests.pcsc_plugin import FIRST, LIMIT_S, IsoCard, PcscService, SlotLoop

Kind = TypeVar("Kind", bound=Event)

SELECT = bytearray.fromhex("00A4040007A0000000038002")
VERIFY = bytearray.fromhex("0020008008241234FFFFFFFFFF")


class Bench(Protocol):
    """A slot, and what a person does with it."""

    slot: CardSlot

    def insert_card(self, card: IsoCard) -> None: ...

    def pull_card(self) -> None: ...

    def unplug_reader(self) -> None: ...

    def plug_empty(self) -> None: ...

    def until(self, kind: type[Kind]) -> Kind: ...


class TwinBench:
    """The twin, whose time goes on by one millisecond with each thing that is done."""

    def __init__(self) -> None:
        self._twin = TwinSlot(latency=lambda _: 20)
        self.slot: CardSlot = self._twin
        self._now = 0
        self._pending: list[Event] = []
        self._twin.start(lambda: None)

    def insert_card(self, card: IsoCard) -> None:
        self._twin.insert_card(card, self._tick())

    def pull_card(self) -> None:
        self._twin.pull_card(self._tick())

    def unplug_reader(self) -> None:
        self._twin.unplug_reader(self._tick())

    def plug_empty(self) -> None:
        self._twin.pull_card(self._tick())
        self._twin.plug_reader(self._tick())

    def until(self, kind: type[Kind]) -> Kind:
        while not self._pending:
            due = self._twin.next_due()
            assert due is not None, f"nothing more will happen, and no {kind.__name__}"
            self._now = max(self._now, due)
            self._pending += self._twin.poll_events(self._now)
        event = self._pending.pop(0)
        assert isinstance(event, kind), f"{event} came instead of {kind.__name__}"
        return event

    def _tick(self) -> int:
        self._now += 1
        return self._now


class PcscBench:
    """A virtual card in pcscd. Its reader goes when pcscd goes."""

    def __init__(self, loop: SlotLoop, reader: VirtualReader, service: PcscService) -> None:
        self.slot: CardSlot = loop.slot
        self._loop, self._reader, self._service = loop, reader, service

    def insert_card(self, card: IsoCard) -> None:
        self._reader.insert(card)
        self._service.until_present(FIRST, True)

    def pull_card(self) -> None:
        self._reader.remove()
        self._service.until_present(FIRST, False)

    def unplug_reader(self) -> None:
        self._service.stop()

    def plug_empty(self) -> None:
        self._reader.remove()
        self._service.start()

    def until(self, kind: type[Kind]) -> Kind:
        return self._loop.until(kind)


@pytest.fixture(
    params=["twin", pytest.param("pcscd", marks=[pytest.mark.service, pytest.mark.xdist_group("pcscd")])],
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "twin":
        yield TwinBench()
        return
    open_slot: Callable[..., SlotLoop] = request.getfixturevalue("open_slot")
    reader, _ = request.getfixturevalue("virtual_readers")
    yield PcscBench(open_slot(), reader, request.getfixturevalue("pcscd"))


def powered(bench: Bench, card: IsoCard) -> CardPowered:
    bench.insert_card(card)
    bench.until(CardPresent)
    bench.slot.power_on(1)
    return bench.until(CardPowered)


def test_a_session(bench: Bench) -> None:
    bench.until(CardAbsent)
    card = IsoCard(lambda apdu: apdu[:2] + b"\x90\x00")
    assert powered(bench, card).ticket == 1
    bench.slot.transmit(2, SELECT)
    bench.slot.transmit(3, VERIFY)
    first, second = bench.until(CardAnswered), bench.until(CardAnswered)
    assert (first.ticket, first.response.hex()) == (2, "00a49000")
    assert (second.ticket, second.response.hex()) == (3, "00209000")
    bench.slot.power_off()
    bench.slot.transmit(4, SELECT)
    assert bench.until(CardSilent).ticket == 4
    assert card.off.wait(LIMIT_S)
    bench.pull_card()
    bench.until(CardAbsent)


def test_the_bytes_are_copied_and_the_callers_are_left_alone(bench: Bench) -> None:
    bench.until(CardAbsent)
    card = IsoCard()
    powered(bench, card)
    command = bytearray(VERIFY)
    bench.slot.transmit(2, command)
    assert command == VERIFY
    command[:] = bytes(len(command))
    bench.until(CardAnswered)
    assert VERIFY.hex() in card.seen


def test_pulled_the_older_tickets_are_not_answered(bench: Bench) -> None:
    bench.until(CardAbsent)
    powered(bench, IsoCard())
    bench.pull_card()
    bench.slot.transmit(2, SELECT)
    bench.slot.transmit(3, SELECT)
    bench.until(CardAbsent)
    second = IsoCard()
    assert powered(bench, second)
    bench.slot.transmit(4, VERIFY)
    assert bench.until(CardAnswered).ticket == 4
    assert SELECT.hex() not in second.seen


def test_a_request_to_an_empty_slot_is_answered_by_absent(bench: Bench) -> None:
    bench.until(CardAbsent)
    bench.slot.power_on(1)
    bench.until(CardAbsent)
    bench.slot.transmit(2, SELECT)
    bench.until(CardAbsent)
    bench.slot.power_off()
    powered(bench, IsoCard())


def test_a_changed_card_gets_nothing_that_was_meant_for_the_last_one(bench: Bench) -> None:
    bench.until(CardAbsent)
    powered(bench, IsoCard())
    bench.pull_card()
    second = IsoCard()
    bench.insert_card(second)
    bench.slot.transmit(2, VERIFY)
    bench.slot.power_on(3)
    bench.until(CardAbsent)
    bench.until(CardPresent)
    bench.slot.power_on(4)
    assert bench.until(CardPowered).ticket == 4
    assert VERIFY.hex() not in second.seen


def test_a_mute_card(bench: Bench) -> None:
    bench.until(CardAbsent)
    bench.insert_card(IsoCard(atr=b""))
    bench.until(CardPresent)
    bench.slot.power_on(1)
    assert bench.until(CardSilent).ticket == 1
    bench.pull_card()
    bench.until(CardAbsent)
    powered(bench, IsoCard())


@pytest.mark.parametrize(
    ("atr", "warm", "protocol"), [("3f6500000003040506", "3b800181", 1), ("3f6500000003040506", "3b00", 0)]
)
def test_inverse_convention(bench: Bench, atr: str, warm: str, protocol: int) -> None:
    bench.until(CardAbsent)
    card = IsoCard(atr=bytes.fromhex(atr), warm_atr=bytes.fromhex(warm), protocol=protocol)
    told = powered(bench, card)
    assert (told.atr.hex(), told.protocol.value) == (warm, protocol)
    assert card.seen.count("reset") == 1


def test_the_reader_goes_and_comes(bench: Bench) -> None:
    bench.until(CardAbsent)
    powered(bench, IsoCard())
    bench.unplug_reader()
    bench.until(SlotLost)
    bench.slot.transmit(2, SELECT)
    bench.until(SlotLost)
    bench.plug_empty()
    bench.until(SlotFound)
    bench.until(CardAbsent)
    assert powered(bench, IsoCard())


def test_closed_it_says_nothing_more(bench: Bench) -> None:
    bench.until(CardAbsent)
    card = IsoCard()
    powered(bench, card)
    bench.slot.transmit(2, SELECT)
    bench.slot.close()
    bench.slot.close()
    assert bench.slot.next_due() is None
    assert list(bench.slot.poll_events(10_000)) == []


def test_never_started_it_may_be_closed() -> None:
    slot = TwinSlot()
    slot.close()
    assert list(slot.poll_events(0)) == []
