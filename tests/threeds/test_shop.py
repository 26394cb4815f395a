"""The shop at its bank: from the basket to the order that is paid, and every way in which it is not."""

import json
import re
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from httpx2 import Response

from bank.threeds.policy import THREE_DS_POLICY
from merchant.books import OrderState
from merchant.threeds import write_areq, write_creq
from merchant.words import list_shop_words
from tests.threeds.both import CARD, BothSides, hidden
from tests.threeds.far_shop import Acquaintance
from tests.threeds.samples import NUMBER, SHOP

FRENCH = list_shop_words()["fr"]
MINUTE = 60_000


@pytest.fixture
def both(far: Acquaintance, tmp_path: Path) -> BothSides:
    sides = BothSides(far, tmp_path)
    object.__setattr__(far.payments, "poster", sides)
    return sides


def read(page: Response) -> str:
    """What a page says."""
    return unescape(page.text)


def without_tokens(text: str) -> str:
    """Without what is drawn at random, in which a number of three or four digits stands by chance now and then."""
    return re.sub(r"[A-Za-z0-9_-]{20,}", "", text)


def confirm_by_sms(both: BothSides) -> object:
    both.press_at_bank("send", by="sms", ticket="1" * 32)
    return both.press_at_bank("confirm", by="sms", code=both.far.read_code())


def test_a_purchase_from_basket_to_receipt(both: BothSides) -> None:
    assert FRENCH.basket_count.format(count=1) in read(both.choose())
    before = both.far.balances()[0]
    page = both.pay()
    assert FRENCH.challenge in read(page)
    assert "41,99" in page.text
    assert "frame-src 'self' http://localhost:8036;" in page.headers["content-security-policy"]
    assert FRENCH.shop in read(both.go_to_bank(page))
    both.press_at_bank("send", by="sms", ticket="1" * 32)
    back = both.press_at_bank("confirm", by="sms", code=both.far.read_code())
    assert both.order().state is OrderState.PAID, "the bank has told the shop before the customer is back"
    receipt = both.come_back(back)
    title, text = FRENCH.outcomes[OrderState.PAID]
    assert title in read(receipt)
    assert text in read(receipt)
    assert FRENCH.basket_empty in read(both.get("/fr/basket"))
    assert both.far.balances() == (before - 4199, 0)
    assert both.get(f"/fr/orders/{both.order().order_id}").text == receipt.text
    both.far.check_books()


@pytest.mark.parametrize("language", list_shop_words())
def test_refused_on_the_telephone_keeps_the_basket(both: BothSides, language: str) -> None:
    words = list_shop_words()[language]
    both.choose(language=language)
    both.go_to_bank(both.pay(language))
    both.far.operations.refuse_operation(both.far.customer, both.far.waiting().operation_id)
    shown = both.come_back(both.look_at_bank())
    title, text = words.outcomes[OrderState.REFUSED]
    assert title in read(shown)
    assert text in read(shown)
    assert words.back_to_basket in read(shown)
    assert words.goods["lamp"][0] in read(both.get(f"/{language}/basket"))
    if language == "fr":
        assert title == "Opération annulée"


def test_refused_as_fraud_closes_the_card_for_the_next_try(both: BothSides) -> None:
    both.choose()
    both.go_to_bank(both.pay())
    both.far.operations.declare_fraud(both.far.customer, both.far.waiting().operation_id)
    assert FRENCH.outcomes[OrderState.REFUSED][0] in read(both.come_back(both.look_at_bank()))
    assert FRENCH.outcomes[OrderState.REFUSED][1] in read(both.pay())
    assert both.far.card_state() == "opposed"


def test_cancelled_on_the_banks_page(both: BothSides) -> None:
    both.choose()
    both.go_to_bank(both.pay())
    shown = both.come_back(both.press_at_bank("cancel"))
    assert FRENCH.outcomes[OrderState.CANCELLED][1] in read(shown)
    assert FRENCH.goods["lamp"][0] in read(both.get("/fr/basket"))


def test_time_over(both: BothSides) -> None:
    both.choose()
    both.go_to_bank(both.pay())
    both.far.wall.ms += 10 * MINUTE
    assert FRENCH.outcomes[OrderState.EXPIRED][1] in read(both.come_back(both.look_at_bank()))


def test_a_small_purchase_needs_no_confirmation(both: BothSides) -> None:
    both.choose("notebook")
    assert FRENCH.outcomes[OrderState.PAID][0] in read(both.pay())
    assert both.far.operations.list_operations(both.far.customer) == []


def test_a_card_that_is_stopped_and_one_over_its_limit(both: BothSides) -> None:
    both.choose("bag")
    both.far.set_card(payment_cents=100)
    both.go_to_bank(both.pay())
    both.press_at_bank("send", by="sms", ticket="1" * 32)
    back = both.press_at_bank("confirm", by="sms", code=both.far.read_code())
    assert FRENCH.outcomes[OrderState.DECLINED][1] in read(both.come_back(back))
    both.far.set_card(state="expired")
    assert FRENCH.outcomes[OrderState.REFUSED][1] in read(both.pay())
    assert FRENCH.goods["bag"][0] in read(both.get("/fr/basket"))


