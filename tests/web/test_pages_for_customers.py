"""What a customer reads: plain words in sight, technical ones behind a click, and a sheet to take home."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bank.books.records import Customer
from bank.books.store_sql import SqlStore
from device.config import Config, merge_config
from device.errors import ConfigError
from device.mirror import encode_pixels
from drivers.painter.raster import paint_screen
from sesame_core.events import Key
from sesame_core.screens import Bar, Screen
from sesame_core.secrets import SecretDigits
from simulator.web import openapi
from simulator.web.sheet import screens
from simulator.web.site import reader_site
from simulator.words import LANGUAGES
from tests.golden_plugin import unpng
from tests.web.coopanet import HERE
from tests.web.reading import desk_of, living

BRANCH = {"name": "Agence <b>de</b> Nanterre", "telephone": "01 23 45 67 89"}


def pages_with(tmp_path: Path, store: SqlStore, config: Config, *paths: str) -> list[str]:
    with living(tmp_path / "state", config=config) as bench:
        client = TestClient(reader_site(bench, desk_of(store)), base_url=HERE)
        return [client.get(path).text for path in paths]


def in_sight(page: str) -> str:
    """Without what a click opens, and without tags."""
    closed = re.sub(
        r"<details.*?</details>", "", page.partition('<p class="hint">')[2].partition("</section>")[0], flags=re.S
    )
    return re.sub(r"<[^>]*>", " ", closed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_cards_bear_names_that_a_customer_knows(tmp_path: Path, store: SqlStore, language: str) -> None:
    store.add_customer(Customer("LEFEVRE1", "Lou <i>Lefèvre"), "last-try")
    page = pages_with(tmp_path, store, Config(), f"/{language}/")[0]
    seen = in_sight(page)
    for name, title in LANGUAGES[language].cards.items():
        assert title in seen
        assert name not in seen
    assert re.search(r"\b(DPA|CAP|PSE|6D00|TLV|T=1|reset)\b", seen) is None
    assert "Claude Durand" in seen
    assert "Dominique Moreau" in seen
    assert "Lou &lt;i&gt;Lefèvre" in seen
    assert "PSE" in page


def test_the_page_knows_how_each_digit_of_a_code_looks_on_this_glass(tmp_path: Path, store: SqlStore) -> None:
    """From these the browser reads a code out: eight times each digit, as the display is drawn."""
    config = merge_config({"display": {"height": 32, "bus": "i2c"}}, "test")
    page = pages_with(tmp_path, store, config, "/fr/")[0]
    found = re.search(r'<script type="application/json" id="words">(.*?)</script>', page)
    assert found is not None
    words = json.loads(found[1])
    assert set(words) == {"said", "phases", "samples"}
    assert {(each["width"], each["height"], len(each["rows"])) for each in words["samples"]} == {(128, 32, 32)}
    for digit, sample in enumerate(words["samples"]):
        code = SecretDigits(8)
        for _ in range(8):
            code.append(digit)
        assert sample == encode_pixels(paint_screen(Screen(code=code, bar=Bar(1, 1)), (128, 32)))
    assert len(words["samples"]) == 10


def test_each_key_of_the_pad_is_drawn_as_what_it_is(tmp_path: Path, store: SqlStore) -> None:
    page = pages_with(tmp_path, store, Config(), "/fr/")[0]
    drawn = {key: kind for kind, key in re.findall(r'class="key (\w+)" data-key="([^"]*)"', page)}
    assert drawn == dict.fromkeys("0123456789", "digit") | {
        Key.CODE.value: "code",
        Key.CHALLENGE.value: "function",
        Key.SIGN.value: "function",
        Key.CLEAR.value: "clear",
        Key.OK.value: "ok",
        Key.OFF.value: "off",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_is_for_customers_and_the_verbs_are_inside(tmp_path: Path, store: SqlStore, language: str) -> None:
    page = pages_with(tmp_path, store, Config(), f"/{language}/")[0]
    header, _, rest = page.partition("</header>")
    assert "HTTP" not in header
    assert f"/{language}/verbs" in rest.partition('<details id="inside">')[2]


@pytest.mark.parametrize(
    ("language", "configured", "said"), [("en", "auto", True), ("en", "en", False), ("fr", "auto", False)]
)
def test_an_english_page_says_why_the_glass_is_french(
    tmp_path: Path, store: SqlStore, language: str, configured: str, said: bool
) -> None:
    config = merge_config({"reader": {"language": configured}}, "test")
    page = pages_with(tmp_path, store, config, f"/{language}/")[0]
    assert (LANGUAGES[language].page.glass_note.replace("'", "&#39;") in page) is said


def sentences() -> set[str]:
    """What the page of the verbs shows of the OpenAPI document."""
    verbs = [verb for methods in openapi.describe_api()["paths"].values() for verb in methods.values()]
    return {verb["summary"] for verb in verbs} | {
        answer["description"] for verb in verbs for answer in verb["responses"].values()
    }


def test_the_page_of_the_verbs_is_french_in_french(tmp_path: Path, store: SqlStore) -> None:
    assert set(LANGUAGES["fr"].verbs) == sentences()
    french, english = pages_with(tmp_path, store, Config(), "/fr/verbs", "/en/verbs")
    for sentence in sentences():
        assert sentence.replace("'", "&#39;") in english
        assert sentence.replace("'", "&#39;") not in french
    assert 'lang="en"' not in re.sub(r"<(a|pre)[^>]*>", "", french)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_names_the_branch_and_shows_the_readers_own_screens(
    tmp_path: Path, store: SqlStore, language: str
) -> None:
    with living(tmp_path / "state", config=merge_config({"branch": BRANCH}, "test")) as bench:
        client = TestClient(reader_site(bench, desk_of(store)), base_url=HERE)
        page = client.get(f"/{language}/sheet").text
        assert "Agence &lt;b&gt;de&lt;/b&gt; Nanterre" in page
        assert BRANCH["telephone"] in page
        assert BRANCH["telephone"] in client.get(f"/coopanet/{language}/").text
        pictures = re.findall(r'src="(/\w\w/sheet/[^"]*)"', page)
        assert len(pictures) == len(set(pictures)) == 4
        for picture in pictures:
            assert any(unpng(client.get(picture).content).rows)
        for other in re.findall(r'src="(/coopanet[^"]*)"', page):
            assert client.get(other).status_code == 200
        assert client.get(f"/{language}/sheet/nothing.png").status_code == 404


def test_without_a_branch_the_sheet_says_whom_to_ask(tmp_path: Path, store: SqlStore) -> None:
    french, english = pages_with(tmp_path, store, Config(), "/fr/sheet", "/en/sheet")
    assert LANGUAGES["fr"].sheet.ask_here in french
    assert LANGUAGES["en"].sheet.ask_here in english


def test_the_sheets_screens_differ_by_language_and_show_no_real_code() -> None:
    french, english = screens("fr"), screens("en")
    assert french["code"] == english["code"]
    assert all(french[name] != english[name] for name in ("insert", "ready", "pin"))


def test_both_sheets_have_every_sentence() -> None:
    for each in fields(LANGUAGES["fr"].sheet):
        french, english = (getattr(LANGUAGES[language].sheet, each.name) for language in ("fr", "en"))
        assert french
        assert english
        assert french != english or each.name == "ask"
        assert len(french) == len(english) or isinstance(french, str)


@pytest.mark.parametrize("wrong", ["x" * 81, "two\nlines", "\x1b[31m", 7, True])
@pytest.mark.parametrize("key", ["name", "telephone"])
def test_a_branch_is_one_short_line(key: str, wrong: object) -> None:
    with pytest.raises(ConfigError, match=f"branch.{key}.*one line of at most 80"):
        merge_config({"branch": {key: wrong}}, "test")
