"""A real reader's glass on a page, large: as it is, as long as it is, and without a word of the PIN."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from device.mirror import Mirror
from sesame_core.reader.state import initial_state
from sesame_core.screens import DARK, Screen
from simulator.web.mirror import mirror_site
from tests.browser.test_browser_access import SIZES, overflows, violations
from web.serving import Server, bind_listener, url_of

LIT = """() => {
  const glass = document.querySelector("canvas");
  const { data } = glass.getContext("2d").getImageData(0, 0, glass.width, glass.height);
  return data.some((value, at) => at % 4 === 0 && value > 128);
}"""
AWAY = {"fr": "lecteur", "en": "reader"}
STATE = initial_state(0)
TRIES = 300
PAUSE_MS = 100


def seen(page: Page, *, lit: bool) -> None:
    """Wait until the glass is lit, or dark. (The page's own policy forbids what Playwright would wait with.)"""
    for _ in range(TRIES):
        if page.evaluate(LIT) is lit:
            return
        page.wait_for_timeout(PAUSE_MS)
    raise AssertionError(f"the glass was never {'lit' if lit else 'dark'}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def address(path: Path) -> Iterator[str]:
    listener = bind_listener(0, 0)
    with Server(mirror_site(path), listener).beside():
        yield url_of(listener)


@pytest.fixture
def page(browser: Browser, language: str) -> Iterator[Page]:
    context = browser.new_context(locale=language)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["fr"])
def test_the_glass_comes_goes_and_comes_again(page: Page, address: str, path: Path) -> None:
    page.goto(address)
    expect(page.get_by_role("status")).to_contain_text(AWAY["fr"])
    for _ in range(2):
        mirror = Mirror((128, 64))
        with mirror.listening(path):
            mirror(STATE, Screen(lines=("PATIENTEZ",)))
            seen(page, lit=True)
            mirror(STATE, DARK)
            seen(page, lit=False)
        expect(page.get_by_role("status")).to_contain_text(AWAY["fr"])


@pytest.mark.parametrize("language", AWAY)
@pytest.mark.parametrize("size", SIZES)
def test_it_can_be_read_by_everybody(page: Page, address: str, axe: str, size: str, language: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    expect(page.get_by_role("status")).to_contain_text(AWAY[language])

    assert violations(axe, page) == []
    assert not overflows(page)
