"""Client suivant: one act after which nothing is left of the last customer, by page, HTTP, script and command."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bank.books.store import Store
from bank.books.store_sql import SqlStore
from bank.cards import gallery
from bank.demo.database import open_database
from bank.demo.people import begin_anew
from bank.verification import Verifier, verify_code
from bank.web.around import LoneBank
from bank.web.coopanet.pages import Pages
from sesame.cli import main
from sesame.serving import announce_verb, tell_servers
from sesame_core.events import Key
from sesame_core.reader.state import Phase
from simulator.bench import PRESS, Bench
from simulator.script import Player, parse_script
from simulator.web.bench import Anew, PageBench
from simulator.web.site import reader_site
from tests.web.coopanet import HERE, NewCode, Visitors
from tests.web.reading import LIMIT_S, desk_of, living
from tests.web.test_reader_verbs import GUIDE, code_on, ready, until
from web.serving import Server, bind_listener, url_of

STATE = "state"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PageBench]:
    with living(tmp_path / STATE) as bench:
        yield bench


@pytest.fixture
def client(bench: PageBench, store: SqlStore) -> TestClient:
    return TestClient(reader_site(bench, desk_of(store)), base_url=HERE)


def spend(store: Store) -> None:
    """What a day of demonstrations does to the books."""
    verifier = Verifier(store)
    for _ in range(3):
        verifier.verify("DURAND42", "00000000")
    store.accept_code("sesame-card", 40)
    store.block_card("last-try", True)


def test_the_books_begin_anew_and_keep_customers_and_log(store: SqlStore) -> None:
    books: Store = store
    first = {card.card_id: books.card_status(card.card_id) for card in books.list_cards()}
    spend(books)
    attempts = list(books.list_attempts("bank-card"))
    assert {card.card_id: books.card_status(card.card_id) for card in books.list_cards()} != first
    begin_anew(books)
    assert {card.card_id: books.card_status(card.card_id) for card in books.list_cards()} == first
    assert [customer.user for customer in books.list_customers()] == ["DURAND42", "MOREAU17"]
    assert list(books.list_attempts("bank-card")) == attempts


def test_one_verb_leaves_nothing_of_the_last_customer(
    client: TestClient, bench: PageBench, store: SqlStore, tmp_path: Path
) -> None:
    first = first_code(client, bench)
    assert verify_code(store, "DURAND42", first).accepted
    told: list[object] = []
    bench.submit(lambda: bench.listen_to(told.append)).result(LIMIT_S)
    assert (tmp_path / STATE / "bank-card.json").exists()
    answer = client.post("/api/next", json={})
    assert answer.status_code == 200
    assert answer.json()["card"] is None
    until(bench, Phase.ASLEEP)
    assert not (tmp_path / STATE / "bank-card.json").exists()
    assert client.get("/api/trace").json() == {"exchanges": []}
    assert any(isinstance(change, Anew) for change in told)
    assert store.card_status("bank-card").last_atc == 0
    assert first_code(client, bench) == first, "the card is as new"
    assert verify_code(store, "DURAND42", first).accepted, "and so is its account"


def first_code(client: TestClient, bench: PageBench) -> str:
    ready(client, bench)
    client.post("/api/press", json={"keys": GUIDE})
    until(bench, Phase.CODE)
    return code_on(bench)


@pytest.mark.parametrize("kind", ["signed in", "signed off"])
def test_the_readers_page_signs_off_whoever_is_at_the_bank_beside_it(
    client: TestClient, bench: PageBench, kind: str
) -> None:
    code = first_code(client, bench)
    mark = re.search(r'name="mark" value="(\w+)"', client.get("/coopanet/fr/sesame").text)
    assert mark
    client.post("/coopanet/fr/sesame", data={"user": "DURAND42", "code": code, "mark": mark[1]})
    if kind == "signed off":
        client.post("/api/next", json={})
    there = client.get("/coopanet/fr/accounts").url.path
    assert there == ("/coopanet/fr/accounts" if kind == "signed in" else "/coopanet/fr/access")


def test_everybody_is_signed_off_and_nothing_is_held_against_anybody(
    visitor: Visitors, pages: Pages, new_code: NewCode
) -> None:
    ones = [visitor(), visitor()]
    for one in ones:
        assert one.sign_in("DURAND42", new_code("bank-card")).signed_in
    for number in range(30):
        visitor().sign_in(f"NOBODY{number:02}", "00000000")
    code = new_code("sesame-card")
    assert not visitor().sign_in("MOREAU17", code).signed_in, "this address was closed"
    pages.begin_anew()
    for one in ones:
        assert one.client.get("/fr/accounts").url.path == "/fr/access"
    assert visitor().sign_in("MOREAU17", code).signed_in


def test_keys_that_wait_are_not_pressed_for_the_next_customer(client: TestClient, bench: PageBench) -> None:
    ready(client, bench)
    answers: list[int] = []

    def type_on() -> None:
        answers.append(client.post("/api/press", json={"keys": ["1"] * 30}).status_code)

    typing = threading.Thread(target=type_on)
    typing.start()
    wait_for_keys(bench)
    assert client.post("/api/next", json={}).status_code == 200
    typing.join(LIMIT_S)
    assert answers == [200], "whoever typed is not left waiting"
    until(bench, Phase.ASLEEP)
    ready(client, bench)
    assert bench.submit(bench.shown_text).result(LIMIT_S) == "CHOISISSEZ FONCTION"


def wait_for_keys(bench: PageBench) -> None:
    """Until keys wait for the finger: asked for later, they would be the next customer's, and keep the reader awake."""
    while bench.submit(lambda: bench.busy_until - bench.clock.now()).result(LIMIT_S) < 10 * PRESS:
        pass


