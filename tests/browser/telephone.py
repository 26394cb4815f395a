"""The real app in a real browser, and what its holder does."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Page, expect

from bank.demo.passwords import PASSWORD
from bank.operations.catalogue import OperationKind
from bank.operations.ports import Operation
from bank.operations.table import OperationState
from bank.securpass.policy import HOUR_MS
from bank.web.app.site import PATH
from bank.web.app.words import AppWords, list_app_words
from tests.bank.app_counter import AppCounter

CODE = "4826"
CHALLENGE = re.compile(r"\d{4} \d{4}")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
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

    def activates(self, *, finger: bool = True, offered: str = "activate") -> None:
        """The whole course, from the interstitial on, confirmed by the reader. `offered`: what that asks."""
        words = self.words
        self.reads(words.offers[offered].title)
        self.press(words.offers[offered].begin)
        self.reads(words.choose_code)
        self.types()
        self.reads(words.repeat_code)
        self.types()
        reader = words.seconds["reader"]
        self.page.get_by_role("button", name=reader).or_(self.page.get_by_label(words.sms_code)).first.wait_for()
        if self.page.get_by_role("button", name=reader).count():
            self.press(reader)
        hint = self.page.locator("#second-hint")
        expect(hint).to_have_text(CHALLENGE)
        challenge = CHALLENGE.search(hint.inner_text())
        assert challenge
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


def is_clean(page: Page, axe: str) -> None:
    page.add_script_tag(content=axe)
    found = page.evaluate("tags => axe.run({runOnly: tags}).then(r => r.violations)", TAGS)
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []


def clean(telephone: Telephone, axe: str) -> None:
    """No rule of WCAG 2.2 AA is broken on the screen that is shown."""
    telephone.cdp.send("Runtime.evaluate", {"expression": axe})  # past the page's policy, which lets no other script in
    found = telephone.page.evaluate("tags => axe.run({runOnly: tags}).then(r => r.violations)", TAGS)
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
