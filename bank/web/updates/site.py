"""The signed files of `bank.updates`, for anybody who asks: what they are worth, a key judges.

A request may begin at any byte (Range, RFC 9110, 14): a launcher that is cut off goes on where it was.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from web.guard import LOOPBACK, Guard, content_policy

PATH: Final = "/updates"
"""Where it is mounted."""

NAME: Final = re.compile(r"[0-9a-z][0-9a-z.-]{0,99}")
"""What a repository's files are called."""
KINDS: Final = {"metadata": "application/json", "programs": "application/octet-stream"}
MOST_BYTES: Final = 0
"""Of a body: nobody sends one."""


@dataclass(frozen=True)
class UpdateFiles:
    """Below a folder, which may not be there yet."""

    public: Path

    def list_routes(self) -> list[Route]:
        """Both kinds of files."""
        return [Route(f"{PATH}/{{kind}}/{{name}}", self.give_file)]

    async def give_file(self, request: Request) -> Response:
        """The file, or a part of it."""
        kind, name = request.path_params["kind"], request.path_params["name"]
        path = self.public / kind / name
        if kind not in KINDS or not NAME.fullmatch(name) or not path.is_file():
            return PlainTextResponse("There is no such file.\n", 404)
        # A newer timestamp has the same name; every other name belongs to one content.
        return FileResponse(path, media_type=KINDS[kind], headers={"Cache-Control": "no-cache"})


def open_updates(public: Path, hosts: frozenset[str] = LOOPBACK, *, own_address: bool = False) -> ASGIApp:
    """The application behind its guard, at its path."""
    app = Starlette(routes=UpdateFiles(public).list_routes())
    return Guard(app, content_policy(), hosts, own_address, most_bytes=MOST_BYTES)