def test_slips_are_told_at_their_fields_and_go_to_nobody(both: BothSides) -> None:
    both.choose()
    for name, wrong in (
        ("number", "9999 0000 0000 0013"),
        ("number", ""),
        ("expires", "13/31"),
        ("expires", "01/20"),
        ("value", "12"),
    ):
        page = both.pay(**{name: wrong})
        assert page.status_code == 422
        assert f'id="{name}-slip"' in page.text
        assert CARD["value"] not in without_tokens(page.text), "nothing of a card is written back"
        assert NUMBER not in page.text.replace(" ", "")
    assert both.to_bank.sent == []


def test_a_wrong_verification_value_is_told_and_nothing_is_ordered(both: BothSides) -> None:
    both.choose()
    wrong = f"{(int(CARD['value']) + 1) % 1000:03d}"
    page = both.pay(value=wrong)
    assert page.status_code == 422
    assert FRENCH.card_unknown in read(page)
    assert both.far.operations.list_operations(both.far.customer) == []


def test_the_shop_keeps_nothing_of_a_card(both: BothSides, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    both.choose()
    both.go_to_bank(both.pay())
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("shop.db*"))
    assert NUMBER.encode() not in kept
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        written = [without_tokens(line) for line in connection.iterdump()]
    assert any("INSERT" in line for line in written)
    assert "3112" not in "".join(written)
    assert NUMBER not in caplog.text.replace(" ", "")
    assert NUMBER not in repr(both.order())
    both.press_at_bank("cancel")
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        assert connection.execute("SELECT token, value FROM orders").fetchall() == [("", "")]
    connection.close()


def test_a_form_that_is_sent_twice_is_one_order(both: BothSides) -> None:
    both.choose()
    fields = hidden(both.get("/fr/checkout").text) | CARD
    first = both.press("/fr/checkout", **fields)
    again = both.press("/fr/checkout", **fields)
    assert first.url == again.url
    assert len(both.far.operations.list_operations(both.far.customer)) == 1


def test_the_bank_is_away_when_the_card_is_given(both: BothSides) -> None:
    both.choose()
    both.to_bank.cut = True
    page = both.pay()
    assert page.status_code == 503
    assert FRENCH.bank_away in read(page)
    both.to_bank.cut = False
    assert FRENCH.challenge in read(both.pay())


def test_the_bank_is_away_between_the_approval_and_the_money(both: BothSides) -> None:
    both.choose()
    before = both.far.balances()[0]
    both.go_to_bank(both.pay())
    both.to_bank.cut = True
    both.press_at_bank("send", by="sms", ticket="1" * 32)
    back = both.press_at_bank("confirm", by="sms", code=both.far.read_code())
    waiting = both.come_back(back)
    assert FRENCH.waiting in read(waiting)
    assert both.order().state is OrderState.AUTHENTICATED
    both.to_bank.cut = False
    assert FRENCH.outcomes[OrderState.PAID][0] in read(both.get(f"/fr/orders/{both.order().order_id}"))
    assert both.far.balances() == (before - 4199, 0)


def test_the_shop_is_ended_in_the_middle_and_told_when_it_is_back(both: BothSides) -> None:
    both.choose()
    page = both.pay()
    both.go_to_bank(page)
    both.to_shop.cut = True
    both.press_at_bank("send", by="sms", ticket="1" * 32)
    back = both.press_at_bank("confirm", by="sms", code=both.far.read_code())
    assert both.order().state is OrderState.CHALLENGE
    both.start_shop()
    assert FRENCH.waiting in read(both.come_back(back))
    both.far.wall.ms += THREE_DS_POLICY.result_retry_ms[0]
    assert both.far.payments.go_on() == 1
    assert FRENCH.outcomes[OrderState.PAID][0] in read(both.get(f"/fr/orders/{both.order().order_id}"))
    assert FRENCH.basket_empty in read(both.get("/fr/basket"))


def test_the_shop_is_ended_after_the_result_and_resumes(both: BothSides) -> None:
    both.choose()
    both.go_to_bank(both.pay())
    both.to_bank.cut = True
    both.press_at_bank("send", by="sms", ticket="1" * 32)
    both.press_at_bank("confirm", by="sms", code=both.far.read_code())
    both.to_bank.cut = False
    both.start_shop()
    assert both.checkout.resume_orders() == 1
    assert both.order().state is OrderState.PAID
    assert both.checkout.resume_orders() == 0


def test_the_customers_network_is_lost_after_the_approval(both: BothSides) -> None:
    """He never comes back, and has what he paid for."""
    both.choose()
    both.go_to_bank(both.pay())
    operation = both.far.waiting()
    both.far.operations.send_sms_code(both.far.customer, operation.operation_id)
    both.far.operations.confirm_by_sms(both.far.customer, operation.operation_id, both.far.read_code())
    assert both.order().state is OrderState.CHALLENGE
    both.far.payments.go_on()
    assert both.order().state is OrderState.PAID


