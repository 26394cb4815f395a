"""The pages of each site as somebody read them, in two languages: what a page is given to show is all there, and
nothing else. Time stands; what is drawn by lot, and the machine's own dates, are told as that.

After a wanted change: `python -m pytest --golden-record tests/web/test_pages_told.py`.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Final

import pytest

from bank.books.clock import read_time
from bank.books.people import Post
from bank.books.store_sql import SqlStore
from bank.demo.customers import furnish_books
from bank.demo.database import open_in_memory
from bank.demo.people import furnish_people
from bank.demo.staff import furnish_staff
from bank.esecure import numbers
from tests.bank.counter import NOON
from tests.bank.keyed import Device, EsecureBank
from tests.golden_plugin import GoldenText
from tests.threeds.far_shop import Acquaintance, WallHand
from tests.told.stories import hide_drawn
from tests.web.adviser import Advisers
from tests.web.business import Customer
from tests.web.coopanet import NewCode, Visitors
from tests.web.space import furnish_space, sign_in

TIMES: Final = re.compile(r"\b\d{2}/\d{2}/\d{4}\b|\b\d{1,2}(:| h )\d{2}\b|\b\d{4}-\d{2}-\d{2}\b")
"""What the machine's clock may have said."""


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with closing(open_in_memory()) as books:
        furnish_books(books)
        with books.writing() as connection:
            furnish_people(connection, read_time(connection, NOON))
            furnish_staff(connection, NOON)
        yield books


def tell_page(name: str, text: str) -> list[str]:
    """The lines that hold something."""
    lines = (hide_drawn(TIMES.sub("~", line.strip())) for line in text.splitlines())
    return [f"== {name}", *(line for line in lines if line)]


def tell_message(name: str, elements: Mapping[str, object]) -> list[str]:
    """Each element; the value by which a payment is authorised is drawn."""
    told = {each: "~" if each == "authenticationValue" else hide_drawn(str(elements[each])) for each in elements}
    return [f"{name} {each}: {told[each]}" for each in sorted(told)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_before_the_door(language: str, visitor: Visitors, golden_text: GoldenText) -> None:
    lines, client = [], visitor().client
    for path in ("", "access", "sesame", "first-try", "securpass", "connect", "goodbye", "nowhere"):
        lines += tell_page(path, client.get(f"/{language}/{path}").text)
    golden_text("\n".join(lines) + "\n", f"pages/door-{language}")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_of_the_clients_space(
    language: str, store: SqlStore, visitor: Visitors, new_code: NewCode, golden_text: GoldenText
) -> None:
    furnish_space(store)
    guest, lines = sign_in(visitor(), "DURAND42", new_code("bank-card"), language), []
    kinds = re.findall(rf'href="/{language}/ask/([\w-]+)', "".join(guest.get(page).text for page in PAGES))
    for path in (*PAGES, *(f"ask/{kind}" for kind in dict.fromkeys(kinds))):
        lines += tell_page(path, guest.get(path).text)
    asked = guest.ask("change-email", email="new@example.org")
    lines += tell_page("wrong", guest.ask("change-email", email="none").text)
    texting = guest.client.get(f"{asked.url.path}?by=sms")
    lines += tell_page("asked", asked.text) + tell_page("by text", texting.text)
    lines += tell_page("sent", guest.send(texting, "code").text)
    lines += tell_page("report", guest.client.get(f"{asked.url.path}/report").text)
    lines += tell_page("cancelled", guest.send(texting, "cancel").text)
    assert "ask/" in "".join(lines)
    golden_text("\n".join(lines) + "\n", f"pages/space-{language}")


PAGES = ("accounts", "transfers", "beneficiaries", "cards", "details", "notices", "operations", "telephone", "security")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_of_the_advisers_desk(language: str, adviser: Advisers, golden_text: GoldenText) -> None:
    lines, one = [], adviser()
    lines += tell_page("sign-on", one.get(f"{language}/")[1])
    one.sign_on(Post.AGENCY)
    below = ("", "/journal", "/subscription", "/amendment", "/0203")
    for path in ("customers", "frauds", *(f"customers/DURAND42{part}" for part in below), "customers/NOBODY00"):
        lines += tell_page(path, one.get(f"{language}/{path}")[1])
    lines += tell_page("found", one.post(f"{language}/customers", query="DURAND42")[1])
    golden_text("\n".join(lines) + "\n", f"pages/desk-{language}")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_pages_of_the_business_site(
    language: str, store: SqlStore, golden_text: GoldenText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(numbers.WORK, "n", 2)
    bank, device = EsecureBank(store), Device()
    letter = bank.give_out(device)
    made = bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())
    browser, lines = Customer(bank, device, made, letter.number).settle(language), []
    for path in ("", "customer", "net", "net/accounts", "net/transfers", "guide", "details", "nowhere", "goodbye"):
        lines += tell_page(path, browser.get(path).text)
    golden_text("\n".join(lines) + "\n", f"pages/business-{language}")


@pytest.mark.parametrize("language", ["fr-FR", "en-GB"])
def test_pages_in_the_shops_frame(language: str, store: SqlStore, golden_text: GoldenText) -> None:
    far = Acquaintance(store, WallHand(NOON))
    opened, lines = far.open(browserLanguage=language), []
    lines += tell_message("ARes", opened.ares)
    for query in ("", "?by=reader", "?by=sms", "?by=phone"):
        lines += tell_page(query, opened.look(query).text)
    lines += tell_page("sent", opened.press("send", by="sms", ticket="1" * 32).text)
    lines += tell_page("wrong", opened.press("confirm", by="sms", code="12345678").text)
    lines += tell_page("back", opened.press("confirm", by="sms", code=far.read_code()).text)
    lines += tell_message("RReq", far.ear.last)
    golden_text("\n".join(lines) + "\n", f"pages/frame-{language}")
