"""A push on its way: which addresses are asked, what a hostile or silent push service can do, and what follows."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import http_ece  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from bank.push.encryption import read_point
from bank.push.endpoints import PUSH_SERVICES, EndpointPolicy, choose_address, is_public
from bank.push.exchange import ExchangeError, Poster, read_answer
from bank.push.ports import PushAnswer, PushOutcome, PushSubscription, SubscriptionError, Urgency, WakeUp
from bank.push.vapid import derive_vapid_key
from bank.push.webpush import LONGEST_WAIT_S, WebPushSender
from bank.push.worker import MOST_TRIES, PushWorker, WorkerBounds, find_wait
from web.tls import make_certificate, make_root

NOW_MS = 1_780_000_000_000
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
PHONE = generate_private_key(SECP256R1())
AUTH = bytes(16)
WAKE = WakeUp("f" * 32, 60, Urgency.HIGH, "f" * 32)


def subscription(endpoint: str = ENDPOINT, number: int = 1) -> PushSubscription:
    return PushSubscription(number, endpoint, read_point(PHONE.public_key()), AUTH)


# Which addresses


@pytest.mark.parametrize(
    "endpoint",
    [
        ENDPOINT,
        "https://fcm.googleapis.com:443/wp/x",
        "https://updates.push.services.mozilla.com/wpush/v2/x",
        "https://web.push.apple.com/x",
        "https://par02p.notify.windows.com/w/?token=x",
    ],
)
def test_the_browsers_own_services_are_asked(endpoint: str) -> None:
    target = EndpointPolicy().find_target(endpoint)
    assert (target.tls, target.port, target.own) == (True, 443, False)
    assert endpoint.endswith(target.path)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "fcm.googleapis.com/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com:99999/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.example/x",
        "https://notify.windows.com.evil.example/x",
        "https://evilpush.apple.com/x",
        "https://.push.apple.com.evil.example/",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://[::1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com\\@evil.example/x",
        "https://fcm.googleapis.com/x\r\nHost: evil.example",
        "https://fcm.googleapis.com/x y",
        "https://fcm.googleapis.cöm/x",
        "https://fcm.googleapis.com",
        "file:///etc/passwd",
        "https://fcm.googleapis.com/" + "x" * 1024,
    ],
)
def test_no_other_address_is_asked(endpoint: str) -> None:
    with pytest.raises(SubscriptionError, match=r"^endpoint: "):
        EndpointPolicy().find_target(endpoint)


@given(st.text(max_size=60))
def test_whatever_a_browser_calls_its_endpoint_is_of_a_known_service_or_refused(text: str) -> None:
    try:
        target = EndpointPolicy().find_target("https://" + text)
    except SubscriptionError:
        return
    assert any(target.host.endswith(each.removeprefix("*")) for each in PUSH_SERVICES)
    assert target.path.isascii()
    assert " " not in target.path


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "no address",
    ],
)
def test_an_address_that_is_not_for_everybody_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(SubscriptionError):
        choose_address(["8.8.8.8", address])


def test_a_public_address_is_connected_to_and_a_name_without_any_is_refused() -> None:
    assert choose_address(["142.250.1.1", "2a00:1450::5f"]) == "142.250.1.1"
    with pytest.raises(SubscriptionError):
        choose_address([])


# What comes back


@dataclass
class ScriptedService:
    """A push service on loopback that answers what it is told to, and keeps what it was sent."""

    answers: Sequence[bytes]
    heard: list[bytes] = field(default_factory=list)
    answering: list[asyncio.Task[None]] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0, ssl=context)
        async with server:
            yield server.sockets[0].getsockname()[1]
            await asyncio.gather(*self.answering)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.answering.append(cast("asyncio.Task[None]", asyncio.current_task()))
        with suppress(OSError), closing(writer):  # whoever asked has gone
            await self._say(reader, writer)
            await reader.read()

    async def _say(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length")).split(b":")[1])
        self.heard.append(head + await reader.readexactly(length))
        answer = self.answers[min(len(self.heard), len(self.answers)) - 1]
        writer.write(answer)
        if answer:
            writer.write_eof()


def answer(status: int, more: str = "") -> bytes:
    return f"HTTP/1.1 {status} Said\r\n{more}Content-Length: 0\r\n\r\n".encode()


def send(answers: Sequence[bytes], limit_s: float = 10) -> tuple[PushAnswer, ScriptedService]:
    service = ScriptedService(answers)

    async def course() -> PushAnswer:
        async with service.listening() as port:
            policy = EndpointPolicy(detours={"fcm.googleapis.com": port})
            key = derive_vapid_key(bytes(32), "mailto:banque@example.net")
            sender = WebPushSender(key, policy, Poster(limit_s), lambda: NOW_MS)
            return await sender.send_push(subscription(), WAKE)

    return asyncio.run(course()), service


def test_a_message_arrives_with_the_headers_of_the_standard_and_only_the_phone_reads_it() -> None:
    given_back, service = send([answer(201)])
    assert given_back == PushAnswer(PushOutcome.TAKEN)
    head, _, body = service.heard[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /fcm/send/abc HTTP/1.1"
    assert {"Host: fcm.googleapis.com", "TTL: 60", "Urgency: high", f"Topic: {'f' * 32}"} <= set(lines)
    assert "Content-Encoding: aes128gcm" in lines
    plain = http_ece.decrypt(body, private_key=PHONE, auth_secret=AUTH, version="aes128gcm")
    assert plain == b'{"operation":"' + b"f" * 32 + b'"}'


@pytest.mark.parametrize(
    ("said", "outcome", "wait"),
    [
        (answer(200), PushOutcome.TAKEN, None),
        (answer(404), PushOutcome.GONE, None),
        (answer(410), PushOutcome.GONE, None),
        (answer(429, "Retry-After: 7\r\n"), PushOutcome.LATER, 7),
        (answer(503, f"Retry-After: {'9' * 9}\r\n"), PushOutcome.LATER, LONGEST_WAIT_S),
        (answer(503, f"Retry-After: {'9' * 5000}\r\n"), PushOutcome.LATER, None),
        (answer(500, "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"), PushOutcome.LATER, None),
        (answer(400), PushOutcome.REFUSED, None),
        (answer(413), PushOutcome.REFUSED, None),
        (answer(307, "Location: http://127.0.0.1:1/\r\n"), PushOutcome.REFUSED, None),
        (b"SSH-2.0-OpenSSH\r\n\r\n", PushOutcome.UNREACHABLE, None),
        (b"HTTP/1.1 \xff\r\n\r\n", PushOutcome.UNREACHABLE, None),
        (b"HTTP/1.1 200 " + b"x" * 100_000, PushOutcome.UNREACHABLE, None),
        (b"HTTP/1.1 200 OK\r\n", PushOutcome.UNREACHABLE, None),
    ],
)
def test_each_answer_has_one_meaning_and_no_redirect_is_followed(
    said: bytes, outcome: PushOutcome, wait: int | None
) -> None:
    given_back, service = send([said])
    assert given_back == PushAnswer(outcome, wait)
    assert len(service.heard) == 1


def test_a_service_that_says_nothing_is_left_after_the_limit() -> None:
    assert send([b""], limit_s=0.05)[0] == PushAnswer(PushOutcome.UNREACHABLE)


@given(st.binary(max_size=80))
def test_no_answer_brings_anything_but_an_answer_or_an_error(head: bytes) -> None:
    with suppress(ValueError):
        assert 200 <= read_answer(head).status < 600


def test_nobody_listening_is_unreachable() -> None:
    sender = WebPushSender(
        derive_vapid_key(bytes(32), "mailto:a@b.fr"), EndpointPolicy(detours={"web.push.apple.com": 1})
    )
    given_back = asyncio.run(sender.send_push(subscription("https://web.push.apple.com/x"), WAKE))
    assert given_back == PushAnswer(PushOutcome.UNREACHABLE)


def post_to(poster: Poster) -> None:
    target = EndpointPolicy().find_target(ENDPOINT)
    asyncio.run(poster.post(target, {}, b""))


def leads_to(*addresses: str) -> Callable[[str], Awaitable[Sequence[str]]]:
    async def resolve(_host: str) -> Sequence[str]:
        return addresses

    return resolve


def test_a_known_name_that_leads_into_the_own_network_is_not_asked() -> None:
    """DNS rebinding: the judged address is the one that would be connected to."""
    with pytest.raises(SubscriptionError, match="not public"):
        post_to(Poster(resolve=leads_to("8.8.8.8", "10.0.0.1")))
    sender = WebPushSender(derive_vapid_key(bytes(32), "mailto:a@b.fr"), poster=Poster(resolve=leads_to("::1")))
    assert asyncio.run(sender.send_push(subscription(), WAKE)) == PushAnswer(PushOutcome.REFUSED)


def test_a_name_that_is_not_found_is_unreachable() -> None:
    async def resolve(_host: str) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(ExchangeError):
        post_to(Poster(resolve=resolve))


def test_a_service_whose_certificate_is_for_another_name_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_certificate(make_root(datetime.now(UTC)), ["localhost"], datetime.now(UTC))
    (tmp_path / "pem").write_bytes(made.certificate + made.key)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "pem")
    service = ScriptedService([answer(201)])
    monkeypatch.setattr("bank.push.exchange.choose_address", lambda found: found[0])

    async def course() -> None:
        async with service.listening(server) as port:
            monkeypatch.setattr("bank.push.endpoints.HTTPS_PORT", port)
            target = EndpointPolicy().find_target(ENDPOINT)
            assert target.port == port
            await Poster(resolve=leads_to("127.0.0.1")).post(target, {}, b"secret")

    with pytest.raises(ExchangeError, match="SSLCertVerificationError"):
        asyncio.run(course())
    assert service.heard == []


# The worker


@dataclass
class Book:
    """Phones in memory."""

    phones: dict[int, list[PushSubscription]]
    forgotten: list[int] = field(default_factory=list)

    def list_subscriptions(self, customer_id: int) -> Sequence[PushSubscription]:
        return self.phones.get(customer_id, [])

    def forget_subscription(self, number: int) -> None:
        self.forgotten.append(number)


@dataclass
class ScriptedSender:
    """Answers by phone, the last one for ever; a gate that holds everything back until it is opened."""

    answers: dict[int, list[PushAnswer]]
    sent: list[tuple[int, WakeUp]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    expected: int = 1

    async def send_push(self, subscription: PushSubscription, wake: WakeUp) -> PushAnswer:
        self.sent.append((subscription.number, wake))
        if len(self.sent) == self.expected:
            self.done.set()
        left = self.answers[subscription.number]
        return left.pop(0) if len(left) > 1 else left[0]


class Sleeper:
    """Time that passes as soon as somebody waits for it."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS
        self.waits: list[float] = []

    def wall(self) -> int:
        return self.now_ms

    async def sleep(self, seconds: float) -> None:
        if seconds:
            self.waits.append(seconds)
        self.now_ms += round(seconds * 1000)
        await asyncio.sleep(0)


