"""The browser on the simulated PC: it shows the business site with the certificate in the key, and keeps its cookies.

What the real one does with OpenSC's module, it does with the card at the end of the cable: each new connection is a
signature that the person agrees to on the key. Its window is a frame of the simulator's page: see `BrowserWindow`.
"""

import http.client
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from sesame_core.errors import SesameError
from simulator.key.mutual_tls import CardIdentity, MutualConnection, list_line_errors

LARGEST_ANSWER: Final = 8 << 20
HANDED_OVER: Final = "application/vnd.sesame.order+json"
"""What the site gives a browser for the launcher (`bank.web.sogecash.orders`): it is no page."""
NOTHING: Final = 204
"""A browser that is answered so, or takes what came elsewhere, leaves its page as it is (RFC 9110, 15.3.5)."""
PASSED_ON: Final = ("content-type", "content-disposition", "location", "cache-control")
"""Of an answer's headers, those that the window needs."""


class BrowserClosedError(SesameError):
    """No browser is open on the PC."""


class SiteUnreachedError(SesameError):
    """The connection did not come about, or broke."""


class _UnheardError(Exception):
    """The site had closed the kept connection before it was asked."""


@dataclass(frozen=True, slots=True)
class SiteRequest:
    """What somebody asks of the site."""

    method: str
    path: str
    body: bytes = field(default=b"", repr=False)
    kind: str = ""
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """What the site says."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


Identify = Callable[[], CardIdentity | None]
"""Gives the certificate of the key that is in, None where it has none yet. Raises SesameError where no key is in."""


class SimulatedBrowser:
    """From any thread; one request at a time, as one window asks. `identify`: the key's certificate, at each new
    connection."""

    def __init__(self, root: bytes, identify: Identify) -> None:
        """`root`: the authority of the site's server, PEM: the profile trusts no other."""
        self._root = x509.load_pem_x509_certificate(root)
        self._identify = identify
        self._lock = Lock()
        self._line: MutualConnection | None = None
        self._cookies: dict[str, str] = {}
        self._orders: deque[bytes] = deque()
        self._order_came: Callable[[], None] = lambda: None
        self.address = ""
        self._entrance = ""

    def listen_for_orders(self, order_came: Callable[[], None]) -> None:
        """Tell it, from any thread, when the site has handed something over."""
        self._order_came = order_came

    def open_window(self, address: str) -> None:
        """A page in the window that is open, else in one with a fresh profile. `address`: https://host:port/...; its
        query goes with the first page."""
        if not self.address:
            self.close_window()
        self.address = address
        self._entrance = urlsplit(address).query

    @property
    def page(self) -> str:
        """The path of the page that was opened last; "/" for the site's entrance, which is a page in each language."""
        return urlsplit(self.address).path or "/"

    def take_order(self) -> bytes:
        """What the site has handed over, once; empty where there is nothing."""
        return self._orders.popleft() if self._orders else b""

    def close_window(self) -> None:
        """The profile is wiped."""
        self.address = ""
        self.drop_line()
        self._cookies.clear()
        self._orders.clear()

    def drop_line(self) -> None:
        """The key was pulled: its connection goes with it."""
        line, self._line = self._line, None
        if line is not None:
            line.end()

    def ask_site(self, request: SiteRequest) -> SiteAnswer:
        """One request, on the connection that there is or on a new one. Raises BrowserClosedError, SiteUnreachedError,
        UntrustedServerError, and what the key's side raises."""
        with self._lock:
            if self._line is not None:
                with suppress(_UnheardError):
                    return self._ask(request)
            return self._ask(request)

    def _ask(self, request: SiteRequest) -> SiteAnswer:
        kept = self._line is not None
        try:
            line = self._find_line()
            self._send(line, request)
            answer = line.getresponse()
        except BaseException as cause:
            raise self._give_up(cause, unheard=kept) from cause
        try:
            return self._read(answer)
        except BaseException as cause:
            raise self._give_up(cause, unheard=False) from cause

    def _give_up(self, cause: BaseException, *, unheard: bool) -> BaseException:
        """What is said of it; a mistake of ours stays one."""
        self.drop_line()
        if isinstance(cause, SesameError) or not isinstance(cause, list_line_errors()):
            return cause
        return _UnheardError() if unheard else SiteUnreachedError("the connection to the site broke")

    def _send(self, line: MutualConnection, request: SiteRequest) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Accept-Language": request.language, "Cookie": cookies, "Content-Type": request.kind}
        shown = {name: value for name, value in headers.items() if value}
        path = request.path
        if self._entrance and request.method == "GET" and "?" not in path:
            path, self._entrance = f"{path}?{self._entrance}", ""
        line.request(request.method, path, request.body or None, shown)

    def _read(self, answer: http.client.HTTPResponse) -> SiteAnswer:
        # tlslite-ng's file gives None where nothing is asked of it.
        content = answer.read(LARGEST_ANSWER) if answer.length != 0 else b""
        answer.close()
        for text in answer.headers.get_all("set-cookie", ()):
            self._keep_cookies(text)
        if answer.headers.get_content_type() == HANDED_OVER:
            self._orders.append(content)
            self._order_came()
            return SiteAnswer(NOTHING, {}, b"")
        kept = {name: value for name in PASSED_ON if (value := answer.headers.get(name))}
        return SiteAnswer(answer.status, kept, content)

    def _find_line(self) -> MutualConnection:
        if not self.address:
            raise BrowserClosedError("no browser is open on the PC")
        if self._line is None:
            place = urlsplit(self.address)
            line = MutualConnection(place.hostname or "", place.port or 443, self._root, self._identify())
            line.connect()
            self._line = line
        return self._line

    def _keep_cookies(self, text: str) -> None:
        with suppress(CookieError):
            for name, morsel in SimpleCookie(text).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self._cookies.pop(name, None)
                else:
                    self._cookies[name] = morsel.value
