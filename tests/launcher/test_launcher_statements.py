"""The guide's two rows of documents, provoked in the real Firefox with the launcher's settings: a computer whose viewer
is off, and a document that does not arrive whole. Adobe Reader itself, of which the guide speaks, is not for Linux."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
from starlette.types import Message, Receive, Scope, Send

from bank.books.clock import read_time, wall_ms
from bank.demo.database import open_in_memory
from bank.demo.people import furnish_people
from bank.web.sogecash.words import list_sogecash_words
from launcher.adapters.firefox import write_prefs
from tests.bank.counter import Hand
from tests.bank.keyed import Device, EsecureBank
from tests.launcher.marionette import LIMIT_S, Marionette, MarionetteError
from tests.launcher.test_launcher_firefox import prepare_firefox
from tests.web.business import Customer, KeyBrowser
from web.serving import Server, bind_listener

_T = TypeVar("_T")

EN = list_sogecash_words()["en"]
HOST = "127.0.0.1"
PDF = (b"content-type", b"application/pdf")


class SignedOnSite:
    """The site as whoever is signed in has it: what the key and the browser would bring comes along with each request.
    `whole`: documents arrive; else the first octets of them alone."""

    def __init__(self, browser: KeyBrowser) -> None:
        self.site: Any = browser.client.app
        self.cookie = "; ".join(f"{each.name}={each.value}" for each in browser.client.cookies.jar).encode()
        self.whole = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [*(each for each in scope["headers"] if each[0] != b"cookie"), (b"cookie", self.cookie)]
        await self.site(scope, receive, send if self.whole else cut_documents(send))


def cut_documents(send: Send) -> Send:
    cut = False

    async def pass_on(message: Message) -> None:
        nonlocal cut
        if message["type"] == "http.response.start":
            cut = PDF in message["headers"]
            if cut:
                message["headers"] = [each for each in message["headers"] if each[0] != b"content-length"]
        elif cut:
            message = {**message, "body": message["body"][:900], "more_body": False}
        await send(message)

    return pass_on


@pytest.fixture
def site() -> Iterator[tuple[SignedOnSite, str]]:
    with closing(open_in_memory()) as store:
        bank, device = EsecureBank(store, Hand(wall_ms())), Device()
        with store.writing() as connection:
            furnish_people(connection, read_time(connection, bank.hand.ms))
        letter = bank.give_out(device)
        made = bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())
        served, listener = SignedOnSite(Customer(bank, device, made, letter.number).settle()), bind_listener(0, 0)
        with Server(served, listener).beside():
            yield served, f"http://{HOST}:{listener.getsockname()[1]}/en/net/statements"


@contextmanager
def driven(folder: Path) -> Iterator[Marionette]:
    """Firefox with the launcher's settings, and a folder for what it fetches."""
    programs, port = prepare_firefox(folder)
    profile, fetched = folder / "profile", folder / "fetched"
    for each in (profile, fetched):
        each.mkdir()
    kept = f'user_pref("browser.download.folderList", 2);\nuser_pref("browser.download.dir", "{fetched}");\n'
    (profile / "user.js").write_text(write_prefs(HOST, proxied=False) + kept)
    env = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "E_SECURE_TEST": str(folder)}
    command = [str(programs / "firefox-esr"), "--profile", str(profile), "--new-instance", "about:blank"]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with closing(Marionette(port)) as firefox:
                yield firefox
        finally:
            process.terminate()
            process.wait(LIMIT_S)


def click(firefox: Marionette, text: str) -> None:
    """The first link that begins or ends with it."""
    firefox.on_page(
        f"[...document.querySelectorAll('main a')].find(a => a.textContent.includes({text!r})).click(); return 0"
    )


LOADED = """
const seen = (window.wrappedJSObject || window).PDFViewerApplication;
if (!seen || !seen.pdfLoadingTask) { return ""; }
return seen.pdfLoadingTask.promise.then(() => `${seen.pagesCount} pages`, () => `${seen.pagesCount} pages`);
"""


def until_true(look: Callable[[], _T]) -> _T:
    """What is seen, once there is something."""
    until = time.monotonic() + LIMIT_S
    while True:
        with suppress(MarionetteError):
            if found := look():
                return found
        assert time.monotonic() < until, "nothing is seen"
        time.sleep(0.1)


def find_whole(folder: Path) -> bytes:
    files = (path.read_bytes() for path in folder.glob("*.pdf"))
    return next((content for content in files if content.rstrip().endswith(b"%%EOF")), b"")


def test_a_statement_in_a_viewer_cut_short_and_without_a_viewer(site: tuple[SignedOnSite, str], tmp_path: Path) -> None:
    served, address = site
    get, page = EN.statement_get.partition("{")[0], EN.statement_page.partition("}")[2]

    def ask_for(text: str) -> None:
        firefox.call("WebDriver:Navigate", url=address)
        click(firefox, text)

    with driven(tmp_path) as firefox:
        ask_for(get)
        assert until_true(lambda: firefox.on_page(LOADED)) == "1 pages"
        assert firefox.until(EN.statement).startswith(f"{address}/FR"), "by the launcher's settings it is shown"
        served.whole = False
        ask_for(get)
        assert until_true(lambda: firefox.on_page(LOADED)) == "0 pages", "a blank page"
        served.whole = True
        firefox.call("WebDriver:Navigate", url=address)
        said = " ".join(firefox.until(EN.unopened).split())
        assert said.startswith(f"{address} ")
        for row in EN.unopened_rows:
            assert f"{row.seen} {EN.cause}{row.cause} {EN.cure}{row.cure}" in said
        click(firefox, page)
        said = firefox.until(f"{EN.statement} 20")
        assert said.partition(" ")[0].endswith("/page")
        assert "\N{EURO SIGN}" in said or "EUR" in said, "its movements, without a PDF"
        # Last of all: Firefox may say in a window of its own that it was fetched, and then answers nothing more.
        firefox.inside("Services.prefs.setBoolPref('pdfjs.disabled', true)")
        ask_for(get)
        assert until_true(lambda: find_whole(tmp_path / "fetched")).startswith(b"%PDF"), "fetched, and not shown"
