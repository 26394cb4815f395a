"""Signing in under attack: crowds at one address, a slow disk, names that are none, the way to the fifth refusal."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bank.books.records import Reason, Status
from bank.books.store_sql import SqlStore
from bank.emv.terminal import CodeRequest
from bank.verification import CodeVerdict, Policy, Verifier, verify_code
from bank.web.coopanet.sign_in import CALM_S, REFUSAL_S, Desk, SourceLimit, place_of
from bank.web.coopanet.words import list_languages
from tests.web.coopanet import Answer, NewCode, Time, Visitors
from tests.web.loops import in_a_loop_of_its_own
from web.sessions import Limits, Sessions

LIMIT_S = 60.0
WRONG = "00000000"

SignIn = Callable[..., bool]


@pytest.fixture
def sign_in(desk: Desk) -> SignIn:
    """Straight to the desk; whether somebody is in."""

    def tried(user: str, code: str, source: str = "127.0.0.1") -> bool:
        return in_a_loop_of_its_own(desk.sign_in(user, code, source), LIMIT_S) is not None

    return tried


def rows(store: SqlStore, tmp_path: Path) -> int:
    with sqlite3.connect(tmp_path / "bank" / "bank.db") as raw:
        (count,) = raw.execute("SELECT count(*) FROM attempts").fetchone()
    raw.close()
    return int(count)


# Slips


@pytest.mark.parametrize("code", ["", "1234567", "not a code", "1234-5678", "\0", "\ud800" * 8])
def test_slips_close_no_address(sign_in: SignIn, store: SqlStore, new_code: NewCode, tmp_path: Path, code: str) -> None:
    for _ in range(25):
        assert not sign_in("DURAND42", code)
    assert rows(store, tmp_path) == 0
    assert sign_in("DURAND42", new_code("bank-card"))


def test_empty_forms_close_no_address(visitor: Visitors, new_code: NewCode) -> None:
    someone = visitor()
    for _ in range(25):
        assert not someone.sign_in("", "").signed_in
    assert visitor().sign_in("DURAND42", new_code("bank-card")).signed_in


# Addresses


def test_a_closed_address_is_one_row_in_the_log(sign_in: SignIn, store: SqlStore, time: Time, tmp_path: Path) -> None:
    for number in range(20):
        sign_in(f"NOBODY{number:02}", WRONG)
    assert rows(store, tmp_path) == 20
    for _ in range(30):
        sign_in("NOBODY00", WRONG)
    assert rows(store, tmp_path) == 21
    assert [attempt.reason for attempt in store.list_attempts("")][-1] is Reason.LIMITED
    time.now += 600
    for number in range(25):
        sign_in(f"NOBODY{number:02}", WRONG)
    assert rows(store, tmp_path) == 21 + 20 + 1


def test_other_addresses_of_this_machine_are_this_machine(sign_in: SignIn, new_code: NewCode) -> None:
    for number in range(20):
        sign_in(f"NOBODY{number:02}", WRONG, f"127.0.0.{number + 1}")
    code = new_code("sesame-card")
    for source in ("127.0.0.6", "127.255.0.7", "::1", "::ffff:127.0.0.9"):
        assert not sign_in("MOREAU17", code, source)
    assert sign_in("MOREAU17", code, "192.0.2.1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::2:3", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("testclient", "unknown", False),
    ],
)
def test_a_place_is_what_one_can_choose_addresses_within(one: str, other: str, same: bool) -> None:
    assert (place_of(one) == place_of(other)) is same


def test_so_many_places_are_remembered_and_no_more() -> None:
    limit = SourceLimit(most=1, sources=3)
    assert [limit.admit_source(f"192.0.2.{number}") for number in (1, 2, 3, 4, 1, 4)] == [True] * 5 + [False]
    assert len(limit._taken) == 3


# Time


class SlowBooks(SqlStore):
    """Books on a disk where each write takes its time."""

    time: Time
    write_s = 0.0

    def take_attempt(self, card_id: str, limit: int) -> Status | None:
        self.time.now += self.write_s
        return super().take_attempt(card_id, limit)


@pytest.mark.parametrize("write_s", [0.0, 0.7, 1.9, 20.0])
def test_a_slow_disk_does_not_tell_whose_card_was_looked_at(
    sign_in: SignIn, store: SqlStore, time: Time, write_s: float
) -> None:
    store.__class__ = SlowBooks
    assert isinstance(store, SlowBooks)
    store.time, store.write_s = time, write_s
    sign_in("DURAND42", WRONG)  # the first one finds the disk slow
    taken = []
    for user, code in (("DURAND42", WRONG), ("NOBODY99", WRONG), ("DURAND42", "slip"), ("\0", WRONG)):
        before = time.now
        assert not sign_in(user, code)
        taken.append(round(time.now - before, 6))
    assert len(set(taken)) == 1
    assert taken[0] >= max(write_s, REFUSAL_S)
    time.now += CALM_S
    before = time.now
    sign_in("NOBODY99", WRONG)
    assert round(time.now - before, 6) == REFUSAL_S


# Names


@pytest.mark.parametrize("user", ["DURAND42\0", "\0", "x" * 4000, "DURAND4\ud800", "ＤＵＲＡＮＤ４２", "' OR 1=1 --"])
def test_what_is_no_user_code_is_nobody_on_every_database(
    request: pytest.FixtureRequest, sign_in: SignIn, store: SqlStore, user: str
) -> None:
    assert not sign_in(user, WRONG)
    assert store.list_attempts("")[-1].reason is Reason.UNKNOWN


def test_a_nul_in_a_form_is_a_refusal_and_no_failure(visitor: Visitors) -> None:
    someone = visitor()
    body = f"user=DURAND42%00&code={WRONG}&mark={someone.mark()}"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert someone.client.post("/fr/sesame", content=body, headers=kind).status_code == 403


# Five refusals


def warned(answer: Answer, language: str = "fr") -> bool:
    return (
        list_languages()[language].last_refusal.split(",")[0].replace("'", "&#39;").replace(" :", "\u00a0:")
        in answer.text
    )


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("user", ["DURAND42", "NOBODY99"])
def test_the_last_refusal_but_one_warns_and_the_fifth_closes(
    visitor: Visitors, store: SqlStore, new_code: NewCode, user: str, language: str
) -> None:
    """A user code that nobody has is answered word for word like one that somebody has."""
    answers = [visitor().sign_in(user, WRONG, language) for _ in range(6)]
    assert [answer.status for answer in answers] == [403] * 6
    assert [warned(answer, language) for answer in answers] == [False, False, False, True, False, False]
    plain = {answer.words for answer in answers if not warned(answer, language)}
    assert len(plain) == 1
    assert not visitor().sign_in("DURAND42", new_code("bank-card")).signed_in or user == "NOBODY99"
    store.block_card("bank-card", False)
    assert visitor().sign_in("DURAND42", new_code("bank-card")).signed_in


def test_slips_between_refusals_neither_count_nor_warn(visitor: Visitors, store: SqlStore, new_code: NewCode) -> None:
    for _ in range(4):
        visitor().sign_in("DURAND42", WRONG)
        visitor().sign_in("DURAND42", "1234567")
    assert store.card_status("bank-card").failures == 4
    assert visitor().sign_in("DURAND42", new_code("bank-card")).signed_in
    assert not warned(visitor().sign_in("DURAND42", WRONG))


def test_refusals_elsewhere_are_warned_of_here(visitor: Visitors, store: SqlStore) -> None:
    for _ in range(3):
        assert not verify_code(store, "DURAND42", WRONG).accepted
    assert warned(visitor().sign_in("DURAND42", WRONG))


def test_a_verdict_says_how_many_refusals_are_left(store: SqlStore, new_code: NewCode) -> None:
    desk = Verifier(store)
    assert Policy().attempts == 5
    assert [desk.verify("bank-card", WRONG).left for _ in range(6)] == [4, 3, 2, 1, 0, 0]
    assert desk.verify("NOBODY99", WRONG, CodeRequest()) == CodeVerdict(False, Reason.UNKNOWN)
    store.block_card("bank-card", False)
    pair = (new_code("bank-card"), new_code("sesame-card"))
    assert desk.resynchronise_counter("bank-card", pair).left == 4


# Five minutes


@pytest.mark.parametrize(("steps", "lasts"), [([299], True), ([300], False), ([299] * 12, True), ([299] * 13, False)])
def test_a_session_ends_after_300_seconds_without_use(time: Time, steps: list[int], lasts: bool) -> None:
    assert Limits().idle == 300
    sessions = Sessions(now=time)
    token = sessions.open_session("DURAND42")
    for step in steps:
        time.now += step
        seen = sessions.user_of(token)
    assert (seen == "DURAND42") is lasts


def test_no_token_is_no_visitors(time: Time) -> None:
    """The mark of the empty token is in nobody's form; a visitor without a cookie has no form of his own."""
    sessions = Sessions(now=time)
    assert not sessions.check_csrf("", sessions.csrf_token(""))
    assert sessions.check_csrf("x", sessions.csrf_token("x"))
    assert sessions.user_of("") is None
