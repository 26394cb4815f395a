"""The push service's twin behaves like one: who may send, what waits for whom and how long, and what it is spared."""

import asyncio
import time
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bank.push.encryption import read_point
from bank.push.endpoints import EndpointPolicy
from bank.push.ports import PushAnswer, PushOutcome, PushSubscription, WakeUp
from bank.push.vapid import derive_vapid_key
from bank.push.webpush import WebPushSender
from simulator.push.mailboxes import Mailboxes, PushMessage, PushRegistration
from simulator.push.senders import is_sender
from simulator.push.site import SERVICES, PushSite
from simulator.push.twin import PushTwin
from simulator.push.wire import WireError, read_fields, read_frame, write_fixed, write_number, write_octets

KEY = derive_vapid_key(bytes(range(32)), "mailto:banque@example.net")
OTHER = derive_vapid_key(bytes(32), "mailto:banque@example.net")
HERE = f"https://{SERVICES[0]}"
PHONE = PushRegistration(5, "wp:http://localhost/#1", KEY.public_text)


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def make_client(site: PushSite) -> TestClient:
    return TestClient(site.make_app(), base_url=HERE)


def headers(**changed: str) -> dict[str, str]:
    sent = {"TTL": "60", "Content-Encoding": "aes128gcm", "Authorization": KEY.authorise(HERE, now_ms())}
    return sent | changed


# Browsers


def test_a_browser_keeps_its_number_and_a_new_one_is_given_one() -> None:
    client = make_client(PushSite(Mailboxes()))
    first = read_fields(client.post("/checkin", content=b"").content)[7][0]
    again = read_fields(client.post("/checkin", content=write_fixed(2, int(first))).content)
    assert again[7] == [first]
    assert read_fields(client.post("/checkin", content=write_number(2, 77)).content)[7] == [77]
    assert client.post("/checkin", content=b"\xff").status_code == 400


def register(client: TestClient, **changed: str) -> str:
    form = {"device": "5", "app": "x", "X-subtype": PHONE.category, "sender": PHONE.sender} | changed
    content_type = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.post("/register", content=urlencode(form), headers=content_type).text


def test_a_subscription_that_is_given_up_is_gone_for_senders() -> None:
    client = make_client(PushSite(Mailboxes()))
    token = register(client).removeprefix("token=")
    address = f"/fcm/send/{token}"
    assert client.post(address, content=b"x", headers=headers()).status_code == 201
    assert register(client, delete="true") == f"deleted={PHONE.category}"
    assert client.post(address, content=b"x", headers=headers()).status_code == 410
    assert register(client, device="-1") == "Error=INVALID_PARAMETERS"


# Senders


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 201),
        ({"TTL": ""}, 400),
        ({"TTL": "-1"}, 400),
        ({"TTL": "9" * 5000}, 400),
        ({"Authorization": ""}, 403),
        ({"Authorization": "vapid t=a.b.c, k=d"}, 403),
        ({"Authorization": OTHER.authorise(HERE, now_ms())}, 403),
        ({"Authorization": KEY.authorise("https://elsewhere.example", now_ms())}, 403),
        ({"Authorization": KEY.authorise(HERE, now_ms() - 86_400_000)}, 403),
        ({"Authorization": KEY.authorise(HERE, now_ms() + 86_400_000)}, 403),
    ],
)
def test_only_who_the_browser_bound_its_subscription_to_may_send(changed: dict[str, str], status: int) -> None:
    site = PushSite(Mailboxes())
    token = site.mailboxes.register(PHONE)
    sent = make_client(site).post(f"/fcm/send/{token}", content=b"x", headers=headers(**changed))
    assert sent.status_code == status


def test_a_message_that_is_too_long_is_refused() -> None:
    site = PushSite(Mailboxes())
    address = f"/wp/{site.mailboxes.register(PHONE)}"
    assert make_client(site).post(address, content=bytes(4096), headers=headers()).status_code == 201
    assert make_client(site).post(address, content=bytes(4097), headers=headers()).status_code == 413


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_no_header_is_a_sender_by_chance_or_breaks_the_judge(text: str) -> None:
    assert not is_sender(text, KEY.public_text, HERE, time.time())
    assert not is_sender(f"vapid t={text},k={KEY.public_text}", KEY.public_text, HERE, time.time())


