"""The access key's page in a real browser: plugged, activated, logged on, pulled; axe at every stage, at two widths."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bank.demo.database import open_in_memory
from bank.verification import Verifier
from bank.web.coopanet.sign_in import Desk
from device.config import Config
from sesame.key.beside import open_own_desk
from simulator.key.desk import KeyDesk
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


@pytest.fixture
def visitor(browser: Browser, axe: str, tmp_path: Path) -> Iterator[Visitor]:
    complaints: list[str] = []
    language = "fr"
    with ExitStack() as stack:
        store = stack.enter_context(closing(open_in_memory(furnished=True)))
        desk = stack.enter_context(open_own_desk(Config()))
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
    assert complaints == []


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
    page.get_by_role("button", name=words.unplug).click()
    visitor.waits_for("asleep")
    expect(page.locator("#ready")).to_have_text(words.said["pulled"])
    expect(page.locator("#site")).to_be_hidden()
    visitor.looks("pulled")
