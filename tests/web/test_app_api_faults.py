"""Every verb of the app while the disk is full at the commit, and while the database is away: 503, not a row of the
books is another one, and the very same request is taken once they are back."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import pytest
from sqlalchemy import update

from bank.base64url import decode_base64url
from bank.books.schema_securpass import ENROLMENTS
from bank.demo.database import open_in_memory
from bank.operations.catalogue import OperationKind
from bank.operations.octets import make_octets
from bank.securpass.phone.passwords import set_password
from bank.securpass.proofs.octets import PhoneAct, ProofKind
from bank.web.app.api.description import describe_app_api
from bank.web.app.api.reading import write_octets
from simulator.phone.keys import tell_envelope
from tests.bank.app_counter import AppCounter
from tests.web.test_app_api import APP, PASSWORD, Browser, open_browser
from tests.web.troubled import Trouble, dump

JSON = dict[str, Any]
READ_ONLY: Final = ("/openapi.json", "/events", "/push")
"""What looks at no books, or streams, or says that this bank wakes nobody."""


@pytest.fixture(params=["full", "away"])
def tried(request: pytest.FixtureRequest) -> Iterator["Tried"]:
    with closing(open_in_memory()) as store:
        bank = AppCounter(store)
        with store.writing() as connection:
            set_password(store, connection, bank.durand, PASSWORD, bank.hand.ms)
        yield Tried(open_browser(bank), Trouble(store, request.param), set())


@dataclass
class Tried:
    """A telephone whose every request meets the trouble first."""

    browser: Browser
    trouble: Trouble
    verbs: set[tuple[str, str]]

    def post(self, path: str, said: JSON | None = None, status: int = 200, *, writes: bool = True) -> JSON:
        return self._both("POST", path, said or {}, status, writes=writes)

    def get(self, path: str, *, writes: bool = False) -> JSON:
        return self._both("GET", path, None, 200, writes=writes)

    def _both(self, method: str, path: str, said: JSON | None, status: int, *, writes: bool) -> JSON:
        self.verbs.add((method, path))
        before = dump(self.trouble.store)
        with self.trouble.now():
            answer = self._ask(method, path, said)
        if writes or self.trouble.kind == "away":
            assert answer.status_code == 503, (method, path, answer.text)
            assert "database" not in answer.text
        assert dump(self.trouble.store) == before, (method, path)
        answer = self._ask(method, path, said)
        assert answer.status_code == status, (method, path, answer.text)
        return dict(answer.json()) if answer.content else {}

    def _ask(self, method: str, path: str, said: JSON | None) -> Any:  # noqa: ANN401 - httpx's
        return self.browser.client.request(method, f"/app/api/{path}", json=said, headers=APP)

    def sign(self, act: PhoneAct, about: bytes, by: ProofKind = ProofKind.CODE, match: str = "") -> JSON:
        return tell_envelope(self.browser.phone.envelope(act, about, by, match))

    def challenge(self) -> bytes:
        return decode_base64url(self.post("challenge", writes=False)["challenge"])


def test_no_verb_does_anything_half(tried: Tried) -> None:
    logs_on_and_activates(tried)
    opens_and_asks(tried)
    decides(tried)
    sets(tried)
    tried.post("log-off", status=204)
    described = {
        (method.upper(), path)
        for path, verbs in describe_app_api("")["paths"].items()
        for method in verbs
        if method in ("get", "post") and not (method == "get" and path.endswith(READ_ONLY))
    }
    assert {(method, shape(path)) for method, path in described} == {(m, shape(path)) for m, path in tried.verbs}


def shape(path: str) -> str:
    """An address with its values left out."""
    parts = path.strip("/").split("/")
    return "/".join("*" if part.startswith("{") or len(part) == 32 else part for part in parts)


def logs_on_and_activates(tried: Tried) -> None:
    browser, phone = tried.browser, tried.browser.phone
    step = tried.post("log-on", {"user": "durand42", "password": PASSWORD}, 202)["step"]
    tried.post(f"log-on/{step}", {"code": phone.read_sms()})
    assert tried.get("session")["customer"]
    assert tried.get("eligibility")["eligible"]
    tried.post("later", {"offer": "activate"}, 204)
    keys = {"device_key": write_octets(phone.device_key), "code_key": write_octets(phone.code_public())}
    offer = tried.post("activation", keys | {"label": "Pixel 7", "second": "reader"}, 201)
    activation = f"activation/{offer['activation']}"
    tried.post(f"{activation}/codes", status=204)
    octets = decode_base64url(offer["octets"])
    said = {
        "sms": phone.read_sms(),
        "second": phone.reader_code(offer["challenge"]),
        "device_signature": write_octets(phone.sign(octets)),
        "code_signature": write_octets(phone.code_key().sign(octets)),
    }
    phone.device_id = offer["device"]
    assert tried.post(activation, said)["securpass"]["state"] == "subscribed"
    with browser.bank.store.writing() as connection:
        connection.execute(update(ENROLMENTS).values(usable_from_ms=0))


def opens_and_asks(tried: Tried) -> None:
    for path, act, by in (
        ("phone", PhoneAct.OPEN, ProofKind.DEVICE),
        ("log-on-by-phone", PhoneAct.LOG_ON, ProofKind.CODE),
    ):
        challenge = tried.challenge()
        said = {"challenge": write_octets(challenge), "envelope": tried.sign(act, challenge, by)}
        assert tried.post(path, said)["outcome"] == "done"
    for path in ("securpass", "devices", "accounts", "cards", "operations"):
        tried.get(path)
    point = write_octets(tried.browser.phone.device_key)
    endpoint = "https://fcm.googleapis.com/fcm/send/a"
    tried.post("push", {"endpoint": endpoint, "p256dh": point, "auth": write_octets(bytes(16))}, 204)
    tried.post("push/forget", {"endpoint": endpoint}, 204)


def approves_own(tried: Tried, kind: OperationKind) -> str:
    """What a customer asks for on the telephone itself, and approves there."""
    bank, phone = tried.browser.bank, tried.browser.phone
    fields = bank.fields(kind, bank.durand)
    asked = {"kind": kind.value, "fields": fields, "language": "fr", "once": kind.value, "device": phone.device_id}
    number = str(tried.post("operations", asked, 201)["id"])
    octets = decode_base64url(tried.get(f"operations/{number}")["octets"])
    made = tried.post(f"operations/{number}/decision", {"envelope": tried.sign(PhoneAct.APPROVE, octets)})
    assert (made["outcome"], made["operation"]["state"]) == ("done", "approved")
    return number


def decides(tried: Tried) -> None:
    bank, phone = tried.browser.bank, tried.browser.phone
    number = approves_own(tried, OperationKind.SHOW_PIN)
    assert tried.get(f"operations/{number}/result", writes=True)["pin"]
    approves_own(tried, OperationKind.ENROL_WALLET)
    card = tried.get("cards")["cards"][0]["id"]
    tried.post("cards/end", {"card": card, "kind": OperationKind.ENROL_WALLET.value}, 204)
    for act in (PhoneAct.REFUSE, PhoneAct.FRAUD):
        operation = bank.ask()
        phone.prompt(operation)
        said = {"envelope": tried.sign(act, make_octets(operation.content), ProofKind.DEVICE)}
        assert tried.post(f"operations/{operation.operation_id}/decision", said)["outcome"] == "done"
    pays(tried)


def logs_on_again(tried: Tried) -> None:
    """A fraud has signed everybody off."""
    challenge = tried.challenge()
    said = {"challenge": write_octets(challenge), "envelope": tried.sign(PhoneAct.LOG_ON, challenge)}
    assert tried.post("log-on-by-phone", said)["outcome"] == "done"


def pays(tried: Tried) -> None:
    """A transfer is approved and carried out together, or neither."""
    tried.browser.bank.hand.ms += 15 * 60_000  # two refusals: the telephone was left in peace
    logs_on_again(tried)
    operation = tried.browser.bank.ask()
    match = tried.browser.phone.prompt(operation)
    said = {"envelope": tried.sign(PhoneAct.APPROVE, make_octets(operation.content), match=match)}
    assert tried.post(f"operations/{operation.operation_id}/decision", said)["outcome"] == "done"
    assert tried.browser.bank.effects(operation) == {"transfer": "done", "notice": "done"}


def sets(tried: Tried) -> None:
    phone = tried.browser.phone
    logs_on_again(tried)
    challenge = tried.challenge()
    attestation, client = phone.finger.register(challenge)
    credential = {"attestation_object": write_octets(attestation), "client_data": write_octets(client)}
    settings = json.dumps({"log_on": True, "approve": True, "credential": credential}).encode()
    said = {"settings": write_octets(settings), "challenge": write_octets(challenge)}
    tried.post("settings/biometrics", said | {"envelope": tried.sign(PhoneAct.SET_BIOMETRICS, settings)})
    new = phone.code_public("1379")
    tried.post("settings/code", {"code_key": write_octets(new), "envelope": tried.sign(PhoneAct.CHANGE_CODE, new)})
    closing_act = tell_envelope(phone.envelope(PhoneAct.CLOSE, b"", code="1379"))
    assert tried.post("settings/close", {"envelope": closing_act})["securpass"]["state"] == "closed"
