"""Sogecash Net itself: the two navigation bars, accounts, statements, transfers confirmed by the access key.

The menus fold without a script: which are open stands in the address.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bank.books.clock import WallClock, wall_ms
from bank.books.store_sql import SqlStore
from bank.esecure.proving import CertificateProof, read_freshness
from bank.esecure.sentences import make_sentence, write_pages
from bank.esecure.visiting import VisitStage
from bank.iban import IbanError, parse_iban
from bank.languages import local_moment
from bank.ledger.entries import Account, StatementLine
from bank.ledger.keeping import list_accounts, list_statement
from bank.operations import catalogue as cat
from bank.operations.asking import FRANCE
from bank.operations.catalogue import Means, OperationKind, TerminalKind
from bank.operations.policy import OPERATION_POLICY
from bank.operations.ports import Asking, AskingError, ConfirmOutcome, Operation, UnknownOperationError
from bank.operations.service import OperationService
from bank.operations.table import OperationState
from bank.operations.words import notation_of
from bank.web.coopanet.space.reading import CustomerFile
from bank.web.sogecash.frame import BusinessFrame, go_to, known_visitor
from bank.web.sogecash.statement import StatementError, StatementText, draw_statement
from bank.web.sogecash.words import SogecashWords
from web.forms import SlipError, is_ticket, make_ticket, parse_amount, parse_line

MENUS: Final = (
    ("accounts", ("accounts", "statements")),
    ("payments", ("transfers",)),
    ("help", ("guide",)),
)
"""Menu -> its services, by the names of their pages."""

LONGEST_PAYEE: Final = 70
MOST_LINES: Final = 500
TRANSFERS: Final = frozenset({OperationKind.SEPA_TRANSFER, OperationKind.TRANSFER_ABROAD})
"""One form: which of them it is follows from the payee's account."""
POLICY: Final = replace(OPERATION_POLICY, means=frozenset({Means.CERTIFICATE}))
"""On this site the access key confirms, and nothing else."""


def open_business_operations(store: SqlStore, wall: WallClock = wall_ms) -> OperationService:
    """The operations as this site has them."""
    return OperationService(store, policy=POLICY, wall=wall)


