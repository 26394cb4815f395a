"""What the launcher needs of the computer it runs on. Each port has an adapter in `launcher.adapters`; a twin behaves
like it. Whatever fails raises LaunchError, which names the row of the error table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from launcher.course.events import LaunchEvent
from launcher.view import LaunchView


class Card(Protocol):
    """A key that is in a reader, held for this program alone as long as it is open."""

    @property
    def has_pad(self) -> bool:
        """The PIN is typed on the key itself."""
        ...

    def transmit(self, apdu: bytes) -> bytes:
        """A command APDU; its response. Raises CardGoneError."""
        ...

    def verify_on_pad(self) -> bytes:
        """Have the key ask for its PIN; the response of VERIFY. Raises CardGoneError."""
        ...

    def unblock_on_pad(self) -> bytes:
        """Have the key ask for its PUK and for a new PIN; the response of RESET RETRY COUNTER. Raises CardGoneError."""
        ...

    def close(self) -> None:
        """Let others have it."""
        ...


class CardReaders(Protocol):
    """The readers that there are: they come and go."""

    def find_key(self, before: str = "") -> str:
        """The name of the first reader with a key in it; empty where there is none. `before`: the reader whose key is
        in use, which another key that is plugged in takes nobody away from."""
        ...

    def has_reader(self, reader: str) -> bool:
        """Whether the reader is there, with a card in it or without one."""
        ...

    def open_key(self, reader: str) -> Card:
        """Raises LaunchError: CONFLICT where another program holds it, CardGoneError where it is gone."""
        ...

    def wait_change(self, timeout_ms: int) -> None:
        """Until something came or went, at most so long."""
        ...


class LauncherWindow(Protocol):
    """What is seen. Whoever sits there answers by events."""

    def show_view(self, view: LaunchView) -> None:
        """From any thread."""
        ...

    def copy_text(self, text: str) -> None:
        """To where it can be pasted; a terminal prints it."""
        ...

    def run_window(self, send: Callable[[LaunchEvent], None]) -> None:
        """Until `close_window`: `send` is told what was chosen and typed."""
        ...

    def close_window(self) -> None:
        """From any thread."""
        ...


class Browser(Protocol):
    """A browser with a profile of its own."""

    def open_page(self, url: str, closed: Callable[[], None]) -> None:
        """Start it there, or show the page in the one that runs. `closed` is called once, unless it is closed by
        `close_browser`. Raises LaunchError."""
        ...

    def take_order(self) -> bytes:
        """What the site has handed it for the launcher, once; empty where there is nothing."""
        ...

    def close_browser(self) -> None:
        """And wipe its profile; harmless where none runs."""
        ...


@dataclass(frozen=True, slots=True)
class NetAnswer:
    """Of a server that has proved who it is."""

    status: int
    body: bytes


class Net(Protocol):
    """The way to the bank. Only the authority that came with the launcher is believed."""

    def reach_site(self, url: str) -> None:
        """Raises LaunchError: TIMED_OUT, NOT_FOUND, REFUSED, SSL."""
        ...

    def ask_server(self, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> NetAnswer:
        """GET, or POST of a body. Raises LaunchError as `reach_site` does."""
        ...


class UpdateSource(Protocol):
    """What brings an update to the key, which alone believes it or not."""

    def find_update(self, card: Card, version: str) -> str:
        """The newer version's name; empty where there is none."""
        ...

    def fetch_update(self, card: Card, advance: Callable[[int], bool]) -> bool:
        """Carry it into the key. `advance` is told the per cent, and says whether to go on. True where all of it is
        in. Raises LaunchError."""
        ...


class KeyDrive(Protocol):
    """The CD-ROM of the key."""

    def eject_disc(self) -> None:
        """The key then says that it may be removed. Raises LaunchError where it cannot be done."""
        ...


class KeyMemory(Protocol):
    """Which keys this computer has seen."""

    def knows_key(self, serial: int) -> bool:
        """Whether it was here before."""
        ...

    def remember_key(self, serial: int) -> None:
        """From now on it was."""
        ...

    def keep_certificate(self, serial: int, certificate: bytes) -> None:
        """Until it is in the key, which may be pulled before: the bank issues it once. DER; empty: it is in."""
        ...

    def find_certificate(self, serial: int) -> bytes:
        """One that was kept; empty where there is none."""
        ...


class LauncherFile(Protocol):
    """The file that the launcher runs from."""

    def check_file(self) -> None:
        """That it is there, can be read, and is what it was. Raises LaunchError: THREAT, with its name and SHA-256."""
        ...


class SessionLock(Protocol):
    """One launcher at a time for each user of the computer."""

    def take_lock(self) -> None:
        """Raises LaunchError: CONFLICT, with who holds it."""
        ...

    def release_lock(self) -> None:
        """Harmless where it is not held."""
        ...


class Timer(Protocol):
    """Time, to be waited for."""

    def call_after(self, milliseconds: int, call: Callable[[], None]) -> None:
        """Once, from any thread."""
        ...
