"""Coop@net behind its guard: alone at an address, or below a path in a frame of the page around it."""

import logging

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from bank.errors import BankError
from bank.web.coopanet.pages import Pages, make_coopanet
from web.guard import Guard, content_policy

log = logging.getLogger(__name__)

NEXT = "next"
"""The verb of the bank alone, below its address: JSON, so that no foreign form can say it."""


def bank_site(pages: Pages, framed_by: str = "'none'") -> ASGIApp:
    """The application. `framed_by`: who may show it in a frame, as a content-security policy says it."""
    return Guard(make_coopanet(pages), content_policy(framed_by=framed_by))


def lone_bank(pages: Pages) -> ASGIApp:
    """The application at an address of its own, with the verb for the next customer."""

    async def begin_anew(request: Request) -> Response:
        if request.headers.get("content-type") != "application/json":
            return PlainTextResponse("Send application/json.\n", 415)
        try:
            await run_in_threadpool(pages.begin_anew)
        except BankError as error:
            log.error("%s", error)  # where the books are is for whoever started this
            return PlainTextResponse("The books cannot be used; the bank's own terminal says why.\n", 503)
        return Response(status_code=204)

    own = Route(f"/{NEXT}", begin_anew, methods=["POST"])
    return Guard(Starlette(routes=[own, Mount("/", make_coopanet(pages))]), content_policy())
