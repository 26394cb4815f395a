"""Somebody at the PC's browser, for scripts: fills in fields, presses buttons, follows links, and reads what comes.

Each act goes on beside the script: while the key waits for PIN or OK, the script can press them.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Final

from sesame_core.errors import SesameError
from simulator.key.browser import NOTHING, SimulatedBrowser, SiteAnswer, SiteRequest
from simulator.key.hypertext import PageForm, PageText, read_page

FORM: Final = "application/x-www-form-urlencoded"
MOST_REDIRECTS: Final = 5
PATIENCE_S: Final = 20.0
"""How long a page is waited for before its text is judged."""


class SitePageError(SesameError):
    """The page has no such thing on it."""


class SiteHands:
    """One person; acts one after the other. `language`: of the pages that are asked for by their path alone."""

    def __init__(self, browser: SimulatedBrowser, language: str) -> None:
        self.language = language
        self._browser = browser
        self._acts = ThreadPoolExecutor(1, thread_name_prefix="site")
        self._lock = Lock()
        self._page = PageText("", "", (), ())
        self._opened = ""
        self._under_way: Future[None] | None = None

    def open_path(self, path: str) -> None:
        """Type an address of the site."""
        self._begin(lambda: self._go(SiteRequest("GET", path, language=self.language)))

    def fill_field(self, name: str, value: str) -> None:
        """Into every form that has such a field. Raises SitePageError."""
        self._settle()
        forms = [form for form in self._page.forms if name in form.fields]
        if not forms:
            raise SitePageError(f"{self._page.title!r} has no field {name!r}")
        for form in forms:
            form.fields[name] = value

    def press_button(self, label: str) -> None:
        """By its label. Raises SitePageError."""
        form, name, value = self._find_button(label)
        self._begin(lambda: self._send(form, name, value))

    def follow_link(self, label: str) -> None:
        """By its label. Raises SitePageError."""
        self._settle()
        address = self._page.find_link(label)
        if address is None:
            raise SitePageError(f"{self._page.title!r} has no link {label!r}")
        self._begin(lambda: self._go(SiteRequest("GET", address, language=self.language)))

    def type_number(self, digits: str, confirm: str) -> None:
        """On the virtual keyboard, then the button `confirm`. Raises SitePageError."""
        for sign in digits:
            self.press_button(sign)
        self.press_button(confirm)

    def read_text(self) -> PageText:
        """What is on the page, once what was asked for is there. Raises whatever asking for it has raised."""
        self._settle()
        self._follow_launcher()
        return self._page

    def forget(self) -> None:
        """The next customer."""
        with suppress(SesameError, TimeoutError):
            self._settle()
        self._page = PageText("", "", (), ())

    def close(self) -> None:
        """Nothing is begun any more."""
        self._acts.shutdown(wait=False, cancel_futures=True)

    def _find_button(self, label: str) -> tuple[PageForm, str, str]:
        self._settle()
        found = self._page.find_button(label)
        if found is None:
            raise SitePageError(f"{self._page.title!r} has no button {label!r}")
        return found

    def _follow_launcher(self) -> None:
        """The launcher has had the browser open a page of the site."""
        address, self._opened = self._opened, self._browser.address
        if self._opened not in {"", address} and self._browser.page != "/":
            self._begin(lambda: self._go(SiteRequest("GET", self._browser.page, language=self.language)))
            self._settle()

    def _begin(self, act: Callable[[], None]) -> None:
        self._settle()
        self._opened = self._browser.address
        with self._lock:
            self._under_way = self._acts.submit(act)

    def _settle(self) -> None:
        with self._lock:
            waited, self._under_way = self._under_way, None
        if waited is not None:
            waited.result(PATIENCE_S)

    def _send(self, form: PageForm, name: str, value: str) -> None:
        sent = form.encode_pressed(name, value)
        if form.method == "GET":  # the query is the form's (HTML standard, 4.10.21.3, mutate action URL)
            path = form.action.partition("?")[0]
            self._go(SiteRequest("GET", f"{path}?{sent.decode()}", language=self.language))
            return
        self._go(SiteRequest(form.method, form.action, sent, FORM, self.language))

    def _go(self, request: SiteRequest) -> None:
        for _ in range(MOST_REDIRECTS):
            answer = self._browser.ask_site(request)
            if answer.status == NOTHING:
                return
            place = answer.headers.get("location")
            if place is None:
                self._page = _page_of(answer)
                return
            request = SiteRequest("GET", place, language=self.language)
        raise SitePageError("the site leads round in a circle")


def _page_of(answer: SiteAnswer) -> PageText:
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return PageText("", f"{answer.headers.get('content-type', '')}, {len(answer.content)} bytes", (), ())
    return read_page(answer.content.decode("utf-8", "replace"))
