"""The page where a customer chooses how much a cash machine is to give, and gets the code, once; and the end of what a
card does where it is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bank.languages import choose_words
from bank.operations.card_services import SERVICES
from bank.operations.policy import MINUTE_MS
from bank.securpass.service import SecurPassService
from bank.street.ordering import order_code
from bank.street.policy import STREET_POLICY, StreetPolicy
from bank.street.ports import CashCode, CashError, CashFault
from bank.threeds.frame import CardFrame
from bank.web.coopanet.cash.words import CashWords, list_cash_words
from bank.web.coopanet.frame import Frame, go_to, token_of
from bank.web.coopanet.space.visiting import Visit, make_own_page, read_visitors_form
from web.forms import is_ticket, make_ticket

DONE: Final = "done=1"
OFFERED: Final = (20_00, 40_00, 60_00, 100_00, 200_00, 300_00)


@dataclass(frozen=True)
class CashPages:
    """The form and the code."""

    frame: Frame
    phones: SecurPassService
    policy: StreetPolicy = STREET_POLICY
    words: Mapping[str, CashWords] = field(default_factory=list_cash_words)

    def list_routes(self) -> list[Route]:
        """Every address."""
        here = "/{language}/cash/{card}"
        return [
            Route(here, make_own_page(self.frame, self.show_form), name="cash"),
            Route(here, make_own_page(self.frame, self.give_code), methods=["POST"]),
            Route(
                "/{language}/cards/{card}/services/{kind}/end",
                make_own_page(self.frame, self.end_service),
                methods=["POST"],
                name="end_service",
            ),
        ]

    async def show_form(self, visit: Visit) -> Response:
        """The amounts."""
        return await self._form(visit)

    async def give_code(self, visit: Visit) -> Response:
        """The code, shown this once; sent twice within a double click, the form gives one."""
        typed, card = await read_visitors_form(self.frame, visit), _card_of(visit.request)
        amount, ticket = typed.get("amount", ""), typed.get("ticket", "")
        cents = int(amount) if amount.isascii() and amount.isdecimal() and len(amount) < 9 else 0

        def order() -> CashCode:
            books = CardFrame(self.frame.books, self.phones.operations, wall=self.frame.wall)
            return order_code(books, visit.file.customer_id, card, cents, self.policy)

        async def ordered() -> str:
            code = await run_in_threadpool(order)
            return f"{code.code} {code.cents} {code.until_ms}"

        form = (token_of(visit.request), "cash", str(card), ticket if is_ticket(ticket) else make_ticket())
        try:
            code, given, until = str(await self.frame.submissions.once(form, ordered)).split(" ")
        except CashError as refused:
            return await self._form(visit, refused.fault, cents)
        return self._render(visit, "code", given=CashCode(code, int(given), int(until)))

    async def end_service(self, visit: Visit) -> Response:
        """No more money by codes, or no more wallet. What is ended already, or is another's, changes nothing."""
        await read_visitors_form(self.frame, visit)
        card = _card_of(visit.request)
        kind = next((one for one in SERVICES if one.value == visit.request.path_params["kind"]), None)
        if kind is None:
            raise HTTPException(404)
        done = await run_in_threadpool(self.phones.end_card_service, visit.file.customer_id, card, kind)
        return go_to(visit.request, "cards", visit.words, DONE if done else "")

    async def _form(self, visit: Visit, fault: CashFault | None = None, chosen: int = 0) -> Response:
        number = _card_of(visit.request)
        cards = await run_in_threadpool(visit.file.list_open_cards)
        if number not in {card.payment_card_id for card in cards}:
            raise HTTPException(404)
        minutes = self.policy.code_ms // MINUTE_MS
        shown = {"card": number, "offered": OFFERED, "fault": fault, "chosen": chosen, "minutes": minutes}
        return self._render(visit, "cash", 422 if fault else 200, ticket=make_ticket(), **shown)

    def _render(self, visit: Visit, template: str, status: int = 200, **shown: object) -> Response:
        words, page = visit.words, f"space/{template}.html"
        y = choose_words(self.words, words.language)
        return self.frame.render_page(visit.request, words, page, status=status, y=y, **shown)


def _card_of(request: Request) -> int:
    """The number in the address. Raises HTTPException."""
    given = request.path_params["card"]
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise HTTPException(404)
    return int(given)
