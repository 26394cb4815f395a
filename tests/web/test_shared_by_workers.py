"""Two processes of one bank: what one knows, the other does. Each has a store of its own over the same books."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from bank.books.schema import LIMITS, SESSIONS
from bank.books.sessions import SessionLimits
from bank.books.store_sql import SqlStore
from bank.demo.database import open_database
from bank.verification import Verifier
from bank.web.coopanet.frame import COOKIE
from bank.web.coopanet.pages import Pages, make_coopanet
from bank.web.coopanet.sign_in import Desk
from bank.web.shared import BookSessions, BookSourceLimit, BookWarnings
from tests.web.coopanet import HERE, NewCode, Time, Visitor
from web.guard import Guard, content_policy

START_MS = 4_000_000_000_000
"""Later than any clock of today: the books' own time goes forward only."""


@dataclass
class Worker:
    """One process: its store, its pages, and somebody who looks at them."""

    store: SqlStore
    pages: Pages
    visitor: Visitor


Workers = tuple[Worker, Worker]


@pytest.fixture
def wall(time: Time) -> Callable[[], int]:
    return lambda: START_MS + int(time.now * 1000)


@pytest.fixture
def workers(store: SqlStore, tmp_path: Path, time: Time, wall: Callable[[], int]) -> Iterator[Workers]:
    with ExitStack() as stack:
        other = stack.enter_context(closing(open_database(tmp_path / "bank")))
        yield worker(store, time, wall), worker(other, time, wall)


def worker(store: SqlStore, time: Time, wall: Callable[[], int]) -> Worker:
    verifier = Verifier(store)
    sources = BookSourceLimit(store, wall=wall)
    desk = Desk(verifier, sources, time, time.pause, BookWarnings(store, verifier.policy.attempts, wall))
    pages = Pages(desk, BookSessions(store, limits=SessionLimits(600_000, 3_600_000), wall=wall))
    app = Guard(make_coopanet(pages), content_policy())
    return Worker(store, pages, Visitor(TestClient(app, base_url=HERE)))


def same_browser(workers: Workers) -> None:
    """Both are asked with the same cookies."""
    one, other = workers
    other.visitor.client.cookies.clear()
    token = one.visitor.client.cookies.get(COOKIE)
    if token:
        other.visitor.client.cookies.set(COOKIE, token, domain="localhost.local", path="/")


def sees_accounts(one: Worker) -> bool:
    return one.visitor.client.get("/fr/accounts").url.path == "/fr/accounts"


@pytest.fixture
def signed_in(workers: Workers, new_code: NewCode) -> Workers:
    assert workers[0].visitor.sign_in("DURAND42", new_code("bank-card")).signed_in
    same_browser(workers)
    return workers


def test_who_signs_in_at_one_is_signed_in_at_both(signed_in: Workers) -> None:
    assert all(sees_accounts(one) for one in signed_in)
    signed_in[1].visitor.client.get("/fr/accounts")


@pytest.mark.parametrize("ends", ["sign-off", "next", "idle", "hour"])
def test_a_session_that_ends_at_one_has_ended_at_both(signed_in: Workers, ends: str, time: Time) -> None:
    one, other = signed_in
    if ends == "sign-off":
        one.visitor.client.post("/fr/sign-off", data={"mark": mark_of(one)})
    elif ends == "next":
        other.pages.begin_anew()
    elif ends == "idle":
        time.now += 600
    else:
        for _ in range(8):
            time.now += 450
            assert sees_accounts(one) is (time.now < 1000 + 3600)
    assert not sees_accounts(other)
    assert not sees_accounts(one)


def test_use_at_one_counts_at_both(signed_in: Workers, time: Time) -> None:
    for number in range(5):
        time.now += 590
        assert sees_accounts(signed_in[number % 2])


