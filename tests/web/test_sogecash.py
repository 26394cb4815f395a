"""The business site as a browser with an access key meets it: every step of the guide, and every way not to come in.

TLS is in tests/web/test_sogecash_tls.py; here the certificate stands in the scope, where TLS puts it.
"""

import base64
import re
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.testclient import TestClient

from bank.books.clock import read_time
from bank.books.schema_keys import CERTIFICATES, NUMBER_ENTRIES, SECURITY_NUMBERS
from bank.books.schema_notices import NOTICES
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory
from bank.demo.people import furnish_people
from bank.esecure import numbers
from bank.esecure.numbers import NumberFault, judge_choice
from bank.iban import make_french_iban
from bank.ledger.entries import MovementKind, Posting, transfer_between
from bank.ledger.keeping import list_accounts, post_movement
from bank.pki.records import AccessKeyState
from bank.web.sogecash.site import open_business
from bank.web.sogecash.words import list_sogecash_words
from device.esecure.sentences import SentenceShelf
from sesame_core.esecure.sentence import FRESH_SIZE, SentenceKind, read_sentence
from sesame_core.piv.consent import AskConsent
from tests.bank.counter import ABROAD
from tests.bank.keyed import DAY_MS, SIGNATURE, Device, EsecureBank, KeyInDevice
from tests.web.business import CHOSEN, Customer, KeyBrowser, title

