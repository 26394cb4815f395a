"""Sécur'Pass on a telephone: Debian's Chromium in a telephone's size, with a platform authenticator, at a real bank.

The bank's clock is in the test's hand; keys, signatures and counter are the browser's own.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, Route, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from bank.books.clock import wall_ms
from bank.demo.database import open_in_memory
from bank.demo.passwords import PASSWORD, furnish_passwords
from bank.operations.catalogue import OperationKind
from bank.operations.ports import Operation
from bank.operations.table import OperationState
from bank.securpass.enrolment.table import EnrolmentState
from bank.securpass.phone.subscribing import PhoneSubscriptions
from bank.securpass.policy import HOUR_MS
from bank.verification import Verifier
from bank.web.app.api.verbs import AppApi, make_app_api
from bank.web.app.shell import APP_POLICY, AppShell
from bank.web.app.site import PATH
from bank.web.app.words import AppWords, list_app_words
from bank.web.feed import OperationFeed
from bank.web.shared import BookSessions, BookSourceLimit, open_desk
from tests.bank.app_counter import AppCounter
from tests.bank.counter import Hand
from tests.browser.sight import PATIENCE_MS
from web.guard import Guard
from web.serving import Server, bind_listener

CODE = "4826"
SIZE = {"width": 360, "height": 640}


@dataclass
class Telephone:
    """A browser with the app, and the bank that it speaks to."""

    page: Page
    bank: AppCounter
    words: AppWords
    address: str
    cdp: CDPSession
    authenticator: str
    complaints: list[str] = field(default_factory=list)
    fingerless: bool = False

    def open(self) -> None:
        self.page.goto(f"{self.address}{PATH}/{self.words.language}/")

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).click()

    def choose(self, label: str) -> None:
        """A row, which says more than its name."""
        self.page.get_by_role("button", name=label).first.click()

    def reads(self, title: str) -> None:
        expect(self.page.get_by_role("heading", name=title, exact=True)).to_be_visible()

    def types(self, code: str = CODE) -> None:
        for digit in code:
            self.press(digit)
        self.press(self.words.ok)

    def logs_on(self) -> None:
        """As on a telephone that is not known."""
        words = self.words
        self.reads(words.log_on)
        self.page.get_by_label(words.user).fill("DURAND42")
        self.page.get_by_label(words.word_label).fill(PASSWORD)
        self.press(words.continue_on)
        self.page.get_by_label(words.sms_code).wait_for()
        self.page.get_by_label(words.sms_code).fill(self.bank.phone().read_sms())
        self.press(words.continue_on)

    def activates(self, *, finger: bool = True) -> None:
        """The whole course, from the interstitial on, confirmed by the reader."""
        words = self.words
        self.reads(words.offers["activate"].title)
        self.press(words.offers["activate"].begin)
        self.reads(words.choose_code)
        self.types()
        self.reads(words.repeat_code)
        self.types()
        reader = words.seconds["reader"]
        self.page.get_by_role("button", name=reader).or_(self.page.get_by_label(words.sms_code)).first.wait_for()
        if self.page.get_by_role("button", name=reader).count():
            self.press(reader)
        hint = self.page.locator("#second-hint").inner_text()
        challenge = re.search(r"\d{4} \d{4}", hint)
        assert challenge, hint
        phone = self.bank.phone()
        self.page.get_by_label(words.sms_code).fill(phone.read_sms())
        self.page.get_by_label(words.second_code["reader"]).fill(phone.reader_code(challenge[0].replace(" ", "")))
        self.press(words.continue_on)
        self.reads(words.biometrics)
        self.fingerless = not finger
        if not finger:
            for label in (words.bio_log_on, words.bio_approve):
                self.page.get_by_label(label).uncheck()
        self.press(words.continue_on)
        self.reads(words.activated)
        self.press(words.end)
        self.is_home()

    def is_home(self) -> None:
        expect(self.page.locator("main.home")).to_be_visible()

    def passes_72_hours(self) -> None:
        """The session is over by then: the telephone is known, and its holder logs on with it."""
        self.bank.hand.ms += 73 * HOUR_MS  # what else stands on these books has gone on meanwhile
        self.page.reload()
        self.comes_back()

    def comes_back(self) -> None:
        self.reads(self.words.welcome)
        self.press(self.words.log_on_by_phone)
        if self.fingerless:
            self.types()
        self.is_home()

    def is_asked(self, kind: OperationKind = OperationKind.SEPA_TRANSFER) -> tuple[Operation, str]:
        """At the customer's computer; the operation, and the number that the computer shows."""
        operation = self.bank.ask(kind)
        answer = self.bank.app.prompt_phone(self.bank.durand, operation.operation_id)
        assert answer.asked
        expect(self.page.locator("main.operation")).to_be_visible()
        return operation, answer.match

    def approves(self, match: str) -> None:
        if match:
            self.page.get_by_label(self.words.match).fill(match)
        self.press(self.words.approve)

    def knows_finger(self, known: bool) -> None:
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": known})


