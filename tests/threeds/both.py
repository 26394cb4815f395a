"""The shop and the bank as they are, each behind its guard, with a browser that goes from one to the other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from httpx2 import Response
from starlette.testclient import TestClient

from bank.emv.printed import make_verification_value
from merchant.books import Order, ShopBooks
from merchant.checkout import Checkout
from merchant.network import CardNetwork
from merchant.site import NAME, make_shop
from merchant.threeds import ShopFacts
from tests.threeds.far_shop import HERE, KEY, Acquaintance
from tests.threeds.samples import NUMBER, SHOP
from web.client import AskingServerError, ServerAnswer

CARD: Final = {"number": "9999 0000 0000 0012", "expires": "12/31", "value": make_verification_value(NUMBER, "3112")}


@dataclass
class Wire:
    """What goes from one server to the other; it can be cut. `sent`: each address and what was sent."""

    client: TestClient
    cut: bool = False
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def post(self, url: str, octets: bytes, headers: Mapping[str, str]) -> ServerAnswer:
        if self.cut:
            raise AskingServerError
        self.sent.append((url, octets))
        answer = self.client.post(urlsplit(url).path, content=octets, headers=dict(headers))
        return ServerAnswer(answer.status_code, answer.content)


@dataclass
class BothSides:
    """A shop of ours at its bank. The bank's results come to it as they do to any."""

    far: Acquaintance
    folder: Path

    def __post_init__(self) -> None:
        self.to_bank = Wire(self.far.browser)
        self.start_shop()
        self.browser = TestClient(self.app, base_url=SHOP, follow_redirects=False)

    def start_shop(self) -> None:
        """As after it was ended: what it remembers is in its file."""
        network = CardNetwork(f"{HERE}/", ShopFacts("meander", NAME, SHOP), KEY, self.to_bank.post)
        self.checkout = Checkout(ShopBooks(self.folder / "shop.db"), network, self.far.wall)
        self.app = make_shop(self.checkout)
        self.to_shop = Wire(TestClient(self.app, base_url=SHOP))
        if hasattr(self, "browser"):
            cookies = self.browser.cookies
            self.browser = TestClient(self.app, base_url=SHOP, follow_redirects=False, cookies=cookies)

    def post_result(self, url: str, octets: bytes) -> bytes:
        """The bank's poster."""
        return self.to_shop.post(url, octets, {"Content-Type": "application/json"}).body

    # A browser at the shop

    def get(self, path: str, **headers: str) -> Response:
        """Redirects of the shop's own are followed."""
        answer = self.browser.get(path, headers=headers)
        while answer.status_code == 303:
            answer = self.browser.get(answer.headers["location"])
        return answer

    def press(self, path: str, **typed: str) -> Response:
        answer = self.browser.post(path, data=typed, headers={"Origin": SHOP, "Sec-Fetch-Site": "same-origin"})
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def choose(self, good: str = "lamp", language: str = "fr") -> Response:
        return self.press(f"/{language}/basket", good=good)

    def pay(self, language: str = "fr", **typed: str) -> Response:
        """Fill in the card's form and send it."""
        form = self.get(f"/{language}/checkout").text
        return self.press(f"/{language}/checkout", **(hidden(form) | CARD | typed))

    # From one to the other

    def go_to_bank(self, page: Response) -> Response:
        """What the script of the shop's page does in its frame: the bank's page."""
        fields = hidden(page.text)
        headers = {"Origin": SHOP, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}
        action = re.search(r'<form id="frame-form" method="post" action="([^"]+)"', page.text)
        assert action
        answer = self.far.browser.post(urlsplit(action[1]).path, data=fields, headers=headers)
        assert answer.status_code == 303, answer.text
        self.bank_path = answer.headers["location"]
        return self.look_at_bank()

    def look_at_bank(self) -> Response:
        return self.far.browser.get(self.bank_path, headers={"Sec-Fetch-Site": "same-origin"})

    def press_at_bank(self, action: str, **typed: str) -> Response:
        headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
        answer = self.far.browser.post(f"{self.bank_path}/{action}", data=typed, headers=headers)
        return self.far.browser.get(urljoin(HERE, answer.headers["location"]))

    def come_back(self, page: Response) -> Response:
        """What the script of the bank's last page does, and then the one of the shop's: the order's page."""
        headers = {"Origin": HERE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}
        leaving = self.browser.post("/3ds/notification", data=hidden(page.text), headers=headers)
        assert leaving.status_code == 200, leaving.text
        found = re.search(r'id="leave" class="button" href="([^"]+)"', leaving.text)
        assert found
        return self.get(unescape(found[1]))

    def order(self) -> Order:
        """The latest one."""
        import sqlite3  # noqa: PLC0415 - the test looks into the file

        with sqlite3.connect(self.folder / "shop.db") as connection:
            row = connection.execute("SELECT order_id FROM orders ORDER BY rowid DESC LIMIT 1").fetchone()
        connection.close()
        found = self.checkout.books.find_order(row[0])
        assert found is not None
        return found


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the first form that has any."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    fields: dict[str, str] = {}
    for name, value in found:
        fields.setdefault(name, unescape(value))
    return fields
