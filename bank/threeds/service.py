"""Payments by card on the internet over the books: what shops ask, what a challenge's page does, what goes on alone."""

from dataclasses import dataclass

from bank.threeds.asking import Sender, answer_request
from bank.threeds.authorising import (
    AuthorisationAnswer,
    AuthorisationRequest,
    authorise_payment,
    capture_payment,
    release_old,
    release_payment,
)
from bank.threeds.cards import TokenAnswer, TypedCard, take_card
from bank.threeds.challenges import (
    BroughtRequest,
    ChallengeView,
    cancel_challenge,
    count_interaction,
    look_at_challenge,
    open_challenge,
    read_ticket,
)
from bank.threeds.frame import CardFrame
from bank.threeds.merchants import ACTIVE, Merchant, list_merchants, recognise_merchant
from bank.threeds.messages import ARes, Erro
from bank.threeds.results import ResultPoster, deliver_due, deliver_result
from bank.threeds.settling import settle_open
from bank.threeds.shelf import DUE, CardPayment


@dataclass(frozen=True)
class CardPayments:
    """Every verb may be called from any thread and raises StateError when the books cannot be used."""

    frame: CardFrame
    poster: ResultPoster

    # What shops ask

    def recognise_merchant(self, key: str) -> Merchant | None:
        """The shop with that key."""
        with self.frame.reading() as (connection, _):
            return recognise_merchant(connection, key)

    def take_card(self, merchant: Merchant, typed: TypedCard) -> TokenAnswer:
        """A token for a card."""
        return take_card(self.frame, merchant, typed)

    def answer_request(self, sender: Sender, octets: bytes) -> ARes | Erro:
        """The answer to an AReq."""
        return answer_request(self.frame, sender, octets)

    def authorise_payment(self, merchant: Merchant, request: AuthorisationRequest) -> AuthorisationAnswer:
        """Keep the money aside."""
        return authorise_payment(self.frame, merchant, request)

    def capture_payment(self, merchant: Merchant, ds_id: str) -> bool:
        """Book it."""
        return capture_payment(self.frame, merchant, ds_id)

    def release_payment(self, merchant: Merchant, ds_id: str) -> bool:
        """Give it back."""
        return release_payment(self.frame, merchant, ds_id)

    # What the page of a challenge does

    def open_challenge(self, brought: BroughtRequest) -> str:
        """The ticket of its page. Raises ProtocolError."""
        return open_challenge(self.frame, brought)

    def look_at(self, ticket: str) -> ChallengeView | None:
        """The challenge; None for a ticket that is none. Where it has ended the shop is told before anybody reads on:
        the browser must not come back sooner than the result."""
        acs_id = read_ticket(self.frame, ticket)
        view = look_at_challenge(self.frame, acs_id) if acs_id else None
        if view is not None:
            self._tell(view.payment)
        return view

    def cancel_challenge(self, payment: CardPayment) -> None:
        """The customer gives it up."""
        ended = cancel_challenge(self.frame, payment)
        if ended is not None:
            self._tell(ended)

    def find_number(self, view: ChallengeView) -> str | None:
        """The number that the customer chooses on the telephone; None where that is not asked."""
        phones = self.frame.phones
        return phones.find_number(view.operation) if phones and view.operation else None

    def ask_phone(self, view: ChallengeView) -> bool:
        """Wake the telephone again; False where it is to be left in peace."""
        phones = self.frame.phones
        return bool(phones and view.operation and phones.ask_phone(view.operation))

    def count_interaction(self, payment: CardPayment) -> None:
        """The customer has done something on the page."""
        count_interaction(self.frame, payment)

    def list_origins(self) -> list[str]:
        """Of the shops that may ask."""
        with self.frame.reading() as (connection, _):
            return [one.origin for one in list_merchants(connection) if one.state == ACTIVE]

    # What goes on alone

    def go_on(self) -> int:
        """Settle what is decided, send what is due, give back what is too old: how much was done."""
        settled = settle_open(self.frame)
        return settled + deliver_due(self.frame, self.poster) + release_old(self.frame)

    def _tell(self, payment: CardPayment) -> None:
        """The first time at once; what fails is tried again in its time."""
        if payment.result == DUE and payment.result_tries == 0:
            deliver_result(self.frame, self.poster, payment.acs_id)
