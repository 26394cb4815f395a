"""Shop and bank as the programs they are, each ended by SIGKILL in the middle of a payment, and started again."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest

from bank.books.clock import pass_time, wall_ms
from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.operations.service import OperationService
from bank.threeds.merchants import MerchantEntry, put_merchant
from merchant.books import OrderState
from merchant.site import NAME
from merchant.words import list_shop_words
from tests.source_tree import ROOT
from tests.threeds.both import CARD, hidden

KEY = "k" * 43
WORDS = list_shop_words()["fr"]
LIMIT_LOOKS = 600
"""Reached only when something is broken."""


@dataclass
class Program:
    """A command that serves: at the same port each time it is started."""

    words: list[str]
    port: int = 0
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "sesame", *self.words, "--port", str(self.port), "--json"]
        environment = {**os.environ, "SESAME_SHOP_KEY": KEY}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
        assert self.process.stdout
        text = ""
        while not text.endswith("\n}\n"):
            text += self.process.stdout.readline()
            assert self.process.poll() is None, text
        self.url = json.loads(text)["address"]
        self.port = urlsplit(self.url).port or 0

    def kill(self) -> None:
        """SIGKILL: nothing is tidied."""
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None


@dataclass
class Town:
    """Both programs, the bank's books, and a browser."""

    store: SqlStore
    bank: Program
    shop: Program
    browser: httpx2.Client = field(default_factory=lambda: httpx2.Client(trust_env=False))

    def __post_init__(self) -> None:
        self.operations = OperationService(self.store)
        customer = self.store.find_customer("DURAND42")
        assert customer is not None
        self.customer = customer.customer_id

    def press(self, url: str, given: dict[str, str], origin: str, site: str = "same-origin") -> httpx2.Response:
        headers = {"Origin": origin, "Sec-Fetch-Site": site, "Sec-Fetch-Dest": "iframe"}
        answer = self.browser.post(url, data=given, headers=headers)
        while answer.status_code == 303:
            answer = self.browser.get(urljoin(str(answer.url), answer.headers["location"]))
        return answer

    def buy(self) -> httpx2.Response:
        """As far as the bank's page."""
        origin = self.shop.url.rstrip("/")
        self.press(f"{self.shop.url}fr/basket", {"good": "lamp"}, origin)
        form = self.browser.get(f"{self.shop.url}fr/checkout").text
        self.order = self.press(f"{self.shop.url}fr/checkout", hidden(form) | CARD, origin)
        action = re.search(r'id="frame-form" method="post" action="([^"]+)"', self.order.text)
        assert action, self.order.text
        return self.press(action[1], hidden(self.order.text), origin, "cross-site")

    def come_back(self, page: httpx2.Response) -> httpx2.Response:
        url = f"{self.shop.url}3ds/notification"
        return self.press(url, hidden(page.text), self.bank.url.rstrip("/"), "cross-site")

    def sees(self, state: OrderState) -> None:
        """Look until the order stands so."""
        pause = threading.Event()
        for _ in range(LIMIT_LOOKS):
            text = unescape(self.browser.get(f"{self.order.url}?back=1").text)
            if WORDS.outcomes[state][1] in text:
                return
            assert WORDS.waiting in text, text
            pause.wait(0.1)
        pytest.fail("the order never came to its end")


@pytest.fixture
def town(tmp_path: Path, fresh_books: Path) -> Iterator[Town]:
    state = tmp_path / "bank"
    shutil.copytree(fresh_books, state)
    bank = Program(["bank", "serve", "--state", str(state)])
    bank.start()
    bank.url = bank.url.replace("127.0.0.1", "localhost")
    shop = Program(["shop", "--bank", bank.url, "--state", str(tmp_path / "shop")])
    with closing(open_database(state)) as store:
        shop.start()
        with store.writing() as connection:
            entry = MerchantEntry("meander", NAME, shop.url.rstrip("/"))
            put_merchant(connection, entry, KEY, pass_time(connection, wall_ms()))
        made = Town(store, bank, shop)
        with made.browser:
            yield made
    for program in (bank, shop):
        program.kill()


@pytest.mark.service
def test_each_is_killed_in_the_middle_and_the_payment_ends_as_its_customer_decided(town: Town) -> None:
    page = town.buy()
    town.shop.kill()
    operation = town.operations.list_operations(town.customer)[-1]
    town.operations.send_sms_code(town.customer, operation.operation_id)
    text = town.operations.list_messages(town.customer)[0].text
    code = re.search(r"est (\d{4} \d{4})", text)
    assert code
    back = town.press(f"{page.url}/confirm", {"by": "sms", "code": code[1]}, town.bank.url.rstrip("/"))
    assert 'name="cres"' in back.text
    town.shop.start()
    town.come_back(back)
    town.sees(OrderState.PAID)

    page = town.buy()
    town.bank.kill()
    town.operations.refuse_operation(town.customer, town.operations.list_operations(town.customer)[-1].operation_id)
    town.bank.start()
    town.sees(OrderState.REFUSED)
    assert 'name="cres"' in town.browser.get(page.url).text

    town.buy()
    town.bank.kill()
    town.shop.kill()
    operation = town.operations.list_operations(town.customer)[-1]
    town.operations.declare_fraud(town.customer, operation.operation_id)
    town.shop.start()
    town.bank.start()
    town.sees(OrderState.REFUSED)
