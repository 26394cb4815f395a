"""The app's verbs over HTTP: the whole course of a telephone, who may ask what, and what anything else is answered."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from bank.base64url import decode_base64url
from bank.demo.database import open_in_memory
from bank.operations.catalogue import OperationKind
from bank.operations.octets import read_octets
from bank.securpass.phone.passwords import set_password
from bank.securpass.phone.subscribing import PhoneSubscriptions
from bank.securpass.policy import HOUR_MS, MINUTE_MS
from bank.securpass.proofs.keys import verify_plain
from bank.securpass.proofs.octets import PhoneAct, ProofKind
from bank.verification import Verifier
from bank.web.app.api.reading import write_octets
from bank.web.app.api.verbs import AppApi, make_app_api
from bank.web.coopanet.sign_in import Desk
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions, BookSourceLimit
from simulator.phone.keys import PLACE, tell_envelope
from tests.bank.app_counter import AppCounter
from tests.bank.phone import Phone

PASSWORD: Final = "ouvre-toi"
APP: Final = {"X-Coopanet-App": "1"}
JSON = dict[str, Any]


@dataclass
class Browser:
    """A telephone's browser with the app in it."""

    bank: AppCounter
    client: TestClient
    phone: Phone
    paused: list[float] = field(default_factory=list)

    def get(self, path: str, status: int = 200) -> JSON:
        answer = self.client.get(f"/app/api/{path}")
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    def post(self, path: str, said: object = None, status: int = 200) -> JSON:
        answer = self.client.post(f"/app/api/{path}", json={} if said is None else said, headers=APP)
        assert answer.status_code == status, answer.text
        return dict(answer.json()) if answer.content else {}

    def log_on(self, password: str = PASSWORD) -> JSON:
        """By password and text message."""
        step = self.post("log-on", {"user": "durand42", "password": password}, 202)["step"]
        return self.post(f"log-on/{step}", {"code": self.phone.read_sms()})

    def challenge(self) -> bytes:
        return decode_base64url(self.post("challenge")["challenge"])

    def activate(self) -> JSON:
        """The whole course, confirmed by the reader."""
        phone = self.phone
        keys = {"device_key": write_octets(phone.device_key), "code_key": write_octets(phone.code_public())}
        offer = self.post("activation", keys | {"label": "Pixel 7", "second": "reader"}, 201)
        octets = decode_base64url(offer["octets"])
        assert verify_plain(decode_base64url(offer["bank_key"]), octets, decode_base64url(offer["signature"]))
        said = {
            "sms": phone.read_sms(),
            "second": phone.reader_code(offer["challenge"]),
            "device_signature": write_octets(phone.sign(octets)),
            "code_signature": write_octets(phone.code_key().sign(octets)),
        }
        phone.device_id = offer["device"]
        status: JSON = self.post(f"activation/{offer['activation']}", said)["securpass"]
        return status

    def by_phone(self, path: str, act: PhoneAct, by: ProofKind, status: int = 200) -> JSON:
        """`phone` or `log-on-by-phone`."""
        challenge = self.challenge()
        envelope = tell_envelope(self.phone.envelope(act, challenge, by))
        return self.post(path, {"challenge": write_octets(challenge), "envelope": envelope}, status)

    def open(self) -> JSON:
        return self.by_phone("phone", PhoneAct.OPEN, ProofKind.DEVICE)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A bank with a password for its customer, and nobody signed in."""
    with closing(open_in_memory()) as store:
        bank = AppCounter(store)
        with store.writing() as connection:
            set_password(store, connection, bank.durand, PASSWORD, bank.hand.ms)
        yield open_browser(bank)


def open_browser(bank: AppCounter) -> Browser:
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    store = bank.store
    sessions = BookSessions(store, wall=bank.hand)
    desk = Desk(Verifier(store), BookSourceLimit(store), pause=pause)
    places = BookSourceLimit(store, prefix="app-source/", wall=bank.hand)
    subscriptions = PhoneSubscriptions(store, wall=bank.hand)
    api = make_app_api(AppApi(bank.app, sessions, desk, places, OperationFeed(store), subscriptions))
    app = Starlette(routes=[Mount("/app/api", api)])
    return Browser(bank, TestClient(app, PLACE.origin), Phone(bank.app, bank.durand), paused)


# The whole course


def test_an_unknown_telephone_becomes_one_that_approves(browser: Browser) -> None:
    assert browser.get("session")["customer"] is None
    session = browser.log_on()
    assert session["customer"] == {"name": "Claude Durand", "user": "DURAND42"}
    assert session["offer"] == "activate"
    found = browser.get("eligibility")
    assert (found["eligible"], found["missing"], found["path"]) == (True, [], "self-care")
    assert found["seconds"] == ["reader", "mail"]
    assert found["latency_ms"] == 72 * HOUR_MS
    status = browser.activate()
    assert (status["state"], status["usable"]) == ("subscribed", False)
    browser.bank.hand.ms += 72 * HOUR_MS
    operation = browser.bank.ask(amount=250)
    match = browser.phone.prompt(operation)
    assert browser.open()["outcome"] == "done"
    (waiting,) = [one for one in browser.get("operations")["operations"] if one["waiting"]]
    assert (waiting["id"], waiting["match"], waiting["own"]) == (operation.operation_id, True, False)
    whole = browser.get(f"operations/{waiting['id']}")
    octets = decode_base64url(whole["octets"])
    key = decode_base64url(browser.get("session")["bank_key"])
    assert verify_plain(key, octets, decode_base64url(whole["signature"]))
    assert [list(line) for line in read_octets(octets).shown] == whole["shown"] == waiting["shown"]
    envelope = tell_envelope(browser.phone.envelope(PhoneAct.APPROVE, octets, match=match))
    for _ in range(2):
        made = browser.post(f"operations/{waiting['id']}/decision", {"envelope": envelope})
        assert (made["outcome"], made["operation"]["state"]) == ("done", "approved")
    head = browser.get("operations")["head"]
    assert browser.get(f"operations?after={head}")["operations"] == []


def test_logging_on_by_the_telephone_opens_a_session_and_both_cookies(browser: Browser) -> None:
    browser.log_on()
    browser.activate()
    browser.post("log-off", status=204)
    browser.get("accounts", 401)
    made = browser.by_phone("log-on-by-phone", PhoneAct.LOG_ON, ProofKind.CODE)
    assert (made["outcome"], made["session"]["customer"]["user"]) == ("done", "DURAND42")
    assert browser.get("accounts")["accounts"]
    assert browser.get("session")["phone"]
    assert browser.get(f"session?device={browser.phone.device_id}")["offer"] is None


def test_what_waits_is_seen_by_the_telephone_alone_but_not_the_accounts(browser: Browser) -> None:
    browser.log_on()
    browser.activate()
    browser.post("log-off", status=204)
    assert browser.get("operations", 401)["needs"] == "phone"
    browser.open()
    browser.get("operations")
    browser.get("securpass")
    for path in ("accounts", "cards", "devices", "eligibility"):
        assert browser.get(path, 401)["needs"] == "customer"
    browser.bank.hand.ms += 15 * MINUTE_MS
    browser.get("operations", 401)


def test_settings_by_the_telephone(browser: Browser) -> None:
    browser.log_on()
    browser.activate()
    phone = browser.phone
    challenge = browser.challenge()
    attestation, client_data = phone.finger.register(challenge)
    made = {"attestation_object": write_octets(attestation), "client_data": write_octets(client_data)}
    settings = json.dumps({"log_on": True, "approve": False, "credential": made}).encode()
    envelope = tell_envelope(phone.envelope(PhoneAct.SET_BIOMETRICS, settings))
    said = {"settings": write_octets(settings), "challenge": write_octets(challenge), "envelope": envelope}
    device = browser.post("settings/biometrics", said)["securpass"]["device"]
    assert (device["bio_log_on"], device["bio_approve"]) == (True, False)
    assert decode_base64url(device["credential"]) == phone.finger.credential
    made = browser.by_phone("log-on-by-phone", PhoneAct.LOG_ON, ProofKind.BIOMETRICS)
    assert made["outcome"] == "done"
    new = phone.code_public("1379")
    envelope = tell_envelope(phone.envelope(PhoneAct.CHANGE_CODE, new))
    assert browser.post("settings/code", {"code_key": write_octets(new), "envelope": envelope})["outcome"] == "done"
    envelope = tell_envelope(phone.envelope(PhoneAct.CLOSE, b"", code="1379"))
    closed = browser.post("settings/close", {"envelope": envelope})
    assert (closed["outcome"], closed["securpass"]["state"]) == ("done", "closed")
    assert browser.get("devices")["devices"][0]["state"] == "closed"


def test_what_is_asked_for_on_the_telephone_waits_there_without_a_number(browser: Browser) -> None:
    browser.log_on()
    browser.activate()
    browser.bank.hand.ms += 72 * HOUR_MS
    browser.by_phone("log-on-by-phone", PhoneAct.LOG_ON, ProofKind.CODE)
    kind = OperationKind.SEPA_TRANSFER
    asked = {"kind": kind.value, "fields": browser.bank.fields(kind, browser.bank.durand), "language": "fr"}
    own = browser.post("operations", asked | {"once": "a", "device": browser.phone.device_id}, 201)
    assert (own["waiting"], own["match"], own["own"], own["exemption"]) == (True, False, True, None)
    assert browser.post("operations", asked | {"once": "a", "device": browser.phone.device_id}, 201)["id"] == own["id"]
    other = browser.post("operations", asked | {"once": "b", "device": "0" * 32}, 201)
    assert (other["match"], other["own"]) == (True, False), "whoever says another telephone is none"
    assert browser.post("operations", asked | {"once": "c", "fields": {}}, 422)["code"] == "fields"
    assert browser.post("operations", asked | {"once": "d", "kind": "log-on"}, 400)["field"] == "kind"


def test_a_trusted_telephone_is_not_asked_where_an_article_says_so(browser: Browser) -> None:
    """Ten uses on five days: 30 euros go by article 16, more is asked; a friend's transfer has no star."""
    browser.log_on()
    browser.activate()
    browser.bank.hand.ms += 72 * HOUR_MS
    for _ in range(10):
        browser.by_phone("log-on-by-phone", PhoneAct.LOG_ON, ProofKind.CODE)
        browser.bank.hand.ms += 12 * HOUR_MS
    browser.by_phone("log-on-by-phone", PhoneAct.LOG_ON, ProofKind.CODE)
    assert browser.get("securpass")["device"]["trusted"]
    kind = OperationKind.SEPA_TRANSFER
    fields = browser.bank.fields(kind, browser.bank.durand)
    asked = {"kind": kind.value, "language": "fr", "device": browser.phone.device_id}
    low = browser.post("operations", asked | {"once": "a", "fields": fields | {"amount": 3000}}, 201)
    assert (low["state"], low["exemption"], low["means"]) == ("approved", "low-value", None)
    high = browser.post("operations", asked | {"once": "b", "fields": fields | {"amount": 3001}}, 201)
    assert (high["state"], high["exemption"]) == ("pending", None)
    assert (
        browser.bank.effects(browser.bank.service.find_operation(browser.bank.durand, low["id"]))["transfer"] == "done"
    )


