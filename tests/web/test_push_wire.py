"""MCS as Chromium speaks it, octet by octet: what stands in its sources is written here a second time, by numbers.

`google_apis/gcm/protocol/mcs.proto` and `checkin.proto`; `engine/connection_handler_impl.cc`; protobuf.dev, "Encoding".
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from simulator.push.line import PushLine, write_message
from simulator.push.mailboxes import MOST_KEPT, Mailboxes, PushMessage, PushRegistration
from simulator.push.site import SERVICES, PushSite
from simulator.push.twin import PushAddress, PushTwin, hash_key, load_identity
from simulator.push.wire import (
    Tag,
    WireError,
    read_fields,
    read_frame,
    write_fixed,
    write_frame,
    write_number,
    write_octets,
    write_varint,
)
from web.tls import Identity, make_certificate, make_root

PHONE = PushRegistration(5, "wp:http://localhost/#1", "sender-key")
LIMIT_S = 30.0
"""Reached only by a line that hangs."""


def read_whole(octets: bytes) -> tuple[int, bytes]:
    async def read() -> tuple[int, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(octets)
        reader.feed_eof()
        return await read_frame(reader)

    return asyncio.run(read())


# Fields


@pytest.mark.parametrize(
    ("number", "octets"),
    [(0, "00"), (1, "01"), (127, "7f"), (128, "8001"), (150, "9601"), (300, "ac02"), (16_384, "808001")],
)
def test_a_number_is_written_seven_bits_an_octet(number: int, octets: str) -> None:
    assert write_varint(number).hex() == octets
    assert read_fields(b"\x08" + bytes.fromhex(octets)) == {1: [number]}


def test_each_kind_of_field_has_its_number_in_the_key() -> None:
    """protobuf.dev: 0 VARINT, 1 I64, 2 LEN, 5 I32; `08 96 01` and `12 07 testing` are its own examples."""
    assert write_number(1, 150) == bytes.fromhex("089601")
    assert write_octets(2, "testing") == bytes.fromhex("120774657374696e67")
    assert write_octets(2, b"testing") == write_octets(2, "testing")
    assert write_fixed(7, 0x0102) == bytes.fromhex("390201000000000000")
    assert read_fields(bytes.fromhex("390201000000000000")) == {7: [0x0102]}
    assert read_fields(bytes.fromhex("1d02010000")) == {3: [0x0102]}
    assert read_fields(b"\x08\x01\x08\x02") == {1: [1, 2]}


@pytest.mark.parametrize("octets", ["08", "0880", "1202ff", "3901", "1d010203", "0b", "0c", "0e", "0f", "ff" * 11])
def test_what_is_cut_off_or_of_no_kind_is_no_message(octets: str) -> None:
    with pytest.raises(WireError):
        read_fields(bytes.fromhex(octets))


def test_the_longest_number_has_ten_octets() -> None:
    assert read_fields(b"\x08" + b"\xff" * 9 + b"\x01") == {1: [2**64 - 1]}
    with pytest.raises(WireError, match="without an end"):
        read_fields(b"\x08" + b"\xff" * 10 + b"\x01")


# Frames


def test_the_tags_are_chromiums() -> None:
    assert {tag.name: tag.value for tag in Tag} == {
        "HEARTBEAT_PING": 0,
        "HEARTBEAT_ACK": 1,
        "LOGIN_REQUEST": 2,
        "LOGIN_RESPONSE": 3,
        "CLOSE": 4,
        "IQ_STANZA": 7,
        "DATA_MESSAGE_STANZA": 8,
    }


@pytest.mark.parametrize("length", [0, 1, 127, 128, 16_383, 16_384])
def test_a_frame_is_a_tag_a_length_and_a_message(length: int) -> None:
    frame = write_frame(Tag.LOGIN_REQUEST, bytes(length))
    assert frame == b"\x02" + write_varint(length) + bytes(length)
    assert read_whole(frame) == (2, bytes(length))


def test_no_message_is_longer_than_sixteen_kilobytes_and_no_length_than_three_octets() -> None:
    with pytest.raises(WireError, match="longer"):
        read_whole(b"\x08" + write_varint(16_385) + bytes(16_385))
    with pytest.raises(WireError, match="without an end"):
        read_whole(b"\x08\xff\xff\xff\x01")
    with pytest.raises(EOFError):
        read_whole(b"\x08\x02x")


def test_a_push_is_a_data_message_stanza() -> None:
    """mcs.proto: from 3, category 5, app_data 7 (key 1, value 2), persistent_id 9, sent 18, raw_data 21."""
    fields = read_fields(write_message(PushMessage(PHONE, b"sealed", 0, identifier="id", encoding="aes128gcm")))
    sent = fields[18][0]
    assert isinstance(sent, int)
    assert abs(sent / 1000 - datetime.now(UTC).timestamp()) < 3600, "milliseconds"
    assert {number: values for number, values in fields.items() if number != 18} == {
        3: [b"sender-key"],
        5: [PHONE.category.encode()],
        7: [write_octets(1, "content-encoding") + write_octets(2, "aes128gcm")],
        9: [b"id"],
        21: [b"sealed"],
    }


# The line


def make_identity() -> Identity:
    now = datetime.now(UTC)
    return make_certificate(make_root(now), ("localhost",), now)


class Browser:
    """Chromium's end of the line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def say(self, octets: bytes) -> None:
        self._writer.write(octets)

    async def hear(self) -> tuple[int, bytes]:
        return await asyncio.wait_for(read_frame(self._reader), LIMIT_S)

    async def log_in(self, device: str = "5", name: str = "chrome-156") -> None:
        self.say(b"\x29" + write_frame(Tag.LOGIN_REQUEST, write_octets(1, name) + write_octets(3, device)))
        assert await self._reader.readexactly(1) == b"\x29", "version 41"
        tag, octets = await self.hear()
        fields = read_fields(octets)
        assert (tag, fields[1]) == (Tag.LOGIN_RESPONSE, [name.encode()])
        told = fields[8][0]
        assert isinstance(told, int)
        assert abs(told / 1000 - datetime.now(UTC).timestamp()) < 3600

    async def hears_the_end(self) -> bool:
        try:
            return await asyncio.wait_for(self._reader.read(), LIMIT_S) == b""
        except OSError:  # the line was cut
            return True


