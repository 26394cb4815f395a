"""Signing in by the telephone: the user code here, the number to match on both screens, the approval there.

What a browser has begun is in a cookie of its own, sealed together with its token: nobody else can finish it. One
script, on the page that waits, goes on by itself; without it a button does, and the page is loaded anew now and then.
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bank.books.records import user_code
from bank.books.store_sql import SqlStore
from bank.securpass.approving.web_log_on import WebLogOn, WebLogOnState, WebLogOnView
from bank.securpass.service import SecurPassService
from bank.web.coopanet.following import stream_changes
from bank.web.coopanet.frame import Frame, go_to, root_of, signed_in, source_of, token_of
from bank.web.coopanet.space.asking import read_terminal
from bank.web.coopanet.terminals import TerminalMarks
from bank.web.coopanet.words import CoopanetWords
from bank.web.feed import OperationFeed
from web.forms import make_ticket

WAITING_COOKIE: Final = "coopanet-telephone"
TYPED: Final = re.compile(r"[0-9A-Z]{1,16}")
KEPT: Final = re.compile(r"([0-9a-f]{32})\.([0-9]{1,15})\.([0-9A-Z]{1,16})\.([0-9a-f]{64})")
REFRESH_S: Final = 5


@dataclass(frozen=True, slots=True)
class LogOnSeal:
    """The cookie's value: what was begun, for this browser's token alone."""

    store: SqlStore

    def write(self, token: str, begun: WebLogOn) -> str:
        """Seal it."""
        said = f"{begun.operation_id}.{begun.until_ms}.{begun.user}"
        return f"{said}.{self._mac(token, said)}"

    def read(self, token: str, value: str) -> WebLogOn | None:
        """What is in it; None for what is not ours, or another browser's."""
        found = KEPT.fullmatch(value)
        if found is None or not token:
            return None
        said, _, mac = value.rpartition(".")
        fits = hmac.compare_digest(mac, self._mac(token, said))
        return WebLogOn(found[3], found[1], int(found[2])) if fits else None

    def _mac(self, token: str, said: str) -> str:
        key = self.store.derive_key("log-on by telephone")
        return hmac.new(key, f"{token} {said}".encode(), sha256).hexdigest()


