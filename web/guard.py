"""What stands before every page: which hosts and origins may ask, how much they may send, and what browsers are told.

A page on loopback is within reach of every other page the browser has open. So a name that was rebound to this machine
(DNS rebinding) is refused by its Host header, and what another site sends by its Origin and Sec-Fetch headers (Fetch
standard, 3.1; W3C Fetch Metadata).
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.addresses import as_host

LOOPBACK = frozenset(("localhost", "127.0.0.1", "[::1]"))
READING = frozenset(("GET", "HEAD", "OPTIONS"))
MOST_BYTES = 8192
"""The largest request body, in bytes."""
MOST_DIGITS = 9
"""Of a length that is looked at: Python refuses to read a number of 5,000 digits."""

SELF = "'self'"
OWN_SITE = frozenset(("same-origin", "none"))

BASE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers would then send `Origin: null` with every form.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


def content_policy(
    *,
    scripts: bool = False,
    frames: bool = False,
    framed_by: str = "'none'",
    framing: Iterable[str] = (),
    sending_to: Iterable[str] = (),
) -> str:
    """A content-security policy (CSP level 3): nothing but our own files, nothing inline.

    `scripts`: the pages have scripts, which may ask this server. `frames`: they may show our own pages in frames.
    `framed_by`: who may show them in a frame. `framing`, `sending_to`: other origins that they may show in a frame, and
    that their forms may go to.
    """
    sources = {"style-src": SELF, "img-src": SELF}
    sources |= {"script-src": SELF, "connect-src": SELF} if scripts else {}
    if frames or framing:
        sources["frame-src"] = " ".join((SELF, *framing))
    sources["form-action"] = " ".join((SELF, *sending_to))
    parts = (f"{name} {allowed}" for name, allowed in sources.items())
    return "; ".join(("default-src 'none'", *parts, "base-uri 'none'", f"frame-ancestors {framed_by}"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered."""

    status: int
    text: str


@dataclass(frozen=True)
class Guard:
    """ASGI middleware around `app`. `policy`: the content-security policy of everything that leaves."""

    app: ASGIApp
    policy: str
    hosts: frozenset[str] = LOOPBACK
    own_address: bool = False
    """Whether it also answers to the very address that was connected to. A name that was rebound is still refused."""
    most_bytes: int = MOST_BYTES
    entrances: frozenset[str] = frozenset()
    """Paths that another site's page may send a form to, and have shown in a frame: what they do, they must judge by
    the Origin header and by what is in the form."""
    framed: str = ""
    """Beginning of the paths that a frame of another site's page may be led to by such a form's answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let through; mark the answer in either case."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._mark(MutableHeaders(raw=message["headers"]))
            await send(message)

        refusal = self.refuse_request(scope)
        answer = PlainTextResponse(refusal.text, refusal.status) if refusal else self.app
        with suppress(ClientDisconnect):  # who hangs up has nothing to be told, and nothing is wrong with us
            await answer(scope, receive, marked)

    def refuse_request(self, scope: Scope) -> Refusal | None:
        """What is wrong with a request, before anything of it is looked at."""
        headers = Headers(scope=scope)
        # First of all: a name that was rebound to this machine (DNS rebinding) must not even learn what we refuse.
        if not _is_one_of(headers.getlist("host"), self.hosts | self._address_of(scope)):
            return Refusal(421, "This server answers to its own name on this machine only.\n")
        if _from_elsewhere(scope, headers) and not self._may_enter(scope, headers):
            return Refusal(403, "Another site may not ask this.\n")
        return self._too_much(headers)

    def _may_enter(self, scope: Scope, headers: Headers) -> bool:
        """Whether it is one of what other sites may have a browser do here."""
        path, method = scope["path"], scope["method"]
        if headers.get("sec-fetch-dest", "document") not in {"document", "iframe"}:
            return False
        return (method == "POST" and path in self.entrances) or (
            method == "GET" and bool(self.framed) and path.startswith(self.framed)
        )

    def _address_of(self, scope: Scope) -> frozenset[str]:
        server = scope.get("server") if self.own_address else None
        return frozenset((as_host(server[0]),)) if server else frozenset()

    def _too_much(self, headers: Headers) -> Refusal | None:
        # A body without a length could go on for ever before anybody counts it.
        if "transfer-encoding" in headers:
            return Refusal(411, "Say how long the body is.\n")
        length = headers.get("content-length", "0")
        if (
            not (length.isascii() and length.isdecimal() and len(length) <= MOST_DIGITS)
            or int(length) > self.most_bytes
        ):
            return Refusal(413, "The body is too long.\n")
        return None

    def _mark(self, headers: MutableHeaders) -> None:
        for name, value in BASE_HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", self.policy)


def _is_one_of(given: Iterable[str], hosts: frozenset[str]) -> bool:
    """Exactly one Host header (RFC 9112, 3.2), with one of the names, at any port."""
    names = [_without_port(value.lower()) for value in given]
    return len(names) == 1 and names[0] in hosts


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _from_elsewhere(scope: Scope, headers: Headers) -> bool:
    """Another site's page asks. Following a link to us is all that it may have the browser do."""
    site = headers.get("sec-fetch-site", "none")
    if site not in OWN_SITE:
        follows = scope["method"] == "GET" and headers.get("sec-fetch-dest") == "document"
        return not follows
    if scope["method"] in READING:
        return False
    origin = headers.get("origin")
    return origin is not None and origin.lower() != f"{scope['scheme']}://{headers['host']}".lower()
