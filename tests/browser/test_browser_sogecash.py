"""The business site in a real browser: by keyboard alone on a narrow screen, and page by page with axe, in each
language. The certificate comes as a front brings it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.sync_api import Browser, Locator, Page, expect

from bank.books.clock import read_time, wall_ms
from bank.demo.database import open_in_memory
from bank.demo.people import furnish_people
from bank.web.sogecash.site import open_business
from bank.web.sogecash.words import SogecashWords, list_sogecash_words
from tests.bank.counter import PAYEE, Hand
from tests.bank.keyed import Device, EsecureBank
from tests.browser.test_browser_access import overflows, violations
from web.serving import Server, bind_listener
from web.tls import make_certificate, make_root

SECRET = "5ecre7"
CHOSEN = "739184"
MOST_TABS = 60


@dataclass
class Desk:
    """A page of the site, with the number that came by post."""

    page: Page
    address: str
    number: str
    words: SogecashWords
    axe: str

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.address}/{self.words.language}/{path}")

    def looks(self) -> None:
        """Nothing for axe, nothing beside the screen."""
        assert violations(self.axe, self.page) == [], self.page.url
        assert not overflows(self.page), self.page.url

    def key(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text.replace(" ?", "\N{NO-BREAK SPACE}?"))


@pytest.fixture(params=["fr", "en"])
def desk(request: pytest.FixtureRequest, browser: Browser, axe: str, tmp_path: Path) -> Iterator[Desk]:
    root = make_root(datetime.now(UTC))
    server = make_certificate(root, ("localhost",), datetime.now(UTC))
    (tmp_path / "server.pem").write_bytes(server.certificate + server.key)
    with closing(open_in_memory()) as store:
        bank, device = EsecureBank(store, Hand(wall_ms())), Device()
        with store.writing() as connection:
            furnish_people(connection, read_time(connection, bank.hand.ms))
        letter = bank.give_out(device)
        made = bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())
        listener = bind_listener(0, 0)
        app = open_business(bank.frame, front=SECRET)
        shown = quote(made.public_bytes(Encoding.PEM).decode(), safe="")
        headers = {"X-Front-Secret": SECRET, "X-Client-Certificate": shown}
        with Server(app, listener, certificate=tmp_path / "server.pem").beside():
            context = browser.new_context(
                viewport={"width": 320, "height": 700}, ignore_https_errors=True, extra_http_headers=headers
            )
            address = f"https://localhost:{listener.getsockname()[1]}"
            words = list_sogecash_words()[request.param]
            yield Desk(context.new_page(), address, letter.number, words, axe)
            context.close()


def tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("Tab does not lead there")


def types_by_tab(desk: Desk, digits: str) -> None:
    for count, digit in enumerate(digits, 1):
        tab_to(desk.page, desk.key(digit))
        desk.page.keyboard.press("Enter")
        expect(desk.page.get_by_role("status")).to_contain_text(desk.words.typed.partition("{")[0].strip()[:8])
        expect(desk.page.locator(".dots")).to_have_text("●" * count + "○" * (6 - count))
    tab_to(desk.page, desk.key(desk.words.confirm))
    desk.page.keyboard.press("Enter")


def clicks(desk: Desk, digits: str) -> None:
    for count, digit in enumerate(digits, 1):
        desk.key(digit).click()
        expect(desk.page.locator(".dots")).to_have_text("●" * count + "○" * (6 - count))
    desk.key(desk.words.confirm).click()


def test_the_first_time_on_a_narrow_screen(desk: Desk) -> None:
    """By keyboard to the number, by hand through the rest, with a look at every page."""
    page, words = desk.page, desk.words
    desk.open()
    desk.looks()
    tab_to(page, page.locator("#user"))
    page.keyboard.type("moreau17")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    desk.heading(words.number)
    desk.looks()
    types_by_tab(desk, desk.number)
    desk.heading(words.personalise)
    desk.looks()
    for number in (desk.number, CHOSEN, CHOSEN):
        clicks(desk, number)
        expect(page.locator(".dots, #holder").first).to_be_visible()
    desk.heading(words.details)
    page.locator("#holder").fill("Dominique Moreau")
    page.locator("#email").fill("nowhere")
    page.locator("#telephone").fill("06 39 98 00 17")
    page.get_by_role("button", name=words.confirm).click()
    expect(page.locator("#email-slip")).to_be_visible()
    desk.looks()
    page.locator("#email").fill("d.moreau@example.org")
    page.get_by_role("button", name=words.confirm).click()
    desk.heading(words.registered)
    desk.looks()
    page.get_by_role("link", name=words.registered_go).click()
    expect(page.get_by_role("navigation", name=words.customer_bar)).to_be_visible()
    desk.looks()
    page.get_by_role("navigation").get_by_role("link", name=words.accounts_link).click()
    desk.heading(words.accounts_link)
    desk.looks()
    walks_the_menus(desk)
    asks_for_a_transfer(desk)
    page.get_by_role("button", name=words.log_off).click()
    desk.heading(words.goodbye)
    desk.looks()
    desk.open("net")
    desk.heading(words.over[0])
    desk.looks()


def walks_the_menus(desk: Desk) -> None:
    """Opened with +, closed with -, what is open stays open on the next page."""
    page, words = desk.page, desk.words
    for menu in ("accounts", "payments", "help"):
        page.get_by_role("link", name=words.expand.format(menu=words.menus[menu])).click()
        expect(page.get_by_role("link", name=words.collapse.format(menu=words.menus[menu]))).to_be_visible()
    desk.looks()
    for name in (words.accounts, words.statements, words.transfers):
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        desk.heading(name)
        desk.looks()
    desk.open("net/statements")
    page.get_by_role("link", name=words.statement_page.partition("}")[2]).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(words.statement)
    desk.looks()
    desk.open("net/transfers?open=accounts+payments+help")
    page.get_by_role("link", name=words.collapse.format(menu=words.menus["help"])).click()
    expect(page.get_by_role("navigation").get_by_role("link", name=words.guide)).to_have_count(0)


def asks_for_a_transfer(desk: Desk) -> None:
    page, words = desk.page, desk.words
    desk.open("net/transfers")
    page.locator("#payee").fill("Épicerie du Coin")
    page.locator("#payee_iban").fill(PAYEE)
    page.locator("#amount").fill("12,50" if words.language == "fr" else "12.50")
    page.get_by_role("button", name=words.ask).click()
    desk.heading(words.confirm_title)
    desk.looks()
    page.get_by_text(words.by_hand).click()
    page.locator("#fresh").fill("ab" * 16)
    page.get_by_role("button", name=words.fetch).click()
    expect(page.locator("#sentence")).to_be_visible()
    desk.looks()
    page.locator("#signature").fill("AAAA")
    page.get_by_role("button", name=words.sign).click()
    expect(page.get_by_role("alert")).to_be_visible()
    desk.open("guide")
    desk.looks()
    desk.open("customer")
