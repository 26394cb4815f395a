"""The pages themselves: languages, notices, headers, and that nothing typed comes back."""

import re
from dataclasses import fields
from html.parser import HTMLParser

import pytest

from bank.operations.words import notation_of
from bank.web.coopanet.words import CoopanetWords, list_languages
from tests.web.coopanet import Visitors

PAGES = ("", "access", "sesame", "first-try", "goodbye")


class Shape(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_says_its_language_and_that_it_is_a_demonstration(visitor: Visitors, language: str, page: str) -> None:
    answer = visitor().client.get(f"/{language}/{page}")
    words = list_languages()[language]
    shape = Shape(answer.text)
    assert answer.status_code == 200
    assert shape.all("html") == [{"lang": language}]
    assert words.demonstration.replace(" :", "\u00a0:").replace("'", "&#39;") in answer.text
    assert len(shape.all("h1")) == 1


@pytest.mark.parametrize("page", PAGES)
def test_a_page_leads_to_itself_in_the_other_language(visitor: Visitors, page: str) -> None:
    other = next(a for a in Shape(visitor().client.get(f"/fr/{page}").text).all("a") if a.get("hreflang") == "en")
    assert other["href"] == f"/en/{page}"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_needs_nothing_inline_and_nothing_from_elsewhere(visitor: Visitors, page: str) -> None:
    shape = Shape(visitor().client.get(f"/fr/{page}").text)
    assert not shape.all("script")
    assert not shape.all("style")
    assert not [attributes for _, attributes in shape.tags if "style" in attributes]
    addresses = [attributes.get(name) for _, attributes in shape.tags for name in ("src", "href", "action")]
    assert all(address.startswith(("/", "#")) for address in addresses if address)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("fr", None),
        ("en", "en-GB,en;q=0.9"),
        ("fr", "de,fr;q=0.5"),
        ("en", "de, en"),
        ("fr", "de"),
        ("fr", "en;q=0.5,fr;q=0.9"),
        ("en", "fr;q=0.2, en;q=0.3, de"),
        ("fr", "en;q=0, fr;q=0.1"),
        ("fr", "en;q=0"),
        ("en", "EN ; Q=1.000, fr;q=0.999"),
        ("fr", "en;q=2,fr;q=0.1"),
        ("fr", "en;q=inf"),
        ("fr", "en;q=nan, fr;q=0.1"),
        ("fr", "english, frisian"),
        ("en", "fr;q=0.8,en"),
    ],
)
def test_the_entrance_leads_to_the_browsers_language(visitor: Visitors, wanted: str, given: str | None) -> None:
    headers = {} if given is None else {"Accept-Language": given}
    assert visitor().client.get("/", headers=headers).url.path == f"/{wanted}/"


@pytest.mark.parametrize("path", ["/xx/", "/fr/nowhere", "/static/../pages.py", "/fr/sesame/more"])
def test_what_is_not_there_says_so_in_a_page(visitor: Visitors, path: str) -> None:
    answer = visitor().client.get(path)
    assert answer.status_code == 404
    assert "Coop@net" in answer.text


def test_a_wrong_method_is_told_which_is_right(visitor: Visitors) -> None:
    answer = visitor().client.get("/fr/sign-off")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_what_was_typed_does_not_come_back(visitor: Visitors) -> None:
    answer = visitor().sign_in("<script>alert(1)</script>", "11112222")
    assert "<script" not in answer.text
    assert "alert(1)" not in answer.text
    assert "11112222" not in answer.text


@pytest.mark.parametrize("path", ["/fr/", "/fr/sesame", "/static/coopanet.css", "/nowhere", "/fr/sign-off"])
def test_every_answer_carries_the_headers(visitor: Visitors, path: str) -> None:
    headers = visitor().client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")


def test_every_file_of_a_page_is_kept_by_the_browser(visitor: Visitors) -> None:
    client = visitor().client
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/fr/").text)
    assert len(set(addresses)) > 2
    assert {client.get(one.replace("&amp;", "&")).headers["cache-control"] for one in addresses} == {
        "max-age=31536000, immutable"
    }


def test_every_sentence_is_there_in_both_languages() -> None:
    french, english = (list_languages()[language] for language in ("fr", "en"))
    for each in fields(CoopanetWords):
        one, other = getattr(french, each.name), getattr(english, each.name)
        assert one
        assert other
        assert one != other or each.name == "date", each.name


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (0, "0,00\u00a0€", "€0.00"),
        (-5, "−0,05\u00a0€", "−€0.05"),
        (123456789, "1\u202f234\u202f567,89\u00a0€", "€1,234,567.89"),
    ],
)
def test_amounts_are_written_as_the_language_does(cents: int, french: str, english: str) -> None:
    assert (notation_of("fr").write_money(cents), notation_of("en").write_money(cents)) == (french, english)


def test_pages_end_at_their_templates(visitor: Visitors) -> None:
    """An undefined name or a left-over bracket would show."""
    for language in ("fr", "en"):
        for page in PAGES:
            assert not re.search(r"\{\{|\{%|Undefined", visitor().client.get(f"/{language}/{page}").text)
