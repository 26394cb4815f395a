"""Signing in at Coop@net by the telephone: the number on both screens, once, for the browser that began it; and nothing
that tells who is a customer, or who has Sécur'Pass."""

import re

import pytest
from httpx2 import Response
from sqlalchemy import update
from starlette.testclient import TestClient

from bank.books.schema_securpass import ENROLMENTS
from bank.books.store_sql import SqlStore
from bank.journal.chain import name_customer
from bank.journal.keeping import list_lines
from bank.operations.catalogue import OperationKind
from bank.operations.ports import Operation
from bank.operations.table import OperationState
from bank.securpass.ports import PhoneOutcome, SecondProof
from bank.securpass.proofs.octets import PhoneAct
from bank.securpass.service import SecurPassService
from bank.web.coopanet.pages import Pages
from tests.bank.phone import Phone
from tests.web.coopanet import HERE, Time, Visitor, Visitors

USER = "DURAND42"


@pytest.fixture
def phone(store: SqlStore, pages: Pages) -> Phone:
    """The customer's, whose 72 hours are over."""
    customer = store.find_customer(USER)
    assert customer is not None
    phone = Phone(SecurPassService(store, wall=pages.wall), customer.customer_id)
    phone.activate(SecondProof.MAIL)
    with store.writing() as connection:
        connection.execute(update(ENROLMENTS).values(usable_from_ms=0))
    return phone


def begin(visitor: Visitor, user: str = USER) -> Response:
    page = visitor.client.get("/fr/securpass").text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    return visitor.client.post("/fr/securpass", data=hidden | {"user": user})


def go_on(visitor: Visitor, page: Response, action: str = "wait") -> Response:
    form = re.search(
        rf'<form[^>]*action="([^"]*/{action})"[^>]*>\s*<input type="hidden" name="mark" value="(\w+)"', page.text
    )
    assert form
    return visitor.client.post(form[1], data={"mark": form[2]})


def number_on(page: Response) -> str:
    found = re.search(r'class="digits">(\d\d)<', page.text)
    assert found
    return found[1]


def blank(page: Response) -> str:
    """A page without what differs from visitor to visitor."""
    return re.sub(r'\d\d<|value="\w+"', "", page.text)


def state_of(visitor: Visitor) -> str:
    return str(visitor.client.get("/fr/securpass/state").json()["state"])


def log_ons(phone: Phone) -> list[Operation]:
    listed = phone.service.operations.list_operations(phone.customer_id)
    return [one for one in listed if one.kind is OperationKind.LOG_ON]


def approve(phone: Phone, page: Response) -> PhoneOutcome:
    (operation,) = [one for one in log_ons(phone) if one.state is OperationState.PENDING]
    return phone.approve(operation, number_on(page)).outcome


def test_the_telephone_opens_the_accounts_of_the_browser_that_asked(
    visitor: Visitors, phone: Phone, store: SqlStore
) -> None:
    browser = visitor()
    assert "/fr/securpass" in browser.client.get("/fr/access").text
    page = begin(browser)
    assert state_of(browser) == "waiting"
    assert go_on(browser, page).url.path.endswith("/securpass/wait"), "not approved yet"
    assert approve(phone, page) is PhoneOutcome.DONE
    assert state_of(browser) == "approved"
    assert go_on(browser, page).url.path.endswith("/accounts")
    assert "Bonjour" in browser.client.get("/fr/accounts").text
    with store.reading() as connection:
        events = [line.event for line in list_lines(connection, name_customer(phone.customer_id))]
    assert events.count("securpass log-on to the website") == 1


def test_an_approval_opens_one_session_and_only_there(visitor: Visitors, phone: Phone, time: Time) -> None:
    browser, other = visitor(), visitor()
    page = begin(browser)
    begin(other, "PERSON99")
    approve(phone, page)
    stolen = browser.client.cookies["coopanet-telephone"]
    other.client.cookies.set("coopanet-telephone", stolen, domain="localhost.local", path="/")
    assert state_of(other) == "over", "sealed for another browser"
    kept = dict(browser.client.cookies)
    assert go_on(browser, page).url.path.endswith("/accounts")
    time.now += 30
    again = TestClient(browser.client.app, base_url=HERE, cookies=kept)
    assert not go_on(Visitor(again), page).url.path.endswith("/accounts"), "taken once"


def test_the_number_of_the_browser_must_match(visitor: Visitors, phone: Phone) -> None:
    page = begin(visitor())
    (operation,) = log_ons(phone)
    wrong = f"{(int(number_on(page)) + 1) % 100:02d}"
    assert phone.approve(operation, wrong).outcome is PhoneOutcome.WRONG


@pytest.mark.parametrize("user", ["PERSON99", "MOREAU17"])
def test_a_user_code_of_nobody_and_one_without_securpass_look_alike(
    visitor: Visitors, phone: Phone, time: Time, user: str
) -> None:
    known, other = visitor(), visitor()
    began = time.now
    first = begin(known)
    took = time.now - began
    began = time.now
    second = begin(other, user)
    assert time.now - began == took
    assert blank(first) == blank(second)
    assert number_on(other.client.get("/fr/securpass/wait")) == number_on(second), "the same at each look"
    assert state_of(other) == state_of(known) == "waiting"
    time.now += 301
    assert state_of(other) == state_of(known) == "over"


def test_what_is_refused_or_given_up_opens_nothing(visitor: Visitors, phone: Phone) -> None:
    browser = visitor()
    page = begin(browser)
    (operation,) = log_ons(phone)
    phone.turn_down(operation, PhoneAct.REFUSE)
    assert state_of(browser) == "over"
    assert "refusée" in browser.client.get("/fr/securpass/wait").text
    page = begin(browser)
    assert go_on(browser, page, "again").url.path.endswith("/securpass")
    assert [one.state for one in log_ons(phone)] == [OperationState.REFUSED, OperationState.WITHDRAWN]
    assert begin(browser).url.path.endswith("/wait")


def test_a_fraud_after_the_approval_opens_nothing(visitor: Visitors, phone: Phone) -> None:
    browser = visitor()
    page = begin(browser)
    approve(phone, page)
    phone.service.operations.declare_fraud(phone.customer_id, log_ons(phone)[0].operation_id)
    closed = go_on(browser, page)
    assert "Bonjour" not in closed.text


def test_what_is_no_user_code_is_told_so(visitor: Visitors) -> None:
    answer = begin(visitor(), "DURAND")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_place_that_asks_too_often_wakes_nobody(visitor: Visitors, phone: Phone) -> None:
    browser = visitor()
    for _ in range(20):
        begin(browser, "PERSON99")
    begin(browser)
    assert log_ons(phone) == []


def test_a_telephone_that_was_refused_twice_is_left_in_peace(visitor: Visitors, phone: Phone) -> None:
    for _ in range(2):
        begin(visitor())
        phone.turn_down(next(one for one in log_ons(phone) if one.state is OperationState.PENDING), PhoneAct.REFUSE)
    page = begin(visitor())
    assert number_on(page)
    assert not [one for one in log_ons(phone) if one.state is OperationState.PENDING]


def test_the_page_that_waits_needs_no_script(visitor: Visitors, phone: Phone, pages: Pages) -> None:
    browser = visitor()
    page = begin(browser)
    assert 'http-equiv="refresh"' in page.text
    approve(phone, page)
    shown = browser.client.get("/fr/securpass/wait")
    assert go_on(browser, shown).url.path.endswith("/accounts")


def test_nobody_follows_what_he_did_not_begin(visitor: Visitors) -> None:
    assert visitor().client.get("/events/log-on").status_code == 404
