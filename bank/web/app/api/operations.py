"""The app's verbs about operations: what waits, one with its octets, a decision, what is asked for on the telephone."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bank.operations.card_services import SERVICES
from bank.operations.catalogue import OperationKind, TerminalKind, live_kinds
from bank.operations.ports import Asking, AskingError, Operation
from bank.operations.words import LANGUAGES
from bank.securpass.ports import Envelope
from bank.securpass.service import SecurPassService
from bank.web.api.description import name_fault
from bank.web.api.reading import ApiError, read_after, read_body
from bank.web.app.api.reading import AppError, read_enveloped, read_identifier, read_text, write_octets
from bank.web.app.api.telling import tell_waiting
from bank.web.app.api.visiting import AppVisit, Visits
from bank.web.coopanet.space.reading import CustomerFile
from bank.web.feed import OperationFeed

Json = dict[str, Any]

BEAT_S: Final = 15.0
LOOKED_AT: Final = 20
"""After so many beats without a change it is looked whether anybody is there; before a change is told, each time."""
"""How often a waiting telephone is told that somebody is there."""
SHOP_KINDS: Final = frozenset({OperationKind.CARD_PAYMENT, OperationKind.MERCHANT_TRANSFER, OperationKind.LOG_ON})
"""What others ask for, never a telephone of the customer's by itself."""


