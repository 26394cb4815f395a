"""The shop's pages: goods, basket, payment, order. They are whole without a script.

A form answers with the address of a page: loading that anew sends nothing again.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from merchant.books import Order, OrderState
from merchant.cards import WrittenCard, read_card
from merchant.checkout import Checkout, OrderingVisitor
from merchant.errors import NetworkError
from merchant.goods import GOODS, Basket
from merchant.languages import prefer_words
from merchant.network import origin_of
from merchant.paging import make_page
from merchant.threeds import WHOLE_PAGE, WINDOW, BrowserFacts, read_result, write_creq, write_error, write_receipt
from merchant.words import ShopWords, list_shop_words
from web.cookies import read_token
from web.files import serve_folder
from web.forms import is_ticket, make_ticket, read_form
from web.guard import content_policy
from web.once import Submissions

FOLDER: Final = Path(__file__).parent
COOKIE: Final = "meander"
SEE_OTHER: Final = 303
MOST_FIELDS: Final = 16
WAITING: Final = frozenset({OrderState.BEGUN, OrderState.AUTHENTICATED})

Page = Callable[[Request, ShopWords], Awaitable[Response]]


def load_shop_templates() -> Environment:
    """Templates that escape everything and know no undefined name."""
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True)
class ShopPages:
    """The pages over the checkout."""

    checkout: Checkout
    submissions: Submissions = field(default_factory=Submissions)
    words: Mapping[str, ShopWords] = field(default_factory=list_shop_words)
    templates: Environment = field(default_factory=load_shop_templates)

    def list_routes(self) -> list[Route | Mount]:
        """Every address."""
        own = self._in_language
        return [
            Route("/", self.show_entrance),
            Route("/{language}/", own(self.show_goods), name="goods"),
            Route("/{language}/basket", own(self.show_basket), name="basket"),
            Route("/{language}/basket", own(self.change_basket), methods=["POST"]),
            Route("/{language}/checkout", own(self.show_checkout), name="checkout"),
            Route("/{language}/checkout", own(self.pay), methods=["POST"]),
            Route("/{language}/orders/{order}", own(self.show_order), name="order"),
            Route("/{language}/orders/{order}/state", own(self.show_state), name="state"),
            Route("/3ds/results", self.take_result, methods=["POST"]),
            Route("/3ds/notification", self.take_back, methods=["POST"]),
            Mount("/static", serve_folder(FOLDER / "static"), name="static"),
        ]

    # Choosing

    async def show_entrance(self, request: Request) -> Response:
        """To the goods in the browser's language."""
        return RedirectResponse(f"/{self._preferred(request)}/", SEE_OTHER)

    async def show_goods(self, request: Request, words: ShopWords) -> Response:
        """All there is."""
        basket = await self._basket(request)
        return self._render(request, words, "goods.html", basket, goods=tuple(GOODS.values()))

    async def show_basket(self, request: Request, words: ShopWords) -> Response:
        """What was chosen."""
        return self._render(request, words, "basket.html", await self._basket(request))

    async def change_basket(self, request: Request, words: ShopWords) -> Response:
        """More or less of something; `count` says how many, without it one more."""
        given, visitor = await read_form(request, MOST_FIELDS), _visitor(request) or secrets.token_urlsafe()
        basket = await run_in_threadpool(self.checkout.books.find_basket, visitor)
        code, wanted = given.get("good", ""), given.get("count", "")
        count = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 4 else None
        basket = basket.with_count(code, basket.counts.get(code, 0) + 1 if count is None else count)
        await run_in_threadpool(self.checkout.books.keep_basket, visitor, basket, self.checkout.now_ms())
        answer = RedirectResponse(f"/{words.language}/basket", SEE_OTHER)
        # Lax, not strict: whoever comes back from the bank is still the same visitor.
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, visitor, secure=secure, httponly=True, samesite="lax")
        return answer

    # Paying

    async def show_checkout(self, request: Request, words: ShopWords) -> Response:
        """The card's form."""
        basket = await self._basket(request)
        if not basket.lines:
            return RedirectResponse(f"/{words.language}/basket", SEE_OTHER)
        return self._form(request, words, basket)

    async def pay(self, request: Request, words: ShopWords) -> Response:
        """Look at the card, and order. What was typed of it goes to the bank and stays nowhere."""
        given, basket = await read_form(request, MOST_FIELDS), await self._basket(request)
        if not basket.lines:
            return RedirectResponse(f"/{words.language}/basket", SEE_OTHER)
        month = f"{datetime.fromtimestamp(self.checkout.now_ms() / 1000, UTC):%y%m}"
        card = read_card(given, month)
        if not isinstance(card, WrittenCard):
            return self._form(request, words, basket, 422, wrong=card)
        customer = OrderingVisitor(_visitor(request), words.language, _browser_of(request, given))

        async def placed() -> str | None:
            order = await run_in_threadpool(self.checkout.place_order, customer, basket, card)
            return order.order_id if order else None

        ticket = given.get("ticket", "")
        form = (customer.visitor, ticket if is_ticket(ticket) else make_ticket())
        try:
            order_id = await self.submissions.once(form, placed)
        except NetworkError:
            return self._form(request, words, basket, 503, said=words.bank_away)
        if order_id is None:
            return self._form(request, words, basket, 422, said=words.card_unknown)
        return RedirectResponse(f"/{words.language}/orders/{order_id}", SEE_OTHER)

    async def show_order(self, request: Request, words: ShopWords) -> Response:
        """An order: the bank's page in a frame, or what became of it."""
        order = await self._find(request)
        if order.state is OrderState.CHALLENGE and "back" not in request.query_params:
            return self._show_bank(request, words, order)
        basket = await self._basket(request)
        if order.state in WAITING or order.state is OrderState.CHALLENGE:
            page = f"/{words.language}/orders/{order.order_id}?back=1"
            state = f"/{words.language}/orders/{order.order_id}/state"
            return self._render(request, words, "waiting.html", basket, order=order, page=page, state=state)
        title, text = words.outcomes[order.state]
        paid = order.state is OrderState.PAID
        return self._render(request, words, "order.html", basket, order=order, title=title, text=text, paid=paid)

    def _show_bank(self, request: Request, words: ShopWords, order: Order) -> Response:
        window = {"frame": WINDOW, "page": WHOLE_PAGE}
        creq = {name: write_creq(order.server_id, order.acs_id, order.version, size) for name, size in window.items()}
        answer = self._render(request, words, "challenge.html", order.basket, order=order, creq=creq)
        bank = (origin_of(order.acs_url),)
        policy = content_policy(scripts=True, framing=bank, sending_to=bank)
        answer.headers["Content-Security-Policy"] = policy
        return answer

    async def show_state(self, request: Request, _words: ShopWords) -> Response:
        """Whether there is still something to wait for."""
        order = await self._find(request)
        return JSONResponse({"open": order.state in WAITING or order.state is OrderState.CHALLENGE})

    # What comes from the bank

    async def take_result(self, request: Request) -> Response:
        """An RReq of the bank's, to the 3DS server: its RRes. The money is asked for after the answer has left."""
        heard = read_result(await request.body())
        if heard is None:
            return JSONResponse(write_error("101", "Message is not recognised", "RReq"))
        if not await run_in_threadpool(self.checkout.take_result, heard):
            return JSONResponse(write_error("301", "Transaction ID is not recognised", "threeDSServerTransID"))
        after = BackgroundTask(self._complete, heard.server_id)
        return JSONResponse(write_receipt(heard), background=after)

    async def _complete(self, server_id: str) -> None:
        order = await run_in_threadpool(self.checkout.books.find_order_of, server_id)
        if order is not None:
            await self._completed(order.order_id)

    async def take_back(self, request: Request) -> Response:
        """A browser that the bank sends back, in the frame or not: it is taken out of the frame. What it brings is
        believed in nothing: the bank has told the 3DS server."""
        given = await read_form(request, MOST_FIELDS)
        order = await run_in_threadpool(self.checkout.find_order, given.get("threeDSSessionData", ""))
        if order is None:
            raise HTTPException(404)
        words = self.words.get(order.language) or next(iter(self.words.values()))
        page = f"/{words.language}/orders/{order.order_id}?back=1"
        answer = self._render(request, words, "leave.html", order.basket, page=page)
        answer.headers["Content-Security-Policy"] = content_policy(scripts=True, framed_by="'self'")
        return answer

    # What goes wrong

    async def show_missing(self, request: Request, error: Exception) -> Response:
        """No such page, or not in that way."""
        words = self.words[self._preferred(request)]
        status = getattr(error, "status_code", 404)
        return self._notice(request, words, words.missing_title, words.missing, status)

    async def show_broken(self, request: Request, _error: Exception) -> Response:
        """The shop's own file cannot be used."""
        words = self.words[self._preferred(request)]
        return self._notice(request, words, words.broken_title, words.broken, 503)

    # How it is done

    def _in_language(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        return make_page(self.words, page)

    def _preferred(self, request: Request) -> str:
        """The address's language, else the first of ours that the browser names."""
        own = request.path_params.get("language", "")
        return own if own in self.words else prefer_words(request.headers.get("accept-language", ""), self.words)

    async def _basket(self, request: Request) -> Basket:
        visitor = _visitor(request)
        return await run_in_threadpool(self.checkout.books.find_basket, visitor) if visitor else Basket({})

    async def _find(self, request: Request) -> Order:
        """The order of the address, paid as far as it can be. Whoever has the address may see it: nobody guesses it."""
        order = await self._completed(request.path_params["order"])
        if order is None:
            raise HTTPException(404)
        return order

    async def _completed(self, order_id: str) -> Order | None:
        try:
            return await run_in_threadpool(self.checkout.complete_order, order_id)
        except NetworkError:
            return await run_in_threadpool(self.checkout.find_order, order_id)

    def _form(
        self,
        request: Request,
        words: ShopWords,
        basket: Basket,
        status: int = 200,
        **shown: Any,  # noqa: ANN401 - what the template wants
    ) -> Response:
        known = {"wrong": {}, "said": "", "ticket": make_ticket()}
        return self._render(request, words, "checkout.html", basket, status, **(known | shown))

    def _notice(self, request: Request, words: ShopWords, title: str, text: str, status: int) -> Response:
        return self._render(request, words, "notice.html", Basket({}), status, title=title, text=text)

    def _render(
        self,
        request: Request,
        words: ShopWords,
        template: str,
        basket: Basket,
        status: int = 200,
        **shown: Any,  # noqa: ANN401 - as above
    ) -> Response:
        helpers = {
            "money": lambda cents: write_price(cents, words),
            "here": lambda code: _in_other_language(request, code),
            "others": [(code, one.name) for code, one in self.words.items() if code != words.language],
        }
        text = self.templates.get_template(template).render({"w": words, "basket": basket, **helpers, **shown})
        answer = HTMLResponse(text, status)
        # The bank must learn from which shop a form comes; no address of an order goes with it.
        answer.headers["Referrer-Policy"] = "strict-origin"
        return answer


def write_price(cents: int, words: ShopWords) -> str:
    """An amount as the language writes it."""
    whole, part = divmod(cents, 100)
    return words.amount.format(whole=whole, decimal=words.decimal, cents=f"{part:02d}")


def _visitor(request: Request) -> str:
    """The visitor's token; nothing for one that cannot be ours."""
    return read_token(request, COOKIE)


def _browser_of(request: Request, given: Mapping[str, str]) -> BrowserFacts:
    headers = request.headers
    return BrowserFacts(
        accept=headers.get("accept", ""),
        agent=headers.get("user-agent", ""),
        language=request.path_params["language"],
        address=request.client.host if request.client else "",
        script=given.get("script") == "yes",
        depth=given.get("depth", ""),
        height=given.get("height", ""),
        width=given.get("width", ""),
        zone=given.get("zone", ""),
    )


def _in_other_language(request: Request, code: str) -> str:
    """This very page; the goods where the page has no language."""
    own = request.path_params.get("language")
    path = request.url.path
    return f"/{code}{path.removeprefix(f'/{own}')}" if own and path.startswith(f"/{own}/") else f"/{code}/"
