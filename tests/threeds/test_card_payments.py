"""A payment by card on the internet, from the shop's request to the money, spoken with the bank by HTTP alone."""

import pytest

from bank.operations.table import OperationState
from bank.threeds.policy import THREE_DS_POLICY
from tests.threeds.far_shop import HERE, Acquaintance, cres_of
from tests.threeds.samples import SHOP

MINUTE = 60_000


def test_a_challenge_shows_merchant_amount_and_card_and_is_framed_by_the_shop_alone(far: Acquaintance) -> None:
    opened = far.open()
    assert opened.ares["acsURL"] == f"{HERE}/acs/challenge"
    assert opened.ares["acsChallengeMandated"] == "Y"
    page = opened.look()
    assert page.status_code == 200
    for shown in ("La Papeterie du Méandre", "41,99\N{NO-BREAK SPACE}€", "•••• 0012"):
        assert shown in page.text
    policy = page.headers["content-security-policy"]
    assert f"frame-ancestors {SHOP}" in policy
    assert f"form-action 'self' {SHOP}" in policy
    assert "set-cookie" not in page.headers
    assert page.headers["referrer-policy"] == "strict-origin"
    assert "9999000000000012" not in page.text


def test_approved_by_sms_the_shop_knows_before_the_customer_is_back(far: Acquaintance) -> None:
    opened = far.open()
    back = opened.approve_by_sms()
    assert far.ear.last["transStatus"] == "Y"
    assert (far.ear.last["eci"], far.ear.last["authenticationMethod"]) == ("05", "02")
    assert far.ear.heard[0][0] == f"{SHOP}/3ds/results"
    assert cres_of(back) == {
        "messageType": "CRes",
        "messageVersion": "2.2.0",
        "threeDSServerTransID": opened.ares["threeDSServerTransID"],
        "acsTransID": opened.ares["acsTransID"],
        "transStatus": "Y",
    }
    assert f'action="{SHOP}/3ds/notification"' in back.text
    assert 'name="threeDSSessionData" value="b3JkZXI"' in back.text
    assert opened.look().text == back.text, "loading it anew is the same way back"
    assert len(far.ear.heard) == 1


def test_approved_by_the_reader(far: Acquaintance) -> None:
    opened = far.open(browserLanguage="en-GB")
    page = opened.look("?by=reader")
    digits = far.operations.instruct_reader(far.customer, far.waiting().operation_id)
    assert digits is not None
    assert f"{digits.challenge[:4]} {digits.challenge[4:]}" in page.text
    assert "€41.99" in page.text
    back = opened.press("confirm", by="reader", code=far.reader_code())
    assert cres_of(back)["transStatus"] == "Y"
    assert far.ear.last["authenticationMethod"] == "03"
    assert int(far.ear.last["interactionCounter"]) == 1


def test_the_money_is_kept_aside_then_booked_and_each_once(far: Acquaintance) -> None:
    before = far.balances()[0]
    far.open().approve_by_sms()
    ds_id, value = far.ear.last["dsTransID"], far.ear.last["authenticationValue"]
    assert far.balances() == (before, 0)
    assert far.authorise(ds_id, value) == "00"
    assert far.balances() == (before - 4199, 4199)
    assert far.authorise(ds_id, value) == "00"
    assert far.balances() == (before - 4199, 4199)
    for _ in range(2):
        assert far.ask(f"authorisations/{ds_id}/capture", {}).status_code == 204
        assert far.balances() == (before - 4199, 0)
    assert far.ask(f"authorisations/{ds_id}/release", {}).status_code == 409
    far.check_books()
    assert [event for event in far.events() if event.startswith("card payment")] == [
        "card payment asked for",
        "card payment authenticated",
        "card payment authorised",
        "card payment captured",
    ]


def test_money_that_is_not_captured_goes_back(far: Acquaintance) -> None:
    before = far.balances()[0]
    far.open().approve_by_sms()
    ds_id, value = far.ear.last["dsTransID"], far.ear.last["authenticationValue"]
    assert far.authorise(ds_id, value) == "00"
    far.wall.ms += THREE_DS_POLICY.hold_ms - 1
    far.payments.go_on()
    assert far.balances() == (before - 4199, 4199)
    far.wall.ms += 1
    far.payments.go_on()
    assert far.balances() == (before, 0)
    far.payments.go_on()
    assert far.ask(f"authorisations/{ds_id}/capture", {}).status_code == 409
    assert far.ask(f"authorisations/{ds_id}/release", {}).status_code == 204
    assert far.balances() == (before, 0)
    assert far.authorise(ds_id, value) == "12"
    far.check_books()


def test_refused_on_the_telephone_is_told_to_the_shop(far: Acquaintance) -> None:
    opened = far.open()
    far.operations.refuse_operation(far.customer, far.waiting().operation_id)
    assert opened.look("/state").json() == {"open": False}
    back = opened.look()
    assert "Opération annulée" in back.text
    assert cres_of(back)["transStatus"] == "N"
    assert (far.ear.last["transStatus"], far.ear.last["transStatusReason"]) == ("N", "01")
    assert "challengeCancel" not in far.ear.last
    assert far.authorise(far.ear.last["dsTransID"], "A" * 27 + "=") == "1A"


