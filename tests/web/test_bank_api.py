"""The bank's operations as JSON: who may ask, what is told, and that it is the same bank as the pages are of."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from bank.books.store_sql import SqlStore
from bank.emv.terminal import CodeRequest
from bank.operations.catalogue import CATALOGUE, SCREENS, OperationKind, live_kinds
from bank.web.api.description import describe_bank_api, list_askable_kinds
from bank.web.coopanet.frame import COOKIE
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.sign_in import REFUSAL_S
from tests.golden_plugin import GoldenText
from tests.web.coopanet import NewCode, Time, Visitors
from tests.web.space import FRENCH, furnish_space, sign_in
from tests.web.test_next_customer import lose_books
from tests.web.test_reader_description import without_words

NOBODYS = "0" * 32


class ApiClient:
    """A program that speaks to the bank."""

    def __init__(self, client: TestClient, headers: dict[str, str] | None = None) -> None:
        self.client, self.headers = client, headers or {}

    def get(self, path: str) -> Response:
        return self.client.get(f"/api{path}", headers=self.headers)

    def post(self, path: str, **body: object) -> Response:
        return self.client.post(f"/api{path}", json=body, headers=self.headers)

    def ask(self, kind: str = "sepa-transfer", **changed: object) -> Response:
        account = self.get("/accounts").json()["accounts"][0]["iban"]
        fields = {"amount": 1234, "payee": "Camille Moreau", "payee_iban": FRENCH, "account": account}
        return self.post("/operations", kind=kind, fields=fields | changed)


@pytest.fixture
def stranger(visitor: Visitors, store: SqlStore) -> ApiClient:
    furnish_space(store)
    return ApiClient(visitor().client)


@pytest.fixture
def caller(stranger: ApiClient, new_code: NewCode) -> ApiClient:
    made = stranger.post("/session", user="durand 42", code=new_code("bank-card"))
    assert made.status_code == 201
    assert not stranger.client.cookies
    return ApiClient(stranger.client, {"Authorization": f"Bearer {made.json()['token']}"})


def signed(offer: dict[str, Any], new_code: NewCode) -> str:
    """What the reader shows when the offer is followed."""
    request = CodeRequest(offer["challenge"] or "", offer["amount_cents"], offer["account"] or "")
    return new_code("bank-card", request)


def test_the_description_is_the_one_that_was_published(golden_text: GoldenText) -> None:
    golden_text(json.dumps(without_words(describe_bank_api("/api")), indent=1) + "\n", "bank-openapi")


def test_what_can_be_asked_for_is_what_the_catalogue_has_live() -> None:
    """But for a log-on, which is a verb of its own, and for what is asked for elsewhere than at a customer's screen."""
    elsewhere = {kind for kind in live_kinds() if not CATALOGUE[kind].terminals & SCREENS}
    assert set(list_askable_kinds()) == live_kinds() - {OperationKind.LOG_ON} - elsewhere
    assert OperationKind.CARD_PAYMENT in elsewhere
    schemas = describe_bank_api("/api")["components"]["schemas"]["Asking"]["oneOf"]
    described = {one["properties"]["kind"]["const"]: list(one["properties"]["fields"]["properties"]) for one in schemas}
    assert described == {kind.value: [rule.name for rule in CATALOGUE[kind].fields] for kind in list_askable_kinds()}


@pytest.mark.parametrize("kind", [kind for kind in OperationKind if kind not in list_askable_kinds()])
def test_a_kind_that_the_bank_does_not_carry_out_is_refused_by_the_server(
    caller: ApiClient, kind: OperationKind
) -> None:
    fields = {rule.name: "1" for rule in CATALOGUE[kind].fields}
    answer = caller.post("/operations", kind=kind.value, fields=fields)
    assert (answer.status_code, answer.json()["field"]) == (400, "kind")
    assert caller.client.get(f"/fr/ask/{kind.value}").url.path in {"/fr/access", f"/fr/ask/{kind.value}"}
    assert caller.get("/operations").json() == {"operations": []}


def test_its_address_is_told_wherever_it_is_mounted(stranger: ApiClient) -> None:
    assert stranger.get("/openapi.json").json()["servers"] == [{"url": "/api"}]


