"""The wallet's pages: its cards, one more, and what the bank says of it. Whole without a script."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from merchant.books import hash_visitor
from merchant.cards import WrittenCard, read_card
from merchant.errors import NetworkError, ShopError
from merchant.pages import load_shop_templates
from merchant.twin import SEE_OTHER, TwinFrame
from merchant.wallet.asking import CardWallet, NewWish, RefusedCardError
from merchant.wallet.books import CardWish, WalletMaker, WishState
from merchant.wallet.words import WalletWords, list_wallet_words
from web.cookies import read_token
from web.forms import is_ticket, make_ticket, read_form

PATH: Final = "/wallet"
"""Where it is mounted."""
NAME: Final = "Portefeuille du Méandre"
"""As the bank knows it."""
COOKIE: Final = "wallet"
MOST_FIELDS: Final = 8


@dataclass(frozen=True)
class WalletPages:
    """The pages over the wallet."""

    wallet: CardWallet
    frame: TwinFrame[WalletWords]

    def list_routes(self) -> list[Route]:
        """Every address."""
        own, one = self.frame.make_page, "/{language}/cards/{wish}"
        return [
            Route("/", self.frame.show_entrance),
            Route("/{language}/", own(self.show_cards)),
            Route("/{language}/add", own(self.show_form)),
            Route("/{language}/add", own(self.add_card), methods=["POST"]),
            Route(one, own(self.show_wish)),
            Route(f"{one}/state", own(self.tell_state)),
        ]

    async def show_cards(self, request: Request, words: WalletWords) -> Response:
        """Those that are in it, and those that wait."""
        wishes = await run_in_threadpool(self.wallet.list_cards, _visitor(request))
        return self.frame.render(request, words, "wallet/cards.html", wishes=wishes, active=WishState.ACTIVE)

    async def show_form(self, request: Request, words: WalletWords) -> Response:
        """For one more."""
        return self._form(request, words)

    async def add_card(self, request: Request, words: WalletWords) -> Response:
        """Look at what was typed, and have the bank ask. Nothing of it is kept but the last four digits."""
        given = await read_form(request, MOST_FIELDS)
        maker = next((one for one in WalletMaker if one.value == given.get("maker")), WalletMaker.APPLE)
        card = read_card(given, f"{datetime.fromtimestamp(self.wallet.now_ms() / 1000, UTC):%y%m}")
        if not isinstance(card, WrittenCard):
            return self._form(request, words, 422, wrong=card, maker=maker)
        cookie, ticket = request.cookies.get(COOKIE, ""), given.get("ticket", "")
        cookie = cookie if _visitor(request) else secrets.token_urlsafe()
        ticket = ticket if is_ticket(ticket) else make_ticket()
        wish = NewWish(ticket, hash_visitor(cookie), maker, words.language)
        try:
            await run_in_threadpool(self.wallet.ask_bank, wish, card)
        except RefusedCardError as refused:
            return self._form(request, words, 422, said=words.refusals.get(str(refused), words.away), maker=maker)
        except NetworkError:
            return self._form(request, words, 503, said=words.away, maker=maker)
        answer = RedirectResponse(f"{self.frame.root}/{words.language}/cards/{ticket}", SEE_OTHER)
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, cookie, path=self.frame.root, secure=secure, httponly=True, samesite="lax")
        return answer

    async def show_wish(self, request: Request, words: WalletWords) -> Response:
        """What the bank says."""
        wish = await self._find(request)
        try:
            wish = await run_in_threadpool(self.wallet.look_at, wish)
        except NetworkError:
            wish = await self._find(request)
        title, text = words.states[wish.state]
        page = f"{self.frame.root}/{words.language}/cards/{wish.wish_id}"
        shown: dict[str, Any] = {"wish": wish, "title": title, "text": text, "page": page, "waits": _waits(wish)}
        return self.frame.render(request, words, "wallet/wish.html", **shown)

    async def tell_state(self, request: Request, _words: WalletWords) -> Response:
        """Whether there is still something to wait for: what the page's script asks."""
        wish = await self._find(request)
        try:
            wish = await run_in_threadpool(self.wallet.look_at, wish)
        except NetworkError:
            return JSONResponse({"open": True})
        return JSONResponse({"open": _waits(wish)})

    async def _find(self, request: Request) -> CardWish:
        wish_id = request.path_params["wish"]
        found = await run_in_threadpool(self.wallet.books.find_wish, _visitor(request), wish_id)
        if found is None:
            raise HTTPException(404)
        return found

    def _form(
        self,
        request: Request,
        words: WalletWords,
        status: int = 200,
        **shown: Any,  # noqa: ANN401 - what the template wants
    ) -> Response:
        known = {"wrong": {}, "said": "", "maker": WalletMaker.APPLE, "ticket": make_ticket()}
        return self.frame.render(request, words, "wallet/add.html", status, **(known | shown))


def _visitor(request: Request) -> str:
    """How the books name whoever this is; nobody's where no cookie of ours came."""
    token = read_token(request, COOKIE)
    return hash_visitor(token) if token else ""


def _waits(wish: CardWish) -> bool:
    return wish.state is WishState.PENDING


def make_wallet(wallet: CardWallet) -> Starlette:
    """The application, to be mounted at PATH."""
    frame = TwinFrame(PATH, list_wallet_words(), load_shop_templates())
    handlers: dict[Any, Any] = {404: frame.show_missing, 405: frame.show_missing, ShopError: frame.show_broken}
    return Starlette(routes=WalletPages(wallet, frame).list_routes(), exception_handlers=handlers)
