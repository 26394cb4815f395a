"""The access key's page in a real browser: plugged, activated, logged on, pulled; axe at every stage, at two widths."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from bank.demo.database import open_in_memory
from bank.verification import Verifier
from bank.web.coopanet.sign_in import Desk
from device.config import Config
from sesame.key.beside import BLOCK_S, open_own_desk
from simulator.key.desk import KeyDesk
from simulator.key.statements import act_on_site
from simulator.key.window import BrowserWindow
from simulator.key.words import list_key_words
from simulator.web.bench import PageBench
from simulator.web.beside import KEY_PART, BesideReader, KeyBeside
from simulator.web.site import reader_site
from tests.browser.conftest import listen, running
from tests.browser.sight import PATIENCE_MS
from tests.browser.test_browser_access import overflows, violations
from web.serving import Server, bind_listener, url_of

SIZES = ((1440, 900), (320, 700))
OWN = "739184"
DETAILS = {"holder": "Dominique Moreau", "email": "d.moreau@example.org", "telephone": "+33 6 39 98 00 17"}
TRANSFER = {"payee": "Épicerie du Coin", "payee_iban": "FR7630006000011234567890189", "amount": "1 234,56"}
PICTURES = os.environ.get("SESAME_PICTURES")


@dataclass
class Visitor:
    """Somebody at the page, who also has the key in hand."""

    page: Page
    desk: KeyDesk
    axe: str
    language: str
    folder: Path

    def looks(self, name: str) -> None:
        """Nothing that axe finds and nothing beside the screen, at both sizes."""
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            assert violations(self.axe, self.page) == [], (name, width)
            assert not overflows(self.page), (name, width)
            self.page.screenshot(path=self.folder / f"branch-key-{name}-{width}-{self.language}.png", full_page=True)
        width, height = SIZES[0]
        self.page.set_viewport_size({"width": width, "height": height})

    def keeps(self, name: str) -> None:
        """What the PC's browser shows, alone."""
        self.page.locator("#site").screenshot(path=self.folder / f"branch-key-{name}-{self.language}.png")

    def waits_for(self, phase: str) -> None:
        expect(self.page.locator("html")).to_have_attribute("data-phase", phase)

    def presses(self, *keys: str) -> None:
        for key in keys:
            self.page.locator(f'[data-key="{key}"]').click()

    def agrees(self) -> None:
        """Reads what is asked, and presses OK: sooner the key takes it for a slip."""
        self.waits_for("consent")
        self.page.wait_for_timeout(700)
        self.presses("OK")

    def signs_on(self) -> None:
        """The rest of the first time, by the same browser's other hands."""
        for words in (["open", "/fr/number"], *(["number", each] for each in ("posted", "posted", OWN, OWN)),
                      *(["fill", *each] for each in DETAILS.items()), ["press", "Valider"]):  # fmt: skip
            act_on_site(self.desk, words)
        assert "a été enregistré" in self.desk.hands.read_text().says

    def pays(self) -> None:
        """A transfer is asked for on the site, read on the key's glass page by page, and signed in 9C."""
        self.signs_on()
        frame = self.page.locator("#site").element_handle().content_frame()
        assert frame is not None
        frame.goto(urljoin(frame.url, "/fr/net/accounts"))
        self.keeps("accounts")
        frame.goto(urljoin(frame.url, "/fr/net/transfers"))
        for name, text in TRANSFER.items():
            frame.locator(f"#{name}").fill(text)
        with frame.expect_navigation():
            frame.get_by_role("button", name="Continuer").click()
        self.looks("transfer")
        frame.get_by_role("button", name="Confirmer avec ma clé e-secure").click()
        self.waits_for("pin")
        self.presses(*"123456", "OK")
        self.waits_for("consent")
        expect(self.page.locator("#says")).to_contain_text("VIREMENT 1\u00a0234,56\u00a0EUR")
        self.looks("payment")
        self.presses(*"9999", "OK")
        expect(self.page.locator("#site").content_frame.get_by_text("Le virement est confirmé.")).to_be_visible()
        self.looks("confirmed")

    def updates(self) -> None:
        """The bank publishes a newer program; the launcher offers it; called off once, then taken and run."""
        words, page = list_key_words()[self.language], self.page
        page.get_by_role("button", name=words.publish).click()
        expect(page.locator("#offered")).to_have_text(words.offered.format(number=2))
        self.plugs_again()
        page.locator('#buttons [data-name="update"]').click()
        self.waits_for("update")
        self.looks("updating")
        page.locator('#buttons [data-name="end"], #buttons [data-name="cancel"]').click()
        self.plugs_again()
        page.locator('#buttons [data-name="update"]').click()
        page.locator('#buttons [data-name="end"]').click()
        self.plugs_again()
        expect(page.locator("#runs")).to_have_text(words.runs.format(number=2))

    def plugs_again(self) -> None:
        """Out, until the launcher has seen it, and in."""
        words = list_key_words()[self.language]
        self.page.get_by_role("button", name=words.unplug).click()
        expect(self.page.locator("#launch-key")).to_have_class(re.compile("wrong|out"))
        self.page.get_by_role("button", name=words.plug).click()


