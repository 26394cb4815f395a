"""The guide's whole story, by clicking, in a real browser and real time."""

import pytest
from playwright.sync_api import expect

from tests.browser.sight import PATIENCE_MS, People, Person

PIN = ("1", "2", "3", "4")

BOTH_KINDS = [("fr", "bank-card", "DURAND42", "Claude Durand"), ("en", "sesame-card", "MOREAU17", "Dominique Moreau")]


@pytest.mark.parametrize(("language", "card", "user", "name"), BOTH_KINDS)
def test_the_guide_twice_and_a_code_that_was_used(
    people: People, language: str, card: str, user: str, name: str
) -> None:
    person = people(language)
    person.open()
    person.drag(person.card(card), person.page.locator("#reader"))
    person.sees("ready")
    code = person.makes_code(*PIN)
    person.goes_to_the_form()
    person.signs_in(user, f"{code[:4]} {code[4:]}")
    expect(person.bank.locator(".hello")).to_contain_text(name)
    person.bank.get_by_role("button", name="Se déconnecter" if language == "fr" else "Sign off").click()
    person.is_at("Vous êtes déconnecté" if language == "fr" else "You have signed off")
    person.goes_to_the_form()
    person.signs_in(user, code)
    person.is_refused()
    again = person.makes_code(*PIN)
    assert again != code
    person.signs_in(user, again)
    expect(person.bank.locator(".hello")).to_contain_text(name)


def test_a_double_click_on_validate_signs_in(person: Person) -> None:
    person.card("bank-card").click()
    person.sees("ready")
    for _ in range(3):
        code = person.makes_code(*PIN)
        person.goes_to_the_form()
        person.bank.locator("#user").fill("DURAND42")
        person.bank.locator("#code").fill(code)
        person.bank.get_by_role("button", name="Valider").dblclick()
        expect(person.bank.locator(".hello")).to_contain_text("Claude Durand")
        person.bank.get_by_role("button", name="Se déconnecter").click()
        person.is_at("Vous êtes déconnecté")


def test_signed_in_after_the_page_is_loaded_anew_and_a_refusal_keeps_the_user_code(person: Person) -> None:
    person.card("bank-card").click()
    person.sees("ready")
    code = person.makes_code(*PIN)
    person.goes_to_the_form()
    person.signs_in("DURAND42", code[:7])
    expect(person.bank.get_by_role("alert")).to_contain_text("8 chiffres")
    expect(person.bank.locator("#user")).to_have_value("DURAND42")
    person.bank.locator("#code").fill("00000000")
    person.bank.locator("#code").press("Enter")
    person.is_refused()
    expect(person.bank.locator("#user")).to_have_value("DURAND42")
    person.bank.locator("#code").fill(code)
    person.bank.locator("#code").press("Enter")
    expect(person.bank.locator(".hello")).to_contain_text("Claude Durand")
    person.page.reload()
    person.is_at("Bienvenue sur Coop@net")
    expect(person.bank.locator("header")).to_contain_text("Claude Durand")
    person.bank.locator("main").get_by_role("link", name="Vos comptes").click()
    person.is_at("Vos comptes")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_one_button_is_ready_for_the_next_customer(people: People, language: str) -> None:
    person = people(language)
    person.open()
    person.page.locator("#inside summary").click()
    with person.page.expect_popup() as opened:
        person.page.locator("#alone").click()
    person.page.bring_to_front()  # a page behind another is drawn once a second, and each click waits for two drawings
    person.card("bank-card").click()
    person.sees("ready")
    code = person.makes_code(*PIN)
    person.goes_to_the_form()
    person.signs_in("DURAND42", code)
    expect(person.bank.locator(".hello")).to_contain_text("Claude Durand")
    alone = opened.value
    alone.goto(f"{person.address}coopanet/{language}/accounts")
    expect(alone.locator(".hello")).to_contain_text("Claude Durand")
    person.page.locator("#next").click()
    person.sees("asleep")
    expect(person.page.locator("#ready")).to_contain_text("Prêt" if language == "fr" else "Ready")
    person.is_at("Bienvenue sur Coop@net" if language == "fr" else "Welcome to Coop@net")
    for page in (person.bank.locator("header"), alone.locator("header")):
        expect(page).not_to_contain_text("Durand")
    assert not any(person.glass().rows)
    expect(person.page.locator("#trace li")).to_have_count(0)
    expect(person.page.locator("#inside")).not_to_have_attribute("open", "")
    person.card("bank-card").click()
    person.sees("ready")
    assert person.makes_code(*PIN) == code, "the card is as new"


def test_a_wrong_pin_is_said_and_loses_nothing(person: Person) -> None:
    person.card("bank-card").click()
    person.sees("ready")
    person.click_keys("Code", "9", "9", "9", "9", "OK")
    person.hears("CODE FAUX RESTE 2 ESSAIS")
    person.click_keys(*PIN, "OK")
    assert len(person.reads_code()) == 8


def test_a_blocked_card_says_so(person: Person) -> None:
    person.card("blocked").click()
    person.sees("ready")
    person.click_keys("Code")
    person.hears("CARTE BLOQUÉE CONTACTEZ LA BANQUE")


@pytest.mark.parametrize("pulled_by", ["drag", "click", "button"])
def test_a_pulled_card_makes_the_glass_dark_at_once(person: Person, pulled_by: str) -> None:
    person.card("bank-card").click()
    person.sees("ready")
    person.makes_code(*PIN)
    if pulled_by == "drag":
        person.drag(person.page.locator("#inserted"), person.page.locator("#bank-title"))
    else:
        person.page.locator("#inserted" if pulled_by == "click" else "#pull").click()
    person.sees("asleep")
    assert not any(person.glass().rows)
    expect(person.card("bank-card")).to_have_attribute("aria-pressed", "false")


def test_a_card_dropped_beside_the_reader_stays_out(person: Person) -> None:
    person.drag(person.card("bank-card"), person.page.locator("#bank-title"))
    person.drag(person.card("sesame-card"), person.page.locator("#reader"))
    person.sees("ready")
    expect(person.card("sesame-card")).to_have_attribute("aria-pressed", "true")
    expect(person.card("bank-card")).to_have_attribute("aria-pressed", "false")


def test_the_code_is_gone_after_35_seconds_of_real_time(person: Person) -> None:
    person.page.locator("#inside summary").click()
    person.card("bank-card").click()
    person.sees("ready")
    person.makes_code(*PIN)
    expect(person.page.locator("#dark-in")).to_have_text("5 s", timeout=PATIENCE_MS)
    assert any(person.glass().rows)
    person.sees("asleep")
    assert not any(person.glass().rows)
    expect(person.page.locator("#dark-in")).to_have_text("–")


def test_the_inside_shows_the_conversation_with_the_pin_masked(person: Person) -> None:
    person.page.locator("#inside summary").click()
    person.card("bank-card").click()
    person.sees("ready")
    person.makes_code(*PIN)
    trace = person.page.locator("#trace")
    expect(trace).to_contain_text("GENERATE AC")
    expect(trace).to_contain_text("0020008008" + "*" * 16)
    person.page.locator("#plug").click()
    person.sees("no reader")
    person.page.locator("#plug").click()
    expect(person.page.locator("#plug")).to_have_text("Débrancher le lecteur de carte")