EN = list_sogecash_words()["en"]
FR = list_sogecash_words()["fr"]
PAYEE = make_french_iban("30006", "00001", "12345678901")
RETIRED = 0x82


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest N: what the work costs is no matter here."""
    monkeypatch.setitem(numbers.WORK, "n", 2)


@pytest.fixture(scope="module")
def device() -> Device:
    return Device()


@pytest.fixture
def bank() -> Iterator[EsecureBank]:
    with closing(open_in_memory()) as store:
        yield EsecureBank(store)


@pytest.fixture
def moreau(bank: EsecureBank, device: Device) -> Customer:
    with bank.store.writing() as connection:
        furnish_people(connection, read_time(connection, bank.hand.ms))
    letter = bank.give_out(device)
    return Customer(bank, device, bank.enrolment.enrol_first("MOREAU17", letter.code, device.request()), letter.number)


# The guide, step by step


@pytest.mark.parametrize("words", [EN, FR], ids=["en", "fr"])
def test_the_first_time_from_home_to_log_off(moreau: Customer, words: object) -> None:
    w = EN if words is EN else FR
    browser = moreau.browser(w.language)
    assert title(browser.get("")) == w.home
    page = browser.ask_in("moreau 17")
    assert title(page) == w.number
    assert set("0123456789") <= browser.keys(page).keys()
    page = browser.type_number(page, moreau.number)
    assert title(page) == w.personalise
    assert w.parts[0] in unescape(page.text).replace("\N{NO-BREAK SPACE}", " ")
    page = browser.personalise(moreau.number)
    assert title(page) == w.details
    assert title(browser.register()) == w.registered
    page = browser.get("customer")
    assert w.customer_bar in unescape(page.text)
    assert f'href="/{w.language}/net"' in page.text
    page = browser.get("net")
    assert w.net_bar in unescape(page.text)
    assert title(browser.get("guide")) == w.guide
    page = browser.send(browser.get("customer"), "log-off")
    assert title(page) == w.goodbye
    assert browser.get("net").status_code == 403, "logged off"


def test_later_it_is_straight_to_the_customer_bar(moreau: Customer) -> None:
    moreau.settle()
    browser = moreau.browser()
    page = browser.log_on(CHOSEN)
    assert page.url.path == "/en/customer"
    held = moreau.bank.helpdesk.find_held(moreau.device.serial)
    assert held is not None
    assert (held.key.holder, held.key.email) == ("Dominique Moreau", "d.moreau@example.org")
    assert held.key.registered_ms is not None
    events = moreau.bank.events()
    assert [each for each in events if each in {"security number chosen", "certificate registered"}] == [
        "security number chosen",
        "certificate registered",
    ]


def test_the_posted_number_is_good_once(moreau: Customer) -> None:
    moreau.settle()
    told = unescape(moreau.browser().log_on(moreau.number).text)
    assert "Tries left: 2" in told, "dead once another was chosen"
    assert EN.wrong_own in told
    assert EN.wrong_own not in unescape(KeyBrowser(moreau.bank, moreau.certificate).ask_in().text)


def test_a_posted_number_opens_one_session_alone(moreau: Customer) -> None:
    moreau.browser().log_on(moreau.number)
    told = moreau.browser().ask_in()
    assert (told.status_code, title(told)) == (403, EN.used[0]), "whoever left before choosing asks the helpdesk"
    assert EN.used[1] in unescape(told.text)
    assert title(moreau.browser("fr").ask_in()).startswith("Code secret déjà")
    assert moreau.bank.events().count("posted security number used before") == 2, "the helpdesk can see it"
    fresh = moreau.bank.helpdesk.post_number("MOREAU17")
    assert title(moreau.browser().log_on(fresh)) == EN.personalise


def test_a_second_keyboard_ends_nothing_of_whoever_came_in_first(moreau: Customer) -> None:
    """Two windows: the number typed in the second one ended the first one's session, which could then choose none,
    and told the customer of wrong numbers, where there was none."""
    first, second = moreau.browser(), moreau.browser()
    page = second.ask_in()
    assert title(first.log_on(moreau.number)) == EN.personalise
    assert title(second.type_number(page, moreau.number)) == EN.used[0]
    assert title(first.personalise(moreau.number)) == EN.details
    with moreau.bank.frame.store.reading() as connection:
        assert "number-closed" not in connection.execute(select(NOTICES.c.event)).scalars().all()


def test_a_wrong_posted_number_is_not_called_a_chosen_one(moreau: Customer) -> None:
    wrong = f"{(int(moreau.number) + 1) % 10**6:06d}"
    told = unescape(moreau.browser().log_on(wrong).text)
    assert "Tries left: 2" in told
    assert EN.wrong_own not in told


def test_no_step_is_skipped(moreau: Customer) -> None:
    browser = moreau.browser()
    browser.log_on(moreau.number)
    for path in ("customer", "net", "net/accounts", "net/transfers", "details", "registered"):
        assert title(browser.get(path)) == EN.personalise
    browser.personalise(moreau.number)
    for path in ("customer", "net/accounts", "personalise"):
        assert title(browser.get(path)) == EN.details


# What is wrong with a certificate


def test_no_certificate_and_a_foreign_one(moreau: Customer) -> None:
    for certificate, words in (
        (None, "none"),
        (x509.load_der_x509_certificate(moreau.device.own_certificate()), "foreign"),
    ):
        browser = KeyBrowser(moreau.bank, certificate)
        page = browser.ask_in()
        assert page.status_code == 403
        assert title(page) == next(each[0] for verdict, each in EN.verdicts.items() if verdict.value == words)


def test_an_expired_and_a_revoked_one(moreau: Customer) -> None:
    browser = moreau.settle()
    moreau.bank.helpdesk.revoke_certificates(moreau.device.serial, "superseded")
    assert title(browser.get("net")) == "Revoked certificate", "at the next request, wherever that is"
    assert title(browser.ask_in()) == "Revoked certificate"
    moreau.bank.hand.ms += 366 * DAY_MS
    assert title(moreau.browser().ask_in()) == "Expired certificate"


def test_one_that_the_books_do_not_know(moreau: Customer) -> None:
    with moreau.bank.store.writing() as connection:
        connection.execute(CERTIFICATES.delete())
    assert title(moreau.browser().ask_in()) == "Unknown certificate"


@pytest.mark.parametrize("user", ["DURAND42", "NOBODY00", "", "\0", "x" * 400])
def test_another_users_certificate(moreau: Customer, user: str) -> None:
    page = moreau.browser().ask_in(user)
    assert (page.status_code, title(page)) == (403, EN.other_user[0])


def test_a_session_is_of_its_certificate_alone(moreau: Customer) -> None:
    browser = moreau.settle()
    other = Device()
    letter = moreau.bank.give_out(other, "DURAND42")
    theirs = moreau.bank.enrolment.enrol_first("DURAND42", letter.code, other.request())
    assert browser.get("net").status_code == 200
    browser.certificate = theirs
    assert title(browser.get("net")) == EN.over[0], "the token came along, the key did not"
    browser.certificate = None
    assert title(browser.get("net/accounts")) == "No certificate", "the key was pulled"
    browser.certificate = moreau.certificate
    assert browser.get("net").status_code == 200


def test_a_keyboard_is_of_its_certificate_alone(moreau: Customer) -> None:
    browser = moreau.browser()
    page = browser.ask_in()
    key = browser.keys(page)["1"]
    browser.certificate = None
    assert browser.post("number", key=key).status_code == 403
    browser.certificate = moreau.certificate
    assert "1 of 6" in browser.post("number", key=key).text


def test_a_lost_key_is_out_at_once(moreau: Customer) -> None:
    browser = moreau.settle()
    moreau.bank.helpdesk.end_key(moreau.device.serial, AccessKeyState.LOST)
    assert title(browser.get("net")) == "Revoked certificate"


def test_sessions_end_unused_and_at_the_latest(moreau: Customer) -> None:
    browser = moreau.settle()
    moreau.bank.hand.ms += 299_000
    assert browser.get("net").status_code == 200
    moreau.bank.hand.ms += 300_000
    assert title(browser.get("net")) == EN.over[0]
    browser.log_on(CHOSEN)
    for _ in range(14):
        moreau.bank.hand.ms += 250_000
        assert browser.get("net").status_code == 200
    moreau.bank.hand.ms += 250_000
    assert title(browser.get("net")) == EN.over[0], "an hour"


def test_the_launcher_ends_the_session_of_its_browser_and_of_no_other(moreau: Customer) -> None:
    """When the key is removed: until then the session went on for its five minutes without use."""
    farewell = "5a" * 32
    moreau.settle()
    browser = moreau.browser()
    browser.client.get("/", params={"launcher": sha256(farewell.encode()).hexdigest()})
    browser.log_on(CHOSEN)
    assert browser.get("customer").status_code == 200
    launcher = TestClient(open_business(moreau.bank.frame), base_url="https://localhost")
    told = sha256(farewell.encode()).hexdigest()
    for other in ("", "5b" * 32, told, farewell[:-1], "\xff" * 64, farewell + "\n"):
        assert launcher.post("/farewell", content=other.encode("latin-1")).status_code == 204
        assert browser.get("customer").status_code == 200, other
    assert launcher.post("/farewell", content=farewell).status_code == 204
    assert title(browser.get("customer")) == EN.over[0]


def test_a_browser_without_a_launcher_or_with_nonsense_signs_in_as_before(moreau: Customer) -> None:
    moreau.settle()
    browser = moreau.browser()
    browser.client.cookies.set("sogecash-launcher", "x" * 64)
    assert browser.client.get("/", params={"launcher": "Z" * 64}).status_code == 200
    browser.log_on(CHOSEN)
    assert browser.get("customer").status_code == 200


def test_a_renewed_certificate_takes_over_once_it_has_signed_in(moreau: Customer) -> None:
    moreau.settle()
    moreau.device.make(RETIRED)
    moreau.bank.hand.ms += 340 * DAY_MS
    old = moreau.certificate
    new = moreau.bank.enrolment.renew(
        old.public_bytes(Encoding.DER), moreau.device.request(RETIRED, (RETIRED, SIGNATURE))
    )
    assert moreau.browser().log_on(CHOSEN).status_code == 200, "the old one is good still"
    browser = KeyBrowser(moreau.bank, new)
    assert browser.log_on(CHOSEN).url.path == "/en/customer"
    assert title(moreau.browser().ask_in()) == "Revoked certificate"


# The security number


def test_digits_are_scrambled_and_no_digit_is_in_a_request(moreau: Customer) -> None:
    orders = set()
    for _ in range(6):
        page = moreau.browser().ask_in()
        keys = moreau.browser().keys(page)
        orders.add("".join(name for name in keys if name.isdecimal()))
        values = [value for name, value in keys.items() if name.isdecimal()]
        assert len(set(values)) == 10
        assert {len(value) for value in values} == {32}
    assert len(orders) > 1
    assert "<script" not in page.text


def test_a_key_is_good_for_one_press(moreau: Customer) -> None:
    browser = moreau.browser()
    keys = browser.keys(browser.ask_in())
    page = browser.post("number", key=keys["7"])
    assert "1 of 6" in page.text
    again = browser.post("number", key=keys["7"])
    assert (again.status_code, EN.moved in unescape(again.text)) == (409, True)
    assert "1 of 6" in again.text
    assert browser.post("number", key="").status_code == 409
    assert browser.post("number", key="é" * 50).status_code == 409


def test_erase_too_short_and_too_many(moreau: Customer) -> None:
    browser = moreau.browser()
    page = browser.ask_in()
    page = browser.post("number", key=browser.keys(page)["1"])
    short = browser.post("number", key=browser.keys(page)[EN.confirm])
    assert EN.short in short.text
    page = browser.post("number", key=browser.keys(short)[EN.erase])
    assert "0 of 6" in page.text
    for _ in range(9):
        page = browser.post("number", key=browser.keys(page)["3"])
    assert "6 of 6" in page.text


def test_three_wrong_numbers_close_until_the_helpdesk_posts_one(moreau: Customer) -> None:
    moreau.settle()
    wrong = "000001"
    assert "Tries left: 2" in moreau.browser().log_on(wrong).text
    told = moreau.browser().log_on(wrong).text
    assert "Tries left: 1" in told
    assert EN.wrong_last in unescape(told)
    assert title(moreau.browser().log_on(wrong)) == EN.closed[0]
    assert title(moreau.browser().ask_in()) == EN.closed[0], "also for the right one"
    with moreau.bank.frame.store.reading() as connection:
        events = connection.execute(select(NOTICES.c.event)).scalars().all()
    assert events.count("number-closed") == 1, "the customer is told, once"
    fresh = moreau.bank.helpdesk.post_number("MOREAU17")
    assert title(moreau.browser().log_on(fresh)) == EN.personalise


def test_a_right_number_forgets_the_wrong_ones(moreau: Customer) -> None:
    moreau.settle()
    for _ in range(3):
        moreau.browser().log_on("000001")
        moreau.browser().log_on("000001")
        assert moreau.browser().log_on(CHOSEN).url.path == "/en/customer"


def test_a_try_counts_before_it_is_looked_at(moreau: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    moreau.settle()

    def gone(*_: object) -> bool:
        raise MemoryError

    for _ in range(3):
        with monkeypatch.context() as broken:
            broken.setattr("bank.esecure.signing_on.check_number", gone)
            with pytest.raises(MemoryError):
                moreau.browser().log_on(CHOSEN)
    assert title(moreau.browser().ask_in()) == EN.closed[0]


@pytest.mark.parametrize(
    ("chosen", "again", "fault"),
    [
        ("111111", None, NumberFault.WEAK),
        ("123456", None, NumberFault.WEAK),
        ("987654", None, NumberFault.WEAK),
        ("890123", None, NumberFault.WEAK),
        ("272727", None, NumberFault.WEAK),
        ("739739", None, NumberFault.WEAK),
        ("140789", None, NumberFault.DATE),
        ("890714", None, NumberFault.DATE),
        ("073199", None, NumberFault.DATE),
        (CHOSEN, "739185", NumberFault.UNEQUAL),
        ("", None, NumberFault.OLD),
    ],
)
def test_what_nobody_may_choose_is_said_in_words(
    moreau: Customer, chosen: str, again: str | None, fault: NumberFault
) -> None:
    browser = moreau.browser("fr")
    browser.log_on(moreau.number)
    page = browser.personalise(moreau.number, chosen or moreau.number, again)
    assert page.status_code == 422
    assert FR.choices[fault] in unescape(page.text).replace("\N{NO-BREAK SPACE}", " ")
    assert title(browser.personalise(moreau.number)) == FR.details, "and then another one"


def test_personalising_with_a_wrong_posted_number(moreau: Customer) -> None:
    browser = moreau.browser()
    browser.log_on(moreau.number)
    wrong = f"{(int(moreau.number) + 1) % 10**6:06d}"
    assert "Tries left: 2" in browser.personalise(wrong).text
    assert title(browser.personalise(moreau.number)) == EN.details


def test_a_posted_number_is_one_that_could_be_chosen(bank: EsecureBank, device: Device) -> None:
    bank.activate(device)
    for _ in range(20):
        assert judge_choice(bank.helpdesk.post_number("MOREAU17")) is None


def test_no_number_stands_in_the_books(moreau: Customer) -> None:
    moreau.settle()
    browser = moreau.browser()
    page = browser.ask_in()
    for digit in CHOSEN:
        page = browser.post("number", key=browser.keys(page)[digit])
    with moreau.bank.store.reading() as connection:
        rows = [*connection.execute(select(SECURITY_NUMBERS)), *connection.execute(select(NUMBER_ENTRIES))]
    assert CHOSEN not in repr(rows)
    assert moreau.number not in repr(rows)


def test_a_place_that_guesses_is_closed(moreau: Customer) -> None:
    browser = KeyBrowser(moreau.bank)
    for _ in range(20):
        assert browser.ask_in().status_code == 403
    assert moreau.browser().ask_in().status_code == 429
    moreau.bank.hand.ms += 600_000
    assert moreau.browser().ask_in().status_code == 200


# Details, and forms


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [({"holder": ""}, "holder"), ({"email": "nowhere"}, "email"), ({"telephone": "call me"}, "telephone")],
)
def test_details_that_are_wrong_are_told_at_their_field(moreau: Customer, changed: dict[str, str], wrong: str) -> None:
    browser = moreau.browser()
    browser.log_on(moreau.number)
    browser.personalise(moreau.number)
    given = {"holder": "Dominique Moreau", "email": "d@example.org", "telephone": "0639980017"} | changed
    page = browser.send(browser.get("details"), "details", **given)
    assert page.status_code == 422
    assert f'aria-describedby="{wrong}-slip"' in page.text
    assert all(value in page.text for name, value in given.items() if name != wrong)


def test_a_form_of_another_session_is_refused(moreau: Customer) -> None:
    browser = moreau.settle()
    for path in ("log-off", "net/transfers"):
        assert title(browser.post(path, mark="0" * 64)) == EN.stale[0]


@pytest.mark.parametrize("path", ["nowhere", "net/transfers/0", "net/statements/FR00/2026-01", "../de/"])
def test_what_is_not_there(moreau: Customer, path: str) -> None:
    assert moreau.settle().get(path).status_code == 404


# Sogecash Net


def test_menus_open_and_close_without_a_script(moreau: Customer) -> None:
    browser = moreau.settle()
    page = browser.get("net").text
    assert 'aria-label="Expand Accounts"' in page
    assert "Statements" not in page
    page = browser.get("net?open=accounts+payments").text
    assert 'aria-label="Collapse Accounts"' in page
    assert 'href="/en/net/statements?open=accounts+payments"' in page
    assert 'href="/en/net?open=payments"' in page, "where - leads"
    assert 'href="/en/net?open=accounts+payments+help"' in page, "where + leads"
    assert browser.get("net?open=%00+x+accounts").status_code == 200


def test_accounts_and_a_month_of_movements(moreau: Customer) -> None:
    page = unescape(moreau.settle("fr").get("net/accounts").text)
    assert "Compte de l'association" in page or "association" in page.lower()
    assert "Cotisations des adhérents" in page
    assert "Loyer de la salle" in page


def test_a_statement_is_a_pdf_that_old_readers_show(moreau: Customer, tmp_path: Path) -> None:
    browser = moreau.settle("fr")
    links = re.findall(r'href="(/fr/net/statements/[^"]+)" type', browser.get("net/statements").text)
    assert links
    document = browser.client.get(links[0])
    assert document.headers["content-type"] == "application/pdf"
    assert document.content.startswith(b"%PDF-1.")
    assert document.content[5:8] <= b"1.4"
    assert document.content == browser.client.get(links[0]).content
    (tmp_path / "statement.pdf").write_bytes(document.content)
    run = partial(subprocess.run, capture_output=True, text=True, check=True, cwd=tmp_path)
    read = run(["pdftotext", "-layout", "statement.pdf", "-"]).stdout
    assert "Dominique Moreau" in read
    assert "Relevé de compte" in read
    (tmp_path / "first.pdf").write_bytes(browser.client.get(links[-1]).content)
    assert "Ouverture" in run(["pdftotext", "-layout", "first.pdf", "-"]).stdout, "in the page's words"
    fonts = run(["pdffonts", "statement.pdf"]).stdout.splitlines()[2:]
    assert fonts
    assert all(" yes " in line for line in fonts), "embedded"
    about = run(["pdfinfo", "statement.pdf"]).stdout
    assert re.search(r"^Encrypted: +no$", about, re.MULTILINE), "nothing keeps a reader from printing it"
    picture = run(["pdftoppm", "-gray", "-r", "40", "statement.pdf"], text=False).stdout
    assert len(set(picture[-1000:] + picture[2000:60000])) > 20, "not a blank page"
    stranger = KeyBrowser(moreau.bank, moreau.certificate, "fr")
    assert stranger.client.get(links[0]).status_code == 403


def test_a_night_transfer_is_of_one_day_on_page_and_statement(
    moreau: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At half past midnight of the first of January in Paris, which is still December in Greenwich."""
    browser, night = moreau.settle("fr"), datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    customer = moreau.bank.store.find_customer("MOREAU17")
    assert customer is not None
    with moreau.bank.store.writing() as connection:
        accounts = list_accounts(connection, customer.customer_id)
        legs = transfer_between(accounts[0], accounts[1], 100)
        post_movement(connection, Posting(int(night.timestamp()) * 1000, MovementKind.TRANSFER, "Minuit", legs))
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        assert re.search(r"01/01/2027.{0,80}Minuit", browser.get("net/accounts").text, re.DOTALL)
        statement = browser.get(f"net/statements/{accounts[0].iban}/2027-01/page")
        assert re.search(r"01/01/2027.{0,80}Minuit", statement.text, re.DOTALL)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("payee_iban", [PAYEE, ABROAD])
