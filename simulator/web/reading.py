"""What the verbs of the bench are sent."""

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request


async def given_value(request: Request, *names: str) -> Any:  # noqa: ANN401 - as JSON has it
    """The value of the body's only member, None where there is to be none. A foreign form cannot send this type."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "send application/json")
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise HTTPException(400, "the body is not JSON") from None
    if not isinstance(body, dict) or set(body) != set(names):
        raise HTTPException(400, f"the body is an object with {', '.join(names) or 'nothing in it'}")
    return body[names[0]] if names else None
