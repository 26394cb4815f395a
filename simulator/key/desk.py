"""Everything on the desk, and what a person does there: the key and its post, the PC with drive, launcher and browser.

Whoever shows it is told of every change; every method may be called from any thread.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from threading import RLock, Thread
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from bank.esecure.frame import EsecureFrame
from device.config import Config
from drivers.ports import Picture
from launcher.course.events import ChoiceMade, FormSent, LaunchChoice, TrayChosen, TrayItem
from launcher.view import LaunchView
from sesame_core.errors import SesameError
from sesame_core.events import Key
from sesame_core.piv.fields import split_fields
from simulator.key.bench import KeyBench, KeyLook, open_key
from simulator.key.browser import SimulatedBrowser
from simulator.key.computer import SimulatedComputer
from simulator.key.launching import DeskBrowser, DeskReaders, DeskWindow
from simulator.key.mutual_tls import CardIdentity
from simulator.key.post import KeyPost
from simulator.key.programs import DeskPrograms
from simulator.key.site_hands import SiteHands
from simulator.key.starting import LauncherParts, make_disc, run_launcher

DRIVE_NAME: Final = "Coop@net e-secure"
CERTIFICATE: Final = 0x5FC105
"""Of slot 9A (SP 800-73-5 part 1, table 3)."""
CONTAINER: Final = 0x53
IN_CONTAINER: Final = 0x70
PATIENCE_S: Final = 20.0


class LaunchManner(Enum):
    """The guide's three ways: by itself, after a question, by hand."""

    AUTOMATIC = "automatic"
    ASKS = "asks"
    MANUAL = "manual"


class DeskError(SesameError):
    """It cannot be done now, and why."""


@dataclass(frozen=True, slots=True)
class DeskLook:
    """What is to be seen. `launcher`: its window, None while it does not run. `asks`: the PC asks whether to start it.
    `files`: on the key's CD-ROM. `address`: of the browser, empty while none is open. `offered`: the number of the
    program that the bank offers to keys."""

    key: KeyLook
    manner: LaunchManner
    asks: bool
    launcher: LaunchView | None
    drive: str
    files: tuple[str, ...]
    address: str
    copied: str
    offered: int


@dataclass(frozen=True, slots=True)
class BusinessSite:
    """Where the site is, and what the launcher on the CD-ROM believes. `root`: of its server, PEM; `updates`: where the
    key's programs are served, nothing where they are not."""

    url: str
    root: bytes
    updates: str = ""


