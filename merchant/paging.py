"""The endpoint of a page that is there in several languages."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

T = TypeVar("T")


def make_page(
    words: Mapping[str, T], page: Callable[[Request, T], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """In the address's language: 404 for one that is not ours."""

    async def answered(request: Request) -> Response:
        chosen = words.get(request.path_params["language"])
        if chosen is None:
            raise HTTPException(404)
        return await page(request, chosen)

    return answered
