"""A payment at a shop with the real app: pushed to a browser in which no page of the app is open, opened by a touch of
the notification, approved there, and told to the shop. The push service is the twin; all else is the product."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from sqlalchemy import update

from bank.books.clock import pass_time, wall_ms
from bank.books.schema_securpass import ENROLMENTS, PUSH_ENDPOINTS
from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.emv.printed import make_verification_value
from bank.threeds.merchants import MerchantEntry, put_merchant
from bank.verification import Verifier
from bank.web.acs.site import PATH as ACS
from bank.web.acs.site import PaymentKeeper, open_acs, open_payments
from bank.web.acs.words import list_acs_words
from bank.web.app.site import PATH, open_app
from bank.web.app.waking import PhoneWaking, open_waking
from bank.web.around import LoneBank
from bank.web.coopanet.pages import Pages
from bank.web.shared import BookSessions, open_desk
from merchant.books import OrderState
from merchant.network import CardNetwork
from merchant.site import NAME, make_shop, open_checkout
from merchant.threeds import ShopFacts
from merchant.words import list_shop_words
from simulator.push.site import SERVICES
from simulator.push.twin import PushTwin
from tests.bank.app_counter import AppCounter
from tests.bank.counter import Hand
from tests.browser.conftest import CHROMIUM
from tests.browser.sight import PATIENCE_MS
from tests.browser.telephone import SIZE, Telephone, new_telephone
from tests.browser.test_browser_push import QUIET, TALKING
from tests.browser.test_browser_shop import KEY, NUMBER
from tests.left_out import leave_out
from web.beside import PathSplit
from web.serving import Server, bind_listener, url_of

LANGUAGE: Final = "fr"
NOTIFIED: Final = """async () => {
  while (!(await self.registration.getNotifications()).length) await new Promise((go) => setTimeout(go, 20));
}"""
TOUCH: Final = """async () => {
  const [shown] = await self.registration.getNotifications();
  self.opened = new Promise((resolve) => { self.clients.openWindow = async (url) => resolve(url); });
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification: shown }));
  return self.opened;
}"""
"""What a finger on the notification does, but for the window that the browser opens: it does so for a finger only."""


@dataclass
class PushedStreet:
    """Bank, shop, push service and a telephone's browser."""

    store: SqlStore
    shop: str
    telephone: Telephone
    waking: PhoneWaking

    @property
    def context(self) -> BrowserContext:
        return self.telephone.page.context


@pytest.fixture
def street(tmp_path: Path, fresh_books: Path) -> Iterator[PushedStreet]:
    if not CHROMIUM.exists():
        leave_out("Chromium is not installed (Debian: chromium)")
    with ExitStack() as stack:
        shutil.copytree(fresh_books, tmp_path / "state")
        store = stack.enter_context(closing(open_database(tmp_path / "state")))
        counter = AppCounter(store, Hand(wall_ms()))
        push = stack.enter_context(PushTwin().running())
        waking = open_waking(store, dict.fromkeys(SERVICES, push.http_port))
        payments, desk = open_payments(store, waker=waking.worker), open_desk(store, Verifier(store))
        pages = Pages(desk, BookSessions(store), phones=waking.service)
        app = PathSplit(
            ACS, open_acs(payments, desk), LoneBank(pages, beside={PATH: open_app(store, waking=waking)}).make_app()
        )
        bank, shop = bind_listener(0, 0), bind_listener(0, 0)
        facts = ShopFacts("meander", NAME, url_of(shop).rstrip("/"))
        with store.writing() as connection:
            entry = MerchantEntry("meander", NAME, facts.origin)
            put_merchant(connection, entry, KEY, pass_time(connection, wall_ms()))
        checkout = open_checkout(tmp_path / "shop.db", CardNetwork(url_of(bank, "localhost"), facts, KEY))
        for door in (Server(app, bank), PaymentKeeper(payments, 0.2), Server(make_shop(checkout), shop)):
            stack.enter_context(door.beside())
        stack.enter_context(waking.running())
        playwright = stack.enter_context(sync_playwright())
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=[*QUIET, *push.list_switches()],
            ignore_default_args=TALKING,
            viewport=SIZE,  # type: ignore[arg-type]
            locale=LANGUAGE,
        )
        stack.callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        address = url_of(bank, "localhost").rstrip("/")
        context.grant_permissions(["notifications"], origin=address)
        yield PushedStreet(store, url_of(shop), new_telephone(context, counter, address, LANGUAGE), waking)


def activate(street: PushedStreet) -> None:
    """The whole course on the telephone, and notifications switched on; its 72 hours are over."""
    telephone, words = street.telephone, street.telephone.words
    telephone.open()
    telephone.logs_on()
    telephone.activates(finger=False)
    with street.store.writing() as connection:
        connection.execute(update(ENROLMENTS).values(usable_from_ms=0))
    telephone.choose(words.settings)
    telephone.choose(words.notifications)
    expect(telephone.page.get_by_role("button", name=words.notifications)).to_contain_text(words.on)
    with street.store.reading() as connection:
        assert len(connection.execute(PUSH_ENDPOINTS.select()).all()) == 1


def buy(page: Page, shop: str) -> None:
    """From the goods to the bank's page."""
    words = list_shop_words()[LANGUAGE]
    page.goto(f"{shop}{LANGUAGE}/")
    page.get_by_role("button", name=words.goods["lamp"][0]).click()
    page.get_by_role("link", name=words.go_to_pay).click()
    page.locator("#number").fill("9999 0000 0000 0012")
    page.locator("#expires").fill("12/31")
    page.locator("#value").fill(make_verification_value(NUMBER, "3112"))
    page.locator("#card button").click()


def test_a_payment_wakes_the_app_that_is_closed_and_is_approved_there(street: PushedStreet) -> None:
    activate(street)
    telephone, acs = street.telephone, list_acs_words()[LANGUAGE]
    telephone.page.goto("about:blank")
    computer = street.context.new_page()
    buy(computer, street.shop)
    frame = computer.frame_locator("iframe[name=bank]")
    expect(frame.get_by_role("heading", level=1)).to_have_text(acs.title)
    number = frame.locator(".match").inner_text()
    worker = street.context.service_workers[0]
    worker.evaluate(NOTIFIED)
    opened = worker.evaluate(TOUCH)
    assert "#operation=" in opened, "exactly that operation"
    telephone.page.goto(opened)
    expect(telephone.page.locator("main.operation")).to_contain_text(NAME)
    telephone.approves(number)
    telephone.types()
    telephone.reads(telephone.words.approved)
    title, _ = list_shop_words()[LANGUAGE].outcomes[OrderState.PAID]
    expect(computer.get_by_role("heading", level=1)).to_have_text(title)
