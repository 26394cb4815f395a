"""A customer of the tests with everything that the client space shows, and hands for its forms."""

import re
from dataclasses import dataclass
from html import unescape

from httpx2 import Response
from starlette.testclient import TestClient

from bank.books.store_sql import SqlStore
from bank.iban import make_french_iban
from bank.people.payments import add_beneficiary
from bank.web.coopanet.space.reading import CustomerFile
from tests.web.coopanet import Visitor

FRENCH = make_french_iban("30001", "00794", "12345678901")
GERMAN = "DE89370400440532013000"
DAY_MS = 86_400_000


def furnish_space(store: SqlStore, user: str = "DURAND42") -> CustomerFile:
    """The demonstration's month, with somebody to pay: Camille Moreau."""
    customer = store.find_customer(user)
    assert customer is not None
    file = CustomerFile(store, customer.customer_id)
    if not file.list_payees():
        with store.writing() as connection:
            add_beneficiary(connection, customer.customer_id, "Camille Moreau", FRENCH, DAY_MS)
    return file


@dataclass
class Guest:
    """Somebody signed in, who fills in forms as a browser does."""

    client: TestClient
    language: str = "fr"

    def get(self, path: str) -> Response:
        return self.client.get(f"/{self.language}/{path}")

    def hidden(self, page: str, action: str = "") -> dict[str, str]:
        """The hidden fields of the form of a page whose address ends so."""
        forms = re.findall(r'<form[^>]*action="([^"]*)"(.*?)</form>', page, re.DOTALL)
        body = next(body for address, body in forms if address.endswith(action) and "sign-off" not in address)
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body))

    def ask(self, kind: str, **typed: str) -> Response:
        """Fill in a form and send it; the page that comes of it."""
        page = self.get(f"ask/{kind}").text
        given = self.hidden(page, f"ask/{kind}") | self.empty(page) | self.chosen(page) | typed
        return self.client.post(f"/{self.language}/ask/{kind}", data=given)

    def empty(self, page: str) -> dict[str, str]:
        """What a browser sends of fields that nobody filled in: every one of them, and nothing in it."""
        written = r'<input(?![^>]*type="(?:hidden|radio|checkbox|submit)")[^>]*name="(\w+)"'
        return dict.fromkeys(re.findall(written, page), "")

    def chosen(self, page: str) -> dict[str, str]:
        """What a browser sends of lists where nothing was chosen: the first of each."""
        lists = re.findall(r'<select id="(\w+)".*?<option value="([^"]*)"', page, re.DOTALL)
        return {name: unescape(value) for name, value in lists}

    def send(self, page: Response, action: str, **typed: str) -> Response:
        """Press a button of an operation's page."""
        where = f"{page.url.path}/{action}"
        return self.client.post(where, data=self.hidden(page.text, f"/{action}") | typed)


def sign_in(visitor: Visitor, user: str, code: str, language: str = "fr") -> Guest:
    """Somebody in the client space."""
    assert visitor.sign_in(user, code, language).signed_in
    return Guest(visitor.client, language)


def slips(page: Response) -> dict[str, str]:
    """What the page says is wrong, by field."""
    found = re.findall(r'<span id="(\w+)-slip" class="slip">(.*?)</span>', page.text)
    return {name: unescape(text) for name, text in found}
