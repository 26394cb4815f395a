"""The wallet over its books and the line to the bank. Whatever is cut off in the middle is asked for again."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from merchant.cards import WrittenCard
from merchant.errors import NetworkError
from merchant.line import HTTP_NO_CONTENT, BankLine
from merchant.threeds import read_json
from merchant.wallet.books import CardWish, WalletBooks, WalletMaker, WishState

REFUSALS: Final = frozenset({422, 429})


class RefusedCardError(Exception):
    """The bank asks nobody. The message is its word."""


@dataclass(frozen=True, slots=True)
class NewWish:
    """What a visitor wants. `wish_id`: of the form, so that one sent twice is one."""

    wish_id: str
    visitor: str
    maker: WalletMaker
    language: str


@dataclass(frozen=True)
class CardWallet:
    """Every method raises NetworkError and ShopError. `now_ms`: milliseconds since 1970."""

    books: WalletBooks
    line: BankLine
    now_ms: Callable[[], int]

    def ask_bank(self, wish: NewWish, card: WrittenCard) -> None:
        """Have the customer asked. Of the card its last four digits are kept. Raises RefusedCardError, too."""
        asked = {"number": card.number, "expires": card.expires, "value": card.value}
        answer = self.line.ask("wallet-cards", asked | {"once": wish.wish_id, "language": wish.language})
        if answer.status in REFUSALS:
            raise RefusedCardError(str(read_json(answer.body).get("error", "")))
        said = self.line.read(answer)
        last, number = card.number[-4:], str(said.get("number", ""))
        enrolment = str(said.get("id", ""))
        self.books.add_wish(
            CardWish(
                wish.wish_id, wish.visitor, enrolment, wish.maker, last, WishState.PENDING, number, "", self.now_ms()
            )
        )

    def look_at(self, wish: CardWish) -> CardWish:
        """As it stands now; the number that stands for the card is kept before the bank hears that it has arrived."""
        if wish.state not in {WishState.PENDING, WishState.ACTIVE}:
            return wish
        said = self.line.read(self.line.ask(f"wallet-cards/{wish.enrolment}"))
        state, token = WishState(str(said.get("state", ""))), str(said.get("token", ""))
        if wish.state is WishState.ACTIVE:
            return self._keep_held(wish, state)
        if state is WishState.PENDING:
            return wish
        self.books.end_wish(wish.wish_id, state, token)
        if token and self.line.ask(f"wallet-cards/{wish.enrolment}/taken").status != HTTP_NO_CONTENT:
            raise NetworkError("the bank does not take it that the number has arrived")
        return self.books.find_wish(wish.visitor, wish.wish_id) or wish

    def list_cards(self, visitor: str) -> Sequence[CardWish]:
        """What is in the wallet or waits, as the bank says now; as it was known last, where the bank is away."""
        with suppress(NetworkError):
            for wish in self.books.list_wishes(visitor):
                if wish.state is WishState.ACTIVE:
                    self.look_at(wish)
        return self.books.list_wishes(visitor)

    def _keep_held(self, wish: CardWish, state: WishState) -> CardWish:
        """A card that is held, unless the customer has ended that."""
        if state is not WishState.ENDED:
            return wish
        self.books.drop_card(wish.wish_id)
        return self.books.find_wish(wish.visitor, wish.wish_id) or wish
