"""An order's way from the basket to the money. Whatever is cut off in the middle is found again, and done once."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from merchant.books import Order, OrderState, ShopBooks, hash_visitor
from merchant.cards import WrittenCard
from merchant.errors import NetworkError
from merchant.goods import Basket
from merchant.network import CardNetwork
from merchant.threeds import BrowserFacts, HeardResult, Json, PurchaseFacts

APPROVED: Final = "00"
LONGEST_CHALLENGE_MS: Final = 15 * 60_000
"""After that no answer of the bank's is waited for."""

NOT_AUTHENTICATED: Final = {"N": OrderState.REFUSED, "R": OrderState.REFUSED}
CARDHOLDER: Final = "01"
TOO_LATE: Final = frozenset({"03", "04", "05", "08"})
"""challengeCancel: the cardholder, or the time."""


@dataclass(frozen=True, slots=True)
class OrderingVisitor:
    """Who orders: the visitor's token, the language, and the browser."""

    visitor: str
    language: str
    browser: BrowserFacts


@dataclass(frozen=True)
class Checkout:
    """Over the shop's books and the bank. `now_ms`: milliseconds since 1970."""

    books: ShopBooks
    network: CardNetwork
    now_ms: Callable[[], int]

    def place_order(self, customer: OrderingVisitor, basket: Basket, card: WrittenCard) -> Order | None:
        """An order, as far as it gets at once; None where the bank does not take the card. Raises NetworkError: then
        nothing was ordered, or the order says that it failed."""
        token = self.network.take_card(card)
        if not token:
            return None
        order = Order(
            order_id=uuid.uuid4().hex,
            visitor=hash_visitor(customer.visitor),
            counts=dict(basket.counts),
            cents=basket.cents,
            state=OrderState.BEGUN,
            language=customer.language,
            created_ms=self.now_ms(),
            token=token,
            server_id=str(uuid.uuid4()),
        )
        self.books.add_order(order)
        at = f"{datetime.fromtimestamp(order.created_ms / 1000, UTC):%Y%m%d%H%M%S}"
        payment = PurchaseFacts(order.server_id, card.number, card.expires, order.cents, at)
        try:
            said = self.network.authenticate(payment, customer.browser)
        except NetworkError:
            self.books.move_order(order.order_id, OrderState.BEGUN, OrderState.FAILED)
            raise
        self._take_answer(order, said)
        return self.complete_order(order.order_id)

    def _take_answer(self, order: Order, said: Json) -> None:
        status = str(said.get("transStatus", ""))
        known = {"ds_id": "dsTransID", "acs_id": "acsTransID", "version": "messageVersion"}
        values = {name: str(said.get(element, "")) for name, element in known.items()}
        if status == "Y":
            after = OrderState.AUTHENTICATED
            values |= {"value": str(said.get("authenticationValue", "")), "eci": str(said.get("eci", ""))}
        elif status == "C" and said.get("acsURL"):
            after = OrderState.CHALLENGE
            values["acs_url"] = str(said["acsURL"])
        else:
            after = NOT_AUTHENTICATED.get(status, OrderState.FAILED)
        self.books.move_order(order.order_id, OrderState.BEGUN, after, **values)

    def take_result(self, result: HeardResult) -> bool:
        """What the bank tells of a challenge; False for a payment that is none of ours. Told again, it is so already.

        The identifier of the directory server is known to bank and shop alone: no browser has seen it.
        """
        order = self.books.find_order_of(result.server_id)
        if order is None or (order.ds_id, order.acs_id) != (result.ds_id, result.acs_id):
            return False
        if result.status == "Y" and result.value:
            told = {"value": result.value, "eci": result.eci}
            self.books.move_order(order.order_id, OrderState.CHALLENGE, OrderState.AUTHENTICATED, **told)
        else:
            self.books.move_order(order.order_id, OrderState.CHALLENGE, _end_of(result))
        return True

    def find_order(self, order_id: str) -> Order | None:
        """The order as it stands; one that the bank never told of is expired."""
        order = self.books.find_order(order_id)
        if order is None or order.state is not OrderState.CHALLENGE:
            return order
        if self.now_ms() - order.created_ms > LONGEST_CHALLENGE_MS:
            self.books.move_order(order_id, OrderState.CHALLENGE, OrderState.EXPIRED)
            return self.books.find_order(order_id)
        return order

    def complete_order(self, order_id: str) -> Order | None:
        """Have an order paid that is authenticated: however often it is called, once. Raises NetworkError."""
        order = self.find_order(order_id)
        if order is None or order.state is not OrderState.AUTHENTICATED:
            return order
        code, approval = self.network.authorise(order.token, order.ds_id, order.value, order.eci, order.cents)
        if code != APPROVED:
            self.books.move_order(order_id, OrderState.AUTHENTICATED, OrderState.DECLINED)
        elif self.network.capture(order.ds_id):
            self.books.pay_order(order, approval)
        else:
            self.books.move_order(order_id, OrderState.AUTHENTICATED, OrderState.FAILED)
        return self.books.find_order(order_id) or replace(order)

    def resume_orders(self) -> int:
        """What was cut off when the shop was ended: how many are paid now."""
        count = 0
        for order in self.books.list_orders(OrderState.AUTHENTICATED):
            with suppress(NetworkError):
                done = self.complete_order(order.order_id)
                count += done is not None and done.state is OrderState.PAID
        return count


def _end_of(result: HeardResult) -> OrderState:
    if result.cancel == CARDHOLDER:
        return OrderState.CANCELLED
    if result.cancel in TOO_LATE:
        return OrderState.EXPIRED
    return NOT_AUTHENTICATED.get(result.status, OrderState.FAILED)
