"""What a launcher is told about its bank: address, authority, a number to call. It stands in the file on the CD."""

import json
import pkgutil
import ssl
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import launcher
from launcher.addresses import split_address
from launcher.troubles import LaunchError, LaunchTrouble

LAUNCHER_VERSION: Final = "1"
PLACE: Final = "settings.json"
"""Beside this module, in the file that was made for a key."""

FIELDS: Final = ("site", "authority", "helpdesk", "updates")


class SettingsError(Exception):
    """They cannot be used. The message says what to do."""


@dataclass(frozen=True, slots=True)
class LauncherSettings:
    """`site`: https://host[:port], nothing behind it. `authority`: the one that is believed, PEM. `helpdesk`: how it is
    reached; `updates`: where the key's updates are; both may be empty."""

    site: str
    authority: str
    helpdesk: str = ""
    updates: str = ""

    @property
    def host(self) -> str:
        """Of the site."""
        return urlsplit(self.site).hostname or ""


def check_settings(settings: LauncherSettings) -> LauncherSettings:
    """The same. Raises SettingsError."""
    parts = split_address(settings.site, ("https",))
    if parts is None or parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingsError("the site is an address like https://business.example: without a path")
    try:
        # As the launcher itself will: an empty one would have Python believe the computer's own authorities.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=settings.authority)
    except (ssl.SSLError, ValueError, TypeError):
        raise SettingsError("the authority is a certificate in PEM, and not too old") from None
    if settings.updates and split_address(settings.updates, ("http", "https")) is None:
        raise SettingsError("where updates are is an address like https://business.example/updates/")
    return replace(settings, site=f"{parts.scheme}://{parts.netloc}")


def write_settings(settings: LauncherSettings) -> bytes:
    """As they stand in the file."""
    return json.dumps({name: getattr(settings, name) for name in FIELDS}, indent=1, sort_keys=True).encode() + b"\n"


def read_settings(octets: bytes) -> LauncherSettings:
    """Raises SettingsError."""
    try:
        found = json.loads(octets)
        values = [found.get(name, "") for name in FIELDS]
    except (ValueError, AttributeError, RecursionError):
        raise SettingsError("the launcher's settings cannot be read: make its file anew") from None
    if not all(isinstance(value, str) for value in values):
        raise SettingsError("the launcher's settings are no texts: make its file anew")
    return check_settings(LauncherSettings(*values))


def find_settings() -> LauncherSettings | None:
    """Those of the file that this runs from; None in a checkout. Raises SettingsError; LaunchError (THREAT) where the
    file is gone, or kept from us."""
    try:
        octets = pkgutil.get_data(__package__ or "launcher", PLACE)
    except OSError as error:
        if find_own_file() is None:
            return None
        raise LaunchError(LaunchTrouble.THREAT, f"{find_own_file()}: {error.strerror or error}") from None
    return read_settings(octets) if octets is not None else None


def find_own_file() -> Path | None:
    """The file that this runs from, even where it is gone by now; None in a checkout. It must be asked before the
    working directory changes."""
    archive = getattr(launcher.__loader__, "archive", "")
    return Path(archive).resolve() if archive else None
