"""A card's services in the client space: its PIN and what is printed on it, SM@RT'retrait; by Sécur'Pass where the
sheet wants it, and by nothing else."""

import re
from html import unescape

import pytest
from httpx2 import Response
from sqlalchemy import update

from bank.books.schema_securpass import ENROLMENTS
from bank.books.store_sql import SqlStore
from bank.cards.gallery import GALLERY
from bank.operations.catalogue import OperationKind
from bank.operations.ports import ConfirmOutcome, Operation, SmsOutcome
from bank.securpass.policy import SECURPASS_POLICY
from bank.securpass.ports import PhoneOutcome, SecondProof
from bank.securpass.service import SecurPassService
from bank.threeds.merchants import MerchantEntry, close_merchant, put_merchant
from bank.web.coopanet.pages import Pages
from tests.bank.phone import Phone
from tests.web.coopanet import NewCode, Time, Visitors
from tests.web.space import FRENCH, Guest, furnish_space, sign_in


@pytest.fixture
def guest(visitor: Visitors, store: SqlStore, new_code: NewCode) -> Guest:
    furnish_space(store)
    return sign_in(visitor(), "DURAND42", new_code("bank-card"))


@pytest.fixture
def phone(store: SqlStore, pages: Pages) -> Phone:
    """The customer's, whose 72 hours are over."""
    phone = Phone(SecurPassService(store, wall=pages.wall), furnish_space(store).customer_id)
    phone.activate(SecondProof.MAIL)
    with store.writing() as connection:
        connection.execute(update(ENROLMENTS).values(usable_from_ms=0))
    return phone


def approve(guest: Guest, phone: Phone, page: Response) -> Response:
    """Asked of the telephone, with the number, and approved there; the page then."""
    asked = guest.send(page, "telephone")
    number = re.search(r'class="digits">(\d\d)<', asked.text)
    assert number
    assert phone.approve(latest(phone), number[1]).outcome is PhoneOutcome.DONE
    return guest.client.get(page.url.path)


def latest(phone: Phone) -> Operation:
    return phone.service.operations.list_operations(phone.customer_id)[-1]


@pytest.mark.parametrize("kind", ["show-pin", "show-card"])
def test_what_only_securpass_shows_is_shown_once_and_leaves(
    guest: Guest, phone: Phone, store: SqlStore, kind: str
) -> None:
    card = store.find_card("bank-card")
    assert card
    shown = GALLERY["bank-card"].profile.pin if kind == "show-pin" else card.pan
    assert f"ask/{kind}?card=" in guest.get("cards").text
    page = guest.ask(kind)
    assert "by=sms" not in page.text
    assert "by=reader" not in page.text
    approved = approve(guest, phone, page)
    assert shown not in approved.text, "not before it is asked for"
    result = guest.send(approved, "result")
    assert f">{shown}<" in result.text
    seconds = SECURPASS_POLICY.pin_seconds if kind == "show-pin" else SECURPASS_POLICY.card_seconds
    assert result.headers["refresh"] == f"{seconds}; url=/fr/cards"
    assert result.headers["cache-control"] == "no-store"
    again = guest.send(approved, "result")
    assert (again.status_code, shown in again.text) == (404, False), "once"


def test_an_approval_of_a_minute_ago_shows_nothing(guest: Guest, phone: Phone, time: Time) -> None:
    approved = approve(guest, phone, guest.ask("show-pin"))
    time.now += 61
    assert guest.send(approved, "result").status_code == 404


@pytest.mark.parametrize("kind", ["show-pin", "show-card"])
def test_the_server_refuses_every_other_means(guest: Guest, phone: Phone, kind: str) -> None:
    guest.ask(kind)
    number, service = latest(phone).operation_id, phone.service.operations
    assert service.send_sms_code(phone.customer_id, number).outcome is SmsOutcome.UNFIT
    for confirm in (service.confirm_by_sms, service.confirm_by_reader):
        assert confirm(phone.customer_id, number, "12345678").outcome is ConfirmOutcome.UNFIT


@pytest.mark.parametrize("kind", ["show-pin", "show-card"])
def test_without_securpass_it_cannot_even_be_asked_for(guest: Guest, kind: str) -> None:
    page = guest.ask(kind)
    assert page.status_code == 422
    assert "aucun moyen" in unescape(page.text)


def test_smart_retrait_is_activated_once(guest: Guest, phone: Phone) -> None:
    done = approve(guest, phone, guest.ask("withdraw-by-phone"))
    assert "SM@RT'retrait est activé" in unescape(done.text)
    cards = unescape(guest.get("cards").text)
    assert "activé" in cards
    assert "ask/withdraw-by-phone" not in cards, "there is nothing to activate any more"
    assert phone.service.list_card_services(phone.customer_id) == {
        latest(phone).content.fields["card"]: {OperationKind.WITHDRAW_BY_PHONE}
    }


def test_smart_retrait_is_ended_by_a_button_and_by_nobody_else(guest: Guest, phone: Phone) -> None:
    approve(guest, phone, guest.ask("withdraw-by-phone"))
    card = latest(phone).content.fields["card"]
    page, where = guest.get("cards"), f"/fr/cards/{card}/services/withdraw-by-phone/end"
    assert "Mettre fin" in page.text
    assert guest.client.post(where, data={"mark": "forged"}).status_code == 403
    mark = guest.hidden(page.text, "withdraw-by-phone/end")
    assert guest.client.post(f"/fr/cards/{card}/services/show-pin/end", data=mark).status_code == 404
    ended = guest.client.post(where, data=mark)
    assert "C'est fini" in unescape(ended.text)
    assert "ask/withdraw-by-phone" in ended.text, "he may begin it again"
    assert phone.service.list_card_services(phone.customer_id) == {}
    assert "C'est fini" not in unescape(guest.client.post(where, data=mark).text), "it is ended already"
    assert "Un service de votre carte a pris fin." in unescape(guest.get("notices").text)


def test_a_transfer_between_friends_is_asked_for_here(guest: Guest, phone: Phone) -> None:
    assert "ask/friend-transfer" in guest.get("transfers").text
    done = approve(guest, phone, guest.ask("friend-transfer", to=FRENCH, amount="12,34"))
    assert "Le virement entre amis est fait" in unescape(done.text)


def test_a_wallet_is_begun_on_a_telephone_only(guest: Guest) -> None:
    assert guest.get("ask/enrol-wallet").status_code == 404


def test_the_cards_lead_to_the_shops_that_may_be_paid(guest: Guest, store: SqlStore) -> None:
    assert "Payer sur internet" not in guest.get("cards").text
    with store.writing() as connection:
        for code, port in (("open", 1), ("closed", 2)):
            put_merchant(connection, MerchantEntry(code, f"Chez {code}", f"http://127.0.0.1:{port}"), code * 10, 0)
        close_merchant(connection, "closed")
    cards = guest.get("cards").text
    assert 'href="http://127.0.0.1:1/"' in cards
    assert "127.0.0.1:2" not in cards