def test_a_clock_that_is_set_back_revives_nothing(signed_in: Workers, time: Time) -> None:
    time.now += 600
    signed_in[1].pages.desk._sources.admit_source("somebody")
    time.now -= 300
    assert not any(sees_accounts(one) for one in signed_in)


def mark_of(one: Worker) -> str:
    page = one.visitor.client.get("/fr/accounts").text
    return page.partition('name="mark" value="')[2].partition('"')[0]


def test_a_form_of_one_is_taken_by_the_other(workers: Workers, new_code: NewCode) -> None:
    one, other = workers
    given = {"user": "DURAND42", "code": new_code("bank-card"), "mark": one.visitor.mark()}
    same_browser(workers)
    assert other.visitor.client.post("/fr/sesame", data=given).url.path == "/fr/accounts"


@pytest.mark.parametrize(("later_s", "path"), [(1, "/fr/accounts"), (6, "/fr/sesame")])
def test_a_double_click_that_two_take_is_one(
    workers: Workers, new_code: NewCode, time: Time, later_s: int, path: str
) -> None:
    one, other = workers
    given = {"user": "DURAND42", "code": new_code("bank-card"), "mark": one.visitor.mark()}
    same_browser(workers)
    assert one.visitor.client.post("/fr/sesame", data=given).url.path == "/fr/accounts"
    time.now += later_s
    assert other.visitor.client.post("/fr/sesame", data=given).url.path == path
    same = other.visitor.client.cookies[COOKIE] == one.visitor.client.cookies[COOKIE]
    assert same is (path == "/fr/accounts")


def test_refusals_at_both_close_a_place_once(workers: Workers, time: Time) -> None:
    limits = [one.pages.desk._sources for one in workers]
    taken = [limits[number % 2].admit_source("192.168.1.7") for number in range(21)]
    assert taken == [True] * 20 + [False]
    assert [limit.newly_closed("192.168.1.7") for limit in limits] == [True, False]
    assert limits[1].admit_source("192.168.1.8"), "another place"
    time.now += 600
    assert limits[1].admit_source("192.168.1.7")
    limits[0].give_back("192.168.1.7")


def test_the_last_refusal_but_one_warns_wherever_it_is(workers: Workers) -> None:
    for user in ("DURAND42", "NOBODY77"):
        said = [workers[number % 2].visitor.sign_in(user, "00000000") for number in range(5)]
        assert ["Attention" in answer.text or "dernier" in answer.text for answer in said] == [False] * 3 + [
            True,
            False,
        ]


def test_the_books_keep_neither_tokens_nor_what_was_typed(signed_in: Workers) -> None:
    one, other = signed_in
    other.visitor.sign_in("12345678", "00000000")
    with one.store.reading() as connection:
        rows = [tuple(row) for table in (SESSIONS, LIMITS) for row in connection.execute(select(table))]
    assert rows
    assert "12345678" not in str(rows)
    assert one.visitor.client.cookies[COOKIE] not in str(rows)


def test_no_more_sessions_are_kept_than_there_may_be(store: SqlStore, wall: Callable[[], int], time: Time) -> None:
    sessions = BookSessions(store, limits=SessionLimits(most=3), wall=wall)
    tokens = []
    for _ in range(5):
        tokens.append(sessions.open_session("DURAND42"))
        time.now += 1
    assert [sessions.user_of(token) is not None for token in tokens] == [False, False, True, True, True]


def test_who_has_no_token_has_neither_a_form_nor_a_session(store: SqlStore) -> None:
    sessions = BookSessions(store)
    token = sessions.open_session("DURAND42")
    assert sessions.check_csrf(token, sessions.csrf_token(token))
    assert not sessions.check_csrf("", sessions.csrf_token(""))
    assert sessions.user_of("") is None


def test_another_key_makes_other_marks(store: SqlStore, fresh_books: Path) -> None:
    with closing(open_database(fresh_books.parent / "other-books")) as foreign:
        assert BookSessions(store).csrf_token("token") != BookSessions(foreign).csrf_token("token")
