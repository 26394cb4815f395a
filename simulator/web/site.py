"""The reader's page and Coop@net side by side, as one application at one address."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from bank.books.records import Customer
from bank.cards import gallery
from bank.cards.patterns import GalleryCard
from bank.languages import choose_words
from bank.web.app.site import PATH as APP_PATH
from bank.web.branch.site import PATH as BRANCH_PATH
from bank.web.coopanet.connecting import draw_address
from bank.web.coopanet.frame import SEE_OTHER, load_templates, prefer_language
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.site import bank_site
from bank.web.coopanet.words import Branch
from device.mirror import encode_pixels
from drivers.keypad.legends import legend_of
from drivers.painter.raster import paint_screen
from sesame_core.events import Key
from simulator.bench import pad_of
from simulator.key.desk import KeyDesk
from simulator.key.words import list_key_words
from simulator.web import openapi
from simulator.web.api import make_api
from simulator.web.bench import PageBench
from simulator.web.beside import PHONE_PART, READER_PART, BesideReader
from simulator.web.phone_api import PhoneApi
from simulator.web.sheet import code_of, screens
from simulator.words import FALLBACK, LANGUAGES
from simulator.words.sentences import PageWords
from web.files import serve_folder
from web.guard import Guard, content_policy
from web.mounting import WholeMount
from web.sessions import SessionKeeper, Sessions

FOLDER: Final = Path(__file__).parent
LOCAL: Final = "127.0.0.1"
NAME: Final = "localhost"
"""WebAuthn gives keys to a name, never to an address (Web Authentication level 3, 5.1.2: the RP ID)."""
KINDS: Final = {
    Key.CODE: "code",
    Key.CHALLENGE: "function",
    Key.SIGN: "function",
    Key.CLEAR: "clear",
    Key.OK: "ok",
    Key.OFF: "off",
}


@dataclass(frozen=True, slots=True)
class TitledCard:
    """A card of the gallery as the page shows it. `holder`, `user`: name and user code of the customer it was issued
    to, or "". `title`: what customers call it; its name in the gallery where they do not."""

    card: GalleryCard
    title: str
    holder: str
    user: str


@dataclass(frozen=True)
class Site:
    """The pages around the reader."""

    bench: PageBench
    bank: Pages
    beside: BesideReader = field(default_factory=BesideReader)
    templates: Environment = field(default_factory=lambda: load_templates(FOLDER / "templates"))

    def list_routes(self) -> Sequence[Route | Mount]:
        """Every address; the reader's verbs and Coop@net are mounted."""
        return (
            WholeMount("/api", make_api(self.bench, self.beside.telephone, self._desk), name="api"),
            WholeMount("/coopanet", bank_site(self.bank, framed_by="'self'"), name="coopanet"),
            Mount("/static", serve_folder(FOLDER / "static"), name="static"),
            Route("/", self.choose_language),
            Route("/phone.svg", self.draw_app_address),
            Route("/{language}/entrance", self._page(self.entrance), name="entrance"),
            Route("/{language}/phone", self._page(self.phone), name="phone"),
            Route("/{language}/key", self._page(self.key), name="key"),
            Route("/{language}/", self._page(self.reader), name="reader"),
            Route("/{language}/verbs", self._page(self.verbs), name="verbs"),
            Route("/{language}/sheet", self._page(self.sheet), name="sheet"),
            Route("/{language}/sheet/{name}.png", self._page(self.screen), name="screen"),
        )

    async def choose_language(self, request: Request) -> Response:
        """To the entrance in the browser's language."""
        return RedirectResponse(f"/{prefer_language(request, LANGUAGES)}/entrance", SEE_OTHER)

    async def entrance(self, _request: Request, words: PageWords) -> Response:
        """What there is on the bench, each with the bank beside it."""
        parts = [
            (part.name, part.address.format(language=words.language)) for part in (READER_PART, *self.beside.parts)
        ]
        own = LANGUAGES[words.language].entrance
        return self._render(words, "entrance.html", e=own, parts=parts, adviser=self._adviser, here="entrance")

    async def phone(self, request: Request, words: PageWords) -> Response:
        """The telephone in a frame, Coop@net beside it. By this machine's name: a browser gives keys to no address."""
        if PHONE_PART not in self.beside.parts:
            raise HTTPException(404)
        if request.url.hostname != NAME:
            return RedirectResponse(str(request.url.replace(hostname=NAME)), SEE_OTHER)
        own, reached = LANGUAGES[words.language].phone, self.beside.reached
        messages = await run_in_threadpool(PhoneApi(self.beside.telephone).list_messages)
        shown = {"p": own, "reached": reached, "app_address": self._app_address, "messages": messages}
        return self._render(words, "phone.html", here="phone", adviser=self._adviser, **shown)

    async def key(self, request: Request, words: PageWords) -> Response:
        """The access key, its docking station, and a PC with launcher and browser."""
        beside = self.beside.key
        if beside is None:
            raise HTTPException(404)
        own = choose_words(list_key_words(), words.language)
        shown = {
            "k": own,
            "said": dict(own.said),
            "letters": await run_in_threadpool(beside.desk.post.read_letters),
            "rows": pad_of(beside.desk.key.config),
            "size": beside.desk.key.parts.display.size,
            "glass_note": words.language != FALLBACK and beside.desk.key.config.reader.language == "auto",
            "window_url": beside.locate_window(request.url.hostname or LOCAL, words.language),
        }
        return self._render(words, "key.html", here="key", **shown)

    @property
    def _desk(self) -> KeyDesk | None:
        return self.beside.key.desk if self.beside.key is not None else None

    async def draw_app_address(self, _request: Request) -> Response:
        """Where a real telephone finds the app, as a picture."""
        if not self.beside.reached.url:
            raise HTTPException(404)
        return Response(draw_address(self._app_address), media_type="image/svg+xml")

    @property
    def _app_address(self) -> str:
        return f"{self.beside.reached.url}{APP_PATH.removeprefix('/')}/"

    @property
    def _adviser(self) -> str:
        return f"{BRANCH_PATH}/" if BRANCH_PATH in self.beside.apps else ""

    async def reader(self, request: Request, words: PageWords) -> Response:
        """The reader, the cards, and Coop@net beside them."""
        holders = await run_in_threadpool(self._holders)
        cards = offered(self.bench.config.reader.pin_digits)
        titles = LANGUAGES[words.language].cards
        shown = [_shown(card, holders.get(card.name), titles) for card in cards]
        return self._render(
            words,
            "reader.html",
            first=[one for one in shown if one.card.name in titles],
            others=[one for one in shown if one.card.name not in titles],
            glass_note=words.language != FALLBACK and self.bench.config.reader.language == "auto",
            rows=pad_of(self.bench.config),
            size=self.bench.parts.display.size,
            words_said={"said": dict(words.said), "phases": dict(words.phases), "samples": self._samples()},
        )

    async def verbs(self, _request: Request, words: PageWords) -> Response:
        """The description of the verbs, to read."""
        paths = openapi.describe_api()["paths"]
        said = LANGUAGES[words.language].verbs
        return self._render(words, "verbs.html", paths=paths, said=said, here="verbs")

    async def sheet(self, _request: Request, words: PageWords) -> Response:
        """What a customer takes home: one page of paper."""
        own = LANGUAGES[words.language].sheet
        return self._render(words, "sheet.html", s=own, branch=self.bank.branch, here="sheet")

    async def screen(self, request: Request, words: PageWords) -> Response:
        """One of the sheet's screens."""
        found = (await run_in_threadpool(screens, words.language)).get(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return Response(found, media_type="image/png")

    def _samples(self) -> list[dict[str, object]]:
        """How codes of one digit only look on this glass: from these a browser can tell digits from pixels."""
        return [encode_pixels(paint_screen(code_of(digit), self.bench.parts.display.size)) for digit in range(10)]

    def _holders(self) -> dict[str, Customer]:
        holders = self.bank.desk.verifier.store.list_holders()
        return {holder.card_id: holder.customer for holder in reversed(holders)}

    def _page(
        self, page: Callable[[Request, PageWords], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            words = LANGUAGES.get(request.path_params["language"])
            if words is None:
                raise HTTPException(404)
            return await page(request, words.page)

        return answered

    def _render(self, words: PageWords, template: str, here: str = "", **shown: object) -> Response:
        helpers = {"legend": legend_of, "kind": lambda key: KINDS.get(key, "digit")}
        return HTMLResponse(
            self.templates.get_template(template).render(
                w=words, other_languages=_others(words, here), **helpers, **shown
            )
        )


def _others(words: PageWords, here: str) -> list[tuple[str, str, str]]:
    """This very page in the other languages: code, name and address of each."""
    pages = ((code, one.page.name, f"/{code}/{here}") for code, one in LANGUAGES.items())
    return [page for page in pages if page[0] != words.language]


def _shown(card: GalleryCard, holder: Customer | None, titles: Mapping[str, str]) -> TitledCard:
    title = titles.get(card.name, card.name)
    return TitledCard(card, title, holder.name if holder else "", holder.user if holder else "")


def offered(pin_digits: tuple[int, int]) -> list[GalleryCard]:
    """The cards whose PIN this reader takes: with any other all that could be done is to burn tries."""
    least, most = pin_digits
    return [card for card in gallery.GALLERY.values() if least <= len(card.pin) <= most]


def reader_site(
    bench: PageBench,
    desk: Desk,
    sessions: SessionKeeper | None = None,
    beside: BesideReader | None = None,
) -> ASGIApp:
    """Everything at one address, guarded. From now on bank and telephone begin anew with the bench."""
    beside = beside or BesideReader()
    branch = Branch(bench.config.branch.name, bench.config.branch.telephone)
    bank = Pages(desk, sessions or Sessions(), branch=branch, phones=beside.waker)
    bench.anew = partial(_begin_anew, bank, beside)
    framing = beside.key.list_origins() if beside.key is not None else ()
    policy = content_policy(scripts=True, frames=True, framing=framing)
    mounted = [Mount(path, app) for path, app in beside.apps.items()]
    return Guard(Starlette(routes=[*mounted, *Site(bench, bank, beside).list_routes()]), policy)


def _begin_anew(bank: Pages, beside: BesideReader) -> None:
    """Raises StateError; VaultError where the access key cannot be begun anew."""
    bank.begin_anew()
    if beside.telephone is not None:
        beside.telephone.forget()
    if beside.key is not None:
        beside.key.desk.begin_anew()
