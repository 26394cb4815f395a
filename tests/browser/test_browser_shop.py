"""A payment by card in the real browser: the shop at 127.0.0.1, the bank at localhost, which is another site."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from bank.books.clock import pass_time, wall_ms
from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.emv.printed import make_verification_value
from bank.operations.service import OperationService
from bank.threeds.merchants import MerchantEntry, put_merchant
from bank.verification import Verifier
from bank.web.acs.site import PATH, PaymentKeeper, open_acs, open_payments
from bank.web.acs.words import list_acs_words
from bank.web.around import LoneBank
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.space.words import list_space_words
from merchant.books import OrderState
from merchant.network import CardNetwork
from merchant.site import NAME, make_shop, open_checkout
from merchant.threeds import ShopFacts
from merchant.words import list_shop_words
from tests.browser.conftest import listen
from tests.browser.sight import DESKTOP, PATIENCE_MS
from tests.browser.test_browser_access import PICTURES, overflows, violations
from web.beside import PathSplit
from web.serving import Server, bind_listener, url_of

KEY = "k" * 43
NUMBER = "9999000000000012"
SIZES = {"phone": (390, 844), "laptop": DESKTOP, "narrow": (320, 720)}
WINDOWS = {"01": (250, 400), "02": (390, 400), "03": (500, 600), "04": (600, 400)}
"""The frames that a shop may have (EMV 3-D Secure, challengeWindowSize), in pixels."""


@dataclass
class Street:
    """Shop and bank, each at its port; either can be closed and opened again."""

    store: SqlStore
    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    open_doors: dict[str, ExitStack] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.operations = OperationService(self.store)
        customer = self.store.find_customer("DURAND42")
        assert customer is not None
        self.customer = customer.customer_id

    def open_bank(self) -> str:
        listener = bind_listener(self.ports.get("bank", 0), 0)
        url = url_of(listener, "localhost")
        self.ports["bank"] = listener.getsockname()[1]
        payments, desk = open_payments(self.store), Desk(Verifier(self.store))
        app = PathSplit(PATH, open_acs(payments, desk), LoneBank(Pages(desk)).make_app())
        self._keep("bank", PaymentKeeper(payments, 0.2), Server(app, listener))
        return url

    def open_shop(self, bank: str) -> str:
        listener = bind_listener(self.ports.get("shop", 0), 0)
        url = url_of(listener)
        self.ports["shop"] = listener.getsockname()[1]
        network = CardNetwork(bank, ShopFacts("meander", NAME, url.rstrip("/")), KEY)
        with self.store.writing() as connection:
            entry = MerchantEntry("meander", NAME, url.rstrip("/"))
            put_merchant(connection, entry, KEY, pass_time(connection, wall_ms()))
        self._keep("shop", Server(make_shop(open_checkout(self.folder / "shop.db", network)), listener))
        return url

    def _keep(self, name: str, *doors: PaymentKeeper | Server) -> None:
        stack = self.open_doors[name] = ExitStack()
        for door in doors:
            stack.enter_context(door.beside())

    def close(self, name: str) -> None:
        self.open_doors.pop(name).close()

    def read_code(self) -> str:
        text = self.operations.list_messages(self.customer)[0].text
        found = re.search(r"(?:est|is) (\d{4} \d{4})", text)
        assert found
        return found[1]

    def refuse(self) -> None:
        """On the telephone."""
        waiting = self.operations.list_operations(self.customer)[-1]
        self.operations.refuse_operation(self.customer, waiting.operation_id)


@pytest.fixture
def street(tmp_path: Path, fresh_books: Path) -> Iterator[Street]:
    shutil.copytree(fresh_books, tmp_path / "state")
    with closing(open_database(tmp_path / "state")) as store:
        made = Street(store, tmp_path)
        yield made
        for name in list(made.open_doors):
            made.close(name)


@dataclass
class Shopper:
    """Somebody at the shop, in a language."""

    page: Page
    street: Street
    shop: str
    language: str

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe[name=bank]")

    def buy(self, good: str = "lamp") -> None:
        """From the goods to the bank's page."""
        words = list_shop_words()[self.language]
        self.page.goto(f"{self.shop}{self.language}/")
        self.page.get_by_role("button", name=words.goods[good][0]).click()
        self.page.get_by_role("link", name=words.go_to_pay).click()
        self.pay()

    def pay(self) -> None:
        self.page.locator("#number").fill("9999 0000 0000 0012")
        self.page.locator("#expires").fill("12/31")
        self.page.locator("#value").fill(make_verification_value(NUMBER, "3112"))
        self.page.locator("#card button").click()

    def confirm_by_sms(self, where: FrameLocator | Page) -> None:
        acs, space = list_acs_words()[self.language], list_space_words()[self.language]
        where.get_by_role("link", name=acs.by_sms).click()
        where.get_by_role("button", name=space.sms.send).click()
        where.locator("#code").wait_for()
        where.locator("#code").fill(self.street.read_code())
        where.get_by_role("button", name=space.confirm.submit, exact=True).click()

    def sees_order(self, state: OrderState) -> None:
        title, text = list_shop_words()[self.language].outcomes[state]
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        expect(self.page.get_by_role("status")).to_have_text(text)


