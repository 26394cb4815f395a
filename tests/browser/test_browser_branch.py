"""The adviser's desk and the page for a phone, in the real browser: one course in each language, at a desk's size and
at 320 pixels, with nothing for axe to find and nothing beside the screen. A customer is at work at the same time."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.emv.keys import card_key
from bank.operations.catalogue import OperationKind, TerminalKind
from bank.operations.ports import Asking
from bank.operations.service import OperationService
from bank.verification import Search, Verifier
from bank.web.around import LoneBank
from bank.web.branch.site import PATH, open_branch
from bank.web.branch.words import list_branch_languages
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.words import OwnAddress
from bank.web.shared import BookSessions
from tests.browser.conftest import listen
from tests.browser.sight import PATIENCE_MS
from tests.browser.test_browser_access import PICTURES, overflows, violations
from tests.web.space import FRENCH, furnish_space
from web.serving import Server, bind_listener, url_of

SIZES = {"desk": (1366, 768), "narrow": (320, 720)}
LANGUAGES = ("fr", "en")
REACHED = OwnAddress("https://192.168.1.20:8036/", "90DB 7A0E 40E0 7709 78CA B5F9 FFB2 5804", b"root")


@dataclass(frozen=True)
class Branch:
    """A bank that is served, a browser at it, and its books."""

    page: Page
    store: SqlStore
    address: str
    see: Callable[[str], None]


@pytest.fixture
def branch(browser: Browser, tmp_path: Path, fresh_books: Path, axe: str) -> Iterator[Branch]:
    shutil.copytree(fresh_books, tmp_path / "state")
    complaints: list[str] = []
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_database(tmp_path / "state")))
        pages = Pages(Desk(Verifier(store)), BookSessions(store), reached=REACHED)
        app = LoneBank(pages, beside={PATH: open_branch(store)}).make_app()
        listener = bind_listener(0, 0)
        stack.enter_context(Server(app, listener).beside())
        context = browser.new_context()
        stack.callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        listen(page, complaints)

        def see(name: str) -> None:
            """Look at the page at each size: nothing wrong, nothing beside the screen, a picture."""
            for size, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                assert violations(axe, page) == [], (name, size)
                assert not overflows(page), (name, size)
                folder = Path(PICTURES) if PICTURES else tmp_path
                page.screenshot(path=folder / f"{name}-{size}.png", full_page=True)

        yield Branch(page, store, url_of(listener), see)
    assert complaints == []


def ask_transfer(store: SqlStore) -> None:
    file = furnish_space(store)
    fields: dict[str, str | int] = {"amount": 125_050, "payee": "Camille Moreau", "payee_iban": FRENCH}
    fields["account"] = file.list_accounts()[0].iban
    asking = Asking(file.customer_id, OperationKind.SEPA_TRANSFER, TerminalKind.COMPUTER, fields)
    OperationService(store).request_operation(asking)


def code_of(store: SqlStore, card_id: str, press: int) -> str:
    card = store.find_card(card_id)
    assert card is not None
    return Search(card, card_key(store.issuer_key(card.key_name), card.pan, card.psn)).code(press)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_course_at_the_desk(branch: Branch, language: str) -> None:
    words, page, presses = list_branch_languages()[language], branch.page, count(1)
    page.goto(f"{branch.address}branch/{language}/")
    page.locator("#staff").fill("AGENCE01")
    page.locator("#code").fill("00000000")
    page.get_by_role("button", name=words.submit).click()
    expect(page.get_by_role("alert")).to_be_visible()
    branch.see(f"branch-sign-on-{language}")
    page.locator("#code").fill(code_of(branch.store, "mastercard-cap", next(presses)))
    page.get_by_role("button", name=words.submit).click()
    page.locator("#query").fill("durand")
    page.get_by_role("button", name=words.find, exact=True).click()
    branch.see(f"branch-search-{language}")
    page.get_by_role("link", name="Claude Durand").click()
    expect(page.locator("#changed")).to_be_hidden()
    ask_transfer(branch.store)
    expect(page.locator("#changed")).to_be_visible()
    page.get_by_role("link", name=words.reload).click()
    branch.see(f"branch-synthesis-{language}")
    page.locator("#telephone").fill("06 39 98 55 01")
    page.get_by_role("button", name=words.act_names["change-telephone"]).click()
    expect(page.locator(".done")).to_be_visible()
    page.get_by_role("button", name=words.report_fraud).click()
    expect(page.locator(".done")).to_be_visible()
    expect(page.get_by_text(words.reported.replace(" :", "\N{NO-BREAK SPACE}:"))).to_be_visible()
    branch.see(f"branch-reported-{language}")
    page.get_by_role("link", name=words.journal, exact=True).click()
    branch.see(f"branch-journal-{language}")
    page.get_by_role("button", name=words.sign_off).click()
    expect(page.get_by_role("status")).to_have_text(words.signed_off)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_a_phone_and_what_the_customer_is_told(branch: Branch, language: str) -> None:
    page, store = branch.page, branch.store
    page.goto(f"{branch.address}{language}/connect")
    expect(page.locator(".qr")).to_be_visible()
    branch.see(f"coopanet-connect-{language}")
    ask_transfer(store)
    page.goto(f"{branch.address}{language}/sesame")
    page.locator("#user").fill("DURAND42")
    page.locator("#code").fill(code_of(store, "bank-card", 1))
    page.locator("#code").press("Enter")
    page.locator(".hello").wait_for()
    page.goto(f"{branch.address}{language}/operations")
    page.locator("main li a").first.click()
    branch.see(f"coopanet-confirm-{language}")
    page.locator('a[href$="/report"]').click()
    branch.see(f"coopanet-report-{language}")
    page.locator("main form button").click()
    page.locator("h1").wait_for()
    expect(page).to_have_url(f"{branch.address}{language}/reported")
    branch.see(f"coopanet-reported-{language}")
    page.goto(f"{branch.address}{language}/sesame")
    page.locator("#user").fill("DURAND42")
    page.locator("#code").fill(code_of(store, "bank-card", 2))
    page.locator("#code").press("Enter")
    page.locator(".hello").wait_for()
    page.goto(f"{branch.address}{language}/notices")
    expect(page.locator("main section")).to_have_count(2)
    branch.see(f"coopanet-notices-{language}")
    page.goto(f"{branch.address}{language}/telephone")
    expect(page.locator(".messages li")).to_have_count(2)
    branch.see(f"coopanet-telephone-{language}")