# Logging on


def test_a_log_on_tells_nothing_of_what_was_wrong(browser: Browser) -> None:
    """An unknown user code, a wrong password, a customer without one: the same answer, held back alike, and no code."""
    before = len(browser.bank.service.list_messages(browser.bank.durand))
    for user, password in (("NOBODY00", PASSWORD), ("durand42", "wrong"), ("MOREAU17", PASSWORD), ("", "")):
        made = browser.post("log-on", {"user": user, "password": password}, 202)
        assert set(made) == {"step", "until"}
        for left in (2, 1, 0, 0):
            refused = browser.post(f"log-on/{made['step']}", {"code": "12345678"}, 403)
            assert (refused["code"], refused["left"]) == ("refused", left)
    assert len(browser.bank.service.list_messages(browser.bank.durand)) == before
    assert len(browser.paused) == 20


def test_a_step_is_done_once(browser: Browser) -> None:
    step = browser.post("log-on", {"user": "durand42", "password": PASSWORD}, 202)["step"]
    code = browser.phone.read_sms()
    browser.post(f"log-on/{step}", {"code": code})
    assert browser.post(f"log-on/{step}", {"code": code}, 403)["left"] == 0


def test_five_wrong_passwords_close_the_way_for_a_while(browser: Browser) -> None:
    for _ in range(5):
        browser.post("log-on", {"user": "durand42", "password": "wrong"}, 202)
    before = len(browser.bank.service.list_messages(browser.bank.durand))
    browser.post("log-on", {"user": "durand42", "password": PASSWORD}, 202)
    assert len(browser.bank.service.list_messages(browser.bank.durand)) == before
    browser.bank.hand.ms += 15 * MINUTE_MS
    browser.log_on()


