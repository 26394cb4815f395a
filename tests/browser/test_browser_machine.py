"""SM@RT'retrait and the wallet in the real browser: Coop@net gives a code, the cash machine notes for it; the wallet
asks for a card, the customer confirms in Coop@net, and the wallet has it. Every page is looked at on the way."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bank.books.clock import pass_time, wall_ms
from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.emv.printed import make_verification_value
from bank.operations.catalogue import OperationKind
from bank.operations.service import OperationService
from bank.threeds.merchants import CASH_MACHINE, USUAL_CATEGORY, WALLET, MerchantEntry, put_merchant
from bank.verification import Verifier
from bank.web.acs.site import PATH, open_acs, open_payments
from bank.web.around import LoneBank
from bank.web.coopanet.cash.words import list_cash_words
from bank.web.coopanet.frame import COOKIE
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.space.words import list_space_words
from merchant.line import BankLine
from merchant.machine.books import CashOutcome, MachineCondition
from merchant.machine.words import list_machine_words
from merchant.network import CardNetwork
from merchant.site import make_shop, open_beside, open_checkout
from merchant.threeds import ShopFacts
from merchant.wallet.books import WishState
from merchant.wallet.words import list_wallet_words
from tests.browser.conftest import listen
from tests.browser.sight import DESKTOP, PATIENCE_MS
from tests.browser.test_browser_shop import NUMBER, look
from web.beside import PathSplit
from web.serving import Server, bind_listener, url_of

KEYS = {USUAL_CATEGORY: "s" * 43, CASH_MACHINE: "m" * 43, WALLET: "w" * 43}


@dataclass
class Twins:
    """The bank, and the twins beside the shop; somebody is signed in."""

    store: SqlStore
    bank: str
    street: str
    token: str

    def confirm(self, page: Page, language: str) -> None:
        """In Coop@net, by a code in a text message, what is shown there."""
        space = list_space_words()[language]
        page.get_by_role("link", name=space.confirm.by_sms).click()
        page.get_by_role("button", name=space.sms.send).click()
        page.locator("#code").wait_for()
        customer = self.store.find_customer("DURAND42")
        assert customer is not None
        text = OperationService(self.store).list_messages(customer.customer_id)[0].text
        found = re.search(r"(?:est|is) (\d{4} \d{4})", text)
        assert found
        page.locator("#code").fill(found[1])
        with page.expect_navigation():
            page.get_by_role("button", name=space.confirm.submit, exact=True).click()


@pytest.fixture
def twins(tmp_path: Path, fresh_books: Path) -> Iterator[Twins]:
    shutil.copytree(fresh_books, tmp_path / "state")
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_database(tmp_path / "state")))
        at_bank, at_street = bind_listener(0, 0), bind_listener(0, 0)
        bank, street = url_of(at_bank, "localhost"), url_of(at_street)
        desk, payments = Desk(Verifier(store)), open_payments(store)
        pages = Pages(desk)
        with store.writing() as connection:
            now_ms = pass_time(connection, wall_ms())
            for category, key in KEYS.items():
                entry = MerchantEntry(f"c{category}", "Méandre", street.rstrip("/"), category)
                put_merchant(connection, entry, key, now_ms)
        app = PathSplit(PATH, open_acs(payments, desk), LoneBank(pages).make_app())
        stack.enter_context(Server(app, at_bank).beside())
        network = CardNetwork(bank, ShopFacts("c", "Méandre", street.rstrip("/")), KEYS[USUAL_CATEGORY])
        lines = (BankLine(bank, KEYS[category]) for category in (CASH_MACHINE, WALLET))
        shop = make_shop(open_checkout(tmp_path / "shop.db", network), beside=open_beside(tmp_path, *lines))
        stack.enter_context(Server(shop, at_street).beside())
        token = pages.sessions.open_session("DURAND42", ("a", "b", "c"))
        yield Twins(store, bank, street, token)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_money_without_a_card_and_a_card_in_the_wallet(twins: Twins, browser: Browser, axe: str, language: str) -> None:
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, locale=language)
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": COOKIE, "value": twins.token, "url": twins.bank}])
    try:
        page, street = context.new_page(), context.new_page()
        listen(page, complaints)
        listen(street, complaints)
        code = activate_and_order(twins, page, axe, language)
        withdraw(twins, street, axe, language, code)
        page.goto(f"{twins.bank}{language}/accounts")
        add_to_wallet(twins, page, street, axe, language)
    finally:
        context.close()
    assert complaints == []


def activate_and_order(twins: Twins, page: Page, axe: str, language: str) -> str:
    """From Coop@net's cards: the service, then a code for 60 euros."""
    space, cash = list_space_words()[language], list_cash_words()[language]
    page.goto(f"{twins.bank}{language}/cards")
    page.get_by_role("link", name=space.kinds[OperationKind.WITHDRAW_BY_PHONE].ask).click()
    page.get_by_role("button", name=space.kinds[OperationKind.WITHDRAW_BY_PHONE].verb).click()
    twins.confirm(page, language)
    page.goto(f"{twins.bank}{language}/cards")
    look(page, axe, f"cards-{language}")
    page.get_by_role("link", name=space.cash).click()
    page.locator("#amount").wait_for()
    look(page, axe, f"cash-{language}")
    page.locator("#amount").select_option("6000")
    with page.expect_navigation():
        page.get_by_role("button", name=cash.give).click()
    look(page, axe, f"cash-code-{language}")
    return page.locator("#cash-code").inner_text()


