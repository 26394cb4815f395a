"""What a shop's server asks of the bank, in JSON, with its key: a card for a token, an authentication, the money.

The first is what a payment service does for its shops, so that they keep no card number; the second is the message
AReq, as a directory server would pass it on; the last three are an authorisation's, as an acquirer would.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bank.threeds.asking import Sender
from bank.threeds.authorising import AuthorisationRequest
from bank.threeds.cards import CardAnswer, TypedCard
from bank.threeds.codec import MOST_BYTES, ProtocolError, encode_message, read_object
from bank.threeds.merchants import OTHER_THAN_SHOPS, Merchant
from bank.threeds.service import CardPayments
from bank.web.coopanet.frame import root_of

KIND: Final = "application/json"
BEARER: Final = "Bearer "
LONGEST_KEY: Final = 100
MOST_SIGNS: Final = 400
MOST_CENTS_DIGITS: Final = 12
STATUS: Final = {CardAnswer.TAKEN: 200, CardAnswer.WRONG: 422, CardAnswer.CLOSED: 429}

ShopAsked = Callable[[Request, Merchant, bytes], Awaitable[Response]]


class ShopDoor:
    """The addresses for shops' servers."""

    def __init__(self, payments: CardPayments) -> None:
        self._payments = payments

    def list_routes(self) -> list[Route]:
        """Every address."""
        money = "/authorisations/{payment}"
        return [
            Route("/cards", self._shop(self.take_card), methods=["POST"]),
            Route("/areq", self._shop(self.answer_request), methods=["POST"]),
            Route("/authorisations", self._shop(self.authorise), methods=["POST"]),
            Route(f"{money}/capture", self._shop(self.capture), methods=["POST"]),
            Route(f"{money}/release", self._shop(self.release), methods=["POST"]),
        ]

    async def take_card(self, _request: Request, merchant: Merchant, octets: bytes) -> Response:
        """A token for a card: {"number", "expires" (YYMM), "value"} gives {"token"}."""
        given = read_texts(octets, "number", "expires", "value")
        if given is None:
            return JSONResponse({"error": "number, expires and value are texts"}, 400)
        answer = await run_in_threadpool(self._payments.take_card, merchant, TypedCard(*given))
        if answer.answer is CardAnswer.TAKEN:
            return JSONResponse({"token": answer.token})
        return JSONResponse({"error": answer.answer.value}, STATUS[answer.answer])

    async def answer_request(self, request: Request, merchant: Merchant, octets: bytes) -> Response:
        """AReq gives ARes or Erro; both with 200, as the specification has it."""
        acs_url = f"{request.url.scheme}://{request.url.netloc}{root_of(request)}/challenge"
        answer = await run_in_threadpool(self._payments.answer_request, Sender(merchant, acs_url), octets)
        return Response(encode_message(answer), media_type=f"{KIND};charset=utf-8")

    async def authorise(self, _request: Request, merchant: Merchant, octets: bytes) -> Response:
        """{"token", "dsTransID", "authenticationValue", "eci", "purchaseAmount", "purchaseCurrency"} gives
        {"responseCode", "approvalCode"}."""
        names = "token", "dsTransID", "authenticationValue", "eci", "purchaseAmount", "purchaseCurrency"
        given = read_texts(octets, *names)
        if given is None or not _is_amount(given[4]):
            return JSONResponse({"error": f"{', '.join(names)} are texts, the amount in cents"}, 400)
        token, ds_id, value, eci, amount, currency = given
        wanted = AuthorisationRequest(token, ds_id, value, eci, int(amount), currency)
        answer = await run_in_threadpool(self._payments.authorise_payment, merchant, wanted)
        return JSONResponse({"responseCode": answer.code.value, "approvalCode": answer.approval})

    async def capture(self, request: Request, merchant: Merchant, _octets: bytes) -> Response:
        """Book it: 204; 409 where nothing is kept aside."""
        done = await run_in_threadpool(self._payments.capture_payment, merchant, request.path_params["payment"])
        return Response(status_code=204 if done else 409)

    async def release(self, request: Request, merchant: Merchant, _octets: bytes) -> Response:
        """Give it back: 204; 409 where nothing is kept aside."""
        done = await run_in_threadpool(self._payments.release_payment, merchant, request.path_params["payment"])
        return Response(status_code=204 if done else 409)

    def _shop(self, answer: ShopAsked) -> Callable[[Request], Awaitable[Response]]:
        return answer_shop(self._payments, answer)


def answer_shop(
    payments: CardPayments, answer: ShopAsked, category: str = ""
) -> Callable[[Request], Awaitable[Response]]:
    """For whoever the bank knows by its key, in JSON. `category`: what it must be (ISO 18245); without one, a shop."""

    async def answered(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
            return JSONResponse({"error": f"send {KIND}"}, 415)
        given = request.headers.get("authorization", "")
        key = given.removeprefix(BEARER) if given.startswith(BEARER) and len(given) < LONGEST_KEY else ""
        merchant = await run_in_threadpool(payments.recognise_merchant, key) if key else None
        if merchant is None:
            return JSONResponse({"error": "no such shop"}, 401, {"WWW-Authenticate": "Bearer"})
        if merchant.category != category and (category or merchant.category in OTHER_THAN_SHOPS):
            return JSONResponse({"error": "this key is for something else"}, 403)
        octets = await request.body()
        if len(octets) > MOST_BYTES:
            return JSONResponse({"error": "too long"}, 413)
        return await answer(request, merchant, octets)

    return answered


def read_texts(octets: bytes, *names: str) -> tuple[str, ...] | None:
    """These members of an object, if each is a text that can be shown and not too long."""
    try:
        plain: dict[str, Any] = read_object(octets)
    except ProtocolError:
        return None
    values = tuple(plain.get(name) for name in names)
    fitting = all(isinstance(one, str) and len(one) <= MOST_SIGNS and one.isprintable() for one in values)
    return tuple(str(one) for one in values) if fitting else None


def _is_amount(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_CENTS_DIGITS


async def show_no_books(_request: Request, _error: Exception) -> Response:
    """The books cannot be used."""
    return Response(json.dumps({"error": "the bank's books cannot be used"}), 503, media_type=KIND)