def test_one_place_asks_only_so_often(browser: Browser) -> None:
    for _ in range(20):
        browser.post("log-on", {"user": "NOBODY00", "password": "x"}, 202)
    assert browser.post("log-on", {"user": "NOBODY00", "password": "x"}, 429)["code"] == "too-many"


# Who may ask what


@pytest.mark.parametrize("path", ["log-on", "challenge", "phone", "activation", "settings/close", "operations"])
def test_nobody_elses_page_may_ask(browser: Browser, path: str) -> None:
    answer = browser.client.post(f"/app/api/{path}", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "stale")


def test_another_customer_sees_nothing(browser: Browser) -> None:
    browser.log_on()
    bank = browser.bank
    fields = bank.fields(OperationKind.SEPA_TRANSFER, bank.moreau)
    asking = bank.asking()
    theirs = bank.service.request_operation(type(asking)(bank.moreau, asking.kind, asking.terminal, fields))
    browser.get(f"operations/{theirs.operation_id}", 404)
    browser.activate()
    octets = b"whatever"
    envelope = tell_envelope(browser.phone.envelope(PhoneAct.REFUSE, octets, ProofKind.DEVICE))
    browser.post(f"operations/{theirs.operation_id}/decision", {"envelope": envelope}, 404)
    assert browser.get("operations")["operations"] == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("log-on", {}),
        ("log-on", {"user": 1, "password": "x"}),
        ("log-on", {"user": "x", "password": "x", "more": 1}),
        ("log-on", {"user": "x" * 200, "password": "x"}),
        ("challenge", []),
        ("phone", {"challenge": "=", "envelope": {}}),
        ("phone", {"challenge": "AA", "envelope": {"request": "AA", "device_signature": "A"}}),
        ("phone", {"challenge": "AB", "envelope": {"request": "AA", "device_signature": "AA"}}),
        ("phone", {"challenge": "A" * 100, "envelope": {"request": "AA", "device_signature": "AA"}}),
        ("phone", {"challenge": "AA", "envelope": {"request": "AA", "device_signature": "AA", "assertion": {}}}),
        ("later", {"offer": "never"}),
        ("activation", {"device_key": "AA", "code_key": "AA", "label": "x", "second": "voice"}),
    ],
    ids=str,
)
def test_another_form_is_refused(browser: Browser, path: str, said: object) -> None:
    assert browser.post(path, said, 400)["code"] == "body"