@pytest.fixture
def visitor(browser: Browser, axe: str, tmp_path: Path) -> Iterator[Visitor]:
    complaints: list[str] = []
    language = "fr"
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_in_memory(furnished=True)))
        desk = stack.enter_context(open_own_desk(Config(), BLOCK_S))
        bench = PageBench(Config(), tmp_path)
        listener, window = bind_listener(0, 0), bind_listener(0, 0)
        origin = url_of(listener).rstrip("/")
        stack.enter_context(Server(BrowserWindow(desk.browser).make_app((origin,)), window).beside())
        beside = BesideReader(parts=(KEY_PART,), key=KeyBeside(desk, window.getsockname()[1]))
        stack.enter_context(Server(reader_site(bench, Desk(Verifier(store)), beside=beside), listener).beside())
        stack.enter_context(running(bench))
        context = browser.new_context(locale=language)
        stack.callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        listen(page, complaints)
        page.goto(f"{origin}/{language}/entrance")
        with page.expect_navigation():
            page.locator('[data-part="key"] a').click()
        yield Visitor(page, desk, axe, language, Path(PICTURES) if PICTURES else tmp_path)
    # A page that waits for the key's signature is answered by the browser itself when the key is pulled.
    assert [each for each in complaints if "502 (Bad Gateway)" not in each] == []


def test_a_new_key_from_the_docking_station_to_the_site(visitor: Visitor) -> None:
    page, words = visitor.page, list_key_words()[visitor.language]
    visitor.looks("post")
    page.get_by_role("button", name=words.plug).click()
    page.locator('#buttons [data-name="ok"]').click()
    letters = visitor.desk.post.read_letters()
    page.locator("#fields [name=user]").fill(letters.user)
    page.locator("#fields [name=code]").fill(letters.code)
    visitor.looks("launcher")
    page.get_by_role("button", name=words.send).click()
    visitor.waits_for("pin")
    visitor.presses(*"123456", "OK")
    visitor.waits_for("consent")
    visitor.looks("consent")
    visitor.presses("OK")
    page.locator('#buttons [data-name="ok"]').click()
    site = page.frame_locator("#site")
    expect(site.locator("#user")).to_be_visible()
    site.locator("#user").fill(letters.user)
    site.locator("#user").press("Enter")
    expect(site.locator(".keyboard")).to_be_visible()
    visitor.looks("site")
    visitor.keeps("number")
    visitor.pays()
    visitor.updates()
    page.get_by_role("button", name=words.unplug).click()
    visitor.waits_for("asleep")
    expect(page.locator("#ready")).to_have_text(words.said["pulled"])
    expect(page.locator("#site")).to_be_hidden()
    visitor.looks("pulled")
