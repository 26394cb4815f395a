"""The bank over HTTP for programs: verbs in, JSON out. `bank.web.api.description` describes every one of them.

A caller is a session, as on the pages: its token in an Authorization header, or the pages' cookie with the mark that
their forms carry. What is refused is told in the same words, and a refused code after the same time, as there.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bank.books.records import Customer
from bank.emv.codes import normalise_code
from bank.errors import StateError
from bank.operations.catalogue import OperationKind
from bank.operations.guarding import LONGEST_TERMINAL, meet_terminal
from bank.operations.ports import (
    Asking,
    AskingError,
    Operation,
    OperationDesk,
    UnknownOperationError,
)
from bank.web.api.description import describe_bank_api, list_askable_kinds, name_fault
from bank.web.api.reading import CSRF_HEADER, ApiError, read_after, read_bearer, read_body, read_once
from bank.web.api.telling import (
    tell_account,
    tell_confirmation,
    tell_customer,
    tell_means,
    tell_movement,
    tell_operation,
    tell_sms,
)
from bank.web.coopanet.frame import Frame, root_of, source_of, token_of
from bank.web.coopanet.space.asking import read_terminal
from bank.web.coopanet.space.confirming import SMS, WAYS, is_refusal
from bank.web.coopanet.space.reading import CustomerFile
from web.guard import READING

T = TypeVar("T")

log = logging.getLogger(__name__)

PATH: Final = "/api"
SLIP: Final = "a code has 8 digits: this does not count as a try"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in which session."""

    request: Request
    customer: Customer
    token: str

    @property
    def number(self) -> str:
        """The operation in the address."""
        return str(self.request.path_params["number"])


Answer = Callable[[Caller], Awaitable[Response]]


