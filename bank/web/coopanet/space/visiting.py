"""Whoever is signed in, and asks for a page of his own; others are led to where one signs in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bank.web.coopanet.frame import Frame, go_to, signed_in
from bank.web.coopanet.space.reading import CustomerFile
from bank.web.coopanet.space.words import SpaceWords
from bank.web.coopanet.words import CoopanetWords


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in: the words of both kinds, and the file."""

    request: Request
    words: CoopanetWords
    space: SpaceWords
    file: CustomerFile


Show = Callable[[Visit], Awaitable[Response]]


def find_visit(frame: Frame, request: Request, words: CoopanetWords) -> Visit | None:
    """The visit of a request that was recognised; None for nobody's."""
    customer = signed_in(request)
    if customer is None:
        return None
    return Visit(request, words, frame.space_in(words.language), CustomerFile(frame.books, customer.customer_id))


def make_own_page(frame: Frame, show: Show) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a page for whoever is signed in."""

    async def shown(request: Request, words: CoopanetWords) -> Response:
        visit = find_visit(frame, request, words)
        return await show(visit) if visit else go_to(request, "access", words)

    return frame.make_page(shown)


async def read_visitors_form(frame: Frame, visit: Visit) -> dict[str, str]:
    """The visitor's own form. Raises StaleFormError."""
    return await frame.read_own_form(visit.request) or {}
