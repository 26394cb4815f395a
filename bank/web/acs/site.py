"""The access control server behind a guard of its own, below a path of its own, and what goes on beside it.

The bank's other pages take nothing from another site's page. This one must: a shop's page sends the customer's browser
here with a form, in a frame. So it is beside the others and not below their guard.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp

from bank.books.clock import WallClock, wall_ms
from bank.books.store_sql import SqlStore
from bank.errors import StateError
from bank.operations.keeper import going_on
from bank.securpass.ports import PhoneWaker
from bank.securpass.service import SecurPassService
from bank.threeds.codec import MOST_BYTES
from bank.threeds.frame import CardFrame
from bank.threeds.phones import CardPhones
from bank.threeds.results import ResultPoster
from bank.threeds.service import CardPayments
from bank.web.acs.door import ShopDoor, show_no_books
from bank.web.acs.pages import ChallengePages
from bank.web.acs.rendering import FOLDER
from bank.web.acs.street import StreetDoor
from bank.web.coopanet.frame import FOLDER as COOPANET
from bank.web.coopanet.sign_in import Desk
from bank.web.feed import OperationFeed
from web.client import AskingServerError, post_octets
from web.files import serve_folder
from web.guard import LOOPBACK, Guard, content_policy
from web.mounting import WholeMount

PATH: Final = "/acs"
LOOK_S: Final = 1.0
HTTP_OK: Final = 200
JSON: Final = {"Content-Type": "application/json;charset=utf-8", "Accept": "application/json"}


class HttpPoster:
    """Takes results to shops. Where to is the shop's own registered origin: `bank.threeds.results` sees to that."""

    def post_result(self, url: str, octets: bytes) -> bytes:
        """See ResultPoster. A redirect is no answer."""
        answer = post_octets(url, octets, JSON)
        if answer.status != HTTP_OK:
            raise AskingServerError(f"the shop answers {answer.status}")
        return answer.body


def open_payments(
    store: SqlStore, poster: ResultPoster | None = None, wall: WallClock = wall_ms, waker: PhoneWaker | None = None
) -> CardPayments:
    """Card payments over the books. `waker`: of the customers' telephones, where one wakes them."""
    service = SecurPassService(store, wall=wall, waker=waker)
    frame = CardFrame(store, service.operations, wall=wall, phones=CardPhones(service))
    return CardPayments(frame, poster or HttpPoster())


def make_acs(payments: CardPayments, desk: Desk) -> Starlette:
    """The application, whole below PATH."""
    pages = ChallengePages(payments, payments.frame.operations, desk, OperationFeed(payments.frame.store))
    routes = [
        *ShopDoor(payments).list_routes(),
        *StreetDoor(payments).list_routes(),
        *pages.list_routes(),
        Mount("/static", serve_folder(COOPANET / "static"), name="static"),
        Mount("/own", serve_folder(FOLDER / "static"), name="own"),
    ]

    async def show_broken(request: Request, error: Exception) -> Response:
        page = "/challenge" in request.url.path
        return await (pages.show_broken(request, error) if page else show_no_books(request, error))

    handlers: dict[Any, Any] = {404: pages.show_unknown, 405: pages.show_unknown, StateError: show_broken}
    return Starlette(routes=[WholeMount(PATH, Starlette(routes=routes, exception_handlers=handlers))])


def open_acs(
    payments: CardPayments, desk: Desk, hosts: frozenset[str] = LOOPBACK, *, own_address: bool = False
) -> ASGIApp:
    """The same, guarded: other sites' pages may send their forms to one address, and frame what follows."""
    entrance = f"{PATH}/challenge"
    return Guard(
        make_acs(payments, desk),
        content_policy(),
        hosts,
        own_address,
        most_bytes=MOST_BYTES,
        entrances=frozenset({entrance}),
        framed=f"{entrance}/",
    )


@dataclass(frozen=True)
class PaymentKeeper:
    """What goes on without anybody asking: results that are due, challenges whose time is over."""

    payments: CardPayments
    look_s: float = LOOK_S

    def beside(self) -> AbstractContextManager[None]:
        """While the context lasts, on a thread of its own."""
        return going_on("card payments", self.payments.go_on, self.look_s)
