"""A card over PC/SC for a program that can wait: resets, what it is told of, whose reader it is in; all played."""

from types import SimpleNamespace

import pytest

from drivers.errors import SlotError
from drivers.slot.pcsc import PcscSlot
from drivers.slot.pcsc_api import STATE_CHANGED, Pcsc
from drivers.slot.pcsc_card import PcscConnection, PoweredCard, power_card
from drivers.slot.pcsc_errors import CardBusyError, Code, error_for
from drivers.slot.several_readers import find_reader
from sesame_core.errors import CardError, Fault
from sesame_core.events import CardAbsent, CardPowered, CardPresent
from sesame_core.smartcard.apdu import Protocol
from tests.drivers.test_slot_pcsc_rules import ATR, Loop, PlayedPcscd

INVERSE = bytes.fromhex("3f65000000")


class Resettable(PlayedPcscd):
    """Its cards answer a reset with another ATR, and another protocol."""

    def __init__(self, *names: str, cold: bytes = INVERSE) -> None:
        super().__init__(*names)
        self.cold = cold
        self.resets: list[bool] = []

    def read_atr(self, handle: int) -> bytes:
        return ATR if self.resets else self.cold

    def reset_card(self, handle: int, *, exclusive: bool) -> Protocol:
        self.resets.append(exclusive)
        return Protocol.T1


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_card_of_the_inverse_convention_is_reset_warm_once(exclusive: bool) -> None:
    """ISO/IEC 7816-3, 6.2.2: the reader cannot read on; the new ATR and protocol are the ones that count."""
    pcscd = Resettable("A")
    pcscd.insert("A")
    card = PoweredCard(pcscd, "A", exclusive=exclusive)
    assert (card.atr, card.cold_atr, card.protocol) == (ATR, INVERSE, Protocol.T1)
    assert pcscd.resets == [exclusive]
    card.close()
    with pytest.raises(SlotError, match="connect again"):
        card.reset_card()


def test_a_connection_tells_of_its_card_and_gives_it_back() -> None:
    pcscd = Resettable("A", "B", cold=b"\x3b\x00")
    pcscd.insert("B")
    with PcscConnection.connect(pcsc=pcscd) as connection:
        told = (connection.reader, connection.atr, connection.cold_atr, connection.protocol)
        assert told == ("B", b"\x3b\x00", b"", Protocol.T0)
        connection.reset_card()
        assert (connection.atr, connection.cold_atr, connection.protocol) == (ATR, b"\x3b\x00", Protocol.T1)
        connection.reset_card()
        assert connection.cold_atr == b"\x3b\x00", "the first, cold one"
        assert connection.exchange(bytearray(4)) == b"\x90\x00"
    assert (pcscd.handles, pcscd.contexts, pcscd.unpowered) == (0, 0, [True])


def test_a_card_that_another_program_holds_is_waited_for_two_seconds() -> None:
    pcscd, pauses = PlayedPcscd("A"), list[float]()
    pcscd.insert("A")
    pcscd.fails["connect"] = Code.SHARING_VIOLATION
    with pytest.raises(CardBusyError):
        power_card(pcscd, "A", pause=pauses.append)
    assert 1.5 <= sum(pauses) <= 2.5
    assert pcscd.contexts == 0

    def let_go(_seconds: float) -> None:
        pcscd.fails.clear()

    pcscd.fails["connect"] = Code.SHARING_VIOLATION
    assert power_card(pcscd, "A", pause=let_go).atr == ATR


