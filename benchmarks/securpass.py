"""From an operation that is asked for to the telephone that hears of it: by events over HTTP, by push through the twin.

    python -m benchmarks securpass

One process, books on SQLite on the disk, loopback. `request` is the commit alone, beside which the others are to be
read. Each hearing is timed from before the request to the line or the message at the other end. Then approvals, the
tap and waiting telephones: see `securpass_approval`, `securpass_terminal`, `securpass_waiting`.
"""

import http.client
import json
import statistics
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bank.books.clock import wall_ms
from bank.demo.database import open_database
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.ports import Asking, Operation
from bank.operations.service import OperationService
from bank.push.encryption import read_point
from bank.push.endpoints import EndpointPolicy
from bank.push.ports import PushSubscription
from bank.push.vapid import derive_vapid_key
from bank.push.webpush import WebPushSender
from bank.push.worker import PushWorker
from bank.web.feed import OperationFeed
from benchmarks.figures import milliseconds, table
from benchmarks.securpass_approval import report_approvals
from benchmarks.securpass_terminal import report_terminal
from benchmarks.securpass_waiting import report_waiting
from simulator.push.mailboxes import PushMessage, PushRegistration
from simulator.push.site import SERVICES
from simulator.push.twin import PushTwin
from web.serving import Server, bind_listener

ROUNDS: Final = 200
DEVICE: Final = 5
USER: Final = "DURAND42"
KEY: Final = derive_vapid_key(bytes(range(32)), "mailto:banque@example.net")
LIMIT_S: Final = 60

BY_EVENTS: Final = "to the telephone by events (goal: p95 50 ms at most)"
BY_PUSH: Final = "by push, the twin (goal: p95 100 ms at most)"

Round = Callable[[], None]


def report() -> None:
    """Measure all, and print a table of each."""
    report_hearing()
    report_approvals()
    report_terminal()
    report_waiting()


def report_hearing() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder, closing(open_database(Path(folder))) as store, ExitStack() as stack:
        customer = store.find_customer(USER)
        assert customer is not None
        service = OperationService(store)
        ask, give_up = _asking(service, customer.customer_id)
        by_events = stack.enter_context(_hearing_events(OperationFeed(store), customer.customer_id))
        by_push = stack.enter_context(_hearing_pushes(customer.customer_id))

        def requested() -> None:
            ask()

        def told() -> None:
            by_events(ask().seq)

        def woken() -> None:
            by_push(ask())

        rows = []
        for name, work in (("request", requested), (BY_EVENTS, told), (BY_PUSH, woken)):
            work()
            taken = sorted(_time(work, give_up) for _ in range(ROUNDS))
            p50, p95 = statistics.median(taken), taken[int(len(taken) * 0.95)]
            rows.append((name, f"p50 {milliseconds(p50):>9}   p95 {milliseconds(p95):>9}"))
        table("Sécur'Pass: from the request to the telephone", rows)


def _time(work: Round, before: Round) -> float:
    before()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _asking(service: OperationService, customer_id: int) -> tuple[Callable[[], Operation], Round]:
    """Ask for one, and give it up again: only a few may wait at a time."""
    waiting: list[Operation] = []

    def ask() -> Operation:
        fields: dict[str, str | int] = {"email": f"{time.perf_counter_ns()}@example.org"}
        asking = Asking(customer_id, OperationKind.CHANGE_EMAIL, TerminalKind.COMPUTER, fields)
        waiting.append(service.request_operation(asking))
        return waiting[-1]

    def give_up() -> None:
        while waiting:
            service.withdraw_operation(customer_id, waiting.pop().operation_id)

    return ask, give_up


@contextmanager
def _hearing_events(feed: OperationFeed, customer_id: int) -> Iterator[Callable[[int], None]]:
    """A telephone that reads server-sent events; what is given waits until it has read that change."""

    async def lines() -> AsyncIterator[bytes]:
        yield b": there\n\n"
        async for seq in feed.list_changes(customer_id, 15.0):
            yield b": beat\n\n" if seq is None else f"data: {json.dumps({'seq': seq})}\n\n".encode()

    async def stream(_request: Request) -> StreamingResponse:
        return StreamingResponse(lines(), media_type="text/event-stream")

    listener = bind_listener(0, 0)
    with ExitStack() as stack:
        stack.enter_context(Server(Starlette(routes=[Route("/events", stream)]), listener).beside())
        connection = http.client.HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=LIMIT_S)
        line = stack.enter_context(closing(connection))
        line.request("GET", "/events")
        answer = line.getresponse()
        answer.readline()

        def hear(seq: int) -> None:
            while (read := answer.readline()) and not read.startswith(b'data: {"seq": %d}' % seq):
                pass

        time.sleep(0.5)  # the look begins with the stream; what is asked before would not be told
        yield hear


class OnePhone:
    """The books of subscriptions with a single telephone in them."""

    def __init__(self, subscription: PushSubscription) -> None:
        self.subscription = subscription

    def list_subscriptions(self, customer_id: int) -> list[PushSubscription]:
        """See SubscriptionBook."""
        return [self.subscription]

    def forget_subscription(self, number: int) -> None:
        """See SubscriptionBook."""
        raise AssertionError("the twin does not know the telephone")


@contextmanager
def _hearing_pushes(customer_id: int) -> Iterator[Callable[[Operation], None]]:
    """A telephone on the twin's line: what is given wakes it, and waits until it is."""
    twin, woken = PushTwin(), threading.Semaphore(0)

    def deliver(_message: PushMessage) -> None:
        woken.release()

    token = twin.mailboxes.register(PushRegistration(DEVICE, "wp:bench", KEY.public_text))
    twin.mailboxes.connect(DEVICE, deliver)
    phone = read_point(generate_private_key(SECP256R1()).public_key())
    book = OnePhone(PushSubscription(1, f"https://{SERVICES[0]}/fcm/send/{token}", phone, bytes(16)))
    with twin.running() as address:
        sender = WebPushSender(KEY, EndpointPolicy(detours={SERVICES[0]: address.http_port}))
        worker = PushWorker(sender, book)
        with worker.running():

            def wake(operation: Operation) -> None:
                worker.wake_phone(customer_id, operation.operation_id, wall_ms() + 60_000)
                woken.acquire(timeout=LIMIT_S)

            yield wake
            worker.drain()
