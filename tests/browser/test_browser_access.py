"""Accessibility: axe-core finds nothing on any page, in either language; nothing overflows at any size."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.sight import DESKTOP, People, Person

SIZES = {"phone": (390, 844), "laptop": DESKTOP, "small": (1366, 768), "projector": (1920, 1080)}
LANGUAGES = ("fr", "en")
PICTURES = os.environ.get("SESAME_PICTURES")
"""Where to keep the screenshots that are looked at and shown in docs/branch.md."""

RUN = "() => axe.run({ iframes: false, resultTypes: ['violations'] })"


def violations(axe: str, where: Page | Frame) -> list[str]:
    """What axe finds, each with the elements."""
    where.evaluate(axe)
    found: Any = where.evaluate(RUN)
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found["violations"]]


def overflows(where: Page | Frame) -> bool:
    return bool(where.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_coopanet(people: People, axe: str, language: str) -> None:
    person = people(language)
    for page in ("", "access", "sesame", "first-try", "goodbye", "nowhere"):
        person.page.goto(f"{person.address}coopanet/{language}/{page}")
        assert violations(axe, person.page) == [], page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_and_the_accounts(people: People, axe: str, language: str) -> None:
    person = people(language)
    person.open()
    person.card("bank-card").click()
    person.sees("ready")
    person.goes_to_the_form()
    person.signs_in("DURAND42", "00000000")
    person.is_refused()
    assert violations(axe, person.frame) == []
    person.signs_in("DURAND42", person.makes_code("1", "2", "3", "4"))
    person.bank.locator(".hello").wait_for()
    assert violations(axe, person.frame) == []
    assert violations(axe, person.page) == [], "with a code on the glass"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readers_page_with_everything_open(people: People, axe: str, language: str) -> None:
    person = people(language)
    person.open()
    for summary in person.page.locator("summary").all():
        summary.click()
    person.card("bank-card").click()
    person.sees("ready")
    assert violations(axe, person.page) == []
    for page in ("verbs", "sheet"):
        person.open(page)
        assert violations(axe, person.page) == [], page


def test_axe_finds_what_is_wrong(person: Person, axe: str) -> None:
    """The check can fail."""
    person.page.evaluate("() => document.body.append(document.createElement('img'))")
    assert any(found.startswith("image-alt") for found in violations(axe, person.page))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_overflows_at_any_size(people: People, tmp_path: Path, size: str, language: str) -> None:
    person = people(language, SIZES[size])
    person.open()
    person.card("bank-card").click()
    person.sees("ready")
    person.makes_code("1", "2", "3", "4")
    folder = Path(PICTURES) if PICTURES else tmp_path
    if size != "phone":
        expect(person.page.locator("#pull")).to_be_in_viewport(ratio=1)
        expect(person.page.locator("#next")).to_be_in_viewport(ratio=1)
    person.page.screenshot(path=folder / f"branch-{size}-{language}.png", full_page=size == "phone")
    assert not overflows(person.page)
    for page in ("verbs", "sheet"):
        person.open(page)
        assert not overflows(person.page), page
    for page in ("", "access", "sesame", "first-try"):
        person.page.goto(f"{person.address}coopanet/{language}/{page}")
        person.page.screenshot(path=folder / f"coopanet-{page or 'home'}-{size}-{language}.png", full_page=True)
        assert not overflows(person.page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_for_the_customer_is_one_page_of_paper(people: People, tmp_path: Path, language: str) -> None:
    person = people(language)
    person.open("sheet")
    path = (Path(PICTURES) if PICTURES else tmp_path) / f"branch-sheet-{language}.pdf"
    person.page.pdf(path=path, prefer_css_page_size=True)
    content = path.read_bytes()
    assert re.findall(rb"/Type /Pages\s.*?/Count (\d+)", content, re.DOTALL) == [b"1"]
    width, height = map(float, re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)[0])
    assert (round(width), round(height)) in {(595, 842), (596, 842)}, "A4 in points"
    person.page.emulate_media(media="print")
    person.page.set_viewport_size({"width": 673, "height": 1016})
    person.page.screenshot(path=path.with_suffix(".png"))
    expect(person.page.locator("nav")).to_be_hidden()