def test_a_transfer_is_asked_for_and_confirmed_by_the_reader(caller: ApiClient, new_code: NewCode) -> None:
    before = caller.get("/accounts").json()["accounts"][0]["balance_cents"]
    asked = caller.ask()
    assert asked.status_code == 201
    number = asked.json()["id"]
    assert asked.json()["state"] == "pending"
    assert asked.json()["shown"][1] == {"label": "Montant", "value": "12,34\N{NO-BREAK SPACE}€"}
    offers = caller.get(f"/operations/{number}/means").json()["means"]
    assert [offer["means"] for offer in offers] == ["reader-sign", "sms"]
    assert (offers[0]["amount_cents"], offers[0]["account"]) == (1234, FRENCH[-8:])
    assert set(offers[1].values()) == {"sms", None}
    wrong = caller.post(f"/operations/{number}/confirm", means="reader", code="00000000")
    assert (wrong.status_code, wrong.json()["outcome"]) == (200, "wrong")
    code = signed(offers[0], new_code)
    done = caller.post(f"/operations/{number}/confirm", means="reader", code=code).json()
    assert (done["outcome"], done["operation"]["state"], done["operation"]["means"]) == (
        "approved",
        "approved",
        "reader-sign",
    )
    again = caller.post(f"/operations/{number}/confirm", means="reader", code=code).json()
    assert again["outcome"] == "settled"
    account = caller.get("/accounts").json()["accounts"][0]
    assert account["balance_cents"] == before - 1234
    assert caller.get(f"/accounts/{account['iban']}/movements").json()["movements"][0]["cents"] == -1234
    assert caller.get(f"/operations/{number}").json() == done["operation"]


def test_a_change_is_confirmed_by_text_message(caller: ApiClient, store: SqlStore) -> None:
    number = caller.post("/operations", kind="change-email", fields={"email": "neu@example.org"}).json()["id"]
    sent = caller.post(f"/operations/{number}/sms").json()
    file = furnish_space(store)
    assert (sent["outcome"], sent["number_end"]) == ("sent", file.find_telephone_end())
    with store.reading() as connection:
        text = connection.exec_driver_sql("SELECT text FROM sms_outbox ORDER BY id DESC LIMIT 1").scalar_one()
    found = re.search(r"\d{4} \d{4}", text)
    assert found
    done = caller.post(f"/operations/{number}/confirm", means="sms", code=found[0])
    assert done.json()["outcome"] == "approved"


def test_the_list_tells_what_changed_since(caller: ApiClient) -> None:
    first, second = (caller.ask(amount=cents).json() for cents in (1, 2))
    assert [one["id"] for one in caller.get("/operations").json()["operations"]] == [first["id"], second["id"]]
    withdrawn = caller.post(f"/operations/{first['id']}/withdraw").json()
    assert withdrawn["state"] == "withdrawn"
    since = caller.get(f"/operations?after={second['seq']}").json()["operations"]
    assert since == [withdrawn]
    for after in ("-1", "x", "9" * 19, "9" * 5000):
        assert caller.get(f"/operations?after={after}").status_code == 400


@pytest.mark.parametrize(("verb", "state"), [("refuse", "refused"), ("withdraw", "withdrawn"), ("fraud", "fraud")])
def test_what_needs_no_code(caller: ApiClient, verb: str, state: str) -> None:
    number = caller.ask().json()["id"]
    assert caller.post(f"/operations/{number}/{verb}").json()["state"] == state


def test_the_same_request_twice_is_one_operation(caller: ApiClient) -> None:
    caller.headers["Idempotency-Key"] = "6f1c"
    assert caller.ask().json() == caller.ask().json()
    assert caller.ask(amount=5).json()["id"] != caller.ask().json()["id"]
    caller.headers["Idempotency-Key"] = "x" * 65
    assert caller.ask().status_code == 400


WRONG: list[tuple[dict[str, Any], int, str, str]] = [
    ({"amount": 0}, 422, "amount", "amount"),
    ({"amount": 1.0}, 400, "body", "fields"),
    ({"amount": True}, 400, "body", "fields"),
    ({"amount": "1234"}, 422, "amount", "amount"),
    ({"payee_iban": "FR00"}, 422, "iban", "payee_iban"),
    ({"payee_iban": "DE89370400440532013000"}, 422, "country", "payee_iban"),
    ({"account": FRENCH}, 422, "same-account", "payee_iban"),
    ({"amount": 9_000_000}, 422, "funds", "amount"),
    ({"payee": "\u202edrawrof"}, 422, "name", "payee"),
    ({"more": 1}, 422, "fields", ""),
]


@pytest.mark.parametrize(("changed", "status", "code", "field"), WRONG)
def test_what_is_wrong_is_told_with_its_field(
    caller: ApiClient, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = caller.ask(**changed)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, field)
    assert caller.get("/operations").json() == {"operations": []}


