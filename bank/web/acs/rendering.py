"""How the pages of a challenge are rendered, and which headers let a listed shop show them in a frame."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bank.languages import choose_words
from bank.web.acs.words import AcsWords, list_acs_words
from bank.web.coopanet.frame import address_static, load_templates, prefer_language, root_of
from bank.web.coopanet.space.moments import Moments
from bank.web.coopanet.space.words import SpaceWords, list_space_words
from web.guard import content_policy

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class AcsRenderer:
    """Templates and words."""

    templates: Environment = field(default_factory=lambda: load_templates(FOLDER / "templates"))
    words: Mapping[str, AcsWords] = field(default_factory=list_acs_words)
    space_words: Mapping[str, SpaceWords] = field(default_factory=list_space_words)

    def choose_language(self, request: Request, wanted: str = "") -> str:
        """The payment's, where there is one of ours, else the browser's."""
        return wanted if wanted in self.words else prefer_language(request, self.words)

    def space_in(self, language: str) -> SpaceWords:
        """The client space's words."""
        return choose_words(self.space_words, language)

    def render(
        self,
        request: Request,
        language: str,
        template: str,
        origins: Iterable[str],
        *,
        status: int = 200,
        **shown: Any,  # noqa: ANN401
    ) -> Response:
        """A page that pages of these origins may show in a frame, and whose forms may go there."""
        known = tuple(origins)
        helpers = {
            "static": lambda name: address_static(request, name),
            "own": lambda name: root_of(request) + request.app.url_path_for("own", path=name),
            "at": Moments(language),
            "s": self.space_in(language),
            "w": self.words[language],
        }
        text = self.templates.get_template(template).render({**helpers, **shown})
        answer = HTMLResponse(text, status)
        framed_by = " ".join(known) or "'none'"
        answer.headers["Content-Security-Policy"] = content_policy(scripts=True, framed_by=framed_by, sending_to=known)
        # A shop must learn from where a form comes, and from no more than that: the address bears a ticket.
        answer.headers["Referrer-Policy"] = "strict-origin"
        return answer