TAKEN, GONE = PushAnswer(PushOutcome.TAKEN), PushAnswer(PushOutcome.GONE)


def wake_all(
    answers: dict[int, list[PushAnswer]], until_ms: int, expected: int
) -> tuple[ScriptedSender, Book, Sleeper]:
    """The customer 5 with a phone for each list of answers."""
    book = Book({5: [subscription(number=number) for number in answers]})
    sender, sleeper = ScriptedSender(answers, expected=expected), Sleeper()
    worker = PushWorker(sender, book, None, sleeper.wall, sleeper.sleep)
    with worker.running():
        assert worker.wake_phone(5, "e" * 32, until_ms)
        assert sender.done.wait(20)
        worker.drain()
    return sender, book, sleeper


def test_every_phone_of_the_customer_is_woken_once() -> None:
    sender, book, _ = wake_all({1: [TAKEN], 2: [TAKEN]}, NOW_MS + 90_000, 2)
    assert sorted(number for number, _ in sender.sent) == [1, 2]
    assert {wake for _, wake in sender.sent} == {WakeUp("e" * 32, 90, Urgency.HIGH, "e" * 32)}
    assert book.forgotten == []


def test_a_phone_that_is_no_more_is_forgotten_and_the_others_are_woken() -> None:
    sender, book, _ = wake_all({1: [GONE], 2: [TAKEN]}, NOW_MS + 90_000, 2)
    assert len(sender.sent) == 2
    assert book.forgotten == [1]