def test_a_transfer_goes_abroad_by_the_same_form(moreau: Customer, payee_iban: str) -> None:
    browser = moreau.settle("fr")
    assert ask_transfer(browser, payee_iban=payee_iban).status_code == 200
    assert browser.get("net/transfers").text.count("Épicerie du Coin") == 1


@pytest.mark.parametrize("language", ["fr", "en"])
def test_whoever_sees_no_pdf_reads_why_and_the_statement_as_a_page(moreau: Customer, language: str) -> None:
    """Two rows of the guide's error table; in a real browser: tests/browser/test_browser_statements.py."""
    browser, words = moreau.settle(language), list_sogecash_words()[language]
    listed = unescape(browser.get("net/statements").text).replace("\N{NO-BREAK SPACE}", " ")
    for row in words.unopened_rows:
        for text in (row.seen, row.cause, row.cure):
            assert text in listed
    (link, *_) = re.findall(rf'href="(/{language}/net/statements/[^"]+/page)"', listed)
    page = browser.client.get(link)
    assert title(page).startswith(words.statement)
    assert "Dominique Moreau" in page.text
    month = link.split("/")[-2]
    assert month in title(page)
    for other in (link.replace(month, "1999-01"), link.replace("FR", "XX")):
        assert browser.client.get(other).status_code == 404
    stranger = KeyBrowser(moreau.bank, moreau.certificate, language)
    assert stranger.client.get(link).status_code == 403