@dataclass(frozen=True)
class BankApi:
    """The verbs, on what the pages stand on, and over the same operations."""

    frame: Frame
    operations: OperationDesk

    def list_routes(self) -> Sequence[Route]:
        """Every address, below the path that they are mounted at."""
        one = "/operations/{number}"
        desk = self.operations
        return (
            Route("/openapi.json", self.describe_verbs),
            _at("/session", GET=self._own(self.tell_visit), POST=self.sign_in, DELETE=self._own(self.sign_off)),
            _at("/accounts", GET=self._own(self.list_accounts)),
            _at("/accounts/{iban}/movements", GET=self._own(self.list_movements)),
            _at("/operations", GET=self._own(self.list_operations), POST=self._own(self.ask)),
            _at(one, GET=self._own(self.tell_operation)),
            _at(f"{one}/means", GET=self._own(self.list_means)),
            _at(f"{one}/confirm", POST=self._own(self.confirm)),
            _at(f"{one}/sms", POST=self._own(self.send_code)),
            _at(f"{one}/refuse", POST=self._own(partial(self.decide, desk.refuse_operation))),
            _at(f"{one}/withdraw", POST=self._own(partial(self.decide, desk.withdraw_operation))),
            _at(f"{one}/fraud", POST=self._own(partial(self.decide, desk.declare_fraud))),
        )

    async def describe_verbs(self, request: Request) -> Response:
        """The OpenAPI document."""
        return JSONResponse(describe_bank_api(root_of(request)))

    # The session

    async def sign_in(self, request: Request) -> Response:
        """A user code and an unused Sésame code: a token."""
        given = await read_body(request, {"user": str, "code": str}, {"terminal": str})
        if normalise_code(given["code"]) is None:
            raise ApiError(422, "slip", SLIP, "code")
        customer = await self.frame.desk.sign_in(given["user"], given["code"], source_of(request))
        if customer is None:
            raise ApiError(403, "refused", "user code and code do not open anything; each code works once")
        token = await run_in_threadpool(self.frame.sessions.open_session, customer.user)
        known = given.get("terminal", "")[:LONGEST_TERMINAL]
        mark = await run_in_threadpool(meet_terminal, self.frame.books, customer.customer_id, known, self.frame.wall)
        return JSONResponse({"token": token, "terminal": mark}, 201)

    async def tell_visit(self, caller: Caller) -> Response:
        """Who is signed in."""
        return JSONResponse(tell_customer(caller.customer, self.frame.sessions.csrf_token(caller.token)))

    async def sign_off(self, caller: Caller) -> Response:
        """End the session."""
        await run_in_threadpool(self.frame.sessions.close, caller.token)
        return Response(status_code=204)

    # Accounts

    async def list_accounts(self, caller: Caller) -> Response:
        """All accounts with their balances."""
        accounts = await run_in_threadpool(self._file(caller).list_accounts)
        return JSONResponse({"accounts": [tell_account(account) for account in accounts]})

    async def list_movements(self, caller: Caller) -> Response:
        """One account's latest movements."""
        file = self._file(caller)
        account = await run_in_threadpool(file.find_account, caller.request.path_params["iban"])
        if account is None:
            raise ApiError(404, "missing", "there is no such account of this customer")
        statement = await run_in_threadpool(file.list_statement, account)
        return JSONResponse({"movements": [tell_movement(line) for line in statement]})

    # Operations

    async def list_operations(self, caller: Caller) -> Response:
        """Those that changed since."""
        after = read_after(caller.request)
        listed = await self._run(caller, self.operations.list_operations, after)
        return JSONResponse({"operations": [tell_operation(one) for one in listed]})

    async def ask(self, caller: Caller) -> Response:
        """Take one into the books."""
        given = await read_body(caller.request, {"kind": str, "fields": dict}, {"language": str})
        kind = next((each for each in list_askable_kinds() if each.value == given["kind"]), None)
        if kind is None:
            raise ApiError(400, "body", "there is no such kind to ask for", "kind")
        asking = self._asking(caller, kind, given)
        try:
            operation = await run_in_threadpool(self.operations.request_operation, asking)
        except AskingError as error:
            raise ApiError(422, name_fault(error.fault), str(error), error.field) from error
        return JSONResponse(tell_operation(operation), 201)

    def _asking(self, caller: Caller, kind: OperationKind, given: dict[str, Any]) -> Asking:
        terminal = read_terminal(caller.request.headers.get("user-agent", ""))
        language = given.get("language", next(iter(self.frame.words)))
        if language not in self.frame.words:
            raise ApiError(400, "body", f"language is one of {', '.join(self.frame.words)}", "language")
        fields, once = given["fields"], read_once(caller.request)
        if not all(type(value) in (str, int) for value in fields.values()):
            raise ApiError(400, "body", "a field is a text or a whole number", "fields")
        return Asking(caller.customer.customer_id, kind, terminal, fields, language, once)

    async def tell_operation(self, caller: Caller) -> Response:
        """One, as it stands now."""
        return JSONResponse(tell_operation(await self._run(caller, self.operations.find_operation, caller.number)))

    async def list_means(self, caller: Caller) -> Response:
        """How it may be confirmed now, and what to type on the reader."""
        offered = await self._run(caller, self.operations.list_means, caller.number)
        pressed = await self._run(caller, self.operations.instruct_reader, caller.number)
        return JSONResponse({"means": [tell_means(means, pressed) for means in offered]})

    async def confirm(self, caller: Caller) -> Response:
        """Take a code. A refused one is told after a time that tells nothing."""
        given = await read_body(caller.request, {"means": str, "code": str})
        if given["means"] not in WAYS.values():
            raise ApiError(400, "body", "means is reader or sms", "means")
        if normalise_code(given["code"]) is None:
            raise ApiError(422, "slip", SLIP, "code")
        desk, code, begin = self.operations, given["code"], self.frame.desk.now()
        if given["means"] == SMS:
            made = await self._run(caller, desk.confirm_by_sms, caller.number, code)
        else:
            made = await self._run(caller, desk.confirm_by_reader, caller.number, code, source_of(caller.request))
        if is_refusal(made.outcome):
            await self.frame.desk.hold_refusal(begin)
        return JSONResponse(tell_confirmation(made))

    async def send_code(self, caller: Caller) -> Response:
        """Have a code sent by text message."""
        await read_body(caller.request, {})
        return JSONResponse(tell_sms(await self._run(caller, self.operations.send_sms_code, caller.number)))

    async def decide(self, act: Callable[[int, str], Operation], caller: Caller) -> Response:
        """What needs no code: refuse, withdraw, declare fraud."""
        await read_body(caller.request, {})
        return JSONResponse(tell_operation(await self._run(caller, act, caller.number)))

    # How it is done

    def _own(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """A verb for whoever is signed in."""

        async def answered(request: Request) -> Response:
            return await answer(await self._find_caller(request))

        return answered

    async def _find_caller(self, request: Request) -> Caller:
        """By the token of the header; else by the cookie, which a browser sends by itself. Raises ApiError."""
        bearer = read_bearer(request)
        token = bearer or token_of(request)
        customer = await run_in_threadpool(self.frame.find_visitor, token) if token else None
        if customer is None:
            raise ApiError(401, "signed-off", "nobody is signed in: POST /session gives a token")
        mark = request.headers.get(CSRF_HEADER, "")
        if not bearer and request.method not in READING and not self.frame.sessions.check_csrf(token, mark):
            raise ApiError(403, "stale", "send X-CSRF-Token, as GET /session tells it")
        return Caller(request, customer, token)

    def _file(self, caller: Caller) -> CustomerFile:
        return CustomerFile(self.frame.books, caller.customer.customer_id)

    async def _run(self, caller: Caller, verb: Callable[..., T], *more: object) -> T:
        """A verb of the operations, as this customer."""
        try:
            return await run_in_threadpool(verb, caller.customer.customer_id, *more)
        except UnknownOperationError as error:
            raise ApiError(404, "missing", str(error)) from error


def make_bank_api(frame: Frame, operations: OperationDesk) -> Starlette:
    """The application. It can be mounted below any path; put a `Guard` around it."""
    handlers: dict[Any, Any] = {HTTPException: refuse_call, StateError: tell_broken}
    return Starlette(routes=list(BankApi(frame, operations).list_routes()), exception_handlers=handlers)


async def refuse_call(_request: Request, error: Exception) -> Response:
    """Every refusal is an object: a sentence, a word for programs, and the field it is about."""
    assert isinstance(error, HTTPException)
    usual = {404: "missing", 405: "method"}.get(error.status_code, "body")
    code, field = getattr(error, "code", usual), getattr(error, "field", "")
    return JSONResponse({"error": error.detail, "code": code, "field": field}, error.status_code, error.headers)


async def tell_broken(_request: Request, error: Exception) -> Response:
    """The books cannot be used. Where they are is for whoever started this, and nobody else."""
    log.error("%s", error)
    said = "the bank's books cannot be used; nothing was decided, or it was decided whole: look again"
    return JSONResponse({"error": said, "code": "broken", "field": ""}, 503)


def _at(path: str, **verbs: Callable[[Request], Awaitable[Response]]) -> Route:
    """An address with its verbs by method."""

    async def answered(request: Request) -> Response:
        return await verbs["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, answered, methods=list(verbs))