@dataclass(frozen=True)
class PhoneLogOnPages:
    """The form, the page that waits, and what it asks."""

    frame: Frame
    phones: SecurPassService
    terminals: TerminalMarks
    feed: OperationFeed

    def list_routes(self) -> list[Route]:
        """Their addresses."""
        page, where = self.frame.make_page, "/{language}/securpass"
        return [
            Route(where, page(self.show_form), name="securpass"),
            Route(where, page(self.begin), methods=["POST"]),
            Route(f"{where}/wait", page(self.show_waiting), name="securpass_wait"),
            Route(f"{where}/wait", page(self.finish), methods=["POST"]),
            Route(f"{where}/state", page(self.tell_state), name="securpass_state"),
            Route("/events/log-on", self.stream_changes, name="securpass_events"),
            Route(f"{where}/again", page(self.begin_again), methods=["POST"], name="securpass_again"),
        ]

    async def show_form(self, request: Request, words: CoopanetWords) -> Response:
        """The user code."""
        return self._to_accounts(request, words) or self._form(request, words)

    async def begin(self, request: Request, words: CoopanetWords) -> Response:
        """Have the telephone asked: whatever user code it was, the answer is one, after one time."""
        given = await self.frame.read_own_form(request, signing_in=True)
        if given is None:
            return go_to(request, "accounts", words)
        user = user_code(given.get("user", ""))
        if not TYPED.fullmatch(user):
            return self._form(request, words, slip=True, status=422)
        form = (token_of(request), "telephone", user, given.get("ticket", ""))
        kept = await self.frame.submissions.once(form, lambda: self._begin(request, words.language, user))
        answer = go_to(request, "securpass_wait", words)
        self._keep(request, answer, kept or "")
        return answer

    async def show_waiting(self, request: Request, words: CoopanetWords) -> Response:
        """The number to match, or that it is approved, or that it came to nothing."""
        begun = self._find(request)
        if signed_in(request) or begun is None:
            return self._to_accounts(request, words) or go_to(request, "securpass", words)
        view = await run_in_threadpool(self.phones.look_at_web_log_on, begun)
        return self._waiting(request, words, begun, view)

    async def tell_state(self, request: Request, _words: CoopanetWords) -> Response:
        """What the page that waits asks."""
        begun = self._find(request)
        if begun is None:
            return JSONResponse({"state": WebLogOnState.OVER.value})
        view = await run_in_threadpool(self.phones.look_at_web_log_on, begun)
        return JSONResponse({"state": view.state.value})

    async def stream_changes(self, request: Request) -> Response:
        """When to ask: of a request that never was there is nothing to be told, for as long."""
        begun = self._find(request)
        if begun is None:
            raise HTTPException(404)
        customer_id = await run_in_threadpool(self.phones.find_asked_customer, begun)

        def waits() -> bool:
            return self.phones.look_at_web_log_on(begun).state is WebLogOnState.WAITING

        return stream_changes(self.feed, customer_id, waits)

    async def finish(self, request: Request, words: CoopanetWords) -> Response:
        """The accounts, where the telephone has approved; else the page that waits."""
        await self.frame.read_own_form(request, signing_in=True)
        begun, token = self._find(request), token_of(request)
        if signed_in(request) or begun is None:
            return self._to_accounts(request, words) or go_to(request, "securpass", words)
        form = (token, "telephone", begun.operation_id)
        opened = await self.frame.submissions.once(form, lambda: self._open(request, begun, form))
        if opened is None:
            return go_to(request, "securpass_wait", words)
        session, _, mark = opened.partition(" ")
        answer = go_to(request, "accounts", words)
        self.frame.keep_token(request, answer, session)
        self._forget(request, answer)
        if mark:
            self.terminals.keep_mark(request, answer, begun.user, mark)
        return answer

    async def begin_again(self, request: Request, words: CoopanetWords) -> Response:
        """The browser waits no longer, and neither does the telephone."""
        await self.frame.read_own_form(request, signing_in=True)
        begun = self._find(request)
        if begun is not None:
            await run_in_threadpool(self.phones.give_up_web_log_on, begun)
        answer = go_to(request, "securpass", words)
        self._forget(request, answer)
        return answer

    # How it is done

    async def _begin(self, request: Request, language: str, user: str) -> str:
        """The cookie. A place that asks too often is told the same as ever, and nobody's telephone is asked."""
        frame, begin = self.frame, self.frame.desk.now()
        terminal = read_terminal(request.headers.get("user-agent", ""))
        admitted = await frame.desk.admit_source(source_of(request))
        ask = self.phones.begin_web_log_on
        begun = await run_in_threadpool(ask, user if admitted else "", terminal, language)
        await frame.desk.hold_refusal(begin)
        return self._seal.write(token_of(request), WebLogOn(user, begun.operation_id, begun.until_ms))

    async def _open(self, request: Request, begun: WebLogOn, form: tuple[str, str, str]) -> str | None:
        """The token of the session, and the mark by which the browser is known from now on."""
        frame = self.frame
        customer = await run_in_threadpool(self.phones.take_web_log_on, begun)
        if customer is None:
            return await run_in_threadpool(frame.sessions.find_opened, form)
        await frame.desk.give_back(source_of(request))
        await run_in_threadpool(frame.sessions.close, form[0])
        opened = await run_in_threadpool(frame.sessions.open_session, customer.user, form)
        known = self.terminals.read_mark(request, begun.user)
        return f"{opened} {await run_in_threadpool(self.terminals.meet, customer, known)}"

    def _form(self, request: Request, words: CoopanetWords, *, slip: bool = False, status: int = 200) -> Response:
        token = token_of(request) or self.frame.sessions.session_token()
        mark = self.frame.sessions.csrf_token(token)
        shown: dict[str, Any] = {"slip": slip, "mark": mark, "ticket": make_ticket()}
        answer = self.frame.render_page(request, words, "securpass.html", status=status, **shown)
        self.frame.keep_token(request, answer, token)
        return answer

    def _waiting(self, request: Request, words: CoopanetWords, begun: WebLogOn, view: WebLogOnView) -> Response:
        shown: dict[str, Any] = {
            "state": view.state.value,
            "number": view.match,
            "until_ms": begun.until_ms,
            "refresh_s": REFRESH_S,
        }
        shown["events"] = root_of(request) + request.app.url_path_for("securpass_events")
        return self.frame.render_page(request, words, "securpass_wait.html", **shown)

    def _to_accounts(self, request: Request, words: CoopanetWords) -> Response | None:
        return go_to(request, "accounts", words) if signed_in(request) else None

    @property
    def _seal(self) -> LogOnSeal:
        return LogOnSeal(self.frame.books)

    def _find(self, request: Request) -> WebLogOn | None:
        return self._seal.read(token_of(request), request.cookies.get(WAITING_COOKIE, ""))

    def _keep(self, request: Request, answer: Response, value: str) -> None:
        secure, path = request.url.scheme == "https", root_of(request) or "/"
        answer.set_cookie(WAITING_COOKIE, value, path=path, secure=secure, httponly=True, samesite="strict")

    def _forget(self, request: Request, answer: Response) -> None:
        answer.delete_cookie(WAITING_COOKIE, path=root_of(request) or "/", httponly=True, samesite="strict")
