"""Asks another server of HTTP for something: bounded in all, through no proxy, and following no redirect.

The caller says where, and has looked at it before: nothing here decides whether an address may be asked.
"""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

PATIENCE_S: Final = 10.0
"""How long the other side may take for each of connecting, taking and answering, in seconds."""
MOST_ANSWER: Final = 65_536


class AskingServerError(OSError):
    """The other side is not there, does not answer within the bounds, or not in HTTP."""


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """A status of HTTP and the body."""

    status: int
    body: bytes = field(repr=False)


def post_octets(
    url: str,
    octets: bytes,
    headers: Mapping[str, str],
    patience_s: float = PATIENCE_S,
    trusting: ssl.SSLContext | None = None,
) -> ServerAnswer:
    """POST them. `trusting`: whose certificates are believed, where not the system's. Raises AskingServerError; its
    text names neither the address nor what was sent."""
    try:
        parts = urlsplit(url)
        connection = _connect(parts.scheme, parts.hostname or "", parts.port, patience_s, trusting)
    except ValueError as cause:
        raise AskingServerError("this is no address to ask") from cause
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, octets, dict(headers))
        with connection.getresponse() as answer:
            body = answer.read(MOST_ANSWER + 1)
    except (OSError, http.client.HTTPException, ValueError) as cause:
        raise AskingServerError(f"the other side does not answer: {type(cause).__name__}") from cause
    finally:
        connection.close()
    if len(body) > MOST_ANSWER:
        raise AskingServerError("the other side answers without end")
    return ServerAnswer(answer.status, body)


def _connect(
    scheme: str, host: str, port: int | None, patience_s: float, trusting: ssl.SSLContext | None
) -> http.client.HTTPConnection:
    """Raises ValueError for what is no address of HTTP."""
    if not host or scheme not in {"http", "https"}:
        raise ValueError("no address of HTTP")
    if scheme == "https":
        context = trusting or ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=patience_s, context=context)
    return http.client.HTTPConnection(host, port, timeout=patience_s)
