"""Coop@net at an address of its own, with what its keepers need: the next customer's verb, health, figures."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bank.errors import BankError
from bank.web.coopanet.pages import Pages, make_coopanet
from bank.web.coopanet.site import NEXT
from web.addresses import is_loopback
from web.guard import LOOPBACK, Guard, content_policy
from web.meters import KIND, Metered, Meters
from web.mounting import WholeMount

log = logging.getLogger(__name__)

ROOT_FILE: Final = "root.crt"
ROOT_KIND: Final = "application/x-x509-ca-cert"
"""What phones take as a certificate to install."""


@dataclass(frozen=True)
class LoneBank:
    """The application. `hosts`: under which names it answers; `own_address`: and under the address it listens at.
    `beside`: other applications by the path they are mounted at."""

    pages: Pages
    hosts: frozenset[str] = LOOPBACK
    own_address: bool = False
    beside: Mapping[str, ASGIApp] = field(default_factory=dict)
    meters: Meters = field(default_factory=Meters)

    def make_app(self) -> ASGIApp:
        """Guarded and metered."""
        routes = [
            Route(f"/{NEXT}", self.begin_anew, methods=["POST"]),
            Route("/healthz", self.show_health),
            Route("/metrics", self.show_figures),
            Route(f"/{ROOT_FILE}", self.give_root),
            *(WholeMount(path, app) for path, app in self.beside.items()),
            WholeMount("/", make_coopanet(self.pages)),
        ]
        guarded = Guard(Starlette(routes=routes), content_policy(scripts=True), self.hosts, self.own_address)
        return Metered(guarded, self.meters)

    async def begin_anew(self, request: Request) -> Response:
        """For the next customer. JSON, so that no foreign form can say it, and from this machine only."""
        if not _comes_from_here(request):
            return PlainTextResponse("This is for whoever keeps the bank, on its own machine.\n", 403)
        if request.headers.get("content-type") != "application/json":
            return PlainTextResponse("Send application/json.\n", 415)
        try:
            await run_in_threadpool(self.pages.begin_anew)
        except BankError as error:
            log.error("%s", error)  # where the books are is for whoever started this
            return PlainTextResponse("The books cannot be used; the bank's own terminal says why.\n", 503)
        return Response(status_code=204)

    async def show_health(self, _request: Request) -> Response:
        """Whether this worker can use its books: 200, or 503."""
        try:
            await run_in_threadpool(self.pages.desk.verifier.store.find_customer, "")
        except BankError as error:
            log.error("%s", error)
            return JSONResponse({"status": "failing", "books": "cannot be used"}, 503)
        return JSONResponse({"status": "ok", "books": "ok"})

    async def show_figures(self, request: Request) -> Response:
        """What was counted, for a Prometheus on this machine."""
        if not _comes_from_here(request):
            return PlainTextResponse("This is for whoever keeps the bank, on its own machine.\n", 403)
        return Response(await run_in_threadpool(self.meters.render), media_type=KIND)

    async def give_root(self, _request: Request) -> Response:
        """The demonstration's root certificate, for a phone."""
        root = self.pages.reached.root
        return Response(root, media_type=ROOT_KIND) if root else PlainTextResponse("There is none.\n", 404)


def _comes_from_here(request: Request) -> bool:
    """What a proxy passes on does not, wherever the proxy is."""
    passed_on = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return request.client is not None and is_loopback(request.client.host) and not passed_on
