"""The entrance and the telephone in its frame, in a real browser: a transfer is approved; then the next customer."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from bank.demo.database import open_in_memory
from bank.verification import Verifier
from bank.web.app.site import open_app
from bank.web.app.words import AppWords, list_app_words
from bank.web.branch.site import open_branch
from bank.web.coopanet.sign_in import Desk
from bank.web.shared import BookSessions
from device.config import Config
from sesame.shop import BESIDE
from simulator.phone.hands import PhoneHands
from simulator.phone.opening import open_phone
from simulator.web.bench import PageBench
from simulator.web.beside import KEY_PART, PHONE_PART, BenchPart, BesideReader
from simulator.web.site import reader_site
from simulator.words import LANGUAGES
from tests.browser.conftest import listen, running
from tests.browser.sight import PATIENCE_MS
from tests.browser.test_browser_access import overflows, violations
from web.serving import Server, bind_listener, url_of

SIZES = {"laptop": (1366, 768), "phone": (390, 844)}
PICTURES = os.environ.get("SESAME_PICTURES")
CODE = "2580"
SHOP = "http://127.0.0.1:8038/"
PARTS = (PHONE_PART, KEY_PART, *(BenchPart(name, f"{SHOP}{path}") for name, path in BESIDE))
"""Everything that the entrance of `./run` has: the sight of it is what is judged. Nobody goes into the shop here."""
SENT = re.compile(r"(?:est|is) (\d{4}) (\d{4})\b")


@dataclass
class Presenter:
    """Somebody at the bench with a browser: the page, the telephone in its frame, and hands for scripts."""

    page: Page
    address: str
    language: str
    hands: PhoneHands
    folder: Path

    @property
    def telephone(self) -> FrameLocator:
        return self.page.frame_locator("#telephone")

    @property
    def app(self) -> AppWords:
        return list_app_words()[self.language]

    def resize(self, size: str) -> None:
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})

    def looks(self, name: str, axe: str) -> None:
        """Nothing that axe finds, nothing that overflows; kept as a picture where that is asked for."""
        assert violations(axe, self.page) == [], name
        assert not overflows(self.page), name
        self.page.screenshot(path=self.folder / f"branch-{name}-{self.language}.png")

    def presses(self, name: str) -> None:
        self.telephone.get_by_role("button", name=name, exact=True).click()

    def types_code(self) -> None:
        for digit in CODE:
            self.presses(digit)
        self.presses(self.app.ok)

    def reads_code(self, by: str, count: int) -> str:
        """Of the newest message of that kind, once there are so many."""
        words = LANGUAGES[self.language].phone
        head = words.by_mail if by == "mail" else words.by_text
        items = self.page.locator("#inbox li").filter(has_text=head)
        expect(items).to_have_count(count)
        found = SENT.search(items.first.inner_text())
        assert found
        return "".join(found.groups())


@pytest.fixture
def bench(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    complaints: list[str] = []
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_in_memory(furnished=True)))
        bench, listener = PageBench(Config(), tmp_path / "state"), bind_listener(0, 0)
        hands = open_phone(store)
        apps = {"/app": open_app(store, framed=True), "/branch": open_branch(store)}
        beside = BesideReader(apps, None, hands, PARTS)
        site = reader_site(bench, Desk(Verifier(store)), BookSessions(store), beside)
        stack.enter_context(Server(site, listener).beside())
        stack.enter_context(running(bench))

        def seated(language: str) -> Presenter:
            context = browser.new_context(locale=language)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            listen(page, complaints)
            folder = Path(PICTURES) if PICTURES else tmp_path
            return Presenter(page, url_of(listener), language, hands, folder)

        yield seated
    assert complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_entrance_and_telephones_page_at_every_size(bench: Any, axe: str, language: str) -> None:  # noqa: ANN401
    presenter = bench(language)
    page, words = presenter.page, LANGUAGES[language]
    for size in SIZES:
        presenter.resize(size)
        page.goto(presenter.address)
        expect(page.get_by_role("heading", name=words.entrance.title)).to_be_visible()
        presenter.looks(f"entrance-{size}", axe)
        page.get_by_role("link", name=words.entrance.parts["phone"].take).click()
        page.wait_for_url(re.compile(r"//localhost:\d+/\w\w/phone$"))
        expect(presenter.telephone.get_by_label(presenter.app.user)).to_be_visible()
        presenter.looks(f"telephone-page-{size}", axe)
        if size == "laptop":
            expect(page.locator(".handset")).to_be_in_viewport(ratio=1)
        page.locator("#real summary").click()
        assert violations(axe, page) == []


def test_the_entrance_leads_on_without_a_script(browser: Browser, bench: Any) -> None:  # noqa: ANN401
    address = bench("fr").address
    with closing(browser.new_context(java_script_enabled=False, locale="fr")) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role("link", name=LANGUAGES["fr"].entrance.parts["phone"].take).click()
        expect(page.frame_locator("#bank").get_by_role("link").first).to_be_visible()
        expect(page.locator("#next")).to_be_hidden()


def test_a_transfer_is_approved_in_the_frame_and_the_next_customer_finds_nothing(
    bench: Any,  # noqa: ANN401
    axe: str,
) -> None:
    presenter: Presenter = bench("fr")
    presenter.resize("laptop")
    presenter.page.goto(f"{presenter.address}fr/phone")
    activates(presenter, axe)
    hands, post = presenter.hands, partial(presenter.page.request.post, headers={"Content-Type": "application/json"})
    asked = f"{presenter.address}api/bank"
    assert post(asked, data={"words": ["lift"]}).ok
    assert post(asked, data={"words": ["transfer", "250,00", "Camille Moreau"]}).ok
    operation = hands.bank.find_latest(hands.customer_id)
    assert operation
    expect(presenter.telephone.get_by_text("Camille Moreau")).to_be_visible()
    presenter.looks("telephone-asked", axe)
    presenter.telephone.locator("#match").fill(hands.bank.find_match(hands.customer_id, operation.operation_id))
    presenter.presses(presenter.app.approve)
    presenter.types_code()
    expect(presenter.telephone.get_by_text(presenter.app.approved)).to_be_visible()
    presenter.looks("telephone-approved", axe)
    assert presenter.page.request.get(f"{presenter.address}api/phone").json()["operation"]["state"] == "approved"
    presenter.presses(presenter.app.end)
    expect(presenter.telephone.get_by_text(presenter.app.nothing_waits)).to_be_visible()
    assert post(asked, data={"words": ["transfer", "999", "Inconnu"]}).ok
    presenter.presses(presenter.app.refuse)
    presenter.presses(presenter.app.refuse_sure)
    expect(presenter.telephone.get_by_text(presenter.app.cancelled)).to_be_visible()
    presenter.looks("telephone-refused", axe)
    assert presenter.page.request.get(f"{presenter.address}api/phone").json()["operation"]["state"] == "refused"
    presenter.page.locator("#next").click()
    expect(presenter.telephone.get_by_label(presenter.app.user)).to_be_visible()
    expect(presenter.page.locator("#inbox li")).to_have_count(0)
    kept = presenter.page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name)")
    assert "securpass" not in kept or no_key(presenter.page)


def no_key(page: Page) -> bool:
    """The app looks whether there is a telephone, which makes an empty store."""
    return bool(
        page.evaluate(
            """() => new Promise((done) => {
              const asked = indexedDB.open("securpass", 1);
              asked.onsuccess = () => {
                const found = asked.result.transaction("phone").objectStore("phone").count();
                found.onsuccess = () => { asked.result.close(); done(found.result === 0); };
              };
            })"""
        )
    )


def activates(presenter: Presenter, axe: str) -> None:
    """As the page's own steps say: password, text message, four digits, text message and e-mail."""
    telephone, words = presenter.telephone, presenter.app
    telephone.get_by_label(words.user).fill("DURAND42")
    telephone.get_by_label(words.word_label).fill("ouvre-toi")
    presenter.presses(words.continue_on)
    telephone.get_by_label(words.sms_code).fill(presenter.reads_code("sms", 1))
    presenter.presses(words.continue_on)
    presenter.presses(words.offers["activate"].begin)
    for title in (words.choose_code, words.repeat_code):
        expect(telephone.get_by_text(title)).to_be_visible()
        presenter.types_code()
    presenter.presses(words.seconds["mail"])
    presenter.reads_code("mail", 1)
    presenter.looks("telephone-codes", axe)
    telephone.get_by_label(words.second_code["mail"]).fill(presenter.reads_code("mail", 1))
    telephone.get_by_label(words.sms_code).fill(presenter.reads_code("sms", 2))
    presenter.presses(words.continue_on)
    expect(telephone.get_by_text(words.activated)).to_be_visible()
    presenter.presses(words.end)
    expect(telephone.get_by_text(words.nothing_waits)).to_be_visible()
