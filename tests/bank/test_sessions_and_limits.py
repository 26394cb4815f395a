"""Sessions and counts in the books, on each database: what two processes at once may not get wrong."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bank.books.limiting import count_one, forget_counts, read_count, sweep_counts, uncount_one
from bank.books.store_sql import SqlStore
from bank.demo.customers import furnish_books
from bank.web.shared import BookSessions

HOUR_MS = 3_600_000
RACERS = 4


def together(act: Callable[[int], bool]) -> list[bool]:
    """All at once, each on a thread and a connection of its own."""
    line = threading.Barrier(RACERS)

    def started(number: int) -> bool:
        line.wait()
        return act(number)

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(started, range(RACERS)))


def test_of_many_at_once_no_more_are_counted_than_there_may_be(books: SqlStore) -> None:
    def count(_number: int) -> bool:
        with books.writing() as connection:
            return count_one(connection, "source/here", 2, HOUR_MS, HOUR_MS)

    assert sorted(together(count)) == [False, False, True, True]


def test_counts_begin_anew_with_their_window_and_are_given_back(books: SqlStore) -> None:
    with books.writing() as connection:
        assert [count_one(connection, "source/here", 1, moment, 1000) for moment in (0, 999, 1000)] == [
            True,
            False,
            True,
        ]
        uncount_one(connection, "source/here")
        assert read_count(connection, "source/here") == 0
        assert count_one(connection, "source/100%", 1, 0, 1000)
        forget_counts(connection, "source/1")
        assert read_count(connection, "source/100%") is None
        assert read_count(connection, "source/here") == 0
        sweep_counts(connection, "source/", 1001)
        assert read_count(connection, "source/here") is None


def test_a_form_that_two_processes_admit_opens_one_session(books: SqlStore) -> None:
    furnish_books(books)
    sessions = BookSessions(books)
    form = ("visitor", "DURAND42", "12345678")
    tokens: list[str] = []

    def sign_in(_number: int) -> bool:
        tokens.append(sessions.open_session("DURAND42", form))
        return sessions.user_of(tokens[-1]) == "DURAND42"

    assert together(sign_in) == [True] * RACERS
    assert len(set(tokens)) == 1
    assert sessions.find_opened(form) == tokens[0]
    assert sessions.find_opened(("another", "DURAND42", "12345678")) is None
    sessions.end_all()
    assert sessions.user_of(tokens[0]) is None
    assert sessions.find_opened(form) is None


def test_nobody_is_signed_in_whom_the_books_do_not_know(books: SqlStore) -> None:
    sessions = BookSessions(books)
    assert sessions.user_of(sessions.open_session("NOBODY00")) is None
