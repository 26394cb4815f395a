"""Sécur'Pass on a telephone: Debian's Chromium in a telephone's size, with a platform authenticator, at a real bank.

The bank's clock is in the test's hand; keys, signatures and counter are the browser's own.
"""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect
from sqlalchemy import update

from bank.books.schema_securpass import DEVICES
from bank.operations.table import OperationState
from bank.securpass.enrolment.table import EnrolmentState
from bank.web.app.site import PATH
from bank.web.app.words import list_app_words
from bank.web.coopanet.words import list_languages
from tests.bank.app_counter import AppCounter
from tests.bank.counter import PAYEE
from tests.browser.sight import PATIENCE_MS
from tests.browser.telephone import CODE, SIZE, Telephone, clean, is_clean, new_telephone, state_of
from tests.web.test_forms import AMOUNTS, WRONG_AMOUNTS


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=SIZE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


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
    is_not_asked(telephone, axe)
    begins_and_ends_money_without_a_card(telephone, axe)
    opens_the_website(telephone, context, axe)
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


@pytest.mark.parametrize("language", list(list_app_words()))
def test_the_app_reads_amounts_as_the_banks_forms_do(
    context: BrowserContext, bank: AppCounter, address: str, language: str
) -> None:
    telephone = new_telephone(context, bank, address, language)
    telephone.open()
    telephone.reads(telephone.words.log_on)
    read = f"""async typed => {{
        const asking = await import("{PATH}/static/asking.js");
        return typed.map(each => asking.readCents(each));
    }}"""
    for tongue, typed, cents in AMOUNTS:
        if tongue == language:
            assert (typed, telephone.page.evaluate(read, [typed])) == (typed, [cents])
    wrong = [typed for tongue, typed, _ in WRONG_AMOUNTS if tongue == language]
    assert telephone.page.evaluate(read, wrong) == [0] * len(wrong)
    grouped = f"""async () => (await import("{PATH}/static/asking.js")).readIban("iban fr76-30 00")"""
    assert telephone.page.evaluate(grouped) == "FR763000"


def is_not_asked(telephone: Telephone, axe: str) -> None:
    """The telephone is a trusted one by now: what is exempt by an article is done at once, and it is said by which."""
    words, page = telephone.words, telephone.page
    with telephone.bank.store.writing() as connection:
        connection.execute(update(DEVICES).values(uses=10, days=5))
    telephone.choose(words.kinds["sepa-transfer"])
    for label, typed in ((words.amount, "12€50"), (words.payee, "Épicerie du Coin"), (words.payee_iban, PAYEE)):
        page.get_by_label(label, exact=True).fill(typed)
    telephone.press(words.continue_on)
    expect(page.get_by_role("alert")).to_have_text(words.faults["amount"])
    expect(page.get_by_label(words.payee_iban, exact=True)).to_have_value(PAYEE)
    page.get_by_label(words.amount, exact=True).fill("12,50")
    telephone.press(words.continue_on)
    telephone.reads(words.exempted)
    expect(page.locator("main")).to_contain_text(words.exemptions["low-value"])
    clean(telephone, axe)
    telephone.press(words.end)
    telephone.is_home()


def begins_and_ends_money_without_a_card(telephone: Telephone, axe: str) -> None:
    words, page = telephone.words, telephone.page
    card = words.card.format(number=telephone.bank.cards[telephone.bank.durand])
    telephone.choose(words.kinds["withdraw-by-phone"])
    telephone.press(card)
    telephone.approves("")
    telephone.types()
    telephone.reads(words.approved)
    expect(page.get_by_role("status")).to_have_count(0)  # no other page has asked for it, none goes on
    telephone.press(words.end)
    telephone.is_home()
    telephone.choose(words.settings)
    telephone.choose(words.services)
    telephone.reads(words.services)
    clean(telephone, axe)
    telephone.choose(words.kinds["withdraw-by-phone"])
    telephone.reads(words.service_ended)
    telephone.press(words.end)
    telephone.choose(words.services)
    expect(page.get_by_role("status")).to_have_text(words.no_services)
    telephone.press(words.back)
    telephone.reads(words.settings)
    telephone.press(words.back)
    telephone.is_home()


def opens_the_website(telephone: Telephone, context: BrowserContext, axe: str) -> None:
    """At the customer's computer, which goes on by itself once the telephone has approved."""
    assert context.browser
    words, site = telephone.words, list_languages()[telephone.words.language]
    with closing(context.browser.new_context(bypass_csp=True)) as computer:
        page = computer.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{telephone.address}/{words.language}/access")
        page.get_by_role("link", name=site.choose_phone).click()
        is_clean(page, axe)
        page.get_by_label(site.user_code).fill("durand42")
        page.get_by_role("button", name=site.phone_submit).click()
        number = page.locator(".digits").inner_text()
        is_clean(page, axe)
        expect(telephone.page.locator("main.operation")).to_be_visible()
        telephone.approves(number)
        telephone.types()
        telephone.reads(words.approved)
        expect(page.locator(".hello")).to_contain_text("Claude Durand")
    telephone.press(words.end)
    telephone.is_home()


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