def ask_transfer(browser: KeyBrowser, **changed: str) -> Response:
    page = browser.get("net/transfers")
    account = re.search(r'<option value="(FR\w+)"', page.text)
    assert account
    given = {"account": account[1], "payee": "Épicerie du Coin", "payee_iban": PAYEE, "amount": "1 234,56"}
    return browser.send(page, "net/transfers", **given | changed)


def sign(device: Device, page: Response) -> tuple[str, str]:
    """What the launcher does: the sentence to the key, which believes the bank, and the signature of slot 9C."""
    sentence = read_sentence(base64.b64decode(re.findall(r"<textarea[^>]*>([^<]*)<", page.text)[0]))
    signature = KeyInDevice(device, SIGNATURE).sign(sentence.signed, ec.ECDSA(SHA256()))
    return "\n".join(sentence.pages), base64.b64encode(signature).decode()


def test_a_transfer_is_confirmed_by_the_key_over_the_banks_sentence(moreau: Customer) -> None:
    browser = moreau.settle("fr")
    page = ask_transfer(browser)
    path = page.url.path.removeprefix("/fr/")
    page = browser.get(f"{path}?fresh={'ab' * FRESH_SIZE}")
    shown, signature = sign(moreau.device, page)
    assert shown.startswith("VIREMENT 1\u00a0234,56\u00a0EUR\nA EPICERIE DU COIN\nFR")
    done = browser.send(page, path, signature=signature)
    assert (done.status_code, FR.states[next(iter(FR.states))]) == (200, "à confirmer")
    assert "confirmé" in done.text
    assert "Épicerie du Coin" in unescape(browser.get("net/accounts").text), "and booked"
    again = browser.send(page, path, signature=signature)
    assert FR.outcomes[next(o for o in FR.outcomes if o.name == "SETTLED")] in unescape(again.text)


