"""The access key's page and its verbs over HTTP, and the window of the PC's browser."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bank.books.store_sql import SqlStore
from device.config import Config
from sesame.key.beside import open_own_desk
from simulator.key.desk import KeyDesk
from simulator.key.window import OWN, BrowserWindow
from simulator.key.words import list_key_words
from simulator.web.beside import KEY_PART, BesideReader, KeyBeside
from simulator.web.openapi import MOST_KEY_WORDS
from simulator.web.site import reader_site
from simulator.words import LANGUAGES
from tests.web.coopanet import HERE
from tests.web.reading import desk_of, living

PORT = 40_123


@dataclass
class Bench:
    """The page with a key beside it, and the browser's window."""

    desk: KeyDesk
    client: TestClient
    window: TestClient

    def say(self, head: str, *words: str, status: int = 200) -> dict[str, object]:
        answer = self.client.post(f"/api/{head}", json={"words": words})
        assert answer.status_code == status, answer.text
        return dict(answer.json())


@pytest.fixture(scope="module")
def desk() -> Iterator[KeyDesk]:
    with open_own_desk(Config()) as desk:
        yield desk


@pytest.fixture
def bench(store: SqlStore, desk: KeyDesk, tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        reader = stack.enter_context(living(tmp_path / "state"))
        beside = BesideReader(parts=(KEY_PART,), key=KeyBeside(desk, PORT))
        site = reader_site(reader, desk_of(store), beside=beside)
        window = BrowserWindow(desk.browser).make_app((HERE,))
        yield Bench(desk, TestClient(site, base_url=HERE), TestClient(window, base_url=HERE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_entrance_leads_to_the_key_with_letter_launcher_and_browser(bench: Bench, language: str) -> None:
    entrance = bench.client.get(f"/{language}/entrance").text
    assert f'href="/{language}/key"' in entrance
    page = bench.client.get(f"/{language}/key")
    words, letters = list_key_words()[language], bench.desk.post.read_letters()
    for said in (words.launcher, words.dock, letters.user, letters.code, letters.number):
        assert said.replace("'", "&#39;") in page.text
    assert f"127.0.0.1:{PORT}{OWN}/{language}" in page.text or f"localhost:{PORT}{OWN}/{language}" in page.text
    assert (
        f"frame-src 'self' http://127.0.0.1:{PORT} http://localhost:{PORT}" in page.headers["content-security-policy"]
    )


def test_the_verbs_are_those_of_the_scripts(bench: Bench) -> None:
    assert bench.say("key", "manner", "manual")["manner"] == "manual"
    plugged = bench.say("key", "plug")
    assert (plugged["drive"], plugged["files"], plugged["launcher"]) == (
        "Coop@net e-secure",
        [".autorun", "autorun.inf", "e-secure.pyz"],
        None,
    )
    assert bench.client.get("/api/key").json()["key"]["plugged"]
    assert set(bench.client.get("/api/key/glass").json()) == {"width", "height", "rows"}
    assert bench.client.get("/api/key/letters").json()["user"] == "MOREAU17"
    assert "has no field" in str(bench.say("site", "fill", "user", "x", status=409))
    bench.say("key", "fly", status=400)
    bench.say("key", "press", *["1"] * MOST_KEY_WORDS, status=400)
    bench.say("key", "unplug")
    assert "no power" in str(bench.say("key", "press", "OK", status=409))


def test_without_a_key_there_is_nothing_to_ask(store: SqlStore, tmp_path: Path) -> None:
    with living(tmp_path / "state") as reader:
        client = TestClient(reader_site(reader, desk_of(store)), base_url=HERE)
        assert client.get("/fr/key").status_code == 404
        assert client.get("/api/key").status_code == 404
        assert client.post("/api/key", json={"words": ["plug"]}).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browser_says_itself_what_the_site_cannot(bench: Bench, language: str) -> None:
    faults = list_key_words()[language].browser_faults
    closed = bench.window.get(f"{OWN}/{language}")
    assert faults["closed"][0].replace("'", "&#39;") in closed.text
    bench.desk.browser.open_window(bench.desk.site.url)
    try:
        assert bench.window.get(f"{OWN}/{language}", follow_redirects=False).headers["location"] == f"/{language}/"
        away = bench.window.get(f"/{language}/")
        assert away.status_code == 502
        assert faults["KeyAbsentError"][0].replace("'", "&#39;") in away.text
        policy = away.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert f"frame-ancestors {HERE}" in policy
        assert bench.window.get(f"/{language}/", headers={"host": "rebound.example"}).status_code == 421
    finally:
        bench.desk.browser.close_window()
