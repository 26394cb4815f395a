"""The one entrance of `./run`, and the telephone's page: no dead link, no part before it is there, no other frame."""

import argparse
import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from bank.books.store_sql import SqlStore
from bank.web.acs.site import open_payments
from bank.web.app.site import open_app
from bank.web.app.waking import open_waking
from bank.web.branch.site import open_branch
from bank.web.coopanet.words import OwnAddress
from sesame.cli import main
from sesame.exits import Exit
from sesame.page import open_to_network
from sesame.shop import BESIDE
from simulator.phone.opening import open_phone
from simulator.web.beside import PHONE_PART, BenchPart, BesideReader
from simulator.web.site import reader_site
from simulator.words import LANGUAGES
from tests.web.reading import LIMIT_S, desk_of, living

LOCAL = "http://localhost:8035"
KEY = BenchPart("key", "/{language}/sheet")
STREET = dict(BESIDE)
REACHED = OwnAddress("https://192.168.1.20:8039/", "C3C9 C2BA", b"a root")
Open = Callable[..., TestClient]


@pytest.fixture
def at(store: SqlStore, tmp_path: Path) -> Iterator[Open]:
    with living(tmp_path / "state") as bench:

        def opened(*parts: BenchPart, reached: OwnAddress | None = None, base: str = LOCAL) -> TestClient:
            apps = {"/app": open_app(store, framed=True), "/branch": open_branch(store)}
            beside = BesideReader(apps, None, open_phone(store), parts, reached or OwnAddress())
            return TestClient(reader_site(bench, desk_of(store), beside=beside), base_url=base)

        yield opened


