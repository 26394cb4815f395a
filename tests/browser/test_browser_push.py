"""A real push reaches a real Chromium while no page of ours is open: the bank's sender, the push service's twin.

The page and the service worker are the tests' own: what they show is not looked at, only that they wake.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bank.base64url import decode_base64url
from bank.books.clock import wall_ms
from bank.push.endpoints import EndpointPolicy
from bank.push.ports import PushSubscription
from bank.push.vapid import derive_vapid_key
from bank.push.webpush import WebPushSender
from bank.push.worker import PushWorker
from simulator.push.site import SERVICES
from simulator.push.twin import PushAddress, PushTwin
from tests.browser.conftest import CHROMIUM
from tests.browser.sight import PATIENCE_MS
from tests.left_out import leave_out
from web.serving import Server, bind_listener

KEY: Final = derive_vapid_key(bytes(range(32)), "mailto:banque@example.net")
CUSTOMER: Final = 7
MINUTE_MS: Final = 60_000
QUIET: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-component-update", "--disable-quic")
TALKING: Final = ["--disable-background-networking", "--disable-sync"]
"""What Playwright adds, and what keeps Chromium from its push service."""

PAGE: Final = "<!doctype html><title>push</title><script>navigator.serviceWorker.register('/sw.js')</script>"
WORKER: Final = """
self.heard = []; self.hearing = [];
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => {
  const heard = event.data.json();
  self.heard.push(heard.operation);
  self.hearing.forEach((tell) => tell());
  const shown = self.registration.showNotification("Une opération attend", { tag: heard.operation });
  event.waitUntil(shown);
});
self.whenHeard = (count) => new Promise((resolve) => {
  const look = () => { if (self.heard.length >= count) resolve(self.heard); };
  self.hearing.push(look);
  look();
});
"""
SUBSCRIBE: Final = """async (key) => {
  const registration = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  return (await registration.pushManager.subscribe(options)).toJSON();
}"""
UNSUBSCRIBE: Final = """async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.pushManager.getSubscription()).unsubscribe();
}"""


async def show_page(_request: Request) -> Response:
    return HTMLResponse(PAGE)


async def give_worker(_request: Request) -> Response:
    return Response(WORKER, media_type="text/javascript")


class PhoneBook:
    """The phones of one customer."""

    def __init__(self) -> None:
        self.phones: list[PushSubscription] = []

    def list_subscriptions(self, customer_id: int) -> Sequence[PushSubscription]:
        return self.phones if customer_id == CUSTOMER else []

    def forget_subscription(self, number: int) -> None:
        self.phones = [each for each in self.phones if each.number != number]


@dataclass
class Phone:
    """A browser with a profile, its page, the bank that wakes it, and the service between them."""

    context: BrowserContext
    page: Page
    twin: PushTwin
    worker: PushWorker
    book: PhoneBook
    address: str

    def subscribe(self) -> None:
        """As the app does; the bank keeps what the browser says."""
        found: Any = self.page.evaluate(SUBSCRIBE, KEY.public_text)
        keys = found["keys"]
        made = PushSubscription(1, found["endpoint"], decode_base64url(keys["p256dh"]), decode_base64url(keys["auth"]))
        self.book.phones = [made]

    def wake(self, about: str) -> None:
        assert self.worker.wake_phone(CUSTOMER, about, wall_ms() + MINUTE_MS)
        self.worker.drain()

    def heard(self, count: int) -> list[str]:
        """What the service worker has heard, as soon as it is so much."""
        found: list[str] = self.context.service_workers[0].evaluate("(count) => self.whenHeard(count)", count)
        return found


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    if not CHROMIUM.exists():
        leave_out("Chromium is not installed (Debian: chromium)")
    with ExitStack() as stack:
        listener = bind_listener(0, 0)
        routes = [Route("/", show_page), Route("/sw.js", give_worker)]
        stack.enter_context(Server(Starlette(routes=routes), listener).beside())
        twin, book = PushTwin(), PhoneBook()
        address: PushAddress = stack.enter_context(twin.running())
        sender = WebPushSender(KEY, EndpointPolicy(detours=dict.fromkeys(SERVICES, address.http_port)))
        worker = PushWorker(sender, book)
        stack.enter_context(worker.running())
        playwright = stack.enter_context(sync_playwright())
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=[*QUIET, *address.list_switches()],
            ignore_default_args=TALKING,
        )
        stack.callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        site = f"http://localhost:{listener.getsockname()[1]}"
        context.grant_permissions(["notifications"], origin=site)
        page = context.pages[0]
        page.goto(site)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        yield Phone(context, page, twin, worker, book, site)


def test_a_push_wakes_the_phone_with_no_page_of_ours_open(phone: Phone) -> None:
    """The whole course in one browser: woken, woken asleep, a busy service, and a subscription that is given up."""
    phone.subscribe()
    assert phone.book.phones[0].endpoint.split("/")[2] in SERVICES
    phone.wake("a" * 32)
    assert phone.heard(1) == ["a" * 32]

    phone.page.goto("about:blank")
    assert [page.url for page in phone.context.pages] == ["about:blank"]
    phone.wake("b" * 32)
    assert phone.heard(2)[-1] == "b" * 32
    shown = phone.context.service_workers[0].evaluate("self.registration.getNotifications().then((n) => n.length)")
    assert shown == 2

    phone.page.goto(phone.address)
    assert phone.page.evaluate(UNSUBSCRIBE)
    phone.wake("c" * 32)
    assert phone.book.phones == [], "the push service says that it is gone, and the bank forgets it"


def test_a_push_that_the_browser_itself_delivers_wakes_it_too(phone: Phone) -> None:
    """The second way, without a push service: the browser's own debugging protocol hands the message over."""
    session: CDPSession = phone.context.new_cdp_session(phone.page)
    registrations: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    phone.page.wait_for_function("navigator.serviceWorker.controller !== null")
    message = {"origin": phone.address, "registrationId": registrations[0], "data": '{"operation":"by hand"}'}
    session.send("ServiceWorker.deliverPushMessage", message)
    assert phone.heard(1) == ["by hand"]
