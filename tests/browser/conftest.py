"""Debian's Chromium on the demonstration's page. Where it is absent the tests are left out, but never in CI."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Mount

from bank.books.clock import wall_ms
from bank.demo.database import open_database, open_in_memory
from bank.demo.passwords import furnish_passwords
from bank.securpass.phone.subscribing import PhoneSubscriptions
from bank.verification import Verifier
from bank.web.app.api.verbs import AppApi, make_app_api
from bank.web.app.shell import AppShell, app_policy
from bank.web.app.site import PATH
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.site import bank_site
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions, BookSourceLimit, open_desk
from device.config import Config
from simulator.web.bench import PageBench
from simulator.web.site import reader_site
from tests.bank.app_counter import AppCounter
from tests.bank.counter import Hand
from tests.browser.sight import DESKTOP, LIMIT_S, PATIENCE_MS, People, Person
from tests.left_out import leave_out
from tests.npm_parts import install_parts
from web.guard import Guard
from web.serving import Server, bind_listener, url_of

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name that an attacker made lead to this machine.
    "--host-resolver-rules=MAP rebound.example 127.0.0.1",
)
HERE = Path(__file__).parent
BUSY = {"test_browser_access", "test_browser_app", "test_browser_space"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two browsers, of which one mostly waits for a code's 35 s to pass."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.service)
            item.add_marker(pytest.mark.xdist_group("browser" if item.path.stem in BUSY else "browser that waits"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ended with each module: while it lives, its loop and greenlets get in the way of asyncio and ast."""
    if not CHROMIUM.exists():
        leave_out("Chromium is not installed (Debian: chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility check's source, from npm, of the version that is locked."""
    return (install_parts(HERE, "axe-core") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def fresh_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("books")
    open_database(folder).close()
    return folder


@contextmanager
def running(bench: PageBench) -> Iterator[None]:
    """The reader's life on a thread of its own."""
    thread = threading.Thread(target=bench.run, name="reader")
    thread.start()
    try:
        yield
    finally:
        bench.submit(bench.halt)
        thread.join(LIMIT_S)
        assert not thread.is_alive()


def problem(message: ConsoleMessage) -> bool:
    """A refused code is answered by 403, a slip by 422, a page that is not there by 404: the browser mentions them all.
    It advises against reading a canvas back, which only our eyes do."""
    meant = any(f"status of {status}" in message.text for status in (403, 404, 422))
    meant = meant or "willReadFrequently" in message.text
    return message.type in ("error", "warning") and not meant


@pytest.fixture
def people(browser: Browser, tmp_path: Path, fresh_books: Path) -> Iterator[People]:
    """Seats people at a demonstration of their own; whatever the browser complains about fails the test."""
    state = tmp_path / "state"
    shutil.copytree(fresh_books, state)
    complaints: list[str] = []
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_database(state)))
        bench = PageBench(Config(), state)
        listener = bind_listener(0, 0)
        stack.enter_context(Server(reader_site(bench, Desk(Verifier(store))), listener).beside())
        stack.enter_context(running(bench))

        def seated(language: str = "fr", size: tuple[int, int] = DESKTOP) -> Person:
            context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=language)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            listen(page, complaints)
            return Person(page, bench, store, url_of(listener), language)

        yield seated
    assert complaints == []


def listen(page: Page, complaints: list[str]) -> None:
    """Note everything that went wrong in the page."""

    def hear(message: ConsoleMessage) -> None:
        if problem(message):
            complaints.append(message.text)

    def fail(error: Error) -> None:
        complaints.append(str(error))

    page.on("console", hear)
    page.on("pageerror", fail)


@pytest.fixture
def person(people: People) -> Person:
    """One who speaks French, at a laptop."""
    seated = people()
    seated.open()
    return seated


@pytest.fixture
def bank() -> Iterator[AppCounter]:
    """Its clock is in the test's hand."""
    with closing(open_in_memory()) as store:
        counter = AppCounter(store, Hand(wall_ms()))
        furnish_passwords(store)
        yield counter


@pytest.fixture
def address(bank: AppCounter) -> Iterator[str]:
    """WebAuthn knows no bare addresses: the name, not 127.0.0.1."""
    listener = bind_listener(0, 0)
    port = listener.getsockname()[1]
    store = bank.store
    desk, places = open_desk(store, Verifier(store)), BookSourceLimit(store, prefix="app-source/")
    api = AppApi(bank.app, BookSessions(store), desk, places, OperationFeed(store), PhoneSubscriptions(store))
    pages = Starlette(routes=[Mount("/api", make_app_api(api)), *AppShell().list_routes()])
    coopanet = bank_site(Pages(desk, BookSessions(store), wall=bank.hand))
    app = Starlette(routes=[Mount(PATH, Guard(pages, app_policy())), Mount("/", coopanet)])
    with Server(app, listener).beside():
        yield f"http://localhost:{port}"
