"""What a customer, an adviser and whoever is at the simulated reader see in a language that only a copy of the product
has. tests/test_third_language.py runs this in that copy; there, every house has a file `de.py`."""

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from bank.books.store_sql import SqlStore
from bank.cards import gallery
from bank.operations.catalogue import OperationKind
from bank.operations.wording import name_kind
from bank.web.app.shell import AppShell
from bank.web.branch.site import PATH
from bank.web.coopanet.pages import Pages
from bank.web.coopanet.sign_in import Desk
from bank.web.coopanet.words import OwnAddress
from device.config import merge_config
from sesame_core.reader import words
from simulator import words as around
from simulator.web.mirror import mirror_site
from simulator.web.site import reader_site
from tests.threeds.both import BothSides
from tests.threeds.far_shop import Acquaintance
from tests.web.adviser import Adviser
from tests.web.coopanet import HERE, NewCode, Time, Visitors
from tests.web.reading import desk_of, living
from tests.web.space import FRENCH, furnish_space, sign_in
from web.once import Submissions
from web.sessions import Limits, Sessions

MONEY = re.compile(r"\d,\d\d EUR")
OTHERS = {"fr", "en"}


@pytest.fixture
def pages(desk: Desk, time: Time) -> Pages:
    """Found by other machines, too: the page that says how is there."""
    sessions = Sessions(Limits(idle=600, longest=3600), time)
    reached = OwnAddress("https://192.0.2.7:8443", "AB:CD", b"a certificate")
    return Pages(desk, sessions, Submissions(time), reached=reached)


def is_german(page: str) -> None:
    """The page says so, and leads to all the others."""
    assert '<html lang="de"' in page
    assert set(re.findall(r'hreflang="(\w+)"', page)) == OTHERS
    assert "€" not in page


def test_every_page_of_coopanet(visitor: Visitors, pages: Pages, store: SqlStore, new_code: NewCode) -> None:
    iban = furnish_space(store).list_accounts()[0].iban
    guest = sign_in(visitor(), "DURAND42", new_code("bank-card"), "de")
    operation = guest.ask("sepa-transfer", to=FRENCH, amount="12,34")
    assert MONEY.search(operation.text)
    number = operation.url.path.rpartition("/")[2]
    card = furnish_space(store).list_open_cards()[0].payment_card_id
    parts = {"card": card, "iban": iban, "number": number, "kind": "add-beneficiary", "language": "de"}
    walked = 0
    for route in pages.list_routes():
        if isinstance(route, Route) and "GET" in (route.methods or ()) and "{language}" in route.path:
            answer = guest.client.get(route.path.format(**parts))
            assert answer.status_code == 200
            if "html" in answer.headers["content-type"]:
                is_german(answer.text)
                walked += 1
    assert walked > 12
    assert MONEY.search(guest.get(f"accounts/{iban}").text)


def test_the_telephone_hears_german(visitor: Visitors, store: SqlStore, new_code: NewCode) -> None:
    furnish_space(store)
    guest = sign_in(visitor(), "DURAND42", new_code("bank-card"), "de")
    operation = guest.ask("sepa-transfer", to=FRENCH, amount="12,34")
    guest.send(guest.client.get(f"{operation.url.path}?by=sms"), "code")
    assert "IHR CODE" in guest.get("telephone").text


def test_every_page_of_the_desk(at_work: Adviser) -> None:
    for path in ("customers", "customers/DURAND42", "customers/DURAND42/journal"):
        is_german(at_work.get(f"de/{path}")[1])
    assert MONEY.search(at_work.get("de/customers/DURAND42")[1])
    is_german(at_work.client.get(f"{PATH}/de/").text)


def test_every_page_of_securpass_at_the_desk(at_work: Adviser) -> None:
    durand = "de/customers/DURAND42"
    assert "Internet-Vertrag" in at_work.get(durand)[1]
    for path in ("subscription", "amendment", "0203"):
        is_german(at_work.get(f"{durand}/{path}")[1])
    for path, more in (("amendment", {}), ("amendment", {"add": "securpass"}), ("proposal", {})):
        status, page = at_work.post(f"{durand}/{path}", channel="face-to-face", **more)
        assert status == 200
        is_german(page)
    draft = at_work.client.get(f"{PATH}/{durand}/amendment.pdf")
    assert draft.headers["content-type"] == "application/pdf"
    is_german(at_work.get(f"{durand}/tablet")[1])
    assert at_work.post(f"{durand}/tablet", typed="Claude Durand")[0] == 200
    is_german(at_work.get(f"{durand}/proposal")[1])
    assert at_work.post(f"{durand}/0203")[0] == 422


def test_the_app() -> None:
    client = TestClient(Starlette(routes=list(AppShell().list_routes())), headers={"accept-language": "de-AT"})
    page = client.get("/")
    assert page.url.path == "/de/"
    assert '<html lang="de"' in page.text
    assert "Willkommen" in page.text
    assert client.get("/de/manifest.webmanifest").json()["lang"] == "de"
    assert '"/de/"' in client.get("/sw.js").text
    assert '["de", "Deutsch"]' in client.get("/fr/").text


def test_a_payment_at_the_shop_and_its_challenge(store: SqlStore, tmp_path: Path) -> None:
    """The bank's page goes by the language that the shop tells it."""
    far = Acquaintance(store)
    both = BothSides(far, tmp_path)
    is_german(both.get("/", **{"accept-language": "de"}).text)
    assert "Zum Schreiben" in both.get("/de/").text
    is_german(both.choose(language="de").text)
    waiting = both.pay("de")
    is_german(waiting.text)
    challenge = both.go_to_bank(waiting).text
    for page in (challenge, far.browser.get(f"{both.bank_path}?by=sms").text):
        assert '<html lang="de"' in page
        assert "Zahlung bestätigen" in page
        assert "41,99 EUR" in page
        assert "€" not in page
    assert any("41,99 EUR" in value for _, value in far.waiting().shown)
    back = both.press_at_bank("cancel")
    assert '<html lang="de"' in back.text
    is_german(both.come_back(back).text)
    nobody = far.browser.get("/acs/challenge/none", headers={"accept-language": "de"})
    assert '<html lang="de"' in nobody.text


def test_every_page_of_the_simulated_reader(tmp_path: Path, store: SqlStore) -> None:
    config = merge_config({"reader": {"language": "de"}}, "test")
    with living(tmp_path / "state", config=config) as bench:
        client = TestClient(reader_site(bench, desk_of(store)), base_url=HERE, headers={"accept-language": "de"})
        for path in ("/", "/de/verbs", "/de/sheet"):
            is_german(client.get(path).text)
        assert client.get("/de/sheet/insert.png").status_code == 200


def test_the_mirror_page(tmp_path: Path) -> None:
    client = TestClient(mirror_site(tmp_path / "none"), base_url=HERE, headers={"accept-language": "de"})
    assert '<html lang="de"' in client.get("/").text


def test_every_card_and_every_kind_has_its_line() -> None:
    assert all(card.describe("de") for card in gallery.GALLERY.values())
    assert all(name_kind(kind, "de") for kind in OperationKind)


def test_this_is_the_copy() -> None:
    assert all(Path(str(house.__file__)).is_relative_to(Path.cwd()) for house in (gallery, words, around))
