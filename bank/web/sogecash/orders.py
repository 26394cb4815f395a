"""A transfer's confirmation handed to the launcher: a small file that the browser passes on, and what is asked with it.

The launcher has no session and shows no certificate in TLS. What it shows is the order's mark: the bank's own, for one
transfer and some minutes. With it one gets the sentence for a key's freshness, and brings the key's signature; whether
that is right is judged as if it had come by the page.
"""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bank.esecure.proving import CertificateProof, read_freshness
from bank.esecure.sentences import make_sentence
from bank.esecure.visiting import VisitStage
from bank.operations.ports import ConfirmOutcome, Operation, UnknownOperationError
from bank.operations.service import OperationService
from bank.operations.table import OperationState
from bank.web.sogecash.frame import BusinessFrame, known_visitor, path_to
from bank.web.sogecash.words import SogecashWords
from web.forms import read_form

ORDER_TYPE: Final = "application/vnd.sesame.order+json"
"""By which a browser knows what it hands to the launcher."""

GOOD_FOR_MS: Final = 240_000
"""Less than a session may rest (`EsecurePolicy.idle_ms`)."""
MOST_FIELDS: Final = 3


@dataclass(frozen=True, slots=True)
class OrderedTransfer:
    """Whose transfer an order is for, and in which language one speaks of it."""

    customer_id: int
    operation_id: str
    language: str


@dataclass(frozen=True)
class OrderPages:
    """The file, and what the launcher asks with it."""

    frame: BusinessFrame
    operations: OperationService

    def list_routes(self) -> Sequence[Route]:
        """Their addresses."""
        given = self.frame.make_step(VisitStage.OPEN, self.give_order)
        return (
            Route("/{language}/net/transfers/{operation}/order", given, name="order"),
            Route("/order", self.take_order, methods=["POST"]),
        )

    async def give_order(self, request: Request, words: SogecashWords) -> Response:
        """The file, for a transfer of the customer's own."""
        operation_id = request.path_params["operation"]
        ordered = OrderedTransfer(known_visitor(request).customer.customer_id, operation_id, words.language)
        if await self._find(ordered) is None:
            return self.frame.show_notice(request, words, words.missing, 404)
        page = path_to(request, "transfer", words.language, operation=operation_id)
        told = json.dumps({"order": self.write_mark(ordered), "page": page})
        named = {"Content-Disposition": 'attachment; filename="transfer.esecure"'}
        return Response(told, media_type=ORDER_TYPE, headers=named)

    async def take_order(self, request: Request) -> Response:
        """The sentence for the freshness; with a signature, what came of it."""
        given = await read_form(request, MOST_FIELDS)
        ordered = self.read_mark(given.get("order", ""))
        words = self.frame.words.get(ordered.language) if ordered is not None else None
        operation = await self._find(ordered) if ordered is not None else None
        if ordered is None or words is None or operation is None:
            words = self.frame.words_for(request)
            return PlainTextResponse(words.outcomes[ConfirmOutcome.SETTLED], 403)
        if "signature" not in given:
            return await self._give_sentence(words, operation, given.get("fresh", ""))
        proof = CertificateProof(given.get("fresh", ""), given["signature"])
        confirm = self.operations.confirm_with
        done = await run_in_threadpool(confirm, ordered.customer_id, ordered.operation_id, proof)
        approved = done.outcome is ConfirmOutcome.APPROVED
        return PlainTextResponse(words.outcomes[done.outcome], 200 if approved else 403)

    async def _give_sentence(self, words: SogecashWords, operation: Operation, fresh: str) -> Response:
        freshness = read_freshness(fresh)
        if operation.state is not OperationState.PENDING or freshness is None:
            return PlainTextResponse(words.outcomes[ConfirmOutcome.SETTLED], 403)
        key = (await run_in_threadpool(self.frame.keys.open_authorities)).sentence.key
        return PlainTextResponse(base64.b64encode(make_sentence(operation.content, freshness, key)))

    async def _find(self, ordered: OrderedTransfer) -> Operation | None:
        try:
            return await run_in_threadpool(self.operations.find_operation, ordered.customer_id, ordered.operation_id)
        except UnknownOperationError:
            return None

    def write_mark(self, ordered: OrderedTransfer) -> str:
        """Good from now on, for some minutes."""
        until = self.frame.keys.wall() + GOOD_FOR_MS
        plain = f"{ordered.customer_id}.{ordered.operation_id}.{ordered.language}.{until}"
        return f"{plain}.{self._seal(plain)}"

    def read_mark(self, mark: str) -> OrderedTransfer | None:
        """None for one that is not ours, or is over."""
        plain, _, seal = mark.rpartition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(plain).encode()):
            return None
        customer_id, operation_id, language, until = plain.split(".")
        return (
            OrderedTransfer(int(customer_id), operation_id, language) if self.frame.keys.wall() < int(until) else None
        )

    def _seal(self, plain: str) -> str:
        return hmac.new(self.frame.books.derive_key("business orders"), plain.encode(), sha256).hexdigest()
