"""The pages of the client space: accounts, what was asked for and is to be confirmed, and where it is then.

No page needs a script. A form answers with the address of a page: loading that anew sends nothing again, and a form
that is sent twice, from one tab or two, is one operation.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bank.books.clock import wall_ms
from bank.operations import catalogue as cat
from bank.operations.catalogue import CATALOGUE, EffectKind, OperationKind
from bank.operations.notices import NoticeEvent
from bank.operations.ports import Operation, OperationDesk, UnknownOperationError
from bank.operations.table import OperationState
from bank.securpass.approving.results import SHOWING
from bank.securpass.service import SecurPassService
from bank.web.coopanet.following import stream_changes
from bank.web.coopanet.frame import Frame, go_to, path_to, root_of, signed_in, source_of, token_of
from bank.web.coopanet.space.asking import FormAnswer, SentForm, ask_for, list_choices, read_terminal
from bank.web.coopanet.space.confirming import (
    APP,
    READER,
    REFUSALS,
    SMS,
    TypedCode,
    ask_phone,
    choose_way,
    confirm_with,
    list_ways,
    read_told,
    send_code,
)
from bank.web.coopanet.space.forms import FORMS, TO, WHENS
from bank.web.coopanet.space.moments import draw_bar
from bank.web.coopanet.space.steps import list_steps
from bank.web.coopanet.space.telling import word_notices
from bank.web.coopanet.space.visiting import Show, Visit, find_visit, make_own_page, read_visitors_form
from bank.web.coopanet.space.words import Told
from bank.web.coopanet.words import CoopanetWords
from bank.web.feed import OperationFeed
from web.forms import is_ticket, make_ticket

T = TypeVar("T")

LISTED: Final = frozenset(OperationKind) - {OperationKind.LOG_ON, OperationKind.SIGN_CONTRACT}
"""What these pages show: what is asked for here, on the telephone, by a shop, a wallet or a partner."""

TRANSFERS: Final = (
    OperationKind.SEPA_TRANSFER,
    OperationKind.INSTANT_TRANSFER,
    OperationKind.FRIEND_TRANSFER,
    OperationKind.TRANSFER_ABROAD,
)

ON_CARD: Final = (OperationKind.SHOW_PIN, OperationKind.SHOW_CARD, OperationKind.WITHDRAW_BY_PHONE)
"""What is asked for at a card, besides its limits."""

WHERE: Final[Mapping[OperationKind, str]] = {
    OperationKind.ADD_BENEFICIARY: "beneficiaries",
    OperationKind.CARD_LIMITS: "cards",
    OperationKind.SHOW_PIN: "cards",
    OperationKind.SHOW_CARD: "cards",
    OperationKind.WITHDRAW_BY_PHONE: "cards",
    OperationKind.ENROL_WALLET: "cards",
    OperationKind.AGGREGATE_ACCOUNTS: "security",
    OperationKind.CHANGE_EMAIL: "details",
    OperationKind.CHANGE_ADDRESS: "details",
}
"""The page where one sees what came of it; of a transfer it is the account's."""


