"""The reader's page and Coop@net side by side, as one application at one address."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bank.cards import gallery
from bank.cards.patterns import GalleryCard
from bank.web.coopanet.pages import SEE_OTHER, Pages, load_templates, prefer_language
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.site import bank_site
from device.mirror import encode_pixels
from drivers.painter.raster import CODE_DIGITS, paint_screen
from sesame_core.events import Key
from sesame_core.screens import Bar, Screen
from sesame_core.secrets import SecretDigits
from simulator.bench import pad_of
from simulator.web import openapi
from simulator.web.api import make_api
from simulator.web.bench import PageBench
from simulator.web.words import LANGUAGES, PageWords, key_legend
from web.guard import Guard, content_policy

FOLDER: Final = Path(__file__).parent
FIRST_CARDS: Final = ("bank-card", "sesame-card", "mastercard-cap", "last-try", "blocked", "no-cap", "mute")
"""Those in sight at once; the others are behind a click."""

KINDS: Final = {
    Key.CODE: "code",
    Key.CHALLENGE: "function",
    Key.SIGN: "function",
    Key.CLEAR: "clear",
    Key.OK: "ok",
    Key.OFF: "off",
}


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card of the gallery as the page shows it. `user`: the user code of the customer it was issued to, or ""."""

    card: GalleryCard
    user: str


@dataclass(frozen=True)
class Site:
    """The pages around the reader."""

    bench: PageBench
    desk: Desk
    templates: Environment = field(default_factory=lambda: load_templates(FOLDER / "templates"))

    def list_routes(self) -> Sequence[Route | Mount]:
        """Every address; the reader's verbs and Coop@net are mounted."""
        return (
            Route("/", self.entrance),
            Route("/{language}/", self._page(self.reader), name="reader"),
            Route("/{language}/verbs", self._page(self.verbs), name="verbs"),
            Mount("/api", make_api(self.bench), name="api"),
            Mount("/coopanet", bank_site(Pages(self.desk), framed_by="'self'"), name="coopanet"),
            Mount("/static", StaticFiles(directory=FOLDER / "static"), name="static"),
        )

    async def entrance(self, request: Request) -> Response:
        """To the page in the browser's language."""
        return RedirectResponse(f"/{prefer_language(request)}/", SEE_OTHER)

    async def reader(self, request: Request, words: PageWords) -> Response:
        """The reader, the cards, and Coop@net beside them."""
        users = await run_in_threadpool(self._users)
        shown = [ShownCard(card, users.get(card.name, "")) for card in gallery.GALLERY.values()]
        return self._render(
            words,
            "reader.html",
            first=[one for one in shown if one.card.name in FIRST_CARDS],
            others=[one for one in shown if one.card.name not in FIRST_CARDS],
            rows=pad_of(self.bench.config),
            size=self.bench.parts.display.size,
            words_said={"said": dict(words.said), "phases": dict(words.phases), "samples": self._samples()},
            here=f"/{words.other[1]}/",
        )

    async def verbs(self, _request: Request, words: PageWords) -> Response:
        """The description of the verbs, to read."""
        paths = openapi.describe_api()["paths"]
        return self._render(words, "verbs.html", paths=paths, here=f"/{words.other[1]}/verbs")

    def _samples(self) -> list[dict[str, object]]:
        """How codes of one digit only look on this glass: from these a browser can tell digits from pixels."""
        return [encode_pixels(paint_screen(code_of(digit), self.bench.parts.display.size)) for digit in range(10)]

    def _users(self) -> dict[str, str]:
        return {customer.card_id: customer.user for customer in reversed(self.desk.verifier.store.list_customers())}

    def _page(
        self, page: Callable[[Request, PageWords], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            words = LANGUAGES.get(request.path_params["language"])
            if words is None:
                raise HTTPException(404)
            return await page(request, words)

        return answered

    def _render(self, words: PageWords, template: str, **shown: object) -> Response:
        helpers = {"legend": key_legend, "kind": lambda key: KINDS.get(key, "digit")}
        return HTMLResponse(self.templates.get_template(template).render(w=words, **helpers, **shown))


def code_of(digit: int) -> Screen:
    """A code's screen with that digit in every place."""
    digits = SecretDigits(CODE_DIGITS)
    for _ in range(CODE_DIGITS):
        digits.append(digit)
    return Screen(code=digits, bar=Bar(1, 1))


def reader_site(bench: PageBench, desk: Desk) -> ASGIApp:
    """Everything at one address, guarded."""
    policy = content_policy(scripts=True, frames=True)
    return Guard(Starlette(routes=list(Site(bench, desk).list_routes())), policy)