def look(page: Page, axe: str, name: str, sizes: dict[str, tuple[int, int]] = SIZES) -> None:
    """axe finds nothing, and nothing overflows at any size."""
    assert violations(axe, page) == [], name
    for size, (width, height) in sizes.items():
        page.set_viewport_size({"width": width, "height": height})
        assert not overflows(page), (name, size)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"shop-{name}-{size}.png", full_page=True)
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_purchase_refused_cancelled_and_confirmed(street: Street, browser: Browser, axe: str, language: str) -> None:
    """The whole course, with every page looked at on the way."""
    bank = street.open_bank()
    shop = street.open_shop(bank)
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, locale=language)
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        listen(page, complaints)
        shopper = Shopper(page, street, shop, language)
        chooses_goods(shopper, axe)
        mistypes_the_card(shopper, axe)
        refuses_on_the_telephone(shopper, axe, complaints)
        cancels_on_the_banks_page(shopper)
        confirms_on_a_page_of_its_own(shopper, axe)
        confirms_in_the_frame(shopper)
        assert context.cookies(bank) == [one for one in context.cookies(bank) if one["name"] == "meander"]
    finally:
        context.close()
    assert complaints == []


def chooses_goods(shopper: Shopper, axe: str) -> None:
    """From the entrance to the page where the card is typed."""
    page, shop, language = shopper.page, shopper.shop, shopper.language
    words = list_shop_words()[language]
    page.goto(shop)
    expect(page.locator("html")).to_have_attribute("lang", language)
    look(page, axe, f"goods-{language}")
    page.goto(f"{shop}{language}/basket")
    look(page, axe, f"empty-{language}")
    page.goto(f"{shop}{language}/")
    page.get_by_role("button", name=words.goods["lamp"][0]).click()
    expect(page).to_have_url(re.compile("/basket$"))
    page.get_by_role("link", name=words.go_to_pay).wait_for()
    look(page, axe, f"basket-{language}")
    page.get_by_role("link", name=words.go_to_pay).click()
    page.locator("#value").wait_for()
    look(page, axe, f"checkout-{language}")


def mistypes_the_card(shopper: Shopper, axe: str) -> None:
    page = shopper.page
    for name, typed in (("number", "1234"), ("expires", "13/31"), ("value", "1")):
        page.locator(f"#{name}").fill(typed)
    page.locator("#card button").click()
    page.get_by_role("alert").wait_for()
    look(page, axe, f"slips-{shopper.language}")


def refuses_on_the_telephone(shopper: Shopper, axe: str, complaints: list[str]) -> None:
    """The page follows by itself, the basket is as it was."""
    page, language = shopper.page, shopper.language
    words, acs = list_shop_words()[language], list_acs_words()[language]
    shopper.pay()
    expect(shopper.frame.get_by_role("heading", level=1)).to_have_text(acs.title)
    expect(shopper.frame.locator(".payment")).to_contain_text("41,99" if language == "fr" else "41.99")
    expect(shopper.frame.locator(".payment")).to_contain_text("•••• 0012")
    look(page, axe, f"challenge-{language}")
    looks_at_each_way(page, axe, language, complaints)
    shopper.street.refuse()
    shopper.sees_order(OrderState.REFUSED)
    look(page, axe, f"refused-{language}")
    page.get_by_role("link", name=words.back_to_basket).click()
    expect(page.locator(".basket")).to_contain_text(words.goods["lamp"][0])


