"""What cash machines and wallets ask of the bank, in JSON: money for a code, a card for a telephone."""

import re
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bank.operations.words import LANGUAGES
from bank.street.paying import end_payout, take_code
from bank.street.policy import CODE_DIGITS
from bank.street.ports import PayoutAnswer, WalletAsking, WalletError, WalletFault, WalletView
from bank.street.wallets import ask_for_card, find_wish, note_taken
from bank.threeds.merchants import CASH_MACHINE, WALLET, Merchant
from bank.threeds.service import CardPayments
from bank.web.acs.door import ShopAsked, answer_shop, read_texts

REFERENCE: Final = re.compile("[0-9a-f]{32}")
CODE: Final = re.compile(f"[0-9]{{{CODE_DIGITS}}}")
STATUS: Final = {PayoutAnswer.PAY: 200, PayoutAnswer.CLOSED: 429}
"""What is refused is 422, with the word."""
REFUSED: Final = {WalletFault.CLOSED: 429}


class StreetDoor:
    """The addresses for cash machines and wallets."""

    def __init__(self, payments: CardPayments) -> None:
        self._payments, self._frame = payments, payments.frame

    def list_routes(self) -> list[Route]:
        """Every address."""
        cash, cards = "/withdrawals", "/wallet-cards"
        return [
            self._route(cash, CASH_MACHINE, self.take_code),
            self._route(f"{cash}/{{reference}}/paid", CASH_MACHINE, self.end_paid),
            self._route(f"{cash}/{{reference}}/failed", CASH_MACHINE, self.end_failed),
            self._route(cards, WALLET, self.ask_for_card),
            self._route(f"{cards}/{{number}}", WALLET, self.tell_wish),
            self._route(f"{cards}/{{number}}/taken", WALLET, self.take_number),
        ]

    def _route(self, path: str, category: str, asked: ShopAsked) -> Route:
        return Route(path, answer_shop(self._payments, asked, category), methods=["POST"])

    async def take_code(self, _request: Request, machine: Merchant, octets: bytes) -> Response:
        """{"code", "reference"} gives {"cents"}: how much to give. The reference is the machine's own, 32 digits of
        hexadecimal; sent again, it is the same withdrawal."""
        given = read_texts(octets, "code", "reference")
        if given is None or not REFERENCE.fullmatch(given[1]):
            return JSONResponse({"error": "code and reference are texts, the second of 32 hexadecimal digits"}, 400)
        code, reference = given
        if not CODE.fullmatch(code):
            return JSONResponse({"error": PayoutAnswer.WRONG.value}, 422)
        payout = await run_in_threadpool(take_code, self._frame, machine, code, reference)
        told = {"cents": payout.cents} if payout.answer is PayoutAnswer.PAY else {"error": payout.answer.value}
        return JSONResponse(told, STATUS.get(payout.answer, 422))

    async def end_paid(self, request: Request, machine: Merchant, _octets: bytes) -> Response:
        """The notes are gone: 204; 409 where nothing was begun under that reference, or it ended otherwise."""
        return await self._end(request, machine, paid=True)

    async def end_failed(self, request: Request, machine: Merchant, _octets: bytes) -> Response:
        """The machine could not give them, whatever the bank has heard of it: 204, and what arrives under that
        reference later gives nothing; 409 where it ended otherwise."""
        return await self._end(request, machine, paid=False)

    async def _end(self, request: Request, machine: Merchant, *, paid: bool) -> Response:
        def ended() -> bool:
            return end_payout(self._frame, machine, request.path_params["reference"], paid=paid)

        return Response(status_code=204 if await run_in_threadpool(ended) else 409)

    async def ask_for_card(self, _request: Request, wallet: Merchant, octets: bytes) -> Response:
        """{"number", "expires" (YYMM), "value", "once", "language"} has the customer asked: {"id", "state", "card"},
        with "number" where the wallet is to show one for his telephone."""
        given = read_texts(octets, "number", "expires", "value", "once", "language")
        if given is None or given[4] not in LANGUAGES or not REFERENCE.fullmatch(given[3]):
            names = "number, expires, value, once (32 hexadecimal digits) and language are texts"
            return JSONResponse({"error": names}, 400)
        try:
            view = await run_in_threadpool(ask_for_card, self._frame, wallet, WalletAsking(*given))
        except WalletError as refused:
            return JSONResponse({"error": refused.fault.value}, REFUSED.get(refused.fault, 422))
        return JSONResponse(_tell(view))

    async def tell_wish(self, request: Request, wallet: Merchant, _octets: bytes) -> Response:
        """How it stands; with "token" once the customer has said yes, until the wallet says that it has it."""
        view = await run_in_threadpool(find_wish, self._frame, wallet, request.path_params["number"])
        return JSONResponse(_tell(view)) if view else JSONResponse({"error": "no such card asked for"}, 404)

    async def take_number(self, request: Request, wallet: Merchant, _octets: bytes) -> Response:
        """The wallet has the number: 204; 409 where it was given none."""
        taken = await run_in_threadpool(note_taken, self._frame, wallet, request.path_params["number"])
        return Response(status_code=204 if taken else 409)


def _tell(view: WalletView) -> dict[str, str]:
    told = {"id": view.enrolment_id, "state": view.state.value, "card": view.card}
    optional = {"number": view.shown_number, "token": view.token}
    return told | {name: value for name, value in optional.items() if value}
