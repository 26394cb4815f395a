"""What somebody does who is no honest shop, no honest browser or not the customer: refused, and nothing moves."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from bank.operations.table import OperationState
from tests.threeds.far_shop import (
    FORM,
    OTHER_KEY,
    OTHER_SHOP,
    OWN,
    Acquaintance,
    cres_of,
    encode,
)
from tests.threeds.samples import NUMBER, SHOP, areq, creq


def untouched(far: Acquaintance) -> tuple[object, ...]:
    """What no attack may change."""
    listed = far.operations.list_operations(far.customer)
    return (
        [(one.operation_id, one.state) for one in listed],
        len(far.ear.heard),
        far.balances(),
        far.card_state(),
        len(far.operations.list_messages(far.customer)),
    )


# At the shop's door


def test_nobody_asks_without_a_key_of_a_shop(far: Acquaintance) -> None:
    for key in ("", "x", "é" * 3, OTHER_KEY[:-1], "k" * 44, "Bearer " + OTHER_KEY):
        headers = {b"Authorization": f"Bearer {key}".encode(), b"Content-Type": b"application/json"}
        for path in ("areq", "cards", "authorisations", "authorisations/x/capture", "authorisations/x/release"):
            answer = far.browser.post(f"/acs/{path}", content=b"{}", headers=headers)
            assert answer.status_code == 401, (key, path)
    assert far.browser.post("/acs/areq", content=b"{}", headers={"Content-Type": "application/json"}).status_code == 401


def test_no_page_in_a_browser_asks_at_the_shops_door(far: Acquaintance) -> None:
    answer = far.ask("areq", areq(), **{"Origin": SHOP, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    form = far.browser.post("/acs/areq", data={"x": "y"}, headers={"Authorization": "Bearer " + "k" * 43})
    assert form.status_code == 415


def test_a_shop_asks_in_its_own_name_and_for_its_own_addresses_only(far: Acquaintance) -> None:
    """The result of a payment goes nowhere else (SSRF), nor does a customer's browser."""
    before = untouched(far)
    foreign = (
        "http://127.0.0.1:8038.evil.example/3ds/results",
        "http://127.0.0.1:8038@evil.example/",
        "http://127.0.0.1:80380/3ds/results",
        "http://127.0.0.1/3ds/results",
        "http://127.0.0.1:22/",
        "http://localhost:8038/3ds/results",
        "https://127.0.0.1:8038/3ds/results",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:8038/3ds/results",
        OTHER_SHOP + "/3ds/results",
    )
    for url in foreign:
        for name in ("threeDSServerURL", "notificationURL"):
            answer = far.authenticate(**{name: url})
            assert (answer["messageType"], answer["errorComponent"]) == ("Erro", "A"), url
            assert answer["errorCode"] in {"203", "303"}, url
            assert answer["errorDetail"] == name, url
    assert far.authenticate(acquirerMerchantID="other")["errorDetail"] == "acquirerMerchantID"
    assert untouched(far) == before


def test_a_shop_that_moved_or_closed_is_told_nothing_at_its_old_address(far: Acquaintance) -> None:
    opened = far.open()
    far.add_shop("meander", "La Papeterie du Méandre", "https://shop.example", "k" * 43)
    opened.press("cancel")
    assert far.ear.heard == []
    assert far.row(opened.ares["acsTransID"])["result"] == "given-up"


def test_a_request_that_is_sent_again_is_no_second_payment(far: Acquaintance) -> None:
    server_id = str(uuid4())
    assert far.authenticate(threeDSServerTransID=server_id)["transStatus"] == "C"
    again = far.authenticate(threeDSServerTransID=server_id.upper())
    assert (again["errorCode"], again["errorDetail"]) == ("305", "threeDSServerTransID")
    assert len(far.operations.list_operations(far.customer)) == 1


@pytest.mark.parametrize("octets", [b"", b"{", b"[]", b"[" * 30_000, b'{"a":' * 5_000, b"\xff" * 100, b"9" * 20_000])
def test_what_is_no_message_is_an_error_of_the_protocol(far: Acquaintance, octets: bytes) -> None:
    answer = far.ask("areq", octets)
    assert answer.status_code == 200
    assert (answer.json()["messageType"], answer.json()["errorCode"]) == ("Erro", "101")
    assert far.ask("authorisations", octets).status_code == 400
    assert far.ask("cards", octets).status_code == 400


def test_too_much_is_not_even_read(far: Acquaintance) -> None:
    assert far.ask("areq", b" " * 40_000).status_code == 413


def test_wrong_currency_amount_and_exponent(far: Acquaintance) -> None:
    for name, wrong in (
        ("purchaseCurrency", "840"),
        ("purchaseExponent", "0"),
        ("purchaseAmount", "0"),
        ("purchaseAmount", "9" * 40),
    ):
        answer = far.authenticate(**{name: wrong})
        assert (answer["errorCode"], answer["errorDetail"]) == ("305", name)


