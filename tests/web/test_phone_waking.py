"""A partner asks, the customer's telephone is woken, he approves on it: bank, push service's twin and telephone."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import http_ece  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from starlette.testclient import TestClient

from bank.books.clock import wall_ms
from bank.demo.database import open_in_memory
from bank.operations.ports import Operation
from bank.partners.ports import Partner, PartnerAsking, PartnerKind, Scope
from bank.partners.registry import add_partner
from bank.partners.service import PartnerService
from bank.push.encryption import read_point
from bank.push.opening import CONTACT, read_vapid_key
from bank.securpass.ports import PhoneOutcome
from bank.web.app.site import open_app
from bank.web.app.waking import PhoneWaking, open_waking
from simulator.push.mailboxes import PushMessage, PushRegistration
from simulator.push.site import SERVICES
from simulator.push.twin import PushTwin
from tests.bank.app_counter import AppCounter
from tests.bank.counter import Hand
from tests.bank.phone import Phone

LATENCY_MS = 72 * 3_600_000
DEVICE = 5
AUTH = bytes(16)
ASKING = PartnerAsking("DURAND42", "Kiwi 4711", days=90)


@dataclass
class WokenPhone:
    """A bank whose customer has a telephone in use, that telephone, and what its browser was pushed."""

    bank: AppCounter
    phone: Phone
    waking: PhoneWaking
    twin: PushTwin
    key: EllipticCurvePrivateKey
    pushed: list[PushMessage]
    arrived: threading.Semaphore

    def subscribe(self) -> None:
        """As the browser does, with the bank's key."""
        registration = PushRegistration(DEVICE, "wp:app", self.waking.key)
        endpoint = f"https://{SERVICES[1]}/fcm/send/{self.twin.mailboxes.register(registration)}"
        self.twin.mailboxes.connect(DEVICE, self._take)
        point = read_point(self.key.public_key())
        self.waking.subscriptions.keep_subscription(self.phone.device_id, endpoint, point, AUTH)

    def _take(self, message: PushMessage) -> None:
        self.pushed.append(message)
        self.arrived.release()

    def read(self) -> str:
        """The latest message, as the service worker reads it: which operation waits."""
        assert self.arrived.acquire(timeout=60)
        plain = http_ece.decrypt(self.pushed[-1].octets, private_key=self.key, auth_secret=AUTH, version="aes128gcm")
        return str(json.loads(plain)["operation"])

    def partners(self) -> tuple[PartnerService, Partner]:
        bank = self.bank
        with bank.store.writing() as connection:
            partner, _ = add_partner(connection, "Kiwi", PartnerKind.AGGREGATOR, "", bank.hand.ms)
        service = PartnerService(bank.store, bank.service, wall=bank.hand, ask_phone=self.waking.ask_phone)
        return service, partner

    def find(self, operation_id: str) -> Operation:
        return self.bank.service.find_operation(self.bank.durand, operation_id)


@pytest.fixture
def woken() -> Iterator[WokenPhone]:
    """The clock in the test's hand stands near the real one: the push service judges by that."""
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_in_memory()))
        bank = AppCounter(store, Hand(wall_ms() - LATENCY_MS))
        phone = bank.usable_phone()
        twin = PushTwin()
        address = stack.enter_context(twin.running())
        waking = open_waking(store, dict.fromkeys(SERVICES, address.http_port), bank.hand)
        stack.enter_context(waking.running())
        yield WokenPhone(bank, phone, waking, twin, generate_private_key(SECP256R1()), [], threading.Semaphore(0))


def test_a_partner_asks_and_the_telephone_is_woken_and_approves(woken: WokenPhone) -> None:
    woken.subscribe()
    service, partner = woken.partners()
    ticket = service.ask_customer(partner, ASKING)
    operation = woken.find(woken.read())
    assert operation.content.fields["message"] == "Kiwi 4711"
    assert woken.pushed[0].topic == operation.operation_id
    done = woken.phone.approve(operation, ticket.shown_number)
    assert done.outcome is PhoneOutcome.DONE
    token = service.poll_token(partner, ticket.request_id).token
    assert service.read_grant(token, Scope.ACCOUNTS).customer_id == woken.bank.durand


def test_the_wrong_number_approves_nothing_and_without_a_telephone_there_is_none(woken: WokenPhone) -> None:
    service, partner = woken.partners()
    ticket = service.ask_customer(partner, ASKING)
    assert len(ticket.shown_number) == 2
    waiting = woken.bank.service.list_operations(woken.bank.durand)[-1]
    wrong = f"{(int(ticket.shown_number) + 1) % 100:02d}"
    assert woken.phone.approve(waiting, wrong).outcome is not PhoneOutcome.DONE
    other = service.ask_customer(partner, PartnerAsking("MOREAU17", "Kiwi 4712", days=90))
    assert other.shown_number == ""


def test_a_telephone_whose_subscription_is_gone_is_forgotten_and_still_approves(woken: WokenPhone) -> None:
    woken.subscribe()
    woken.twin.mailboxes.forget(DEVICE, "wp:app")
    service, partner = woken.partners()
    ticket = service.ask_customer(partner, ASKING)
    woken.waking.worker.drain()
    assert woken.waking.subscriptions.list_subscriptions(woken.bank.durand) == []
    waiting = woken.bank.service.list_operations(woken.bank.durand)[-1]
    assert woken.phone.approve(waiting, ticket.shown_number).outcome is PhoneOutcome.DONE


def test_the_app_is_told_the_key_that_belongs_to_the_books(woken: WokenPhone) -> None:
    store = woken.bank.store
    asked = TestClient(open_app(store, waking=woken.waking), base_url="http://localhost").get("/api/push")
    assert asked.json() == {"key": read_vapid_key(store).public_text}
    without = TestClient(open_app(store), base_url="http://localhost").get("/api/push")
    assert (without.status_code, without.json()["code"]) == (404, "missing")
    assert CONTACT.endswith(".example"), "the demonstration's keeper is nobody"
