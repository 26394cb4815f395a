"""What the PC's browser shows, served to a frame of the simulator's page: the site's own pages, as they come.

A server of its own, at a port of its own: so that the pages' links and forms lead where they lead, and that nothing in
the frame is of the simulator's origin. Nothing in them may run a script.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from bank.languages import choose_words
from bank.web.coopanet.frame import SEE_OTHER, load_templates, prefer_language
from sesame_core.errors import SesameError
from simulator.key.browser import BrowserClosedError, SimulatedBrowser, SiteRequest
from simulator.key.words import list_key_words
from simulator.words import LANGUAGES
from web.files import serve_folder
from web.guard import Guard, content_policy

FOLDER: Final = Path(__file__).parent.parent / "web"
OWN: Final = "/browser-window"
"""Below it are the window's own pages; the site has none there."""


@dataclass(frozen=True)
class BrowserWindow:
    """The window, over one browser."""

    browser: SimulatedBrowser
    templates: Environment = field(default_factory=lambda: load_templates(FOLDER / "templates"))

    def make_app(self, framed_by: Iterable[str]) -> ASGIApp:
        """Guarded. `framed_by`: the origins whose pages may show it."""
        routes = [
            Mount(f"{OWN}/static", serve_folder(FOLDER / "static")),
            Route(f"{OWN}/{{language}}", self.begin, methods=["GET"]),
            Route("/{path:path}", self.pass_on, methods=["GET", "POST"]),
        ]
        policy = content_policy(framed_by=" ".join(framed_by))
        return Guard(Starlette(routes=routes), policy, framed="/")

    async def begin(self, request: Request) -> Response:
        """The page that the browser was opened at, the site's first one in that language; where it is open."""
        language = request.path_params["language"]
        if language not in LANGUAGES or not self.browser.address:
            return self._explain(request, "closed")
        page = self.browser.page
        return RedirectResponse(f"/{language}/" if page == "/" else page, SEE_OTHER)

    async def pass_on(self, request: Request) -> Response:
        """Whatever the frame asks, asked of the site; what cannot be had is said on a page of the browser's."""
        asked = SiteRequest(
            request.method,
            request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            await request.body(),
            request.headers.get("content-type", ""),
            request.headers.get("accept-language", ""),
        )
        try:
            answer = await run_in_threadpool(self.browser.ask_site, asked)
        except BrowserClosedError:
            return self._explain(request, "closed")
        except SesameError as error:
            return self._explain(request, type(error).__name__)
        return Response(answer.content, answer.status, dict(answer.headers))

    def _explain(self, request: Request, why: str) -> Response:
        language = request.url.path.removeprefix(f"{OWN}").strip("/").split("/")[0]
        code = language if language in LANGUAGES else prefer_language(request, LANGUAGES)
        words = choose_words(list_key_words(), code)
        said: Mapping[str, tuple[str, str]] = words.browser_faults
        title, text = said.get(why, said["SiteUnreachedError"])
        shown = self.templates.get_template("browser_fault.html").render(
            language=code, title=title, text=text, again=words.try_again, own=OWN, closed=why == "closed"
        )
        return HTMLResponse(shown, 200 if why == "closed" else 502)
