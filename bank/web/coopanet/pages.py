"""The pages of the Coop@net demonstration, as an ASGI application over a verifier.

    app = coopanet(Pages(Desk(Verifier(store))))

No script is served, nothing is kept in the browser but one token.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from bank.books.records import Customer
from bank.emv.codes import normalise_code
from bank.errors import StateError
from bank.web.coopanet.accounts import accounts_of, format_money
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.words import Branch, CoopanetWords, list_languages
from web.files import serve_folder
from web.once import Submissions
from web.sessions import LONGEST_TOKEN, Sessions

FOLDER: Final = Path(__file__).parent
COOKIE: Final = "coopanet"
SEE_OTHER: Final = 303
MOST_FIELDS: Final = 8
LOOSE_SIGN: Final = re.compile(r" (?=[:;?!»])|(?<=«) ")
UNKNOWN_SOURCE: Final = "unknown"
USER_CODE: Final = re.compile(r"[0-9A-Za-z ]{1,16}")
"""What is kept of a user code that was refused: nothing else belongs into that field."""

WEIGHT: Final = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


class _Stale(Exception):  # noqa: N818 - it ends a request, and is not an error of ours
    """A form that is not this visitor's own."""


Page = Callable[[Request, CoopanetWords], Awaitable[Response]]


@dataclass(frozen=True)
class Pages:
    """The pages, and what they stand on."""

    desk: Desk
    sessions: Sessions = field(default_factory=Sessions)
    submissions: Submissions = field(default_factory=Submissions)
    branch: Branch = field(default_factory=Branch)
    words: dict[str, CoopanetWords] = field(default_factory=lambda: dict(list_languages()))
    templates: Environment = field(default_factory=lambda: load_templates(FOLDER / "templates"))

    def list_routes(self) -> list[Route | Mount]:
        """Every address."""
        return [
            Route("/", self.show_entrance),
            Route("/{language}/", self._page(self.show_home), name="home"),
            Route("/{language}/access", self._page(self.show_access), name="access"),
            Route("/{language}/sesame", self._page(self.show_sesame), name="sesame"),
            Route("/{language}/sesame", self._page(self.sign_in), methods=["POST"]),
            Route("/{language}/first-try", self._page(self.first_try), name="first_try"),
            Route("/{language}/accounts", self._page(self.show_accounts), name="accounts"),
            Route("/{language}/sign-off", self._page(self.sign_off), methods=["POST"], name="sign_off"),
            Route("/{language}/goodbye", self._page(self.show_goodbye), name="goodbye"),
            Mount("/static", serve_folder(FOLDER / "static"), name="static"),
        ]

    def begin_anew(self) -> None:
        """For the next customer: everybody signed off, cards and accounts as at first. From any thread. Raises
        StateError, and then nobody is signed off."""
        self.desk.begin_anew()
        self.submissions.forget()
        self.sessions.end_all()

    # The pages

    async def show_entrance(self, request: Request) -> Response:
        """To the home page in the browser's language."""
        return RedirectResponse(_path(request, "home", prefer_language(request)), SEE_OTHER)

    async def show_home(self, request: Request, words: CoopanetWords) -> Response:
        """Coop@net's home page."""
        return self._render(request, words, "home.html")

    async def show_access(self, request: Request, words: CoopanetWords) -> Response:
        """ "Accès à vos comptes": the reader to click on."""
        return self._to_accounts(request, words) or self._render(request, words, "access.html")

    async def first_try(self, request: Request, words: CoopanetWords) -> Response:
        """The tutorial."""
        return self._render(request, words, "first_try.html")

    async def show_goodbye(self, request: Request, words: CoopanetWords) -> Response:
        """After signing off."""
        return self._to_accounts(request, words) or self._render(request, words, "goodbye.html")

    async def show_sesame(self, request: Request, words: CoopanetWords) -> Response:
        """User code and Sésame code."""
        return self._to_accounts(request, words) or self._form(request, words)

    async def sign_in(self, request: Request, words: CoopanetWords) -> Response:
        """Look at what was typed: the accounts, or the form again, with the user code in it."""
        given = await self._own_form(request, signing_in=True)
        if given is None:
            return _to(request, "accounts", words)
        user, code = given.get("user", ""), given.get("code", "")
        if normalise_code(code) is None:
            return self._form(request, words, user=user, wrong="slip", status=422)
        form = (token_of(request), user, code)
        token = await self.submissions.once(form, lambda: self._admitted(request, user, code))
        if token is None:
            return self._form(request, words, user=user, wrong="refused", status=403)
        answer = _to(request, "accounts", words)
        self._keep(request, answer, token)
        return answer

    async def _admitted(self, request: Request, user: str, code: str) -> str | None:
        """The token of a session for whoever this is."""
        customer = await self.desk.sign_in(user, code, source_of(request))
        if customer is None:
            return None
        self.sessions.close(token_of(request))
        return self.sessions.open_session(customer.user)

    async def show_accounts(self, request: Request, words: CoopanetWords) -> Response:
        """The accounts, for whoever is signed in."""
        customer = _signed_in(request)
        if customer is None:
            return _to(request, "access", words)
        own = accounts_of(customer.user)
        return self._render(request, words, "accounts.html", accounts=own, today=date.today())

    async def sign_off(self, request: Request, words: CoopanetWords) -> Response:
        """End the session."""
        await self._own_form(request)
        self.sessions.close(token_of(request))
        answer = _to(request, "goodbye", words)
        answer.delete_cookie(COOKIE, path=_root(request) or "/", httponly=True, samesite="strict")
        return answer

    # What goes wrong

    async def show_missing(self, request: Request, error: Exception) -> Response:
        """No such page, or not in that way."""
        assert isinstance(error, HTTPException)
        words = self._words_of(request)
        with suppress(StateError):  # this page needs no books
            await self._recognise(request)
        return self._notice(request, words.missing_title, words.missing, error.status_code, error.headers)

    async def show_stale(self, request: Request, _error: Exception) -> Response:
        """A form that is not the visitor's own."""
        words = self._words_of(request)
        return self._notice(request, words.stale_title, words.stale, 403)

    async def show_broken(self, request: Request, _error: Exception) -> Response:
        """The books cannot be opened."""
        words = self._words_of(request)
        return self._notice(request, words.broken_title, words.broken, 503)

    # How it is done

    def _page(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            words = self.words.get(request.path_params["language"])
            if words is None:
                raise HTTPException(404)
            await self._recognise(request)
            return await page(request, words)

        return answered

    async def _own_form(self, request: Request, *, signing_in: bool = False) -> dict[str, str] | None:
        """None for a form of before signing in that comes after it, as the second of a double click may."""
        given = await form_of(request)
        if self.sessions.check_csrf(token_of(request), given.get("mark", "")):
            return given
        if signing_in and _signed_in(request):
            return None
        raise _Stale

    async def _recognise(self, request: Request) -> None:
        """Whoever is signed in is so on every page. Raises StateError."""
        user = self.sessions.user_of(token_of(request))
        request.state.customer = await run_in_threadpool(self.desk.verifier.store.find_customer, user) if user else None

    def _to_accounts(self, request: Request, words: CoopanetWords) -> Response | None:
        """The way past the pages that are for whoever is not signed in."""
        return _to(request, "accounts", words) if _signed_in(request) else None

    def _form(
        self, request: Request, words: CoopanetWords, *, user: str = "", wrong: str = "", status: int = 200
    ) -> Response:
        """`wrong`: "" at first, "slip" for what is no code, "refused" for one that the bank did not take. The last
        refusal but one is said to be so."""
        token = token_of(request) or self.sessions.session_token()
        mark = self.sessions.csrf_token(token)
        kept = user.strip() if USER_CODE.fullmatch(user) else ""
        last = wrong == "refused" and self.desk.warns(user)
        shown = {"wrong": wrong, "last": last, "user": kept, "mark": mark}
        answer = self._render(request, words, "sesame.html", status=status, **shown)
        self._keep(request, answer, token)
        return answer

    def _keep(self, request: Request, answer: Response, token: str) -> None:
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, token, path=_root(request) or "/", secure=secure, httponly=True, samesite="strict")

    def _notice(self, request: Request, title: str, text: str, status: int, headers: Any = None) -> Response:  # noqa: ANN401
        words = self._words_of(request)
        answer = self._render(request, words, "notice.html", status=status, notice_title=title, notice=text)
        answer.headers.update(headers or {})
        return answer

    def _words_of(self, request: Request) -> CoopanetWords:
        return self.words.get(request.path_params.get("language", "")) or self.words[prefer_language(request)]

    def _render(
        self, request: Request, words: CoopanetWords, template: str, *, status: int = 200, **shown: object
    ) -> Response:
        helpers = {
            "link": lambda name: _path(request, name, words.language),
            "static": lambda name: _root(request) + request.app.url_path_for("static", path=name),
            "here": lambda language: _in_language(request, language),
            "money": lambda cents: format_money(cents, words.language),
        }
        known = {
            "customer": _signed_in(request),
            "mark": self.sessions.csrf_token(token_of(request)),
            "branch": self.branch,
        }
        text = self.templates.get_template(template).render({"w": words, **helpers, **known, **shown})
        return HTMLResponse(text, status)


