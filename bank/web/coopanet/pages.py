"""The pages of the Coop@net demonstration, as an ASGI application over a verifier.

    app = coopanet(Pages(Desk(Verifier(store))))

No page needs a script; the pages that wait for a telephone have one. Nothing is kept in the browser but one token, a
mark by which it is known again, and what it waits for.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from bank.emv.codes import normalise_code
from bank.errors import StateError
from bank.operations.service import OperationService
from bank.securpass.service import SecurPassService
from bank.web.api.verbs import PATH as API
from bank.web.api.verbs import make_bank_api
from bank.web.coopanet.cash.pages import CashPages
from bank.web.coopanet.connecting import ConnectingPages
from bank.web.coopanet.frame import (
    COOKIE,
    FOLDER,
    SEE_OTHER,
    Frame,
    StaleFormError,
    go_to,
    path_to,
    prefer_language,
    root_of,
    signed_in,
    source_of,
    token_of,
)
from bank.web.coopanet.phone_log_on import PhoneLogOnPages
from bank.web.coopanet.security.pages import SecurityPages
from bank.web.coopanet.space.pages import ClientSpace
from bank.web.coopanet.space.scheduled import SchedulePages
from bank.web.coopanet.terminals import TerminalMarks
from bank.web.coopanet.words import CoopanetWords
from bank.web.feed import OperationFeed
from web.files import serve_folder
from web.mounting import WholeMount

USER_CODE: Final = re.compile(r"[0-9A-Za-z ]{1,16}")
"""What is kept of a user code that was refused: nothing else belongs into that field."""


@dataclass(frozen=True)
class Pages(Frame):
    """The pages for everybody, and the way in and out. `phones`: has telephones woken where it asks them; without it,
    they find what waits by themselves."""

    phones: SecurPassService | None = None

    def list_routes(self) -> list[Route | Mount]:
        """Every address."""
        operations = OperationService(self.books, self.desk.verifier, wall=self.wall)
        phones = self.phones or SecurPassService(self.books, wall=self.wall)
        feed = OperationFeed(self.books)
        return [
            Route("/", self.show_entrance),
            WholeMount(API, make_bank_api(self, operations)),
            Route("/{language}/", self.make_page(self.show_home), name="home"),
            Route("/{language}/access", self.make_page(self.show_access), name="access"),
            Route("/{language}/sesame", self.make_page(self.show_sesame), name="sesame"),
            Route("/{language}/sesame", self.make_page(self.sign_in), methods=["POST"]),
            Route("/{language}/first-try", self.make_page(self.first_try), name="first_try"),
            Route("/{language}/sign-off", self.make_page(self.sign_off), methods=["POST"], name="sign_off"),
            Route("/{language}/goodbye", self.make_page(self.show_goodbye), name="goodbye"),
            *PhoneLogOnPages(self, phones, self.terminals, feed).list_routes(),
            *ConnectingPages(self).list_routes(),
            *SecurityPages(self, phones, self.terminals).list_routes(),
            *CashPages(self, phones).list_routes(),
            *SchedulePages(self, operations).list_routes(),
            *ClientSpace(self, operations, phones, feed, self.wall).list_routes(),
            Mount("/static", serve_folder(FOLDER / "static"), name="static"),
        ]

    @property
    def terminals(self) -> TerminalMarks:
        """By which browsers are known again."""
        return TerminalMarks(self.books, self.wall)

    def begin_anew(self) -> None:
        """For the next customer: everybody signed off, cards and accounts as at first. From any thread. Raises
        StateError, and then nobody is signed off."""
        self.desk.begin_anew()
        self.submissions.forget()
        self.sessions.end_all()

    # The pages

    async def show_entrance(self, request: Request) -> Response:
        """To the home page in the browser's language."""
        return RedirectResponse(path_to(request, "home", prefer_language(request, self.words)), SEE_OTHER)

    async def show_home(self, request: Request, words: CoopanetWords) -> Response:
        """Coop@net's home page."""
        return self.render_page(request, words, "home.html")

    async def show_access(self, request: Request, words: CoopanetWords) -> Response:
        """ "Accès à vos comptes": the reader to click on."""
        return self._to_accounts(request, words) or self.render_page(request, words, "access.html")

    async def first_try(self, request: Request, words: CoopanetWords) -> Response:
        """The tutorial."""
        return self.render_page(request, words, "first_try.html")

    async def show_goodbye(self, request: Request, words: CoopanetWords) -> Response:
        """After signing off."""
        return self._to_accounts(request, words) or self.render_page(request, words, "goodbye.html")

    async def show_sesame(self, request: Request, words: CoopanetWords) -> Response:
        """User code and Sésame code."""
        return self._to_accounts(request, words) or self._form(request, words)

    async def sign_in(self, request: Request, words: CoopanetWords) -> Response:
        """Look at what was typed: the accounts, or the form again, with the user code in it."""
        given = await self.read_own_form(request, signing_in=True)
        if given is None:
            return go_to(request, "accounts", words)
        user, code = given.get("user", ""), given.get("code", "")
        if normalise_code(code) is None:
            return self._form(request, words, user=user, wrong="slip", status=422)
        form = (token_of(request), user, code)
        token = await self.submissions.once(form, lambda: self._admitted(request, form))
        if token is None:
            last = await run_in_threadpool(self.desk.warns, user)
            return self._form(request, words, user=user, wrong="last" if last else "refused", status=403)
        token, _, mark = token.partition(" ")
        answer = go_to(request, "accounts", words)
        self.keep_token(request, answer, token)
        if mark:
            self.terminals.keep_mark(request, answer, user, mark)
        return answer

    async def _admitted(self, request: Request, form: tuple[str, str, str]) -> str | None:
        """The token of a session for whoever this is, and the mark by which the browser is known from now on. `form`:
        the visitor's token, user code and code."""
        token, user, code = form
        customer = await self.desk.sign_in(user, code, source_of(request))
        if customer is None:
            return await run_in_threadpool(self.sessions.find_opened, form)
        await run_in_threadpool(self.sessions.close, token)
        opened = await run_in_threadpool(self.sessions.open_session, customer.user, form)
        known = self.terminals.read_mark(request, user)
        return f"{opened} {await run_in_threadpool(self.terminals.meet, customer, known)}"

    async def sign_off(self, request: Request, words: CoopanetWords) -> Response:
        """End the session."""
        await self.read_own_form(request)
        await run_in_threadpool(self.sessions.close, token_of(request))
        answer = go_to(request, "goodbye", words)
        answer.delete_cookie(COOKIE, path=root_of(request) or "/", httponly=True, samesite="strict")
        return answer

    # What goes wrong

    async def show_missing(self, request: Request, error: Exception) -> Response:
        """No such page, or not in that way."""
        assert isinstance(error, HTTPException)
        words = self.words_for(request)
        with suppress(StateError):  # this page needs no books
            await self.recognise(request)
        return self.show_notice(request, words.missing_title, words.missing, error.status_code, error.headers)

    async def show_stale(self, request: Request, _error: Exception) -> Response:
        """A form that is not the visitor's own."""
        words = self.words_for(request)
        return self.show_notice(request, words.stale_title, words.stale, 403)

    async def show_broken(self, request: Request, _error: Exception) -> Response:
        """The books cannot be opened."""
        words = self.words_for(request)
        return self.show_notice(request, words.broken_title, words.broken, 503)

    # How it is done

    def _to_accounts(self, request: Request, words: CoopanetWords) -> Response | None:
        """The way past the pages that are for whoever is not signed in."""
        return go_to(request, "accounts", words) if signed_in(request) else None

    def _form(
        self, request: Request, words: CoopanetWords, *, user: str = "", wrong: str = "", status: int = 200
    ) -> Response:
        """`wrong`: "" at first, "slip" for what is no code, "refused" for one that the bank did not take, "last"
        when that was the last refusal but one."""
        token = token_of(request) or self.sessions.session_token()
        mark = self.sessions.csrf_token(token)
        kept = user.strip() if USER_CODE.fullmatch(user) else ""
        shown = {"wrong": "refused" if wrong == "last" else wrong, "last": wrong == "last", "user": kept, "mark": mark}
        answer = self.render_page(request, words, "sesame.html", status=status, **shown)
        self.keep_token(request, answer, token)
        return answer


def make_coopanet(pages: Pages) -> Starlette:
    """The application. It can be mounted below any path; put a `Guard` around it."""
    handlers: dict[Any, Any] = {
        404: pages.show_missing,
        405: pages.show_missing,
        StaleFormError: pages.show_stale,
        StateError: pages.show_broken,
    }
    return Starlette(routes=pages.list_routes(), exception_handlers=handlers)