@dataclass(frozen=True)
class AppOperations:
    """The verbs."""

    service: SecurPassService
    visits: Visits
    feed: OperationFeed

    def list_routes(self) -> Sequence[Route]:
        """Every address."""
        own = self.visits.wrap
        return (
            Route("/operations", own(self.list_operations)),
            Route("/operations", own(self.ask), methods=["POST"]),
            Route("/operations/{number}", own(self.tell_operation)),
            Route("/operations/{number}/decision", self.visits.wrap_act(_read_decision, self.decide), methods=["POST"]),
            Route("/operations/{number}/result", own(self.show_result)),
            Route("/accounts", own(self.list_accounts)),
            Route("/cards", own(self.list_cards)),
            Route("/cards/end", own(self.end_service), methods=["POST"]),
            Route("/events", own(self.stream_changes)),
        )

    async def list_operations(self, visit: AppVisit) -> Response:
        """Those that changed since. This is the truth, whatever became of push and events."""
        after, number = read_after(visit.request), visit.customer_id
        found = await run_in_threadpool(self.service.operations.list_operations, number, after)
        told = await run_in_threadpool(self._tell, visit, found)
        head = max((one.seq for one in found), default=after)
        return JSONResponse({"head": head, "operations": told})

    async def tell_operation(self, visit: AppVisit) -> Response:
        """One, with its octets and the bank's signature over them."""
        number = read_identifier(visit.request.path_params["number"])
        operation = await run_in_threadpool(self.service.operations.find_operation, visit.customer_id, number)
        (told,) = await run_in_threadpool(self._tell, visit, [operation])
        octets, signature = await run_in_threadpool(self.service.sign_operation, operation)
        return JSONResponse({**told, "octets": write_octets(octets), "signature": write_octets(signature)})

    def decide(self, visit: AppVisit, given: tuple[str, Envelope]) -> Json:
        """Approve, refuse, declare fraud."""
        (number, envelope), customer_id = given, visit.customer_id
        made = self.service.decide_on_phone(number, envelope, visit.phone)
        if made.operation is None or made.customer_id != customer_id:
            raise AppError(404, "missing")
        prompts = {number: made.prompt} if made.prompt else {}
        told = tell_waiting(made.operation, prompts, visit.device_id)
        return {"outcome": made.outcome.value, "operation": told}

    async def ask(self, visit: AppVisit) -> Response:
        """Ask for one on this telephone."""
        given = await read_body(
            visit.request, {"kind": str, "fields": dict, "language": str, "once": str}, {"device": str}
        )
        asking = self._asking(visit, given)
        # A number to match is left out, and an exemption looked for, only where the telephone has proved its key.
        device = visit.device_id if visit.device_id and visit.device_id == given.get("device") else None
        try:
            asked = await run_in_threadpool(self.service.ask_on_phone, asking, device)
        except AskingError as error:
            status = 429 if name_fault(error.fault) == "too-many" else 422
            raise ApiError(status, name_fault(error.fault), str(error), error.field) from error
        (told,) = await run_in_threadpool(self._tell, visit, [asked.operation])
        return JSONResponse({**told, "exemption": asked.exemption.value if asked.exemption else None}, 201)

    async def show_result(self, visit: AppVisit) -> Response:
        """What an approved one shows, once: whoever has the telephone alone does not see it."""
        number, customer_id = read_identifier(visit.request.path_params["number"]), visit.signed_in.customer_id
        shown = await run_in_threadpool(self.service.show_result, customer_id, number)
        return JSONResponse({name: value for name, value in asdict(shown).items() if value})

    async def list_accounts(self, visit: AppVisit) -> Response:
        """What is debited."""
        accounts = await run_in_threadpool(self._file(visit).list_accounts)
        told = [{"iban": one.iban, "kind": one.kind.value, "balance": one.balance_cents} for one in accounts]
        return JSONResponse({"accounts": told})

    async def list_cards(self, visit: AppVisit) -> Response:
        """The payment cards."""
        cards = await run_in_threadpool(self._file(visit).list_cards)
        begun = await run_in_threadpool(self.service.list_card_services, visit.signed_in.customer_id)
        told = [
            {
                "id": one.payment_card_id,
                "state": one.state.value,
                "services": sorted(kind.value for kind in begun.get(one.payment_card_id, ())),
            }
            for one in cards
        ]
        return JSONResponse({"cards": told})

    async def end_service(self, visit: AppVisit) -> Response:
        """End a card's place in wallets, or money without it: at once, since that takes away what others might use."""
        given = await read_body(visit.request, {"card": int, "kind": str})
        kind = next((one for one in SERVICES if one.value == given["kind"]), None)
        if kind is None:
            raise ApiError(400, "body", f"kind is one of {', '.join(sorted(one.value for one in SERVICES))}", "kind")
        customer_id = visit.signed_in.customer_id
        if not await run_in_threadpool(self.service.end_card_service, customer_id, given["card"], kind):
            raise AppError(404, "missing")
        return Response(status_code=204)

    async def stream_changes(self, visit: AppVisit) -> Response:
        """Server-sent events (HTML standard, 9.2): `operations` with each change."""
        return StreamingResponse(self._events(visit, visit.customer_id), media_type="text/event-stream")

    async def _events(self, visit: AppVisit, customer_id: int) -> AsyncIterator[str]:
        """Until nobody of this customer is there any more; looking on is no use of the session."""
        yield "retry: 1000\n\n"
        beats = 0
        async for seq in self.feed.list_changes(customer_id, BEAT_S):
            beats = 0 if seq is not None else (beats + 1) % LOOKED_AT
            if beats == 0:  # ten thousand telephones that wait would ask the books seven hundred times a second
                now = await run_in_threadpool(self.visits.find_visit, visit.request)
                if now.customer is None and now.phone is None:
                    return
            yield f'event: operations\ndata: {{"seq": {seq}}}\n\n' if seq is not None else ": here\n\n"

    def _tell(self, visit: AppVisit, operations: Sequence[Operation]) -> list[Json]:
        prompts = self.service.list_prompts(visit.customer_id, [one.operation_id for one in operations])
        return [tell_waiting(one, prompts, visit.device_id) for one in operations]

    def _asking(self, visit: AppVisit, given: Json) -> Asking:
        kind = next((each for each in live_kinds() - SHOP_KINDS if each.value == given["kind"]), None)
        if kind is None:
            raise ApiError(400, "body", "there is no such kind to ask for", "kind")
        if given["language"] not in LANGUAGES:
            raise ApiError(400, "body", f"language is one of {', '.join(LANGUAGES)}", "language")
        if not all(type(value) in (str, int) for value in given["fields"].values()):
            raise ApiError(400, "body", "a field is a text or a whole number", "fields")
        number, once = visit.signed_in.customer_id, read_text(given, "once", 64)
        return Asking(number, kind, TerminalKind.PHONE, given["fields"], given["language"], once)

    def _file(self, visit: AppVisit) -> CustomerFile:
        return CustomerFile(self.service.frame.store, visit.signed_in.customer_id)


async def _read_decision(request: Request) -> tuple[str, Envelope]:
    """About which operation, and what the telephone has signed. Raises ApiError."""
    _, envelope = await read_enveloped(request)
    return read_identifier(request.path_params["number"]), envelope
