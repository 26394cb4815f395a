"""By keyboard alone, from the first Tab to the accounts."""

import json

import pytest
from playwright.sync_api import Locator, Request, expect

from tests.browser.sight import Person

MOST_TABS = 80


def tab_to(person: Person, wanted: Locator) -> None:
    """Press Tab until something has the focus, whichever frame it is in."""
    for _ in range(MOST_TABS):
        person.page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement && document.hasFocus()"):
            return
    raise AssertionError("Tab does not lead there")


def press(person: Person, *keys: str) -> None:
    for key in keys:
        person.page.keyboard.press(key)


def test_the_whole_story_without_a_mouse(person: Person) -> None:
    tab_to(person, person.card("sesame-card"))
    press(person, "Enter")
    person.sees("ready")
    press(person, "c", "1", "2", "3", "4", "Enter")
    code = person.reads_code()
    tab_to(person, person.bank.locator("main").get_by_role("link", name="Accès abonnés"))
    press(person, "Enter")
    tab_to(person, person.bank.get_by_role("link", name="Se connecter avec le lecteur"))
    press(person, "Enter")
    tab_to(person, person.bank.locator("#user"))
    person.page.keyboard.type("moreau17")
    press(person, "Tab")
    person.page.keyboard.type(code)
    press(person, "Enter")
    expect(person.bank.locator(".hello")).to_contain_text("Dominique Moreau")
    tab_to(person, person.page.locator("#pull"))
    press(person, "Space")
    person.sees("asleep")


def test_each_key_can_be_reached_and_pressed(person: Person) -> None:
    person.card("bank-card").click()
    person.sees("ready")
    for name in ("Code", "1", "2", "3", "4", "OK"):
        key = person.page.locator(f'[data-key="{name}"]')
        key.focus()
        press(person, "Enter")
    assert len(person.reads_code()) == 8


def presses(person: Person) -> list[str]:
    """What the page sends to the keypad from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/press"):
            sent.append(request.post_data or "")

    person.page.on("request", note)
    return sent


def test_digits_typed_into_the_bank_are_not_the_readers(person: Person) -> None:
    sent = presses(person)
    person.goes_to_the_form()
    person.bank.locator("#user").press_sequentially("DURAND42")
    person.bank.locator("#code").press_sequentially("00000000")
    person.bank.locator("#code").press("Enter")
    person.is_refused()
    assert sent == []


def test_the_shortcuts_can_be_switched_off(person: Person) -> None:
    sent = presses(person)
    person.card("bank-card").click()
    person.sees("ready")
    person.page.locator(".keyboard summary").click()
    person.page.locator("#keyboard").uncheck()
    person.page.locator("#reader").focus()
    press(person, "c")
    person.page.locator("#keyboard").check()
    person.page.locator("#reader").focus()
    press(person, "c")
    person.sees("pin")
    assert sent == ['{"keys":["Code"]}']


def test_a_code_is_said_to_who_cannot_see_it(person: Person) -> None:
    """The browser tells the digits from the pixels: the reader does not tell them."""
    person.card("bank-card").click()
    person.sees("ready")
    for _ in range(4):
        code = person.makes_code("1", "2", "3", "4")
        person.page.locator("#read").click()
        person.hears(" ".join(code))
        person.click_keys("Clear")
        person.sees("ready")
    expect(person.page.locator("#read")).to_be_disabled()
    person.hears("CHOISISSEZ FONCTION")


FRENCH_ROW = dict(zip("1234567890", "&é\"'(-è_çà", strict=True))
"""What the digit row gives on a French keyboard without Shift."""


def types_on_a_french_keyboard(person: Person, *digits: str) -> None:
    """As Chromium is told of it: the key's place, and the character that stands there."""
    session = person.page.context.new_cdp_session(person.page)
    for digit in digits:
        named = {"key": FRENCH_ROW[digit], "code": f"Digit{digit}", "windowsVirtualKeyCode": ord(digit)}
        session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": FRENCH_ROW[digit], **named})
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", **named})


def test_the_digit_row_of_a_french_keyboard_needs_no_shift(person: Person) -> None:
    sent = presses(person)
    person.card("bank-card").click()
    person.sees("ready")
    press(person, "c")
    types_on_a_french_keyboard(person, "1", "2", "3", "4")
    press(person, "Enter")
    assert len(person.reads_code()) == 8
    types_on_a_french_keyboard(person, *FRENCH_ROW)
    press(person, "Shift+Digit1", "Escape", "Shift+a")
    person.sees("asleep")
    keys = [key for body in sent for key in json.loads(body)["keys"]]
    assert keys == ["Code", "1", "2", "3", "4", "OK", *FRENCH_ROW, "Off"]


@pytest.mark.parametrize("page", ["", "first-try"])
def test_keys_after_a_click_into_the_bank_are_handed_over_to_the_reader(person: Person, page: str) -> None:
    person.card("bank-card").click()
    person.sees("ready")
    if page:
        person.bank.locator("header").get_by_role("link", name="Faites un premier essai").click()
        person.is_at("Faites un premier essai")
    person.bank.get_by_role("heading", level=1).click()
    assert person.page.evaluate("document.activeElement.tagName") == "IFRAME"
    press(person, "c", "1", "2", "3", "4", "Enter")
    assert len(person.reads_code()) == 8
    assert person.page.evaluate("document.activeElement.id") == "reader"


def test_a_link_of_the_bank_that_has_the_keyboard_keeps_it(person: Person) -> None:
    sent = presses(person)
    link = person.bank.locator("main").get_by_role("link", name="Accès abonnés")
    link.focus()
    press(person, "c", "Enter")
    person.is_at("Accès à vos comptes")
    assert sent == []


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_card_that_was_dragged_still_obeys_the_keyboard(person: Person, key: str) -> None:
    card = person.card("bank-card")
    person.drag(card, person.page.locator("#bank-title"))
    expect(card).to_have_attribute("aria-pressed", "false")
    card.focus()
    press(person, key)
    person.sees("ready")
    inserted = person.page.locator("#inserted")
    person.drag(inserted, person.page.locator("#reader"))
    expect(card).to_have_attribute("aria-pressed", "true")
    inserted.focus()
    press(person, key)
    person.sees("asleep")