@dataclass(frozen=True)
class ClientSpace:
    """The pages for whoever is signed in. `now_ms`: milliseconds since 1970, for what is shown only."""

    frame: Frame
    operations: OperationDesk
    phones: SecurPassService
    feed: OperationFeed
    now_ms: Callable[[], int] = wall_ms

    def list_routes(self) -> list[Route]:
        """Every address."""
        own = self._own
        return [
            # Before what has a language in its place: the page of an operation would answer it.
            Route("/events/operations/{number}", self.stream_changes, name="operation_events"),
            Route("/{language}/accounts", own(self.show_accounts), name="accounts"),
            Route("/{language}/accounts/{iban}", own(self.show_account), name="account"),
            Route("/{language}/transfers", own(self.show_transfers), name="transfers"),
            Route("/{language}/beneficiaries", own(self.show_beneficiaries), name="beneficiaries"),
            Route("/{language}/cards", own(self.show_cards), name="cards"),
            Route("/{language}/details", own(self.show_details), name="details"),
            Route("/{language}/notices", own(self.show_notices), name="notices"),
            Route("/{language}/operations", own(self.show_operations), name="operations"),
            Route("/{language}/ask/{kind}", own(self.show_form), name="ask"),
            Route("/{language}/ask/{kind}", own(self.ask), methods=["POST"]),
            Route("/{language}/operations/{number}", own(self.show_operation), name="operation"),
            Route("/{language}/operations/{number}/state", own(self.tell_state), name="operation_state"),
            Route("/{language}/operations/{number}/time.svg", own(self.show_time), name="time"),
            Route("/{language}/operations/{number}/confirm", own(self.confirm), methods=["POST"], name="confirm"),
            Route("/{language}/operations/{number}/code", own(self.send), methods=["POST"], name="send"),
            Route("/{language}/operations/{number}/telephone", own(self.ask_phone), methods=["POST"], name="ask_phone"),
            Route("/{language}/operations/{number}/cancel", own(self.cancel), methods=["POST"], name="cancel"),
            Route("/{language}/operations/{number}/result", own(self.show_result), methods=["POST"], name="result"),
            Route("/{language}/operations/{number}/report", own(self.show_report), name="report"),
            Route("/{language}/operations/{number}/report", own(self.report), methods=["POST"]),
            Route("/{language}/reported", self.frame.make_page(self.show_reported), name="reported"),
            Route("/{language}/telephone", self.frame.make_page(self.show_telephone), name="telephone"),
        ]

    # What there is

    async def show_accounts(self, visit: Visit) -> Response:
        """All accounts with their balances, and what waits."""
        accounts = await run_in_threadpool(visit.file.list_accounts)
        waiting = [one for one in await self._list_operations(visit) if one.state is OperationState.PENDING]
        return self._render(visit, "accounts", accounts=accounts, waiting=waiting)

    async def show_account(self, visit: Visit) -> Response:
        """One account with its movements."""
        account = await run_in_threadpool(visit.file.find_account, visit.request.path_params["iban"])
        if account is None:
            raise HTTPException(404)
        statement = await run_in_threadpool(visit.file.list_statement, account)
        return self._render(visit, "account", account=account, statement=statement)

    async def show_transfers(self, visit: Visit) -> Response:
        """The kinds of transfer to choose from."""
        return self._render(visit, "transfers", kinds=TRANSFERS)

    async def show_beneficiaries(self, visit: Visit) -> Response:
        """Whom the customer has saved."""
        return self._render(visit, "beneficiaries", payees=await run_in_threadpool(visit.file.list_payees))

    async def show_cards(self, visit: Visit) -> Response:
        """The payment cards and their limits."""
        ibans = {each.account_id: each.iban for each in await run_in_threadpool(visit.file.list_accounts)}
        begun = await run_in_threadpool(self.phones.list_card_services, visit.file.customer_id)
        shown: dict[str, Any] = {"cards": await run_in_threadpool(visit.file.list_cards), "ibans": ibans}
        shown["shops"] = await run_in_threadpool(visit.file.list_shops)
        shown |= {"begun": begun, "kinds": ON_CARD, "withdrawing": OperationKind.WITHDRAW_BY_PHONE}
        shown["done"] = visit.request.query_params.get("done") == "1"
        return self._render(visit, "cards", **shown)

    async def show_details(self, visit: Visit) -> Response:
        """Where the customer is reached."""
        return self._render(visit, "details", contacts=await run_in_threadpool(visit.file.list_contacts))

    async def show_operations(self, visit: Visit) -> Response:
        """All that was asked for, newest first."""
        return self._render(visit, "operations", operations=await self._list_operations(visit))

    async def show_notices(self, visit: Visit) -> Response:
        """What happened to accounts, details and access, newest first."""
        notices = await run_in_threadpool(visit.file.list_notices)
        operations = await self._list_operations(visit)
        shown = tuple(word_notices(notices, operations, visit.space, visit.words.language))
        return self._render(visit, "notices", notices=shown)

    async def show_telephone(self, request: Request, words: CoopanetWords) -> Response:
        """The demonstration's telephone: the text messages and e-mails of whoever is signed in here."""
        visit = find_visit(self.frame, request, words)
        if visit is None:
            return self.frame.render_page(request, words, "space/telephone.html", messages=None, mails=())
        messages = await run_in_threadpool(self.operations.list_messages, visit.file.customer_id)
        mails = await run_in_threadpool(self.phones.list_mails, visit.file.customer_id)
        return self.frame.render_page(request, words, "space/telephone.html", messages=messages, mails=mails)

    # Asking

    async def show_form(self, visit: Visit) -> Response:
        """An empty form, but for what a link to it chooses."""
        query = visit.request.query_params
        typed = {name: query[name] for name in (TO, cat.CARD, cat.PAYER_ACCOUNT) if name in query}
        return await self._form(visit, _sent(visit, typed), FormAnswer())

    async def ask(self, visit: Visit) -> Response:
        """Look at what was typed: the operation to confirm, or the form again."""
        form = _sent(visit, await self._read(visit))
        given = await run_in_threadpool(ask_for, self.operations, visit.file, form, visit.space)
        if given.operation is None:
            return await self._form(visit, form, given, 422)
        return go_to(visit.request, "operation", visit.words, number=given.operation.operation_id)

    async def _form(self, visit: Visit, form: SentForm, given: FormAnswer, status: int = 200) -> Response:
        shown: dict[str, Any] = {"kind": form.kind, "names": FORMS[form.kind], "typed": form.typed}
        shown |= {"ticket": form.ticket, "wrong": given.wrong}
        shown["whens"] = WHENS
        shown["choices"] = await run_in_threadpool(list_choices, visit.file, visit.space)
        shown["accounts"] = await run_in_threadpool(visit.file.list_accounts)
        return self._render(visit, "ask", status=status, **shown)

    # Confirming

    async def show_operation(self, visit: Visit) -> Response:
        """An operation: how to confirm it, or what became of it."""
        operation = await self._find(visit)
        if operation.state is OperationState.PENDING:
            return await self._confirmation(visit, operation)
        effect = await self._find_effect(visit, operation)
        account = str(operation.content.fields.get(cat.PAYER_ACCOUNT, ""))
        find, number = visit.file.find_effect, operation.operation_id
        shown: dict[str, Any] = {"operation": operation, "effect": effect, "account": account}
        shown |= {"asked_here": operation.kind in FORMS, "owes": CATALOGUE[operation.kind].effect is not None}
        shown["exemption"] = None
        shown["scheduled"] = await run_in_threadpool(visit.file.find_scheduled, number)
        shown["showing"] = operation.kind in SHOWING
        if operation.state is OperationState.APPROVED and operation.means is None:
            shown["exemption"] = await run_in_threadpool(self.phones.find_exemption, visit.file.customer_id, number)
        shown["reported"] = await run_in_threadpool(find, number, EffectKind.PROTECTION)
        return self._render(visit, "settled", **shown, place=WHERE.get(operation.kind, ""))

    async def _confirmation(self, visit: Visit, operation: Operation) -> Response:
        number, customer = operation.operation_id, visit.file.customer_id
        ways = await run_in_threadpool(list_ways, self.operations, customer, number)
        way = choose_way(ways, visit.request.query_params.get("by", ""))
        shown: dict[str, Any] = {"operation": operation, "ways": ways, "way": way}
        shown["asked_here"] = operation.kind in FORMS
        shown["told"] = read_told(visit.request.query_params.get("told", ""))
        if way == READER:
            instruction = await run_in_threadpool(self.operations.instruct_reader, customer, number)
            assert instruction is not None
            shown["steps"] = list_steps(instruction, visit.space.steps, visit.words.language)
        if way == APP:
            shown["ticket"] = make_ticket()
            shown["events"] = root_of(visit.request) + visit.request.app.url_path_for("operation_events", number=number)
            shown["number"] = await run_in_threadpool(self.phones.find_match, customer, number)
        if way == SMS:
            shown["ticket"] = make_ticket()
            shown["end"] = await run_in_threadpool(visit.file.find_telephone_end)
            # Whoever comes back by another means, a new tab or the list types the code that he has.
            shown["coded"] = await run_in_threadpool(visit.file.has_code, number, self.now_ms())
        return self._render(visit, "confirm", **shown)

    async def show_time(self, visit: Visit) -> Response:
        """How long there is still: a bar that shrinks by itself, and is announced to nobody."""
        content = (await self._find(visit)).content
        bar = draw_bar(content.until_ms - self.now_ms(), content.until_ms - content.created_ms)
        return Response(bar, media_type="image/svg+xml")

    async def tell_state(self, visit: Visit) -> Response:
        """What the page asks that waits for the telephone."""
        pending = (await self._find(visit)).state is OperationState.PENDING
        return JSONResponse({"state": "waiting" if pending else "over"})

    async def stream_changes(self, request: Request) -> Response:
        """When that page asks; until it is decided, or nobody is signed in there any more."""
        await self.frame.recognise(request)
        customer, number, token = signed_in(request), request.path_params["number"], token_of(request)
        if customer is None:
            raise HTTPException(404)
        find = partial(self.operations.find_operation, customer.customer_id, number)
        await _known(run_in_threadpool(find))

        def waits() -> bool:
            return find().state is OperationState.PENDING and self.frame.find_visitor(token) is not None

        return stream_changes(self.feed, customer.customer_id, waits)

    async def confirm(self, visit: Visit) -> Response:
        """Take a code."""
        typed, number = await self._read(visit), visit.request.path_params["number"]
        way = SMS if typed.get("by") == SMS else READER
        code = TypedCode(way, typed.get("code", ""), source_of(visit.request))
        act = partial(confirm_with, self.operations, visit.file.customer_id, number, code)
        begin = self.frame.desk.now()
        return await self._told(visit, way, ("confirm", number, way, code.code), act, begin)

    async def send(self, visit: Visit) -> Response:
        """Have a code sent by text message. Twice within a double click is once."""
        typed, number = await self._read(visit), visit.request.path_params["number"]
        act = partial(send_code, self.operations, visit.file.customer_id, number)
        return await self._told(visit, SMS, ("send", number, typed.get("ticket", "")), act)

    async def ask_phone(self, visit: Visit) -> Response:
        """Have the customer's telephone asked. Twice within a double click is once."""
        typed, number = await self._read(visit), visit.request.path_params["number"]
        act = partial(ask_phone, self.phones, visit.file.customer_id, number)
        return await self._told(visit, APP, ("telephone", number, typed.get("ticket", "")), act)

    async def cancel(self, visit: Visit) -> Response:
        """Give it up."""
        await self._read(visit)
        number, operation = visit.request.path_params["number"], await self._find(visit)
        own = operation.kind in FORMS  # what somebody else has asked for is not withdrawn but refused
        give_up = self.operations.withdraw_operation if own else self.operations.refuse_operation
        await _known(run_in_threadpool(give_up, visit.file.customer_id, number))
        return go_to(visit.request, "operation", visit.words, number=number)

    async def show_result(self, visit: Visit) -> Response:
        """A card's PIN for ten seconds, or what is printed on it, once; then the page leaves by itself."""
        await self._read(visit)
        number, operation = visit.request.path_params["number"], await self._find(visit)
        secrets = await _known(run_in_threadpool(self.phones.show_result, visit.file.customer_id, number))
        answer = self._render(visit, "result", operation=operation, secrets=secrets)
        answer.headers["Refresh"] = f"{secrets.seconds}; url={path_to(visit.request, 'cards', visit.words.language)}"
        return answer

    # Fraud

    async def show_report(self, visit: Visit) -> Response:
        """What reporting a fraud does, before it is done."""
        return self._render(visit, "report", operation=await self._find(visit))

    async def report(self, visit: Visit) -> Response:
        """The customer had no part in it, decided or not: everybody is signed off, here as well."""
        await self._read(visit)
        number = visit.request.path_params["number"]
        await _known(run_in_threadpool(self.operations.declare_fraud, visit.file.customer_id, number))
        return go_to(visit.request, "reported", visit.words)

    async def show_reported(self, request: Request, words: CoopanetWords) -> Response:
        """For whoever was signed off by a report of his own."""
        said = self.frame.space_in(words.language)
        return self.frame.show_notice(request, said.confirm.report_title, said.notice_events[NoticeEvent.FRAUD], 200)

    async def _told(
        self, visit: Visit, way: str, form: tuple[str, ...], act: Callable[[], Told | None], begin: float | None = None
    ) -> Response:
        """Do it once, and go back to the operation, which says what came of it. `begin`: when a code came; a refusal
        of it is held back."""

        async def acted() -> str | None:
            told = await _known(run_in_threadpool(act))
            if begin is not None and told in REFUSALS:
                await self.frame.desk.hold_refusal(begin)
            return told.value if told else ""

        said = await self.frame.submissions.once((token_of(visit.request), *form), acted)
        query = f"by={way}&told={said}" if said else ""
        return go_to(visit.request, "operation", visit.words, query, number=visit.request.path_params["number"])

    # How it is done

    def _own(self, show: Show) -> Callable[[Request], Awaitable[Response]]:
        return make_own_page(self.frame, show)

    async def _read(self, visit: Visit) -> dict[str, str]:
        return await read_visitors_form(self.frame, visit)

    async def _find(self, visit: Visit) -> Operation:
        find = self.operations.find_operation
        return await _known(run_in_threadpool(find, visit.file.customer_id, visit.request.path_params["number"]))

    async def _find_effect(self, visit: Visit, operation: Operation) -> str:
        effect = CATALOGUE[operation.kind].effect
        return await run_in_threadpool(visit.file.find_effect, operation.operation_id, effect) if effect else ""

    async def _list_operations(self, visit: Visit) -> Sequence[Operation]:
        """Those that these pages know, newest first."""
        listed = await run_in_threadpool(self.operations.list_operations, visit.file.customer_id)
        return [one for one in reversed(listed) if one.kind in LISTED]

    def _render(self, visit: Visit, template: str, status: int = 200, **shown: object) -> Response:
        return self.frame.render_page(visit.request, visit.words, f"space/{template}.html", status=status, **shown)


def _sent(visit: Visit, typed: Mapping[str, str]) -> SentForm:
    """What came, with a ticket of its own where it has none of ours."""
    request, ticket = visit.request, typed.get("ticket", "")
    terminal = read_terminal(request.headers.get("user-agent", ""))
    ticket = ticket if is_ticket(ticket) else make_ticket()
    return SentForm(_kind_of(request), typed, visit.words.language, terminal, ticket)


def _kind_of(request: Request) -> OperationKind:
    """The kind in the address. Raises HTTPException when there is no form for it."""
    found = next((kind for kind in FORMS if kind.value == request.path_params["kind"]), None)
    if found is None:
        raise HTTPException(404)
    return found


async def _known(found: Awaitable[T]) -> T:
    """Another customer's operation is one that is not there."""
    try:
        return await found
    except UnknownOperationError:
        raise HTTPException(404) from None
