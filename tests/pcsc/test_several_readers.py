"""Two readers with a card in each: what is always in, and comes first, does not hide the card for codes beside it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bank.cards import gallery
from bank.cards.card import VirtualCard
from bank.cards.vpcd import VirtualReader
from device.config import Config
from device.pace import Waker
from device.reader.compose import fit_reader
from device.selftest.card import probe_slot
from device.selftest.findings import Verdict
from device.selftest.world import RealWorld
from device.simulated import simulate_board
from drivers.clock import MonotonicClock
from drivers.slot.pcsc import PcscSlot
from drivers.slot.pcsc_card import PcscConnection
from sesame import Reader
from sesame_core.errors import Fault
from sesame_core.events import Key, KeyPressed
from sesame_core.reader.state import Phase
from tests.pcsc_plugin import FIRST, LIMIT_S, SECOND, IsoCard, PcscService

Readers = tuple[VirtualReader, VirtualReader]
Put = Callable[..., None]


def nothing_known(_command: bytes) -> bytes:
    """A security key: it has no name that a reader for codes asks for."""
    return b"\x6a\x82"


def security_key() -> IsoCard:
    return IsoCard(nothing_known)


def without_bitmap() -> VirtualCard:
    """A payment application from which no code can be made."""
    return VirtualCard(gallery.describe_card("no-bitmap").profile)


def bank_card() -> VirtualCard:
    return VirtualCard(gallery.describe_card("bank-card").profile)


@pytest.fixture
def put(virtual_readers: Readers, pcscd: PcscService) -> Put:
    """Cards into the readers in pcscd's order, and pcscd knows it."""

    def insert(*cards: IsoCard | VirtualCard) -> None:
        for reader, name, card in zip(virtual_readers, (FIRST, SECOND), cards, strict=True):
            reader.insert(card)
            pcscd.until_present(name, True)

    return insert


@pytest.fixture
def held() -> Iterator[Callable[[str], None]]:
    """Another program that holds the card in a reader, as an agent for keys does."""
    with ExitStack() as stack:

        def hold(reader: str) -> None:
            stack.enter_context(PcscConnection.connect(reader))

        yield hold


def sesame(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sesame", *arguments]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=LIMIT_S, check=False)


FIRST_CARDS: dict[str, Callable[[], IsoCard | VirtualCard]] = {
    "a security key": security_key,
    "a card without a bitmap": without_bitmap,
    "a mute card": lambda: IsoCard(atr=b""),
    "a card that no protocol fits": lambda: IsoCard(atr=b"\x00"),
    "a card that falls silent": lambda: IsoCard(lambda _: b"\x6f\x00"),
}


@pytest.mark.parametrize("first", FIRST_CARDS.values(), ids=FIRST_CARDS)
def test_the_command_line_finds_the_card_for_codes(first: Callable[[], IsoCard | VirtualCard], put: Put) -> None:
    put(first(), bank_card())

    done = sesame("code", typed="1234\n")

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.split()) == 2


@pytest.mark.parametrize("tool", ["apps", "info"])
def test_the_tools_look_into_the_card_for_codes(tool: str, put: Put) -> None:
    put(security_key(), bank_card())

    done = sesame("card", tool)

    assert done.returncode == 0
    assert "A0000000038002" in done.stdout


def test_what_another_program_holds_is_passed_over(put: Put, held: Callable[[str], None]) -> None:
    put(security_key(), bank_card())
    held(FIRST)

    assert sesame("code", typed="1234\n").returncode == 0
    assert "A0000000038002" in sesame("card", "info").stdout


def test_where_no_card_makes_codes_the_nearest_one_is_told(put: Put, held: Callable[[str], None]) -> None:
    put(bank_card(), security_key())
    held(FIRST)

    done = sesame("code", typed="1234\n")

    assert done.returncode == 8
    assert f"{SECOND}: this card has no application for codes" in done.stderr
    assert "sesame: another program holds the card: close it" in done.stderr


def test_a_named_reader_is_the_only_one_that_is_asked(put: Put) -> None:
    put(security_key(), bank_card())

    assert sesame("code", "--reader", "00 00", typed="1234\n").returncode == 7


@pytest.fixture
def device(pcscd: PcscService) -> Iterator["Device"]:
    running = Device()
    yield running
    running.close()


class Device:
    """The reader itself: its loop on the real slot, everything else simulated."""

    def __init__(self) -> None:
        parts = simulate_board(Config(), MonotonicClock()).board
        self._waker = Waker()
        self._board = parts
        self.loop = fit_reader(Config(), parts, PcscSlot())
        self.loop.start(self._waker.notify_loop)

    def until(self, phase: Phase) -> None:
        deadline = time.monotonic() + LIMIT_S
        while self.loop.state.phase is not phase:
            assert time.monotonic() < deadline, f"still {self.loop.state.phase}, {self.loop.state.fault}"
            self.loop.run_once()
            self._waker.wait_until(50)

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.loop.handle_event(KeyPressed(self._board.clock.now(), key))

    def close(self) -> None:
        self.loop.close()
        self._waker.close()


PIN = (Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_3, Key.DIGIT_4)


@pytest.mark.parametrize("first", FIRST_CARDS.values(), ids=FIRST_CARDS)
def test_the_device_finds_the_card_for_codes(
    first: Callable[[], IsoCard | VirtualCard], put: Put, device: Device
) -> None:
    put(first(), bank_card())
    device.until(Phase.READY)
    device.press(Key.CODE, *PIN, Key.OK)
    device.until(Phase.CODE)


def test_the_device_passes_over_what_another_program_holds(
    put: Put, held: Callable[[str], None], virtual_readers: Readers, pcscd: PcscService
) -> None:
    put(security_key(), bank_card())
    held(FIRST)
    device = Device()
    try:
        device.until(Phase.READY)
    finally:
        device.close()


def test_a_card_that_another_program_holds_is_said_on_the_glass(
    virtual_readers: Readers, pcscd: PcscService, held: Callable[[str], None]
) -> None:
    virtual_readers[0].insert(bank_card())
    pcscd.until_present(FIRST, True)
    held(FIRST)
    device = Device()
    try:
        device.until(Phase.FAULT)
        assert device.loop.state.fault is Fault.IN_USE
        assert device.loop.screen.lines == ("CARTE OCCUPÉE", "AUTRE PROGRAMME")
    finally:
        device.close()


def test_a_key_that_is_always_in_stays_aside(virtual_readers: Readers, pcscd: PcscService, device: Device) -> None:
    """Its card out, the reader goes to sleep; it does not wake for the key. The next card is seen."""
    virtual_readers[0].insert(security_key())
    device.until(Phase.FAULT)
    for _ in range(2):
        virtual_readers[1].insert(bank_card())
        device.until(Phase.READY)
        virtual_readers[1].remove()
        device.until(Phase.ASLEEP)


def test_the_selftest_looks_at_the_card_that_makes_codes(put: Put, pcscd: PcscService) -> None:
    put(security_key(), bank_card())
    found = {each.probe: each for each in probe_slot(RealWorld(), Config(), busy=False)}
    assert (found["card"].verdict, found["applications"].verdict) == (Verdict.GOOD, Verdict.GOOD)
    assert found["applications"].said.startswith("codes are made with A0000000038002")


def test_the_library_takes_the_card_that_makes_codes(put: Put, pcscd: PcscService) -> None:
    put(security_key(), bank_card())
    with Reader.connected() as reader:
        assert reader.code("1234") == "3366 6525"
