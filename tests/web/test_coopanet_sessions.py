"""Who is signed in, for how long, and which forms are a visitor's own."""

import re

import pytest

from bank.books.store_sql import SqlStore
from bank.web.coopanet.frame import COOKIE
from bank.web.coopanet.words import list_languages
from tests.web.coopanet import NewCode, Time, Visitor, Visitors


@pytest.fixture
def signed_in(visitor: Visitors, new_code: NewCode) -> Visitor:
    someone = visitor()
    assert someone.sign_in("DURAND42", new_code("bank-card")).signed_in
    return someone


def sees_accounts(someone: Visitor) -> bool:
    answer = someone.client.get("/fr/accounts")
    return answer.url.path == "/fr/accounts" and "Claude" in answer.text


def own_mark(page: str) -> str:
    found = re.search(r'name="mark" value="(\w+)"', page)
    assert found
    return found[1]


def test_nobody_sees_accounts_without_signing_in(visitor: Visitors, signed_in: Visitor) -> None:
    assert sees_accounts(signed_in)
    assert not sees_accounts(visitor())


@pytest.mark.parametrize("page", ["", "first-try", "nowhere", "accounts"])
@pytest.mark.parametrize(("language", "sign_off"), [("fr", "Se déconnecter"), ("en", "Sign off")])
def test_signed_in_is_signed_in_on_every_page(
    visitor: Visitors, signed_in: Visitor, language: str, page: str, sign_off: str
) -> None:
    asked = {"accept-language": language}
    seen, nobody = (who.client.get(f"/{language}/{page}", headers=asked).text for who in (signed_in, visitor()))
    subscribers = list_languages()[language].subscribers.replace("'", "&#39;")
    assert "Claude Durand" in seen
    assert sign_off in seen
    assert f">{subscribers}</a>" not in seen
    assert sign_off not in nobody
    assert "Durand" not in nobody
    own = own_mark(signed_in.client.get(f"/{language}/{page}").text)
    assert signed_in.client.post(f"/{language}/sign-off", data={"mark": own}).url.path == f"/{language}/goodbye"


@pytest.mark.parametrize("page", ["access", "sesame", "goodbye"])
def test_what_is_for_whoever_is_not_signed_in_leads_to_the_accounts(signed_in: Visitor, page: str) -> None:
    assert signed_in.client.get(f"/fr/{page}").url.path == "/fr/accounts"


def test_signing_off_ends_the_session_for_whoever_has_the_token(visitor: Visitors, signed_in: Visitor) -> None:
    token = signed_in.client.cookies[COOKIE]
    mark = own_mark(signed_in.client.get("/fr/accounts").text)
    answer = signed_in.client.post("/fr/sign-off", data={"mark": mark})
    assert answer.url.path == "/fr/goodbye"
    assert COOKIE not in signed_in.client.cookies
    thief = visitor()
    thief.client.cookies.set(COOKIE, token)
    assert not sees_accounts(thief)


@pytest.mark.parametrize(("steps", "lasts"), [([599], True), ([600], False), ([500] * 7, True), ([500] * 8, False)])
def test_a_session_ends_after_ten_minutes_without_use_and_after_an_hour(
    signed_in: Visitor, time: Time, steps: list[int], lasts: bool
) -> None:
    for step in steps:
        time.now += step
        seen = sees_accounts(signed_in)
    assert seen is lasts


def test_a_token_planted_beforehand_is_worth_nothing(visitor: Visitors, new_code: NewCode) -> None:
    victim = visitor()
    victim.mark()
    planted = victim.client.cookies[COOKIE]
    assert victim.sign_in("DURAND42", new_code("bank-card")).signed_in
    assert victim.client.cookies[COOKIE] != planted
    thief = visitor()
    thief.client.cookies.set(COOKIE, planted)
    assert not sees_accounts(thief)


@pytest.mark.parametrize("mark", [None, "", "0" * 64, "é"])
def test_a_form_that_is_not_the_visitors_own_is_not_looked_at(
    visitor: Visitors, store: SqlStore, new_code: NewCode, mark: str | None
) -> None:
    someone, code = visitor(), new_code("bank-card")
    someone.mark()
    given = {"user": "DURAND42", "code": code} | ({} if mark is None else {"mark": mark})
    answer = someone.client.post("/fr/sesame", data=given)
    assert answer.status_code == 403
    assert "expiré" in answer.text
    assert not store.list_attempts("bank-card")
    assert someone.sign_in("DURAND42", code).signed_in


def test_another_visitors_mark_is_not_ones_own(visitor: Visitors, new_code: NewCode) -> None:
    one, other = visitor(), visitor()
    one.mark()
    given = {"user": "DURAND42", "code": new_code("bank-card"), "mark": other.mark()}
    assert one.client.post("/fr/sesame", data=given).status_code == 403


def test_signing_off_needs_the_mark(signed_in: Visitor) -> None:
    assert signed_in.client.post("/fr/sign-off", data={"mark": "0"}).status_code == 403
    assert sees_accounts(signed_in)


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Visitors, scheme: str, secure: bool) -> None:
    cookie = visitor().client.get(f"{scheme}://localhost/fr/sesame").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "path=/" in cookie.lower()
    assert ("Secure" in cookie) is secure


@pytest.mark.parametrize("body", [b"\xff\xfe", b"&".join(b"a=1" for _ in range(20)), b"mark=1&mark=2", b"{}"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", ""])
def test_what_is_no_form_is_refused_as_one(visitor: Visitors, body: bytes, kind: str) -> None:
    someone = visitor()
    someone.mark()
    answer = someone.client.post("/fr/sesame", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 403