def test_the_verb_is_answered_when_no_finger_is_on_a_key(client: TestClient, bench: PageBench) -> None:
    """A card that was put in while Off was still down was switched off with the last customer's reader."""
    ready(client, bench)
    at_rest: list[int] = []
    assert client.post("/api/next", json={}).status_code == 200
    bench.submit(lambda: bench.finger.tell_at_rest(lambda: at_rest.append(1))).result(LIMIT_S)
    assert at_rest, "told at once"
    ready(client, bench)
    assert bench.submit(bench.shown_text).result(LIMIT_S) == "CHOISISSEZ FONCTION"


def test_the_card_reader_is_plugged_in_again(client: TestClient) -> None:
    client.post("/api/unplug", json={})
    assert client.post("/api/next", json={}).json()["plugged"] is True


def lose_books(store: SqlStore, tmp_path: Path) -> None:
    store.close()
    for path in (tmp_path / "bank").glob("bank.db*"):
        path.unlink()
    (tmp_path / "bank" / "bank.db").mkdir()


def test_books_that_fail_are_told(client: TestClient, bench: PageBench, store: SqlStore, tmp_path: Path) -> None:
    lose_books(store, tmp_path)
    answer = client.post("/api/next", json={})
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_no_foreign_form_can_say_it(client: TestClient, kind: str) -> None:
    assert client.post("/api/next", content="{}", headers={"content-type": kind}).status_code == 415
    foreign = {"sec-fetch-site": "cross-site", "content-type": "application/json"}
    assert client.post("/api/next", content="{}", headers=foreign).status_code == 403


def play(bench: Bench, text: str) -> None:
    Player(bench, Path()).play(tuple(parse_script(text, Path("test"))))


def test_a_script_says_it(tmp_path: Path) -> None:
    called: list[int] = []
    bench = Bench(state_dir=tmp_path)
    bench.anew = lambda: called.append(1)
    play(bench, "insert last-try\npress Code 9 9 9 9 OK\nwait 5 s\nexpect text BLOQUÉE\nnext\nexpect dark")
    assert called == [1]
    assert not (tmp_path / "last-try.json").exists()
    play(bench, "insert last-try\npress Code\nwait 2 s\npress 1 2 3 4 OK\nexpect code")


def test_a_pad_without_the_off_key_has_a_next_customer_too() -> None:
    bench = Bench()
    bench.parts.hardware.check_key = without_off  # type: ignore[method-assign]
    bench.insert_card("bank-card")
    bench.bring_next_customer()
    assert bench.is_dark()