def test_cancelled_on_the_page(far: Acquaintance) -> None:
    opened = far.open()
    back = opened.press("cancel")
    assert "Opération annulée" in back.text
    assert (far.ear.last["transStatus"], far.ear.last["challengeCancel"]) == ("N", "01")
    assert far.waiting().state is OperationState.WITHDRAWN
    assert opened.press("confirm", by="sms", code="12345678").text == back.text


def test_fraud_closes_the_card_and_rejects_the_payment(far: Acquaintance) -> None:
    opened = far.open()
    far.operations.declare_fraud(far.customer, far.waiting().operation_id)
    assert cres_of(opened.look())["transStatus"] == "R"
    assert (far.ear.last["transStatus"], far.ear.last["transStatusReason"]) == ("R", "11")
    assert far.card_state() == "opposed"
    answer = far.authenticate()
    assert (answer["transStatus"], answer["transStatusReason"]) == ("R", "10")
    assert "acsURL" not in answer
    assert any("opposition" in one.text for one in far.operations.list_messages(far.customer))


def test_fraud_declared_after_the_approval_stops_the_money(far: Acquaintance) -> None:
    far.open().approve_by_sms()
    far.operations.declare_fraud(far.customer, far.waiting().operation_id)
    before = far.balances()
    assert far.authorise(far.ear.last["dsTransID"], far.ear.last["authenticationValue"]) == "62"
    assert far.balances() == before


def test_time_over_on_the_page(far: Acquaintance) -> None:
    opened = far.open()
    far.wall.ms += 10 * MINUTE - 1
    assert "Confirmez votre paiement" in opened.look().text
    far.wall.ms += 1
    back = opened.look()
    assert "Le délai est passé" in back.text
    assert (far.ear.last["transStatus"], far.ear.last["challengeCancel"]) == ("N", "04")


def test_a_browser_that_never_comes(far: Acquaintance) -> None:
    """The shop is told, and the customer can confirm no more what no shop waits for."""
    ares = far.authenticate()
    far.wall.ms += THREE_DS_POLICY.creq_ms - 1
    assert far.payments.go_on() == 0
    far.wall.ms += 1
    assert far.payments.go_on() == 2
    assert (far.ear.last["transStatus"], far.ear.last["challengeCancel"]) == ("N", "05")
    assert far.waiting().state is OperationState.WITHDRAWN
    late = far.bring(ares)
    assert cres_of(far.browser.get(late.headers["location"]))["transStatus"] == "N"


def test_a_customer_who_has_lost_the_network_is_told_of_by_the_bank_alone(far: Acquaintance) -> None:
    far.open()
    operation = far.waiting()
    far.operations.send_sms_code(far.customer, operation.operation_id)
    far.operations.confirm_by_sms(far.customer, operation.operation_id, far.read_code())
    assert far.ear.heard == []
    assert far.payments.go_on() == 2
    assert far.ear.last["transStatus"] == "Y"
    assert far.payments.go_on() == 0


def test_a_shop_that_is_away_is_told_later_and_not_for_ever(far: Acquaintance) -> None:
    far.ear.deaf = True
    opened = far.open()
    back = opened.approve_by_sms()
    assert cres_of(back)["transStatus"] == "Y", "the customer goes back in any case"
    acs_id = opened.ares["acsTransID"]
    assert far.row(acs_id)["result"] == "due"
    assert far.payments.go_on() == 0, "not before its time"
    far.ear.deaf = False
    far.wall.ms += THREE_DS_POLICY.result_retry_ms[0]
    assert far.payments.go_on() == 1
    assert far.row(acs_id)["result"] == "sent"
    assert len(far.ear.heard) == 1

    far.ear.deaf = True
    lost = far.open()
    lost.press("cancel")
    for pause in (*THREE_DS_POLICY.result_retry_ms, MINUTE, THREE_DS_POLICY.result_life_ms):
        far.wall.ms += pause
        far.payments.go_on()
    assert far.row(lost.ares["acsTransID"])["result"] == "given-up"


def test_a_shop_that_answers_wrongly_has_not_taken_it(far: Acquaintance) -> None:
    for says, left in (
        ({"resultsStatus": "9"}, "due"),
        ({"acsTransID": "d7c1ee99-9478-44a6-b1f2-391e29c6b340"}, "due"),
        ({"messageType": "nothing"}, "due"),
        (
            {
                "messageType": "Erro",
                "errorCode": "301",
                "errorComponent": "S",
                "errorDescription": "who",
                "errorDetail": "acsTransID",
            },
            "given-up",
        ),
    ):
        far.ear.says = says
        opened = far.open()
        opened.press("cancel")
        assert far.row(opened.ares["acsTransID"])["result"] == left, says


@pytest.mark.parametrize(
    ("state", "told"),
    [("opposed", ("R", "10")), ("expired", ("N", "05")), ("cancelled", ("N", "12")), ("ordered", ("N", "12"))],
)
def test_a_card_that_is_not_in_use_is_declined_at_once(far: Acquaintance, state: str, told: tuple[str, str]) -> None:
    far.set_card(state=state)
    answer = far.authenticate()
    assert (answer["transStatus"], answer["transStatusReason"]) == told
    assert "authenticationValue" not in answer
    assert far.operations.list_operations(far.customer) == []