def test_a_key_that_is_none_is_refused(browser: Browser) -> None:
    browser.log_on()
    said = {"device_key": write_octets(b"\4" + bytes(64)), "code_key": write_octets(bytes(32)), "label": "x"}
    refused = browser.post("activation", said | {"second": "reader"}, 422)
    assert (refused["code"], refused["field"]) == ("body", "device_key")


def test_a_telephone_is_woken_where_it_says_and_nowhere_private(browser: Browser) -> None:
    browser.log_on()
    browser.activate()
    keys = {"p256dh": write_octets(browser.phone.device_key), "auth": write_octets(bytes(16))}
    endpoint = "https://fcm.googleapis.com/fcm/send/abc"
    browser.post("push", {"endpoint": endpoint, **keys}, 401)
    browser.open()
    subscriptions = PhoneSubscriptions(browser.bank.store)
    for turn in ("abc", "def"):
        browser.post("push", {"endpoint": f"https://fcm.googleapis.com/fcm/send/{turn}", **keys}, 204)
        assert len(subscriptions.list_subscriptions(browser.bank.durand)) == 1
    for foreign in ("http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://evil.example/x"):
        browser.post("push", {"endpoint": foreign, **keys}, 422)
    browser.post("push/forget", {"endpoint": "https://fcm.googleapis.com/fcm/send/def"}, 204)
    assert subscriptions.list_subscriptions(browser.bank.durand) == []