def withdraw(twins: Twins, street: Page, axe: str, language: str, code: str) -> None:
    """A wrong code, a machine out of order, and the notes."""
    words = list_machine_words()[language]

    def types(typed: str, outcome: CashOutcome, look_as: str) -> None:
        street.goto(f"{twins.street}machine/{language}/")
        street.locator("#code").fill(typed)
        with street.expect_navigation():
            street.get_by_role("button", name=words.go).click()
        expect(street.get_by_role("heading", level=1)).to_have_text(words.outcomes[outcome][0])
        look(street, axe, f"machine-{look_as}-{language}")

    def switch(condition: MachineCondition) -> None:
        street.goto(f"{twins.street}machine/{language}/")
        if not street.locator("#condition").is_visible():
            street.get_by_text(words.keeper).first.click()
        street.locator("#condition").select_option(condition.value)
        with street.expect_navigation():
            street.get_by_role("button", name=words.change).click()

    street.goto(f"{twins.street}machine/{language}/")
    look(street, axe, f"machine-{language}")
    types("0000 0000", CashOutcome.WRONG, "wrong")
    switch(MachineCondition.JAMMED)
    look(street, axe, f"machine-switch-{language}")
    types(code, CashOutcome.FAILED, "failed")
    switch(MachineCondition.WORKS)
    types(code, CashOutcome.GIVEN, "given")
    expect(street.locator(".drawer li")).to_have_count(2)
    types(code, CashOutcome.USED, "used")


def add_to_wallet(twins: Twins, page: Page, street: Page, axe: str, language: str) -> None:
    """A slip, a refusal, and the card in the wallet: its page follows by itself."""
    words, space = list_wallet_words()[language], list_space_words()[language]

    def asks() -> None:
        street.goto(f"{twins.street}wallet/{language}/add")
        street.locator("#number").fill("9999 0000 0000 0012")
        street.locator("#expires").fill("12/31")
        street.locator("#value").fill(make_verification_value(NUMBER, "3112"))
        with street.expect_navigation():
            street.get_by_role("button", name=words.ask).click()
        expect(street.get_by_role("heading", level=1)).to_have_text(words.states[WishState.PENDING][0])
        page.goto(f"{twins.bank}{language}/operations")
        with page.expect_navigation():
            page.locator("main .items a").first.click()

    street.goto(f"{twins.street}wallet/{language}/")
    look(street, axe, f"wallet-empty-{language}")
    street.get_by_role("link", name=words.add).click()
    street.locator("#value").wait_for()
    look(street, axe, f"wallet-add-{language}")
    street.locator("#number").fill("1234")
    street.locator("#expires").fill("13/31")
    street.locator("#value").fill("1")
    with street.expect_navigation():
        street.get_by_role("button", name=words.ask).click()
    look(street, axe, f"wallet-slips-{language}")

    asks()
    look(street, axe, f"wallet-waits-{language}")
    with page.expect_navigation():
        page.locator("button.cancel", has_text=space.confirm.refuse).click()
    expect(street.get_by_role("heading", level=1)).to_have_text(words.states[WishState.REFUSED][0])
    look(street, axe, f"wallet-refused-{language}")

    asks()
    twins.confirm(page, language)
    expect(street.get_by_role("heading", level=1)).to_have_text(words.states[WishState.ACTIVE][0])
    look(street, axe, f"wallet-ready-{language}")
    street.goto(f"{twins.street}wallet/{language}/")
    expect(street.locator(".held li")).to_have_count(1)
    look(street, axe, f"wallet-cards-{language}")
