"""Who asks: a customer's session, a telephone that has proved its key, or anybody; and the cookies of both."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bank.books.customers import find_customer, find_customer_numbered
from bank.books.records import Customer
from bank.operations.words import LANGUAGES
from bank.securpass.ports import PhoneDevice
from bank.securpass.service import SecurPassService
from bank.web.app.api.reading import AppError, check_app
from bank.web.coopanet.frame import prefer_language, root_of
from bank.web.shared import BookSessions
from web.cookies import read_token

SESSION_COOKIE: Final = "coopanet_app"
PHONE_COOKIE: Final = "coopanet_phone"
LONGEST_MARK: Final = 128
USUAL_PATH: Final = "/"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AppVisit:
    """One request. `customer`: who is signed in; `phone`: the telephone that has proved its key; each may be there
    without the other, and where both are it is the same customer's."""

    request: Request
    customer: Customer | None
    phone: PhoneDevice | None
    token: str

    @property
    def customer_id(self) -> int:
        """Whose operations these are. Raises AppError for nobody's."""
        if self.customer is not None:
            return self.customer.customer_id
        if self.phone is not None:
            return self.phone.customer_id
        raise AppError(401, "signed-off", needs="phone")

    @property
    def signed_in(self) -> Customer:
        """Who is signed in. Raises AppError for nobody."""
        if self.customer is None:
            raise AppError(401, "signed-off", needs="customer")
        return self.customer

    @property
    def proved_phone(self) -> PhoneDevice:
        """The telephone that has proved its key. Raises AppError for none."""
        if self.phone is None:
            raise AppError(401, "signed-off", needs="phone")
        return self.phone

    @property
    def device_id(self) -> str:
        """The telephone's identifier; nothing where none has proved its key."""
        return self.phone.device_id if self.phone else ""

    @property
    def language(self) -> str:
        """In which the bank's messages are written."""
        return prefer_language(self.request, LANGUAGES)


Answer = Callable[[AppVisit], Awaitable[Response]]


@dataclass(frozen=True)
class Visits:
    """Finds out who asks. `sessions`: the customers', as the pages' are, under a cookie of the app's own."""

    service: SecurPassService
    sessions: BookSessions

    def wrap(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """A verb for anybody: it looks itself whom it needs."""

        async def answered(request: Request) -> Response:
            check_app(request)
            return await answer(await run_in_threadpool(self.find_visit, request))

        return answered

    def wrap_act(
        self, read: Callable[[Request], Awaitable[T]], act: Callable[[AppVisit, T], dict[str, Any]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """A verb that is one act on what `read` makes of the request: who asks is found on the thread that does it."""

        async def answered(request: Request) -> Response:
            check_app(request)
            given = await read(request)
            return JSONResponse(await run_in_threadpool(lambda: act(self.find_visit(request), given)))

        return answered

    def find_visit(self, request: Request) -> AppVisit:
        """Who asks. Raises StateError."""
        token, mark = read_token(request, SESSION_COOKIE), read_token(request, PHONE_COOKIE, LONGEST_MARK)
        if not token and not mark:
            return AppVisit(request, None, None, token)
        with self.service.frame.operations.reading() as (connection, now_ms):
            session = self.sessions.look_for(connection, token, now_ms)
            phone = self.service.see_phone(connection, now_ms, mark) if mark else None
        self.sessions.note_use(session, token, now_ms)
        customer = session.customer if session else None
        if customer and phone and phone.customer_id != customer.customer_id:
            phone = None  # another customer's telephone proves nothing for this one
        return AppVisit(request, customer, phone, token)

    def find_customer(self, user: str) -> Customer | None:
        """The customer with that user code."""
        with self.service.frame.store.reading() as connection:
            return find_customer(connection, user)

    def find_customer_numbered(self, customer_id: int) -> Customer | None:
        """The customer with that number."""
        with self.service.frame.store.reading() as connection:
            return find_customer_numbered(connection, customer_id)

    def sign_in(self, visit: AppVisit, user: str, answer: Response) -> None:
        """From now on this browser is that customer's; a session it had before is closed. Raises StateError."""
        if visit.token:
            self.sessions.close(visit.token)
        keep_cookie(visit.request, answer, SESSION_COOKIE, self.sessions.open_session(user))

    def sign_off(self, visit: AppVisit, answer: Response) -> None:
        """Both are forgotten. Raises StateError."""
        if visit.token:
            self.sessions.close(visit.token)
        for name in (SESSION_COOKIE, PHONE_COOKIE):
            answer.delete_cookie(name, path=_path(visit.request), httponly=True, samesite="strict")


def keep_cookie(request: Request, answer: Response, name: str, value: str) -> None:
    """Have the browser keep it, for the app alone."""
    secure = request.url.scheme == "https"
    answer.set_cookie(name, value, path=_path(request), secure=secure, httponly=True, samesite="strict")


def _path(request: Request) -> str:
    return root_of(request) or USUAL_PATH
