"""An approval on the telephone over HTTP: beside a bare page that commits one row, beside privacyIDEA's push answer,
and with a million operations in the books.

All in one run, one after the other in turn, each on SQLite on the same disk with every commit on it. Only the
answer to the telephone's request is timed: not the request for the operation, not the telephone's signing.
"""

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Integer, MetaData, Table, insert, text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bank.books.database import begin_writing, database_url, opened_engine
from bank.books.schema import PAYMENT_CARDS
from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.demo.passwords import PASSWORD
from bank.ledger.keeping import list_accounts
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.ports import Asking
from bank.securpass.proofs.octets import PhoneAct, ProofKind
from bank.web.app.site import open_app
from benchmarks.figures import milliseconds, say, table
from benchmarks.push_peer import PeerError, PushPeer, running_peer
from simulator.phone.app import PhoneApp
from simulator.phone.bank_side import BankSide
from simulator.phone.keys import CODE, tell_envelope
from web.serving import Server, bind_listener

ROUNDS: Final = 100
USER: Final = "DURAND42"
MILLION: Final = 1_000_000
BARE: Final = "bare Starlette page, one committed row"
FULL: Final = f"approval, {MILLION:,} operations in the books"

Json = dict[str, Any]
Prepare = Callable[[], Callable[[], None]]
"""Makes one ready, untimed; what it gives is timed."""


@dataclass
class HttpLine:
    """The telephone's line over a socket that stays open. As `simulator.phone.line.AppLine`."""

    port: int
    language: str = "fr"
    online: bool = True
    cookies: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("localhost", self.port, timeout=60)

    def get(self, path: str) -> Json:
        """Look."""
        return self._ask("GET", path, None)

    def post(self, path: str, said: Json | None = None) -> Json:
        """Have something done."""
        return self._ask("POST", path, json.dumps(said or {}).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> Json:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"X-Coopanet-App": "1", "Content-Type": "application/json", "Cookie": cookies}
        answer = _send(self._connection, method, f"/api/{path}", body, headers)
        told = answer.read()
        for value in answer.headers.get_all("set-cookie") or ():
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(value).items()})
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status} {told!r}")
        found: Json = json.loads(told) if told else {}
        return found


def _send(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> http.client.HTTPResponse:
    """On the same connection, unless the server has ended it meanwhile."""
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse()
    except ConnectionError:  # seen at the answer, or while it is sent
        connection.close()
        connection.request(method, path, body, headers)
        return connection.getresponse()


def report_approvals() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder, closing(open_database(Path(folder))) as store, ExitStack() as stack:
        port = stack.enter_context(serving(open_app(store)))
        phone = make_phone(store, port)
        works: dict[str, Prepare] = {
            BARE: stack.enter_context(_bare(Path(folder))),
            "approval": _approving(store, phone, _show_pin(store)),
            "approval with its transfer carried out": _approving(store, phone, _pay(store)),
        }
        try:
            peer = stack.enter_context(running_peer(Path(folder)))
            works["privacyIDEA 3.14, push answer"] = _answering(peer)
        except PeerError as error:
            say(f"  privacyIDEA is not measured: {error}")
        taken = _in_turn(works)
        _fill(store, MILLION)
        full = _in_turn({f"{BARE}, beside what follows": works[BARE], FULL: works["approval"]})
    _print(taken | full)


def _print(taken: dict[str, list[float]]) -> None:
    middle = {name: statistics.median(each) for name, each in taken.items()}
    bare, approval = (middle[name] for name in list(middle)[:2])
    rows = [
        (name, f"p50 {milliseconds(seconds):>9}   p95 {milliseconds(_p95(taken[name])):>9}")
        for name, seconds in middle.items()
    ]
    rows.append(("approval over the bare page", f"{approval / bare:.1f} x (goal: 2.5 at most)"))
    for name, seconds in middle.items():
        if name.startswith("privacyIDEA"):
            rows.append(("privacyIDEA's answer over an approval", f"{seconds / approval:.1f} x (goal: 5 at least)"))
    full = middle[FULL] / middle[f"{BARE}, beside what follows"]
    rows.append(("with a million operations, over the bare page beside it", f"{full:.1f} x (goal: as without)"))
    table("Sécur'Pass: an approval on the telephone, over HTTP", rows)


def _p95(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95)]


