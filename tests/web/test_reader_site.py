"""What stands on the reader's pages: keys of each kind, cards with their holders, and which page leads where."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import escape
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bank.books.records import Customer
from bank.books.store_sql import SqlStore
from bank.cards.gallery import list_names
from bank.web.coopanet.words import OwnAddress
from device.config import Config, ReaderConfig, merge_config
from drivers.painter.raster import encode_png
from sesame_core.events import Key
from simulator.bench import Bench
from simulator.web.bench import PageBench
from simulator.web.beside import KEY_PART, PHONE_PART, READER_PART, BenchPart, BesideReader
from simulator.web.sheet import screens
from simulator.web.site import reader_site
from simulator.words import LANGUAGES
from tests.web.coopanet import HERE
from tests.web.reading import desk_of, living


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PageBench]:
    with living(tmp_path / "state") as bench:
        yield bench


def open_site(bench: PageBench, store: SqlStore, beside: BesideReader | None = None) -> TestClient:
    site = reader_site(bench, desk_of(store), beside=beside)
    return TestClient(site, base_url=HERE, follow_redirects=False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["entrance", "", "verbs", "sheet"])
def test_each_page_is_at_its_address_and_leads_to_itself_in_the_other_languages(
    bench: PageBench, store: SqlStore, language: str, page: str
) -> None:
    client = open_site(bench, store)
    shown = client.get(f"/{language}/{page}")
    assert shown.status_code == 200
    assert f'<html lang="{language}"' in shown.text
    for other in LANGUAGES:
        assert (f'href="/{other}/{page}"' in shown.text) is (other != language) or page == "entrance"
    assert client.get(f"/xx/{page}").status_code == 404


def test_the_browsers_language_is_chosen_first(bench: PageBench, store: SqlStore) -> None:
    client = open_site(bench, store)
    for accepted, language in (("en-GB", "en"), ("fr", "fr"), ("xx", "fr")):
        answer = client.get("/", headers={"Accept-Language": accepted})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{language}/entrance")


def test_what_is_not_beside_the_reader_has_no_page(bench: PageBench, store: SqlStore) -> None:
    client = open_site(bench, store)
    assert [client.get(path).status_code for path in ("/fr/phone", "/fr/key", "/phone.svg")] == [404] * 3
    entrance = client.get("/fr/entrance").text
    assert re.findall(r'data-part="(\w+)"', entrance) == ["reader"]


def test_the_entrance_leads_to_each_part_in_the_pages_language(bench: PageBench, store: SqlStore) -> None:
    parts = (PHONE_PART, KEY_PART, BenchPart("shop", "https://shop.example/"))
    apps = {"/agence": Starlette()}
    client = open_site(bench, store, BesideReader(parts=parts, apps=apps))
    entrance = client.get("/en/entrance").text
    found = dict(re.findall(r'data-part="(\w+)">\s*<a href="([^"]+)"', entrance))
    assert found == {"reader": "/en/", "phone": "/en/phone", "key": "/en/key", "shop": "https://shop.example/"}
    assert READER_PART.name == "reader"


def test_the_telephones_page_is_asked_for_by_name(bench: PageBench, store: SqlStore) -> None:
    """Web Authentication gives keys to a name and to no address."""
    client = open_site(bench, store, BesideReader(parts=(PHONE_PART,)))
    moved = client.get("http://127.0.0.1/en/phone?x=1")
    assert moved.status_code == 303
    assert re.fullmatch(r"http://localhost(:\d+)?/en/phone\?x=1", moved.headers["location"])


def test_the_apps_address_is_drawn_where_other_machines_reach_it(bench: PageBench, store: SqlStore) -> None:
    client = open_site(bench, store, BesideReader(reached=OwnAddress("https://bank.local:8443/")))
    drawn = client.get("/phone.svg")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert drawn.text.lstrip().startswith(("<?xml", "<svg"))


def kinds_on(page: str) -> dict[str, str]:
    return {key: kind for kind, key in re.findall(r'class="key (\w+)" data-key="(\w+)"', page)}


def test_each_key_on_the_page_is_of_its_kind(bench: PageBench, store: SqlStore) -> None:
    page = open_site(bench, store).get("/fr/").text
    assert kinds_on(page) == {str(digit): "digit" for digit in range(10)} | {
        "Code": "code",
        "Challenge": "function",
        "Sign": "function",
        "Clear": "clear",
        "OK": "ok",
        "Off": "off",
    }
    assert set(kinds_on(page)) == {key.value for key in Key}


def test_a_customers_card_bears_name_and_user_code_and_others_neither(bench: PageBench, store: SqlStore) -> None:
    store.add_customer(Customer("LEFEVRE1", "Lou Lefèvre"), "last-try")
    page = open_site(bench, store).get("/en/").text
    card = page.partition('data-card="last-try"')[2].partition("</button>")[0]
    assert "Lou Lefèvre" in card
    assert "<b>LEFEVRE1</b>" in card
    held = {holder.card_id for holder in store.list_holders()}
    name = next(each for each in list_names() if each not in held and each not in LANGUAGES["en"].cards)
    other = page.partition(f'data-card="{name}"')[2].partition("</button>")[0]
    assert "card-holder" not in other
    assert f'<span class="card-name">{name}</span>' in other
    assert other.count("<b>") == 1, "its PIN alone"


@pytest.mark.parametrize(("spoken", "said"), [("auto", True), ("fr", False), ("en", False)])
def test_why_the_glass_speaks_french_is_said_where_nobody_chose_it(
    tmp_path: Path, store: SqlStore, spoken: str, said: bool
) -> None:
    note = LANGUAGES["en"].page.glass_note
    assert note
    with living(tmp_path / "state", config=Config(ReaderConfig(spoken))) as bench:
        client = open_site(bench, store)
        assert (str(escape(note)) in client.get("/en/").text) is said


def typed(language: str, *keys: Key) -> Bench:
    bench = Bench(merge_config({"reader": {"language": language}}, "a test"))
    bench.insert_card("bank-card")
    for key in keys:
        bench.press_key(key)
    return bench


@pytest.mark.parametrize(("language", "spoken"), [("fr", "fr"), ("en", "en"), ("de", "fr")])
def test_the_sheets_screens_are_those_of_a_first_try(language: str, spoken: str) -> None:
    shown = screens(language)
    assert list(shown) == ["insert", "ready", "pin", "code"]
    size = {tuple(int.from_bytes(png[at : at + 4], "big") for at in (16, 20)) for png in shown.values()}
    assert size == {(128 * 3, 64 * 3)}
    assert shown["insert"] == encode_png(Bench(merge_config({"reader": {"language": spoken}}, "a test")).glass(), 3)
    assert shown["ready"] == encode_png(typed(spoken).glass(), 3)
    four = (Key.CODE, Key.DIGIT_1, Key.DIGIT_2, Key.DIGIT_3, Key.DIGIT_4)
    assert shown["pin"] == encode_png(typed(spoken, *four).glass(), 3)
    assert shown["pin"] != encode_png(typed(spoken, *four[:-1]).glass(), 3)
