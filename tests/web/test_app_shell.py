"""The app's shell: whole without the books, light, all its own, and with every word that its scripts say."""

import gzip
import json
import re
from dataclasses import fields

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bank.operations.ports import AskingFault
from bank.web.api.description import name_fault
from bank.web.app.shell import STATIC, AppShell
from bank.web.app.words import AppWords, list_app_words
from bank.web.coopanet.frame import held_together

SCRIPTS = sorted(STATIC.glob("*.js"))
LANGUAGES = list(list_app_words())
MOST_BYTES = 100_000
"""Of a first load, as it goes over the line uncompressed: what the issue asks for."""


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=list(AppShell().list_routes())))


def said_on(client: TestClient, language: str) -> dict[str, object]:
    page = client.get(f"/{language}/").text
    found = re.search(r'<script type="application/json" id="words">(.*?)</script>', page, re.DOTALL)
    assert found
    said: dict[str, object] = json.loads(found[1])
    return said


def test_it_opens_in_the_browsers_language(client: TestClient) -> None:
    answer = client.get("/", headers={"accept-language": "en-GB,fr;q=0.5"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/")
    assert client.get("/xx/").status_code == 404
    assert client.get("/xx/manifest.webmanifest").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_in_its_language_and_says_that_it_is_a_demonstration(client: TestClient, language: str) -> None:
    page = client.get(f"/{language}/").text
    assert f'<html lang="{language}">' in page
    words = list_app_words()[language]
    for sentence in (words.demonstration, words.starting):
        assert str(held_together(sentence)) in page
    assert "<noscript>" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_of_what_is_asked_for_has_its_sentence(language: str) -> None:
    """By the name that the bank's answer has; too many is told by its status, and no telephone asks for days."""
    faults = {name_fault(fault) for fault in AskingFault} - {"too-many", "days"}
    assert set(list_app_words()[language].faults) == faults


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_script_says_a_word_that_is_not_there(client: TestClient, language: str) -> None:
    said = said_on(client, language)
    used = {name for file in SCRIPTS for name in re.findall(r"\bwords\.([a-zA-Z]+)", file.read_text())}
    assert used - set(said) == set()
    by_page = {"starting", "demonstration", "noScript", "push", "name", "language"}
    assert set(said) - used - by_page == set(), "a sentence that nobody says"


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_fill_in_the_same(language: str) -> None:
    first, other = list_app_words()[LANGUAGES[0]], list_app_words()[language]
    for each in fields(AppWords):
        left, right = getattr(first, each.name), getattr(other, each.name)
        if isinstance(left, str):
            assert sorted(re.findall(r"\{\w+\}", left)) == sorted(re.findall(r"\{\w+\}", right)), each.name
        else:
            assert set(left) == set(right), each.name


def test_the_page_runs_its_own_modules_alone(client: TestClient) -> None:
    answer = client.get("/fr/")
    policy = answer.headers["content-security-policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'none'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert "publickey-credentials-get=(self)" in answer.headers["permissions-policy"]
    scripts = re.findall(r"<script(?![^>]*application/json)([^>]*)>", answer.text)
    assert scripts == [' type="module" src="../static/app.js"']
    assert not re.search(r"\son\w+=|style=", answer.text)


def test_nothing_comes_from_elsewhere() -> None:
    texts = [*SCRIPTS, STATIC / "app.css", STATIC / "icon.svg"]
    found = [address for file in texts for address in re.findall(r"https?://[^\"'` ]+", file.read_text())]
    assert found == ["http://www.w3.org/2000/svg"], "the one name of SVG's elements"


def test_no_script_makes_markup_of_text() -> None:
    for file in SCRIPTS:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", file.read_text()
        )


def test_the_first_load_is_light(client: TestClient) -> None:
    files = [STATIC / "app.css", STATIC / "icon.svg", *SCRIPTS]
    bodies = [client.get("/fr/").content, *(client.get(f"/static/{file.name}").content for file in files)]
    assert sum(map(len, bodies)) < MOST_BYTES
    assert sum(len(gzip.compress(each)) for each in bodies) < MOST_BYTES / 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_can_be_installed(client: TestClient, language: str) -> None:
    answer = client.get(f"/{language}/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    said = answer.json()
    icon = {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml"}
    assert said == {
        "id": "/",
        "name": f"Sécur'Pass · {list_app_words()[language].demonstration}",
        "short_name": "Sécur'Pass",
        "lang": language,
        "start_url": f"/{language}/",
        "scope": "/",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#fbf8f1",
        "theme_color": "#123532",
        "icons": [icon],
    }, "one app in every language: its id and scope are above them"
    assert client.get(said["icons"][0]["src"]).headers["content-type"].startswith("image/svg+xml")


def test_the_worker_keeps_every_file_that_opens_the_app(client: TestClient) -> None:
    answer = client.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "{{" not in answer.text
    listed = re.search(r"const FILES = (\[.*?\]);", answer.text)
    assert listed
    kept = json.loads(listed[1])
    imported = {
        f"/static/{name}" for file in SCRIPTS for name in re.findall(r'from "\./([a-z_]+\.js)"', file.read_text())
    }
    assert imported <= set(kept)
    for address in kept:
        assert client.get(address).status_code == 200, address


def test_another_word_makes_another_shell(client: TestClient) -> None:
    """A browser takes a new service worker only when its octets changed."""
    languages = dict(list_app_words())
    changed = AppShell({"fr": languages["en"]} | {"en": languages["fr"]})
    other = TestClient(Starlette(routes=list(changed.list_routes())))
    assert client.get("/sw.js").text != other.get("/sw.js").text
