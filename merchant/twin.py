"""What the pages of the two twins beside the shop share: their languages, their templates, what goes wrong."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from merchant.languages import prefer_words
from merchant.paging import make_page

SEE_OTHER = 303


class TwinWords(Protocol):
    """What the words of either have."""

    @property
    def language(self) -> str:
        """The code."""

    @property
    def name(self) -> str:
        """As the language calls itself."""

    @property
    def missing_title(self) -> str:
        """Of a page that is not there."""

    @property
    def missing(self) -> str:
        """The sentence below."""

    @property
    def broken_title(self) -> str:
        """Where the twin's file cannot be used."""

    @property
    def broken(self) -> str:
        """The sentence below."""


W = TypeVar("W", bound=TwinWords)


@dataclass(frozen=True)
class TwinFrame(Generic[W]):
    """`root`: the path that the twin is mounted at, without a slash at its end."""

    root: str
    words: Mapping[str, W]
    templates: Environment

    def make_page(self, page: Callable[[Request, W], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a page in the address's language."""
        return make_page(self.words, page)

    async def show_entrance(self, request: Request) -> Response:
        """To the first page in the browser's language."""
        return RedirectResponse(f"{self.root}/{self._prefer(request)}/", SEE_OTHER)

    async def show_missing(self, request: Request, error: Exception) -> Response:
        """No such page, or not in that way."""
        words = self.words[self._prefer(request)]
        shown = {"title": words.missing_title, "text": words.missing}
        return self.render(request, words, "twin_notice.html", getattr(error, "status_code", 404), **shown)

    async def show_broken(self, request: Request, _error: Exception) -> Response:
        """The twin's file cannot be used."""
        words = self.words[self._prefer(request)]
        return self.render(request, words, "twin_notice.html", 503, title=words.broken_title, text=words.broken)

    def render(
        self,
        request: Request,
        words: W,
        template: str,
        status: int = 200,
        **shown: Any,  # noqa: ANN401 - what the template wants
    ) -> Response:
        """A page, with what every page shows."""
        path, own = request.url.path, f"{self.root}/{words.language}/"
        here = path.removeprefix(own) if path.startswith(own) and request.method == "GET" else ""
        others = [(code, f"{self.root}/{code}/{here}", one.name) for code, one in self.words.items()]
        known = {"w": words, "root": self.root, "others": [one for one in others if one[0] != words.language]}
        return HTMLResponse(self.templates.get_template(template).render(**known, **shown), status)

    def _prefer(self, request: Request) -> str:
        own = request.url.path.removeprefix(f"{self.root}/").partition("/")[0]
        return own if own in self.words else prefer_words(request.headers.get("accept-language", ""), self.words)


def wall_ms() -> int:
    """The machine's clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
