"""A card payment that wakes the telephone: Sécur'Pass is the first choice, and what it decides the shop is told."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import update

from bank.books.schema import PAYMENT_CARDS
from bank.operations.policy import OPERATION_POLICY
from bank.securpass.ports import PhoneOutcome, SecondProof
from bank.securpass.proofs.octets import PhoneAct
from bank.securpass.service import SecurPassService
from bank.threeds.phones import CardPhones
from tests.bank.phone import Phone
from tests.threeds.far_shop import Acquaintance, OpenedChallenge, cres_of


@pytest.fixture
def phone(far: Acquaintance) -> Phone:
    """An activated telephone, past its 72 hours."""
    with far.store.writing() as connection:
        used = update(PAYMENT_CARDS).where(PAYMENT_CARDS.c.customer_id == far.customer)
        connection.execute(used.values(first_used_ms=1))
    service = SecurPassService(far.store, wall=far.wall, operation_policy=OPERATION_POLICY)
    object.__setattr__(far.payments, "frame", replace(far.payments.frame, phones=CardPhones(service)))
    made = Phone(service, far.customer)
    usable_from = made.activate(SecondProof.READER).standing.usable_from_ms
    assert usable_from is not None
    far.wall.ms = usable_from
    return made


def number_on(opened: OpenedChallenge) -> str:
    """What the page shows beside the payment."""
    found = re.search(r'<strong class="match">(\d\d)</strong>', opened.look().text)
    assert found, opened.look().text
    return found[1]


def test_the_telephone_wakes_and_approves_with_the_number_shown(far: Acquaintance, phone: Phone) -> None:
    opened = far.open()
    page = opened.look().text
    assert "Confirmez sur votre téléphone" in page
    assert '<noscript><meta http-equiv="refresh" content="5; url=' in page, "it follows without a script"
    operation = far.waiting()
    number = number_on(opened)
    wrong = f"{(int(number) + 1) % 100:02d}"
    assert phone.approve(operation, wrong).outcome is PhoneOutcome.WRONG
    assert far.ear.heard == []
    assert phone.approve(operation, number).outcome is PhoneOutcome.DONE
    assert cres_of(opened.look())["transStatus"] == "Y"
    told = far.ear.last
    assert (told["authenticationMethod"], told["authenticationType"]) == ("09", "03")
    assert told["acsRenderingType"] == {"acsInterface": "02", "acsUiTemplate": "04"}
    assert far.authorise(told["dsTransID"], told["authenticationValue"]) == "00"


def test_refused_and_declared_as_fraud_on_the_telephone(far: Acquaintance, phone: Phone) -> None:
    opened = far.open()
    phone.turn_down(far.waiting())
    assert "Opération annulée" in opened.look().text
    assert (far.ear.last["transStatus"], far.ear.last["transStatusReason"]) == ("N", "01")
    opened = far.open()
    phone.turn_down(far.waiting(), PhoneAct.FRAUD)
    assert cres_of(opened.look())["transStatus"] == "R"
    assert far.card_state() == "opposed"


def test_another_means_is_at_hand_and_the_telephone_can_be_woken_again(far: Acquaintance, phone: Phone) -> None:
    opened = far.open()
    assert phone.counter == 0
    again = opened.press("send", by="app").text
    assert "Confirmez sur votre téléphone" in again
    for way in ("?by=sms", "?by=reader"):
        assert "Confirmez sur votre téléphone" not in opened.look(way).text
    assert cres_of(opened.approve_by_sms())["transStatus"] == "Y"
    assert far.ear.last["authenticationMethod"] == "02"


def test_a_customer_who_refuses_again_and_again_is_left_in_peace(far: Acquaintance, phone: Phone) -> None:
    """Then another means is offered first, and the telephone only where he wants it."""
    for _ in range(4):
        opened = far.open()
        if "Confirmez sur votre téléphone" not in opened.look().text:
            break
        phone.turn_down(far.waiting())
    page = opened.look().text
    assert "Confirmez sur votre téléphone" not in page
    assert "?by=app" in page
    quiet = opened.look("?by=app").text
    assert "moment" in quiet
    assert 'class="match"' not in quiet


def test_decoupled_where_the_shop_wants_it_and_there_is_a_telephone(far: Acquaintance, phone: Phone) -> None:
    """Nobody waits at the shop: the telephone is asked, and the shop's server is told."""
    ares = far.authenticate(threeDSRequestorDecReqInd="Y", threeDSRequestorDecMaxTime="00010")
    assert (ares["transStatus"], ares["acsDecConInd"], ares["authenticationType"]) == ("D", "Y", "04")
    assert "acsURL" not in ares
    assert far.bring(ares).status_code == 404, "there is no page"
    operation = far.waiting()
    number = phone.service.prompt_phone(far.customer, operation.operation_id).match
    assert phone.approve(operation, number).outcome is PhoneOutcome.DONE
    assert far.payments.go_on() == 2
    assert far.ear.last["transStatus"] == "Y"


def test_without_a_telephone_a_decoupled_request_is_a_challenge(far: Acquaintance) -> None:
    assert far.authenticate(threeDSRequestorDecReqInd="Y")["transStatus"] == "C"