def _in_turn(works: dict[str, Prepare]) -> dict[str, list[float]]:
    """Seconds of each, a busy moment meeting them all; the first round does not count."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(ROUNDS + 1):
        for name, prepare in works.items():
            work = prepare()
            began = time.perf_counter()
            work()
            if number:
                taken[name].append(time.perf_counter() - began)
    return taken


@contextmanager
def serving(app: Any) -> Iterator[int]:  # noqa: ANN401 - an ASGI application of anybody's
    """Serve it beside; its port."""
    listener = bind_listener(0, 0)
    with Server(app, listener).beside():
        yield listener.getsockname()[1]


def make_phone(store: SqlStore, port: int) -> PhoneApp:
    """The customer's telephone, activated over HTTP, its 72 hours lifted by the adviser."""
    bank = BankSide(store)
    number = bank.find_number(USER)
    phone, inbox = PhoneApp(HttpLine(port)), bank.open_inbox(number)  # type: ignore[arg-type]
    phone.log_on(USER, PASSWORD, inbox)
    phone.activate(inbox)
    bank.lift_latency(number)
    phone.open()
    return phone


Ask = Callable[[], str]
"""Asks for an operation; its number."""


def _approving(store: SqlStore, phone: PhoneApp, ask: Ask) -> Prepare:
    bank = BankSide(store)
    number = bank.find_number(USER)

    def prepare() -> Callable[[], None]:
        operation = ask()
        match = bank.service.prompt_phone(number, operation).match
        request = phone.keys.write(PhoneAct.APPROVE, phone.read_octets(operation), ProofKind.CODE, match)
        said = {"envelope": tell_envelope(phone.keys.seal(request, ProofKind.CODE, CODE))}

        def approve() -> None:
            outcome = phone.line.post(f"operations/{operation}/decision", said)["outcome"]
            assert outcome == "done", outcome

        return approve

    return prepare


def _show_pin(store: SqlStore) -> Ask:
    service, number = BankSide(store).service, BankSide(store).find_number(USER)
    with store.reading() as connection:
        mine = PAYMENT_CARDS.c.customer_id == number
        card = connection.execute(PAYMENT_CARDS.select().where(mine)).mappings().first()
    assert card is not None
    asking = Asking(number, OperationKind.SHOW_PIN, TerminalKind.COMPUTER, {"card": card["id"]})
    return lambda: service.operations.request_operation(asking).operation_id


def _pay(store: SqlStore) -> Ask:
    bank = BankSide(store)
    number = bank.find_number(USER)
    service, account = bank.service.operations, _account(store, number)
    fields: dict[str, str | int] = {"amount": 1, "payee": "Épicerie", "account": account}
    fields["payee_iban"] = "FR1420041010050500013M02606"
    asking = Asking(number, OperationKind.SEPA_TRANSFER, TerminalKind.COMPUTER, fields)
    return lambda: service.request_operation(asking).operation_id


def _account(store: SqlStore, number: int) -> str:
    with store.reading() as connection:
        return list_accounts(connection, number)[0].iban


@contextmanager
def _bare(folder: Path) -> Iterator[Prepare]:
    """A page that reads a JSON body, commits one row, and answers with JSON: asked by the same client, on a server and
    a database of the same settings. It knows nobody, checks nothing and has no guard before it."""
    engine = opened_engine(database_url(f"sqlite:///{folder}/bare.db"))
    bare = Table("bare_rows", MetaData(), Column("id", Integer, primary_key=True), Column("value", Integer))
    bare.metadata.create_all(engine)

    def write() -> None:
        with begin_writing(engine) as connection:
            connection.execute(insert(bare).values(value=1))

    async def page(request: Request) -> Response:
        await request.json()
        await run_in_threadpool(write)
        return JSONResponse({"outcome": "done"})

    with serving(Starlette(routes=[Route("/api/bare", page, methods=["POST"])])) as port:
        line = HttpLine(port)

        def ask() -> None:
            line.post("bare", {"id": "0" * 32})

        yield lambda: ask
    engine.dispose()


def _answering(peer: PushPeer) -> Prepare:
    def prepare() -> Callable[[], None]:
        given = peer.trigger()
        return lambda: peer.answer(given)

    return prepare


FILL: Final = """
WITH RECURSIVE old(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM old WHERE number < :size)
INSERT INTO operations
  (id, seq, customer_id, payload, kind, state, means, terminal, digest, created_ms, until_ms, decided_ms)
SELECT 'old' || number, -number, :customer, zeroblob(600), 'sepa-transfer', 'approved', 'sms', 'computer', :digest,
       number, number + 1, number FROM old
"""


def _fill(store: SqlStore, size: int) -> None:
    """Operations of another customer, decided long ago, as they are in a bank's books."""
    say(f"  filling the books up to {size:,} operations ...")
    stranger = store.find_customer("MOREAU17")
    assert stranger is not None
    with store.writing() as connection:
        given = {"size": size, "customer": stranger.customer_id, "digest": "0" * 64}
        connection.execute(text(FILL), given)