def test_a_card_whose_month_is_over_a_wrong_month_and_an_unknown_card(far: Acquaintance) -> None:
    assert far.authenticate(cardExpiryDate="3111")["transStatusReason"] == "01"
    assert far.authenticate(acctNumber="4111111111111111")["transStatusReason"] == "08"
    far.set_card(expires="2601")
    assert far.authenticate(cardExpiryDate="2601")["transStatusReason"] == "05"


def test_channels_that_this_bank_does_not_serve(far: Acquaintance) -> None:
    told = {
        name: (answer["transStatus"], answer["transStatusReason"])
        for name, answer in {
            "app": far.authenticate(deviceChannel="01"),
            "3RI": far.authenticate(deviceChannel="03"),
            "no payment": far.authenticate(messageCategory="02"),
        }.items()
    }
    assert told == {"app": ("U", "03"), "3RI": ("U", "21"), "no payment": ("U", "20")}


def test_small_payments_go_without_until_their_number_or_sum_is_reached(far: Acquaintance) -> None:
    for _ in range(3):
        answer = far.authenticate(purchaseAmount="3000")
        assert (answer["transStatus"], answer["eci"]) == ("Y", "05")
    assert far.authenticate(purchaseAmount="1001")["transStatus"] == "C", "100 euros in sum"
    assert far.authenticate(purchaseAmount="1000", threeDSRequestorChallengeInd="04")["transStatus"] == "C"
    last = far.authenticate(purchaseAmount="1000")
    assert far.authorise(last["dsTransID"], last["authenticationValue"], purchaseAmount="1000") == "00"
    assert far.authenticate(purchaseAmount="1")["transStatus"] == "C"
    far.open().approve_by_sms()
    far.wall.ms += 1
    for _ in range(5):
        assert far.authenticate(purchaseAmount="1")["transStatus"] == "Y"
    assert far.authenticate(purchaseAmount="1")["transStatus"] == "C", "five in a row"


def test_the_cards_limit_and_the_accounts_money(far: Acquaintance) -> None:
    far.set_card(payment_cents=4198)
    far.open().approve_by_sms()
    ds_id, value = far.ear.last["dsTransID"], far.ear.last["authenticationValue"]
    before = far.balances()
    assert far.authorise(ds_id, value) == "61"
    far.set_card(payment_cents=4199)
    assert far.authorise(ds_id, value) == "00"
    far.open().approve_by_sms()
    assert far.authorise(far.ear.last["dsTransID"], far.ear.last["authenticationValue"]) == "61"
    far.wall.ms += THREE_DS_POLICY.payments_window_ms + 1
    assert far.balances() == (before[0] - 4199, 4199)
    amount = str(before[0] + 1)
    far.set_card(payment_cents=10**9)
    far.open(purchaseAmount=amount).approve_by_sms()
    told = far.ear.last
    assert far.authorise(told["dsTransID"], told["authenticationValue"], purchaseAmount=amount) == "51"
    far.check_books()


def test_an_authentication_is_good_for_an_hour(far: Acquaintance) -> None:
    far.open().approve_by_sms()
    far.wall.ms += THREE_DS_POLICY.authorise_ms
    assert far.authorise(far.ear.last["dsTransID"], far.ear.last["authenticationValue"]) == "1A"


def test_a_customer_without_any_means_cannot_be_asked(far: Acquaintance) -> None:
    from sqlalchemy import delete  # noqa: PLC0415 - here alone

    from bank.books.schema import CONTACTS  # noqa: PLC0415

    far.store.block_card("bank-card", True)
    with far.store.writing() as connection:
        connection.execute(delete(CONTACTS).where(CONTACTS.c.kind == "secure-telephone"))
    answer = far.authenticate()
    assert (answer["transStatus"], answer["transStatusReason"]) == ("U", "13")


def test_too_many_requests_do_not_flood_a_customer(far: Acquaintance) -> None:
    told = [far.authenticate()["transStatus"] for _ in range(11)]
    assert told == ["C"] * 10 + ["N"]


def test_versions_are_negotiated(far: Acquaintance) -> None:
    assert far.authenticate(messageVersion="2.3.1")["messageVersion"] == "2.3.1"
    refused = far.authenticate(messageVersion="2.1.0")
    assert (refused["messageType"], refused["errorCode"], refused["errorDetail"]) == ("Erro", "102", "2.3.1,2.2.0")


def test_a_wrong_code_is_told_on_the_page_and_the_next_is_taken(far: Acquaintance) -> None:
    opened = far.open()
    opened.press("send", by="sms", ticket="1" * 32)
    code = far.read_code()
    wrong = opened.press("confirm", by="sms", code=f"{(int(code) + 1) % 10**8:08d}")
    assert 'role="alert"' in wrong.text
    assert cres_of(opened.press("confirm", by="sms", code=code))["transStatus"] == "Y"
