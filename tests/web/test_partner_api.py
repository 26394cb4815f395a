"""The bank for partners over HTTP: CIBA's messages, who is let in how, and every answer as it is described."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import schemathesis
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance
from starlette.testclient import TestClient

from bank.demo.database import open_in_memory
from bank.partners.policy import PARTNER_POLICY
from bank.partners.ports import Partner
from bank.web.partners.description import EXAMPLES, describe_partner_api
from bank.web.partners.verbs import CIBA, make_partner_api
from tests.bank.partnered import PartneredBank
from tests.web.coopanet import HERE
from tests.web.fuzzing import MOST, list_fuzzed

CONSENT = {
    "scope": "accounts",
    "login_hint": "DURAND42",
    "binding_message": "Kiwi 4711",
    "authorization_details": EXAMPLES[0],
}
PURCHASE = CONSENT | {"scope": "transfer", "authorization_details": EXAMPLES[1]}


@pytest.fixture
def bank() -> Iterator[PartneredBank]:
    with closing(open_in_memory()) as store:
        yield PartneredBank(store)


class PartnerClient:
    """A partner's program."""

    def __init__(self, bank: PartneredBank, partner: Partner, secret: str) -> None:
        self.http = TestClient(make_partner_api(bank.service), base_url=HERE)
        self.login = (partner.client_id, secret)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Response:
        return self.http.post(path, data=form, auth=self.login, headers=headers)

    def get(self, path: str, token: str) -> Response:
        return self.http.get(path, headers={"Authorization": f"Bearer {token}"})

    def poll(self, request_id: str) -> Response:
        return self.post("/token", {"grant_type": CIBA, "auth_req_id": request_id})


@pytest.fixture
def kiwi(bank: PartneredBank) -> PartnerClient:
    return PartnerClient(bank, bank.aggregator, bank.secret)


@pytest.fixture
def grocer(bank: PartneredBank) -> PartnerClient:
    return PartnerClient(bank, bank.merchant, bank.other_secret)


def refused(answer: Response, status: int, error: str) -> bool:
    given = answer.json()
    assert set(given) == {"error", "error_description"}
    return (answer.status_code, given["error"]) == (status, error)


# The standard's way


def test_an_aggregator_goes_the_whole_way(bank: PartneredBank, kiwi: PartnerClient) -> None:
    asked = kiwi.post("/bc-authorize", CONSENT)
    assert asked.status_code == 200
    ticket = asked.json()
    assert (set(ticket), ticket["interval"]) == ({"auth_req_id", "expires_in", "interval"}, 5)
    assert asked.headers["cache-control"] == "no-store"
    assert refused(kiwi.poll(ticket["auth_req_id"]), 400, "authorization_pending")
    assert refused(kiwi.poll(ticket["auth_req_id"]), 400, "slow_down")
    bank.approve()
    bank.bank.hand.ms += 10_000
    given = kiwi.poll(ticket["auth_req_id"])
    assert given.headers["cache-control"] == "no-store"
    token = given.json()
    assert (token["token_type"], token["scope"], token["expires_in"]) == ("Bearer", "accounts", 90 * 86_400 - 10)
    (account,) = kiwi.get("/accounts", token["access_token"]).json()["accounts"]
    lines = kiwi.get(f"/accounts/{account['iban']}/movements", token["access_token"]).json()["movements"]
    assert account["balance_cents"] == sum(line["cents"] for line in lines)
    assert refused(kiwi.get("/accounts/FR76/movements", token["access_token"]), 404, "not_found")
    assert kiwi.post("/revoke", {"token": token["access_token"]}).json() == {}
    ended = kiwi.get("/accounts", token["access_token"])
    assert refused(ended, 401, "invalid_token")
    assert ended.headers["www-authenticate"].startswith("Bearer")


def test_a_merchant_is_paid(bank: PartneredBank, grocer: PartnerClient) -> None:
    ticket = grocer.post("/bc-authorize", PURCHASE, **{"Idempotency-Key": "order-1"}).json()
    again = grocer.post("/bc-authorize", PURCHASE, **{"Idempotency-Key": "order-1"}).json()
    assert again["auth_req_id"] == ticket["auth_req_id"]
    bank.approve()
    token = grocer.poll(ticket["auth_req_id"]).json()["access_token"]
    told = grocer.get("/transfer", token).json()
    assert told == {"amount_cents": 1230, "message": "Kiwi 4711", "state": "executed"}
    assert refused(grocer.get("/accounts", token), 401, "invalid_token")


