"""The page without its server: hung, gone, or asleep together with the laptop. No code outlives its 35 s."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from device.mirror import Mirror
from sesame_core.reader.state import initial_state
from sesame_core.screens import Screen
from simulator.web.mirror import mirror_site
from tests.browser.sight import GLASS, LIMIT_S, PATIENCE_MS, Person
from tests.browser.test_browser_mirror import seen as mirror_is
from web.serving import Server, bind_listener, url_of

PIN = ("1", "2", "3", "4")
LOST = {"fr": "Le lecteur ne répond plus", "en": "The reader does not answer any more"}


@dataclass
class Run:
    """`./run` as a process of its own."""

    process: subprocess.Popen[str]
    address: str

    def signal(self, number: signal.Signals) -> None:
        """To this process and no other."""
        self.process.send_signal(number)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    command = [sys.executable, "-m", "sesame", "run", "--simulated", "--no-browser", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [*command, "--state", str(tmp_path / "state")], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    with process.stdout:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        yield Run(process, found[0])
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait(LIMIT_S)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def makes_code(page: Page, address: str, language: str) -> None:
    page.goto(f"{address}{language}/")
    page.locator('[data-card="bank-card"]').click()
    phase_is(page, "ready")
    for key in ("Code", *PIN, "OK"):
        page.locator(f'[data-key="{key}"]').click()
    phase_is(page, "code")
    assert lit(page)
    page.locator("#read").click()
    expect(page.locator("#says")).to_have_text(re.compile(r"^(\d ){7}\d$"))


def phase_is(page: Page, phase: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-phase", phase)


def lit(page: Page) -> bool:
    return any("1" in row for row in page.evaluate(GLASS)["rows"])


def nothing_is_left(page: Page, language: str) -> None:
    """Neither to be seen nor to be heard, and the page says why, where the code was."""
    expect(page.locator("#lost")).to_contain_text(LOST[language])
    expect(page.locator(".window .lost")).to_be_in_viewport()
    assert not lit(page)
    expect(page.locator("#read")).to_be_disabled()
    assert not re.search(r"\d", page.locator("#says").inner_text())


@pytest.mark.parametrize("language", LOST)
def test_a_server_that_hangs_leaves_no_code(page: Page, run: Run, language: str) -> None:
    makes_code(page, run.address, language)
    run.signal(signal.SIGSTOP)
    nothing_is_left(page, language)
    run.signal(signal.SIGCONT)
    expect(page.locator("#lost")).to_be_hidden()
    phase_is(page, "asleep")
    assert not lit(page)


def test_a_server_that_dies_leaves_no_code(page: Page, run: Run) -> None:
    makes_code(page, run.address, "fr")
    run.signal(signal.SIGKILL)
    nothing_is_left(page, "fr")


def test_the_page_counts_the_35_seconds_itself(person: Person) -> None:
    """Its own clock is put forward, as a laptop's is by sleep; the server's still says that there is time left."""
    person.page.clock.install()
    person.open()
    person.card("bank-card").click()
    person.sees("ready")
    person.makes_code(*PIN)
    person.page.locator("#read").click()
    person.page.clock.fast_forward(36_000)
    person.hears("L'écran est éteint.")
    assert person.bench.submit(person.bench.shown_code).result(LIMIT_S), "the reader itself still shows it"
    assert not any(person.glass().rows)
    expect(person.page.locator("#read")).to_be_disabled()
    person.sees("asleep")
    person.page.locator("#reader").focus()
    person.makes_code(*PIN)
    assert any(person.glass().rows), "the next code has its own 35 s"


def test_a_mirror_whose_server_is_silent_shows_nothing(browser: Browser, page: Page, tmp_path: Path) -> None:
    """The stream stands still, and the connection with it: as when the process is stopped."""
    listener, mirror = bind_listener(0, 0), Mirror((128, 64))
    with Server(mirror_site(tmp_path / "mirror"), listener).beside(), mirror.listening(tmp_path / "mirror"):
        mirror(initial_state(0), Screen(lines=("PATIENTEZ",)))
        page.clock.install()
        page.goto(url_of(listener))
        mirror_is(page, lit=True)
        page.clock.fast_forward(3000)
        assert page.evaluate("document.getElementById('away').classList.contains('over')")
        for _ in range(50):  # faster than the server says that it is there
            page.clock.run_for(250)
        mirror_is(page, lit=False)
        expect(page.get_by_role("status")).to_be_visible()
