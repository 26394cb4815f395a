"""What a caller sends: who it is, and a body that is exactly what its verb takes."""

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from web.sessions import LONGEST_TOKEN

BEARER: Final = "bearer"
"""RFC 6750, 2.1: `Authorization: Bearer TOKEN`. The scheme's letters may be large or small (RFC 9110, 11.1)."""
CSRF_HEADER: Final = "x-csrf-token"
ONCE_HEADER: Final = "idempotency-key"
LONGEST_ONCE: Final = 64
MOST_SEQ: Final = 2**63 - 1


Members = Mapping[str, type | tuple[type, ...]]


class ApiError(HTTPException):
    """A request that is refused: `code` for programs, a sentence for whoever writes them, the field where it is one."""

    def __init__(self, status: int, code: str, text: str, field: str = "") -> None:
        super().__init__(status, text, {"WWW-Authenticate": "Bearer"} if status == 401 else None)
        self.code = code
        self.field = field


def read_bearer(request: Request) -> str:
    """The token of an Authorization header; nothing where there is none, or none that can be ours."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == BEARER and len(token) <= LONGEST_TOKEN and token.isascii() else ""


def read_once(request: Request) -> str:
    """The caller's own mark of a request, so that the same one sent twice is one operation. Raises ApiError."""
    given = request.headers.get(ONCE_HEADER, "")
    if len(given) > LONGEST_ONCE or not (given.isascii() and given.isprintable()):
        raise ApiError(400, "body", f"Idempotency-Key has at most {LONGEST_ONCE} signs of ASCII")
    return given


def read_after(request: Request) -> int:
    """After which change the list begins. Raises ApiError."""
    given = request.query_params.get("after", "0")
    if not (given.isascii() and given.isdecimal() and len(given) < 20 and int(given) <= MOST_SEQ):
        raise ApiError(400, "body", "after is a whole number: the seq of an operation")
    return int(given)


async def read_body(request: Request, must: Members, may: Members | None = None) -> Any:  # noqa: ANN401
    """The body's members, each of its type or of one of its types. Raises ApiError.

    A foreign form cannot send this kind of body.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(415, "body", "send application/json")
    try:
        body = json.loads(await request.body())
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text, and no database takes it
    except (ValueError, RecursionError):
        raise ApiError(400, "body", "the body is not JSON") from None
    taken = dict(must) | dict(may or {})
    if not isinstance(body, dict) or not set(must) <= set(body) <= set(taken):
        raise ApiError(400, "body", f"the body is an object with {', '.join(must) or 'nothing in it'}")
    for name, value in body.items():
        kinds = taken[name]
        if type(value) not in (kinds if isinstance(kinds, tuple) else (kinds,)):
            raise ApiError(400, "body", f"{name} is not of its type", name)
    return body