def test_a_refusal_and_the_end_of_the_time_are_told_apart(bank: PartneredBank, kiwi: PartnerClient) -> None:
    first, second = (kiwi.post("/bc-authorize", CONSENT).json()["auth_req_id"] for _ in range(2))
    bank.bank.service.refuse_operation(bank.bank.durand, bank.operation().operation_id)
    assert refused(kiwi.poll(second), 400, "access_denied")
    bank.bank.hand.ms += 600_000
    assert refused(kiwi.poll(first), 400, "expired_token")


# Who is let in


def test_a_client_proves_itself_in_the_header_or_in_the_form_and_once(bank: PartneredBank, kiwi: PartnerClient) -> None:
    client_id, secret = kiwi.login
    in_form = CONSENT | {"client_id": client_id, "client_secret": secret}
    assert kiwi.http.post("/bc-authorize", data=in_form).status_code == 200
    assert refused(kiwi.http.post("/bc-authorize", data=in_form, auth=kiwi.login), 401, "invalid_client")
    for header in (
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff:x").decode(),
        "Basic " + base64.b64encode(f"{client_id}:{bank.other_secret}".encode()).decode(),
        "Bearer " + secret,
    ):
        answer = kiwi.http.post("/bc-authorize", data=CONSENT, headers={"Authorization": header} if header else {})
        assert refused(answer, 401, "invalid_client"), header
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert bank.pending() == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"scope": "openid accounts"}, "invalid_scope"),
        ({"scope": "transfer"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"login_hint": "NOBODY42"}, "unknown_user_id"),
        ({"binding_message": ""}, "invalid_binding_message"),
        ({"authorization_details": ""}, "invalid_authorization_details"),
        ({"authorization_details": "[" * 2000}, "invalid_authorization_details"),
        ({"authorization_details": "{}"}, "invalid_authorization_details"),
        ({"authorization_details": EXAMPLES[1]}, "invalid_authorization_details"),
        ({"authorization_details": '[{"type": "account_information"}]'}, "invalid_authorization_details"),
        ({"authorization_details": '[{"type": "account_information", "days": true}]'}, "invalid_authorization_details"),
        ({"authorization_details": '[{"type": "account_information", "days": 181}]'}, "invalid_authorization_details"),
        ({"authorization_details": EXAMPLES[0].replace("}", ', "x": 1}')}, "invalid_authorization_details"),
    ],
)
def test_what_is_wrong_with_a_request_has_the_standards_word(
    bank: PartneredBank, kiwi: PartnerClient, changed: dict[str, str], error: str
) -> None:
    assert refused(kiwi.post("/bc-authorize", CONSENT | changed), 400, error)
    assert bank.pending() == 0


@pytest.mark.parametrize(
    "amount",
    ["12", "12.3", "12,30", "-1.00", "1e3.00", "1234567890.00", " 1.00", "٣.٣٣", "0.00"],
)
def test_an_amount_is_exact_or_none(bank: PartneredBank, grocer: PartnerClient, amount: str) -> None:
    detail = [{"type": "transfer", "instructedAmount": {"currency": "EUR", "amount": amount}}]
    wrong = PURCHASE | {"authorization_details": json.dumps(detail)}
    assert refused(grocer.post("/bc-authorize", wrong), 400, "invalid_authorization_details")
    assert bank.pending() == 0


@pytest.mark.parametrize(
    "detail",
    [
        {"instructedAmount": {"currency": "USD", "amount": "1.00"}},
        {"instructedAmount": {"currency": "EUR", "amount": 1.0}},
        {"instructedAmount": "1.00"},
        {"instructedAmount": {"currency": "EUR", "amount": "1.00"}, "debtorAccount": "FR76"},
        {"instructedAmount": {"currency": "EUR", "amount": "1.00"}, "debtorAccount": {"iban": "x" * 65}},
        {"instructedAmount": {"currency": "EUR", "amount": "1.00"}, "creditorAccount": {"iban": "FR76"}},
    ],
)
def test_a_merchant_cannot_name_another_payee_or_currency(
    bank: PartneredBank, grocer: PartnerClient, detail: dict[str, object]
) -> None:
    wrong = PURCHASE | {"authorization_details": json.dumps([{"type": "transfer"} | detail])}
    assert refused(grocer.post("/bc-authorize", wrong), 400, "invalid_authorization_details")
    assert bank.pending() == 0


