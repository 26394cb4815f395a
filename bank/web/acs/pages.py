"""The page of a challenge, in a frame of a shop's page or alone. No cookie reaches it there: a ticket in its address
stands for the payment, and only whoever has brought the shop's CReq has that.

It is whole without a script. What is decided elsewhere takes it on by itself, and back to the shop.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bank.operations.catalogue import AMOUNT, Means
from bank.operations.ports import OperationDesk
from bank.operations.words import notation_of
from bank.threeds.challenges import BroughtRequest, ChallengeView, make_final_response
from bank.threeds.codec import ProtocolError, encode_for_browser
from bank.threeds.service import CardPayments
from bank.threeds.table import ChallengeState
from bank.web.acs.rendering import AcsRenderer
from bank.web.coopanet.frame import SEE_OTHER, form_of, root_of, source_of
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.space.confirming import (
    READER,
    REFUSALS,
    SMS,
    WAYS,
    TypedCode,
    choose_way,
    confirm_with,
    read_told,
    send_code,
)
from bank.web.coopanet.space.moments import draw_bar
from bank.web.coopanet.space.reading import CustomerFile
from bank.web.coopanet.space.steps import list_steps
from bank.web.feed import OperationFeed
from web.forms import make_ticket
from web.once import Submissions

APP: Final = "app"
ORDER: Final = (Means.SECURPASS, Means.READER_CHALLENGE, Means.READER_SIGN, Means.SMS)
"""The first one that the customer may use is offered first."""
ACS_WAYS: Final = {**WAYS, Means.SECURPASS: APP}
BEAT_S: Final = 10.0
REFRESH_S: Final = 5
"""How often the page looks for itself, where it has no script and nothing is typed into it."""


@dataclass(frozen=True)
class ChallengePages:
    """The pages. `desk` keeps a refusal of a code back as that of a sign-in."""

    payments: CardPayments
    operations: OperationDesk
    desk: Desk
    feed: OperationFeed
    submissions: Submissions = field(default_factory=Submissions)
    renderer: AcsRenderer = field(default_factory=AcsRenderer)
    seen: set[str] = field(default_factory=set)
    """Origins of shops whose payments were looked at: where the books are away, they may show that in their frame."""

    def list_routes(self) -> list[Route]:
        """Every address."""
        one = "/challenge/{ticket}"
        return [
            Route("/challenge", self.open_challenge, methods=["POST"], name="challenge"),
            Route(one, self._on(self.show_challenge), name="page"),
            Route(f"{one}/confirm", self._on(self.confirm), methods=["POST"]),
            Route(f"{one}/send", self._on(self.send), methods=["POST"]),
            Route(f"{one}/cancel", self._on(self.cancel), methods=["POST"]),
            Route(f"{one}/state", self._on(self.show_state)),
            Route(f"{one}/time.svg", self._on(self.show_time)),
            Route(f"{one}/events", self._on(self.stream_changes)),
        ]

    async def open_challenge(self, request: Request) -> Response:
        """Take the CReq that a shop's page sends."""
        given = await form_of(request)
        origin = request.headers.get("origin", "")
        brought = BroughtRequest(given.get("creq", ""), given.get("threeDSSessionData", ""), origin)
        try:
            ticket = await run_in_threadpool(self.payments.open_challenge, brought)
        except ProtocolError:
            return await self.show_unknown(request, None)
        return RedirectResponse(f"{root_of(request)}/challenge/{ticket}", SEE_OTHER)

    async def show_challenge(self, request: Request, view: ChallengeView) -> Response:
        """How to confirm; or the way back to the shop."""
        if not view.is_open or view.operation is None:
            return self._go_back(request, view)
        operation, language = view.operation, self._language(request, view)
        number = await run_in_threadpool(self.payments.find_number, view)
        ways = tuple(ACS_WAYS[means] for means in ORDER if means in view.means)
        if number is None and APP in ways:  # a telephone that is left in peace is offered last
            ways = (*(each for each in ways if each != APP), APP)
        way = choose_way(ways, request.query_params.get("by", ""))
        left_ms = max(0, operation.content.until_ms - self.payments.frame.wall())
        shown: dict[str, Any] = {
            "operation": operation,
            "page": self._page(request),
            "merchant": view.merchant.name,
            "amount": notation_of(language).write_money(int(operation.content.fields[AMOUNT])),
            "card": operation.shown[-1][1],
            "ways": ways,
            "way": way,
            "told": read_told(request.query_params.get("told", "")),
            "left_ms": left_ms,
            "refresh_s": REFRESH_S if way == APP else left_ms // 1000 + 1,
            "number": number,
        }
        shown |= await run_in_threadpool(self._explain, view, way, language)
        return self.renderer.render(request, language, "challenge.html", [view.merchant.origin], **shown)

    def _explain(self, view: ChallengeView, way: str, language: str) -> dict[str, Any]:
        """What the chosen way needs."""
        customer, operation = view.payment.customer_id, view.operation
        assert customer is not None
        assert operation is not None
        if way == READER:
            instruction = self.operations.instruct_reader(customer, operation.operation_id)
            assert instruction is not None
            return {"steps": list_steps(instruction, self.renderer.space_in(language).steps, language)}
        if way == SMS:
            end = CustomerFile(self.payments.frame.store, customer).find_telephone_end()
            return {"ticket": make_ticket(), "end": end}
        return {}

    async def confirm(self, request: Request, view: ChallengeView) -> Response:
        """Take a code."""
        given, payment = await form_of(request), view.payment
        way = SMS if given.get("by") == SMS else READER
        if not view.is_open or payment.customer_id is None or payment.operation_id is None:
            return self._again(request)
        customer, number = payment.customer_id, payment.operation_id
        code = TypedCode(way, given.get("code", ""), source_of(request))
        begin = self.desk.now()

        async def acted() -> str:
            await run_in_threadpool(self.payments.count_interaction, payment)
            told = await run_in_threadpool(confirm_with, self.operations, customer, number, code)
            if told in REFUSALS:
                await self.desk.hold_refusal(begin)
            return told.value if told else ""

        said = await self.submissions.once((number, "confirm", way, code.code), acted)
        return self._again(request, way, said)

    async def send(self, request: Request, view: ChallengeView) -> Response:
        """Have a code sent, or the telephone woken again. Twice within a double click is once."""
        given, payment = await form_of(request), view.payment
        if not view.is_open or payment.customer_id is None or payment.operation_id is None:
            return self._again(request)
        if given.get("by") != SMS:
            await run_in_threadpool(self.payments.ask_phone, view)
            return self._again(request, APP)
        customer, number = payment.customer_id, payment.operation_id

        async def acted() -> str:
            await run_in_threadpool(self.payments.count_interaction, payment)
            told = await run_in_threadpool(send_code, self.operations, customer, number)
            return told.value if told else ""

        said = await self.submissions.once((number, "send", given.get("ticket", "")), acted)
        return self._again(request, SMS, said)

    async def cancel(self, request: Request, view: ChallengeView) -> Response:
        """Give it up: back to the shop."""
        if view.is_open:
            await run_in_threadpool(self.payments.cancel_challenge, view.payment)
        return self._again(request)

    async def show_state(self, _request: Request, view: ChallengeView) -> Response:
        """Whether it is still to be decided: for a script that has no events."""
        return JSONResponse({"open": view.is_open})

    async def show_time(self, _request: Request, view: ChallengeView) -> Response:
        """How long there is still: a bar that shrinks by itself, and is announced to nobody."""
        if view.operation is None:
            raise HTTPException(404)
        content = view.operation.content
        bar = draw_bar(content.until_ms - self.payments.frame.wall(), content.until_ms - content.created_ms)
        return Response(bar, media_type="image/svg+xml")

    async def stream_changes(self, request: Request, view: ChallengeView) -> Response:
        """Server-sent events (HTML standard, 9.2): `changed` with each change of the customer's operations."""
        if view.payment.customer_id is None:
            raise HTTPException(404)
        return StreamingResponse(self._events(request, view.payment.customer_id), media_type="text/event-stream")

    async def _events(self, request: Request, customer_id: int) -> AsyncIterator[str]:
        """Until the page is left, or the payment decided."""
        yield "retry: 1000\n\n"
        async for seq in self.feed.list_changes(customer_id, BEAT_S):
            yield "event: changed\ndata: {}\n\n" if seq is not None else ": here\n\n"
            view = await run_in_threadpool(self.payments.look_at, request.path_params["ticket"])
            if view is None or not view.is_open:
                return

    # What goes wrong

    async def show_unknown(self, request: Request, error: Exception | None) -> Response:
        """No such payment, or not from there."""
        language = self.renderer.choose_language(request)
        words = self.renderer.words[language]
        shown = {"notice_title": words.unknown_title, "notice": words.unknown, "again": ""}
        status = getattr(error, "status_code", 404)
        origins = await run_in_threadpool(self.payments.list_origins)
        return self.renderer.render(request, language, "notice.html", origins, status=status, **shown)

    async def show_broken(self, request: Request, _error: Exception) -> Response:
        """The books cannot be used: the page of a payment can be asked for again."""
        language = self.renderer.choose_language(request)
        words = self.renderer.words[language]
        again = self._page(request) if "ticket" in request.path_params else ""
        shown = {"notice_title": words.broken_title, "notice": words.broken, "again": again}
        return self.renderer.render(request, language, "notice.html", sorted(self.seen), status=503, **shown)

    # How it is done

    def _on(
        self, page: Callable[[Request, ChallengeView], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """A page of one payment."""

        async def answered(request: Request) -> Response:
            view = await run_in_threadpool(self.payments.look_at, request.path_params["ticket"])
            if view is None:
                raise HTTPException(404)
            self.seen.add(view.merchant.origin)
            return await page(request, view)

        return answered

    def _language(self, request: Request, view: ChallengeView) -> str:
        return self.renderer.choose_language(request, view.operation.content.language if view.operation else "")

    def _page(self, request: Request) -> str:
        return f"{root_of(request)}/challenge/{request.path_params['ticket']}"

    def _again(self, request: Request, way: str = "", said: str | None = "") -> Response:
        """Back to the page, which says what came of it."""
        query = f"?by={way}" if way else ""
        query += f"&told={said}" if way and said else ""
        return RedirectResponse(self._page(request) + query, SEE_OTHER)

    def _go_back(self, request: Request, view: ChallengeView) -> Response:
        language = self._language(request, view)
        words = self.renderer.words[language]
        outcomes = {
            ChallengeState.AUTHENTICATED: words.approved,
            ChallengeState.REFUSED: words.refused,
            ChallengeState.CANCELLED: words.cancelled,
            ChallengeState.FRAUD: words.fraud,
        }
        shown: dict[str, Any] = {
            "outcome": outcomes.get(view.payment.state, words.expired),
            "merchant": view.merchant.name,
            "address": view.payment.notification_url,
            "cres": encode_for_browser(make_final_response(view.payment)),
            "session_data": view.payment.session_data or "",
        }
        return self.renderer.render(request, language, "back.html", [view.merchant.origin], **shown)