def test_a_busy_service_is_asked_again_later_each_time_and_with_what_time_is_left() -> None:
    later = PushAnswer(PushOutcome.LATER)
    asked = PushAnswer(PushOutcome.LATER, 30)
    sender, _, sleeper = wake_all({1: [later, asked, PushAnswer(PushOutcome.UNREACHABLE), TAKEN]}, NOW_MS + 90_000, 4)
    assert sleeper.waits == [2, 30, 8]
    assert [wake.ttl_s for _, wake in sender.sent] == [90, 88, 58, 50]


def test_what_is_not_worth_it_any_more_is_not_sent() -> None:
    later = PushAnswer(PushOutcome.LATER, 60)
    sender, _, _ = wake_all({1: [later]}, NOW_MS + 90_000, 2)
    assert [wake.ttl_s for _, wake in sender.sent] == [90, 30]


def test_nobody_is_asked_for_ever() -> None:
    assert find_wait(PushAnswer(PushOutcome.LATER), MOST_TRIES) is None
    assert [find_wait(PushAnswer(PushOutcome.UNREACHABLE), tries) for tries in range(1, MOST_TRIES)] == [
        2,
        4,
        8,
        16,
        32,
    ]
    assert {find_wait(PushAnswer(each), 1) for each in (PushOutcome.TAKEN, PushOutcome.GONE, PushOutcome.REFUSED)} == {
        None
    }


