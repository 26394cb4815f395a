"""The launcher as one file (PEP 441: a zip that Python runs), and what stands beside it on the CD-ROM.

The same bytes for the same sources and settings: names in order, one date, nothing compressed, so that no version of a
library shows.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from launcher.settings import PLACE, LauncherSettings, write_settings

FILE: Final = "e-secure.pyz"
SHEBANG: Final = b"#!/usr/bin/env python3\n"
FIRST_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say (APPNOTE 4.4.6)."""

START: Final = b"""\
import sys

if sys.version_info < (3, 11):
    sys.exit("e-secure: Python 3.11 or newer is needed")

from launcher.app import main

sys.exit(main())
"""

BY_ITSELF: Final = "--begun-by-itself"
"""Said to the launcher by whatever begins it in a person's stead. Where nothing does, it says why (AutoPlay is off)."""

AUTORUN_INF: Final = (
    f"[autorun]\r\nlabel=e-secure\r\naction=Connect to Sogecash Net\r\nshellexecute={FILE} {BY_ITSELF}\r\n".encode()
)
"""Windows reads it where AutoPlay is on. `shellexecute`, since `open` begins programs of the disc alone; no verb of our
own, so that a double-click on the drive shows what is on it. Not tried on a Windows of metal."""

AUTORUN: Final = f'#!/bin/sh\nexec python3 "$(dirname "$0")/{FILE}" {BY_ITSELF} "$@"\n'.encode()
"""Of a desktop (freedesktop.org, Desktop Application Autostart, *Autostart Of Applications After Mount*): it asks
first."""

SOURCES: Final = (".py", ".rules", ".service")


def build_launcher(settings: LauncherSettings) -> bytes:
    """The file. Raises OSError where the sources cannot be read."""
    root = Path(__file__).parent
    parts = {"__main__.py": START, f"{root.name}/{PLACE}": write_settings(settings)}
    for path in root.rglob("*"):
        if path.suffix in SOURCES and path.is_file():
            parts[f"{root.name}/{path.relative_to(root).as_posix()}"] = path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(parts.items()):
            entry = zipfile.ZipInfo(name, FIRST_DATE)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return SHEBANG + buffer.getvalue()


def list_disc_files(settings: LauncherSettings) -> Mapping[str, bytes]:
    """The launcher, and what has a computer begin it: name -> content."""
    return {FILE: build_launcher(settings), "autorun.inf": AUTORUN_INF, ".autorun": AUTORUN}
