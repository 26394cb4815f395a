"""A partner's verbs. `bank.web.partners.description` describes every one of them.

A refusal is `error` and `error_description`, as the standards have it; who asks proves itself anew with each request.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bank.errors import StateError
from bank.partners.ports import SCOPE_OF, Grant, Partner, PartnerError, PartnerFault, Scope
from bank.partners.service import PartnerService
from bank.web.api.telling import tell_account, tell_movement
from bank.web.partners.description import describe_metadata, describe_partner_api
from bank.web.partners.reading import Form, is_alone, read_asking, read_bearer, read_client, read_form
from web.guard import LOOPBACK, Guard, content_policy

log = logging.getLogger(__name__)
T = TypeVar("T")
F = PartnerFault

CIBA: Final = "urn:openid:params:grant-type:ciba"
STATUSES: Final = {F.INVALID_CLIENT: 401, F.INVALID_TOKEN: 401, F.TOO_MANY: 429, F.ACCESS_EXCEEDED: 429}
"""Others are 400 (RFC 6749, 5.2; CIBA, 11 and 13), also where access is denied while a request is polled."""
CHALLENGES: Final = {F.INVALID_CLIENT: 'Basic realm="partners"', F.INVALID_TOKEN: 'Bearer error="invalid_token"'}

Answer = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class PartnerApi:
    """The verbs."""

    service: PartnerService

    def list_routes(self) -> list[Route]:
        """Every address, below the path that they are mounted at."""
        return [
            Route("/openapi.json", self.describe_verbs),
            Route("/.well-known/openid-configuration", self.tell_metadata),
            Route("/bc-authorize", self.ask_customer, methods=["POST"]),
            Route("/token", self.give_token, methods=["POST"]),
            Route("/revoke", self.revoke_token, methods=["POST"]),
            Route("/accounts", self.list_accounts),
            Route("/accounts/{iban}/movements", self.list_movements),
            Route("/transfer", self.tell_transfer),
        ]

    async def describe_verbs(self, request: Request) -> Response:
        """The OpenAPI document."""
        return JSONResponse(describe_partner_api(_root_of(request)))

    async def tell_metadata(self, request: Request) -> Response:
        """What a client of the standard's looks up (CIBA, 4)."""
        return JSONResponse(describe_metadata(f"{request.url.scheme}://{request.url.netloc}{_root_of(request)}"))

    async def ask_customer(self, request: Request) -> Response:
        """CIBA, 7."""
        partner, form = await self._known(request)
        asking = read_asking(form, SCOPE_OF[partner.kind], request.headers.get("idempotency-key", ""))
        ticket = await run_in_threadpool(self.service.ask_customer, partner, asking)
        told = {"auth_req_id": ticket.request_id, "expires_in": ticket.expires_s, "interval": ticket.interval_s}
        return JSONResponse(told | ({"shown_number": ticket.shown_number} if ticket.shown_number else {}))

    async def give_token(self, request: Request) -> Response:
        """CIBA, 10.1."""
        partner, form = await self._known(request)
        if form.get("grant_type") != CIBA:
            raise PartnerError(F.UNSUPPORTED_GRANT, f"grant_type: {CIBA}")
        issued = await run_in_threadpool(self.service.poll_token, partner, form.get("auth_req_id", ""))
        told = {"access_token": issued.token, "token_type": "Bearer", "expires_in": issued.expires_s}
        return JSONResponse(told | {"scope": issued.scope.value})

    async def revoke_token(self, request: Request) -> Response:
        """RFC 7009, 2."""
        partner, form = await self._known(request)
        await run_in_threadpool(self.service.revoke_token, partner, form.get("token", ""))
        return JSONResponse({})

    async def list_accounts(self, request: Request) -> Response:
        """The customer's accounts with their balances."""
        grant = await self._granted(request, Scope.ACCOUNTS)
        accounts = await run_in_threadpool(partial(self.service.list_accounts, grant, alone=is_alone(request)))
        return JSONResponse({"accounts": [tell_account(account) for account in accounts]})

    async def list_movements(self, request: Request) -> Response:
        """One account's movements of the last 90 days."""
        grant = await self._granted(request, Scope.ACCOUNTS)
        read = partial(self.service.list_movements, grant, request.path_params["iban"], alone=is_alone(request))
        lines = await run_in_threadpool(read)
        if lines is None:
            raise HTTPException(404, "there is no such account of this customer")
        return JSONResponse({"movements": [tell_movement(line) for line in lines]})

    async def tell_transfer(self, request: Request) -> Response:
        """How far the transfer is."""
        grant = await self._granted(request, Scope.TRANSFER)
        found = await run_in_threadpool(self.service.read_transfer, grant)
        return JSONResponse({"amount_cents": found.cents, "message": found.message, "state": found.state.value})

    async def _known(self, request: Request) -> tuple[Partner, Form]:
        form = await read_form(request)
        partner = await run_in_threadpool(self.service.authenticate, *read_client(request, form))
        return partner, form

    async def _granted(self, request: Request, scope: Scope) -> Grant:
        return await run_in_threadpool(self.service.read_grant, read_bearer(request), scope)


def make_partner_api(
    service: PartnerService, hosts: frozenset[str] = LOOPBACK, *, own_address: bool = False
) -> ASGIApp:
    """The application, guarded."""
    handlers: dict[Any, Any] = {PartnerError: refuse_partner, HTTPException: refuse_other, StateError: tell_broken}
    app = Starlette(routes=PartnerApi(service).list_routes(), exception_handlers=handlers)
    return Guard(app, content_policy(), hosts, own_address)


async def refuse_partner(_request: Request, error: Exception) -> Response:
    """The standard's word, and a sentence."""
    assert isinstance(error, PartnerError)
    headers = {"WWW-Authenticate": CHALLENGES[error.fault]} if error.fault in CHALLENGES else {}
    told = {"error": error.fault.value, "error_description": str(error)}
    return JSONResponse(told, STATUSES.get(error.fault, 400), headers)


async def refuse_other(_request: Request, error: Exception) -> Response:
    """No such address, no such verb there."""
    assert isinstance(error, HTTPException)
    word = "not_found" if error.status_code == 404 else F.INVALID_REQUEST.value
    return JSONResponse({"error": word, "error_description": error.detail}, error.status_code, error.headers)


async def tell_broken(_request: Request, error: Exception) -> Response:
    """The books cannot be used. Where they are is for whoever started this, and nobody else."""
    log.error("%s", error)
    said = "the bank's books cannot be used; nothing was decided, or it was decided whole: ask again"
    return JSONResponse({"error": "server_error", "error_description": said}, 503)


def _root_of(request: Request) -> str:
    return str(request.scope.get("root_path", ""))