def state_of(telephone: Telephone, operation: Operation) -> OperationState:
    return telephone.bank.service.find_operation(telephone.bank.durand, operation.operation_id).state


def give_finger(cdp: CDPSession) -> str:
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made: str = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return made


@pytest.fixture
def bank() -> Iterator[AppCounter]:
    with closing(open_in_memory()) as store:
        counter = AppCounter(store, Hand(wall_ms()))
        furnish_passwords(store)
        yield counter


@pytest.fixture
def address(bank: AppCounter) -> Iterator[str]:
    """WebAuthn knows no bare addresses: the name, not 127.0.0.1."""
    listener = bind_listener(0, 0)
    port = listener.getsockname()[1]
    store = bank.store
    desk, places = open_desk(store, Verifier(store)), BookSourceLimit(store, prefix="app-source/")
    api = AppApi(bank.app, BookSessions(store), desk, places, OperationFeed(store), PhoneSubscriptions(store))
    pages = Starlette(routes=[Mount("/api", make_app_api(api)), *AppShell().list_routes()])
    app = Starlette(routes=[Mount(PATH, Guard(pages, APP_POLICY))])
    with Server(app, listener).beside():
        yield f"http://localhost:{port}"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=SIZE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


def new_telephone(context: BrowserContext, bank: AppCounter, address: str, language: str) -> Telephone:
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    telephone = Telephone(page, bank, list_app_words()[language], address, cdp, give_finger(cdp))

    def complain(message: ConsoleMessage) -> None:
        refused = re.search(
            r"status of (401|403|404|405|422)|ERR_FAILED|ERR_INTERNET_DISCONNECTED|pub_key_cred_params", message.text
        )
        if message.type in ("error", "warning") and not refused:
            telephone.complaints.append(message.text)

    page.on("console", complain)
    page.on("pageerror", lambda error: telephone.complaints.append(str(error)))
    return telephone


@pytest.fixture
def telephone(context: BrowserContext, bank: AppCounter, address: str) -> Iterator[Telephone]:
    made = new_telephone(context, bank, address, "fr")
    yield made
    assert made.complaints == []


@pytest.mark.parametrize("language", list(list_app_words()))
def test_the_whole_story_in_each_language(
    context: BrowserContext, bank: AppCounter, address: str, axe: str, language: str
) -> None:
    telephone = new_telephone(context, bank, address, language)
    words = telephone.words
    telephone.open()
    clean(telephone, axe)
    telephone.logs_on()
    telephone.activates(finger=False)
    clean(telephone, axe)
    telephone.passes_72_hours()
    operation, match = telephone.is_asked()
    clean(telephone, axe)
    assert telephone.page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "nothing scrolls here"
    telephone.approves(match)
    telephone.reads(words.confirm_title)
    clean(telephone, axe)
    telephone.types("9999")
    expect(telephone.page.get_by_role("alert")).to_have_text(words.wrong)
    telephone.types()
    telephone.reads(words.approved)
    assert state_of(telephone, operation) is OperationState.APPROVED
    telephone.press(words.end)
    telephone.is_home()
    refused, _ = telephone.is_asked()
    telephone.press(words.refuse)
    telephone.reads(words.refuse_title)
    telephone.press(words.refuse_sure)
    telephone.reads(words.cancelled)
    assert state_of(telephone, refused) is OperationState.REFUSED
    telephone.press(words.end)
    telephone.is_home()
    closes(telephone)
    assert telephone.complaints == []


def clean(telephone: Telephone, axe: str) -> None:
    """No rule of WCAG 2.2 AA is broken on the screen that is shown."""
    telephone.cdp.send("Runtime.evaluate", {"expression": axe})  # past the page's policy, which lets no other script in
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = telephone.page.evaluate("tags => axe.run({runOnly: tags}).then(r => r.violations)", tags)
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []


def closes(telephone: Telephone) -> None:
    words = telephone.words
    telephone.choose(words.settings)
    telephone.choose(words.close)
    telephone.reads(words.close_title)
    telephone.press(words.close_sure)
    telephone.types()
    telephone.reads(words.closed)
    assert telephone.bank.state() is EnrolmentState.CLOSED


def test_a_finger_instead_of_the_code_and_the_code_when_it_is_not_known(telephone: Telephone) -> None:
    words = telephone.words
    telephone.open()
    telephone.logs_on()
    telephone.activates()
    telephone.passes_72_hours()
    operation, match = telephone.is_asked()
    telephone.approves(match)
    telephone.reads(words.approved)
    assert state_of(telephone, operation) is OperationState.APPROVED
    telephone.press(words.end)
    telephone.is_home()
    telephone.knows_finger(False)
    operation, match = telephone.is_asked()
    telephone.approves(match)
    expect(telephone.page.get_by_role("alert")).to_have_text(words.not_confirmed)
    telephone.types()
    telephone.reads(words.approved)
    assert state_of(telephone, operation) is OperationState.APPROVED


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_done_twice(telephone: Telephone) -> None:
    words = telephone.words
    telephone.open()
    telephone.logs_on()
    telephone.activates(finger=False)
    telephone.passes_72_hours()
    operation, match = telephone.is_asked()

    def lose(route: Route) -> None:
        route.fetch()  # the bank gets it
        route.abort()

    telephone.page.route("**/decision", lose, times=1)
    telephone.approves(match)
    telephone.reads(words.confirm_title)
    telephone.types()
    expect(telephone.page.get_by_role("alert")).to_have_text(words.sent_unanswered)
    assert state_of(telephone, operation) is OperationState.APPROVED
    telephone.press(words.retry)
    telephone.reads(words.states["approved"])
    telephone.press(words.end)
    telephone.is_home()
    assert telephone.bank.state() is EnrolmentState.SUBSCRIBED, "no copied telephone is seen in it"


def test_off_line_it_opens_and_says_so(telephone: Telephone, context: BrowserContext) -> None:
    words = telephone.words
    telephone.open()
    telephone.logs_on()
    telephone.activates(finger=False)
    telephone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    telephone.page.reload()
    telephone.reads(words.offline)
    expect(telephone.page.get_by_role("alert")).to_have_text(words.nothing_sent)
    context.set_offline(False)
    telephone.press(words.retry)
    telephone.is_home()


def test_a_request_that_the_bank_did_not_sign_is_not_shown(telephone: Telephone) -> None:
    words = telephone.words
    telephone.open()
    telephone.logs_on()
    telephone.activates(finger=False)
    telephone.passes_72_hours()

    def forge(route: Route) -> None:
        answer = route.fetch()
        said = answer.json()
        said["signature"] = said["signature"][:-4] + ("AAAA" if not said["signature"].endswith("AAAA") else "BBBB")
        route.fulfill(response=answer, json=said)

    telephone.page.route(re.compile(r"/api/operations/[0-9a-f]{32}$"), forge)
    operation = telephone.bank.ask()
    assert telephone.bank.app.prompt_phone(telephone.bank.durand, operation.operation_id).asked
    telephone.reads(words.forged)
    assert "Épicerie" not in telephone.page.locator("main").inner_text()
    assert state_of(telephone, operation) is OperationState.PENDING


def test_no_key_leaves_the_telephone_and_no_code_reaches_the_bank(telephone: Telephone) -> None:
    sent: list[str] = []
    telephone.page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    telephone.open()
    telephone.logs_on()
    telephone.activates(finger=False)
    assert sent
    assert not any(re.search(rf"[^0-9a-zA-Z]{CODE}[^0-9a-zA-Z]", each) for each in sent)
    exported = telephone.page.evaluate(
        """async () => {
            const open = indexedDB.open("securpass");
            await new Promise((done) => (open.onsuccess = done));
            const shelf = open.result.transaction("phone").objectStore("phone").get("phone");
            await new Promise((done) => (shelf.onsuccess = done));
            const {device, pepper} = shelf.result.keys;
            return Promise.all([crypto.subtle.exportKey("pkcs8", device), crypto.subtle.exportKey("raw", pepper)]
                .map((one) => one.then(() => "given away", (error) => error.name)));
        }"""
    )
    assert exported == ["InvalidAccessError", "InvalidAccessError"]