def test_the_printed_digits_cannot_be_found_by_asking(far: Acquaintance) -> None:
    right = far.token()
    assert right.status_code == 200
    wrong = {far.token(value=f"{number:03d}").text for number in range(3)}
    wrong |= {far.token(expires="3111").text, far.token(number="4111111111111111").text}
    assert wrong == {'{"error":"wrong"}'}, "the same whatever was wrong"
    assert far.token(value="005").status_code == 422
    assert far.token().status_code == 429, "not even the right one any more"
    far.wall.ms += 24 * 3_600_000
    assert far.token().status_code == 200


def test_a_card_in_use_is_not_closed_by_rights(far: Acquaintance) -> None:
    for _ in range(12):
        assert far.token().status_code == 200


# At the challenge's page


def forged() -> list[dict[str, Any]]:
    return [
        {"acsTransID": str(uuid4())},
        {"threeDSServerTransID": str(uuid4())},
        {"messageVersion": "2.3.1"},
        {"messageVersion": "2.1.0"},
        {"messageType": "CRes"},
        {"challengeWindowSize": "06"},
        {"challengeWindowSize": None},
    ]


@pytest.mark.parametrize("changed", forged(), ids=lambda changed: next(iter(changed)))
def test_a_forged_creq_opens_nothing(far: Acquaintance, changed: dict[str, Any]) -> None:
    ares = far.authenticate()
    before = untouched(far)
    answer = far.bring(ares, **changed)
    assert answer.status_code == 404
    assert far.row(ares["acsTransID"])["state"] == "announced"
    assert untouched(far) == before
    assert far.bring(ares).status_code == 303, "the right one still does"


def test_a_creq_is_taken_from_the_shops_own_page_alone(far: Acquaintance) -> None:
    ares = far.authenticate()
    for origin in (OTHER_SHOP, "null", "http://127.0.0.1", "http://localhost:8036", "", "https://evil.example"):
        assert far.bring(ares, {**FORM, "Origin": origin}).status_code == 404, origin
    unnamed = {name: value for name, value in FORM.items() if name != "Origin"}
    assert far.bring(ares, unnamed).status_code == 404
    assert far.bring(ares, {**FORM, "Sec-Fetch-Dest": "image"}).status_code == 403
    assert far.bring(ares).status_code == 303


def test_another_shop_does_not_open_or_cash_a_payment(far: Acquaintance) -> None:
    ares = far.authenticate()
    assert far.bring(ares, {**FORM, "Origin": OTHER_SHOP}).status_code == 404
    far.open().approve_by_sms()
    ds_id, value = far.ear.last["dsTransID"], far.ear.last["authenticationValue"]
    before = untouched(far)
    assert far.authorise(ds_id, value, OTHER_KEY) == "12"
    assert far.ask(f"authorisations/{ds_id}/capture", {}, OTHER_KEY).status_code == 409
    assert untouched(far) == before


def test_a_replayed_creq_is_the_same_page_and_no_second_anything(far: Acquaintance) -> None:
    ares = far.authenticate()
    first, again = far.bring(ares), far.bring(ares)
    assert first.headers["location"] == again.headers["location"]
    opened = far.open()
    back = opened.approve_by_sms()
    before = untouched(far)
    late = far.bring(opened.ares)
    assert far.browser.get(late.headers["location"]).text == back.text
    ids = {name: opened.ares[name] for name in ("threeDSServerTransID", "acsTransID")}
    assert far.post_challenge(encode(creq(**ids)), data="other").status_code == 303
    assert far.row(opened.ares["acsTransID"])["session_data"] == "b3JkZXI"
    assert untouched(far) == before


def test_spellings_of_base64url_that_are_not_the_one(far: Acquaintance) -> None:
    ares = far.authenticate()
    right = encode(creq(**{name: ares[name] for name in ("threeDSServerTransID", "acsTransID", "messageVersion")}))
    padded = right + "=" * (-len(right) % 4 or 4)
    standard = base64.b64encode(json.dumps(creq() | {"x": "ÿþ>>>???"}, ensure_ascii=False).encode()).decode()
    for wrong in (padded, right + "\n", " " + right, right + ".", "%" + right, standard, "", "A" * 5000, right * 3):
        assert far.post_challenge(wrong).status_code == 404, wrong[:20]
    assert far.post_challenge(right).status_code == 303


