"""Sessions and counts in the books, on each database: what two processes at once may not get wrong."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection

from bank.books.limiting import (
    SWEPT,
    count_one,
    forget_count,
    forget_counts,
    read_count,
    set_count,
    sweep_counts,
    uncount_one,
)
from bank.books.sessions import (
    NewSession,
    Owner,
    SessionLimits,
    end_sessions,
    note_use,
    read_session,
    write_session,
)
from bank.books.store_sql import SqlStore
from bank.demo.customers import furnish_books
from bank.demo.people import begin_anew
from bank.demo.staff import furnish_staff
from bank.operations.people import count_refusals, take_try
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
        assert not count_one(connection, "source/none", 0, 0, 1000)
        sweep_counts(connection, "source/", 1001)
        assert read_count(connection, "source/here") is None


def test_no_count_is_given_back_that_was_not_taken(books: SqlStore) -> None:
    """A limit of two would be one of three, were the count to go below nothing."""
    with books.writing() as connection:
        assert count_one(connection, "source/here", 2, 0, HOUR_MS)
        for _ in range(3):
            uncount_one(connection, "source/here")
        assert [count_one(connection, "source/here", 2, 0, HOUR_MS) for _ in range(3)] == [True, True, False]


def test_what_is_old_is_swept_little_by_little_and_nothing_else(books: SqlStore) -> None:
    with books.writing() as connection:
        for number in range(SWEPT + 2):
            set_count(connection, f"source/{number}", 1, 999)
        set_count(connection, "source/young", 1, 1000)
        left = []
        for _ in range(3):
            sweep_counts(connection, "source/", 1000)
            left.append(sum(read_count(connection, f"source/{number}") is not None for number in range(SWEPT + 2)))
        assert left == [2, 0, 0]
        assert read_count(connection, "source/young") == 1


KEYS = ("x/1", "x/10", "x/1%", "x/1_", "X/1", "x%/1", "xx/1", "y/1")


def counted(store: SqlStore, forget: Callable[[Connection], None]) -> set[str]:
    """What is still counted of KEYS."""
    with store.writing() as connection:
        for key in KEYS:
            assert count_one(connection, key, 1, 0, HOUR_MS)
        forget(connection)
        return {key for key in KEYS if read_count(connection, key) is not None}


@pytest.mark.parametrize("key", KEYS)
def test_one_count_is_forgotten_and_no_other_that_begins_so(books: SqlStore, key: str) -> None:
    assert counted(books, lambda connection: forget_count(connection, key)) == set(KEYS) - {key}


@pytest.mark.parametrize(
    ("prefix", "gone"), [("x/", {"x/1", "x/10", "x/1%", "x/1_"}), ("x%/", {"x%/1"}), ("_/", set()), ("%/", set())]
)
def test_counts_are_forgotten_by_whole_words_sign_by_sign(books: SqlStore, prefix: str, gone: set[str]) -> None:
    assert counted(books, lambda connection: forget_counts(connection, prefix)) == set(KEYS) - gone


def test_a_word_without_its_end_is_no_prefix(books: SqlStore) -> None:
    with books.writing() as connection, pytest.raises(ValueError, match="whole words"):
        forget_counts(connection, "x/1")


def test_what_is_counted_while_another_forgets_is_not_one_too_many(books: SqlStore) -> None:
    """On PostgreSQL the row that was found was gone when it was to be counted in."""
    with books.writing() as connection:
        assert count_one(connection, "source/here", 1, 0, HOUR_MS)

    def count() -> bool:
        with books.writing() as connection:
            return count_one(connection, "source/here", 1, 0, HOUR_MS)

    with ThreadPoolExecutor(1) as pool:
        with books.writing() as connection:
            forget_count(connection, "source/here")
            late = pool.submit(count)
            while connection.dialect.name == "postgresql" and not is_anybody_waiting(books):
                assert not late.done()
        assert late.result()


def is_anybody_waiting(store: SqlStore) -> bool:
    """For a lock of this PostgreSQL database. Each look is a transaction: within one it would be told the same."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with store.reading() as connection:
        return connection.exec_driver_sql(waiting).scalar() == 1


def test_the_next_customer_finds_no_count_against_anybody(books: SqlStore) -> None:
    """Nor who was blocked by too many wrong codes, whatever they were for."""
    furnish_books(books)
    customer = books.find_customer("DURAND42")
    assert customer is not None
    with books.writing() as connection:
        for _ in range(3):
            assert take_try(connection, customer.customer_id, 3, 0)
        assert not take_try(connection, customer.customer_id, 3, 0)
        assert count_one(connection, "source/here", 1, 0, HOUR_MS)
    begin_anew(books)
    with books.writing() as connection:
        assert count_refusals(connection, customer.customer_id) == 0
        assert take_try(connection, customer.customer_id, 1, 0)
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


# Sessions, at their bounds


def begun(connection: Connection, token: str, now_ms: int, owner: Owner = Owner.CUSTOMER, most: int = 10) -> None:
    code = "DURAND42" if owner is Owner.CUSTOMER else "AGENCE01"
    assert write_session(connection, NewSession(owner, code, token), now_ms, SessionLimits(most=most))


def lasting(connection: Connection, tokens: str, now_ms: int, owner: Owner = Owner.CUSTOMER) -> str:
    return "".join(each for each in tokens if read_session(connection, owner, each, now_ms, SessionLimits()))


def test_of_too_many_sessions_the_oldest_makes_room(memory: SqlStore) -> None:
    furnish_books(memory)
    with memory.writing() as connection:
        for moment, token in enumerate("abc", start=1):
            begun(connection, token, moment, most=2)
        assert lasting(connection, "abc", 10) == "bc"


def test_a_use_that_is_written_late_takes_no_time_away(memory: SqlStore) -> None:
    """Two processes write what they saw in any order."""
    furnish_books(memory)
    idle = SessionLimits().idle_ms
    with memory.writing() as connection:
        begun(connection, "a", 0)
        note_use(connection, "a", 10_000)
        note_use(connection, "a", 5_000)
        assert lasting(connection, "a", 10_000 + idle - 1) == "a"
        assert lasting(connection, "a", 10_000 + idle) == ""


def test_signing_off_all_customers_leaves_the_staff(memory: SqlStore) -> None:
    furnish_books(memory)
    with memory.writing() as connection:
        furnish_staff(connection, 0)
        begun(connection, "c", 1)
        begun(connection, "s", 1, Owner.STAFF)
        end_sessions(connection, Owner.CUSTOMER)
        assert lasting(connection, "c", 2) == ""
        assert lasting(connection, "s", 2, Owner.STAFF) == "s"
        end_sessions(connection, Owner.STAFF)
        assert lasting(connection, "s", 2, Owner.STAFF) == ""