@pytest.mark.parametrize(
    ("cards", "good", "found", "tried"),
    [
        ("A", "", "A", []),
        ("AB", "B", "B", ["A", "B"]),
        ("AB", "A", "A", ["A"]),
        ("ABC", "", "A", ["A", "B", "C"]),
        ("aBC", "", "B", ["B", "C"]),
        ("ab", "", "A", []),
    ],
)
def test_the_reader_whose_card_makes_codes_is_found(
    cards: str, good: str, found: str, tried: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small letters: a card that takes no power. A single card is not tried."""

    class Several(PlayedPcscd):
        def connect_card(self, context: int, reader: str, *, exclusive: bool) -> tuple[int, Protocol]:
            if reader.lower() in cards:
                raise error_for(Code.UNRESPONSIVE_CARD, "SCardConnect")
            return super().connect_card(context, reader, exclusive=exclusive)

    pcscd, asked = Several("A", "B", "C"), list[str]()
    for name in cards.upper():
        pcscd.insert(name)
    monkeypatch.setattr("drivers.slot.several_readers.Pcsc", lambda: pcscd)
    monkeypatch.setattr("drivers.slot.pcsc_card.Pcsc", lambda: pcscd)

    def prove(connection: PcscConnection) -> None:
        asked.append(connection.reader)
        if connection.reader != good:
            raise CardError(Fault.UNSUPPORTED, "no CAP application")

    assert find_reader(None, prove) == found
    assert asked == tried
    assert (pcscd.handles, pcscd.contexts) == (0, 0)


def test_an_empty_slot_that_is_asked_says_once_more_that_it_is_empty() -> None:
    """The loop may have missed why: it would wait for an answer for ever."""
    pcscd = PlayedPcscd("A")
    loop = Loop(make_slot(pcscd))
    assert loop.kinds(1) == [CardAbsent]
    assert (loop.slot.next_due(), loop.slot.card_in) == (None, False)
    loop.slot.power_on(1)
    assert loop.slot.next_due() == 0
    assert loop.kinds(1) == [CardAbsent]
    pcscd.insert("A")
    assert loop.kinds(1) == [CardPresent]
    assert loop.slot.card_in
    loop.slot.power_on(2)
    assert loop.kinds(1) == [CardPowered]
    assert loop.slot.next_due() is None
    pcscd.pull("A")
    assert loop.kinds(1) == [CardAbsent]
    assert not loop.slot.card_in
    loop.slot.close()
    assert (loop.slot.card_in, loop.slot.next_due(), loop.slot.power_next(3)) == (False, None, False)


def make_slot(pcscd: PlayedPcscd) -> PcscSlot:
    """The slot on it."""
    return PcscSlot(load=pcscd)


class FakeLibrary(SimpleNamespace):
    """libpcsclite, whose every call gives what a test says."""


def library_with(**answers: object) -> Pcsc:
    """PC/SC on such a library."""
    pytest.importorskip("smartcard.scard")
    pcsc = Pcsc()
    calls = {name: (lambda *_arguments, answer=answer: answer) for name, answer in answers.items()}
    pcsc._library = FakeLibrary(**calls)  # type: ignore[assignment]
    return pcsc


@pytest.mark.parametrize(("chosen", "protocol"), [(1, Protocol.T0), (2, Protocol.T1)])
def test_the_protocol_is_the_one_that_was_chosen(chosen: int, protocol: Protocol) -> None:
    """SCARD_PROTOCOL_T0 and T1 are bits (PC/SC part 5)."""
    assert library_with(connect=(0, 77, chosen)).connect_card(1, "A", exclusive=True) == (77, protocol)


def test_what_the_library_tells_is_handed_on() -> None:
    pcsc = library_with(list_readers=(0, [b"A", b"\xff"]), atr=(0, ATR), transmit=(0, b"\x90\x00"))
    assert pcsc.list_readers(1) == ["A", "\udcff"]
    assert pcsc.read_atr(1) == ATR
    assert pcsc.transmit(1, Protocol.T1, bytearray(4)) == b"\x90\x00"
    assert library_with(list_readers=(Code.NO_READERS_AVAILABLE, [])).list_readers(1) == []


@pytest.mark.parametrize("code", [Code.TIMEOUT, Code.CANCELLED])
def test_a_wait_in_which_nothing_happened_tells_what_was_known(code: Code) -> None:
    assert library_with(status_change=(code, [0])).get_states(1, {"A": 0x22}, 5) == {"A": 0x22}


def test_a_wait_does_not_say_itself_that_something_changed() -> None:
    """PC/SC part 5, 3.2.5: SCARD_STATE_CHANGED is for the answer."""
    asked: list[object] = []
    pcsc = library_with()

    def answer(*arguments: object) -> tuple[int, list[int]]:
        asked.append(arguments)
        return 0, [0x10022]

    pcsc._library = FakeLibrary(status_change=answer)  # type: ignore[assignment]
    assert pcsc.get_states(7, {"\udcffA": 0x20 | STATE_CHANGED}, 1500) == {"\udcffA": 0x10022}
    assert asked == [(7, 1500, [(b"\xffA", 0x20)])]
