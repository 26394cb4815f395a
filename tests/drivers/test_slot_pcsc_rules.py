"""The PC/SC slot against a pcscd played in process, for what virtual readers cannot do: be unplugged, refuse, fail in
mid exchange with the card still in. The real pcscd is in tests/pcsc."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace

import pytest

from drivers.errors import NoCardError, NoReaderError, SlotError
from drivers.slot.mailbox import News
from drivers.slot.pcsc import PcscSlot
from drivers.slot.pcsc_api import FOREVER_MS, PNP, STATE_PRESENT, Pcsc, event_count, is_present
from drivers.slot.pcsc_card import PcscConnection, choose_readers, power_card, read_states
from drivers.slot.pcsc_errors import (
    AccessRefusedError,
    CardBusyError,
    CardMuteError,
    CardRemovedError,
    CardUnsupportedError,
    Code,
    PcscMissingError,
    ReaderLostError,
    ServiceLostError,
    error_for,
)
from drivers.slot.pcsc_watch import Presence
from drivers.slot.pcsc_worker import PowerOff, PowerOn, Transmit, Worker
from sesame_core.errors import Fault
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

LIMIT_S = 15.0
SELECT = bytearray.fromhex("00A4040007A0000000038002")
ATR = bytes.fromhex("3b6500002063cb6a00")
IGNORE = 1
"""SCARD_STATE_IGNORE: of a reader that is asked about with it nothing is said (PC/SC part 5, 3.2.5)."""


class PlayedPcscd(Pcsc):
    """Readers that come and go, cards with a count of their comings and goings, one code to fail with."""

    def __init__(self, *names: str) -> None:
        self._changed = threading.Condition()
        self.readers = dict.fromkeys(names, 0x10)
        self.fails: dict[str, int] = {}
        self.sent: list[bytes] = []
        self.contexts = 0
        self.handles = 0
        self.answer = b"\x90\x00"
        self.connected: list[str] = []
        self.unpowered: list[bool] = []
        self._cancelled = False
        self.tried = threading.Semaphore(0)

    def __call__(self) -> "PlayedPcscd":
        return self

    # What a person does

    def insert(self, name: str) -> None:
        self._set(name, STATE_PRESENT)

    def pull(self, name: str) -> None:
        self._set(name, 0x10)

    def plug(self, name: str) -> None:
        with self._changed:
            self.readers[name] = 0x10
            self._changed.notify_all()

    def unplug(self, name: str) -> None:
        with self._changed:
            del self.readers[name]
            self._changed.notify_all()

    def _set(self, name: str, state: int) -> None:
        with self._changed:
            self.readers[name] = (event_count(self.readers[name]) + 1) << 16 | state
            self._changed.notify_all()

    # What PC/SC does

    def _obey(self, call: str) -> None:
        if code := self.fails.get(call):
            raise error_for(code, call)

    def establish_context(self) -> int:
        self.tried.release()
        self._obey("establish")
        self.contexts += 1
        return 1

    def release_context(self, context: int) -> None:
        self.contexts -= 1

    def list_readers(self, context: int) -> list[str]:
        self._obey("list_readers")
        return list(self.readers)

    def get_states(self, context: int, known: Mapping[str, int], timeout_ms: int) -> dict[str, int]:
        count = len(self.readers)
        with self._changed:
            limit = LIMIT_S if timeout_ms == FOREVER_MS else timeout_ms / 1000
            self._changed.wait_for(lambda: self._cancelled or self._news(known, count), limit)
            self._cancelled = False
            if any(name not in self.readers for name in known if name != PNP):
                raise error_for(Code.UNKNOWN_READER, "SCardGetStatusChange")
            return {name: IGNORE if known[name] == IGNORE else self.readers.get(name, 0) for name in known}

    def _news(self, known: Mapping[str, int], count: int) -> bool:
        return len(self.readers) != count or any(self.readers.get(n) != s for n, s in known.items() if n != PNP)

    def cancel_waiting(self, context: int) -> None:
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def connect_card(self, context: int, reader: str, *, exclusive: bool) -> tuple[int, Protocol]:
        self._obey("connect")
        if not is_present(self.readers[reader]):
            raise error_for(Code.NO_SMARTCARD, "SCardConnect")
        self.handles += 1
        self.connected.append(reader)
        return 1, Protocol.T0

    def reset_card(self, handle: int, *, exclusive: bool) -> Protocol:
        return Protocol.T0

    def read_atr(self, handle: int) -> bytes:
        return ATR

    def disconnect_card(self, handle: int, *, unpower: bool) -> None:
        self.handles -= 1
        self.unpowered.append(unpower)

    def transmit(self, handle: int, protocol: Protocol, apdu: bytearray) -> bytes:
        self.sent.append(bytes(apdu))
        self._obey("transmit")
        return self.answer


class Loop:
    """Waits to be notified, polls."""

    def __init__(self, slot: PcscSlot) -> None:
        self.slot = slot
        self._pending: list[Event] = []
        self._woken = threading.Event()
        slot.start(self._woken.set)

    def next(self) -> Event:
        while not self._pending:
            assert self._woken.wait(LIMIT_S), "no event came"
            self._woken.clear()
            self._pending += self.slot.poll_events(0)
        return self._pending.pop(0)

    def kinds(self, count: int) -> list[type[Event]]:
        return [type(self.next()) for _ in range(count)]


OpenSlot = Callable[..., Loop]


@pytest.fixture
def open_slot() -> Iterator[OpenSlot]:
    opened: list[PcscSlot] = []

    def start(pcscd: PlayedPcscd, choice: str | int | None = None) -> Loop:
        opened.append(PcscSlot(choice, load=pcscd))
        return Loop(opened[-1])

    yield start
    for slot in opened:
        slot.close()


def powered(open_slot: OpenSlot, pcscd: PlayedPcscd) -> Loop:
    pcscd.insert("A")
    loop = open_slot(pcscd)
    assert isinstance(loop.next(), CardPresent)
    loop.slot.power_on(1)
    assert isinstance(loop.next(), CardPowered)
    return loop


def test_a_reader_is_unplugged_and_plugged_again(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    pcscd.unplug("A")
    assert loop.kinds(1) == [SlotLost]
    pcscd.plug("A")
    assert loop.kinds(2) == [SlotFound, CardAbsent]
    pcscd.insert("A")
    assert loop.kinds(1) == [CardPresent]
    loop.slot.power_on(2)
    assert loop.kinds(1) == [CardPowered]


def test_no_reader_at_first(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd()
    loop = open_slot(pcscd)
    assert loop.kinds(1) == [SlotLost]
    pcscd.plug("A")
    assert loop.kinds(2) == [SlotFound, CardAbsent]


def test_a_reader_that_comes_between_listing_and_waiting_is_found(open_slot: OpenSlot) -> None:
    """As when pcscd has just started: its readers come one by one, and a wait does not tell of those before it."""

    class Starting(PlayedPcscd):
        def list_readers(self, context: int) -> list[str]:
            names = super().list_readers(context)
            self.readers.setdefault("A", 0x10)
            return names

    loop = open_slot(Starting())
    assert loop.kinds(3) == [SlotLost, SlotFound, CardAbsent]


def test_another_reader_comes_with_the_card(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A")
    loop = open_slot(pcscd)
    assert loop.kinds(1) == [CardAbsent]
    pcscd.plug("B")
    pcscd.insert("B")
    assert loop.kinds(1) == [CardPresent]


def test_only_the_named_reader_counts(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A", "B")
    loop = open_slot(pcscd, "B")
    assert loop.kinds(1) == [CardAbsent]
    pcscd.insert("A")
    pcscd.unplug("B")
    assert loop.kinds(1) == [SlotLost]
    pcscd.plug("B")
    assert loop.kinds(2) == [SlotFound, CardAbsent]


def test_a_failed_exchange_with_the_card_still_in_is_silence(open_slot: OpenSlot) -> None:
    """On real readers 0x80100016 is also what a card that stops answering looks like."""
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    pcscd.fails["transmit"] = Code.NOT_TRANSACTED
    loop.slot.transmit(2, SELECT)
    assert loop.next() == CardSilent(0, 2)


def test_a_failed_exchange_with_the_card_gone_is_a_removal(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    pcscd.fails["transmit"] = Code.NOT_TRANSACTED
    pcscd.pull("A")
    loop.slot.transmit(2, SELECT)
    assert loop.kinds(1) == [CardAbsent]


def test_a_removal_is_told_once_and_the_next_card_is_seen(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    pcscd.fails["transmit"] = Code.REMOVED_CARD
    loop.slot.transmit(2, SELECT)
    loop.slot.transmit(3, SELECT)
    assert loop.kinds(1) == [CardAbsent]
    pcscd.fails.clear()
    pcscd.pull("A")
    pcscd.insert("A")
    assert loop.kinds(1) == [CardPresent]
    assert pcscd.sent == [bytes(SELECT)], "what was asked of the pulled card was not sent to anybody"


def test_an_empty_answer_is_a_pull(open_slot: OpenSlot) -> None:
    """So pcscd answers an exchange in the middle of which the card goes: success, and no byte."""
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    pcscd.answer = b""
    loop.slot.transmit(2, SELECT)
    assert loop.kinds(1) == [CardAbsent]


@pytest.mark.parametrize("sign", [b"", Code.REMOVED_CARD])
def test_a_pulled_card_is_not_unpowered(sign: bytes | Code, open_slot: OpenSlot) -> None:
    """pcscd would hold the slot to be empty without a word, and miss the card that comes at once."""
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    if isinstance(sign, Code):
        pcscd.fails["transmit"] = sign
    else:
        pcscd.answer = sign
    loop.slot.transmit(2, SELECT)
    assert loop.kinds(1) == [CardAbsent]
    loop.slot.close()
    assert pcscd.unpowered == [False]


def test_a_card_that_is_pulled_while_nobody_asks_it_is_let_go(open_slot: OpenSlot) -> None:
    """Nothing is exchanged and no other card comes: its handle goes by the pull alone, and the slot stays open."""
    gone = threading.Event()

    class Telling(PlayedPcscd):
        def disconnect_card(self, handle: int, *, unpower: bool) -> None:
            super().disconnect_card(handle, unpower=unpower)
            gone.set()

    pcscd = Telling("A")
    loop = powered(open_slot, pcscd)
    pcscd.pull("A")
    assert isinstance(loop.next(), CardAbsent)
    assert gone.wait(LIMIT_S), "the handle of a card that is gone is kept"
    assert pcscd.handles == 0


def test_a_card_that_is_in_is_unpowered(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    loop.slot.close()
    assert pcscd.unpowered == [True]


@pytest.mark.parametrize(("ended", "told"), [(0, CardAnswered), (1, CardSilent)])
def test_a_power_off_leaves_the_card_of_a_later_session_alone(ended: int, told: type[Event]) -> None:
    """The watcher asks for it when a card has gone; by then the loop may have had the next card powered."""
    pcscd = PlayedPcscd("A")
    pcscd.insert("A")
    woken = threading.Event()
    news = News(woken.set)
    for state in (0x10022, 0x20010, 0x30022):
        news.update_readers({"A": state})
    assert [type(event) for event in news.take_events(0)] == [CardPresent, CardAbsent, CardPresent]
    worker = Worker(pcscd, news, exclusive=True)
    worker.start()
    worker.do(PowerOn(1, 1))
    worker.do(PowerOff(ended))
    worker.do(Transmit(1, 2, bytearray(SELECT)))
    events: list[Event] = []
    while len(events) < 2:
        assert woken.wait(LIMIT_S)
        woken.clear()
        events += news.take_events(0)
    worker.stop_thread()
    assert [type(event) for event in events] == [CardPowered, told]


def test_an_unused_reader_that_goes_after_it_was_listed_does_not_hide_the_other(open_slot: OpenSlot) -> None:
    """Unplugged between listing and looking, twice the same list: LECTEUR ABSENT stood for 30 s."""

    class Going(PlayedPcscd):
        """Lists B for a while after it has gone."""

        listed = 3

        def list_readers(self, context: int) -> list[str]:
            self.listed -= 1
            return super().list_readers(context) + ["B"] * (self.listed >= 0)

    pcscd = Going("A")
    loop = open_slot(pcscd)
    assert loop.kinds(1) == [CardAbsent]
    pcscd.insert("A")
    assert loop.kinds(1) == [CardPresent]


def test_of_readers_one_of_which_is_gone_the_others_are_looked_at() -> None:
    pcscd = PlayedPcscd("A", "C")
    pcscd.insert("A")
    there = dict(pcscd.readers)
    assert read_states(pcscd, 1, ["A", "B", "C"]) == there
    assert is_present(there["A"])


def test_the_next_reader_with_a_card_is_asked_once_the_first_is_of_no_use(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A", "B", "C")
    for name in ("A", "B"):
        pcscd.insert(name)
    loop = open_slot(pcscd)
    assert loop.kinds(1) == [CardPresent]
    loop.slot.power_on(1)
    assert loop.kinds(1) == [CardPowered]
    assert loop.slot.power_next(2)
    assert loop.next() == CardPowered(0, 2, ATR, Protocol.T0)
    assert not loop.slot.power_next(3), "there is no third"
    assert pcscd.connected == ["A", "B"]
    loop.slot.power_on(4)
    assert loop.kinds(1) == [CardPowered]
    assert pcscd.connected == ["A", "B", "A"], "asked anew, all are looked at again"
    pcscd.insert("C")
    assert loop.slot.power_next(5)
    assert loop.kinds(1) == [CardPowered]


def test_a_reader_that_goes_in_an_exchange_is_a_lost_slot(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    pcscd.fails["transmit"] = Code.READER_UNAVAILABLE
    pcscd.unplug("A")
    loop.slot.transmit(2, SELECT)
    assert loop.kinds(1) == [SlotLost]


def test_a_reader_that_says_it_went_but_stays_leaves_no_request_unanswered(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    pcscd.fails["transmit"] = Code.READER_UNAVAILABLE
    loop.slot.transmit(2, SELECT)
    assert loop.next() == CardSilent(0, 2)
    assert (pcscd.handles, pcscd.contexts) == (0, 1), "the watcher's alone: the card's was of no use any more"


def test_a_refusal_at_the_start_is_an_error_with_its_cure() -> None:
    pcscd = PlayedPcscd("A")
    pcscd.fails["establish"] = Code.SECURITY_VIOLATION
    slot = PcscSlot(load=pcscd)
    with pytest.raises(AccessRefusedError, match="access_pcsc"):
        slot.start(lambda: None)
    slot.close()


def test_a_refusal_of_the_card_is_silence_and_a_warning(open_slot: OpenSlot, caplog: pytest.LogCaptureFixture) -> None:
    pcscd = PlayedPcscd("A")
    pcscd.insert("A")
    pcscd.fails["connect"] = Code.SECURITY_VIOLATION
    loop = open_slot(pcscd)
    assert loop.kinds(1) == [CardPresent]
    loop.slot.power_on(1)
    assert loop.next() == CardSilent(0, 1)
    assert "access_card" in caplog.text


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (Code.SHARING_VIOLATION, Fault.IN_USE),
        (Code.UNSUPPORTED_CARD, Fault.UNSUPPORTED),
        (Code.UNRESPONSIVE_CARD, Fault.MUTE),
    ],
)
def test_why_a_card_is_silent_is_told(
    code: Code, fault: Fault, open_slot: OpenSlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.slot.pcsc_card.BUSY_TRIES", 1)
    pcscd = PlayedPcscd("A")
    pcscd.insert("A")
    pcscd.fails["connect"] = code
    loop = open_slot(pcscd)
    assert loop.kinds(1) == [CardPresent]
    loop.slot.power_on(1)
    assert loop.next() == CardSilent(0, 1, fault)


def test_a_card_that_another_program_holds_is_asked_for_twenty_times_in_two_seconds() -> None:
    pcscd = PlayedPcscd("A")
    pcscd.insert("A")
    pcscd.fails["connect"] = Code.SHARING_VIOLATION
    pauses: list[float] = []
    with pytest.raises(CardBusyError):
        power_card(pcscd, "A", pause=pauses.append)
    assert pauses == [0.1] * 19
    assert pcscd.contexts == 0, "each was given back"


def test_a_service_that_is_away_is_said_once(open_slot: OpenSlot, caplog: pytest.LogCaptureFixture) -> None:
    pcscd = PlayedPcscd("A")
    pcscd.fails["establish"] = Code.NO_SERVICE
    loop = open_slot(pcscd)
    assert loop.kinds(1) == [SlotLost]
    for _ in range(3):
        assert pcscd.tried.acquire(timeout=LIMIT_S)
    pcscd.fails.clear()
    assert loop.kinds(2) == [SlotFound, CardAbsent]
    assert [record.message.split(" (")[0] for record in caplog.records] == [
        "card slot: the smart-card service does not answer: start pcscd"
    ]


def test_closed_every_handle_and_context_is_given_back(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    loop.slot.transmit(2, SELECT)
    assert loop.kinds(1) == [CardAnswered]
    loop.slot.close()
    assert (pcscd.handles, pcscd.contexts) == (0, 0)


def test_neither_a_pulled_card_nor_a_lost_reader_keeps_a_handle(open_slot: OpenSlot) -> None:
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    pcscd.pull("A")
    assert loop.kinds(1) == [CardAbsent]
    pcscd.insert("A")
    assert loop.kinds(1) == [CardPresent]
    loop.slot.power_on(2)
    assert loop.kinds(1) == [CardPowered]
    assert (pcscd.handles, pcscd.contexts) == (1, 2), "one of the watcher, one of the card"


def test_a_card_found_gone_in_an_exchange_keeps_no_handle(open_slot: OpenSlot) -> None:
    """Nobody else gives it back: the watcher may look again in half a minute only."""
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    pcscd.fails["transmit"] = Code.REMOVED_CARD
    loop.slot.transmit(2, SELECT)
    assert loop.kinds(1) == [CardAbsent]
    assert (pcscd.handles, pcscd.contexts) == (0, 1)


def test_a_card_that_is_powered_again_is_one_connection(open_slot: OpenSlot) -> None:
    """Held open for us alone, a second one would be refused: it is our own that would be in use."""
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    loop.slot.power_on(2)
    assert loop.kinds(1) == [CardPowered]
    assert (pcscd.handles, pcscd.unpowered) == (1, [True])


def test_a_command_to_a_card_without_power_is_silence_and_no_trouble(
    open_slot: OpenSlot, caplog: pytest.LogCaptureFixture
) -> None:
    pcscd = PlayedPcscd("A")
    loop = powered(open_slot, pcscd)
    loop.slot.power_off()
    loop.slot.transmit(2, SELECT)
    assert loop.next() == CardSilent(0, 2)
    assert (pcscd.sent, caplog.records) == ([], [])


def test_the_copy_of_a_command_is_wiped(open_slot: OpenSlot) -> None:
    kept: list[bytearray] = []

    class Keeping(PlayedPcscd):
        def transmit(self, handle: int, protocol: Protocol, apdu: bytearray) -> bytes:
            kept.append(apdu)
            return super().transmit(handle, protocol, apdu)

    pcscd = Keeping("A")
    loop = powered(open_slot, pcscd)
    loop.slot.transmit(2, SELECT)
    loop.slot.transmit(3, SELECT)
    assert loop.kinds(2) == [CardAnswered, CardAnswered]
    assert pcscd.sent[0] == bytes(SELECT)
    assert kept[0] == bytes(len(SELECT)), "wiped before the next command begins"


def test_the_connection_errors_of_the_command_line() -> None:
    pcscd = PlayedPcscd()
    with pytest.raises(NoReaderError):
        PcscConnection.connect(pcsc=pcscd)
    pcscd.plug("A")
    with pytest.raises(NoCardError):
        PcscConnection.connect(pcsc=pcscd, patience_ms=0)
    pcscd.insert("A")
    connection = PcscConnection.connect(pcsc=pcscd)
    pcscd.fails["transmit"] = Code.NOT_TRANSACTED
    with pytest.raises(CardMuteError):
        connection.exchange(SELECT)
    pcscd.pull("A")
    with pytest.raises(CardRemovedError):
        connection.exchange(SELECT)
    connection.close()
    with pytest.raises(SlotError, match="connect again"):
        connection.exchange(SELECT)
    assert (pcscd.handles, pcscd.contexts) == (0, 0)


def test_without_pyscard_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)
    with pytest.raises(PcscMissingError, match="apt install pcscd"):
        PcscSlot().start(lambda: None)


STRANGE = (SystemError("null"), UnicodeEncodeError("ascii", "é", 0, 1, "no"), TypeError("not a handle"), MemoryError())


@pytest.mark.parametrize("error", STRANGE, ids=lambda error: type(error).__name__)
def test_what_pyscard_raises_besides_return_codes_is_an_error_of_ours(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    pytest.importorskip("smartcard.scard")
    for name in ("EstablishContext", "ReleaseContext", "Cancel", "Reconnect", "Disconnect"):
        monkeypatch.setattr(f"smartcard.scard.SCard{name}", fail)
    pcsc = Pcsc()
    calls: tuple[Callable[[], object], ...] = (
        pcsc.establish_context,
        lambda: pcsc.release_context(1),
        lambda: pcsc.cancel_waiting(1),
        lambda: pcsc.reset_card(1, exclusive=True),
        lambda: pcsc.disconnect_card(1, unpower=True),
    )
    for call in calls:
        with pytest.raises(SlotError, match=type(error).__name__):
            call()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (Code.NO_SERVICE, ServiceLostError),
        (Code.COMM_ERROR, ServiceLostError),
        (Code.UNKNOWN_READER, ReaderLostError),
        (Code.NO_READERS_AVAILABLE, NoReaderError),
        (Code.NO_SMARTCARD, NoCardError),
        (Code.REMOVED_CARD, CardRemovedError),
        (Code.UNRESPONSIVE_CARD, CardMuteError),
        (Code.SHARING_VIOLATION, CardBusyError),
        (Code.PROTO_MISMATCH, CardUnsupportedError),
        (Code.CARD_UNSUPPORTED, CardUnsupportedError),
        (Code.UNSUPPORTED_FEATURE, CardUnsupportedError),
        (Code.UNSUPPORTED_CARD, CardUnsupportedError),
        (Code.SECURITY_VIOLATION, AccessRefusedError),
    ],
)
def test_each_code_has_its_error_and_is_quoted(code: Code, kind: type[SlotError]) -> None:
    error = error_for(code, "SCardConnect")
    assert type(error) is kind
    assert f"(SCardConnect: 0x{code:08X})" in str(error)


@pytest.mark.parametrize("call", ["SCardEstablishContext", "SCardListReaders"])
def test_where_pcscd_fails_no_reader_is_to_be_unplugged(call: str) -> None:
    error = error_for(0x80100001, call)  # SCARD_F_INTERNAL_ERROR
    assert type(error) is ServiceLostError
    assert "unplug" not in str(error)
    assert "unplug" in str(error_for(0x80100001, "SCardTransmit"))


@pytest.mark.parametrize("code", Code)
def test_a_code_is_the_number_that_pcsc_has_for_it(code: Code) -> None:
    """As pyscard has them from `pcsclite.h`: successes, errors, warnings, failures."""
    scard = pytest.importorskip("smartcard.scard")
    names = [f"SCARD_{kind}_{code.name}" for kind in "SEWF"]
    assert [getattr(scard, name) & 0xFFFFFFFF for name in names if hasattr(scard, name)] == [code]


FAILING: Mapping[str, tuple[str, Callable[[Pcsc], object]]] = {
    "list_readers": ("SCardListReaders", lambda pcsc: pcsc.list_readers(1)),
    "status_change": ("SCardGetStatusChange", lambda pcsc: pcsc.get_states(1, {"A": 0}, 0)),
    "connect": ("SCardConnect", lambda pcsc: pcsc.connect_card(1, "A", exclusive=True)),
    "atr": ("SCardStatus", lambda pcsc: pcsc.read_atr(1)),
    "transmit": ("SCardTransmit", lambda pcsc: pcsc.transmit(1, Protocol.T0, bytearray(SELECT))),
}


@pytest.mark.parametrize("name", FAILING)
def test_every_call_of_the_library_that_fails_is_an_error_that_names_it(name: str) -> None:
    pytest.importorskip("smartcard.scard")
    pcsc = Pcsc()
    call, do = FAILING[name]
    failed = (Code.READER_UNAVAILABLE - 2**32, *([b""] if name != "connect" else [0, 0]))
    pcsc._library = SimpleNamespace(**{name: lambda *_arguments: failed})  # type: ignore[assignment]
    with pytest.raises(ReaderLostError, match=f"{call}: 0x80100017"):
        do(pcsc)


def test_an_unknown_code_is_an_error_too() -> None:
    assert type(error_for(0x80109999, "SCardConnect")) is SlotError


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (None, ["ACS A", "ACS B"]),
        (0, ["ACS A"]),
        (1, ["ACS B"]),
        (2, []),
        (-1, []),
        ("ACS B", ["ACS B"]),
        ("acs", ["ACS A", "ACS B"]),
        ("x", []),
        ("1", ["ACS B"]),
        ("3121", ["ACS 3121 \u00e0"]),
        (3121, ["ACS 3121 \u00e0"]),
        ("acs 3121 A\u0300", ["ACS 3121 \u00e0"]),
        ("9" * 5000, []),
        ("\u00b2", []),
    ],
)
def test_a_choice_of_readers(choice: str | int | None, names: list[str]) -> None:
    there = ["ACS A", "ACS B"] + ["ACS 3121 \u00e0"] * (len(names) == 1 and "3121" in names[0])
    assert choose_readers(there, choice) == names


def test_a_full_name_wins_over_a_part_of_another() -> None:
    assert choose_readers(["ACS 10", "ACS 1"], "ACS 1") == ["ACS 1"]


@pytest.mark.parametrize(
    ("views", "told"),
    [
        ([{}], [SlotLost]),
        ([{}, {}], [SlotLost]),
        ([{"A": 0x10}], [CardAbsent]),
        ([{"A": 0x10022}], [CardPresent]),
        ([{}, {"A": 0x10}], [SlotLost, SlotFound, CardAbsent]),
        ([{}, {"A": 0x10022}], [SlotLost, SlotFound, CardPresent]),
        ([{"A": 0x10022}, {"A": 0x101A2}], [CardPresent]),
        ([{"A": 0x10022}, {"A": 0x30022}], [CardPresent, CardAbsent, CardPresent]),
        ([{"A": 0x10022, "B": 0x10}, {"A": 0x10022, "B": 0x10022}], [CardPresent]),
        ([{"A": 0x10022, "B": 0x10022}, {"A": 0x20010, "B": 0x10022}], [CardPresent, CardAbsent, CardPresent]),
        ([{"A": 0x10022, "B": 0x10}, {"B": 0x10}], [CardPresent, CardAbsent]),
        ([{"A": 0x10022}, {}, {"A": 0x10022}], [CardPresent, SlotLost, SlotFound, CardPresent]),
        ([{"A": 0x10}, {"A": 0x10222}], [CardAbsent, CardPresent]),
    ],
)
def test_what_is_told_of_what_is_seen(views: list[dict[str, int]], told: list[type[Event]]) -> None:
    presence = Presence()
    assert [event for view in views for event in presence.note_seen(view)] == told


def test_a_card_found_gone_is_not_seen_again_until_pcscd_has_counted() -> None:
    presence = Presence()
    presence.note_seen({"A": 0x10022})
    assert presence.note_removal(("A", 1)) == [CardAbsent]
    assert presence.note_removal(("A", 1)) == []
    assert presence.note_seen({"A": 0x100A2}) == [], "what was seen is older than what the exchange showed"
    assert presence.note_seen({"A": 0x20010}) == []
    assert presence.note_seen({"A": 0x30022}) == [CardPresent]