def test_a_form_is_a_form_and_has_each_field_once(kiwi: PartnerClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for body, headers in (
        (json.dumps(CONSENT), {"Content-Type": "application/json"}),
        ("scope=accounts&scope=accounts", form),
        ("&".join(f"f{number}=1" for number in range(21)), form),
        (b"scope=\xff", form),
        ("scope=%ff", form),
    ):
        answer = kiwi.http.post("/bc-authorize", content=body, headers=headers, auth=kiwi.login)
        assert refused(answer, 400, "invalid_request"), body
    assert refused(kiwi.post("/token", {"grant_type": "password"}), 400, "unsupported_grant_type")
    assert refused(kiwi.post("/token", {"grant_type": CIBA}), 400, "invalid_grant")
    assert kiwi.http.get("/token").status_code == 405
    assert refused(kiwi.post("/bc-authorize", CONSENT, **{"Idempotency-Key": "x" * 65}), 400, "invalid_request")


def test_too_many_requests_are_told_to_wait(kiwi: PartnerClient) -> None:
    answers = [kiwi.post("/bc-authorize", CONSENT) for _ in range(PARTNER_POLICY.asked_one + 1)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert refused(answers[-1], 429, "temporarily_unavailable")


def test_a_page_of_another_site_asks_nothing(kiwi: PartnerClient) -> None:
    assert kiwi.post("/bc-authorize", CONSENT, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_books_that_are_away_are_told_without_saying_where(bank: PartneredBank, kiwi: PartnerClient) -> None:
    with bank.store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE partner_grants")
    answer = kiwi.get("/accounts", "x")
    assert refused(answer, 503, "server_error")
    assert "partner_grants" not in answer.text


def test_a_client_of_the_standard_finds_everything(kiwi: PartnerClient) -> None:
    told = kiwi.http.get("/.well-known/openid-configuration").json()
    assert told["backchannel_authentication_endpoint"] == f"{HERE}/bc-authorize"
    assert told["backchannel_token_delivery_modes_supported"] == ["poll"]
    assert told["grant_types_supported"] == [CIBA]
    described = kiwi.http.get("/openapi.json").json()
    assert described == describe_partner_api("")


# By its own description


@pytest.mark.long
@pytest.mark.parametrize(("path", "method", "mode"), list_fuzzed(describe_partner_api("")))
def test_every_answer_is_described(bank: PartneredBank, path: str, method: str, mode: GenerationMode) -> None:
    """Right requests and wrong ones, by clients that prove themselves and with tokens that are good, some of them."""
    schema: Any = schemathesis.openapi.from_asgi(
        "/openapi.json", make_partner_api(bank.service), headers={"Host": "localhost"}
    )
    verb = schema[path][method.upper()]
    tokens = {"/transfer": bank.granted(bank.merchant)}
    token = tokens.get(path) or bank.granted()
    basic = base64.b64encode(f"{bank.aggregator.client_id}:{bank.secret}".encode()).decode()
    account = bank.bank.accounts[bank.bank.durand]

    @given(st.data())
    @settings(
        max_examples=max(1, MOST // 2), deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def fuzz(data: st.DataObject) -> None:
        bank.bank.hand.ms += 1000
        case: Any = data.draw(verb.as_strategy(generation_mode=mode))
        if case.path_parameters and data.draw(st.booleans()):
            case.path_parameters |= {"iban": account}
        if isinstance(case.body, dict) and data.draw(st.booleans()):
            case.body |= CONSENT if path == "/bc-authorize" else {}
        given_headers = {"Authorization": f"Basic {basic}" if method == "post" else f"Bearer {token}"}
        case.call_and_validate(
            base_url=HERE,
            headers={"Host": "localhost"} | given_headers,
            excluded_checks=[positive_data_acceptance, negative_data_rejection, ignored_auth],
        )

    fuzz()
