"""What the app sends: octets as base64url, keys, envelopes. What has another form is refused before it is looked at."""

import re
from contextlib import suppress
from typing import Any, Final

from starlette.requests import Request

from bank.base64url import decode_base64url, encode_base64url
from bank.securpass.ports import Envelope
from bank.securpass.proofs.webauthn import Assertion, Origin
from bank.web.api.reading import ApiError, read_body
from web.guard import READING

APP_HEADER: Final = "x-coopanet-app"
"""No page of another site can send it: a browser would ask us first (CORS), and we say nothing."""
LONGEST_TEXT: Final = 128
ASSERTION: Final = ("credential", "authenticator_data", "client_data", "signature")
IDENTIFIER: Final = re.compile(r"[0-9a-f]{32}")

MEANINGS: Final = {
    "signed-off": "nobody is signed in, or this telephone has not proved its key",
    "refused": "not right, or not any more; nobody is told which",
    "not-now": "the state does not allow it",
    "not-eligible": "conditions are missing",
    "too-many": "too many: wait a little",
    "missing": "there is no such thing of this customer",
}


class AppError(ApiError):
    """A refusal of the app's, with what else it tells."""

    def __init__(self, status: int, code: str, field: str = "", **more: Any) -> None:  # noqa: ANN401 - JSON
        super().__init__(status, code, MEANINGS.get(code, code), field)
        self.headers = None
        self.more = more


def check_app(request: Request) -> None:
    """Whether a request that changes something is the app's own. Raises ApiError."""
    if request.method not in READING and request.headers.get(APP_HEADER) != "1":
        raise ApiError(403, "stale", "send X-Coopanet-App: 1")


def read_octets(value: object, field: str, longest: int = 2048) -> bytes:
    """Octets as the app writes them: base64url without padding (RFC 4648, 5), in their one form. Raises ApiError."""
    if isinstance(value, str) and len(value) <= 4 * longest // 3 + 3:
        with suppress(ValueError):
            return decode_base64url(value)
    raise ApiError(400, "body", f"{field} is base64url without padding", field)


def write_octets(octets: bytes) -> str:
    """Octets as the app reads them."""
    return encode_base64url(octets)


def read_text(given: dict[str, Any], name: str, longest: int = LONGEST_TEXT) -> str:
    """A text of a bounded length. Raises ApiError."""
    text = given[name]
    if not isinstance(text, str) or len(text) > longest or not text.isprintable():
        raise ApiError(400, "body", f"{name} is a text of at most {longest} signs", name)
    return text


def read_identifier(text: str) -> str:
    """32 hexadecimal digits. Raises ApiError: whatever has another form is nobody's."""
    if not IDENTIFIER.fullmatch(text):
        raise AppError(404, "missing")
    return text


def read_envelope_of(request: Request, given: object) -> Envelope:
    """A signed request of the telephone, as it came. Raises ApiError."""
    if not isinstance(given, dict) or not {"request", "device_signature"} <= set(given) <= {
        "request",
        "device_signature",
        "code_signature",
        "assertion",
    }:
        raise ApiError(400, "body", "envelope: request, device_signature, code_signature or assertion", "envelope")
    assertion = given.get("assertion")
    return Envelope(
        read_octets(given["request"], "request"),
        read_octets(given["device_signature"], "device_signature", 64),
        read_place(request),
        read_octets(given.get("code_signature", ""), "code_signature", 64),
        _read_assertion(assertion) if assertion is not None else None,
    )


def read_place(request: Request) -> Origin:
    """Where the app is served from, as its browser has it: the guard has let this name through."""
    host = request.headers["host"].lower()
    name, colon, port = host.rpartition(":")
    return Origin(f"{request.url.scheme}://{host}", name if colon and port.isdecimal() else host)


async def read_enveloped(request: Request, **must: type) -> tuple[dict[str, Any], Envelope]:
    """A body with an envelope in it. Raises ApiError."""
    given = await read_body(request, {**must, "envelope": dict})
    return given, read_envelope_of(request, given["envelope"])


def _read_assertion(given: object) -> Assertion:
    if not isinstance(given, dict) or set(given) != set(ASSERTION):
        raise ApiError(400, "body", f"assertion: {', '.join(ASSERTION)}", "assertion")
    return Assertion(*(read_octets(given[name], name) for name in ASSERTION))
