"""The served bank: page views, sign-ins and approvals a second, on one and two workers, beside what cannot be cheaper.

    python -m benchmarks bank
    SESAME_OPERATIONS=1000,100000,1000000 python -m benchmarks bank      (the long one: some minutes to fill the books)
    SESAME_DATABASE=postgresql://user@/name python -m benchmarks bank        (the same on PostgreSQL, an empty database)

Four clients ask at once, each a customer of its own, over HTTP on loopback. The bare figure is a Starlette page that
commits one row, on the same server, the same database and the same disk. The ratio counts, not the figure.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bank.books.database import begin_writing, database_url, opened_engine
from bank.books.records import Customer
from bank.books.schema import OPERATIONS
from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.emv.keys import card_key
from bank.emv.terminal import PLAIN, CodeRequest
from bank.verification import Search
from bank.web.coopanet.frame import COOKIE
from bank.web.shared import BookSessions
from benchmarks.figures import ROOT, say, table
from web.serving import Server, bind_listener

SECONDS: Final = 4.0
SIZES: Final = "1000,20000"
CARDS: Final = ("t1", "padded", "ten-digits", "pdol")
"""A card for each client."""

DATABASE: Final = os.environ.get("SESAME_DATABASE", "")
Ask = Callable[[], None]


@dataclass(frozen=True)
class BenchCustomer:
    """Whoever asks: a user code, and a card whose reader makes a code at each press."""

    user: str
    search: Search
    counters: Iterator[int]

    def press(self, request: CodeRequest = PLAIN) -> str:
        """The next code, for that or for nothing but signing in."""
        return replace(self.search, request=request).code(next(self.counters))


@dataclass(frozen=True)
class Bench:
    """The books, where their state is, and whoever asks."""

    state: Path
    store: SqlStore
    customers: Sequence[BenchCustomer]


def report() -> None:
    """Measure, and print a table."""
    sizes = [int(size) for size in os.environ.get("SESAME_OPERATIONS", SIZES).split(",")]
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        with closing(open_database(state, DATABASE)) as store:
            bench = Bench(state, store, [_customer(store, number) for number in range(len(CARDS))])
            rows = [("bare Starlette and one committed row", f"{_bare(state):9.0f}/s")]
            for workers in (1, 2):
                rows += _served(bench, workers)
            for size in sizes:
                _fill(store, size)
                rows += _served(bench, 1, f", {size:,} operations", sign_in=False)
        table("the served bank" + (", PostgreSQL" if DATABASE else ", SQLite"), rows)


def _customer(store: SqlStore, number: int) -> BenchCustomer:
    user, card_id = f"CLIENT{number:02}", CARDS[number]
    if store.find_customer(user) is None:
        store.add_customer(Customer(user, f"Client {number}"), card_id)
    card = store.find_card(card_id)
    assert card is not None
    search = Search(card, card_key(store.issuer_key(card.key_name), card.pan, card.psn))
    return BenchCustomer(user, search, count(store.card_status(card_id).last_atc + 1))


def _served(bench: Bench, workers: int, more: str = "", *, sign_in: bool = True) -> list[tuple[str, str]]:
    sessions = BookSessions(bench.store)
    with _serving(bench.state, workers) as port:
        tokens = [sessions.open_session(one.user) for one in bench.customers]
        name = f"{workers} worker{'s' * (workers > 1)}{more}"
        rows = [(f"page views, {name}", [_view(port, token) for token in tokens])]
        if sign_in:
            rows.append(
                (f"verifications (sign-ins), {name}", [_sign_in(port, sessions, one) for one in bench.customers])
            )
        pairs = zip(bench.customers, tokens, strict=True)
        rows.append((f"approvals, {name}", [_approve(port, one, token) for one, token in pairs]))
        return [(name, f"{_rate(asks):9.0f}/s") for name, asks in rows]


def _view(port: int, token: str) -> Ask:
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask() -> None:
        connection.request("GET", "/fr/accounts", headers={"Cookie": f"{COOKIE}={token}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status

    return ask


def _sign_in(port: int, sessions: BookSessions, customer: BenchCustomer) -> Ask:
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask() -> None:
        token = sessions.session_token()
        form = urlencode({"user": customer.user, "code": customer.press(), "mark": sessions.csrf_token(token)})
        kind = {"Cookie": f"{COOKIE}={token}", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/fr/sesame", form, kind)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 303, answer.status

    return ask


def _approve(port: int, customer: BenchCustomer, token: str) -> Ask:
    """A change of e-mail asked for and confirmed by *Défi*, in three requests: the try, the decision and its effect."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    numbers = count(time.time_ns())

    def call(method: str, path: str, body: object = None) -> dict[str, Any]:
        kind = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(method, f"/api/operations{path}", json.dumps(body) if body else None, kind)
        answer = connection.getresponse()
        said: dict[str, Any] = json.loads(answer.read())
        assert answer.status < 300, said
        return said

    def ask() -> None:
        fields = {"email": f"{customer.user}.{next(numbers)}@example.org"}
        operation = call("POST", "", {"kind": "change-email", "fields": fields})["id"]
        offered = call("GET", f"/{operation}/means")["means"][0]
        code = customer.press(CodeRequest(challenge=offered["challenge"]))
        assert call("POST", f"/{operation}/confirm", {"means": "reader", "code": code})["outcome"] == "approved"

    return ask


