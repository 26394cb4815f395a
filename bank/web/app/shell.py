"""The app's shell: one page a language, its files, its manifest (W3C Web App Manifest) and its service worker.

Everything is the bank's own; the words come in the page, as data. Nothing here needs the books, so that the app opens,
and says what is wrong, whatever becomes of them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from bank.web.app.words import AppWords, OfferWords, list_app_words
from bank.web.coopanet.frame import SEE_OTHER, held_together, load_templates, prefer_language, root_of
from web.files import serve_folder

FOLDER: Final = Path(__file__).parent
STATIC: Final = FOLDER / "static"
OWN_FILES: Final = ("icon.svg", "app.css")
NOBODY: Final = "'none'"
KINDS: Final = ("script-src", "style-src", "img-src", "connect-src", "manifest-src", "worker-src")


def app_policy(framed_by: str = NOBODY) -> str:
    """The page runs its own modules and no others, sends nothing by a form, and shows markup from nowhere (CSP level 3,
    Trusted Types). `framed_by`: who may show it in a frame; only the demonstration's bench does."""
    return "; ".join(
        (
            "default-src 'none'",
            *(f"{kind} 'self'" for kind in KINDS),
            "form-action 'none'",
            "base-uri 'none'",
            f"frame-ancestors {framed_by}",
            "require-trusted-types-for 'script'",
            "trusted-types worker",
        )
    )


APP_PERMISSIONS: Final = "publickey-credentials-get=(self), publickey-credentials-create=(self)"


@dataclass(frozen=True)
class AppShell:
    """The pages and files. `languages`: all that are offered; `policy`: the content-security policy of the page."""

    languages: Mapping[str, AppWords] = field(default_factory=list_app_words)
    policy: str = field(default_factory=app_policy)
    templates: Environment = field(default_factory=lambda: load_templates(FOLDER / "templates"))

    def list_routes(self) -> Sequence[Route | Mount]:
        """Their addresses, below wherever the app is mounted."""
        return (
            Route("/", self.choose_language),
            Route("/sw.js", self.show_worker),
            Mount("/static", serve_folder(STATIC)),
            Route("/{language}/", self.show_app, name="app"),
            Route("/{language}/manifest.webmanifest", self.show_manifest),
        )

    async def choose_language(self, request: Request) -> Response:
        """To the app in the browser's language."""
        return RedirectResponse(f"{root_of(request)}/{prefer_language(request, self.languages)}/", SEE_OTHER)

    async def show_app(self, request: Request) -> Response:
        """The one page."""
        words = self._words(request)
        text = self.templates.get_template("app.html").render({"w": words, "words_said": self._said(words)})
        return mark_page(HTMLResponse(text), self.policy)

    async def show_manifest(self, request: Request) -> Response:
        """How the telephone installs it."""
        words = self._words(request)
        said = {
            "id": f"{root_of(request)}/",
            "name": f"Sécur'Pass · {words.demonstration}",
            "short_name": "Sécur'Pass",
            "lang": words.language,
            "start_url": f"{root_of(request)}/{words.language}/",
            "scope": f"{root_of(request)}/",
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#fbf8f1",
            "theme_color": "#123532",
            "icons": [{"src": f"{root_of(request)}/static/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
        }
        return JSONResponse(said, media_type="application/manifest+json")

    async def show_worker(self, request: Request) -> Response:
        """The service worker, with the list of files that open the app off line."""
        root = root_of(request)
        names = [*OWN_FILES, *sorted(file.name for file in STATIC.glob("*.js"))]
        files = [f"{root}/{code}/" for code in self.languages] + [f"{root}/static/{name}" for name in names]
        digest = sha256(b"".join((STATIC / name).read_bytes() for name in names))
        digest.update(json.dumps([self._said(each) for each in self.languages.values()]).encode())
        shown = {
            "digest": digest.hexdigest()[:16],
            "files": json.dumps(files),
            "words": json.dumps({code: each.push for code, each in self.languages.items()}),
        }
        script = (FOLDER / "templates/sw.js").read_text(encoding="utf-8")
        for name, value in shown.items():
            script = script.replace("{{ " + name + " }}", value)
        return Response(script, media_type="text/javascript")

    def _words(self, request: Request) -> AppWords:
        words = self.languages.get(request.path_params["language"])
        if words is None:
            raise HTTPException(404)
        return words

    def _said(self, words: AppWords) -> dict[str, Any]:
        """The words as the script reads them."""
        said = {_camel(each.name): _plain(getattr(words, each.name)) for each in fields(words)}
        others = [(code, each.name) for code, each in self.languages.items() if code != words.language]
        return said | {"otherLanguages": others}


def mark_page(answer: Response, policy: str) -> Response:
    """What the app's page may do, instead of what the bank's other pages may."""
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["Permissions-Policy"] = (
        f"camera=(), geolocation=(), microphone=(), payment=(), usb=(), {APP_PERMISSIONS}"
    )
    return answer


def _plain(value: object) -> object:
    if isinstance(value, OfferWords):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else held_together(value)


def _camel(name: str) -> str:
    first, *others = name.removesuffix("_on" if name == "continue_on" else "").split("_")
    return first + "".join(each.capitalize() for each in others)