def on_a_line(course: Callable[[Browser, Mailboxes, PushLine], Awaitable[None]]) -> None:
    async def play() -> None:
        boxes = Mailboxes()
        line = PushLine(boxes)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        async with await line.listen(load_identity(make_identity())) as server:
            host, port = server.sockets[0].getsockname()
            assert host == "127.0.0.1"
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            try:
                await course(Browser(reader, writer), boxes, line)
            finally:
                writer.transport.abort()
                await line.hang_up()

    asyncio.run(play())


def test_a_browser_that_logs_in_gets_what_waited_and_what_comes_and_its_pings_are_answered() -> None:
    async def course(browser: Browser, boxes: Mailboxes, _line: PushLine) -> None:
        boxes.post(PushMessage(PHONE, b"waited", boxes.now() + 60))
        await browser.log_in()
        tag, octets = await browser.hear()
        assert (tag, read_fields(octets)[21]) == (Tag.DATA_MESSAGE_STANZA, [b"waited"])
        browser.say(write_frame(Tag.HEARTBEAT_PING, b""))
        assert await browser.hear() == (Tag.HEARTBEAT_ACK, b"")
        boxes.post(PushMessage(PHONE, b"comes", boxes.now() + 60))
        tag, octets = await browser.hear()
        assert read_fields(octets)[21] == [b"comes"]
        browser.say(write_frame(Tag.IQ_STANZA, b"") + write_frame(Tag.CLOSE, b""))
        assert await browser.hears_the_end()
        boxes.post(PushMessage(PHONE, b"later", boxes.now() + 60))
        got: list[PushMessage] = []
        boxes.connect(5, got.append)
        assert [each.octets for each in got] == [b"later"], "a browser that has gone takes nothing"

    on_a_line(course)


LOGIN = write_frame(Tag.LOGIN_REQUEST, write_octets(3, "5"))


@pytest.mark.parametrize(
    "said",
    [
        b"\x28" + LOGIN,
        b"\x2a" + LOGIN,
        b"\x29" + write_frame(Tag.HEARTBEAT_PING, b""),
        b"\x29" + write_frame(Tag.LOGIN_REQUEST, b""),
        b"\x29" + write_frame(Tag.LOGIN_REQUEST, write_octets(3, "five")),
        b"\x29" + write_frame(Tag.LOGIN_REQUEST, write_octets(3, "\u0665")),
        b"\x29" + write_frame(Tag.LOGIN_REQUEST, write_octets(3, "1" * 20)),
        b"\x29" + write_frame(Tag.LOGIN_REQUEST, write_number(3, 5)),
    ],
)
def test_who_does_not_log_in_as_a_browser_is_hung_up_on(said: bytes) -> None:
    async def course(browser: Browser, _boxes: Mailboxes, _line: PushLine) -> None:
        browser.say(said)
        assert await browser.hears_the_end()

    on_a_line(course)