def test_the_glass_breaks_no_amount_over_two_lines(moreau: Customer) -> None:
    """VIREMENT 1 / 234,56 EUR reads as another amount: it did."""
    shown = ask_transfer(moreau.settle("fr")).text
    (first,) = re.findall(r"<li>(VIREMENT[^<]*)</li>", shown)
    assert first.split(" ") == ["VIREMENT", "1\u00a0234,56\u00a0EUR"]


def test_the_key_itself_believes_the_sentence_and_shows_it(moreau: Customer) -> None:
    """The very shelf of the device: freshness out, sentence in, the question that its glass puts."""
    from cryptography.hazmat.primitives.hashes import Hash  # noqa: PLC0415

    from sesame_core.piv.consent import Purpose  # noqa: PLC0415
    from sesame_core.piv.names import TouchPolicy  # noqa: PLC0415

    browser = moreau.settle("en")
    path = ask_transfer(browser, amount="12.50").url.path.removeprefix("/en/")
    shelf = SentenceShelf(moreau.bank.frame.open_authorities().sentence.key.public_key())
    fresh = shelf.answer_command(bytes.fromhex("8010000000"), 0)
    assert fresh is not None
    page = browser.get(f"{path}?fresh={fresh[:-2].hex()}")
    envelope = base64.b64decode(re.findall(r"<textarea[^>]*>([^<]*)<", page.text)[0])
    header = bytes.fromhex("80120000") + bytes((0, *len(envelope).to_bytes(2, "big")))
    assert shelf.answer_command(header + envelope, 1) == b"\x90\x00"
    sentence = read_sentence(envelope)
    digest = Hash(SHA256())
    digest.update(sentence.signed)
    asked = AskConsent(SIGNATURE, Purpose.SIGN, TouchPolicy.ALWAYS, digest.finalize())
    assert shelf.phrase_question(asked, 2).pages == sentence.pages
    assert sentence.kind is SentenceKind.PAYMENT
    assert sentence.pages[0] == "TRANSFER 12.50\u00a0EUR"


