"""Files that pages are made with, served as what they are on every system, and kept by the browser while they stand.

What a page says of somebody is kept nowhere (`no-store`, see `web.guard`); a style sheet says nothing of anybody. Every
page that is loaded anew would fetch all of them again, before it is drawn.
"""

import mimetypes
from functools import lru_cache
from hashlib import sha256
from os import PathLike, stat_result
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

KINDS: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
"""Windows asks its registry, where any program may have written that scripts are plain text: with `nosniff` a browser
would run none of them."""
ASKED_ANEW: Final = "no-cache"
"""Kept, and asked for again with its mark (RFC 9111, 5.2.2.4): 304 as long as it is the same."""
KEPT: Final = "max-age=31536000, immutable"
"""Kept for a year (RFC 8246): the address names the content."""


class KeptFiles(StaticFiles):
    """A folder's files. An address that `address_file` made is kept for good, any other is asked for anew."""

    def file_response(
        self, full_path: "str | PathLike[str]", stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """See StaticFiles."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        mark = b"v=" + _mark(Path(full_path), stat_result.st_mtime_ns).encode()
        answer.headers["Cache-Control"] = KEPT if scope.get("query_string") == mark else ASKED_ANEW
        return answer


def serve_folder(folder: Path) -> KeptFiles:
    """The application that serves the files of `folder`."""
    for suffix, kind in KINDS.items():
        mimetypes.add_type(kind, suffix)
    return KeptFiles(directory=folder)


def address_file(path: str, file: Path) -> str:
    """The address of a file that is served at `path`, with its content's mark, so that it is fetched once only.

    One that is not there (a picture that a language has not got) has no mark; the page that names it is shown all the
    same.
    """
    if not file.is_file():
        return path
    return f"{path}?v={_mark(file, file.stat().st_mtime_ns)}"


@lru_cache(maxsize=1024)
def _mark(file: Path, _changed_ns: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:16]