def test_another_customers_operation_is_none(caller: ApiClient, new_code: NewCode) -> None:
    number = caller.ask().json()["id"]
    token = caller.post("/session", user="MOREAU17", code=new_code("sesame-card")).json()["token"]
    thief = ApiClient(caller.client, {"Authorization": f"Bearer {token}"})
    unknown = thief.get(f"/operations/{NOBODYS}").json()
    for path in (f"/operations/{number}", f"/operations/{number}/means"):
        assert (thief.get(path).status_code, thief.get(path).json()) == (404, unknown)
    for verb in ("sms", "refuse", "withdraw", "fraud"):
        assert thief.post(f"/operations/{number}/{verb}").status_code == 404
    assert thief.post(f"/operations/{number}/confirm", means="reader", code="00000000").status_code == 404
    account = caller.get("/accounts").json()["accounts"][0]["iban"]
    assert thief.get(f"/accounts/{account}/movements").status_code == 404
    assert thief.ask(account=account).json()["code"] == "account"
    assert caller.get(f"/operations/{number}").json()["state"] == "pending"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}])
def test_nobody_is_told_anything(stranger: ApiClient, headers: dict[str, str]) -> None:
    stranger.headers = headers
    for answer in (stranger.get("/session"), stranger.get("/accounts"), stranger.post("/operations")):
        assert (answer.status_code, answer.json()["code"]) == (401, "signed-off")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_page_asks_with_its_cookie_and_the_mark_of_its_forms(
    visitor: Visitors, store: SqlStore, new_code: NewCode
) -> None:
    furnish_space(store)
    guest = sign_in(visitor(), "DURAND42", new_code("bank-card"))
    page = ApiClient(guest.client)
    told = page.get("/session").json()
    assert (told["user"], told["kind"]) == ("DURAND42", "individual")
    assert told["csrf"] == guest.hidden(guest.get("ask/change-email").text, "change-email")["mark"]
    assert page.ask().json()["code"] == "stale"
    page.headers["X-CSRF-Token"] = told["csrf"]
    assert page.ask().status_code == 201
    assert guest.client.delete("/api/session", headers=page.headers).status_code == 204
    assert guest.client.cookies[COOKIE]
    assert page.get("/session").status_code == 401


def test_signing_off_ends_the_token(caller: ApiClient) -> None:
    assert caller.client.delete("/api/session", headers=caller.headers).status_code == 204
    assert caller.get("/session").status_code == 401


def test_a_session_ends_without_use(caller: ApiClient, time: Time) -> None:
    time.now += 599
    assert caller.get("/session").status_code == 200
    time.now += 600
    assert caller.get("/session").status_code == 401


def test_a_refused_sign_in_says_and_takes_the_same_whatever_was_wrong(stranger: ApiClient, time: Time) -> None:
    answers = [stranger.post("/session", user=user, code="00000000") for user in ("DURAND42", "NOBODY00", "", "\x00")]
    assert {(answer.status_code, answer.text) for answer in answers} == {(403, answers[0].text)}
    assert time.pauses == [REFUSAL_S] * 4
    slip = stranger.post("/session", user="DURAND42", code="1234")
    assert (slip.status_code, slip.json()["code"]) == (422, "slip")


def test_a_refused_code_takes_the_same_time_whatever_was_wrong(
    caller: ApiClient, time: Time, new_code: NewCode
) -> None:
    number = caller.ask().json()["id"]
    for means, code in (("reader", "00000000"), ("reader", new_code("bank-card")), ("sms", "00000000")):
        caller.post(f"/operations/{number}/confirm", means=means, code=code)
    assert time.pauses == [REFUSAL_S] * 3
    caller.post(f"/operations/{number}/confirm", means="reader", code="1234")
    caller.post(f"/operations/{number}/withdraw")
    assert caller.post(f"/operations/{number}/confirm", means="sms", code="00000000").json()["outcome"] == "settled"
    assert len(time.pauses) == 3, "neither a slip nor what was settled before tells anything of a code"


def test_books_that_are_away_are_said_without_their_place(
    caller: ApiClient, store: SqlStore, pages: Pages, tmp_path: Path
) -> None:
    lose_books(store, tmp_path)
    answer = caller.get("/accounts")
    assert (answer.status_code, answer.json()["code"]) == (503, "broken")
    assert str(tmp_path) not in answer.text


def test_what_is_no_verb_is_told_so(caller: ApiClient) -> None:
    assert (caller.get("/nothing").status_code, caller.get("/nothing").json()["code"]) == (404, "missing")
    answer = caller.client.put("/api/operations", json={}, headers=caller.headers)
    assert (answer.status_code, answer.json()["code"]) == (405, "method")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    answer = caller.client.post("/api/operations", content="{}", headers=caller.headers)
    assert answer.status_code == 415