def test_signatures_that_confirm_nothing(moreau: Customer) -> None:
    browser = moreau.settle()
    first = ask_transfer(browser).url.path.removeprefix("/en/")
    second = ask_transfer(browser).url.path.removeprefix("/en/")
    fresh = "cd" * FRESH_SIZE
    one, two = browser.get(f"{first}?fresh={fresh}"), browser.get(f"{second}?fresh={fresh}")
    _, signature = sign(moreau.device, one)
    wrong = browser.send(two, second, signature=signature)
    assert EN.outcomes[next(o for o in EN.outcomes if o.name == "WRONG")] in wrong.text, "of the other transfer"
    _, of_another = sign(Device(), one)
    assert browser.send(one, first, signature=of_another).status_code == 403
    for slip in ("", "%%%", "A" * 400):
        assert browser.send(one, first, signature=slip).status_code == 403
    assert browser.send(one, first, signature=signature, fresh="zz").status_code == 403
    assert browser.send(one, first, signature=signature).status_code == 200


def test_five_wrong_signatures_close_confirming(moreau: Customer) -> None:
    browser = moreau.settle()
    path = ask_transfer(browser).url.path.removeprefix("/en/")
    page = browser.get(f"{path}?fresh={'ef' * FRESH_SIZE}")
    _, false = sign(Device(), page)
    outcomes = [browser.send(page, path, signature=false).text for _ in range(5)]
    assert EN.outcomes[next(o for o in EN.outcomes if o.name == "BLOCKED")] in unescape(outcomes[-1])
    _, right = sign(moreau.device, page)
    assert browser.send(page, path, signature=right).status_code == 403