def test_no_answer_of_the_bank_is_waited_for_for_ever(both: BothSides) -> None:
    both.choose()
    both.pay()
    both.far.wall.ms += 16 * MINUTE
    page = both.get(f"/fr/orders/{both.order().order_id}")
    assert FRENCH.outcomes[OrderState.EXPIRED][1] in read(page)


# What a browser or a stranger may say to the shop is believed in nothing


def test_a_forged_way_back_pays_nothing(both: BothSides) -> None:
    both.choose()
    both.pay()
    order = both.order()
    forged = {"cres": "eyJ0cmFuc1N0YXR1cyI6IlkifQ", "threeDSSessionData": order.order_id}
    answer = both.browser.post("/3ds/notification", data=forged, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert both.order().state is OrderState.CHALLENGE
    assert both.browser.post("/3ds/notification", data={"threeDSSessionData": "x"}).status_code == 404


def test_a_forged_result_pays_nothing(both: BothSides) -> None:
    """No browser knows the directory server's identifier; and a value of one's own is none to the bank."""
    both.choose()
    both.pay()
    order = both.order()
    told = {
        "messageType": "RReq",
        "messageVersion": "2.3.1",
        "threeDSServerTransID": order.server_id,
        "acsTransID": order.acs_id,
        "dsTransID": order.acs_id,
        "transStatus": "Y",
        "eci": "05",
        "authenticationValue": "A" * 27 + "=",
    }

    def say(**changed: object) -> dict[str, str]:
        answer = both.to_shop.client.post("/3ds/results", content=json.dumps(told | changed).encode())
        said: dict[str, str] = answer.json()
        return said

    assert say()["errorCode"] == "301"
    assert say(threeDSServerTransID="x")["errorCode"] == "101"
    assert say(messageType="CRes")["errorCode"] == "101"
    assert both.order().state is OrderState.CHALLENGE
    assert say(dsTransID=order.ds_id)["messageType"] == "RRes"
    assert both.order().state is OrderState.DECLINED, "the bank does not know that value"
    assert both.far.balances()[1] == 0
    for noise in (b"", b"[" * 9999, b"{}", b"\xff", b'{"messageType":"RReq"}'):
        assert both.to_shop.client.post("/3ds/results", content=noise).json()["messageType"] == "Erro"


def test_a_result_that_is_told_twice_is_one(both: BothSides) -> None:
    both.choose()
    both.go_to_bank(both.pay())
    before = both.far.balances()[0]
    confirm_by_sms(both)
    url, octets = both.to_shop.sent[-1]
    assert url == f"{SHOP}/3ds/results"
    assert json.loads(both.post_result(url, octets))["messageType"] == "RRes"
    assert both.far.balances() == (before - 4199, 0)


def test_no_other_sites_page_fills_a_basket(both: BothSides) -> None:
    answer = both.browser.post("/fr/basket", data={"good": "lamp"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert both.press("/fr/basket", good="nothing", count="99999").status_code == 200
    assert FRENCH.basket_empty in read(both.get("/fr/basket"))


def test_the_visitor_in_the_file_signs_nobody_in(both: BothSides, tmp_path: Path) -> None:
    both.choose()
    token = both.browser.cookies["meander"]
    assert token.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("shop.db*"))


def test_every_page_is_there_in_every_language(both: BothSides) -> None:
    for language, words in list_shop_words().items():
        assert words.tagline in read(both.get(f"/{language}/"))
        assert words.basket_empty in read(both.get(f"/{language}/basket"))
        both.choose(language=language)
        assert words.nothing_kept in read(both.get(f"/{language}/checkout"))
        both.press(f"/{language}/basket", good="lamp", count="0")
    assert both.get("/", **{"Accept-Language": "en-GB,en;q=0.9"}).url.path == "/en/"
    assert both.get("/xx/").status_code == 404
    assert both.get("/fr/orders/nothing").status_code == 404


def test_what_the_shop_writes_the_bank_reads() -> None:
    """Two formulations of the specification that share no line."""
    from bank.threeds.codec import decode_from_browser, decode_message  # noqa: PLC0415 - the other side, here alone
    from bank.threeds.messages import VERSIONS, AReq, CReq  # noqa: PLC0415
    from merchant.threeds import BrowserFacts, PurchaseFacts, ShopFacts  # noqa: PLC0415

    server = "8a880dc0-d2d2-4067-bcb1-b08d1690b26e"
    shop, payment = ShopFacts("meander", "x", SHOP), PurchaseFacts(server, NUMBER, "3112", 1, "20260101000000")
    for browser in (
        BrowserFacts("", "", "", ""),
        BrowserFacts("*/*", "x" * 5000, "fr", "::1", True, "99", "-1", "1e9", "x"),
        BrowserFacts("*/*", "é\x00", "en", "127.0.0.1", True, "24", "1080", "1920", "-120"),
    ):
        for version in VERSIONS:
            plain = write_areq(shop, payment, browser, version)
            assert decode_message(AReq, json.dumps(plain).encode()).purchaseAmount == "1"
            encoded = write_creq(server, server, version, "03")
            assert decode_from_browser(CReq, encoded).challengeWindowSize == "03"