def _fill(store: SqlStore, size: int) -> None:
    """Operations of strangers until there are so many: decided long ago, as they are in a bank's books."""
    say(f"  filling the books up to {size:,} operations ...")
    with store.reading() as connection:
        there = connection.execute(
            select(func.count()).select_from(OPERATIONS).where(OPERATIONS.c.seq < 0)
        ).scalar_one()
    customer = store.find_customer("CLIENT03")
    assert customer is not None
    for begin in range(there, size, 5000):
        rows = [_old_row(number, customer.customer_id) for number in range(begin, min(begin + 5000, size))]
        with store.writing() as connection:
            connection.execute(insert(OPERATIONS), rows)


def _old_row(number: int, customer_id: int) -> dict[str, object]:
    moments = {"created_ms": number, "until_ms": number + 1, "decided_ms": number}
    words = {"kind": "sepa-transfer", "state": "approved", "means": "sms", "terminal": "computer", "digest": "0" * 64}
    # Below every number that is drawn from now on.
    return {
        "id": f"old{number}",
        "seq": -number - 1,
        "customer_id": customer_id,
        "payload": bytes(600),
        **moments,
        **words,
    }


def _bare(state: Path) -> float:
    """A page that commits one row: no page that writes can be cheaper."""
    engine = opened_engine(database_url(DATABASE or f"sqlite:///{state}/bare.db"))
    bare = Table("bare_rows", MetaData(), Column("id", Integer, primary_key=True), Column("value", Integer))
    bare.metadata.create_all(engine)

    def write() -> None:
        with begin_writing(engine) as connection:
            connection.execute(insert(bare).values(value=1))

    async def page(_request: Request) -> Response:
        await run_in_threadpool(write)
        return PlainTextResponse("written")

    listener = bind_listener(0, 0)
    try:
        with Server(Starlette(routes=[Route("/fr/accounts", page)]), listener).beside():
            return _rate([_view(listener.getsockname()[1], "") for _ in CARDS])
    finally:
        bare.metadata.drop_all(engine)
        engine.dispose()


def _rate(asks: Sequence[Ask]) -> float:
    """How often a second all together can, each on a thread of its own; measured for that long."""
    end = time.perf_counter() + SECONDS
    line = threading.Barrier(len(asks))

    def run(ask: Ask) -> int:
        done = 0
        line.wait()
        while time.perf_counter() < end:
            ask()
            done += 1
        return done

    with ThreadPoolExecutor(len(asks)) as pool:
        return sum(pool.map(run, asks)) / SECONDS


@contextmanager
def _serving(state: Path, workers: int) -> Iterator[int]:
    """`sesame bank serve`; its port."""
    command = [sys.executable, "-m", "sesame", "bank", "serve", "--workers", str(workers), "--port", "0"]
    process = subprocess.Popen([*command, "--state", str(state)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r":(\d+)/", process.stdout.readline())
        assert found
        port = int(found[1])
        for _ in range(8 * workers):  # every worker has begun
            _view_once(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _view_once(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    connection.close()
