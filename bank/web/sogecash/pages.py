"""The way onto the business site: home, certificate, security number, personalising it, details; and off it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bank.esecure.entries import EntryPurpose, KeyboardEntry, KeyPress
from bank.esecure.signing_on import AccessAnswer, AccessFault
from bank.esecure.visiting import VisitStage
from bank.web.coopanet.frame import prefer_language, source_of
from bank.web.shared import BookSourceLimit
from bank.web.sogecash.frame import (
    COOKIE,
    KEYBOARD,
    LAUNCHER,
    SEE_OTHER,
    STEPS,
    BusinessFrame,
    go_to,
    keep_token,
    known_visitor,
    path_to,
    token_of,
    visitor_of,
)
from bank.web.sogecash.words import SogecashWords
from web.forms import Slip, SlipError, parse_email, parse_line, read_form

LONGEST_NAME: Final = 140
LONGEST_TELEPHONE: Final = 32
TELEPHONE_SIGNS: Final = frozenset("+0123456789 .-()")
MOST_FIELDS: Final = 4
FAREWELL: Final = re.compile(r"[0-9a-f]{64}")
"""32 random octets of the launcher's, in hexadecimal, and so the SHA-256 of that text."""


@dataclass(frozen=True)
class AccessPages:
    """The pages."""

    frame: BusinessFrame

    def list_routes(self) -> Sequence[Route]:
        """Their addresses."""
        page, step = self.frame.make_page, self.frame.make_step
        personalise, details, opened = VisitStage.PERSONALISE, VisitStage.DETAILS, VisitStage.OPEN
        return (
            Route("/", self.show_entrance),
            Route("/farewell", self.bid_farewell, methods=["POST"]),
            Route("/{language}/", page(self.show_home), name="home"),
            Route("/{language}/log-on", page(self.log_on), methods=["POST"], name="log_on"),
            Route("/{language}/number", page(self.show_number), name="number"),
            Route("/{language}/number", page(self.press_key), methods=["POST"]),
            Route("/{language}/personalise", step(personalise, self.show_choice), name="personalise"),
            Route("/{language}/personalise", step(personalise, self.press_choice), methods=["POST"]),
            Route("/{language}/details", step(details, self.show_details), name="details"),
            Route("/{language}/details", step(details, self.keep_details), methods=["POST"]),
            Route("/{language}/registered", step(opened, self.show_registered), name="registered"),
            Route("/{language}/guide", page(self.show_guide), name="guide"),
            Route("/{language}/log-off", page(self.log_off), methods=["POST"], name="log_off"),
            Route("/{language}/goodbye", page(self.show_goodbye), name="goodbye"),
        )

    async def show_entrance(self, request: Request) -> Response:
        """To the home page in the browser's language."""
        home = path_to(request, "home", prefer_language(request, self.frame.words))
        return _keep_launcher(request, RedirectResponse(home, SEE_OTHER))

    async def bid_farewell(self, request: Request) -> Response:
        """The launcher: its browser is closed. It has no certificate, but the secret of that browser alone; the answer
        is the same whether that ends anything or not."""
        farewell = (await request.body()).decode("ascii", "replace")
        if FAREWELL.fullmatch(farewell):
            await run_in_threadpool(self.frame.sign_on.bid_farewell, farewell)
        return Response(status_code=204)

    async def show_home(self, request: Request, words: SogecashWords) -> Response:
        """User ID, and *Access with certificate*."""
        visitor = visitor_of(request)
        if visitor is not None:
            return go_to(request, STEPS[visitor.stage], words)
        return _keep_launcher(request, self.frame.render_page(request, words, "home.html"))

    async def log_on(self, request: Request, words: SogecashWords) -> Response:
        """The certificate is looked at, and what is wrong with it said."""
        given = await read_form(request, MOST_FIELDS)
        limit = BookSourceLimit(self.frame.books, wall=self.frame.keys.wall, prefix="sogecash/")
        source = source_of(request)
        if not await run_in_threadpool(limit.admit_source, source):
            return self.frame.show_notice(request, words, words.closed, 429)
        answer = await run_in_threadpool(self.frame.sign_on.begin, request.state.certificate, given.get("user", ""))
        if answer.fault is not None:
            return self._refuse(request, words, answer)
        await run_in_threadpool(limit.give_back, source)
        return keep_token(go_to(request, "number", words), KEYBOARD, answer.token)

    async def show_number(self, request: Request, words: SogecashWords) -> Response:
        """The virtual keyboard."""
        entry = await self._look(request)
        if entry is None or entry.purpose is not EntryPurpose.LOG_ON:
            return await self.frame.send_away(request, words)
        return self._keyboard(request, words, entry)

    async def press_key(self, request: Request, words: SogecashWords) -> Response:
        """One press; with the last one, in or not."""
        answer = await self._press(request)
        if answer.entry is not None:
            return self._pressed(request, words, answer)
        if answer.fault is AccessFault.OVER:
            return await self.frame.send_away(request, words)
        if answer.fault is not None:
            return self._refuse(request, words, answer)
        launcher = token_of(request, LAUNCHER)
        if FAREWELL.fullmatch(launcher):
            await run_in_threadpool(self.frame.sign_on.keep_farewell, answer.token, launcher)
        return keep_token(keep_token(go_to(request, "home", words), KEYBOARD, ""), COOKIE, answer.token)

    async def show_choice(self, request: Request, words: SogecashWords) -> Response:
        """The keyboard for the posted number, a new one, and that once more."""
        entry = await self._look(request)
        if entry is not None and entry.purpose is EntryPurpose.PERSONALISE:
            return self._keyboard(request, words, entry)
        token = await run_in_threadpool(self.frame.sign_on.begin_choice, known_visitor(request))
        return keep_token(go_to(request, "personalise", words), KEYBOARD, token)

    async def press_choice(self, request: Request, words: SogecashWords) -> Response:
        """One press; with the last one, what is wrong with the number, or the next step."""
        answer = await self._press(request)
        if answer.entry is not None:
            return self._pressed(request, words, answer)
        if answer.choice is not None:
            entry = await run_in_threadpool(self.frame.sign_on.look, request.state.certificate, answer.token)
            assert entry is not None
            page = self._keyboard(request, words, entry, words.choices[answer.choice], 422)
            return keep_token(page, KEYBOARD, answer.token)
        if answer.fault is AccessFault.NUMBER:
            token = await run_in_threadpool(self.frame.sign_on.begin_choice, known_visitor(request))
            entry = await run_in_threadpool(self.frame.sign_on.look, request.state.certificate, token)
            assert entry is not None
            return keep_token(self._keyboard(request, words, entry, _wrong(words, answer), 403), KEYBOARD, token)
        if answer.fault is not None:
            return self._refuse(request, words, answer)
        return keep_token(go_to(request, "home", words), KEYBOARD, "")

    async def show_details(self, request: Request, words: SogecashWords) -> Response:
        """Whose hands the key is in."""
        return self.frame.render_page(request, words, "details.html", given={}, wrong=())

    async def keep_details(self, request: Request, words: SogecashWords) -> Response:
        """Kept, unless something is wrong; every mistake is told at once, and what was typed stays."""
        given = await self.frame.read_own_form(request)
        details, wrong = _read_details(given)
        if wrong:
            return self.frame.render_page(request, words, "details.html", status=422, given=given, wrong=wrong)
        register = self.frame.sign_on.register_details
        await run_in_threadpool(register, known_visitor(request), token_of(request), details)
        return go_to(request, "registered", words)

    async def show_registered(self, request: Request, words: SogecashWords) -> Response:
        """ "Your certificate has been registered"."""
        return self.frame.render_page(request, words, "registered.html")

    async def show_guide(self, request: Request, words: SogecashWords) -> Response:
        """The online user guide, for everybody."""
        return self.frame.render_page(request, words, "guide.html")

    async def log_off(self, request: Request, words: SogecashWords) -> Response:
        """End the session."""
        await self.frame.read_own_form(request)
        await run_in_threadpool(self.frame.sign_on.log_off, token_of(request))
        return keep_token(go_to(request, "goodbye", words), COOKIE, "")

    async def show_goodbye(self, request: Request, words: SogecashWords) -> Response:
        """What to do with browser and key now."""
        return self.frame.render_page(request, words, "goodbye.html")

    async def show_missing(self, request: Request, error: Exception) -> Response:
        """No such page, or not in that way."""
        words = self.frame.words_for(request)
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self.frame.show_notice(request, words, words.missing, status)

    async def show_stale(self, request: Request, _error: Exception) -> Response:
        """A form of another session."""
        words = self.frame.words_for(request)
        return self.frame.show_notice(request, words, words.stale, 403)

    async def show_broken(self, request: Request, _error: Exception) -> Response:
        """The books cannot be used."""
        words = self.frame.words_for(request)
        return self.frame.show_notice(request, words, words.broken, 503)

    async def _look(self, request: Request) -> KeyboardEntry | None:
        token = token_of(request, KEYBOARD)
        return await run_in_threadpool(self.frame.sign_on.look, request.state.certificate, token) if token else None

    async def _press(self, request: Request) -> AccessAnswer:
        given = await read_form(request, MOST_FIELDS)
        keys = request.state.certificate, token_of(request, KEYBOARD), given.get("key", ""), token_of(request)
        return await run_in_threadpool(self.frame.sign_on.press, *keys)

    def _pressed(self, request: Request, words: SogecashWords, answer: AccessAnswer) -> Response:
        """The keyboard goes on: shown anew, so that loading the page presses nothing again."""
        if answer.press is KeyPress.TYPED:
            return RedirectResponse(request.url.path, SEE_OTHER)
        assert answer.entry is not None
        told = words.short if answer.press is KeyPress.SHORT else words.moved
        return self._keyboard(request, words, answer.entry, told, 409)

    def _keyboard(
        self, request: Request, words: SogecashWords, entry: KeyboardEntry, told: str = "", status: int = 200
    ) -> Response:
        choosing = entry.purpose is EntryPurpose.PERSONALISE
        shown = {
            "heading": words.personalise if choosing else words.number,
            "asked": words.parts[entry.part] if choosing else words.number_text,
            "rules": words.rules if choosing else "",
            "told": told,
            "entry": entry,
        }
        return self.frame.render_page(request, words, "number.html", status=status, **shown)

    def _refuse(self, request: Request, words: SogecashWords, answer: AccessAnswer) -> Response:
        notices = {
            AccessFault.CERTIFICATE: words.verdicts[answer.verdict],
            AccessFault.OTHER_USER: words.other_user,
            AccessFault.NUMBER: (words.number, _wrong(words, answer)),
            AccessFault.USED: words.used,
            AccessFault.CLOSED: words.closed,
            AccessFault.OVER: words.over,
        }
        assert answer.fault is not None
        return self.frame.show_notice(request, words, notices[answer.fault], 403)


