"""Confirming in the client space by the telephone: asked for, with its number, and followed to the end."""

import re
from dataclasses import dataclass, replace

import pytest
from httpx2 import Response
from sqlalchemy import update
from starlette.testclient import TestClient

from bank.books.schema_securpass import ENROLMENTS
from bank.books.store_sql import SqlStore
from bank.operations.service import OperationService
from bank.securpass.ports import PhoneOutcome, SecondProof
from bank.securpass.service import SecurPassService
from bank.web.coopanet.pages import Pages, make_coopanet
from tests.bank.phone import Phone
from tests.web.coopanet import HERE, NewCode, Visitors
from tests.web.space import FRENCH, Guest, furnish_space, sign_in
from web.guard import Guard, content_policy


@pytest.fixture
def guest(visitor: Visitors, store: SqlStore, new_code: NewCode) -> Guest:
    return sign_in(visitor(), "DURAND42", new_code("bank-card"))


@pytest.fixture
def phone(store: SqlStore, pages: Pages) -> Phone:
    """The customer's, whose 72 hours are over."""
    phone = Phone(SecurPassService(store, wall=pages.wall), furnish_space(store).customer_id)
    phone.activate(SecondProof.MAIL)
    with store.writing() as connection:
        connection.execute(update(ENROLMENTS).values(usable_from_ms=0))
    return phone


def ask(guest: Guest) -> Response:
    return guest.ask("sepa-transfer", to=FRENCH, amount="12,34")


def number_on(page: Response) -> str:
    found = re.search(r'class="digits">(\d\d)<', page.text)
    return found[1] if found else ""


def test_the_telephone_is_offered_first_and_the_page_follows(
    guest: Guest, phone: Phone, store: SqlStore, pages: Pages
) -> None:
    page = ask(guest)
    assert "Demander sur mon téléphone" in page.text
    assert number_on(page) == "", "nobody is asked by looking at a page"
    asked = guest.send(page, "telephone")
    assert "La demande est sur votre téléphone" in asked.text
    (operation,) = OperationService(store, wall=pages.wall).list_operations(phone.customer_id)
    state = f"operations/{operation.operation_id}/state"
    assert state in asked.text
    assert guest.get(state).json() == {"state": "waiting"}
    assert phone.approve(operation, number_on(asked)).outcome is PhoneOutcome.DONE
    assert guest.get(state).json() == {"state": "over"}
    assert "Demander sur mon téléphone" not in guest.get(f"operations/{operation.operation_id}").text
    assert OperationService(store, wall=pages.wall).find_operation(phone.customer_id, operation.operation_id).means


def test_the_telephone_is_woken_for_what_it_is_asked(guest: Guest, phone: Phone, store: SqlStore, pages: Pages) -> None:
    woken: list[str] = []
    service = SecurPassService(store, wall=pages.wall, waker=Waker(woken))
    waking = Guard(make_coopanet(replace(pages, phones=service)), content_policy())
    other = Guest(TestClient(waking, base_url=HERE, cookies=dict(guest.client.cookies)))
    other.send(ask(other), "telephone")
    (operation,) = OperationService(store, wall=pages.wall).list_operations(phone.customer_id)
    assert woken == [operation.operation_id]


@dataclass
class Waker:
    """Notes what it is to wake for."""

    woken: list[str]

    def wake_phone(self, _customer_id: int, about: str, _until_ms: int) -> bool:
        self.woken.append(about)
        return True


def test_another_means_may_be_chosen_and_without_a_telephone_none_is_offered(guest: Guest, store: SqlStore) -> None:
    page = ask(guest)
    assert "Sécur'Pass" not in page.text
    assert "by=app" not in page.text


def test_a_telephone_that_is_asked_too_often_is_left_in_peace(guest: Guest, phone: Phone) -> None:
    for _ in range(3):
        assert number_on(guest.send(ask(guest), "telephone"))
    page = guest.send(ask(guest), "telephone")
    assert number_on(page) == ""
    assert "trop souvent" in page.text
    assert "by=sms" in page.text


def test_the_codes_by_mail_are_on_the_demonstrations_telephone(guest: Guest, phone: Phone) -> None:
    shown = guest.get("telephone").text
    assert "Les e-mails de la banque" in shown
    assert "@example.org" in shown
    assert "".join(shown.split()).count(phone.read_mail()[:4]) >= 1


def test_events_are_for_the_customer_whose_operation_it_is(guest: Guest, phone: Phone, visitor: Visitors) -> None:
    """The page's own stream is read to its end in tests/browser/test_browser_app.py; here, who is let to it."""
    page = guest.send(ask(guest), "telephone")
    events = re.search(r'data-events="([^"]+)"', page.text)
    assert events
    assert visitor().client.get(events[1]).status_code == 404
    assert guest.client.get("/events/operations/" + "0" * 32).status_code == 404