def make_coopanet(pages: Pages) -> Starlette:
    """The application. It can be mounted below any path; put a `Guard` around it."""
    handlers: dict[Any, Any] = {
        404: pages.show_missing,
        405: pages.show_missing,
        _Stale: pages.show_stale,
        StateError: pages.show_broken,
    }
    return Starlette(routes=pages.list_routes(), exception_handlers=handlers)


def load_templates(folder: Path) -> Environment:
    """Templates that escape everything and know no undefined name."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=held_together,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def held_together(value: object) -> object:
    """French signs stand apart from their word, but must not begin a line."""
    return LOOSE_SIGN.sub("\N{NO-BREAK SPACE}", value) if type(value) is str else value


def prefer_language(request: Request) -> str:
    """English for whoever prefers it to French (RFC 9110, 12.5.4: by weight, then by order), else French."""
    best, most = "fr", 0.0
    for part in request.headers.get("accept-language", "").split(","):
        tag, *parameters = (each.strip().lower() for each in part.split(";"))
        language, weight = tag.partition("-")[0], _weight(parameters)
        if language in ("fr", "en") and weight > most:
            best, most = language, weight
    return best


def _weight(parameters: Sequence[str]) -> float:
    """A `q` (RFC 9110, 12.4.2): 1 where none is given; what is no weight counts nothing."""
    given = next((each for each in parameters if each.startswith("q=")), "q=1")
    return float(given[2:]) if WEIGHT.fullmatch(given[2:]) else 0.0


def token_of(request: Request) -> str:
    """The visitor's token; nothing for one that cannot be ours."""
    token = request.cookies.get(COOKIE, "")
    return token if len(token) <= LONGEST_TOKEN and token.isascii() else ""


def source_of(request: Request) -> str:
    """Where a request comes from: the peer's address. Headers that claim another are not believed."""
    return request.client.host if request.client else UNKNOWN_SOURCE


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, each once; none at all for what is no form. The guard has bounded its length."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return {}
    try:
        fields = parse_qs((await request.body()).decode(), max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items() if len(values) == 1}


def _signed_in(request: Request) -> Customer | None:
    customer: Customer | None = getattr(request.state, "customer", None)
    return customer


def _to(request: Request, name: str, words: CoopanetWords) -> Response:
    return RedirectResponse(_path(request, name, words.language), SEE_OTHER)


def _path(request: Request, name: str, language: str) -> str:
    path: str = _root(request) + request.app.url_path_for(name, language=language)
    return path


def _in_language(request: Request, language: str) -> str:
    """This very page in another language: the form instead of an answer to it."""
    given = request.path_params.get("language")
    if not given or request.method != "GET":
        return _path(request, "sesame" if given else "home", language)
    beyond = request.url.path.removeprefix(f"{_root(request)}/{given}/")
    return f"{_root(request)}/{language}/{beyond}"


def _root(request: Request) -> str:
    """The path that the application is mounted at."""
    return request.scope.get("root_path", "") or ""
