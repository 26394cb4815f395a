"""The reader's verbs over HTTP: what they do, what they refuse, and what they never tell."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bank.books.store_sql import SqlStore
from bank.cards import gallery
from bank.verification import verify_code
from device.config import Config, ReaderConfig
from drivers.ports import Picture
from sesame_core.events import Key
from sesame_core.reader.state import Phase
from simulator.live import EndedError
from simulator.web.api import KEYS
from simulator.web.bench import BusyError, Change, Look, Numbered, PageBench
from simulator.web.site import reader_site
from simulator.web.stream import encode_change, stream_events
from simulator.words import LANGUAGES
from tests.golden_plugin import unpng
from tests.web.coopanet import HERE
from tests.web.loops import in_a_loop_of_its_own
from tests.web.reading import LIMIT_S, desk_of, living

GUIDE = ["Code", "1", "2", "3", "4", "OK"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PageBench]:
    with living(tmp_path / "state") as bench:
        yield bench


@pytest.fixture
def client(bench: PageBench, store: SqlStore) -> TestClient:
    return TestClient(reader_site(bench, desk_of(store)), base_url=HERE)


def until(bench: PageBench, wanted: Phase) -> None:
    """Wait for the reader to be in a phase."""
    there = threading.Event()

    def look(change: Change) -> None:
        if isinstance(change, Look) and change.phase == wanted.value:
            there.set()

    bench.submit(lambda: bench.listen_to(look))
    assert there.wait(LIMIT_S), wanted
    bench.submit(lambda: bench.leave_page(look)).result(LIMIT_S)


def code_on(bench: PageBench) -> str:
    """What a person reads off the glass."""
    return bench.submit(bench.shown_code).result(LIMIT_S)


def ready(client: TestClient, bench: PageBench, card: str = "bank-card") -> None:
    assert client.post("/api/insert", json={"card": card}).status_code == 200
    until(bench, Phase.READY)


def test_the_guides_first_half_over_http(client: TestClient, bench: PageBench, store: SqlStore) -> None:
    ready(client, bench)
    assert client.post("/api/press", json={"keys": GUIDE}).status_code == 200
    until(bench, Phase.CODE)
    state = client.get("/api/state").json()
    assert state["code_shown"]
    assert 0 < state["dark_in"] <= 35_000
    assert verify_code(store, "DURAND42", code_on(bench)).accepted
    assert client.post("/api/pull", json={}).json()["card"] is None
    assert client.get("/api/state").json()["phase"] == "asleep"


def test_nothing_told_holds_the_pin_or_the_code(tmp_path: Path, store: SqlStore) -> None:
    """A PIN of twelve digits that stand nowhere else."""
    pin = gallery.describe_card("twelve-digit-pin").pin
    config = Config(reader=ReaderConfig(pin_digits=(4, 12)))
    told: list[Change] = []
    with living(tmp_path / "state", config=config) as bench:
        client = TestClient(reader_site(bench, desk_of(store)), base_url=HERE)
        bench.submit(lambda: bench.listen_to(told.append)).result(LIMIT_S)
        ready(client, bench, "twelve-digit-pin")
        said = [client.post("/api/press", json={"keys": ["Code", *pin, "OK"]}).text]
        until(bench, Phase.CODE)
        code = code_on(bench)
        said += [client.get(f"/api/{name}").text for name in ("state", "trace", "glass", "openapi.json")]
        said.append(client.get("/fr/").text.replace(f"<b>{pin}</b>", "", 1))
    said += [encode_change(change) for change in told if isinstance(change, Look | Numbered | Picture)]
    for text in said:
        assert pin not in text
        assert code not in text
        assert f"{code[:4]} {code[4:]}" not in text
    verified = [change.command for change in told if isinstance(change, Numbered) and change.command[2:4] == "20"]
    assert verified == ["0020008008" + "*" * 16]


def test_the_code_stands_on_the_glass_in_pixels(client: TestClient, bench: PageBench) -> None:
    ready(client, bench)
    client.post("/api/press", json={"keys": GUIDE})
    until(bench, Phase.CODE)
    shown = bench.submit(bench.glass).result(LIMIT_S)
    glass = client.get("/api/glass").json()
    rows = tuple(int(row, 16) for row in glass["rows"])
    assert Picture(glass["width"], glass["height"], rows).rows[:60] == shown.rows[:60]
    assert any(rows)
    assert unpng(client.get("/api/screenshot.png").content).rows[:60] == shown.rows[:60]


@pytest.mark.parametrize("scale", ["0", "9", "-1", "x", "", "1.5", "٣", "1" * 5000])
def test_a_scale_that_is_none_is_refused(client: TestClient, scale: str) -> None:
    assert client.get("/api/screenshot.png", params={"scale": scale}).status_code == 400


def test_unplugging_and_plugging(client: TestClient, bench: PageBench) -> None:
    assert client.post("/api/unplug", json={}).json()["plugged"] is False
    until(bench, Phase.NO_READER)
    assert client.post("/api/plug", json={}).json()["plugged"] is True
    until(bench, Phase.NO_CARD)


REFUSED: list[tuple[str, Any, int]] = [
    ("insert", {"card": "no such card"}, 404),
    ("insert", {"card": 7}, 400),
    ("insert", {}, 400),
    ("press", {"keys": []}, 400),
    ("press", {"keys": ["1"] * 33}, 400),
    ("press", {"keys": ["11"]}, 400),
    ("press", {"keys": "1234"}, 400),
    ("press", {"keys": [1]}, 400),
    ("press", {"keys": ["1"], "hold": 5}, 400),
    ("press", [], 400),
    ("pull", {"card": "bank-card"}, 400),
]


@pytest.mark.parametrize(("verb", "body", "status"), REFUSED)
def test_what_is_not_as_described_is_refused_in_a_sentence(
    client: TestClient, verb: str, body: object, status: int
) -> None:
    answer = client.post(f"/api/{verb}", json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 5000, b'{"keys":["1"]}x', b"null"])
def test_what_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    assert client.post("/api/press", content=body, headers={"Content-Type": "application/json"}).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_foreign_form_could_send_is_refused(client: TestClient, kind: str) -> None:
    answer = client.post("/api/pull", content=b"{}", headers={"Content-Type": kind})
    assert answer.status_code == 415


def test_a_second_card_does_not_fit(client: TestClient, bench: PageBench) -> None:
    ready(client, bench)
    assert client.post("/api/insert", json={"card": "sesame-card"}).status_code == 409


def test_presses_without_end_are_not_taken(bench: PageBench) -> None:
    """More than ten seconds of them wait already."""
    keys = (Key.CLEAR,) * 32
    futures = [bench.press_all(keys) for _ in range(4)]
    with pytest.raises(BusyError):
        futures[-1].result(LIMIT_S)


def test_a_reader_that_has_ended_says_so(tmp_path: Path, store: SqlStore) -> None:
    with living(tmp_path / "state") as bench:
        client = TestClient(reader_site(bench, desk_of(store)), base_url=HERE)
    assert client.get("/api/state").status_code == 503
    assert client.post("/api/press", json={"keys": ["1"]}).status_code == 503


def test_who_waits_when_the_reader_ends_is_told(tmp_path: Path) -> None:
    with living(tmp_path / "state") as bench:
        pressed = bench.press_all((Key.CODE,) * 32)
    with pytest.raises(EndedError):
        pressed.result(LIMIT_S)


def test_a_request_that_was_given_up_does_not_hurt_the_reader(bench: PageBench) -> None:
    """The browser leaves while its keys are still being pressed."""

    async def leave() -> None:
        waiting = asyncio.ensure_future(asyncio.shield(asyncio.wrap_future(bench.press_all((Key.CODE,) * 4))))
        await asyncio.sleep(0)
        waiting.cancel()

    in_a_loop_of_its_own(leave(), LIMIT_S)
    assert bench.press_all((Key.CLEAR,)).result(LIMIT_S) is None
    assert bench.submit(bench.look_now).result(LIMIT_S).phase == "no card"


def test_the_stream_begins_with_how_things_are_and_ends_with_the_reader(tmp_path: Path) -> None:
    with living(tmp_path / "state") as bench:

        async def first() -> list[str]:
            stream = stream_events(bench)
            began = [await anext(stream) for _ in range(3)]
            bench.submit(bench.halt)
            return began + [part async for part in stream]

        parts = in_a_loop_of_its_own(first(), LIMIT_S)
    kinds = [part.partition("\n")[0] for part in parts]
    assert kinds[:3] == ["retry: 1000", "event: glass", "event: state"]
    assert json.loads(parts[2].partition("data: ")[2])["phase"] == "no card"
    assert json.loads(parts[-1].partition("data: ")[2])["phase"] == "halted"


def test_who_comes_late_is_told_what_was_said(client: TestClient, bench: PageBench) -> None:
    ready(client, bench)
    told: list[Change] = []
    bench.submit(lambda: bench.listen_to(told.append)).result(LIMIT_S)
    said = [change.number for change in told if isinstance(change, Numbered)]
    assert said == [each["number"] for each in client.get("/api/trace").json()["exchanges"]] != []
    assert said == list(range(said[0], said[0] + len(said))), "a page that misses one sees it by the number"


def test_the_gallery_is_whole(client: TestClient) -> None:
    assert [card["name"] for card in client.get("/api/gallery").json()["cards"]] == list(gallery.list_names())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_has_every_key_and_card_and_the_customers_codes(client: TestClient, language: str) -> None:
    page = client.get(f"/{language}/").text
    assert all(f'data-key="{name}"' in page for name in KEYS)
    typed = {card.name for card in gallery.GALLERY.values() if len(card.pin) == 4}
    assert {name for name in gallery.list_names() if f'data-card="{name}"' in page} == typed
    assert "DURAND42" in page
    assert "MOREAU17" in page


def test_every_phase_has_a_name_in_every_language() -> None:
    for words in LANGUAGES.values():
        assert set(words.page.phases) == {phase.value for phase in Phase}
    assert set(LANGUAGES["fr"].page.said) == set(LANGUAGES["en"].page.said)


def test_the_page_of_the_verbs_lists_them_all(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    page = client.get("/fr/verbs").text
    assert all(f"/api{path}" in page for path in document["paths"])


def test_coopanet_may_be_framed_by_this_page_only(client: TestClient) -> None:
    assert "frame-ancestors 'self'" in client.get("/coopanet/fr/").headers["content-security-policy"]
    assert "frame-ancestors 'none'" in client.get("/fr/").headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/xx/", "/nowhere"])
def test_what_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
