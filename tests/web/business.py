"""Somebody with an access key on the business site, without a browser: forms, the keyboard, the whole first time."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from bank.web.sogecash.site import open_business
from bank.web.sogecash.words import list_sogecash_words
from tests.bank.keyed import Device, EsecureBank

CHOSEN: Final = "739184"


@dataclass
class KeyBrowser:
    """A browser that shows a certificate, or none, and somebody who sees the keys of the keyboard."""

    bank: EsecureBank
    certificate: x509.Certificate | None = None
    language: str = "en"
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        inner = open_business(self.bank.frame)

        async def shown(scope: Scope, receive: Receive, send: Send) -> None:
            pem = [self.certificate.public_bytes(Encoding.PEM).decode()] if self.certificate else []
            if scope["type"] == "http":
                scope.setdefault("extensions", {})["tls"] = {"client_cert_chain": pem}
            await inner(scope, receive, send)

        self.client = TestClient(shown, base_url="https://localhost")

    def get(self, path: str) -> Response:
        return self.client.get(f"/{self.language}/{path}")

    def post(self, path: str, **given: str) -> Response:
        return self.client.post(f"/{self.language}/{path}", data=given)

    def send(self, page: Response, path: str, **given: str) -> Response:
        """A form of a page, with what is hidden in it."""
        return self.post(path, **dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)) | given)

    def ask_in(self, user: str = "MOREAU17") -> Response:
        return self.post("log-on", user=user)

    def keys(self, page: Response) -> dict[str, str]:
        """What stands on each key, and what it sends."""
        return {unescape(name): value for value, name in
                re.findall(r'name="key" value="([0-9a-f]+)"[^>]*>([^<]*)<', page.text)}  # fmt: skip

    def type_number(self, page: Response, digits: str, path: str = "number") -> Response:
        for digit in digits:
            page = self.post(path, key=self.keys(page)[digit])
        return self.post(path, key=self.keys(page)[list_sogecash_words()[self.language].confirm])

    def log_on(self, number: str, user: str = "MOREAU17") -> Response:
        return self.type_number(self.ask_in(user), number)

    def personalise(self, posted: str, chosen: str = CHOSEN, again: str | None = None) -> Response:
        page = self.get("personalise")
        for number in (posted, chosen, chosen if again is None else again):
            page = self.type_number(page, number, "personalise")
        return page

    def register(self) -> Response:
        given = {"holder": "Dominique Moreau", "email": "d.moreau@example.org", "telephone": "+33 6 39 98 00 17"}
        return self.send(self.get("details"), "details", **given)


@dataclass
class Customer:
    """MOREAU17 with an activated key, and the number that came by post."""

    bank: EsecureBank
    device: Device
    certificate: x509.Certificate
    number: str

    def browser(self, language: str = "en") -> KeyBrowser:
        return KeyBrowser(self.bank, self.certificate, language)

    def settle(self, language: str = "en") -> KeyBrowser:
        """Once through everything of the first time."""
        browser = self.browser(language)
        browser.log_on(self.number)
        browser.personalise(self.number)
        assert browser.register().status_code == 200
        return browser


def title(page: Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)
    assert found, page.text
    return unescape(found[1]).replace("\N{NO-BREAK SPACE}", " ")
