"""Two of everything: two browsers of one customer at Coop@net while the telephone approves what one of them asked for,
and two telephones, of which the new one takes the old one's place."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bank.operations.catalogue import OperationKind
from bank.operations.table import OperationState
from bank.securpass.enrolment.table import EnrolmentState
from bank.web.app.words import list_app_words
from bank.web.coopanet.frame import COOKIE
from bank.web.coopanet.space.words import list_space_words
from bank.web.shared import BookSessions
from tests.bank.app_counter import AppCounter
from tests.bank.counter import PAYEE
from tests.browser.sight import PATIENCE_MS
from tests.browser.telephone import SIZE, Telephone, new_telephone

WORDS, SPACE = list_app_words()["fr"], list_space_words()["fr"]


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Two telephones and two computers, none of which knows anything of another."""
    sizes = (SIZE, SIZE, None, None)
    made = [
        browser.new_context(viewport=size, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
        if size
        else browser.new_context(locale="fr")
        for size in sizes
    ]
    for one in made:
        one.set_default_timeout(PATIENCE_MS)
    yield made
    for one in made:
        one.close()


def at_coopanet(context: BrowserContext, bank: AppCounter, address: str) -> Page:
    """Signed in there, in a session of its own."""
    token = BookSessions(bank.store).open_session("DURAND42", (str(id(context)), "b", "c"))
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    return context.new_page()


def test_two_browsers_follow_one_approval_and_a_new_telephone_takes_the_old_ones_place(
    contexts: list[BrowserContext],
    bank: AppCounter,
    address: str,
) -> None:
    old, new = (new_telephone(one, bank, address, "fr") for one in contexts[:2])
    old.open()
    old.logs_on()
    old.activates(finger=False)
    old.passes_72_hours()
    first, second = (at_coopanet(one, bank, address) for one in contexts[2:])
    both_follow(old, first, second, bank, address)

    # The new telephone is offered the place at its first log-on; the old one approves until it has taken it.
    new.open()
    new.logs_on()
    new.reads(WORDS.offers["transfer"].title)
    is_asked_and_approves(old)
    new.activates(finger=False, offered="transfer")
    operation = bank.ask()
    assert not bank.app.prompt_phone(bank.durand, operation.operation_id).asked, "72 hours on the new one"
    old.page.reload()
    old.reads(WORDS.offers["transfer"].title)
    old.press(WORDS.later)
    expect(old.page.get_by_role("button", name=WORDS.offers["activate"].title)).to_be_visible()
    expect(old.page.get_by_role("button", name=WORDS.waiting_title)).to_have_count(0)
    new.passes_72_hours()
    is_asked_and_approves(new)
    assert old.complaints == new.complaints == []


BEGIN = """() => {
  const { src } = document.querySelector("script[type=module]");
  const open = async () => (await import(new URL("acts.js", src).href)).openPhone();
  globalThis.opened = Promise.all(Array.from({ length: 5 }, open)).then((all) => all.map((one) => one.outcome));
}"""
"""Five requests at once of one tab. `opened`: what the bank said to them."""


def test_two_tabs_of_one_telephone_are_no_copied_one(
    contexts: list[BrowserContext],
    bank: AppCounter,
    address: str,
) -> None:
    """They have one store, and one counter under one lock: ten requests of both at once are ten counters."""
    telephone = new_telephone(contexts[0], bank, address, "fr")
    telephone.open()
    telephone.logs_on()
    telephone.activates(finger=False)
    tabs = [telephone.page, contexts[0].new_page()]
    tabs[1].goto(telephone.page.url)
    expect(tabs[1].locator("main.home")).to_be_visible()
    for tab in tabs:
        tab.evaluate(BEGIN)
    assert [tab.evaluate("globalThis.opened") for tab in tabs] == [["done"] * 5] * 2
    assert bank.state() is EnrolmentState.SUBSCRIBED


def both_follow(old: Telephone, first: Page, second: Page, bank: AppCounter, address: str) -> None:
    """Asked for in one browser, open in the other: both go on by themselves once the telephone has approved."""
    words = SPACE.kinds[OperationKind.SEPA_TRANSFER]
    first.goto(f"{address}/fr/ask/sepa-transfer")
    for name, typed in (("payee", "Épicerie du Coin"), ("payee_iban", PAYEE), ("amount", "250,00")):
        first.locator(f"#{name}").fill(typed)
    with first.expect_navigation():
        first.get_by_role("button", name=words.verb).click()
    if not first.locator(".means .digits").count():
        with first.expect_navigation():
            first.get_by_role("button", name=SPACE.confirm.app_ask).click()
    second.goto(f"{first.url.partition('?')[0]}?by=app")
    number = first.locator(".means .digits").inner_text()
    expect(second.locator(".means .digits")).to_have_text(number)
    expect(old.page.locator("main.operation")).to_be_visible()
    old.approves(number)
    old.types()
    old.reads(WORDS.approved)
    for page in (first, second):
        expect(page.get_by_role("status")).to_have_text(words.done)
    (done,) = (one for one in bank.service.list_operations(bank.durand) if one.kind is OperationKind.SEPA_TRANSFER)
    assert bank.effects(done) == {"transfer": "done", "notice": "done"}
    old.press(WORDS.end)
    old.is_home()


def is_asked_and_approves(telephone: Telephone) -> None:
    operation, match = telephone.is_asked()
    telephone.approves(match)
    telephone.types()
    telephone.reads(WORDS.approved)
    found = telephone.bank.service.find_operation(telephone.bank.durand, operation.operation_id)
    assert found.state is OperationState.APPROVED
    telephone.press(WORDS.end)
    telephone.is_home()
