"""P3, P4: on a real pcscd with a virtual card. A pcscd of our own is started: none may run, and root is needed.

P3: from the OK key to the code's last pixel, over the two exchanges alone on the same connection, the card's own time
included in both. P4: one code from the command line, whole processes, beside emvtool and an interpreter that does
nothing.
"""

import fcntl
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bank.cards.card import CardInSlot
from bank.cards.gallery import open_card
from bank.cards.vpcd import VirtualReader
from benchmarks.figures import medians, milliseconds, table, whole_process
from benchmarks.peer import emvtool
from device.config import Config
from device.pace import Waker
from device.reader.appliance import ReaderLoop
from device.reader.compose import fit_reader
from device.simulated import simulate_board
from drivers.clock import MonotonicClock
from drivers.slot.pcsc import PcscSlot
from drivers.slot.pcsc_card import PcscConnection
from sesame_core.events import Key, KeyPressed
from sesame_core.reader.state import Phase, State
from tests.pcsc_plugin import PcscService

ROUNDS = 15
CARD_S = 0.06
PATIENCE_S = 20.0
SELECT = bytearray.fromhex("00A4040007A0000000038002")
OPTIONS = bytearray.fromhex("80A80000028300")
VERIFY = bytearray.fromhex("0020008008241234FFFFFFFFFF")
GENERATE = bytearray.fromhex("80AE80001D") + bytes(29)


def report() -> None:
    """Print both."""
    with (Path(tempfile.gettempdir()) / "sesame-pcscd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        service = PcscService()
        service.start()
        try:
            with VirtualReader() as reader:
                reader.insert(open_card("t1"), reconnect=True)
                _whole_processes()
                _from_ok_to_pixels("a card that takes no time")
            with VirtualReader() as reader:
                reader.insert(SlowCard(open_card("t1")), reconnect=True)
                _from_ok_to_pixels(f"a card that takes {CARD_S * 1000:.0f} ms a command, as quick real ones do")
        finally:
            service.stop()


class SlowCard:
    """A card that takes its time for each command."""

    def __init__(self, card: CardInSlot) -> None:
        self._card = card
        self.protocol = card.protocol

    def power_on(self) -> bytes:
        """Cold reset."""
        return self._card.power_on()

    def reset_card(self) -> bytes:
        """Warm reset."""
        return self._card.reset_card()

    def power_off(self) -> None:
        """No more power."""
        self._card.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        """One command, not at once."""
        time.sleep(CARD_S)
        return self._card.transmit(apdu)


def _from_ok_to_pixels(title: str) -> None:
    bare: list[float] = []
    whole: list[float] = []
    for _ in range(ROUNDS):
        bare.append(_bare())
        whole.append(_ok())
    bare.sort()
    whole.sort()
    middle = ROUNDS // 2
    rows = [
        ("VERIFY and GENERATE AC alone", milliseconds(bare[middle])),
        ("OK to the code's last pixel", milliseconds(whole[middle])),
        ("ratio", f"{whole[middle] / bare[middle]:.2f}"),
    ]
    table(f"P3  from OK to the code, {title}", rows)


def _bare() -> float:
    with PcscConnection.connect(None) as connection:
        for command in (SELECT, OPTIONS):
            connection.exchange(bytearray(command + b"\x00"))
        began = time.perf_counter()
        connection.exchange(bytearray(VERIFY))
        connection.exchange(bytearray(GENERATE + b"\x00"))
        return time.perf_counter() - began


def _ok() -> float:
    """The real slot, loop and painter, and luma on the simulated bus, whose bytes take no time."""
    twin = simulate_board(Config(), MonotonicClock())
    board = twin.board
    slot = PcscSlot(None)
    waker = Waker()
    shown: list[float] = []

    def watch(state: State, _screen: object) -> None:
        if state.phase is Phase.CODE and not shown:
            shown.append(time.perf_counter())

    loop = fit_reader(Config(), board, slot, [watch])
    loop.start(waker.notify_loop)
    try:
        _until(loop, waker, lambda: loop.state.phase is Phase.READY)
        for key in (Key.CODE, Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_3, Key.DIGIT_4):
            loop.handle_event(KeyPressed(board.clock.now(), key))
        _until(loop, waker, lambda: loop.state.tries is not None)
        began = time.perf_counter()
        loop.handle_event(KeyPressed(board.clock.now(), Key.OK))
        _until(loop, waker, lambda: bool(shown))
        return shown[0] - began
    finally:
        loop.close()
        waker.close()


def _until(loop: ReaderLoop, waker: Waker, reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S

    while not reached():
        assert time.monotonic() < deadline, f"still {loop.state.phase}"
        loop.run_once()
        if not reached():
            waker.wait_until(50)


def _whole_processes() -> None:
    tool = emvtool()
    works = {
        "interpreter alone": lambda: whole_process([sys.executable, "-c", "pass"]),
        "sesame code": lambda: whole_process([sys.executable, "-m", "sesame", "code"], "1234\n"),
        "emvtool cap (ends in its own error)": lambda: whole_process([str(tool), "cap", "1234"], check=False),
    }
    taken = medians(works, ROUNDS)
    rows = [(name, milliseconds(seconds)) for name, seconds in taken.items()]
    table("P4  one code from the command line, whole process", rows)
