"""Twins of what the launcher needs of a PC (`launcher.ports`), on the simulated one: its readers, its drive, its
browser, its window, which the simulator's page shows."""

import hashlib
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from threading import Condition, Timer
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from launcher.course.events import LaunchEvent
from launcher.packing import FILE
from launcher.ports import Card, NetAnswer
from launcher.troubles import CardGoneError, LaunchError, LaunchTrouble
from launcher.updating.serving import ProgramFiles
from launcher.view import LaunchView
from sesame_core.errors import SesameError
from simulator.key.browser import SimulatedBrowser
from simulator.key.cable import KeyAbsentError
from simulator.key.computer import PinMissingError, SimulatedComputer
from simulator.key.mutual_tls import MissingTlsError, MutualConnection, UntrustedServerError, list_line_errors
from simulator.key.piv_host import STATUS_NO_PIN

READER: Final = "e-secure 00 00"
LARGEST_ANSWER: Final = 1 << 20
PROGRAMS: Final = "programs/"
"""What the repository's files begin with that are long."""


class DeskCard:
    """See Card. It ends with the plug in which it was opened."""

    has_pad = True

    def __init__(self, computer: SimulatedComputer) -> None:
        self._computer = computer
        self._plug = computer.plugs

    def transmit(self, apdu: bytes) -> bytes:
        """See Card."""
        try:
            with self._computer.hold_plug(self._plug):
                return self._computer.transmit(apdu)
        except KeyAbsentError as cause:
            raise CardGoneError(str(cause)) from cause
        except SesameError as cause:
            raise LaunchError(LaunchTrouble.INSTALLATION, str(cause)) from cause

    def verify_on_pad(self) -> bytes:
        """See Card."""
        return self._typed_on_key(self._computer.verify_on_pad)

    def unblock_on_pad(self) -> bytes:
        """See Card."""
        return self._typed_on_key(self._computer.unblock_on_pad)

    def _typed_on_key(self, entered: Callable[[], bytes]) -> bytes:
        try:
            with self._computer.hold_plug(self._plug):
                return entered()
        except KeyAbsentError as cause:
            raise CardGoneError(str(cause)) from cause
        except PinMissingError:
            return STATUS_NO_PIN

    def close(self) -> None:
        """See Card: the simulated PC has no other program that would wait for it."""


class DeskReaders:
    """See CardReaders: one, where the key is in. `tell_change` ends a wait."""

    def __init__(self, computer: SimulatedComputer) -> None:
        self._computer = computer
        self._changed = Condition()

    def find_key(self, before: str = "") -> str:
        """See CardReaders."""
        return READER if self._computer.has_card else ""

    def has_reader(self, reader: str) -> bool:
        """See CardReaders."""
        return reader == READER and self._computer.has_key

    def open_key(self, reader: str) -> Card:
        """See CardReaders."""
        if reader != READER or not self._computer.has_card:
            raise CardGoneError("the key is not in the computer")
        return DeskCard(self._computer)

    def wait_change(self, timeout_ms: int) -> None:
        """See CardReaders."""
        with self._changed:
            self._changed.wait(timeout_ms / 1000)

    def tell_change(self) -> None:
        """The key came or went."""
        with self._changed:
            self._changed.notify_all()


class DeskWindow:
    """See LauncherWindow. `view`: what is seen; None before the launcher and after it. `copied`: what can be pasted."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._over = Condition()
        self._ended = False
        self._send: Callable[[LaunchEvent], None] | None = None
        self._early: list[LaunchEvent] = []
        self.view: LaunchView | None = None
        self.copied = ""

    def show_view(self, view: LaunchView) -> None:
        """See LauncherWindow."""
        if not self._ended:
            self.view = view
        self._changed()

    def copy_text(self, text: str) -> None:
        """See LauncherWindow."""
        self.copied = text
        self._changed()

    def run_window(self, send: Callable[[LaunchEvent], None]) -> None:
        """See LauncherWindow. The window is seen a moment before its events are waited for: what is pressed in that
        moment is not lost."""
        with self._over:
            self._send = send
            early, self._early = self._early, []
        for event in early:
            send(event)
        with self._over:
            self._over.wait_for(lambda: self._ended)

    def close_window(self) -> None:
        """See LauncherWindow."""
        with self._over:
            self._ended = True
            self.view = None
            self._over.notify_all()
        self._changed()

    @property
    def ended(self) -> bool:
        """Whether it is closed."""
        return self._ended

    def wait_end(self, timeout_s: float) -> None:
        """Until it is, at most so long."""
        with self._over:
            self._over.wait_for(lambda: self._ended, timeout_s)

    def tell_launcher(self, event: LaunchEvent) -> None:
        """What the person does in the window; nothing where it is closed."""
        with self._over:
            send = None if self._ended else self._send
            if self._send is None and self.view is not None:
                self._early.append(event)
        if send is not None:
            send(event)


class DeskBrowser:
    """See Browser: the frame on the simulator's page."""

    def __init__(self, browser: SimulatedBrowser, changed: Callable[[], None]) -> None:
        self._browser = browser
        self._changed = changed
        self._closed: Callable[[], None] | None = None

    def open_page(self, url: str, closed: Callable[[], None]) -> None:
        """See Browser."""
        self._closed = closed
        self._browser.open_window(url)
        self._changed()

    def take_order(self) -> bytes:
        """See Browser."""
        return self._browser.take_order()

    def close_browser(self) -> None:
        """See Browser."""
        self._closed = None
        self._browser.close_window()
        self._changed()

    def close_by_hand(self) -> None:
        """The cross in the top right-hand corner."""
        closed, self._closed = self._closed, None
        self._browser.close_window()
        self._changed()
        if closed is not None:
            closed()


