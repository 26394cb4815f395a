"""The pages of the adviser's desk, as an ASGI application below a path of its own, with a cookie of its own.

They are whole without a script; one says that what is shown has changed since.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from bank.books.people import StaffMember
from bank.books.records import Customer
from bank.emv.codes import normalise_code
from bank.errors import StateError
from bank.languages import choose_words
from bank.web.branch.acts import ActOutcome, DeskActs, OfferedAct
from bank.web.branch.desk import StaffDesk
from bank.web.branch.rendering import BranchRenderer
from bank.web.branch.rights import DeskAct, may_do
from bank.web.branch.securpass.acts import SecurPassActs, describe_state
from bank.web.branch.securpass.words import list_securpass_desk_words
from bank.web.branch.words import BranchWords, list_branch_languages
from bank.web.coopanet.frame import FOLDER as COOPANET
from bank.web.coopanet.frame import SEE_OTHER, StaleFormError, form_of, prefer_language, root_of, source_of
from bank.web.feed import OperationFeed
from web.cookies import read_token
from web.files import serve_folder
from web.once import Submissions
from web.sessions import SessionKeeper

COOKIE: Final = "branch"
FOLDER: Final = Path(__file__).parent
TARGETS: Final = ("card", "operation", "telephone")
"""The fields of acts: which card, which operation, which new number."""
BEAT_S: Final = 10.0
LONGEST_NUMBER: Final = 18
"""Digits of the number of a change."""
"""How often a waiting page is told that somebody is there."""

Page = Callable[[Request, BranchWords, StaffMember], Awaitable[Response]]


@dataclass(frozen=True)
class BranchPages:
    """The pages, and what they stand on."""

    desk: StaffDesk
    sessions: SessionKeeper
    acts: DeskActs
    feed: OperationFeed
    securpass: SecurPassActs
    submissions: Submissions = field(default_factory=Submissions)
    renderer: BranchRenderer = field(default_factory=BranchRenderer)

    def list_routes(self) -> list[Route | Mount]:
        """Every address."""
        return [
            Route("/", self.show_entrance),
            Route("/{language}/", self._everybody(self.show_sign_on), name="sign_on"),
            Route("/{language}/", self._everybody(self.sign_on), methods=["POST"]),
            Route("/{language}/customers", self.for_staff(self.show_search), name="search"),
            Route("/{language}/customers", self.for_staff(self.search), methods=["POST"]),
            Route("/{language}/frauds", self.for_staff(self.show_frauds), name="frauds"),
            Route("/{language}/customers/{user}", self.for_staff(self.show_synthesis), name="synthesis"),
            Route("/{language}/customers/{user}/journal", self.for_staff(self.show_journal), name="journal"),
            Route("/{language}/customers/{user}/acts", self.for_staff(self.do_act), methods=["POST"], name="act"),
            Route("/{language}/customers/{user}/events", self.for_staff(self.stream_changes), name="events"),
            Route("/{language}/sign-off", self.for_staff(self.sign_off), methods=["POST"], name="sign_off"),
            Mount("/static/branch", serve_folder(FOLDER / "static"), name="own"),
            Mount("/static", serve_folder(COOPANET / "static"), name="static"),
        ]

    # Signing on and off

    async def show_entrance(self, request: Request) -> Response:
        """To the desk in the browser's language."""
        return RedirectResponse(f"{root_of(request)}/{prefer_language(request, list_branch_languages())}/", SEE_OTHER)

    async def show_sign_on(self, request: Request, words: BranchWords) -> Response:
        """Staff code, post and code."""
        if await self._member_of(request):
            return go_on(request, words, "search")
        return self._form(request, words)

    async def sign_on(self, request: Request, words: BranchWords) -> Response:
        """Look at what was typed: the search, or the form again."""
        given = await self.read_own_form(request)
        staff, post, code = (given.get(name, "") for name in ("staff", "post", "code"))
        if normalise_code(code) is None:
            return self._form(request, words, given, wrong="slip", status=422)
        form = (token_of(request), staff, post, code)
        token = await self.submissions.once(form, lambda: self._admitted(request, form))
        if token is None:
            return self._form(request, words, given, wrong="refused", status=403)
        answer = go_on(request, words, "search")
        keep_token(request, answer, token)
        return answer

    async def _admitted(self, request: Request, form: tuple[str, str, str, str]) -> str | None:
        token, staff, post, code = form
        member = await self.desk.sign_on(staff, post, code, source_of(request))
        if member is None:
            return await run_in_threadpool(self.sessions.find_opened, form)
        await run_in_threadpool(self.sessions.close, token)
        return await run_in_threadpool(self.sessions.open_session, member.staff_code, form)

    async def sign_off(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """Close the desk."""
        await self.read_own_form(request)
        await run_in_threadpool(self.acts.note_sign_off, member)
        await run_in_threadpool(self.sessions.close, token_of(request))
        answer = go_on(request, words, "sign_on", query="off")
        answer.delete_cookie(COOKIE, path=root_of(request) or "/", httponly=True, samesite="strict")
        return answer

    # At work

    async def show_search(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """What to search for."""
        return self._render(request, words, "search.html", member=member, query="", found=None)

    async def show_frauds(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """What customers declared as fraud."""
        found = await run_in_threadpool(self.acts.see_frauds, member)
        return self._render(request, words, "frauds.html", member=member, frauds=found)

    async def search(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """Customers by name or user code. What was searched for stands in no address."""
        query = (await self.read_own_form(request)).get("query", "")
        found = await run_in_threadpool(self.acts.search, member, query)
        return self._render(request, words, "search.html", member=member, query=query, found=found)

    async def show_synthesis(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """One customer."""
        head = await run_in_threadpool(self.feed.read_head)  # before anything is read that may change
        seen = await run_in_threadpool(self.acts.see_customer, member, request.path_params["user"])
        if seen is None:
            raise HTTPException(404)
        services = self.renderer.list_services(words, seen)
        shown = {"customer": seen.customer, "s": seen, "services": services, "came": request.url.query, "head": head}
        offered: list[OfferedAct] = self.acts.offer_acts(member, seen)
        shown["fraud_allowed"] = may_do(member.post, DeskAct.REPORT_FRAUD)
        shown |= await self._describe_securpass(words, seen.customer.user)
        return self._render(request, words, "synthesis.html", member=member, acts=offered, **shown)

    async def _describe_securpass(self, words: BranchWords, user: str) -> dict[str, object]:
        """Its line among the services."""
        own = choose_words(list_securpass_desk_words(), words.language)
        view = await run_in_threadpool(self.securpass.find_view, user)
        return {"p": own, "securpass": describe_state(own, view) if view else ""}

    async def show_journal(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """What was done about one customer."""
        seen = await run_in_threadpool(self.acts.see_journal, member, request.path_params["user"])
        if seen is None:
            raise HTTPException(404)
        customer, lines, verdict = seen
        shown = {"customer": customer, "lines": lines, "verdict": verdict}
        return self._render(request, words, "journal.html", member=member, **shown)

    async def do_act(self, request: Request, words: BranchWords, member: StaffMember) -> Response:
        """Something that this post may do for a customer."""
        given, user = await self.read_own_form(request), request.path_params["user"]
        target = next((given[name] for name in TARGETS if given.get(name)), "")
        came = await run_in_threadpool(self.acts.do_act, member, user, given.get("act", ""), target)
        if came is ActOutcome.REFUSED:
            raise HTTPException(403)
        return go_on(request, words, "synthesis", query=came.value, user=user)

    async def stream_changes(self, request: Request, _words: BranchWords, _member: StaffMember) -> Response:
        """Server-sent events (HTML standard, 9.2): `changed` with each change of the customer's operations."""
        customer = await run_in_threadpool(self.acts.find, request.path_params["user"])
        if customer is None:
            raise HTTPException(404)
        since = request.query_params.get("since", "")
        if not (since.isascii() and since.isdecimal() and len(since) <= LONGEST_NUMBER):
            raise HTTPException(404)
        return StreamingResponse(self._events(request, customer, int(since)), media_type="text/event-stream")

    async def _events(self, request: Request, customer: Customer, since: int) -> AsyncIterator[str]:
        """Until whoever is there is signed off; looking on is no use of the session."""
        yield "retry: 1000\n\n"
        async for seq in self.feed.list_changes(customer.customer_id, BEAT_S, since):
            if await self._member_of(request) is None:
                return
            yield f'event: changed\ndata: {{"seq": {seq}}}\n\n' if seq is not None else ": here\n\n"

    # What goes wrong

    async def show_missing(self, request: Request, error: Exception) -> Response:
        """No such page, or not for this post."""
        words, status = self._words(request), getattr(error, "status_code", 404)
        return await self._notice(request, words, (words.missing_title, words.missing), status)

    async def show_stale(self, request: Request, _error: Exception) -> Response:
        """A form that is not this adviser's own."""
        words = self._words(request)
        return await self._notice(request, words, (words.stale_title, words.stale), 403)

    async def show_broken(self, request: Request, _error: Exception) -> Response:
        """The books cannot be used."""
        words = self._words(request)
        return await self._notice(request, words, (words.broken_title, words.broken), 503)

    # How it is done

    def _everybody(
        self, page: Callable[[Request, BranchWords], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            return await page(request, self._own_words(request))

        return answered

    def for_staff(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """For whoever is signed on; anybody else is led to the form."""

        async def answered(request: Request) -> Response:
            words, member = self._own_words(request), await self._member_of(request)
            if member is None:
                return go_on(request, words, "sign_on")
            return await page(request, words, member)

        return answered

    def form_mark(self, request: Request) -> str:
        """What says that a form is this adviser's own."""
        return self.sessions.csrf_token(token_of(request))

    def _own_words(self, request: Request) -> BranchWords:
        words = list_branch_languages().get(request.path_params["language"])
        if words is None:
            raise HTTPException(404)
        return words

    def _words(self, request: Request) -> BranchWords:
        languages = list_branch_languages()
        return (
            languages.get(request.path_params.get("language", ""))
            or languages[prefer_language(request, list_branch_languages())]
        )

    async def _member_of(self, request: Request) -> StaffMember | None:
        token = token_of(request)
        code = await run_in_threadpool(self.sessions.user_of, token) if token else None
        return await run_in_threadpool(self.acts.find_member, code) if code else None

    async def read_own_form(self, request: Request) -> dict[str, str]:
        """The fields of a form that is this adviser's own. Raises StaleFormError."""
        given = await form_of(request)
        if not self.sessions.check_csrf(token_of(request), given.get("mark", "")):
            raise StaleFormError
        return given

    def _form(
        self,
        request: Request,
        words: BranchWords,
        given: dict[str, str] | None = None,
        *,
        wrong: str = "",
        status: int = 200,
    ) -> Response:
        token = token_of(request) or self.sessions.session_token()
        typed = (given or {}).get("staff", "")
        kept = typed if typed.isascii() and typed.isalnum() and not typed.isdecimal() else ""
        shown = {"wrong": wrong, "staff": kept, "post": (given or {}).get("post", "")}
        off = request.url.query == "off"
        mark = self.sessions.csrf_token(token)
        answer = self.renderer.render(
            request, words, "sign_on.html", status=status, signed_off=off, member=None, mark=mark, **shown
        )
        keep_token(request, answer, token)
        return answer

    async def _notice(self, request: Request, words: BranchWords, said: tuple[str, str], status: int) -> Response:
        member = None
        with suppress(StateError):
            member = await self._member_of(request)
        title, text = said
        return self._render(
            request, words, "notice.html", status=status, member=member, notice_title=title, notice=text
        )

    def _render(self, request: Request, words: BranchWords, template: str, **shown: Any) -> Response:  # noqa: ANN401
        mark = self.form_mark(request)
        return self.renderer.render(request, words, template, mark=mark, **shown)


def make_branch(pages: BranchPages, more: Sequence[Route] = ()) -> Starlette:
    """The application, with `more` pages of its own. It can be mounted below any path; put a `Guard` around it."""
    handlers: dict[Any, Any] = {
        403: pages.show_missing,
        404: pages.show_missing,
        405: pages.show_missing,
        StaleFormError: pages.show_stale,
        StateError: pages.show_broken,
    }
    return Starlette(routes=[*more, *pages.list_routes()], exception_handlers=handlers)


def token_of(request: Request) -> str:
    """The adviser's token; nothing for one that cannot be ours."""
    return read_token(request, COOKIE)


def keep_token(request: Request, answer: Response, token: str) -> None:
    """Have the browser keep the token, for this path alone."""
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, token, path=root_of(request) or "/", secure=secure, httponly=True, samesite="strict")


def go_on(request: Request, words: BranchWords, name: str, query: str = "", **parts: str) -> Response:
    """The answer to a form: look at that page now."""
    path = root_of(request) + request.app.url_path_for(name, language=words.language, **parts)
    return RedirectResponse(f"{path}?{query}" if query else path, SEE_OTHER)
