"""The client space in the real browser: a transfer by the reader on the page and by text message, and how it looks."""

import re
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from bank.web.coopanet.space.words import list_space_words
from tests.browser.sight import DESKTOP, People, Person
from tests.browser.test_browser_access import PICTURES, overflows, violations
from tests.web.space import FRENCH, GERMAN, furnish_space

PIN = ("1", "2", "3", "4")
PHONE = (390, 844)
NARROW = (320, 720)
"""What is left of 1280 pixels at a zoom of 400 % (WCAG 2.2, 1.4.10)."""
SIZES = {"phone": PHONE, "laptop": DESKTOP, "narrow": NARROW}
LANGUAGES = ("fr", "en")


def enter(people: People, language: str = "fr", size: tuple[int, int] = DESKTOP) -> Person:
    """Somebody who has signed in, with everything in the books that the space shows."""
    person = people(language, size)
    furnish_space(person.store)
    person.open()
    person.card("bank-card").click()
    person.sees("ready")
    code = person.makes_code(*PIN)
    person.goes_to_the_form()
    person.signs_in("DURAND42", code)
    expect(person.bank.locator(".hello")).to_contain_text("Claude Durand")
    return person


def digits(bank: FrameLocator | Page) -> list[str]:
    """What the page says to type on the reader."""
    bank.locator(".digits").first.wait_for()
    return ["".join(text.split()) for text in bank.locator(".digits").all_inner_texts()]


def follow_steps(person: Person, bank: FrameLocator | Page) -> str:
    """Press on the reader what the page says; the code on the glass."""
    typed = digits(bank)
    person.click_keys("Sign" if len(typed) > 1 else "Challenge")
    for each in typed:
        person.click_keys(*each, "OK")
    person.click_keys(*PIN, "OK")
    return person.reads_code()


def fill(bank: FrameLocator | Page, **typed: str) -> None:
    """Fill a form in, and send it. A page is left by that: what comes next is done on its answer."""
    for name, value in typed.items():
        field = bank.locator(f"#{name}")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    with bank.expect_navigation() if isinstance(bank, Page) else nullcontext():
        bank.locator("form.ask button").click()


