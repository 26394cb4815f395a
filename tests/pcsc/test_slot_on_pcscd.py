"""The card slot on a real pcscd with virtual readers."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bank.cards.vpcd import VirtualReader
from drivers.slot.pcsc import PcscSlot
from drivers.slot.pcsc_api import Pcsc
from drivers.slot.pcsc_card import PcscConnection, PoweredCard, power_card
from sesame_core.events import (
    CardAbsent,
    CardAnswered,
    CardPowered,
    CardPresent,
    CardSilent,
    SlotFound,
    SlotLost,
)
from sesame_core.smartcard.apdu import Protocol
from tests.pcsc_plugin import FIRST, LIMIT_S, SECOND, IsoCard, PcscService, SlotLoop

OpenSlot = Callable[..., SlotLoop]
Readers = tuple[VirtualReader, VirtualReader]

SELECT = bytearray.fromhex("00A4040007A0000000038002")
ATR_T0 = "3b6500002063cb6a00"
ATR_T1 = "3b800181"
ATR_BOTH = "3b909580010014"


def powered(loop: SlotLoop, reader: VirtualReader, card: IsoCard) -> CardPowered:
    """The card in the slot, with power, ticket 1."""
    reader.insert(card)
    loop.until(CardPresent)
    loop.slot.power_on(1)
    return loop.until(CardPowered)


def test_insert_exchange_remove(open_slot: OpenSlot, virtual_readers: Readers) -> None:
    loop = open_slot()
    loop.until(CardAbsent)
    card = IsoCard(lambda apdu: apdu[:4] + b"\x90\x00")
    told = powered(loop, virtual_readers[0], card)
    assert (told.ticket, told.atr, told.protocol) == (1, bytes.fromhex(ATR_T0), Protocol.T0)
    loop.slot.transmit(2, SELECT)
    answer = loop.until(CardAnswered)
    assert (answer.ticket, answer.response) == (2, bytes.fromhex("00a404009000"))
    virtual_readers[0].remove()
    loop.until(CardAbsent)


def test_a_card_that_is_already_in_is_told_first(
    open_slot: OpenSlot, virtual_readers: Readers, pcscd: PcscService
) -> None:
    virtual_readers[0].insert(IsoCard())
    pcscd.until_present(FIRST, True)
    loop = open_slot()
    loop.until(CardPresent)
    loop.slot.power_on(1)
    loop.until(CardPowered)


@pytest.mark.parametrize(
    ("atr", "protocol"), [(ATR_T0, Protocol.T0), (ATR_T1, Protocol.T1), (ATR_BOTH, Protocol.T1), ("3b00", Protocol.T0)]
)
def test_the_protocol_is_the_one_of_the_connection(
    open_slot: OpenSlot, virtual_readers: Readers, atr: str, protocol: Protocol
) -> None:
    loop = open_slot()
    loop.until(CardAbsent)
    told = powered(loop, virtual_readers[0], IsoCard(atr=bytes.fromhex(atr)))
    assert (told.atr, told.protocol) == (bytes.fromhex(atr), protocol)
    loop.slot.transmit(2, SELECT)
    assert loop.until(CardAnswered).response == b"\x90\x00"


def test_a_warm_reset_turns_an_inverse_atr_into_the_other_one(open_slot: OpenSlot, virtual_readers: Readers) -> None:
    card = IsoCard(atr=bytes.fromhex("3f6500000003040506"), warm_atr=bytes.fromhex(ATR_T1))
    loop = open_slot()
    loop.until(CardAbsent)
    told = powered(loop, virtual_readers[0], card)
    assert (told.atr, told.protocol) == (bytes.fromhex(ATR_T1), Protocol.T1)
    assert card.seen.count("reset") == 1
    loop.slot.transmit(2, SELECT)
    assert loop.until(CardAnswered).response == b"\x90\x00"


@pytest.mark.parametrize("response", ["6110", "6c20", "6d00", "90", "00" * 300 + "9000"])
@pytest.mark.parametrize("atr", [ATR_T0, ATR_T1])
def test_answers_come_raw(open_slot: OpenSlot, virtual_readers: Readers, atr: str, response: str) -> None:
    """61xx and 6Cxx are the core's to act on, and garbage is the core's to judge."""
    card = IsoCard(lambda _: bytes.fromhex(response), atr=bytes.fromhex(atr))
    loop = open_slot()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], card)
    loop.slot.transmit(2, SELECT)
    assert loop.until(CardAnswered).response.hex() == response
    assert [entry for entry in card.seen if len(entry) > 5] == [SELECT.hex()], (
        "one command, and none of the driver's own"
    )


def test_sixty_four_kibibytes_come_too(open_slot: OpenSlot, virtual_readers: Readers) -> None:
    loop = open_slot()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard(lambda _: b"a" * 65535))
    loop.slot.transmit(2, SELECT)
    assert loop.until(CardAnswered).response == b"a" * 65535


@pytest.mark.parametrize("atr", ["", "00", "ffffffffff", "3b", "3bffffff"])
def test_a_mute_card_or_one_without_a_true_atr_is_silent(
    open_slot: OpenSlot, virtual_readers: Readers, atr: str
) -> None:
    loop = open_slot()
    loop.until(CardAbsent)
    virtual_readers[0].insert(IsoCard(atr=bytes.fromhex(atr)))
    loop.until(CardPresent)
    loop.slot.power_on(1)
    assert loop.until(CardSilent).ticket == 1
    loop.slot.transmit(2, SELECT)
    assert loop.until(CardSilent).ticket == 2
    virtual_readers[0].remove()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard())


def test_pulled_during_a_command_and_the_next_card_works(
    open_slot: OpenSlot, virtual_readers: Readers, pcscd: PcscService
) -> None:
    """The sign here: SCardTransmit succeeds with an empty answer."""
    arrived, gone = threading.Event(), threading.Event()

    def pulled(_command: bytes) -> bytes:
        arrived.set()
        assert gone.wait(LIMIT_S)
        return b""

    loop = open_slot()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard(pulled))
    loop.slot.transmit(2, SELECT)
    loop.slot.transmit(3, SELECT)
    assert arrived.wait(LIMIT_S)
    gone.set()
    loop.until(CardAbsent)
    pcscd.until_present(FIRST, False)
    powered(loop, virtual_readers[0], IsoCard(atr=bytes.fromhex(ATR_T1)))
    assert [type(event) for event in loop.events] == [CardAbsent, CardPresent, CardPowered] * 2


def test_pulled_between_commands_before_pcscd_notices(open_slot: OpenSlot, virtual_readers: Readers) -> None:
    """The signs here: 0x80100016, then 0x80100069 once pcscd has seen it; whichever comes, the answer is CardAbsent."""
    loop = open_slot()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard())
    virtual_readers[0].remove()
    loop.slot.transmit(2, SELECT)
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard())


def test_a_quick_change_of_cards_is_two_events(
    open_slot: OpenSlot, virtual_readers: Readers, pcscd: PcscService
) -> None:
    loop = open_slot()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard())
    virtual_readers[0].remove()
    pcscd.until_present(FIRST, False)
    virtual_readers[0].insert(IsoCard())
    pcscd.until_present(FIRST, True)
    loop.until(CardAbsent)
    loop.until(CardPresent)


def test_a_request_of_the_last_card_never_reaches_the_next_one(
    open_slot: OpenSlot, virtual_readers: Readers, pcscd: PcscService
) -> None:
    """The card was changed, and the loop has not been told yet when it asks."""
    loop = open_slot()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard())
    virtual_readers[0].remove()
    pcscd.until_present(FIRST, False)
    second = IsoCard()
    virtual_readers[0].insert(second)
    pcscd.until_present(FIRST, True)
    loop.slot.transmit(2, SELECT)
    loop.until(CardAbsent)
    loop.until(CardPresent)
    loop.slot.power_on(3)
    assert loop.until(CardPowered).ticket == 3
    assert SELECT.hex() not in second.seen


def test_power_off_and_on_again(open_slot: OpenSlot, virtual_readers: Readers) -> None:
    card = IsoCard()
    loop = open_slot()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], card)
    loop.slot.power_off()
    loop.slot.transmit(2, SELECT)
    assert loop.until(CardSilent).ticket == 2
    assert card.off.wait(LIMIT_S)
    loop.slot.power_on(3)
    assert loop.until(CardPowered).ticket == 3


def test_the_first_reader_with_a_card_is_the_slot(open_slot: OpenSlot, virtual_readers: Readers) -> None:
    loop = open_slot()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[1], IsoCard(atr=bytes.fromhex(ATR_T1)))
    virtual_readers[0].insert(IsoCard())
    loop.slot.transmit(2, SELECT)
    loop.until(CardAnswered)
    virtual_readers[1].remove()
    loop.until(CardAbsent)
    assert isinstance(loop.next(), CardPresent), "the other card's turn"
    loop.slot.power_on(3)
    assert loop.until(CardPowered).atr.hex() == ATR_T0


@pytest.mark.parametrize("choice", [SECOND, "00 01", "pcd 00 01", 1])
def test_a_reader_is_chosen_by_name_by_part_or_by_place(
    open_slot: OpenSlot, virtual_readers: Readers, choice: str | int
) -> None:
    virtual_readers[0].insert(IsoCard())
    loop = open_slot(choice)
    loop.until(CardAbsent)
    told = powered(loop, virtual_readers[1], IsoCard(atr=bytes.fromhex(ATR_T1)))
    assert told.atr.hex() == ATR_T1


def test_a_reader_that_does_not_exist_is_a_lost_slot(open_slot: OpenSlot, virtual_readers: Readers) -> None:
    loop = open_slot("Gemalto")
    loop.until(SlotLost)
    loop.slot.power_on(1)
    loop.until(SlotLost)


def test_another_program_that_holds_the_card_lets_it_be_silent(
    open_slot: OpenSlot, virtual_readers: Readers, caplog: pytest.LogCaptureFixture
) -> None:
    loop = open_slot()
    loop.until(CardAbsent)
    virtual_readers[0].insert(IsoCard())
    loop.until(CardPresent)
    with PcscConnection.connect(FIRST):
        loop.slot.power_on(1)
        assert loop.until(CardSilent).ticket == 1
    assert "another program holds the card" in caplog.text
    loop.slot.power_on(2)
    assert loop.until(CardPowered).ticket == 2


def test_a_program_that_lets_go_is_waited_for(virtual_readers: Readers, pcscd: PcscService) -> None:
    virtual_readers[0].insert(IsoCard())
    pcscd.until_present(FIRST, True)
    other = PoweredCard(Pcsc(), FIRST)
    pauses: list[float] = []

    def let_go_at_the_third(pause_s: float) -> None:
        pauses.append(pause_s)
        if len(pauses) == 3:
            other.close()

    card = power_card(Pcsc(), FIRST, pause=let_go_at_the_third)
    assert card.atr.hex() == ATR_T0
    assert len(pauses) == 3
    card.close()


def test_shared_access_leaves_others_in(open_slot: OpenSlot, virtual_readers: Readers) -> None:
    loop = open_slot(exclusive=False)
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard())
    with PcscConnection.connect(FIRST, exclusive=False) as other:
        assert other.exchange(bytearray(SELECT)) == b"\x90\x00"


def test_a_reset_by_another_program_is_silence_not_removal(open_slot: OpenSlot, virtual_readers: Readers) -> None:
    loop = open_slot(exclusive=False)
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard())
    with PcscConnection.connect(FIRST, exclusive=False) as other:
        other.reset_card()
        loop.slot.transmit(2, SELECT)
        assert loop.until(CardSilent).ticket == 2


def test_pcscd_comes_after_us(open_slot: OpenSlot, virtual_readers: Readers, pcscd: PcscService) -> None:
    pcscd.stop()
    loop = open_slot()
    loop.until(SlotLost)
    pcscd.start()
    loop.until(SlotFound)
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard())


@pytest.mark.parametrize("end", [PcscService.stop, PcscService.kill])
def test_pcscd_goes_and_comes_with_the_card_in(
    open_slot: OpenSlot, virtual_readers: Readers, pcscd: PcscService, end: Callable[[PcscService], None]
) -> None:
    loop = open_slot()
    loop.until(CardAbsent)
    virtual_readers[0].insert(IsoCard(), reconnect=True)
    loop.until(CardPresent)
    loop.slot.power_on(1)
    loop.until(CardPowered)
    end(pcscd)
    loop.until(SlotLost)
    loop.slot.transmit(2, SELECT)
    loop.until(SlotLost)
    pcscd.start()
    loop.until(SlotFound)
    while not isinstance(loop.next(), CardPresent):
        assert isinstance(loop.events[-1], CardAbsent), "the virtual card may come a moment after the reader"
    loop.slot.power_on(3)
    assert loop.until(CardPowered).ticket == 3


def test_pcscd_dies_during_a_command(open_slot: OpenSlot, virtual_readers: Readers, pcscd: PcscService) -> None:
    arrived, gone = threading.Event(), threading.Event()

    def hold(_command: bytes) -> bytes:
        arrived.set()
        gone.wait(LIMIT_S)
        return b"\x90\x00"

    loop = open_slot()
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard(hold))
    loop.slot.transmit(2, SELECT)
    assert arrived.wait(LIMIT_S)
    pcscd.kill()
    loop.until(SlotLost)
    gone.set()
    pcscd.start()
    loop.until(SlotFound)
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard())


def test_a_service_without_readers_is_a_lost_slot(open_slot: OpenSlot, pcscd: PcscService, tmp_path: Path) -> None:
    """pcscd finds serial readers, as the virtual ones are, only when it starts: so it is started again."""
    pcscd.stop()
    pcscd.start("--config", str(tmp_path), expect=0)
    try:
        loop = open_slot()
        loop.until(SlotLost)
    finally:
        pcscd.stop()
    pcscd.start()
    loop.until(SlotFound)
    loop.until(CardAbsent)


def footprint() -> tuple[int, int]:
    """Threads and descriptors of this process."""
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


def test_restarts_leave_no_thread_and_no_descriptor_behind(
    open_slot: OpenSlot, virtual_readers: Readers, pcscd: PcscService
) -> None:
    """SESAME_CYCLES=1000 pytest tests/pcsc -k restarts: the long run of promise R8."""
    loop = open_slot()
    loop.until(CardAbsent)
    seen = set()
    for cycle in range(int(os.environ.get("SESAME_CYCLES", "12"))):
        powered(loop, virtual_readers[0], IsoCard())
        loop.slot.transmit(2, SELECT)
        loop.until(CardAnswered)
        (pcscd.kill if cycle % 2 else pcscd.stop)()
        loop.until(SlotLost)
        virtual_readers[0].remove()
        pcscd.start()
        loop.until(SlotFound)
        loop.until(CardAbsent)
        seen.add(footprint())
    assert len(seen) == 1


def test_closed_it_leaves_nothing_behind(virtual_readers: Readers, pcscd: PcscService) -> None:
    before = footprint()
    virtual_readers[0].insert(IsoCard())
    pcscd.until_present(FIRST, True)
    for _ in range(5):
        slot = PcscSlot()
        loop = SlotLoop(slot)
        loop.until(CardPresent)
        slot.power_on(1)
        loop.until(CardPowered)
        slot.close()
        slot.close()
        assert slot.poll_events(0) == []
        assert slot.next_due() is None
    virtual_readers[0].remove()
    assert footprint() == before


def test_closed_during_an_exchange_it_does_not_wait_for_ever(
    virtual_readers: Readers, pcscd: PcscService, caplog: pytest.LogCaptureFixture
) -> None:
    arrived, gone = threading.Event(), threading.Event()

    def hold(_command: bytes) -> bytes:
        arrived.set()
        gone.wait(LIMIT_S)
        return b""

    slot = PcscSlot()
    loop = SlotLoop(slot)
    loop.until(CardAbsent)
    powered(loop, virtual_readers[0], IsoCard(hold))
    slot.transmit(2, SELECT)
    assert arrived.wait(LIMIT_S)
    slot.close()
    assert "hangs in an exchange" in caplog.text
    gone.set()
    for thread in threading.enumerate():
        if thread.name == "sesame-slot-work":
            thread.join(LIMIT_S)
            assert not thread.is_alive(), "it ends as soon as the exchange does"


def test_closed_while_another_program_holds_the_card(virtual_readers: Readers, pcscd: PcscService) -> None:
    virtual_readers[0].insert(IsoCard())
    pcscd.until_present(FIRST, True)
    threads = threading.active_count()
    with PcscConnection.connect(FIRST):
        slot = PcscSlot()
        loop = SlotLoop(slot)
        loop.until(CardPresent)
        slot.power_on(1)
        slot.close()
    assert threading.active_count() == threads