def test_another_site_in_the_browser_may_send_nothing() -> None:
    site = PushSite(Mailboxes())
    address = f"/wp/{site.mailboxes.register(PHONE)}"
    foreign = headers(**{"Sec-Fetch-Site": "cross-site"})
    assert make_client(site).post(address, content=b"x", headers=foreign).status_code == 403


# What waits


def test_what_waits_is_delivered_once_and_in_order_when_the_browser_comes() -> None:
    boxes, got = Mailboxes(Clock().now), list[PushMessage]()
    messages = [PushMessage(PHONE, bytes((each,)), 2000) for each in range(3)]
    for message in messages[:2]:
        boxes.post(message)
    boxes.connect(5, got.append)
    boxes.post(messages[2])
    boxes.connect(5, got.append)
    assert got == messages


def test_a_message_waits_as_long_as_its_sender_says_and_a_newer_one_of_its_topic_takes_its_place() -> None:
    clock, got = Clock(), list[PushMessage]()
    boxes = Mailboxes(clock.now)
    late, kept = PushMessage(PHONE, b"late", 1001), PushMessage(PHONE, b"kept", 1010)
    old, new = (PushMessage(PHONE, text, 1010, "topic") for text in (b"old", b"new"))
    for message in (late, old, kept, new):
        boxes.post(message)
    clock.seconds = 1001
    boxes.connect(5, got.append)
    assert got == [kept, new]


def test_a_line_that_was_replaced_does_not_take_the_new_one_with_it() -> None:
    boxes, first, second = Mailboxes(), list[PushMessage](), list[PushMessage]()
    old, new = first.append, second.append
    boxes.connect(5, old)
    boxes.connect(5, new)
    boxes.disconnect(5, old)
    boxes.post(PushMessage(PHONE, b"", boxes.now() + 60))
    assert (len(first), len(second)) == (0, 1)


# The wire


@given(st.dictionaries(st.integers(1, 30), st.one_of(st.integers(0, 2**63), st.binary(max_size=300)), max_size=5))
def test_what_is_written_is_read_again(message: dict[int, int | bytes]) -> None:
    octets = b"".join(
        write_number(field, value) if isinstance(value, int) else write_octets(field, value)
        for field, value in message.items()
    )
    assert read_fields(octets) == {field: [value] for field, value in message.items()}


@given(st.binary(max_size=60))
def test_octets_of_a_stranger_are_a_message_or_an_error(octets: bytes) -> None:
    async def read() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(octets)
        reader.feed_eof()
        try:
            await read_frame(reader)
        except (WireError, EOFError):
            return

    asyncio.run(read())
    try:
        read_fields(octets)
    except WireError:
        return


# With the bank's sender


def test_the_banks_sender_is_taken_and_each_of_its_troubles_is_told() -> None:
    phone = generate_private_key(SECP256R1())
    twin = PushTwin()
    token = twin.mailboxes.register(PHONE)
    got: list[PushMessage] = []
    twin.mailboxes.connect(5, got.append)
    with twin.running() as address:
        sender = WebPushSender(KEY, EndpointPolicy(detours={SERVICES[0]: address.http_port}))
        there = PushSubscription(1, f"{HERE}/fcm/send/{token}", read_point(phone.public_key()), bytes(16))
        nowhere = PushSubscription(2, f"{HERE}/fcm/send/unknown", read_point(phone.public_key()), bytes(16))
        wake = WakeUp("a" * 32, 60, topic="a" * 32)
        assert asyncio.run(sender.send_push(there, wake)) == PushAnswer(PushOutcome.TAKEN)
        assert asyncio.run(sender.send_push(nowhere, wake)) == PushAnswer(PushOutcome.GONE)
        twin.answer_next(429, 7)
        twin.answer_next(500)
        assert asyncio.run(sender.send_push(there, wake)) == PushAnswer(PushOutcome.LATER, 7)
        assert asyncio.run(sender.send_push(there, wake)) == PushAnswer(PushOutcome.LATER)
    assert [(each.topic, each.encoding, len(each.octets)) for each in got] == [("a" * 32, "aes128gcm", 230)]
