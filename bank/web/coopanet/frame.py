"""What every page of Coop@net is made with: who asks, in which language, with whose form, and how it is rendered."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match, Route

from bank.books.clock import WallClock, wall_ms
from bank.books.records import Customer
from bank.books.store_sql import SqlStore
from bank.iban import group_iban
from bank.languages import choose_words
from bank.operations.words import notation_of
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.space.moments import Moments
from bank.web.coopanet.space.words import SpaceWords, list_space_words
from bank.web.coopanet.words import Branch, CoopanetWords, OwnAddress, list_languages
from web.cookies import read_token
from web.files import address_file
from web.forms import read_form
from web.once import Submissions
from web.sessions import SessionKeeper, Sessions

FOLDER: Final = Path(__file__).parent
COOKIE: Final = "coopanet"
SEE_OTHER: Final = 303
MOST_FIELDS: Final = 12
LOOSE_SIGN: Final = re.compile(r" (?=[:;?!»])|(?<=«) ")
UNKNOWN_SOURCE: Final = "unknown"
WEIGHT: Final = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


class StaleFormError(Exception):
    """A form that is not this visitor's own."""


Page = Callable[[Request, CoopanetWords], Awaitable[Response]]


@dataclass(frozen=True)
class Frame:
    """What all pages stand on."""

    desk: Desk
    sessions: SessionKeeper = field(default_factory=Sessions)
    submissions: Submissions = field(default_factory=Submissions)
    branch: Branch = field(default_factory=Branch)
    reached: OwnAddress = field(default_factory=OwnAddress)
    words: dict[str, CoopanetWords] = field(default_factory=lambda: dict(list_languages()))
    space_words: Mapping[str, SpaceWords] = field(default_factory=list_space_words)
    wall: WallClock = wall_ms
    templates: Environment = field(default_factory=lambda: load_templates(FOLDER / "templates"))

    @property
    def books(self) -> SqlStore:
        """The books with everything in them, not only what a verification needs."""
        store = self.desk.verifier.store
        assert isinstance(store, SqlStore)
        return store

    def space_in(self, language: str) -> SpaceWords:
        """The client space's words; the first language's where it has no others."""
        return choose_words(self.space_words, language)

    def make_page(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint: in one of our languages, and it knows who is signed in."""

        async def answered(request: Request) -> Response:
            words = self.words.get(request.path_params["language"])
            if words is None:
                raise HTTPException(404)
            await self.recognise(request)
            return await page(request, words)

        return answered

    async def read_own_form(self, request: Request, *, signing_in: bool = False) -> dict[str, str] | None:
        """None for a form of before signing in that comes after it, as the second of a double click may."""
        given = await form_of(request)
        if self.sessions.check_csrf(token_of(request), given.get("mark", "")):
            return given
        # A double click: the first form has signed in and changed the token, the second is not another site's.
        if signing_in and signed_in(request):
            return None
        raise StaleFormError

    async def recognise(self, request: Request) -> None:
        """Whoever is signed in is so on every page. Raises StateError."""
        token = token_of(request)
        request.state.customer = await run_in_threadpool(self.find_visitor, token) if token else None

    def find_visitor(self, token: str) -> Customer | None:
        """Whoever is signed in with that token, which counts as use. Raises StateError."""
        user = self.sessions.user_of(token)
        return self.desk.verifier.store.find_customer(user) if user else None

    def keep_token(self, request: Request, answer: Response, token: str) -> None:
        """Have the browser keep the visitor's token."""
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, token, path=root_of(request) or "/", secure=secure, httponly=True, samesite="strict")

    def show_notice(self, request: Request, title: str, text: str, status: int, headers: Any = None) -> Response:  # noqa: ANN401
        """A page of one sentence."""
        words = self.words_for(request)
        answer = self.render_page(request, words, "notice.html", status=status, notice_title=title, notice=text)
        answer.headers.update(headers or {})
        return answer

    def words_for(self, request: Request) -> CoopanetWords:
        """The words of the address's language, else of the browser's."""
        return (
            self.words.get(request.path_params.get("language", "")) or self.words[prefer_language(request, self.words)]
        )

    def render_page(
        self, request: Request, words: CoopanetWords, template: str, *, status: int = 200, **shown: object
    ) -> Response:
        """A page, with what every page shows."""
        helpers = {
            "link": lambda name, **parts: path_to(request, name, words.language, **parts),
            "static": lambda name: address_static(request, name),
            "path": request.url.path,
            "here": lambda language: in_language(request, language),
            "group": group_iban,
            "money": notation_of(words.language).write_money,
        }
        known = {
            "customer": signed_in(request),
            "mark": self.sessions.csrf_token(token_of(request)),
            "branch": self.branch,
            "reached": self.reached,
            "other_languages": [(code, each.name) for code, each in self.words.items() if code != words.language],
            "s": self.space_in(words.language),
            "at": Moments(words.language),
        }
        text = self.templates.get_template(template).render({"w": words, **helpers, **known, **shown})
        return HTMLResponse(text, status)