@pytest.mark.parametrize("kind", [OperationKind.SHOW_PIN, OperationKind.SHOW_CARD])
def test_a_card_is_shown_once_and_to_whoever_is_signed_in(browser: Browser, kind: OperationKind) -> None:
    own = approve_on_card(browser, kind)
    browser.client.cookies.delete("coopanet_app")
    browser.get(f"operations/{own['id']}/result", 401)
    browser.by_phone("log-on-by-phone", PhoneAct.LOG_ON, ProofKind.CODE)
    answer = browser.client.get(f"/app/api/operations/{own['id']}/result")
    if kind is OperationKind.SHOW_PIN:
        assert answer.json() == {"pin": "1234", "seconds": 10}
    else:
        assert set(answer.json()) == {"number", "expires", "security_code", "seconds"}
    browser.get(f"operations/{own['id']}/result", 404)
    own = approve_on_card(browser, kind)
    browser.bank.hand.ms += MINUTE_MS
    browser.get(f"operations/{own['id']}/result", 404)


@pytest.mark.parametrize("kind", [OperationKind.ENROL_WALLET, OperationKind.WITHDRAW_BY_PHONE])
def test_a_service_of_the_card_is_begun(browser: Browser, kind: OperationKind) -> None:
    own = approve_on_card(browser, kind)
    (card,) = browser.get("cards")["cards"]
    assert card["services"] == [kind.value]
    browser.get(f"operations/{own['id']}/result", 404)
    browser.post("cards/end", {"card": card["id"] + 1, "kind": kind.value}, 404)
    browser.post("cards/end", {"card": card["id"], "kind": "show-pin"}, 400)
    browser.post("cards/end", {"card": card["id"], "kind": kind.value}, 204)
    assert browser.get("cards")["cards"][0]["services"] == []
    browser.post("cards/end", {"card": card["id"], "kind": kind.value}, 404)


def approve_on_card(browser: Browser, kind: OperationKind) -> JSON:
    """Ask for it on the telephone, and approve it there."""
    bank, phone = browser.bank, browser.phone
    if not phone.device_id:
        browser.log_on()
        browser.activate()
        bank.hand.ms += 72 * HOUR_MS
    browser.by_phone("log-on-by-phone", PhoneAct.LOG_ON, ProofKind.CODE)
    asked = {"kind": kind.value, "fields": {"card": bank.cards[bank.durand]}, "language": "fr"}
    own = browser.post("operations", asked | {"once": uuid4().hex, "device": phone.device_id}, 201)
    browser.get(f"operations/{own['id']}/result", 404)
    octets = decode_base64url(browser.get(f"operations/{own['id']}")["octets"])
    envelope = tell_envelope(phone.envelope(PhoneAct.APPROVE, octets))
    assert browser.post(f"operations/{own['id']}/decision", {"envelope": envelope})["outcome"] == "done"
    return own
