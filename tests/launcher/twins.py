"""A computer for the launcher: readers with real cards in them, a browser, a net, a clock in the test's hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from launcher.conductor import Conductor, Job, LauncherPorts
from launcher.course.events import LaunchEvent
from launcher.ports import Card, NetAnswer, UpdateSource
from launcher.settings import LauncherSettings
from launcher.troubles import CardGoneError, LaunchError
from launcher.view import LaunchView
from launcher.words import LAUNCHER_LANGUAGES
from tests.bank.counter import NOON

SITE = "https://business.example"


@dataclass
class TwinCard:
    """A key's card behind the port. `pulled`: whatever is sent from now on does not get there."""

    send: Callable[[bytes], bytes]
    has_pad: bool = False
    pulled_after: int = -1
    closed: int = 0
    pad: Callable[[], bytes] = lambda: b"\x69\x85"
    puk_pad: Callable[[], bytes] = lambda: b"\x69\x85"

    def transmit(self, apdu: bytes) -> bytes:
        if not self.pulled_after:
            raise CardGoneError
        self.pulled_after -= 1
        return self.send(apdu)

    def verify_on_pad(self) -> bytes:
        return self.pad()

    def unblock_on_pad(self) -> bytes:
        return self.puk_pad()

    def close(self) -> None:
        self.closed += 1


@dataclass
class TwinReaders:
    """One reader, and others with keys, which come first. `trouble`: what opening ends in; `empty`: it is there without
    a card."""

    card: TwinCard | None = None
    empty: bool = False
    trouble: LaunchError | None = None
    others: tuple[str, ...] = ()

    def find_key(self, before: str = "") -> str:
        keys = (*self.others, *(("e-secure 00 00",) if self.card is not None else ()))
        return before if before in keys else next(iter(keys), "")

    def has_reader(self, reader: str) -> bool:
        return reader == "e-secure 00 00" and (self.empty or self.card is not None)

    def open_key(self, reader: str) -> Card:
        if self.trouble is not None:
            raise self.trouble
        if self.card is None or reader != "e-secure 00 00":
            raise CardGoneError
        return self.card

    def wait_change(self, timeout_ms: int) -> None:
        pass


@dataclass
class TwinWindow:
    """Keeps what was shown."""

    views: list[LaunchView] = field(default_factory=list)
    copied: str = ""
    closed: bool = False

    @property
    def view(self) -> LaunchView:
        return self.views[-1]

    def show_view(self, view: LaunchView) -> None:
        self.views.append(view)

    def copy_text(self, text: str) -> None:
        self.copied = text

    def run_window(self, send: Callable[[LaunchEvent], None]) -> None:
        pass

    def close_window(self) -> None:
        self.closed = True


@dataclass
class TwinBrowser:
    """Runs where it was opened and not closed."""

    page: str = ""
    opened: int = 0
    trouble: LaunchError | None = None
    closed: Callable[[], None] = lambda: None
    order: bytes = b""

    def open_page(self, url: str, closed: Callable[[], None]) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.page, self.closed = url, closed
        self.opened += 1

    def take_order(self) -> bytes:
        order, self.order = self.order, b""
        return order

    def close_browser(self) -> None:
        self.page, self.closed = "", lambda: None


@dataclass
class TwinNet:
    """Answers what it is told to, or does not."""

    answer: Callable[[str, bytes | None, Mapping[str, str]], NetAnswer] = lambda *_: NetAnswer(404, b"")
    trouble: LaunchError | None = None

    def reach_site(self, url: str) -> None:
        if self.trouble is not None:
            raise self.trouble

    def ask_server(self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> NetAnswer:
        self.reach_site(url)
        return self.answer(url, body, headers or {})


@dataclass
class TwinUpdates:
    """`version`: what there is. `steps`: the per cent that are told."""

    version: str = ""
    steps: tuple[int, ...] = (10, 60, 100)
    trouble: LaunchError | None = None
    given_up_at: int = -1

    def find_update(self, card: Card, version: str) -> str:
        return self.version

    def fetch_update(self, card: Card, advance: Callable[[int], bool]) -> bool:
        for step in self.steps:
            if not advance(step):
                self.given_up_at = step
                return False
        if self.trouble is not None:
            raise self.trouble
        return True


@dataclass
class TwinDrive:
    ejected: int = 0
    trouble: LaunchError | None = None

    def eject_disc(self) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.ejected += 1


@dataclass
class TwinMemory:
    known: set[int] = field(default_factory=set)
    kept: dict[int, bytes] = field(default_factory=dict)

    def knows_key(self, serial: int) -> bool:
        return serial in self.known

    def remember_key(self, serial: int) -> None:
        self.known.add(serial)

    def keep_certificate(self, serial: int, certificate: bytes) -> None:
        self.kept[serial] = certificate

    def find_certificate(self, serial: int) -> bytes:
        return self.kept.get(serial, b"")


@dataclass
class TwinLock:
    trouble: LaunchError | None = None
    held: bool = False

    def take_lock(self) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.held = True

    def release_lock(self) -> None:
        self.held = False


@dataclass
class TwinFile:
    """`trouble`: what was done to it."""

    trouble: LaunchError | None = None

    def check_file(self) -> None:
        if self.trouble is not None:
            raise self.trouble


@dataclass
class TwinTimer:
    """`pass_time` calls whatever was asked for so far."""

    waiting: list[tuple[int, Callable[[], None]]] = field(default_factory=list)

    def call_after(self, milliseconds: int, call: Callable[[], None]) -> None:
        self.waiting.append((milliseconds, call))

    def pass_time(self) -> None:
        calls, self.waiting = self.waiting, []
        for _, call in calls:
            call()


class Computer:
    """A launcher on a computer of twins. Jobs are done at once; with `slowly` they wait in `jobs`."""

    def __init__(
        self,
        *,
        slowly: bool = False,
        language: str = "en",
        updates: UpdateSource | None = None,
        by_hand: bool = False,
    ) -> None:
        self.readers, self.window, self.browser, self.net = TwinReaders(), TwinWindow(), TwinBrowser(), TwinNet()
        self.updates, self.drive, self.memory, self.lock = TwinUpdates(), TwinDrive(), TwinMemory(), TwinLock()
        self.timer, self.own_file = TwinTimer(), TwinFile()
        self.jobs: list[Job] = []
        self.now = datetime.fromtimestamp(NOON / 1000, UTC)
        ports = LauncherPorts(
            self.readers,
            self.window,
            self.browser,
            self.net,
            updates or self.updates,
            self.drive,
            self.memory,
            self.lock,
            self.timer,
            self.jobs.append if slowly else lambda job: job(),
            self.own_file,
            lambda: ("Linux",),
            lambda: self.now,
        )
        settings = LauncherSettings(SITE, "", "0 825 041 040")
        self.conductor = Conductor(ports, settings, LAUNCHER_LANGUAGES[language], language, by_hand=by_hand)

    @property
    def sentence(self) -> str:
        return self.window.view.sentence

    def plug(self, card: TwinCard) -> None:
        self.readers.card, self.readers.empty = card, False
        self.conductor.look_at_readers()

    def lose_card(self) -> None:
        """As PC/SC sees a key whose disc was ejected."""
        self.readers.card, self.readers.empty = None, True
        self.conductor.look_at_readers()

    def pull(self) -> None:
        self.readers.card, self.readers.empty = None, False
        self.conductor.look_at_readers()

    def send(self, *events: LaunchEvent) -> None:
        for event in events:
            self.conductor.send(event)