def linked(page: str) -> list[str]:
    return re.findall(r'<a href="([^"#]*)"', page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_the_entrance_leads_somewhere_and_none_needs_a_script(at: Open, language: str) -> None:
    client = at(PHONE_PART, KEY)
    page = client.get("/", headers={"accept-language": language})
    assert page.url.path == f"/{language}/entrance"
    assert "<script" not in page.text
    addresses = linked(page.text)
    assert {f"/{language}/", f"/{language}/phone", f"/coopanet/{language}/", "/branch/"} <= set(addresses)
    assert [address for address in addresses if client.get(address).status_code != 200] == []
    assert "/entrance" in client.get(f"/{language}/").text, "and back"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_is_on_the_entrance_once_it_is_registered_and_not_before(at: Open, language: str) -> None:
    words = LANGUAGES[language].entrance.parts
    without = at().get(f"/{language}/entrance").text
    assert words["reader"].title in without
    assert [name for name in ("phone", "key", *STREET) if words[name].title in without] == []
    street = [BenchPart(name, f"http://127.0.0.1:8038/{path}") for name, path in STREET.items()]
    page = unescape(at(PHONE_PART, KEY, *street).get(f"/{language}/entrance").text)
    assert [name for name, one in words.items() if one.title not in page or one.take not in page] == []
    assert {one.address for one in street} <= set(linked(page))


def test_nothing_technical_is_said_at_the_entrance(at: Open) -> None:
    for language in LANGUAGES:
        said = re.sub(r"<[^>]*>", " ", at(PHONE_PART, KEY).get(f"/{language}/entrance").text)
        assert re.search(r"https?:|WebAuthn|JSON|API|HTTP|PKI|PIV|127\.0", said) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_telephones_page_is_at_a_name_and_shows_app_and_bank(at: Open, language: str) -> None:
    away = at(PHONE_PART, base="http://127.0.0.1:8035").get(f"/{language}/phone?x=1", follow_redirects=False)
    assert (away.status_code, away.headers["location"]) == (303, f"{LOCAL}/{language}/phone?x=1")
    client = at(PHONE_PART)
    page = client.get(f"/{language}/phone")
    framed = re.findall(r'<iframe[^>]* src="([^"]*)"', page.text)
    assert framed == [f"/app/{language}/", f"/coopanet/{language}/"]
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    for address in framed:
        policy = client.get(address).headers["content-security-policy"]
        assert "frame-ancestors 'self'" in policy, address
    assert at().get(f"/{language}/phone").status_code == 404


def test_the_app_is_framed_by_nobody_where_no_bench_is(store: SqlStore) -> None:
    served = TestClient(open_app(store), base_url=LOCAL)
    for path in ("/fr/", "/api/session", "/sw.js"):
        assert "frame-ancestors 'none'" in served.get(path).headers["content-security-policy"], path


def test_messages_to_the_customers_are_on_the_page_and_among_the_verbs(at: Open, store: SqlStore) -> None:
    client = at(PHONE_PART)
    assert client.get("/api/messages").json() == {"messages": []}
    assert LANGUAGES["fr"].phone.messages_none in client.get("/fr/phone").text
    assert client.post("/api/phone", json={"words": ["activate"]}).status_code == 200
    messages = client.get("/api/messages").json()["messages"]
    assert {(one["to"], one["by"]) for one in messages} == {("Claude Durand", "sms"), ("Claude Durand", "mail")}
    assert messages == sorted(messages, key=lambda one: -one["at_ms"])
    page = client.get("/fr/phone").text
    assert "SMS" in page
    assert "Rien encore" not in re.sub(r"<p[^>]* hidden>[^<]*</p>", "", page)


def test_a_real_telephone_finds_the_app_by_a_picture_where_it_may(at: Open) -> None:
    closed = at(PHONE_PART)
    words = LANGUAGES["fr"].phone
    assert closed.get("/phone.svg").status_code == 404
    assert words.real_closed in unescape(closed.get("/fr/phone").text)
    opened = at(PHONE_PART, reached=REACHED)
    page = opened.get("/fr/phone").text
    assert f'href="{REACHED.url}app/"' in page
    assert f'href="{REACHED.url}root.crt"' in page
    assert REACHED.fingerprint in page
    picture = opened.get("/phone.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(picture.text).tag.endswith("svg")
    plain = unescape(at(PHONE_PART, reached=OwnAddress("http://192.168.1.20:8039/")).get("/fr/phone").text)
    assert "root.crt" not in plain
    assert words.real_plain[:30] in plain


@contextmanager
def asked(url: str) -> Iterator[tuple[int, str]]:
    try:
        with urllib.request.urlopen(url, timeout=LIMIT_S) as answer:
            yield answer.status, answer.headers["content-security-policy"]
    except urllib.error.HTTPError as error:
        with error:
            yield error.code, ""


def test_the_network_gets_the_bank_and_its_app_but_not_the_reader(store: SqlStore, tmp_path: Path) -> None:
    waking = open_waking(store)
    everywhere = "0.0.0.0"
    wanted = argparse.Namespace(listen=everywhere, tls=False, state=tmp_path, database="")
    with open_to_network(store, wanted, open_payments(store), waking) as reached:
        port = reached.url.rstrip("/").rpartition(":")[2]
        here = f"http://127.0.0.1:{port}/"
        for path, status in (
            ("app/fr/", 200),
            ("fr/", 200),
            ("api/press", 404),
            ("api/state", 404),
            ("api/messages", 404),
            ("fr/phone", 404),
        ):
            with asked(here + path) as (found, policy):
                assert found == status, path
                assert "frame-ancestors 'none'" in policy or status == 404, path


def test_a_certificate_for_nobody_is_a_misused_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--simulated", "--tls", "--state", str(tmp_path)]) == Exit.USAGE
    assert "--listen" in capsys.readouterr().err


def test_every_part_has_a_picture_and_words_in_every_language() -> None:
    template = (Path(__file__).parents[2] / "simulator/web/templates/entrance.html").read_text(encoding="utf-8")
    parts = set(LANGUAGES["fr"].entrance.parts)
    assert all(set(words.entrance.parts) == parts for words in LANGUAGES.values())
    assert {"reader", "phone", "key"} <= set(re.findall(r'part == "(\w+)"', template)) <= parts
    assert all(getattr(words.phone, one.name) for words in LANGUAGES.values() for one in fields(words.phone))