def without_off(key: Key) -> None:
    from drivers.board_twin import NoSuchKeyError  # noqa: PLC0415

    if key is Key.OFF:
        raise NoSuchKeyError("this pad has no key Off")


# sesame bank next


def test_the_command_does_it_where_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--state", str(tmp_path)]
    gallery.open_card("bank-card", tmp_path).power_on()
    (tmp_path / "bank-card.json").write_text('{"atc": 7, "tries": 0}', encoding="utf-8")
    (tmp_path / "mute.json").write_text("a thesis", encoding="utf-8")
    assert main(["bank", "block", "DURAND42", *state]) == 0
    capsys.readouterr()
    assert main(["bank", "next", *state]) == 0
    assert capsys.readouterr().out == "ready for the next customer: cards and accounts as at first\n"
    assert not (tmp_path / "bank-card.json").exists()
    assert (tmp_path / "mute.json").read_text(encoding="utf-8") == "a thesis"
    store = open_database(tmp_path)
    assert not store.card_status("bank-card").blocked
    store.close()


def test_the_command_has_the_running_page_do_it(
    bench: PageBench,
    store: SqlStore,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    state, listener = tmp_path / STATE, bind_listener(0, 0)
    bench.submit(lambda: bench.insert_card("bank-card")).result(LIMIT_S)
    store.block_card("bank-card", True)
    with Server(reader_site(bench, desk_of(store)), listener).beside():
        with announce_verb(state, f"{url_of(listener)}api/next"):
            assert main(["bank", "next", "--state", str(state)]) == 0
        assert "card out, everybody signed off" in capsys.readouterr().out
        assert bench.submit(bench.look_now).result(LIMIT_S).card is None
        assert not store.card_status("bank-card").blocked
    assert not list(state.glob("serving-*")), "nobody serves any more"


def test_the_bank_alone_signs_everybody_off(visitor: Visitors, pages: Pages, new_code: NewCode, tmp_path: Path) -> None:
    one, listener = visitor(), bind_listener(0, 0)
    assert one.sign_in("DURAND42", new_code("bank-card")).signed_in
    with Server(LoneBank(pages).make_app(), listener).beside(), announce_verb(tmp_path, f"{url_of(listener)}next"):
        assert tell_servers(tmp_path) == [f"{url_of(listener)}next"]
    assert one.client.get("/fr/accounts").url.path == "/fr/access"


def test_what_a_killed_server_left_is_passed_over_and_deleted(tmp_path: Path) -> None:
    listener = bind_listener(0, 0)
    address = url_of(listener)
    listener.close()
    (tmp_path / "serving-1.url").write_text(f"{address}api/next", encoding="utf-8")
    (tmp_path / "serving-2.url").write_text("http://elsewhere.example/", encoding="utf-8")
    assert tell_servers(tmp_path) == []
    assert [path.name for path in tmp_path.glob("serving-*")] == ["serving-2.url"]


def test_a_server_that_cannot_is_told_of(
    bench: PageBench, store: SqlStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, listener = tmp_path / STATE, bind_listener(0, 0)
    state.mkdir(exist_ok=True)
    site = reader_site(bench, desk_of(store))
    lose_books(store, tmp_path)
    with Server(site, listener).beside(), announce_verb(state, f"{url_of(listener)}api/next"):
        assert main(["bank", "next", "--state", str(state)]) != 0
    assert "cannot begin anew" in capsys.readouterr().err


def test_another_program_at_a_port_that_was_ours_is_nobody(bench: PageBench, store: SqlStore, tmp_path: Path) -> None:
    listener = bind_listener(0, 0)
    with Server(reader_site(bench, desk_of(store)), listener).beside():
        (tmp_path / "serving-1.url").write_text(f"{url_of(listener)}nothing", encoding="utf-8")
        assert tell_servers(tmp_path) == []
    assert not list(tmp_path.glob("serving-*"))


def test_unblocking_says_what_it_unblocks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bank", "unblock", "DURAND42", "--state", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("the bank takes codes of bank-card again")
    assert "its own PIN" in said
    assert "sesame bank next" in said
