"""By keyboard alone, from the first Tab to the accounts."""

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