class KeyDesk:
    """The whole. `changed`: told of pictures and looks, on any thread."""

    def __init__(
        self, key: KeyBench, frame: EsecureFrame, site: BusinessSite, language: str, *, block_s: float = 0.0
    ) -> None:
        """`block_s`: what a block of an update takes on its way to the PC, in seconds."""
        self.key = key
        self.programs = key.programs
        self.site = site
        self.language = language
        self.post = KeyPost(frame, key.vault)
        self.computer = SimulatedComputer(key, make_disc(site.url, site.root, site.updates), DRIVE_NAME)
        self.browser = SimulatedBrowser(site.root, self._identify)
        self.hands = SiteHands(self.browser, language)
        self.manner = LaunchManner.AUTOMATIC
        self._asks = False
        self._lock = RLock()
        self._readers = DeskReaders(self.computer)
        self.browser.listen_for_orders(self._readers.tell_change)
        self._shown_browser = DeskBrowser(self.browser, self._tell)
        self._parts = LauncherParts(self._readers, self._shown_browser, self.computer, block_s=block_s)
        self._window = DeskWindow(self._tell)
        self._running: Thread | None = None
        self._files: tuple[str, ...] = ()
        self._seen: tuple[Picture, KeyLook] | None = None
        self._listeners: list[Callable[[], None]] = []

    @contextmanager
    def living(self) -> Iterator[None]:
        """The key's life on a thread of its own, while the context lasts."""
        life = Thread(target=self.key.run, name="access key", daemon=True)
        life.start()
        self.key.submit(lambda: self.key.listen_to(self._see)).result(PATIENCE_S)
        try:
            yield
        finally:
            self._window.close_window()
            if self._running is not None:
                self._running.join(PATIENCE_S)
            self.hands.close()
            self.browser.close_window()
            self.key.end()
            life.join(PATIENCE_S)

    # What a hand does

    def plug(self) -> None:
        """Into the docking station. Raises EndedError."""
        with self._lock:
            self.computer.plug()
            self._files = tuple(sorted(self.computer.read_files()))
            self._readers.tell_change()
            self._asks = self.manner is LaunchManner.ASKS and not self.launching
            if self.manner is LaunchManner.AUTOMATIC and not self.launching:
                self.launch()
        self._tell()

    def unplug(self) -> None:
        """Whatever is under way. Raises EndedError."""
        self.computer.unplug()
        self.browser.drop_line()
        self._readers.tell_change()
        with self._lock:
            self._files, self._asks = (), False
        self._tell()

    def launch(self) -> None:
        """The program on the CD-ROM; the one that runs comes forward. Raises DeskError: no key is in."""
        with self._lock:
            self._asks = False
            if self.launching:
                self._window.tell_launcher(TrayChosen(TrayItem.CONNECT))
                return
            if not self._list_files():
                raise DeskError("there is no disc in the PC: plug the key in")
            self._window = DeskWindow(self._tell)
            self._running = Thread(target=self._run_launcher, args=(self._window,), name="launcher", daemon=True)
            self._running.start()
        self._tell()

    @property
    def launching(self) -> bool:
        """Whether the launcher runs."""
        return self._running is not None and not self._window.ended

    def decline(self) -> None:
        """Not now, to the PC's question."""
        with self._lock:
            self._asks = False
        self._tell()

    def speak_language(self, language: str) -> None:
        """What the PC speaks from the launcher's next start on, and what its browser asks for."""
        self.language = self.hands.language = language

    def choose_manner(self, manner: LaunchManner) -> None:
        """How the PC starts it."""
        self.manner = manner
        self._tell()

    def choose(self, choice: LaunchChoice) -> None:
        """A button of the launcher's window."""
        self._window.tell_launcher(ChoiceMade(choice))

    def choose_tray(self, item: TrayItem) -> None:
        """An entry of the launcher's menu beside the clock."""
        self._window.tell_launcher(TrayChosen(item))
        if item is TrayItem.QUIT and self.launching:
            self._window.wait_end(PATIENCE_S)

    def send_form(self, user: str, code: str) -> None:
        """User ID and activation code, as they are typed."""
        self._window.tell_launcher(FormSent(user, code))

    def close_browser(self) -> None:
        """The cross in the corner."""
        self._shown_browser.close_by_hand()

    def press(self, keys: tuple[Key, ...]) -> None:
        """On the key; done when the finger is off the last. Raises KeyPowerError, NoSuchKeyError, EndedError."""
        self.key.submit(lambda: self.key.press_keys(keys)).result(PATIENCE_S).result(PATIENCE_S)

    def publish_program(self) -> None:
        """The bank offers keys a newer program. Raises ProgramsError, StateError."""
        self.programs.publish()
        self._tell()

    def begin_anew(self) -> None:
        """The next customer: the key as the maker made it, nothing open, nothing posted. Raises VaultError, EndedError
        on the key's side."""
        self._window.close_window()
        if self._running is not None:
            self._running.join(PATIENCE_S)
        self.unplug()
        self.browser.close_window()
        self.hands.forget()
        self.key.submit(self.key.begin_anew).result(PATIENCE_S)
        self._parts.memory.forget_all()
        self.post.forget()
        self._tell()

    # What an eye sees

    def _list_files(self) -> tuple[str, ...]:
        """What is on the disc that is in the drive."""
        return self._files if self.computer.has_disc else ()

    def look(self) -> DeskLook:
        """How it is now."""
        seen, files = self._seen, self._list_files()
        key = seen[1] if seen is not None else KeyLook("asleep", "", False, None)
        view = self._window.view
        return DeskLook(
            key, self.manner, self._asks, view, DRIVE_NAME if files else "", files, self.browser.address,
            self._window.copied, self.programs.offered,
        )  # fmt: skip

    def glass(self) -> Picture | None:
        """What is lit; None before the key's life has begun."""
        return self._seen[0] if self._seen is not None else None

    def listen_to(self, listener: Callable[[], None]) -> None:
        """Call it at every change, from any thread, until `leave`."""
        self._listeners.append(listener)

    def leave(self, listener: Callable[[], None]) -> None:
        """Tell it nothing more."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def _see(self, picture: Picture, look: KeyLook) -> None:
        self._seen = picture, look
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def _run_launcher(self, window: DeskWindow) -> None:
        run_launcher(self._parts, window, self.language, by_hand=self.manner is LaunchManner.MANUAL)
        self._tell()

    def _identify(self) -> CardIdentity | None:
        found = self.computer.read_object(CERTIFICATE)
        if found is None:
            return None
        octets = split_fields(split_fields(found)[CONTAINER])[IN_CONTAINER]
        return CardIdentity(x509.load_der_x509_certificate(octets), self.computer.sign_digest)


def encode_desk(look: DeskLook) -> dict[str, Any]:
    """As pages and scripts are told it."""
    view = look.launcher
    return {
        "key": asdict(look.key),
        "manner": look.manner.value,
        "asks": look.asks,
        "launcher": None if view is None else encode_view(view),
        "drive": look.drive,
        "files": list(look.files),
        "browser": look.address,
        "copied": look.copied,
        "offered": look.offered,
    }


def encode_view(view: LaunchView) -> dict[str, Any]:
    """The launcher's window."""
    return {
        "sentence": view.sentence,
        "picture": view.picture.value,
        "percent": view.percent,
        "busy": view.busy,
        "hint": view.hint,
        "cause": view.cause,
        "cure": view.cure,
        "fields": [[each.value, label] for each, label in view.fields],
        "buttons": [[each.value, label] for each, label in view.buttons],
        "tray": [[each.value, label] for each, label in view.tray],
        "hidden": view.hidden,
    }


@dataclass(frozen=True, slots=True)
class KeyMaking:
    """What a key on the desk is made with. `bank`: whose sentences it believes; `programs`: those it has and takes;
    `block_s`: see KeyDesk."""

    bank: EllipticCurvePublicKey
    programs: DeskPrograms
    block_s: float = 0.0


@contextmanager
def open_desk_of_key(
    config: Config, state: Path | None, frame: EsecureFrame, site: BusinessSite, making: KeyMaking
) -> Iterator[KeyDesk]:
    """The desk with its key in the state's folder, alive while the context lasts."""
    with ExitStack() as stack:
        key = stack.enter_context(open_key(config, state, making.bank, making.programs))
        language = "fr" if config.reader.language == "auto" else config.reader.language
        desk = KeyDesk(key, frame, site, language, block_s=making.block_s)
        stack.enter_context(desk.living())
        yield desk