def read_message(page: Page) -> str:
    """The code in the latest message on the demonstration's telephone."""
    text = page.locator(".messages li").first.locator("bdi").inner_text()
    found = re.search(r"\d{4} ?\d{4}", text)
    assert found
    return found[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_transfer_is_signed_on_the_reader(people: People, language: str) -> None:
    person, words = enter(people, language), list_space_words()[language]
    kind = words.kinds_by_name["sepa-transfer"]
    before = furnish_space(person.store).list_accounts()[0].balance_cents
    person.bank.get_by_role("link", name=words.transfers, exact=True).click()
    person.bank.get_by_role("link", name=kind.ask, exact=True).click()
    fill(person.bank, to=FRENCH, amount="1 250,50" if language == "fr" else "1,250.50")
    person.is_at(kind.name)
    assert digits(person.bank) == ["125050", FRENCH[-8:]]
    person.click_keys("Sign", *"125050")
    person.hears("MONTANT ? 1 250,50")
    person.click_keys("OK", *FRENCH[-8:], "OK", *PIN, "OK")
    code = person.reads_code()
    person.bank.locator("#code").fill(code)
    person.bank.locator("#code").press("Enter")
    expect(person.bank.get_by_role("status")).to_have_text(kind.done)
    person.bank.get_by_role("link", name=kind.where).click()
    row = person.bank.locator("tbody tr").first
    expect(row).to_contain_text("Camille Moreau")
    assert before - furnish_space(person.store).list_accounts()[0].balance_cents == 125_050
    person.page.reload()
    assert before - furnish_space(person.store).list_accounts()[0].balance_cents == 125_050


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_transfer_is_confirmed_by_text_message(people: People, language: str) -> None:
    person, words = enter(people, language), list_space_words()[language]
    kind = words.kinds_by_name["instant-transfer"]
    person.bank.get_by_role("link", name=words.transfers, exact=True).click()
    person.bank.get_by_role("link", name=kind.ask, exact=True).click()
    fill(person.bank, payee="Anne Petit", payee_iban="fr14 2004 1010 0505 0001 3m02 606", amount="42")
    person.bank.get_by_role("link", name=words.confirm.by_sms).click()
    person.bank.get_by_role("button", name=words.sms.send).click()
    expect(person.bank.get_by_role("status")).to_have_text(words.sms.sent.replace(" :", "\u00a0:"))
    with person.page.expect_popup() as opened:
        person.bank.get_by_role("link", name=words.sms.telephone).click()
    telephone = opened.value
    expect(telephone.get_by_role("heading", level=1)).to_have_text(words.phone_title)
    expect(telephone.locator(".messages")).to_contain_text("Anne Petit")
    expect(telephone.locator(".messages")).to_contain_text("42,00" if language == "fr" else "42.00")
    person.bank.locator("#code").fill(read_message(telephone))
    person.bank.get_by_role("button", name=words.confirm.submit, exact=True).click()
    expect(person.bank.get_by_role("status")).to_have_text(kind.done)
    telephone.get_by_role("link", name=words.phone_refresh).click()
    expect(telephone.locator(".messages li")).to_have_count(3)


def test_a_beneficiary_is_added_by_the_challenge_and_can_be_paid(people: People) -> None:
    person, words = enter(people), list_space_words()["fr"]
    person.bank.get_by_role("link", name=words.beneficiaries, exact=True).click()
    person.bank.get_by_role("link", name=words.kinds_by_name["add-beneficiary"].ask).click()
    fill(person.bank, payee="Anke Vogt", payee_iban=GERMAN)
    code = follow_steps(person, person.bank)
    person.bank.locator("#code").fill(code)
    person.bank.get_by_role("button", name=words.confirm.submit, exact=True).dblclick()
    expect(person.bank.get_by_role("status")).to_have_text(words.kinds_by_name["add-beneficiary"].done)
    person.bank.get_by_role("link", name=words.kinds_by_name["add-beneficiary"].where).click()
    person.bank.get_by_role("link", name=words.transfer_to.format(name="Anke Vogt")).click()
    person.is_at(words.kinds_by_name["transfer-abroad"].ask)
    expect(person.bank.locator("#to")).to_have_value(GERMAN)


def test_a_code_of_another_payment_is_refused_and_the_right_one_taken(people: People) -> None:
    person, words = enter(people), list_space_words()["fr"]
    person.frame.goto(f"{person.address}coopanet/fr/ask/sepa-transfer?to={FRENCH}")
    fill(person.bank, amount="10")
    person.click_keys("Sign", *"1001", "OK", *FRENCH[-8:], "OK", *PIN, "OK")
    person.bank.locator("#code").fill(person.reads_code())
    person.bank.locator("#code").press("Enter")
    expect(person.bank.get_by_role("alert")).to_contain_text(words.confirm.wrong_title)
    person.bank.locator("#code").fill(follow_steps(person, person.bank))
    person.bank.locator("#code").press("Enter")
    expect(person.bank.get_by_role("status")).to_have_text(words.kinds_by_name["sepa-transfer"].done)


def test_going_back_finds_an_empty_form_and_moves_nothing_again(people: People) -> None:
    person, words = enter(people), list_space_words()["fr"]
    page = person.page.context.new_page()
    before = furnish_space(person.store).list_accounts()[0].balance_cents
    page.goto(f"{person.address}coopanet/fr/ask/sepa-transfer?to={FRENCH}")
    fill(page, amount="10")
    page.locator("#code").fill(follow_steps(person, page))
    page.locator("#code").press("Enter")
    expect(page.get_by_role("status")).to_have_text(words.kinds_by_name["sepa-transfer"].done)
    for _ in range(2):
        page.go_back()
    page.locator("form.ask button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert before - furnish_space(person.store).list_accounts()[0].balance_cents == 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_the_keyboard_alone(people: People, language: str) -> None:
    """From the first link of the page to the code's field, and the mistake's link leads to its field."""
    person, words = enter(people, language), list_space_words()[language]
    page = person.page.context.new_page()
    page.goto(f"{person.address}coopanet/{language}/ask/change-email")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.type("claude")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("alert").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("@exemple.fr.neu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(words.kinds_by_name["change-email"].name)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "code":
            break
    expect(page.locator("#code")).to_be_focused()


def test_no_form_needs_a_script(people: People, browser: Browser) -> None:
    person, words = enter(people), list_space_words()["fr"]
    cookies = person.page.context.cookies()
    context = browser.new_context(java_script_enabled=False, locale="fr")
    try:
        context.add_cookies([{**cookie, "url": None} for cookie in cookies])
        page = context.new_page()
        page.goto(f"{person.address}coopanet/fr/ask/card-limits")
        page.locator("#payments").fill("900")
        page.locator("#withdrawals").fill("90")
        page.locator("form.ask button").click()
        page.locator("#code").fill(follow_steps(person, page))
        page.locator(".means button").click()
        expect(page.get_by_role("status")).to_have_text(words.kinds_by_name["card-limits"].done)
    finally:
        context.close()


PLAIN = ("accounts", "transfers", "beneficiaries", "cards", "details", "operations", "notices", "telephone", "security")
TWO_MORE = (("wrong", "00000001"), ("wrong", "00000002"))
FORMS = ("sepa-transfer", "add-beneficiary", "card-limits", "show-pin", "change-email", "change-address")


@dataclass(frozen=True)
class Eyes:
    """Looks at a page at every size. `axe`: the check's source; `address`: the bank's; `folder`: for the screenshots
    that people look at."""

    page: Page
    axe: str
    language: str
    address: str
    folder: Path | None

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}coopanet/{self.language}/{path}")

    def confirm(self, code: str) -> None:
        self.page.locator("#code").fill(code)
        with self.page.expect_navigation():  # the next look is at the answer, not at a page that is being left
            self.page.locator(".means form", has=self.page.locator("#code")).get_by_role("button").click()

    def look(self, name: str) -> None:
        """axe finds nothing, and nothing overflows."""
        assert violations(self.axe, self.page) == [], name
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            assert not overflows(self.page), (name, size)
            if self.folder:
                path = self.folder / f"space-{name}-{size}-{self.language}.png"
                self.page.screenshot(path=path, full_page=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_state(people: People, axe: str, language: str) -> None:
    person = enter(people, language)
    page = person.page.context.new_page()
    eyes = Eyes(page, axe, language, person.address, Path(PICTURES) if PICTURES else None)
    look_at_the_forms(eyes)
    look_at_a_transfer(eyes, person)
    look_at_a_change(eyes)
    account = furnish_space(person.store).list_accounts()[0].iban
    for name, path in [*((each, each) for each in PLAIN), ("account", f"accounts/{account}")]:
        eyes.go(path)
        eyes.look(name)


def look_at_the_forms(eyes: Eyes) -> None:
    for kind in FORMS:
        eyes.go(f"ask/{kind}")
        eyes.look(f"ask-{kind}")
        eyes.page.locator("form.ask button").click()
        eyes.page.get_by_role("alert").wait_for()
        eyes.look(f"wrong-{kind}")


def look_at_a_transfer(eyes: Eyes, person: Person) -> None:
    """By the reader: a slip, four wrong codes, the right one."""
    eyes.go(f"ask/sepa-transfer?to={FRENCH}")
    fill(eyes.page, amount="250")
    eyes.look("confirm-reader")
    for name, code in (("slip", "12"), ("wrong", "00000000"), *TWO_MORE, ("last", "00000003")):
        eyes.confirm(code)
        eyes.look(f"confirm-{name}")
    eyes.confirm(follow_steps(person, eyes.page))
    eyes.page.get_by_role("status").wait_for()
    eyes.look("done")


def look_at_a_change(eyes: Eyes) -> None:
    """Of the e-mail address, by the reader, by text message, and not at all; the last one waits."""
    page = eyes.page
    eyes.go("ask/change-email")
    fill(page, email="neu@exemple.fr")
    eyes.look("confirm-challenge")
    page.goto(f"{page.url}?by=sms")
    eyes.look("confirm-sms")
    page.locator(".means button").first.click()
    page.get_by_role("status").wait_for()
    eyes.look("confirm-sms-sent")
    page.locator(".cancel").click()
    page.get_by_role("status").wait_for()
    eyes.look("cancelled")
    eyes.go("ask/change-email")
    fill(page, email="neu@exemple.fr")
