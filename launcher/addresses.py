"""Addresses of servers, as settings have them: judged when they are read, since what reads them later names nobody."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, urlsplit

LABEL: Final = r"[0-9a-z_](?:[0-9a-z_-]{0,61}[0-9a-z_])?"
NAME: Final = re.compile(rf"{LABEL}(?:\.{LABEL})*\.?")
"""Of a host, in small letters: letters beyond ASCII stand there as DNS has them, xn--."""
NUMBERS: Final = re.compile(r"[0-9a-f:]*:[0-9a-f:.]+")
"""IPv6; urlsplit has taken the brackets off, and judged what is in them."""


def split_address(url: str, schemes: Collection[str]) -> SplitResult | None:
    """Its parts; None for what leads to no server: of another scheme, without a host, with a port that is none, with a
    user's name or password, which would be told in messages."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    told = url.isascii() and url.isprintable() and not set(url) & set(" \\@")
    named = NAME.fullmatch(host) or NUMBERS.fullmatch(host)
    return parts if told and named and port != 0 and parts.scheme in schemes else None
