"""What every page of the business site is made with: the certificate of this request, who is signed in with it."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bank.books.store_sql import SqlStore
from bank.esecure.frame import EsecureFrame
from bank.esecure.signing_on import BusinessVisitor, SignOn
from bank.esecure.visiting import VisitStage
from bank.iban import group_iban
from bank.languages import choose_words
from bank.operations.words import notation_of
from bank.web.coopanet.frame import StaleFormError, load_templates, prefer_language
from bank.web.coopanet.space.moments import Moments
from bank.web.coopanet.space.words import SpaceWords, list_space_words
from bank.web.sogecash.words import SogecashWords, list_sogecash_words
from web.certified import certificate_of
from web.cookies import read_token
from web.forms import read_form

FOLDER: Final = Path(__file__).parent
COOKIE: Final = "sogecash"
KEYBOARD: Final = "sogecash-keys"
LAUNCHER: Final = "sogecash-launcher"
"""The SHA-256 of what the launcher that opened this browser will end its session with."""
SEE_OTHER: Final = 303
MOST_FIELDS: Final = 8
LONGEST_HEADER: Final = 8192

DEADLINE_S: Final = 20.0
"""Longer than any page takes whose books are well, and shorter than a browser waits."""

FRONT_SECRET: Final = "x-front-secret"  # noqa: S105 - a header's name
FRONT_CERTIFICATE: Final = "x-client-certificate"
"""What a front puts into each request: that it is the front, and the certificate as nginx escapes it
($ssl_client_escaped_cert)."""

Page = Callable[[Request, SogecashWords], Awaitable[Response]]

STEPS: Final[Mapping[VisitStage, str]] = {
    VisitStage.PERSONALISE: "personalise",
    VisitStage.DETAILS: "details",
    VisitStage.OPEN: "customer",
}
"""Where somebody is led who has come so far."""


@dataclass(frozen=True)
class BusinessFrame:
    """What all pages stand on. `front`: the secret of the front that ends TLS before this server; none without one.
    `deadline_s`: after how many seconds a page says that the books do not answer."""

    keys: EsecureFrame
    front: str = field(default="", repr=False)
    deadline_s: float = DEADLINE_S
    words: Mapping[str, SogecashWords] = field(default_factory=list_sogecash_words)
    space_words: Mapping[str, SpaceWords] = field(default_factory=list_space_words)
    templates: Environment = field(default_factory=lambda: load_templates(FOLDER / "templates"))

    @property
    def books(self) -> SqlStore:
        """The books."""
        return self.keys.store

    @property
    def sign_on(self) -> SignOn:
        """Onto the site."""
        return SignOn(self.keys)

    def make_page(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint: in one of our languages, and it knows who is signed in with the certificate of this request."""

        async def answered(request: Request) -> Response:
            words = self.words.get(request.path_params["language"])
            if words is None:
                raise HTTPException(404)
            return await self._answer_in_time(request, words, page)

        return answered

    async def _answer_in_time(self, request: Request, words: SogecashWords, page: Page) -> Response:
        """The page, or after `deadline_s` one that says that it takes too long (the guide's hourglass). What was begun
        cannot be taken back from a database that hangs: it goes on, and nobody waits for it."""

        async def work() -> Response:
            await self.recognise(request)
            return await page(request, words)

        working = asyncio.ensure_future(work())
        working.add_done_callback(_take_note)
        done, _ = await asyncio.wait({working}, timeout=self.deadline_s)
        return working.result() if done else self.show_notice(request, words, words.slow, 503)

    def make_step(self, stage: VisitStage, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """The same, for whoever has come so far; others are led to where they are."""

        async def stepped(request: Request, words: SogecashWords) -> Response:
            visitor = visitor_of(request)
            if visitor is None:
                return await self.send_away(request, words)
            return await page(request, words) if visitor.stage is stage else go_to(request, STEPS[visitor.stage], words)

        return self.make_page(stepped)

    async def recognise(self, request: Request) -> None:
        """Raises StateError."""
        certificate, token = self.read_certificate(request), token_of(request)
        request.state.certificate = certificate
        visit = self.sign_on.visit
        request.state.visitor = await run_in_threadpool(visit, certificate, token) if token else None

    async def send_away(self, request: Request, words: SogecashWords) -> Response:
        """Nobody is signed in with this certificate: what is wrong with it, or that the time is over."""
        verdict = await run_in_threadpool(self.sign_on.judge, request.state.certificate)
        notice = words.over if verdict.value == "good" else words.verdicts[verdict]
        return self.show_notice(request, words, notice, 403)

    def read_certificate(self, request: Request) -> bytes | None:
        """The certificate that the client has the key of, DER: from this server's TLS, or from the front's, where that
        proves to be the front."""
        given = request.headers.get(FRONT_SECRET, "")
        if not self.front or not hmac.compare_digest(given.encode(), self.front.encode()):
            return certificate_of(request.scope)
        text = request.headers.get(FRONT_CERTIFICATE, "")
        return _read_escaped(text) if 0 < len(text) <= LONGEST_HEADER else None

    def make_mark(self, request: Request) -> str:
        """What a form of this session carries."""
        key = self.books.derive_key("business forms")
        return hmac.new(key, token_of(request).encode(), sha256).hexdigest()

    async def read_own_form(self, request: Request) -> dict[str, str]:
        """Raises StaleFormError for a form of another session."""
        given = await read_form(request, MOST_FIELDS)
        if not hmac.compare_digest(given.get("mark", "").encode(), self.make_mark(request).encode()):
            raise StaleFormError
        return given

    def show_notice(self, request: Request, words: SogecashWords, notice: tuple[str, str], status: int) -> Response:
        """A page of a title and what to do."""
        return self.render_page(request, words, "notice.html", status=status, notice=notice)

    def words_for(self, request: Request) -> SogecashWords:
        """The words of the address's language, else of the browser's."""
        found = self.words.get(request.path_params.get("language", ""))
        return found or self.words[prefer_language(request, self.words)]

    def render_page(
        self, request: Request, words: SogecashWords, template: str, *, status: int = 200, **shown: object
    ) -> Response:
        """A page, with what every page shows."""
        language = words.language
        known = {
            "w": words,
            "s": choose_words(self.space_words, language),
            "at": Moments(language),
            "money": notation_of(language).write_money,
            "group": group_iban,
            "path": request.url.path,
            "link": lambda name, **parts: path_to(request, name, language, **parts),
            "here": lambda other: _in_language(request, other),
            "static": lambda name: request.app.url_path_for("static", path=name),
            "other_languages": [(code, each.name) for code, each in self.words.items() if code != language],
            "visitor": visitor_of(request),
            "mark": self.make_mark(request),
        }
        return HTMLResponse(self.templates.get_template(template).render(known | shown), status)


def _take_note(working: "asyncio.Future[Response]") -> None:
    """What became of a page that nobody waits for any more is nobody's: asyncio would log it."""
    if not working.cancelled():
        working.exception()


def visitor_of(request: Request) -> BusinessVisitor | None:
    """Whoever is signed in, once the request was recognised."""
    found: BusinessVisitor | None = getattr(request.state, "visitor", None)
    return found


def known_visitor(request: Request) -> BusinessVisitor:
    """The same on a page that is for those only."""
    found = visitor_of(request)
    assert found is not None
    return found


def token_of(request: Request, cookie: str = COOKIE) -> str:
    """The token that the browser keeps; nothing for one that cannot be ours."""
    return read_token(request, cookie)


def keep_token(answer: Response, cookie: str, token: str) -> Response:
    """Have the browser keep a token; an empty one takes it away. By TLS only: the site is reached by nothing else."""
    answer.set_cookie(
        cookie, token, max_age=None if token else 0, path="/", secure=True, httponly=True, samesite="strict"
    )
    return answer


def go_to(request: Request, name: str, words: SogecashWords, **parts: str) -> Response:
    """The answer to a form: look at that page now."""
    return RedirectResponse(path_to(request, name, words.language, **parts), SEE_OTHER)


def path_to(request: Request, name: str, language: str, **parts: str) -> str:
    """A page's address."""
    return str(request.app.url_path_for(name, language=language, **parts))


def _in_language(request: Request, language: str) -> str:
    """This page in another language; the home page instead of an answer to a form."""
    given = request.path_params.get("language")
    if not given or request.method != "GET":
        return path_to(request, "home", language)
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/{language}/{request.url.path.removeprefix(f'/{given}/')}{query}"


def _read_escaped(text: str) -> bytes:
    """A PEM certificate with its signs escaped, as DER; what is none as it is, for the judge to refuse."""
    octets = unquote_to_bytes(text)
    try:
        return x509.load_pem_x509_certificate(octets).public_bytes(Encoding.DER)
    except ValueError:
        return b"unreadable"