def test_session_data_is_bounded_and_escaped(far: Acquaintance) -> None:
    ares = far.authenticate()
    plain = encode(creq(**{name: ares[name] for name in ("threeDSServerTransID", "acsTransID", "messageVersion")}))
    assert far.post_challenge(plain, data="x" * 1025).status_code == 404
    assert far.post_challenge(plain, data="x\r\ny").status_code == 404
    assert far.post_challenge(plain, data='"><script>alert(1)</script>').status_code == 303
    opened_path = far.post_challenge(plain).headers["location"]
    far.operations.refuse_operation(far.customer, far.waiting().operation_id)
    page = far.browser.get(opened_path).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_ticket_cannot_be_made_or_moved(far: Acquaintance) -> None:
    one, two = far.open(), far.open()
    mark_of_one = one.path.rsplit(".", 1)[1]
    mixed = f"/acs/challenge/{two.ares['acsTransID']}.{mark_of_one}"
    bare = f"/acs/challenge/{two.ares['acsTransID']}"
    for path in (mixed, bare, bare + ".", bare + ".x", two.path[:-1], two.path + "x", "/acs/challenge/" + "a" * 300):
        assert far.browser.get(path).status_code == 404, path
        assert far.browser.post(path + "/cancel", headers=OWN).status_code == 404, path
    assert [one.state for one in far.operations.list_operations(far.customer)] == [OperationState.PENDING] * 2


def test_no_other_sites_page_presses_a_button_of_it(far: Acquaintance) -> None:
    opened = far.open()
    for action in ("cancel", "confirm", "send"):
        answer = far.browser.post(f"{opened.path}/{action}", headers=FORM)
        assert answer.status_code == 403, action
    assert far.browser.get(opened.path + "/events", headers={**FORM, "Sec-Fetch-Dest": "empty"}).status_code == 403
    assert far.waiting().state is OperationState.PENDING


def test_a_name_that_was_rebound_learns_nothing(far: Acquaintance) -> None:
    assert far.browser.get("/acs/challenge/x", headers={"Host": "rebound.example"}).status_code == 421


def test_no_listed_shop_no_frame(far: Acquaintance) -> None:
    page = far.browser.get("/acs/challenge/x")
    policy = page.headers["content-security-policy"]
    assert f"frame-ancestors {SHOP} {OTHER_SHOP};" in policy + ";"
    own = far.open().look().headers["content-security-policy"]
    assert OTHER_SHOP not in own


# At the money


def test_an_authorisation_is_bound_to_all_that_was_authenticated(far: Acquaintance) -> None:
    before = far.balances()
    far.open().approve_by_sms()
    ds_id, value = far.ear.last["dsTransID"], far.ear.last["authenticationValue"]
    flipped = ("B" if value[0] == "A" else "A") + value[1:]
    for changed in (
        {"purchaseAmount": "4200"},
        {"purchaseAmount": "1"},
        {"purchaseCurrency": "840"},
        {"eci": "07"},
        {"authenticationValue": flipped},
        {"authenticationValue": ""},
        {"token": "x"},
        {"token": ""},
    ):
        assert far.authorise(ds_id, value, **changed) == "63", changed
    assert far.authorise(str(uuid4()), value) == "12"
    assert far.balances() == before
    assert far.authorise(ds_id, value) == "00"


def test_the_value_of_one_payment_is_none_for_another(far: Acquaintance) -> None:
    far.open().approve_by_sms()
    first = far.ear.last
    far.open().approve_by_sms()
    second = far.ear.last
    assert first["authenticationValue"] != second["authenticationValue"]
    assert far.authorise(second["dsTransID"], first["authenticationValue"]) == "63"


def test_nothing_is_authorised_that_was_not_authenticated(far: Acquaintance) -> None:
    ares = far.authenticate()
    assert far.authorise(ares["dsTransID"], base64.b64encode(bytes(20)).decode()) == "1A"
    declined = far.authenticate(cardExpiryDate="3111")
    assert far.authorise(declined["dsTransID"], base64.b64encode(bytes(20)).decode()) == "1A"
    assert far.balances()[1] == 0


def test_a_token_is_for_one_shop_and_one_card(far: Acquaintance) -> None:
    far.open().approve_by_sms()
    ds_id, value = far.ear.last["dsTransID"], far.ear.last["authenticationValue"]
    others = far.token(key=OTHER_KEY).json()["token"]
    assert far.authorise(ds_id, value, token=others) == "63"
    second_card = far.token(number="9999000000000020").json()["token"]
    assert far.authorise(ds_id, value, token=second_card) == "63"


def test_no_log_and_no_repr_has_the_cards_number(far: Acquaintance, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    far.ear.deaf = True
    far.open().press("cancel")
    far.token()
    far.authenticate(mcc="x", acctNumber=NUMBER)
    assert NUMBER not in caplog.text
    with far.store.reading() as connection:
        assert NUMBER not in str(connection.exec_driver_sql("SELECT * FROM card_payments").all())
        assert NUMBER not in str(connection.exec_driver_sql("SELECT * FROM journal").all())


def test_a_name_that_a_shop_gives_itself_is_not_what_the_customer_reads(far: Acquaintance) -> None:
    """The bank shows what it knows of the shop; a request may call itself what it likes."""
    opened = far.open(merchantName="Your own bank <b>", threeDSRequestorName="x\N{LATIN SMALL LETTER E WITH ACUTE}")
    page = opened.look().text
    assert "Your own bank" not in page
    assert "La Papeterie du Méandre" in page
    assert cres_of(opened.press("cancel"))["transStatus"] == "N"
