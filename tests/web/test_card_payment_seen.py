"""A payment that a shop asks for, as its customer and the bank's staff see it: refused, declared as fraud, listed."""

from html import unescape

import pytest
from sqlalchemy import select

from bank.books.people import Post
from bank.books.schema import PAYMENT_CARDS
from bank.books.store_sql import SqlStore
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.ports import Asking, Operation
from bank.operations.service import OperationService
from bank.operations.table import OperationState
from bank.web.branch.words import list_branch_languages
from bank.web.coopanet.space.words import list_space_words
from tests.web.adviser import Advisers
from tests.web.coopanet import NewCode, Visitors
from tests.web.space import Guest, furnish_space, sign_in

WORDS = list_space_words()["fr"]
KIND = WORDS.kinds[OperationKind.CARD_PAYMENT]


@pytest.fixture
def guest(visitor: Visitors, store: SqlStore, new_code: NewCode) -> Guest:
    furnish_space(store)
    return sign_in(visitor(), "DURAND42", new_code("bank-card"))


def shop_asks(store: SqlStore) -> Operation:
    customer = store.find_customer("DURAND42")
    assert customer is not None
    with store.reading() as connection:
        query = select(PAYMENT_CARDS.c.id).where(PAYMENT_CARDS.c.customer_id == customer.customer_id)
        card = connection.execute(query).scalar_one()
    fields = {"amount": 4199, "merchant": "Une boutique", "card": card}
    asking = Asking(customer.customer_id, OperationKind.CARD_PAYMENT, TerminalKind.SHOP, fields)
    return OperationService(store).request_operation(asking)


def state(store: SqlStore, operation: Operation) -> OperationState:
    service = OperationService(store)
    return service.find_operation(operation.content.customer_id, operation.operation_id).state


def test_the_customer_sees_what_the_shop_asks_for_and_refuses_it(guest: Guest, store: SqlStore) -> None:
    operation = shop_asks(store)
    assert KIND.name in guest.get("operations").text
    page = guest.get(f"operations/{operation.operation_id}")
    assert "Une boutique" in page.text
    assert WORDS.confirm.refuse in page.text
    refused = guest.send(page, "cancel")
    assert state(store, operation) is OperationState.REFUSED
    text = unescape(refused.text)
    assert WORDS.confirm.refused in text
    assert WORDS.confirm.again not in text, "whoever wants it again asks at the shop"


def test_confirmed_here_it_is_confirmed_for_the_shop(guest: Guest, store: SqlStore) -> None:
    """The same operation, whichever page it is confirmed on."""
    operation = shop_asks(store)
    service = OperationService(store)
    service.send_sms_code(operation.content.customer_id, operation.operation_id)
    code = service.list_messages(operation.content.customer_id)[0].text.split("est ")[1][:9]
    page = guest.get(f"operations/{operation.operation_id}?by=sms&told=sent")
    done = guest.send(page, "confirm", by="sms", code=code)
    assert state(store, operation) is OperationState.APPROVED
    assert KIND.done in unescape(done.text)


def test_i_refuse_this_payment_reaches_the_desks_list(guest: Guest, store: SqlStore, adviser: Advisers) -> None:
    operation = shop_asks(store)
    page = unescape(guest.get(f"operations/{operation.operation_id}").text)
    assert "je refuse ce paiement" in page
    report = guest.get(f"operations/{operation.operation_id}/report")
    guest.client.post(report.url.path, data=guest.hidden(report.text, "/report"))
    assert state(store, operation) is OperationState.FRAUD
    with store.reading() as connection:
        query = select(PAYMENT_CARDS.c.state).where(PAYMENT_CARDS.c.id == operation.content.fields["card"])
        assert connection.execute(query).scalar() == "opposed"
    for language, words in list_branch_languages().items():
        desk = adviser()
        desk.sign_on(Post.AGENCY)
        status, listed = desk.get(f"{language}/frauds")
        assert status == 200
        assert words.frauds in listed
        for shown in ("Claude Durand", "Une boutique", "41,99", words.states["fraud"]):
            assert shown in unescape(listed).replace("\N{NO-BREAK SPACE}", " "), shown


def test_a_desk_without_frauds_says_so_and_a_stranger_sees_none(adviser: Advisers) -> None:
    desk = adviser()
    assert desk.client.get("/branch/fr/frauds").url.path == "/branch/fr/"
    desk.sign_on(Post.CUSTOMER_CENTRE)
    assert list_branch_languages()["fr"].none in desk.get("fr/frauds")[1]
