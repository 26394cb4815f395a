"""A person at the demonstration: hands on the page, eyes on the glass."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

from bank.books.store_sql import SqlStore
from drivers.ports import Picture
from simulator.web.bench import PageBench

DESKTOP = (1440, 900)
LIMIT_S = 60
PATIENCE_MS = 60_000
"""Reached only when something is broken."""

GLASS = """() => {
  const canvas = document.getElementById("glass");
  const { width, height } = canvas;
  const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const rows = [];
  for (let y = 0; y < height; y += 1) {
    let row = "";
    for (let x = 0; x < width; x += 1) row += data[4 * (y * width + x)] > 128 ? "1" : "0";
    rows.push(row);
  }
  return { width, height, rows };
}"""


@dataclass(frozen=True)
class Person:
    """Somebody who uses the page in a language."""

    page: Page
    bench: PageBench
    store: SqlStore
    address: str
    language: str = "fr"

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.address}{self.language}/{path}")

    @property
    def bank(self) -> FrameLocator:
        """Coop@net beside the reader."""
        return self.page.frame_locator("iframe")

    @property
    def frame(self) -> Frame:
        """The same, for what only a frame can be asked."""
        return next(frame for frame in self.page.frames if "/coopanet/" in frame.url)

    def card(self, name: str) -> Locator:
        return self.page.locator(f'[data-card="{name}"]')

    def click_keys(self, *names: str) -> None:
        for name in names:
            self.page.locator(f'[data-key="{name}"]').click()

    def drag(self, what: Locator, to: Locator) -> None:
        """With a mouse, in steps, as a hand does."""
        begin, end = what.bounding_box(), to.bounding_box()
        assert begin is not None
        assert end is not None
        mouse = self.page.mouse
        mouse.move(begin["x"] + begin["width"] / 2, begin["y"] + begin["height"] / 2)
        mouse.down()
        mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
        mouse.up()

    def sees(self, phase: str) -> None:
        """Wait until the page shows the reader in a phase."""
        expect(self.page.locator("html")).to_have_attribute("data-phase", phase, timeout=PATIENCE_MS)

    def hears(self, text: str) -> None:
        """Wait until a screen reader would have said this."""
        expect(self.page.locator("#says")).to_have_text(text, timeout=PATIENCE_MS)

    def glass(self) -> Picture:
        """The pixels in the browser."""
        seen: Any = self.page.evaluate(GLASS)
        return Picture(seen["width"], seen["height"], tuple(int(row, 2) for row in seen["rows"]))

    def reads_code(self) -> str:
        """The digits on the glass, once the browser is seen to show the glass's own pixels (without the bar)."""
        self.sees("code")
        code, shown = self.bench.submit(lambda: (self.bench.shown_code(), self.bench.glass())).result(LIMIT_S)
        assert self.glass().rows[:58] == shown.rows[:58]
        assert any(shown.rows)
        return code

    def makes_code(self, *pin: str) -> str:
        self.click_keys("Code", *pin, "OK")
        return self.reads_code()

    def goes_to_the_form(self) -> None:
        """Home, subscribers, the reader's picture."""
        french = self.language == "fr"
        self.bank.locator("main").get_by_role("link", name="Accès abonnés" if french else "Subscribers' access").click()
        self.bank.get_by_role("link", name="Se connecter avec le lecteur" if french else "Sign in with the").click()

    def signs_in(self, user: str, code: str) -> None:
        self.bank.locator("#user").fill(user)
        self.bank.locator("#code").fill(code)
        self.bank.get_by_role("button", name="Valider" if self.language == "fr" else "Validate").click()

    def is_at(self, heading: str) -> None:
        expect(self.bank.get_by_role("heading", level=1)).to_have_text(heading)

    def is_refused(self) -> None:
        expect(self.bank.get_by_role("alert")).to_be_visible()


People = Callable[..., Person]
"""Seats somebody: language, and the screen's size."""