@pytest.mark.parametrize(
    "changed", [{"amount": "0"}, {"amount": "much"}, {"payee": ""}, {"payee_iban": "FR00"}, {"account": PAYEE}]
)
def test_a_transfer_that_cannot_be_taken_is_told_and_stays_typed(moreau: Customer, changed: dict[str, str]) -> None:
    page = ask_transfer(moreau.settle(), **changed)
    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_a_transfer_is_its_customers_alone(moreau: Customer) -> None:
    path = ask_transfer(moreau.settle()).url.path.removeprefix("/en/")
    other = Device()
    letter = moreau.bank.give_out(other, "DURAND42")
    theirs = moreau.bank.enrolment.enrol_first("DURAND42", letter.code, other.request())
    durand = Customer(moreau.bank, other, theirs, letter.number)
    browser = durand.browser()
    browser.log_on(durand.number, "DURAND42")
    browser.personalise(durand.number)
    browser.register()
    assert browser.get("net").status_code == 200
    assert browser.get(path).status_code == 404


# A front that ends TLS


def test_a_front_brings_the_certificate_and_nobody_else_does(moreau: Customer) -> None:
    pem = moreau.certificate.public_bytes(Encoding.PEM).decode()
    escaped = pem.replace(" ", "%20").replace("\n", "%0A").replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    ask: Callable[[str, dict[str, str]], Response] = lambda front, headers: TestClient(  # noqa: E731
        open_business(moreau.bank.frame, front=front), base_url="https://localhost"
    ).post("/en/log-on", data={"user": "MOREAU17"}, headers=headers)
    right = {"X-Client-Certificate": escaped, "X-Front-Secret": "s3cret"}
    assert title(ask("s3cret", right)) == EN.number
    assert title(ask("s3cret", right | {"X-Front-Secret": "guess"})) == "No certificate"
    assert title(ask("", right)) == "No certificate"
    assert title(ask("", right | {"X-Front-Secret": ""})) == "No certificate"
    assert title(ask("s3cret", right | {"X-Client-Certificate": ""})) == "No certificate"
    assert title(ask("s3cret", right | {"X-Client-Certificate": "nonsense"})) == "Unreadable certificate"
    own = ssl.DER_cert_to_PEM_cert(moreau.device.own_certificate()).replace("\n", "%0A")
    assert (
        title(ask("s3cret", right | {"X-Client-Certificate": own}))
        == EN.verdicts[next(v for v in EN.verdicts if v.value == "foreign")][0]
    )


