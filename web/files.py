"""Files that pages are made with, served as what they are on every system."""

import mimetypes
from pathlib import Path
from typing import Final

from starlette.staticfiles import StaticFiles

KINDS: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
"""Windows asks its registry, where any program may have written that scripts are plain text: with `nosniff` a browser
would run none of them."""


def serve_folder(folder: Path) -> StaticFiles:
    """The application that serves the files of `folder`."""
    for suffix, kind in KINDS.items():
        mimetypes.add_type(kind, suffix)
    return StaticFiles(directory=folder)
