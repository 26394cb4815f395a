"""From the last tap on the telephone to the terminal that shows it, in a real Chromium with a slow telephone.

The telephone is the app in a page whose processor is throttled (CDP, Emulation.setCPUThrottlingRate); the terminal is
Coop@net's page of an operation that waits for it, in a page that is not. Without Chromium and Playwright it is left
out. Both moments are the pages' own, by the machine's one clock: when the finger's event was made, and when the
terminal's page has the sentence in it.
"""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import update
from starlette.applications import Starlette
from starlette.routing import Mount

from bank.books.clock import wall_ms
from bank.books.schema_securpass import ENROLMENTS
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.demo.passwords import furnish_passwords
from bank.securpass.policy import HOUR_MS
from bank.verification import Verifier
from bank.web.app.site import PATH, open_app
from bank.web.coopanet.frame import COOKIE
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.site import bank_site
from bank.web.shared import BookSessions, open_desk
from benchmarks.figures import milliseconds, say, table
from web.serving import Server, bind_listener

ROUNDS: Final = 40
"""After one that does not count. The 95th of a hundred of 20 would be the slowest of them all."""
SLOWER: Final = 4
CHROMIUM: Final = Path("/usr/bin/chromium")
LANGUAGE: Final = "fr"
TAPPED: Final = """() => document.addEventListener(
  "click", (event) => { globalThis.tappedMs = performance.timeOrigin + event.timeStamp; }, true)"""
SHOWN: Final = """(() => {
  const look = () => {
    if (document.querySelector(".told[role=status]")) globalThis.shownMs = performance.timeOrigin + performance.now();
    else requestAnimationFrame(look);
  };
  look();
})()"""
"""In each page of the terminal, at the first picture that has it."""


def report_terminal() -> None:
    """Measure, and print a table."""
    try:
        import playwright.sync_api as api  # noqa: PLC0415 - of the tests' extra
    except ImportError:
        say("  the terminal is not measured: Playwright is not installed (the extra `test`)")
        return
    if not CHROMIUM.exists():
        say("  the terminal is not measured: Chromium is not installed (Debian: chromium)")
        return
    with api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--no-first-run"]
        with closing(playwright.chromium.launch(executable_path=CHROMIUM, args=flags)) as browser:
            taken = sorted(_measure(browser))
    p50, p95 = statistics.median(taken), taken[int(len(taken) * 0.95)]
    figures = f"p50 {milliseconds(p50):>9}   p95 {milliseconds(p95):>9} (goal: p95 300 ms at most)"
    table("Sécur'Pass: the last tap to the terminal", [(f"telephone {SLOWER} x slower", figures)])


def _measure(browser: Any) -> Iterator[float]:  # noqa: ANN401 - Playwright's
    with _opened(browser) as (telephone, terminal):
        telephone.cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        for number in range(ROUNDS + 1):
            operation = telephone.bank.ask(amount=1)
            match = telephone.bank.app.prompt_phone(telephone.bank.durand, operation.operation_id).match
            terminal.goto(f"{telephone.address}/{LANGUAGE}/operations/{operation.operation_id}?by=app")
            telephone.page.locator("main.operation").wait_for()
            telephone.approves(match)
            for digit in telephone_code():
                telephone.press(digit)
            telephone.page.get_by_role("button", name=telephone.words.ok, exact=True).dispatch_event("click")
            shown = terminal.wait_for_function("() => globalThis.shownMs").json_value()
            if number:
                yield (shown - telephone.page.evaluate("() => globalThis.tappedMs")) / 1000
            telephone.reads(telephone.words.approved)
            telephone.press(telephone.words.end)
            telephone.is_home()


def telephone_code() -> str:
    """What the holder types."""
    from tests.browser.telephone import CODE  # noqa: PLC0415 - of the tests' extra

    return CODE


@contextmanager
def _opened(browser: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - Playwright's
    """The telephone, activated and past its 72 hours, and the terminal, signed in."""
    from tests.bank.app_counter import AppCounter  # noqa: PLC0415
    from tests.bank.counter import Hand  # noqa: PLC0415
    from tests.browser.telephone import SIZE, new_telephone  # noqa: PLC0415

    with ExitStack() as stack:
        store = stack.enter_context(closing(open_in_memory()))
        bank = AppCounter(store, Hand(wall_ms() - 73 * HOUR_MS))
        furnish_passwords(store)
        sessions, listener = BookSessions(store), bind_listener(0, 0)
        site = bank_site(Pages(open_desk(store, Verifier(store)), sessions))
        app = Starlette(routes=[Mount(PATH, open_app(store)), Mount("/", site)])
        stack.enter_context(Server(app, listener).beside())
        address = f"http://localhost:{listener.getsockname()[1]}"
        phone = stack.enter_context(closing(browser.new_context(viewport=SIZE, is_mobile=True, has_touch=True)))
        computer = stack.enter_context(closing(browser.new_context()))
        telephone = new_telephone(phone, bank, address, LANGUAGE)
        telephone.open()
        telephone.logs_on()
        telephone.activates(finger=False)
        _pass_72_hours(store)
        bank.hand.ms = wall_ms()
        telephone.page.reload()
        telephone.is_home()
        telephone.page.evaluate(TAPPED)
        computer.add_init_script(SHOWN)
        computer.add_cookies([{"name": COOKIE, "value": sessions.open_session("DURAND42"), "url": address}])
        yield telephone, computer.new_page()


def _pass_72_hours(store: SqlStore) -> None:
    with store.writing() as connection:
        connection.execute(update(ENROLMENTS).values(usable_from_ms=0))


if __name__ == "__main__":
    report_terminal()
