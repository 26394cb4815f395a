"""The glass of the real reader on a page of its own, big, for a projector. Its pictures come from `device.mirror`.

The page has no verbs: what it shows cannot be acted upon.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from bank.web.coopanet.frame import load_templates, prefer_language
from device.mirror import encode_pixels
from drivers.ports import Picture
from simulator.web.stream import HERE, KEEP_ALIVE_S, RETRY_MS, encode_event
from simulator.words import LANGUAGES
from web.files import serve_folder
from web.guard import Guard, content_policy

FOLDER: Final = Path(__file__).parent
AGAIN_S: Final = 1.0
"""How long after a reader was not there it is looked for again."""

MOST_SIDE: Final = 1024
"""The largest width and height that a glass is believed to have, in pixels."""


@dataclass(frozen=True)
class MirrorSite:
    """The page, and the pictures. `socket`: where the reader hands them out."""

    socket: Path
    templates: Environment = field(default_factory=lambda: load_templates(FOLDER / "templates"))

    def list_routes(self) -> tuple[Route | Mount, ...]:
        """Every address."""
        return (
            Route("/", self.page),
            Route("/events", self.events),
            Mount("/static", serve_folder(FOLDER / "static"), name="static"),
        )

    async def page(self, request: Request) -> Response:
        """The glass, as large as the window."""
        language = prefer_language(request, LANGUAGES)
        page = self.templates.get_template("mirror.html")
        return HTMLResponse(page.render(language=language, w=LANGUAGES[language].mirror))

    async def events(self, _request: Request) -> Response:
        """The pictures, as they change."""
        return StreamingResponse(follow_mirror(self.socket), media_type="text/event-stream")


async def follow_mirror(path: Path, again: float = AGAIN_S, alive: float = KEEP_ALIVE_S) -> AsyncIterator[str]:
    """`glass` for every picture, `here` after `alive` seconds without one, `away` whenever there is no reader at
    `path`; looked for `again`, in seconds."""
    yield f"retry: {RETRY_MS}\n\n"
    while True:
        async for picture in _pictures(path, alive):
            yield HERE if picture is None else encode_event("glass", encode_pixels(picture))
        yield encode_event("away", {})
        await asyncio.sleep(again)


async def _pictures(path: Path, alive: float) -> AsyncIterator[Picture | None]:
    """Until the reader goes, or says what is no picture. None: none came for `alive` seconds."""
    try:
        reader, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return
    try:
        async for line in _lines(reader, alive):
            if line is None:
                yield None
            elif picture := picture_of(line):
                yield picture
            else:
                return
    except (OSError, ValueError):
        return
    finally:
        writer.close()


async def _lines(reader: asyncio.StreamReader, alive: float) -> AsyncIterator[bytes | None]:
    """Line by line; None whenever none was whole for `alive` seconds. Nothing that has come is lost by not waiting."""
    coming = asyncio.ensure_future(reader.readline())
    try:
        while True:
            done, _ = await asyncio.wait((coming,), timeout=alive)
            if not done:
                yield None
                continue
            yield coming.result()
            coming = asyncio.ensure_future(reader.readline())
    finally:
        coming.cancel()


def picture_of(line: bytes) -> Picture | None:
    """The picture of a line, None at the end. Raises ValueError when it is none."""
    if not line:
        return None
    match json.loads(line):
        case {"width": int(width), "height": int(height), "rows": [*rows]} if _plausible(width, height, rows):
            return Picture(width, height, tuple(int(row, 16) for row in rows))
    raise ValueError("not a picture")


def _plausible(width: int, height: int, rows: list[object]) -> bool:
    sides = 0 < width <= MOST_SIDE and width % 4 == 0 and height == len(rows) <= MOST_SIDE
    return sides and all(isinstance(row, str) and len(row) == width // 4 for row in rows)


def mirror_site(socket: Path) -> ASGIApp:
    """The application, guarded."""
    return Guard(Starlette(routes=list(MirrorSite(socket).list_routes())), content_policy(scripts=True))