def _keep_launcher(request: Request, answer: Response) -> Response:
    """A launcher that opens the site says by what it will end the session."""
    told = request.query_params.get("launcher", "")
    return keep_token(answer, LAUNCHER, told) if FAREWELL.fullmatch(told) else answer


def _wrong(words: SogecashWords, answer: AccessAnswer) -> str:
    told = [words.wrong.format(left=answer.left)]
    told += [words.wrong_last] if answer.left == 1 else []
    return " ".join([*told, words.wrong_own] if answer.chosen else told)


def _read_details(given: dict[str, str]) -> tuple[tuple[str, str, str], tuple[str, ...]]:
    """Name, e-mail, telephone; and the names of the fields that are wrong."""
    readers = {
        "holder": lambda text: parse_line(text, LONGEST_NAME),
        "email": parse_email,
        "telephone": _read_telephone,
    }
    found, wrong = [], []
    for name, read in readers.items():
        try:
            found.append(read(given.get(name, "")))
        except SlipError:
            found.append("")
            wrong.append(name)
    return (found[0], found[1], found[2]), tuple(wrong)


def _read_telephone(text: str) -> str:
    """Raises SlipError."""
    line = parse_line(text, LONGEST_TELEPHONE)
    if not set(line) <= TELEPHONE_SIGNS or sum(sign.isdecimal() for sign in line) < 6:
        raise SlipError(Slip.SHAPE)
    return line
