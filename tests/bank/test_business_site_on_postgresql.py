"""The business site with its books in PostgreSQL: the whole story, and a server that is stopped in the middle.

With its books in SQLite, in memory, and every way not to come in, it is in tests/web/test_sogecash.py.
"""

import ssl
from functools import partial, partialmethod
from html import unescape

import pytest
from sqlalchemy import select

from bank.books.clock import read_time
from bank.books.schema_keys import CERTIFICATES
from bank.books.store_sql import SqlStore
from bank.books.vault import BooksVault
from bank.demo.people import furnish_people
from bank.esecure import numbers
from bank.web.sogecash.frame import BusinessFrame
from bank.web.sogecash.words import list_sogecash_words
from sesame.bank.business import authorities_now
from sesame_core.esecure.sentence import FRESH_SIZE
from tests.bank.conftest import PostgresCluster
from tests.bank.keyed import Device, EsecureBank
from tests.web.business import CHOSEN, Customer, title
from tests.web.test_believed_authorities import count_believed
from tests.web.test_sogecash import ask_transfer, sign
from web.certified import Believed

EN = list_sogecash_words()["en"]


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest N: what the work costs is no matter here."""
    monkeypatch.setitem(numbers.WORK, "n", 2)


def make_customer(store: SqlStore) -> Customer:
    """With an activated key, and people who have accounts."""
    bank, device = EsecureBank(store), Device()
    with store.writing() as connection:
        furnish_people(connection, read_time(connection, bank.hand.ms))
    letter = bank.give_out(device)
    return Customer(bank, device, bank.enrolment.enrol_first("MOREAU17", letter.code, device.request()), letter.number)


@pytest.mark.parametrize("books", ["postgresql"], indirect=True)
def test_the_whole_story_through_the_site(books: SqlStore) -> None:
    moreau = make_customer(books)
    moreau.settle()
    held = moreau.bank.helpdesk.find_held(moreau.device.serial)
    assert held is not None
    written = (held.key.holder, held.key.email, held.key.telephone)
    assert written == ("Dominique Moreau", "d.moreau@example.org", "+33 6 39 98 00 17")
    assert held.key.registered_ms is not None
    with books.reading() as connection:
        assert len(connection.execute(select(CERTIFICATES)).all()) == 1
    browser = moreau.browser()
    assert browser.log_on(CHOSEN).url.path == "/en/customer"
    assert browser.get("net/statements").status_code == 200
    path = ask_transfer(browser).url.path.removeprefix("/en/")
    page = browser.get(f"{path}?fresh={'ab' * FRESH_SIZE}")
    _, signature = sign(moreau.device, page)
    assert browser.send(page, path, signature=signature).status_code == 200
    assert "Épicerie du Coin" in unescape(browser.get("net/accounts").text), "booked"
    assert title(browser.send(browser.get("customer"), "log-off")) == EN.goodbye
    assert browser.get("net").status_code == 403
    assert moreau.bank.events().count("certificate registered") == 1


def test_postgresql_that_is_stopped_holds_up_nobody_for_ever_and_is_used_again(
    postgres: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guide's hourglass, by the real thing: its processes are stopped (SIGSTOP), its connections stay open."""
    store = SqlStore(postgres.new_books(), BooksVault(bytes(32)))
    moreau = make_customer(store)
    settled, patient = moreau.settle(), moreau.browser()
    with monkeypatch.context() as hurried:
        hurried.setattr(BusinessFrame, "__init__", partialmethod(BusinessFrame.__init__, deadline_s=0.05))
        browser = moreau.browser()
    believed, context = Believed(partial(authorities_now, store)), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with postgres.stopped():
        page = browser.ask_in()
        assert (page.status_code, title(page)) == (503, EN.slow[0])
        assert title(patient.get("")) == EN.home, "whatever needs no books goes on"
        believed.renew(context)
        assert count_believed(context) == 0, "a handshake waits a moment, and goes on"
        question = believed._asked
    assert question is not None
    question.result()
    believed.renew(context)
    assert count_believed(context) > 0
    assert EN.net_bar in unescape(settled.get("net").text), "whoever was signed in still is"
    assert title(patient.ask_in()) == EN.number
    store.close()
