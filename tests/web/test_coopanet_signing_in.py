"""Signing in at Coop@net: the guide's second half, and every way in which it is refused."""

import re
from pathlib import Path

import pytest

from bank.books.records import Attempt, Customer, Reason
from bank.books.store_sql import SqlStore
from bank.web.coopanet.sign_in import REFUSAL_S
from bank.web.coopanet.words import list_languages
from tests.web.coopanet import NewCode, Time, Visitors
from tests.web.test_coopanet_pages import Shape


@pytest.mark.parametrize(
    ("user", "card", "name"), [("DURAND42", "bank-card", "Claude"), ("MOREAU17", "sesame-card", "Dominique")]
)
def test_both_kinds_of_customer_sign_in_with_a_code_as_it_is_shown(
    visitor: Visitors, new_code: NewCode, user: str, card: str, name: str
) -> None:
    code = new_code(card)
    answer = visitor().sign_in(user, f"{code[:4]} {code[4:]}")
    assert answer.signed_in
    assert name in answer.text


def test_the_code_may_be_typed_without_the_space(visitor: Visitors, new_code: NewCode) -> None:
    assert visitor().sign_in("DURAND42", new_code("bank-card")).signed_in


def test_the_user_code_is_read_as_people_type_it(visitor: Visitors, new_code: NewCode) -> None:
    assert visitor().sign_in(" durand 42 ", new_code("bank-card")).signed_in


def test_a_code_is_good_once(visitor: Visitors, new_code: NewCode) -> None:
    code = new_code("bank-card")
    assert visitor().sign_in("DURAND42", code).signed_in
    again = visitor().sign_in("DURAND42", code)
    assert (again.status, again.path) == (403, "/fr/sesame")


def refusals(store: SqlStore, new_code: NewCode) -> dict[Reason, tuple[str, str]]:
    """User code and code by the reason why the bank refuses them."""
    store.block_card("t1", True)
    store.add_customer(Customer("BLOCKED1", "Blocked"), "t1")
    return {
        Reason.UNKNOWN: ("NOBODY99", new_code("bank-card")),
        Reason.NO_MATCH: ("DURAND42", new_code("sesame-card")),
        Reason.LIMITED: ("BLOCKED1", new_code("t1")),
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_refusal_is_in_the_same_words_and_takes_the_same_time(
    visitor: Visitors, store: SqlStore, new_code: NewCode, time: Time, language: str
) -> None:
    pages = set()
    for user, code in refusals(store, new_code).values():
        before = time.now
        answer = visitor().sign_in(user, code, language)
        assert answer.status == 403
        pages.add(answer.words)
        assert time.now - before == REFUSAL_S
    assert len(pages) == 1


def logged_by(store: SqlStore) -> list[Attempt]:
    """What was noted for the customers above, and for nobody."""
    return [line for card in ("bank-card", "t1", "") for line in store.list_attempts(card)]


def test_the_log_knows_what_the_customer_is_not_told(visitor: Visitors, store: SqlStore, new_code: NewCode) -> None:
    for reason, (user, code) in refusals(store, new_code).items():
        visitor().sign_in(user, code)
        logged = logged_by(store)
        newest = max(logged, key=lambda line: line.at)
        assert (newest.reason, newest.source) == (reason, "testclient")


@pytest.mark.parametrize("code", ["1234567", "1234-5678", "12345678é", "not a code", " "])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_slip_in_typing_is_named_and_held_against_nobody(
    visitor: Visitors, store: SqlStore, new_code: NewCode, code: str, language: str
) -> None:
    said = {"fr": "8 chiffres", "en": "8 digits"}[language]
    for _ in range(25):
        answer = visitor().sign_in("DURAND42", code, language)
    assert answer.status == 422
    alert = re.search(r'<span[^>]*role="alert">([^<]*)</span>', answer.text)
    assert alert
    assert said in alert[1]
    assert list_languages()[language].refused_title not in answer.text
    assert store.card_status("bank-card").failures == 0
    assert not logged_by(store)
    assert visitor().sign_in("DURAND42", new_code("bank-card")).signed_in


@pytest.mark.parametrize("code", ["1234567", "00000000"])
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("DURAND42", "DURAND42"),
        (" nobody 99", "nobody 99"),
        ('"><b>', None),
        ("DURAND42DURAND42D", None),
        ("ÉÉ99", None),
    ],
)
def test_the_user_code_stays_in_the_form_and_the_code_does_not(
    visitor: Visitors, code: str, typed: str, kept: str | None
) -> None:
    answer = visitor().sign_in(typed, code)
    fields = {field["id"]: field.get("value") for field in Shape(answer.text).all("input") if "id" in field}
    assert fields == {"user": kept, "code": None}
    assert typed == kept or typed not in answer.text


@pytest.mark.parametrize("who", ["bank-card", "last-try", "9999000000000016"])
def test_only_a_user_code_opens_accounts(visitor: Visitors, store: SqlStore, new_code: NewCode, who: str) -> None:
    """The command line also takes cards by name and number; at Coop@net these are nobody."""
    card = store.find_card("bank-card")
    assert card is not None
    code = new_code("bank-card")
    assert visitor().sign_in(card.pan if who.isdigit() else who, code).status == 403
    assert visitor().sign_in("DURAND42", code).signed_in


def test_a_card_takes_five_refusals_and_then_none_until_it_is_unblocked(
    visitor: Visitors, store: SqlStore, new_code: NewCode
) -> None:
    for _ in range(5):
        assert visitor().sign_in("DURAND42", "00000000").status == 403
    code = new_code("bank-card")
    assert visitor().sign_in("DURAND42", code).status == 403
    store.block_card("bank-card", False)
    assert visitor().sign_in("DURAND42", code).signed_in


def test_a_source_takes_twenty_refusals_in_ten_minutes_whoever_it_asks_for(
    visitor: Visitors, store: SqlStore, new_code: NewCode, time: Time
) -> None:
    for number in range(20):
        assert visitor().sign_in(f"NOBODY{number:02}", "00000000").status == 403
    code = new_code("sesame-card")
    limited = visitor().sign_in("MOREAU17", code)
    assert limited.status == 403
    assert store.list_attempts("")[-1].reason is Reason.LIMITED
    assert store.card_status("sesame-card").failures == 0
    time.now += 600
    assert visitor().sign_in("MOREAU17", code).signed_in


def test_right_codes_are_not_held_against_a_source(visitor: Visitors, new_code: NewCode) -> None:
    for _ in range(25):
        assert visitor().sign_in("DURAND42", new_code("bank-card")).signed_in


def test_a_counter_ahead_within_the_window_is_found(visitor: Visitors, store: SqlStore, new_code: NewCode) -> None:
    for _ in range(200):
        code = new_code("bank-card")
    assert visitor().sign_in("DURAND42", code).signed_in
    assert store.card_status("bank-card").last_atc == 200


def test_books_that_cannot_be_opened_are_no_refusal(
    visitor: Visitors, store: SqlStore, tmp_path: Path, new_code: NewCode
) -> None:
    code, someone = new_code("bank-card"), visitor()
    mark = someone.mark()
    store.close()
    for path in (tmp_path / "bank").glob("bank.db*"):
        path.unlink()
    (tmp_path / "bank" / "bank.db").mkdir()
    answer = someone.client.post("/fr/sesame", data={"user": "DURAND42", "code": code, "mark": mark})
    assert answer.status_code == 503
    assert "interrompu" in answer.text
    assert str(tmp_path) not in answer.text