class DeskNet:
    """See Net: real TLS to the servers beside the page, whose root alone is believed."""

    def __init__(self, root: bytes) -> None:
        self._root = x509.load_pem_x509_certificate(root)

    def reach_site(self, url: str) -> None:
        """See Net."""
        self.ask_server(url)

    def ask_server(self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> NetAnswer:
        """See Net."""
        place = urlsplit(url)
        path = place.path + (f"?{place.query}" if place.query else "") or "/"
        line = MutualConnection(place.hostname or "", place.port or 443, self._root)
        try:
            line.request("GET" if body is None else "POST", path, body, dict(headers or {}))
            answer = line.getresponse()
            content = answer.read(LARGEST_ANSWER) if answer.length != 0 else b""
        except UntrustedServerError as cause:
            raise LaunchError(LaunchTrouble.SSL, str(cause)) from cause
        except MissingTlsError as cause:
            raise LaunchError(LaunchTrouble.MISSING, str(cause)) from cause
        except list_line_errors() as cause:
            raise LaunchError(LaunchTrouble.REFUSED, type(cause).__name__) from cause
        finally:
            line.end()
        return NetAnswer(answer.status, content)


class UnhurriedSource:
    """See ProgramFiles: a line on which each block of a program takes `block_s`, so that somebody can look on."""

    def __init__(self, source: ProgramFiles, block_s: float) -> None:
        self._source = source
        self._block_s = block_s

    def fetch_blocks(self, name: str, offset: int, limit: int) -> Generator[bytes, None, None] | None:
        """See ProgramFiles."""
        blocks = self._source.fetch_blocks(name, offset, limit)
        return self._let_pass(blocks) if blocks is not None and name.startswith(PROGRAMS) else blocks

    def _let_pass(self, blocks: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
        with closing(blocks):
            for block in blocks:
                time.sleep(self._block_s)
                yield block


class DeskDrive:
    """See KeyDrive."""

    def __init__(self, computer: SimulatedComputer) -> None:
        self._computer = computer

    def eject_disc(self) -> None:
        """See KeyDrive."""
        self._computer.eject()


class DeskFile:
    """See LauncherFile: that on the disc of the key which is in. Another plug may bring another program's."""

    def __init__(self, computer: SimulatedComputer) -> None:
        self._computer = computer
        self._known: tuple[int, str] | None = None

    def check_file(self) -> None:
        """See LauncherFile."""
        plug = self._computer.plugs
        try:
            files = self._computer.read_files()
        except SesameError as cause:
            raise LaunchError(LaunchTrouble.THREAT, f"{FILE}: {cause}") from cause
        if not files:
            return
        content = files.get(FILE)
        found = hashlib.sha256(content or b"").hexdigest()
        known = self._known[1] if self._known is not None and self._known[0] == plug else found
        if content is None or found != known:
            what = "gone" if content is None else f"changed, SHA-256 {found}"
            raise LaunchError(LaunchTrouble.THREAT, f"{FILE}: {what}, before {known}")
        self._known = plug, found


class DeskMemory:
    """See KeyMemory: until the next customer."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._kept: dict[int, bytes] = {}

    def knows_key(self, serial: int) -> bool:
        """See KeyMemory."""
        return serial in self._seen

    def remember_key(self, serial: int) -> None:
        """See KeyMemory."""
        self._seen.add(serial)

    def keep_certificate(self, serial: int, certificate: bytes) -> None:
        """See KeyMemory."""
        self._kept[serial] = certificate

    def find_certificate(self, serial: int) -> bytes:
        """See KeyMemory."""
        return self._kept.get(serial, b"")

    def forget_all(self) -> None:
        """The next customer."""
        self._seen.clear()
        self._kept.clear()


class DeskLock:
    """See SessionLock: one start of the launcher. `holders`: the PC's, of all starts."""

    def __init__(self, holders: "set[DeskLock]") -> None:
        self._holders = holders

    def take_lock(self) -> None:
        """See SessionLock."""
        if self._holders - {self}:
            raise LaunchError(LaunchTrouble.CONFLICT, "another start of it on this computer")
        self._holders.add(self)

    def release_lock(self) -> None:
        """See SessionLock."""
        self._holders.discard(self)


class DeskTimer:
    """See Timer."""

    def call_after(self, milliseconds: int, call: Callable[[], None]) -> None:
        """See Timer."""
        timer = Timer(milliseconds / 1000, call)
        timer.daemon = True
        timer.start()
