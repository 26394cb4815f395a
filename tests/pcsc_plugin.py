"""A real pcscd with vsmartcard's two virtual readers, for every test that asks for `pcscd`.

Such tests bear the marks `service` and `xdist_group("pcscd")` by themselves. A machine has one pcscd only: a lock keeps
two test runs from fighting over it. Where it cannot run here the tests are skipped with the reason;
with CI=true they fail.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import pytest

from bank.cards.vpcd import PORT, VirtualReader
from drivers.errors import SlotError
from drivers.slot.pcsc import PcscSlot
from drivers.slot.pcsc_api import STATE_PRESENT, Pcsc
from drivers.slot.pcsc_card import ReaderChoice, hold_context, list_readers
from drivers.slot.pcsc_errors import PcscMissingError
from sesame_core.events import Event
from tests.left_out import leave_out

FIRST, SECOND = "Virtual PCD 00 00", "Virtual PCD 00 01"
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
LIMIT_S = 30.0
"""Generous: reached only when something is broken."""

PORT_LENT_S: Final = 60.0
"""How long a port is a connection's after its end (TIME_WAIT: tcp(7); the kernel's TCP_TIMEWAIT_LEN)."""

Kind = TypeVar("Kind", bound=Event)
Answer = Callable[[bytes], bytes]


def success(_command: bytes) -> bytes:
    """The answer of a card that agrees to everything."""
    return b"\x90\x00"


@dataclass
class IsoCard:
    """The least that a slot takes for a card: ATRs, a protocol, and a function that answers."""

    answer: Answer = success
    atr: bytes = bytes.fromhex("3b6500002063cb6a00")
    warm_atr: bytes = bytes.fromhex("3b6500002063cb6a00")
    protocol: int = 0
    seen: list[str] = field(default_factory=list)
    off: threading.Event = field(default_factory=threading.Event)

    def power_on(self) -> bytes:
        """Cold reset."""
        self.seen.append("on")
        return self.atr

    def reset_card(self) -> bytes:
        """Warm reset."""
        self.seen.append("reset")
        return self.warm_atr

    def power_off(self) -> None:
        """No more power. `off` tells it to who waits: a virtual card hears it a moment later."""
        self.seen.append("off")
        self.off.set()

    def transmit(self, apdu: bytes) -> bytes:
        """One command."""
        self.seen.append(apdu.hex())
        return self.answer(apdu)


class PcscService:
    """pcscd as a child process, started and stopped at will."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, expect: int = 2) -> None:
        """Start it and wait until it shows `expect` readers.

        Their ports are among those that the system lends (ip_local_port_range): any client of another test may have one
        for the moment, or have had it in the last minute, and pcscd drops a reader whose port is taken.
        """
        for port in range(PORT, PORT + expect):
            await_port(port)
        command = ["pcscd", "--foreground", "--critical", *_polkit_option(), *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._until(lambda: len(list_readers()) == expect, f"pcscd shows no {expect} readers")

    def ensure(self) -> None:
        """Start it if it does not run."""
        if self._process is None:
            self.start()

    def stop(self) -> None:
        """Stop it as its service manager would."""
        if self._process is not None:
            self._process.terminate()
            self._ended()

    def kill(self) -> None:
        """Let it die without a word."""
        if self._process is not None:
            self._process.kill()
            self._ended()

    def until_present(self, reader: str, present: bool) -> None:
        """Wait until pcscd has noticed a card or its absence: it looks every 0.4 s."""
        pcsc = Pcsc()
        with hold_context(pcsc) as made:
            state = pcsc.get_states(made, {reader: 0}, 0)[reader]
            deadline = time.monotonic() + LIMIT_S
            while bool(state & STATE_PRESENT) is not present:
                assert time.monotonic() < deadline, "pcscd did not notice"
                state = pcsc.get_states(made, {reader: state}, 1000)[reader]

    def _until(self, reached: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + LIMIT_S
        pause = threading.Event()
        while time.monotonic() < deadline:
            try:
                if reached():
                    return
            except SlotError:
                assert self._process is None or self._process.poll() is None, "pcscd ended by itself"
            pause.wait(0.02)
        raise AssertionError(otherwise)

    def _ended(self) -> None:
        assert self._process is not None
        self._process.wait(LIMIT_S)
        self._process = None


def await_port(port: int) -> None:
    """Wait until nobody has this port. Raises AssertionError."""
    deadline = time.monotonic() + PORT_LENT_S + LIMIT_S
    pause = threading.Event()
    while not _is_free(port):
        assert time.monotonic() < deadline, f"another program keeps port {port}, which a virtual reader needs"
        pause.wait(0.2)


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as vpcd does
        try:
            tried.bind(("", port))
        except OSError:
            return False
    return True


class SlotLoop:
    """A loop as small as can be: waits to be notified, polls, and keeps every event."""

    def __init__(self, slot: PcscSlot) -> None:
        self.slot = slot
        self.events: list[Event] = []
        self._pending: list[Event] = []
        self._woken = threading.Event()
        slot.start(self._woken.set)

    def until(self, kind: type[Kind]) -> Kind:
        """The next event, which must be of this kind."""
        event = self.next()
        assert isinstance(event, kind), f"{event} came instead of {kind.__name__}"
        return event

    def next(self, within_s: float = LIMIT_S) -> Event | None:
        """The next event; None when none came in time."""
        while not self._pending:
            if not self._woken.wait(within_s):
                return None
            self._woken.clear()
            self._pending += self.slot.poll_events(0)
        self.events.append(self._pending.pop(0))
        return self.events[-1]


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of tests that need a service of the system."""
    config.addinivalue_line("markers", "service: needs a service of the system (pcscd, a database, a browser)")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests on pcscd run in one process, and are known as tests on a service."""
    for item in items:
        if "pcscd" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.service)
            item.add_marker(pytest.mark.xdist_group("pcscd"))


@pytest.fixture(scope="session")
def pcscd_service() -> Iterator[PcscService]:
    """The service for the whole run; tests take `pcscd`."""
    if reason := _obstacle():
        leave_out(reason)
    with (Path(tempfile.gettempdir()) / "sesame-pcscd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _answers():
            leave_out("a pcscd runs already: stop it (systemctl stop pcscd.socket pcscd) and test again")
        service = PcscService()
        try:
            yield service
        finally:
            service.stop()


@pytest.fixture
def pcscd(pcscd_service: PcscService) -> PcscService:
    """A running pcscd with two empty virtual readers."""
    pcscd_service.ensure()
    return pcscd_service


@pytest.fixture
def virtual_readers(pcscd: PcscService) -> Iterator[tuple[VirtualReader, VirtualReader]]:
    """Both virtual readers, empty; afterwards they are empty again, and pcscd knows it."""
    pair = VirtualReader(port=PORT), VirtualReader(port=PORT + 1)
    try:
        yield pair
    finally:
        for reader in pair:
            reader.remove()
        pcscd.ensure()
        for name in (FIRST, SECOND):
            pcscd.until_present(name, False)


@pytest.fixture
def open_slot(pcscd: PcscService) -> Iterator[Callable[..., SlotLoop]]:
    """Opens slots on the running pcscd and closes them at the end: `open_slot(reader, exclusive=...)`."""
    opened: list[PcscSlot] = []

    def start(reader: ReaderChoice = None, *, exclusive: bool = True) -> SlotLoop:
        opened.append(PcscSlot(reader, exclusive=exclusive))
        return SlotLoop(opened[-1])

    yield start
    for slot in opened:
        slot.close()


def _obstacle() -> str:
    """Why no pcscd can be started here; empty when one can."""
    if os.geteuid() != 0:
        return "only root may start pcscd"
    if shutil.which("pcscd") is None or not DRIVER.exists():
        return "pcscd and vsmartcard-vpcd are not installed: apt install pcscd vsmartcard-vpcd"
    try:
        Pcsc()
    except PcscMissingError as error:
        return str(error)
    return ""


def _answers() -> bool:
    try:
        list_readers()
    except SlotError:
        return False
    return True


def _polkit_option() -> list[str]:
    """Where pcscd asks polkit there is none in a container: root is allowed either way."""
    usage = subprocess.run(["pcscd", "--help"], capture_output=True, text=True, check=False)
    return ["--disable-polkit"] if "--disable-polkit" in usage.stdout + usage.stderr else []