def test_books_that_cannot_be_used_are_said_so(moreau: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    from bank.errors import StateError  # noqa: PLC0415

    browser = moreau.settle()

    def gone(self: SqlStore) -> None:
        raise StateError("the disk is gone")

    monkeypatch.setattr(SqlStore, "reading", gone)
    page = browser.get("net")
    assert (page.status_code, title(page)) == (503, EN.broken[0])


# Whatever is sent


@pytest.fixture(scope="module")
def settled(device: Device) -> Iterator[KeyBrowser]:
    with closing(open_in_memory()) as store, pytest.MonkeyPatch.context() as cheap:
        cheap.setitem(numbers.WORK, "n", 2)
        bank = EsecureBank(store)
        letter = bank.give_out(device)
        made = bank.enrolment.enrol_first("MOREAU17", letter.code, device.request())
        yield Customer(bank, device, made, letter.number).settle()


PATHS = ("log-on", "number", "personalise", "details", "log-off", "net/transfers", "net/transfers/0", "nowhere")
NAMES = ("user", "key", "mark", "ticket", "amount", "fresh", "signature", "holder")


@given(st.sampled_from(PATHS), st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60), max_size=6))
def test_any_form_is_answered_by_a_page(settled: KeyBrowser, path: str, given_fields: dict[str, str]) -> None:
    page = settled.post(path, **{name: text.encode("utf-8", "replace").decode() for name, text in given_fields.items()})
    assert page.status_code in {200, 403, 404, 405, 409, 422, 429}
    assert title(page)
    assert settled.get("net").status_code == 200, "and nobody was signed off by it"


@given(st.text(max_size=80))
def test_any_address_is_answered_by_a_page(settled: KeyBrowser, text: str) -> None:
    query = quote(text.encode("utf-8", "replace"), safe="")
    for path in (f"net?open={query}", f"net/transfers/{query}", f"net/statements/{query}/{query}"):
        assert settled.get(path).status_code in {200, 403, 404}