def address_static(request: Request, name: str) -> str:
    """The address of a file of Coopanet's, which the desk and the card payment's pages are made with, too."""
    return address_file(root_of(request) + request.app.url_path_for("static", path=name), FOLDER / "static" / name)


def load_templates(*folders: Path) -> Environment:
    """Templates that escape everything and know no undefined name."""
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=held_together,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def held_together(value: object) -> object:
    """French signs stand apart from their word, but must not begin a line."""
    return LOOSE_SIGN.sub("\N{NO-BREAK SPACE}", value) if type(value) is str else value


def prefer_language(request: Request, offered: Iterable[str]) -> str:
    """The one of `offered` that is preferred most (RFC 9110, 12.5.4: by weight, then by order), else the first."""
    known = tuple(offered)
    best, most = known[0], 0.0
    for part in request.headers.get("accept-language", "").split(","):
        tag, *parameters = (each.strip().lower() for each in part.split(";"))
        language, weight = tag.partition("-")[0], _weight(parameters)
        if language in known and weight > most:
            best, most = language, weight
    return best


def _weight(parameters: Sequence[str]) -> float:
    """A `q` (RFC 9110, 12.4.2): 1 where none is given; what is no weight counts nothing."""
    given = next((each for each in parameters if each.startswith("q=")), "q=1")
    return float(given[2:]) if WEIGHT.fullmatch(given[2:]) else 0.0


def token_of(request: Request) -> str:
    """The visitor's token; nothing for one that cannot be ours."""
    return read_token(request, COOKIE)


def source_of(request: Request) -> str:
    """Where a request comes from: the peer's address. Headers that claim another are not believed."""
    return request.client.host if request.client else UNKNOWN_SOURCE


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form of the bank's. See `read_form`."""
    return await read_form(request, MOST_FIELDS)


def signed_in(request: Request) -> Customer | None:
    """Whoever is signed in, once the request was recognised."""
    customer: Customer | None = getattr(request.state, "customer", None)
    return customer


def go_to(request: Request, name: str, words: CoopanetWords, query: str = "", **parts: str) -> Response:
    """The answer to a form: look at that page now. Loading it anew sends nothing again."""
    path = path_to(request, name, words.language, **parts)
    return RedirectResponse(f"{path}?{query}" if query else path, SEE_OTHER)


def path_to(request: Request, name: str, language: str, **parts: str) -> str:
    """A page's address. `parts`: what else stands in it."""
    path: str = root_of(request) + request.app.url_path_for(name, language=language, **parts)
    return path


def in_language(request: Request, language: str) -> str:
    """This very page in another language: the form instead of an answer to it."""
    given = request.path_params.get("language")
    if not given or not _can_be_read(request):
        return path_to(request, "sesame" if given else "home", language)
    beyond = request.url.path.removeprefix(f"{root_of(request)}/{given}/")
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{root_of(request)}/{language}/{beyond}{query}"


def _can_be_read(request: Request) -> bool:
    """Whether the address that answers a form shows that form as well."""
    reading = {**request.scope, "method": "GET"}
    return any(route.matches(reading)[0] is Match.FULL for route in request.app.routes if isinstance(route, Route))


def root_of(request: Request) -> str:
    """The path that the application is mounted at."""
    return request.scope.get("root_path", "") or ""