def test_every_line_is_ended_with_the_service() -> None:
    async def course(browser: Browser, _boxes: Mailboxes, line: PushLine) -> None:
        await browser.log_in("1" * 19)
        await line.hang_up()
        assert await browser.hears_the_end()

    on_a_line(course)


# What is kept, and what is told


def test_a_browser_keeps_a_hundred_messages_and_loses_the_oldest() -> None:
    boxes, got = Mailboxes(), list[PushMessage]()
    for number in range(MOST_KEPT + 1):
        boxes.post(PushMessage(PHONE, b"%d" % number, boxes.now() + 60))
    boxes.connect(5, got.append)
    assert [each.octets for each in got] == [b"%d" % number for number in range(1, 101)]


def test_of_two_subscriptions_of_a_browser_one_is_given_up_alone() -> None:
    boxes = Mailboxes()
    other = PushRegistration(5, "another page", "sender-key")
    first, second, elsewhere = (
        boxes.register(each) for each in (PHONE, other, PushRegistration(6, PHONE.category, "sender-key"))
    )
    boxes.forget(5, PHONE.category)
    assert (boxes.find(first), boxes.find(second)) == (None, other)
    assert boxes.find(elsewhere) is not None


def test_the_same_topic_of_another_subscription_takes_no_messages_place() -> None:
    boxes, got = Mailboxes(), list[PushMessage]()
    other = PushRegistration(5, "another page", "sender-key")
    for registration in (PHONE, other):
        boxes.post(PushMessage(registration, b"", boxes.now() + 60, "topic"))
    boxes.connect(5, got.append)
    assert [each.registration for each in got] == [PHONE, other]


def test_a_message_is_sealed_as_rfc_8291_has_it_and_none_has_anothers_name() -> None:
    one, other = (PushMessage(PHONE, b"", 0) for _ in range(2))
    assert (one.topic, one.encoding, len(one.identifier)) == ("", "aes128gcm", 16)
    assert one.identifier != other.identifier
    assert "sealed" not in repr(PushMessage(PHONE, b"sealed", 0))


def test_a_check_in_is_answered_as_checkin_proto_has_it() -> None:
    """stats_ok 1, time_msec 3, android_id 7 and security_token 8 (fixed64)."""
    site = PushSite(Mailboxes())
    answer = TestClient(site.make_app(), base_url=f"https://{SERVICES[0]}").post("/checkin", content=b"")
    assert answer.headers["content-type"] == "application/x-protobuf"
    fields = read_fields(answer.content)
    assert fields[1] == [1]
    (told,) = fields[3]
    assert isinstance(told, int)
    assert abs(told / 1000 - datetime.now(UTC).timestamp()) < 3600
    for number in (7, 8):
        (drawn,) = fields[number]
        assert isinstance(drawn, int)
        assert 0 < drawn < 1 << 62
        assert drawn & 1


def test_chromium_is_told_where_the_service_is() -> None:
    assert PushAddress(8001, 8002, "hash=").list_switches() == (
        "--gcm-checkin-url=http://localhost:8001/checkin",
        "--gcm-registration-url=http://localhost:8001/register",
        "--gcm-mcs-endpoint=https://localhost:8002",
        "--ignore-certificate-errors-spki-list=hash=",
    )
    assert SERVICES == ("fcm.googleapis.com", "jmt17.google.com")


def test_the_key_is_told_by_its_hash_alone() -> None:
    """RFC 7469, 2.4, has the same: base64 of the SHA-256 of SubjectPublicKeyInfo."""
    one, other = make_identity(), make_identity()
    assert len(hash_key(one)) == 44
    assert hash_key(one) == hash_key(one) != hash_key(other)


def test_a_sender_may_be_told_to_wait_or_that_all_is_broken() -> None:
    twin = PushTwin()
    twin.answer_next(503, 30)
    twin.answer_next(500)
    waiting, broken = twin.site.troubles
    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "30")
    assert broken.status_code == 500
    assert "retry-after" not in broken.headers
