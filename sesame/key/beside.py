"""The access key's desk beside the reader's page: the key, and the window of its PC's browser at a port of its own."""

import argparse
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from sesame.bank.business import business_beside, frame_keys
from sesame.books import needing_extra

if TYPE_CHECKING:
    from bank.esecure.frame import EsecureFrame
    from device.config import Config
    from sesame.bank.address import BusinessPlace
    from simulator.key.desk import KeyDesk
    from simulator.key.programs import DeskPrograms
    from simulator.web.beside import KeyBeside

NOWHERE: Final = "http://127.0.0.1:8036/"
"""Where certificates say that one learns what was revoked: of a script's bank nobody asks."""

BLOCK_S: Final = 0.2
"""On the page, so that an update of some forty blocks can be looked at, and cancelled."""


@contextmanager
def key_beside(
    config: "Config", state: Path, keys: "EsecureFrame", page: socket.socket
) -> "Iterator[tuple[BusinessPlace, KeyBeside]]":
    """With the business site that it is for, while the context lasts. `page`: where the page that shows it is served.
    Raises CommandError, ServingError, StateError."""
    from simulator.key.window import BrowserWindow  # noqa: PLC0415 - a web server's libraries
    from simulator.web.beside import KeyBeside  # noqa: PLC0415 - as above
    from web.serving import Server, bind_listener, url_of  # noqa: PLC0415 - as above

    pages = (url_of(page).rstrip("/"), url_of(page, "localhost").rstrip("/"))
    with _desk_at_site(config, keys, url_of(page), (state, state), BLOCK_S) as (business, desk):
        window = bind_listener(0, 0)
        with Server(BrowserWindow(desk.browser).make_app(pages), window).beside():
            yield business, KeyBeside(desk, window.getsockname()[1])


@contextmanager
def _desk_at_site(
    config: "Config", keys: "EsecureFrame", url: str, places: tuple[Path, Path | None], block_s: float
) -> "Iterator[tuple[BusinessPlace, KeyDesk]]":
    """`url`: of the bank's pages; `places`: where the server keeps its own, and below which the key lies; `block_s`:
    see KeyDesk."""
    tls, vault = places
    from simulator.key.desk import BusinessSite, KeyMaking, open_desk_of_key  # noqa: PLC0415 - a web server's libraries

    with business_beside(keys.store, url, argparse.Namespace(state=tls)) as business, _programs_served(keys) as served:
        programs, updates = served
        site = BusinessSite(business.url, business.root.read_bytes(), updates)
        sentences = keys.open_authorities().sentence.key.public_key()
        with open_desk_of_key(config, vault, keys, site, KeyMaking(sentences, programs, block_s)) as desk:
            yield business, desk


@contextmanager
def _programs_served(keys: "EsecureFrame") -> "Iterator[tuple[DeskPrograms, str]]":
    """The key's programs, and the address of the repository that they come from: its own, so that a real key never
    takes one of the demonstration's. Raises ServingError."""
    from bank.web.updates.site import PATH, open_updates  # noqa: PLC0415 - a web server's libraries
    from simulator.key.programs import DeskPrograms  # noqa: PLC0415 - as above
    from web.serving import Server, bind_listener, url_of  # noqa: PLC0415 - as above

    with TemporaryDirectory(prefix="sesame-programs-") as folder:
        programs, listener = DeskPrograms(Path(folder), keys.store), bind_listener(0, 0)
        with Server(open_updates(programs.public), listener).beside():
            yield programs, url_of(listener).rstrip("/") + PATH


class KeyDeskBeside:
    """Gives the access key's desk to scripts, the same one each time: with a bank of its own in memory, its site on
    loopback, and the key in memory, too. Safe from any thread."""

    def __init__(self, config: "Config") -> None:
        self._config = config
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._desk: KeyDesk | None = None

    def __call__(self) -> "KeyDesk":
        """The desk. Raises StateError, ServingError, and CommandError where its libraries are not installed."""
        with self._lock:
            if self._desk is None:
                with needing_extra("web"):
                    self._desk = self._stack.enter_context(open_own_desk(self._config))
            return self._desk

    def begin_anew(self) -> None:
        """The next customer's key, and his bank. Raises StateError."""
        if self._desk is None:
            return
        from bank.demo.people import begin_anew  # noqa: PLC0415 - it is there: there is a key

        begin_anew(self._desk.post.frame.store)
        self._desk.begin_anew()

    def close(self) -> None:
        """Close what was opened."""
        self._stack.close()


@contextmanager
def open_own_desk(config: "Config", block_s: float = 0.0) -> "Iterator[KeyDesk]":
    """A desk whose bank ends with it. `block_s`: see KeyDesk. Raises StateError, ServingError."""
    from sesame.telephone import open_own_books  # noqa: PLC0415 - SQLAlchemy

    with (
        closing(open_own_books()) as store,
        TemporaryDirectory(prefix="sesame-key-") as state,
        _desk_at_site(config, frame_keys(store, NOWHERE), NOWHERE, (Path(state), None), block_s) as (_, desk),
    ):
        yield desk