def looks_at_each_way(page: Page, axe: str, language: str, complaints: list[str]) -> None:
    """The bank's page by itself, in each size that a shop may give it."""
    alone = page.context.new_page()
    listen(alone, complaints)
    ticket = next(frame.url for frame in page.frames if "/acs/challenge/" in frame.url)
    for way in ("reader", "sms"):
        alone.goto(f"{ticket}?by={way}")
        look(alone, axe, f"bank-{way}-{language}", WINDOWS | SIZES)
    alone.close()


def cancels_on_the_banks_page(shopper: Shopper) -> None:
    shopper.page.get_by_role("link", name=list_shop_words()[shopper.language].go_to_pay).click()
    shopper.pay()
    shopper.frame.get_by_role("button", name=list_acs_words()[shopper.language].cancel).click()
    shopper.sees_order(OrderState.CANCELLED)


def confirms_on_a_page_of_its_own(shopper: Shopper, axe: str) -> None:
    """Instead of the frame."""
    page, words = shopper.page, list_shop_words()[shopper.language]
    page.get_by_role("link", name=words.try_again).click()
    shopper.pay()
    page.get_by_role("button", name=words.whole_page).click()
    expect(page).to_have_url(re.compile("^http://localhost:"))
    shopper.confirm_by_sms(page)
    shopper.sees_order(OrderState.PAID)
    look(page, axe, f"paid-{shopper.language}")


def confirms_in_the_frame(shopper: Shopper) -> None:
    shopper.buy("pen")
    shopper.sees_order(OrderState.PAID)  # below 30 euros: nobody is asked
    shopper.buy("bag")
    shopper.confirm_by_sms(shopper.frame)
    shopper.sees_order(OrderState.PAID)


def test_whatever_goes_away_in_the_middle(street: Street, browser: Browser) -> None:
    """The network, the shop, the bank: each is back, and the payment is what the customer has decided."""
    bank = street.open_bank()
    shop = street.open_shop(bank)
    context = browser.new_context(locale="fr")
    context.set_default_timeout(PATIENCE_MS)
    try:
        shopper = Shopper(context.new_page(), street, shop, "fr")
        shopper.buy()
        shopper.frame.locator(".payment").wait_for()
        context.set_offline(True)
        street.refuse()
        context.set_offline(False)
        shopper.sees_order(OrderState.REFUSED)

        shopper.buy()
        shopper.frame.locator(".payment").wait_for()
        street.close("shop")
        street.refuse()
        # the frame has gone back to a shop that is away: what the browser says then hides its body for a moment
        shopper.frame.locator("body.neterror").wait_for(state="attached")
        street.open_shop(bank)
        shopper.page.goto(shopper.page.url)
        shopper.sees_order(OrderState.REFUSED)

        shopper.buy()
        shopper.frame.locator(".payment").wait_for()
        street.close("bank")
        street.refuse()
        street.open_bank()
        shopper.sees_order(OrderState.REFUSED)
    finally:
        context.close()


def test_no_page_of_it_needs_a_script(street: Street, browser: Browser) -> None:
    shop = street.open_shop(street.open_bank())
    words, acs = list_shop_words()["fr"], list_acs_words()["fr"]
    context = browser.new_context(java_script_enabled=False, locale="fr")
    context.set_default_timeout(PATIENCE_MS)
    shopper = Shopper(context.new_page(), street, shop, "fr")
    try:
        shopper.buy()
        shopper.page.get_by_role("button", name=words.to_the_bank).click()
        shopper.confirm_by_sms(shopper.frame)
        shopper.frame.get_by_role("button", name=acs.back.format(merchant=NAME)).click()
        shopper.frame.get_by_role("link", name=words.leave).click()
        shopper.sees_order(OrderState.PAID)
    except Exception as error:
        for frame in shopper.page.frames:  # now and then the shop's page is waited for in vain: what is there instead?
            error.add_note(f"{frame.url}\n{frame.locator('body').inner_text()}")
        raise
    finally:
        context.close()