@dataclass(frozen=True)
class NetPages:
    """The pages behind the log-on."""

    frame: BusinessFrame
    operations: OperationService

    def list_routes(self) -> Sequence[Route]:
        """Their addresses."""
        pages = (
            ("customer", "customer", self.show_customer),
            ("net", "net", self.show_net),
            ("net/accounts", "accounts", self.show_accounts),
            ("net/statements", "statements", self.show_statements),
            ("net/statements/{iban}/{month}", "statement", self.give_statement),
            ("net/statements/{iban}/{month}/page", "statement_page", self.show_statement),
            ("net/transfers", "transfers", self.show_transfers),
            ("net/transfers/{operation}", "transfer", self.show_transfer),
        )
        forms = (("net/transfers", self.ask_transfer), ("net/transfers/{operation}", self.sign_transfer))
        step = self.frame.make_step
        shown = [Route(f"/{{language}}/{path}", step(VisitStage.OPEN, page), name=name) for path, name, page in pages]
        sent = [Route(f"/{{language}}/{path}", step(VisitStage.OPEN, page), methods=["POST"]) for path, page in forms]
        return [*shown, *sent]

    async def show_customer(self, request: Request, words: SogecashWords) -> Response:
        """The Customer navigation bar."""
        return self.frame.render_page(request, words, "customer.html")

    async def show_net(self, request: Request, words: SogecashWords) -> Response:
        """The Sogecash Net navigation bar."""
        return self._render(request, words, "net.html")

    async def show_accounts(self, request: Request, words: SogecashWords) -> Response:
        """Balances and movements."""
        return self._render(request, words, "accounts.html", accounts=await run_in_threadpool(self._read, request))

    async def show_statements(self, request: Request, words: SogecashWords) -> Response:
        """A statement for each month with movements."""
        found = [(account, _months(lines)) for account, lines in await run_in_threadpool(self._read, request)]
        return self._render(request, words, "statements.html", statements=found)

    async def give_statement(self, request: Request, words: SogecashWords) -> Response:
        """One month of one account, PDF."""
        text = await self._find_month(request, words)
        try:
            content = await run_in_threadpool(draw_statement, text)
        except StatementError:
            return self.frame.show_notice(request, words, (words.statement, words.statement_missing), 503)
        name = f'inline; filename="{text.account.iban[-6:]}-{text.month}.pdf"'
        return Response(content, media_type="application/pdf", headers={"Content-Disposition": name})

    async def show_statement(self, request: Request, words: SogecashWords) -> Response:
        """The same as a page: whoever's computer shows no PDF reads and prints this one."""
        return self._render(request, words, "statement.html", text=await self._find_month(request, words))

    async def _find_month(self, request: Request, words: SogecashWords) -> StatementText:
        iban, month = request.path_params["iban"], request.path_params["month"]
        found = next((pair for pair in await run_in_threadpool(self._read, request) if pair[0].iban == iban), None)
        if found is None or month not in _months(found[1]):
            raise HTTPException(404)
        kinds = self.frame.space_words[words.language].movement_kinds
        chosen = [line for line in found[1] if _month(line) == month]
        lines = [replace(line, label=line.label or kinds[line.kind]) for line in chosen]
        return StatementText(known_visitor(request).customer.name, found[0], month, tuple(reversed(lines)), words)

    async def show_transfers(self, request: Request, words: SogecashWords) -> Response:
        """A form, and what was asked for."""
        return await self._transfers(request, words)

    async def ask_transfer(self, request: Request, words: SogecashWords) -> Response:
        """Taken into the books, to be confirmed; or what is wrong with it."""
        given = await self.frame.read_own_form(request)
        customer_id = known_visitor(request).customer.customer_id
        space = self.frame.space_words[words.language]
        try:
            asking = _read_transfer(customer_id, given, words.language)
            operation = await run_in_threadpool(self.operations.request_operation, asking)
        except (SlipError, IbanError):
            return await self._transfers(request, words, given, words.field_wrong)
        except AskingError as error:
            return await self._transfers(request, words, given, space.faults[error.fault])
        return go_to(request, "transfer", words, operation=operation.operation_id)

    async def show_transfer(self, request: Request, words: SogecashWords) -> Response:
        """What the glass will show, and the sentence for the key that gave its freshness."""
        operation = await self._find(request)
        return await self._transfer(request, words, operation, request.query_params.get("fresh", ""))

    async def sign_transfer(self, request: Request, words: SogecashWords) -> Response:
        """The key's signature over the sentence."""
        given = await self.frame.read_own_form(request)
        operation = await self._find(request)
        customer_id = known_visitor(request).customer.customer_id
        proof = CertificateProof(given.get("fresh", ""), given.get("signature", ""))
        confirm = self.operations.confirm_with
        done = await run_in_threadpool(confirm, customer_id, operation.operation_id, proof)
        if done.outcome is ConfirmOutcome.APPROVED:
            return go_to(request, "transfer", words, operation=operation.operation_id)
        told = words.outcomes[done.outcome]
        return await self._transfer(request, words, done.operation, given.get("fresh", ""), told)

    def _read(self, request: Request) -> list[tuple[Account, Sequence[StatementLine]]]:
        """Every account with its movements, newest first."""
        with self.frame.books.reading() as connection:
            accounts = list_accounts(connection, known_visitor(request).customer.customer_id)
            return [(each, list_statement(connection, each.account_id, MOST_LINES)) for each in accounts]

    async def _find(self, request: Request) -> Operation:
        """The customer's own."""
        customer_id = known_visitor(request).customer.customer_id
        try:
            return await run_in_threadpool(
                self.operations.find_operation, customer_id, request.path_params["operation"]
            )
        except UnknownOperationError:
            raise HTTPException(404) from None

    async def _transfers(
        self, request: Request, words: SogecashWords, given: dict[str, str] | None = None, told: str = ""
    ) -> Response:
        customer_id = known_visitor(request).customer.customer_id
        operations = await run_in_threadpool(self.operations.list_operations, customer_id)
        transfers = [each for each in operations if each.kind in TRANSFERS]
        accounts = await run_in_threadpool(CustomerFile(self.frame.books, customer_id).list_accounts)
        shown = {"given": given or {}, "told": told, "ticket": make_ticket(), "accounts": accounts}
        status = 422 if told else 200
        return self._render(
            request, words, "transfers.html", status, operations=list(reversed(transfers))[:20], **shown
        )

    async def _transfer(
        self, request: Request, words: SogecashWords, operation: Operation, fresh: str, told: str = ""
    ) -> Response:
        freshness = read_freshness(fresh)
        pending = operation.state is OperationState.PENDING
        sentence = ""
        if pending and freshness is not None:
            key = (await run_in_threadpool(self.frame.keys.open_authorities)).sentence.key
            sentence = base64.b64encode(make_sentence(operation.content, freshness, key)).decode()
        shown = {
            "operation": operation,
            "pending": pending,
            "pages": write_pages(operation.content),
            "fresh": fresh if freshness is not None else "",
            "sentence": sentence,
            "told": told,
            "confirmed": operation.state is OperationState.APPROVED,
        }
        return self._render(request, words, "transfer.html", 403 if told else 200, **shown)

    def _render(
        self, request: Request, words: SogecashWords, template: str, status: int = 200, **shown: object
    ) -> Response:
        """With the menus as the address has them open."""
        named = {menu for menu, _ in MENUS}
        opened = [menu for menu in request.query_params.get("open", "").split(" ") if menu in named]
        labels = {
            "accounts": words.accounts,
            "statements": words.statements,
            "transfers": words.transfers,
            "guide": words.guide,
        }

        def toggled(menu: str) -> str:
            others = [each for each in opened if each != menu]
            return "+".join(others if menu in opened else [*others, menu])

        bars = {
            "menus": [(menu, [(name, labels[name]) for name in services]) for menu, services in MENUS],
            "opened": opened,
            "toggled": toggled,
            "kept": "+".join(opened),
        }
        return self.frame.render_page(request, words, template, status=status, **bars, **shown)


def _read_transfer(customer_id: int, given: dict[str, str], language: str) -> Asking:
    """Raises SlipError, IbanError."""
    ticket = given.get("ticket", "")
    fields: dict[str, str | int] = {
        cat.AMOUNT: parse_amount(given.get("amount", ""), notation_of(language).decimal),
        cat.PAYEE_NAME: parse_line(given.get("payee", ""), LONGEST_PAYEE),
        cat.PAYEE_IBAN: parse_iban(given.get("payee_iban", "")),
        cat.PAYER_ACCOUNT: given.get("account", ""),
    }
    once = ticket if is_ticket(ticket) else ""
    at_home = str(fields[cat.PAYEE_IBAN]).startswith(FRANCE)
    kind = OperationKind.SEPA_TRANSFER if at_home else OperationKind.TRANSFER_ABROAD
    return Asking(customer_id, kind, TerminalKind.COMPUTER, fields, language, once)


def _month(line: StatementLine) -> str:
    return f"{local_moment(line.at_ms):%Y-%m}"


def _months(lines: Sequence[StatementLine]) -> list[str]:
    """Newest first."""
    return sorted({_month(line) for line in lines}, reverse=True)
