"""Time in the books: forward only."""

from hypothesis import given
from hypothesis import strategies as st

from bank.books.clock import STEP_MS, pass_time, read_time, wall_ms
from bank.books.store_sql import SqlStore
from bank.demo.database import open_in_memory

HOUR_MS = 3_600_000


def test_a_clock_set_back_stands_still(books: SqlStore) -> None:
    with books.writing() as connection:
        assert pass_time(connection, 10 * HOUR_MS) == 10 * HOUR_MS
    with books.writing() as connection:
        assert pass_time(connection, 9 * HOUR_MS) == 10 * HOUR_MS
    with books.reading() as connection:
        assert read_time(connection, 0) == 10 * HOUR_MS
        assert read_time(connection, 11 * HOUR_MS) == 11 * HOUR_MS


def test_looking_does_not_move_the_floor(books: SqlStore) -> None:
    with books.reading() as connection:
        read_time(connection, HOUR_MS)
    with books.reading() as connection:
        assert read_time(connection, 5) == 5


@given(st.lists(st.integers(0, 10 * STEP_MS), max_size=30))
def test_no_moment_is_earlier_than_one_before_it_by_more_than_a_step(walls: list[int]) -> None:
    store = open_in_memory()
    with store.writing() as connection:
        told = [pass_time(connection, wall) for wall in walls]
    store.close()
    latest = [max(told[: place + 1]) for place in range(len(told))]
    assert all(high - now < STEP_MS for high, now in zip(latest, told, strict=True))
    assert all(now >= wall for now, wall in zip(told, walls, strict=True))


def test_the_wall_clock_is_in_milliseconds() -> None:
    assert 1_700_000_000_000 < wall_ms() < 17_000_000_000_000