@pytest.fixture
def stuck() -> Iterator[tuple[PushWorker, threading.Event]]:
    """A worker whose books do not answer until the event is set."""
    gate = threading.Event()

    class Slow(Book):
        def list_subscriptions(self, customer_id: int) -> Sequence[PushSubscription]:
            gate.wait()
            return []

    worker = PushWorker(ScriptedSender({}), Slow({}), WorkerBounds(errands=3), lambda: NOW_MS)
    with worker.running():
        yield worker, gate
        gate.set()


def test_whoever_decides_waits_for_nobody_and_a_flood_is_dropped(stuck: tuple[PushWorker, threading.Event]) -> None:
    worker, gate = stuck
    assert [worker.wake_phone(1, "", NOW_MS + 1000) for _ in range(5)] == [True, True, True, False, False]
    gate.set()
    worker.drain()
    assert worker.wake_phone(1, "", NOW_MS + 1000)


def test_a_worker_that_does_not_run_takes_nothing() -> None:
    worker = PushWorker(ScriptedSender({}), Book({}))
    assert not worker.wake_phone(1, "", NOW_MS)
    with worker.running():
        pass
    assert not worker.wake_phone(1, "", NOW_MS)


def test_books_that_are_away_stop_one_errand_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Book):
        def list_subscriptions(self, customer_id: int) -> Sequence[PushSubscription]:
            if customer_id == 1:
                raise OSError("password=hunter2")
            return super().list_subscriptions(customer_id)

    sender = ScriptedSender({2: [TAKEN]})
    worker = PushWorker(sender, Broken({2: [subscription(number=2)]}), None, lambda: NOW_MS)
    with worker.running():
        worker.wake_phone(1, "", NOW_MS + 1000)
        worker.wake_phone(2, "", NOW_MS + 1000)
        worker.drain()
    assert [number for number, _ in sender.sent] == [2]
    assert "a phone was not woken: OSError" in caplog.text
    assert "hunter2" not in caplog.text
